"""Confirmed parts are locked: rows that only grow, copies of pictures, and a way out that takes a reason."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from inspector.domain.records import Verdict
from inspector.domain.regression import LockedKind, LockedResult, LockedState, kind_of, why_refused
from inspector.domain.review import Judgement, Truth
from inspector.outputs.chain import install
from inspector.outputs.chain_check import ChainWalk
from inspector.outputs.reviews import ReviewLog
from inspector.outputs.trail_log import TrailLog, TrailQuery
from inspector.regression.locked import RegressionError
from inspector.trail.event import TrailKind
from inspector.vision.locked import LockedListError, read_locked
from tests.regression.station import GREEN, PLAIN, RED, Station
from tests.review.parts import said

DEFECTIVE, GOOD = Judgement.DEFECTIVE, Judgement.GOOD


def test_what_is_locked_follows_from_verdict_and_truth() -> None:
    expected = {
        (Verdict.PASS, Truth.DEFECTIVE): LockedKind.ESCAPE,
        (Verdict.FAIL, Truth.DEFECTIVE): LockedKind.DEFECT,
        (Verdict.REVIEW, Truth.DEFECTIVE): LockedKind.DEFECT,
        (Verdict.FAIL, Truth.GOOD): LockedKind.OVERKILL,
    }
    for verdict in Verdict:
        for truth in (*Truth, None):
            assert kind_of(verdict, truth) is expected.get((verdict, truth)), (verdict, truth)


@pytest.mark.parametrize(
    ("kind", "candidate", "current", "refuses"),
    [
        (LockedKind.ESCAPE, LockedState.LOST, LockedState.LOST, True),  # any defect
        (LockedKind.DEFECT, LockedState.LOST, None, True),
        (LockedKind.OVERKILL, LockedState.LOST, LockedState.HELD, True),
        (LockedKind.OVERKILL, LockedState.LOST, LockedState.LOST, False),
        (LockedKind.OVERKILL, LockedState.LOST, None, False),
        (LockedKind.OVERKILL, LockedState.LEARNT, LockedState.HELD, True),
        (LockedKind.DEFECT, LockedState.NOT_JUDGED, LockedState.NOT_JUDGED, True),
        (LockedKind.DEFECT, LockedState.HELD, LockedState.LOST, False),
    ],
)
def test_when_a_candidate_is_refused(
    kind: LockedKind, candidate: LockedState, current: LockedState | None, refuses: bool
) -> None:
    result = LockedResult(kind=kind, candidate=candidate, current=current)
    assert result.refuses is refuses
    assert bool(why_refused([result])) is refuses


def test_confirmed_parts_are_locked_once_with_a_copy_that_stays(tmp_path: Path) -> None:
    station = Station(tmp_path)
    escape, defect, overkill, late, *_ = station.parts(
        (GREEN, Verdict.PASS, DEFECTIVE),
        (RED, Verdict.FAIL, DEFECTIVE),
        (PLAIN, Verdict.FAIL, GOOD),
        (RED, Verdict.FAIL, DEFECTIVE),
        (PLAIN, Verdict.PASS, GOOD),
        (PLAIN, Verdict.REVIEW, GOOD),
        (RED, Verdict.FAIL, None),
    )
    assert late.picture is not None
    late.picture.path.unlink()
    update = station.regression.update("R")
    assert (update.locked, update.without_picture) == (3, (late.id,))
    assert station.regression.update("R").locked == 0
    locked = {part.inspection_id: part for part in station.regression.parts("R")}
    assert {part: row.kind for part, row in locked.items()} == {
        escape.id: LockedKind.ESCAPE,
        defect.id: LockedKind.DEFECT,
        overkill.id: LockedKind.OVERKILL,
    }
    first = locked[escape.id]
    assert (first.defect_type, first.confirmed_by, first.who) == ("chip", "Ada", "station")
    assert first.review_ids == ReviewLog(station.home.log).history(escape.id)[0].id
    assert escape.picture is not None
    escape.picture.path.unlink()  # as the archive's limits do
    assert station.regression.pictures(first)[0].name == f"{escape.picture.sha256}.png"
    assert station.regression.pictures(first)[0].is_file()
    assert set(read_locked(station.home.locked)) == {row.picture_sha256 for row in locked.values()}


def test_its_rows_are_chained_and_cannot_be_changed(tmp_path: Path) -> None:
    station = Station(tmp_path)
    station.parts((RED, Verdict.FAIL, DEFECTIVE))
    station.regression.update("R")
    with closing(sqlite3.connect(station.home.log)) as log:
        install(log)
        for change in ("DELETE FROM regression_events", "UPDATE regression_events SET event = 'released'"):
            with pytest.raises(sqlite3.IntegrityError, match="never changed or deleted"):
                log.execute(change)
        log.rollback()
        log.execute("DROP TRIGGER regression_events_no_update")
        log.execute("UPDATE regression_events SET event = 'released'")
        log.commit()
    with closing(sqlite3.connect(station.home.log, isolation_level=None)) as log:
        walk = ChainWalk(log)
        for _ in walk.steps():
            pass
    assert [change.table for change in walk.changes] == ["regression_events"]


def test_a_part_is_taken_out_with_a_reason_and_its_name_alone(tmp_path: Path) -> None:
    station = Station(tmp_path)
    (part,) = station.parts((RED, Verdict.FAIL, DEFECTIVE))
    station.regression.update("R")
    with pytest.raises(RegressionError, match="no reason"):
        station.regression.release("R", [part.id], " ", who="Ada")
    with pytest.raises(RegressionError, match="there is no part nothing"):
        station.regression.release("R", ["nothing"], "to be learnt", who="Ada")
    station.regression.release("R", [part.id], "to be learnt", who="Ada")
    (row,) = station.regression.parts("R")
    assert (row.released, row.who, row.reason) == (True, "Ada", "to be learnt")
    assert read_locked(station.home.locked) == {}
    assert station.regression.pictures(row)[0].is_file()
    (told,) = TrailLog(station.home.log).read(TrailQuery(kinds=frozenset({TrailKind.REGRESSION})), limit=9)
    assert (told.event.who, told.event.reason, told.event.after) == ("Ada", "to be learnt", {"released": [part.id]})
    assert station.regression.update("R").locked == 0  # it stays out
    station.regression.lock_again("R", [part.id], "a mistake", who="Ada")
    assert [part.released for part in station.regression.parts("R")] == [False]


def test_who_takes_a_judgement_back_takes_no_part_out(tmp_path: Path) -> None:
    station = Station(tmp_path)
    (part,) = station.parts((RED, Verdict.FAIL, DEFECTIVE))
    station.regression.update("R")
    log = ReviewLog(station.home.log)
    log.add(said(part.id, None, undoes=log.history(part.id)[0].id))
    (row,) = station.regression.parts("R")
    assert not row.released
    assert station.regression.doubted([row]) == {part.id}


def test_a_list_that_cannot_be_read_is_no_empty_list(tmp_path: Path) -> None:
    (tmp_path / "locked.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(LockedListError, match="cannot be read"):
        read_locked(tmp_path / "locked.csv")
