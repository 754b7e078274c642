"""A walk on a record on the disk: killed, locked out, undone."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from inspector.domain.errors import LogError, ReviewError
from inspector.domain.records import Verdict
from inspector.domain.review import Judgement, QueueKind
from inspector.outputs.reviews import ReviewLog
from inspector.review.queues import QueueRequest
from inspector.review.walk_at_once import WalkAtOnce
from inspector.review.wishes import WalkEvent, WishFailed, Written
from tests.outputs.samples import START
from tests.review.parts import fill, keep_all, said
from tests.waits import WAIT_S

ROOT = Path(__file__).resolve().parents[2]
F, P = Verdict.FAIL, Verdict.PASS
GOOD, BAD = Judgement.GOOD, Judgement.DEFECTIVE


def desk_of(log: ReviewLog, kind: QueueKind = QueueKind.FAILURES, by: str = "Ada") -> WalkAtOnce:
    desk = WalkAtOnce(log, keep_all, by, now=lambda: START)
    desk.walk.open(QueueRequest(kind=kind, reviewer=by))
    desk.settle()
    return desk


def shown(desk: WalkAtOnce) -> str:
    return desk.walk.current.inspection_id if desk.walk.current is not None else ""


def judge(desk: WalkAtOnce, judgement: Judgement) -> None:
    desk.walk.judge(judgement)
    desk.settle()


WALKER = """
import sys, pathlib
from inspector.domain.review import Judgement, QueueKind
from inspector.outputs.reviews import ReviewLog
from tests.review.test_walk_on_disk import desk_of, judge, shown
desk = desk_of(ReviewLog(pathlib.Path(sys.argv[1])))
while part := shown(desk):
    judge(desk, Judgement.GOOD)
    print(part, shown(desk), flush=True)  # the next part is shown: the judgement is on the disk
    sys.stdin.readline()
"""


def test_a_walk_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    path, parts = fill(tmp_path, [F] * 6)
    judged: list[str] = []
    for _ in range(2):
        walker = subprocess.Popen(
            [sys.executable, "-c", WALKER, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert walker.stdin is not None
        assert walker.stdout is not None
        for _ in range(2):
            judged.append(walker.stdout.readline().split()[0])
            if len(judged) % 2:
                walker.stdin.write("\n")
                walker.stdin.flush()
        walker.send_signal(signal.SIGKILL)
        walker.communicate(timeout=WAIT_S)
    assert judged == [part.id for part in parts[:4]]
    log = ReviewLog(path)
    assert desk_of(log).walk.ids == tuple(part.id for part in parts[4:])
    assert [row.inspection_id for part in parts for row in log.history(part.id)] == judged


def test_what_cannot_be_written_stays_in_hand_and_the_part_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, parts = fill(tmp_path, [F, F])
    log = ReviewLog(path, busy_s=0.01)
    desk = desk_of(log)
    told: list[WalkEvent] = []

    def tell(event: WalkEvent) -> None:
        told.append(event)
        WalkAtOnce.tell(desk, event)

    monkeypatch.setattr(desk, "tell", tell)
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogError, match="another program holds it"):
            judge(desk, BAD)
        assert (shown(desk), desk.committed) == (parts[0].id, [])
        assert [
            ("another program" in event.words, event.in_hand) for event in told if isinstance(event, WishFailed)
        ] == [(True, True)]
        other.rollback()
    desk.walk.again()
    desk.settle()
    assert shown(desk) == parts[1].id
    assert log.history(parts[0].id) == desk.committed
    assert [row.judgement for row in desk.committed] == [BAD]
    assert [event.inspection for event in told if isinstance(event, Written)] == [log.inspection(parts[0].id)]


def test_undo_brings_a_part_back_and_who_has_seen_its_verdict_is_not_blind(tmp_path: Path) -> None:
    path, _ = fill(tmp_path, [P, P])
    log = ReviewLog(path)
    desk = desk_of(log, QueueKind.AUDIT)
    first = shown(desk)
    judge(desk, BAD)
    desk.walk.undo()
    desk.settle()
    assert shown(desk) == first
    judge(desk, GOOD)
    assert [(row.judgement, row.blind) for row in log.history(first)] == [(BAD, True), (None, False), (GOOD, False)]
    assert log.history(first)[1].undoes == log.history(first)[0].id
    desk.walk.skip()
    desk.settle()
    assert desk_of(log, QueueKind.AUDIT).walk.ids == tuple(part for part in desk.walk.ids if part != first)


def test_a_new_walk_is_of_the_failures(tmp_path: Path) -> None:
    path, _ = fill(tmp_path, [F])
    assert WalkAtOnce(ReviewLog(path), keep_all, "Ada").walk.kind is QueueKind.FAILURES


def test_only_own_judgements_are_withdrawn(tmp_path: Path) -> None:
    path, parts = fill(tmp_path, [F])
    log = ReviewLog(path)
    theirs = said(parts[0].id, by="Bob")
    log.add(theirs)
    desk = WalkAtOnce(log, keep_all, "Ada")
    desk.walk.withdraw(theirs)
    with pytest.raises(ReviewError, match="made by Bob"):
        desk.settle()
    assert not desk.walk.writing
    assert log.history(parts[0].id) == [theirs]


def test_a_part_is_looked_up_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    path, parts = fill(tmp_path, [P])
    log = ReviewLog(path)
    log.add(said(parts[0].id, by="Bob"))
    desk = WalkAtOnce(log, keep_all, "Ada")
    desk.walk.look(parts[0].id)
    desk.settle()
    assert desk.walk.inspection == parts[0]
    assert [row.reviewer for row in desk.walk.others or ()] == ["Bob"]
    desk.walk.look("nobody")
    with pytest.raises(ReviewError, match="no inspection nobody"):
        desk.settle()
