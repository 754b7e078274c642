"""Queues, entries and what they say, field by field and word by word; and the notes of an audit's report."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from inspector.domain.errors import ReviewError
from inspector.domain.records import Inspection, Verdict
from inspector.domain.review import Judgement, QueueKind
from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from inspector.review.estimate import audit_report
from inspector.review.part import ReviewPart, look_part_up, part_of, read_part
from inspector.review.population import population
from inspector.review.queues import Entry, Queue, QueueRequest, Skipped, build_queue, load_entry
from tests.outputs.samples import START, inspection
from tests.review.parts import fill, keep_all, said

P, F, R, E = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR
GOOD, BAD = Judgement.GOOD, Judgement.DEFECTIVE


def request(kind: QueueKind = QueueKind.FAILURES, by: str = "Ada", **more: object) -> QueueRequest:
    return QueueRequest(kind=kind, reviewer=by, **more)  # type: ignore[arg-type]


def entry_of(part: Inspection, kind: QueueKind = QueueKind.FAILURES) -> Entry:
    assert part.picture is not None
    return Entry(
        inspection_id=part.id,
        time_utc=part.time_utc,
        recipe="R",
        lot="L1",
        part_number=part.part_number,
        part_serial=part.part_serial,
        queue=kind,
        blind=False,
        picture=part.picture.path,
        inspection=part,
        standing=None,
    )


@pytest.mark.parametrize(
    ("kind", "by", "more"),
    [(QueueKind.DIRECT, "Ada", {}), (QueueKind.AUDIT, " ", {}), (QueueKind.AUDIT, "Ada", {"sample": 0})],
)
def test_a_request_needs_its_kind_a_reviewer_and_a_sample(kind: QueueKind, by: str, more: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="^a queue needs its kind, a reviewer and a sample of at least 1, got Queue"):
        request(kind, by, **more)
    assert request(QueueKind.AUDIT, sample=1).sample == 1
    assert (request().query, request().second_opinion, request().sample, request().seed) == (LogQuery(), False, 60, 0)


def test_a_queue_field_by_field(tmp_path: Path) -> None:
    path, parts = fill(tmp_path, [F, F, F, F])
    with_record(path, replace(inspection(9, F), time_utc=START + timedelta(seconds=9)))
    log = ReviewLog(path)
    log.add(said(parts[0].id))
    log.add(said(parts[1].id, by="Bob"))
    asked = request()
    assert build_queue(log, asked, keep_all) == Queue(
        request=asked,
        ids=(parts[2].id, parts[3].id),
        judged=1,
        by_others=1,
        without_picture=1,
        population=None,
        notes=("1 part has no picture and cannot be judged here.",),
    )
    within = LogQuery(
        since=START + timedelta(seconds=3),
        until=START + timedelta(seconds=4),
        recipe="R",
        lot="L1",
        verdicts=frozenset({P}),
    )
    assert build_queue(log, request(query=within), keep_all).ids == (parts[2].id,)
    for nowhere in (LogQuery(recipe="S"), LogQuery(lot="L2")):
        assert build_queue(log, request(query=nowhere), keep_all).ids == ()


def with_record(path: Path, part: Inspection) -> None:
    log = SqliteResultLog(path)
    log.append(part)
    log.close()


def test_an_entry_field_by_field(tmp_path: Path) -> None:
    path, (part, other) = fill(tmp_path, [F, P])
    log = ReviewLog(path)
    log.add(said(part.id, BAD, by="Bob"))
    shown = load_entry(log, request(second_opinion=True), part.id)
    assert shown == replace(entry_of(part), standing=log.standing(part.id))
    blind = replace(entry_of(other, QueueKind.AUDIT), blind=True, inspection=None)
    assert load_entry(log, request(QueueKind.AUDIT), other.id) == blind


@pytest.mark.parametrize("kind", [QueueKind.FAILURES, QueueKind.AUDIT])
def test_what_keeps_a_part_from_being_shown(tmp_path: Path, kind: QueueKind) -> None:
    path, (mine, theirs, gone, altered, folder) = fill(tmp_path, [F] * 5)
    bare = inspection(9, F)
    with_record(path, bare)
    log, blind = ReviewLog(path), kind is QueueKind.AUDIT
    log.add(said(mine.id, queue=kind, blind=blind))
    log.add(said(theirs.id, by="Bob", queue=kind, blind=blind))
    pictures = [part.picture.path for part in (gone, altered, folder) if part.picture is not None]
    pictures[0].unlink()
    pictures[1].write_bytes(b"another")
    pictures[2].unlink()
    pictures[2].mkdir()
    theirs_says = "somebody else has judged it meanwhile" if blind else "Bob has judged it meanwhile"
    for part, why, lost in (
        (mine.id, "you have judged it meanwhile", False),
        (theirs.id, theirs_says, False),
        (gone.id, "its picture has been removed since", True),
        (altered.id, "its picture is not the one that was kept: the file has been altered since", True),
        (folder.id, "its picture cannot be read: it is a folder", True),
        (bare.id, "no picture of it was kept", True),
        ("nobody", "no picture of it was kept", True),
    ):
        assert load_entry(log, request(kind), part) == Skipped(inspection_id=part, why=why, lost=lost)
    assert isinstance(load_entry(log, request(kind, second_opinion=True), theirs.id), Entry)


def test_in_an_audit_only_blind_judgements_of_its_own_queue_count(tmp_path: Path) -> None:
    path, (part,) = fill(tmp_path, [P])
    log, asked = ReviewLog(path), request(QueueKind.AUDIT)
    log.add(said(part.id, by="Bob"))  # not blind: the part is still to be audited
    log.add(said(part.id))  # mine, of another queue
    queue = build_queue(log, asked, keep_all)
    assert (queue.ids, queue.judged, queue.by_others) == ((part.id,), 0, 0)
    shown = load_entry(log, asked, part.id)
    assert isinstance(shown, Entry)
    assert (shown.blind, shown.inspection) == (False, None)  # who has seen the verdict does not judge blind
    log.add(said(part.id, queue=QueueKind.AUDIT))
    queue = build_queue(log, asked, keep_all)
    assert (queue.ids, queue.judged, queue.by_others) == ((), 1, 0)


def test_the_notes_of_an_audit(tmp_path: Path) -> None:
    path, parts = fill(tmp_path, [P] * 6 + [F] * 3)
    for part in (*parts[:2], parts[6]):
        assert part.picture is not None
        part.picture.path.unlink()
    log = ReviewLog(path)
    asked = request(QueueKind.AUDIT, sample=5)
    queue = build_queue(log, asked, keep_all)
    assert set(queue.ids) == {part.id for part in (*parts[2:6], *parts[7:])}
    assert queue.population == population(((part, 1) for part in log.parts(LogQuery())), keep_all)
    assert (queue.request, queue.without_picture, queue.judged, queue.by_others) == (asked, 0, 0, 0)
    assert queue.notes == (
        (
            "The pictures of the 2 oldest passes that were kept are gone by now: the audit draws of the later "
            "ones, and speaks about their time. Choose a later start to have counts of that time only."
        ),
        "Only 4 pictures of passed parts were kept, 5 were asked for.",
    )
    for part in parts[7:]:
        assert part.picture is not None
        part.picture.path.unlink()
    alone = build_queue(log, request(QueueKind.AUDIT, sample=4), keep_all)
    assert alone.notes[1:] == (
        "There are only 0 rejected parts to mix in with 4 passed ones: a reviewer can guess what most are.",
    )


def test_enough_rejects_are_half_of_the_passes(tmp_path: Path) -> None:
    path, _ = fill(tmp_path, [P] * 4 + [F] * 2)
    assert build_queue(ReviewLog(path), request(QueueKind.AUDIT, sample=4), keep_all).notes == ()
    assert (
        build_queue(ReviewLog(path), request(QueueKind.AUDIT, sample=4, query=LogQuery(lot="L9")), keep_all).ids == ()
    )


def test_a_part_is_read_with_its_pixels_or_without(tmp_path: Path) -> None:
    path, (part, unreadable) = fill(tmp_path, [F, F])
    log = ReviewLog(path)
    shown = read_part(log, request(), part.id, pictures=True)
    assert shown.entry == load_entry(log, request(), part.id)
    assert (shown.inspection_id, shown.skipped, shown.fault, shown.prediction) == (part.id, None, "", None)
    assert shown.image is not None
    assert shown.image.shape == (40, 40, 3)
    assert shown.can_be_judged
    bare = shown.without_pixels()
    assert (bare.image, bare.prediction, bare.entry) == (None, None, shown.entry)
    fields = read_part(log, request(), part.id, pictures=False)
    assert (fields.inspection_id, fields.entry, fields.image, fields.fault) == (part.id, shown.entry, None, "")
    gone = read_part(log, request(), "nobody", pictures=True)
    assert (gone.inspection_id, gone.entry) == ("nobody", None)
    assert gone.skipped == load_entry(log, request(), "nobody")
    assert not gone.can_be_judged
    entry = replace(entry_of(unreadable), picture=tmp_path / "absent.png")
    faulty = part_of(entry, pictures=True)
    assert (faulty.entry, faulty.image, faulty.inspection_id) == (entry, None, unreadable.id)
    assert "absent.png" in faulty.fault
    assert not faulty.can_be_judged


def test_any_part_of_the_log_can_be_looked_up(tmp_path: Path) -> None:
    path, (part,) = fill(tmp_path, [P])
    bare = inspection(9, F)
    with_record(path, bare)
    log = ReviewLog(path)
    log.add(said(part.id))
    for pictures in (True, False):
        found = look_part_up(log, part.id, QueueKind.DIRECT, pictures=pictures)
        assert found.entry == replace(entry_of(part, QueueKind.DIRECT), standing=log.standing(part.id))
        assert (found.image is not None) is pictures
        assert (found.inspection_id, found.fault) == (part.id, "")
    without = look_part_up(log, bare.id, QueueKind.AUDIT, pictures=True)
    assert (without.inspection_id, without.fault) == (bare.id, "no picture of this part was kept")
    assert without.entry is not None
    assert (without.entry.picture, without.entry.queue) == (Path(), QueueKind.AUDIT)
    assert look_part_up(log, bare.id, QueueKind.AUDIT, pictures=False).fault == ""
    with pytest.raises(ReviewError) as caught:
        look_part_up(log, "nobody", QueueKind.DIRECT, pictures=True)
    assert caught.value.what == f"there is no inspection nobody in {path}"
    assert caught.value.next_step == "Name one of this log's parts."


def test_pixels_are_no_part_of_a_part_s_identity() -> None:
    part = ReviewPart(inspection_id="p", entry=None)
    assert part != ReviewPart(inspection_id="p", entry=None)


def test_the_notes_of_a_report(tmp_path: Path) -> None:
    path, parts = fill(tmp_path, [P] * 20 + [F, E, E])
    log = ReviewLog(path)
    for part, judgement in zip(parts[:3], (GOOD, Judgement.UNSURE, GOOD), strict=True):
        log.add(said(part.id, judgement, blind=True, queue=QueueKind.AUDIT))
    log.add(said(parts[2].id, BAD, by="Bob", blind=True, queue=QueueKind.AUDIT))
    report = audit_report(log, LogQuery(verdicts=frozenset({F})), keep_all, claim=0.5)
    assert report.population == population(((part, 1) for part in log.parts(LogQuery())), keep_all)
    assert report.notes == (
        "2 parts without a verdict (ERROR) are in the yield, not in the escape rate.",
        "1 audited passes are unsure and 1 contradicted; they count as defective, for the lower limits as good.",
        "No rejected part has been audited blind: how many defects were caught is open.",
        (
            "That at most 50 % of the passed parts are defective is not shown: with 3 audited it may be up to 98.3 % (95 %). "
            f"It would take {report.estimate.claim.missing} more, all of them good."
        ),
    )
    assert [standing.inspection_id for standing in report.conflicts] == [parts[2].id]
    strict = audit_report(log, LogQuery(), keep_all)
    assert strict.notes[-1].startswith("That at most 1 % of the passed parts are defective is not shown")
    assert strict.notes[-1].endswith("all of them good (there are fewer).")
    nothing = audit_report(log, LogQuery(lot="L9"), keep_all)
    assert nothing.notes[0] == (
        "There can be no audit: there is no passed part in this selection. Choose another time, recipe or lot."
    )
