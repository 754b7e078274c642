"""What counts in the audit's estimate: blind judgements of drawn parts, and what is unclear as what is worse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from inspector.domain.audit import AuditCounts
from inspector.domain.records import Verdict
from inspector.domain.review import Judgement, QueueKind, Review, Truth
from inspector.outputs.base import LogQuery
from inspector.outputs.reviews import ReviewLog
from inspector.review.estimate import audit_report, audited_truth, conflicts
from inspector.review.queues import QueueRequest
from inspector.review.walk_at_once import WalkAtOnce
from tests.review.parts import fill, keep_all, said

if TYPE_CHECKING:
    from pathlib import Path

F, P, E = Verdict.FAIL, Verdict.PASS, Verdict.ERROR
GOOD, BAD, UNSURE = Judgement.GOOD, Judgement.DEFECTIVE, Judgement.UNSURE


def blind(judgement: Judgement, by: str = "Ada") -> Review:
    return said("p", judgement, by=by, blind=True, queue=QueueKind.AUDIT)


def seen(judgement: Judgement, by: str = "Ada") -> Review:
    return said("p", judgement, by=by)


FIRST = blind(GOOD)
BACK = said("p", None, undoes=FIRST.id)


@pytest.mark.parametrize(
    ("rows", "truth"),
    [
        ([seen(BAD)], None),
        ([blind(GOOD)], Truth.GOOD),
        ([blind(UNSURE)], Truth.UNSURE),
        ([blind(UNSURE), seen(GOOD, "Bob")], Truth.UNSURE),
        ([blind(UNSURE), blind(GOOD, "Bob")], Truth.GOOD),
        ([blind(GOOD), blind(BAD, "Bob")], Truth.CONFLICT),
        ([blind(GOOD), seen(BAD, "Bob")], Truth.CONFLICT),
        ([blind(BAD), seen(GOOD)], Truth.CONFLICT),
        ([FIRST, BACK], Truth.UNSURE),
        ([FIRST, BACK, seen(BAD)], Truth.UNSURE),
        ([FIRST, BACK, blind(BAD)], Truth.DEFECTIVE),
    ],
)
def test_what_the_audit_makes_of_a_part(rows: list[Review], truth: Truth | None) -> None:
    assert audited_truth(rows) is truth


def test_the_estimate_follows_from_what_was_judged_on_a_walk(tmp_path: Path) -> None:
    path, parts = fill(tmp_path, [P] * 30 + [F] * 10 + [E] * 2)
    verdicts = {part.id: part.decision.verdict for part in parts}
    escaped = {part.id for part in parts[:30:10]}  # 3 of the 30 passes are defective
    log = ReviewLog(path)
    desk = WalkAtOnce(log, keep_all, "Ada")
    walk = desk.walk
    walk.open(QueueRequest(kind=QueueKind.AUDIT, reviewer="Ada"))
    desk.settle()
    while walk.current is not None:
        part = walk.current.inspection_id
        walk.judge(BAD if part in escaped or verdicts[part] is F else GOOD)
        desk.settle()
        walk.skip()  # the answer
        desk.settle()
    report = audit_report(log, LogQuery(verdicts=frozenset({F})), keep_all)
    estimate = report.estimate
    assert estimate.passed == AuditCounts(good=27, defective=3)
    assert estimate.rejected == AuditCounts(defective=10)
    assert set(report.escapes) == escaped
    assert estimate.escape_rate.value == pytest.approx(3 / 13)
    assert estimate.yield_corrected.value == pytest.approx(27 / 42)
    assert not estimate.claim.shown
    assert any("2 parts without a verdict" in note for note in report.notes)
    assert any("is not shown" in note and "all of them good" in note for note in report.notes)


def test_judgements_that_were_not_blind_count_for_nothing(tmp_path: Path) -> None:
    path, parts = fill(tmp_path, [P] * 4 + [F] * 4)
    log = ReviewLog(path)
    for part in parts:
        log.add(said(part.id, queue=QueueKind.FAILURES))
    estimate = audit_report(log, LogQuery(), keep_all).estimate
    assert (estimate.passed.judged, estimate.rejected.judged) == (0, 0)
    assert estimate.escape_rate.value is None


def test_conflicts_are_listed_and_shown_as_unclear(tmp_path: Path) -> None:
    path, parts = fill(tmp_path, [P, P])
    log = ReviewLog(path)
    for part, judgement, by in ((parts[0], GOOD, "Ada"), (parts[0], BAD, "Bob"), (parts[1], GOOD, "Ada")):
        log.add(said(part.id, judgement, by=by, blind=True, queue=QueueKind.AUDIT))
    report = audit_report(log, LogQuery(), keep_all)
    assert [standing.inspection_id for standing in report.conflicts] == [parts[0].id]
    assert report.estimate.passed == AuditCounts(good=1, conflict=1)
    assert report.estimate.defective_passes.value == 0.5
    assert report.escapes == ()
    assert conflicts(log, LogQuery()) == list(report.conflicts)
    assert any("0 audited passes are unsure and 1 contradicted" in note for note in report.notes)
