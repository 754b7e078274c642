"""From a judged part to its row: every field of the row is the one that it should be, and what cannot be kept is said."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from inspector.domain.classes import Classes
from inspector.domain.errors import ArchiveError
from inspector.domain.records import (
    ArchivedPicture,
    Box,
    Decision,
    Frame,
    Inspection,
    Latencies,
    ModelIdentity,
    Origin,
    Part,
    Prediction,
    Thresholds,
    Verdict,
)
from inspector.engine import record
from inspector.engine.board import Board
from inspector.engine.inspect import Judged
from inspector.engine.pace import PaceWatch
from inspector.engine.queues import Unjudged
from inspector.engine.record import Recorder
from inspector.engine.status import PartInspected
from inspector.engine.watchdog import Watchdog
from tests.engine.fakes import FakeSource, Listener, MemoryArchive, MemoryLog, make_job

if TYPE_CHECKING:
    from collections.abc import Callable

THRESHOLDS = Thresholds(fail_at=0.5, review_from=0.25)
DECISION = Decision(verdict=Verdict.FAIL, reason="scratch", p_defective=0.75, thresholds=THRESHOLDS)
MODEL = ModelIdentity(name="m", sha256="0" * 64, device="CPU", precision="fp32", backend="fake")
CAPTURED_AT = datetime(2026, 1, 31, 12, 30, tzinfo=UTC)
PREDICTION = Prediction(
    classes=Classes(("good", "scratch"), "good"),
    probabilities=np.array([0.25, 0.75], np.float32),
    maps=np.ones((2, 2, 2), np.float32),
    preprocess_ms=3.0,
    inference_ms=5.0,
)
JUDGED = Judged(decision=DECISION, prediction=PREDICTION, quality_ms=2.0, judge_ms=16.0)
PART = Part(
    frame=Frame(
        image=np.full((4, 6), 60, np.uint8),
        sequence=7,
        time_s=1.0,
        origin=Origin(
            captured_at=CAPTURED_AT, captured_s=10.0, source="folder:/f", path=Path("/f/7.png"), file_key="k7"
        ),
    ),
    region=Box(x=1, y=1, width=2, height=2),
    triggered_s=10.25,
    trigger="part-crossing",
)
UNJUDGED = Unjudged(
    reason="cut short",
    triggered_s=20.125,
    trigger="manual",
    origin=Origin(captured_at=CAPTURED_AT, captured_s=20.0, source="camera:0", path=None, file_key=""),
)
BROKEN = Judged(
    decision=Decision(verdict=Verdict.ERROR, reason="cut short", p_defective=None, thresholds=THRESHOLDS),
    prediction=None,
    quality_ms=None,
    judge_ms=0.0,
)


class Desk:
    """A recorder with its log, archive, board and listener, and a clock that a test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log, self.archive, self.board, self.stop = MemoryLog(), MemoryArchive(), Board(), threading.Event()
        self.listener = Listener(self.log)
        self.board.subscribe(self.listener)
        self.job = make_job(FakeSource([]), self.log, archive=self.archive, software_version="1.2")
        self.pace = PaceWatch(self.job.recipe.trigger)
        self.recorder = Recorder(self.job, self.board, self.stop, self.pace, Watchdog())
        self.times: list[float] = []
        monkeypatch.setattr(record, "time", SimpleNamespace(perf_counter=lambda: self.times.pop(0)))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def test_the_row_of_a_judged_part(desk: Desk) -> None:
    # archive begins and ends, the row is made, ready, committed
    desk.times = [11.0, 11.5, 12.0, 12.125, 12.375]
    assert desk.recorder.record(PART, JUDGED, MODEL, taken_s=10.75) is True
    row = desk.log.committed[0]
    wanted = Inspection(
        id=row.id,
        time_utc=CAPTURED_AT,
        station="S",
        recipe="R",
        recipe_version=3,
        lot="L",
        part_number=1,
        source="folder:/f",
        source_path=str(Path("/f/7.png")),
        file_key="k7",
        trigger="part-crossing",
        decision=DECISION,
        classes=PREDICTION.classes,
        probabilities=(0.25, 0.75),
        model=MODEL,
        software_version="1.2",
        latencies=Latencies(
            trigger_ms=250.0,
            wait_ms=500.0,
            quality_ms=2.0,
            preprocess_ms=3.0,
            inference_ms=5.0,
            decision_ms=6.0,
            archive_ms=500.0,
            total_ms=2000.0,
        ),
        picture=ArchivedPicture(path=Path(f"/a/{row.id}.png"), sha256="1" * 64, heatmap_path=None),
        image_not_saved="",
    )
    assert desk.log.committed == [wanted]
    assert desk.archive.asked == [(row.id, PART, PREDICTION, DECISION)]
    assert desk.log.commit_times == {row.id: 250.0}
    told = PartInspected(
        inspection=wanted, part=PART, prediction=PREDICTION, captured_s=10.0, committed_ms=2125.0, commit_ms=250.0
    )
    assert desk.listener.parts == [told]
    assert desk.listener.told_before_commit == 0


def test_the_row_of_a_part_without_pixels(desk: Desk) -> None:
    desk.times = [20.5, 20.5, 20.75]
    assert desk.recorder.record(UNJUDGED, BROKEN, None, taken_s=20.25) is True
    row = desk.log.committed[0]
    wanted = Inspection(
        id=row.id,
        time_utc=CAPTURED_AT,
        station="S",
        recipe="R",
        recipe_version=3,
        lot="L",
        part_number=1,
        source="camera:0",
        source_path=None,
        file_key="",
        trigger="manual",
        decision=BROKEN.decision,
        classes=None,
        probabilities=(),
        model=None,
        software_version="1.2",
        latencies=Latencies(trigger_ms=125.0, wait_ms=125.0, total_ms=500.0),
        picture=None,
        image_not_saved="",
    )
    assert desk.log.committed == [wanted]
    assert desk.archive.asked == []
    assert desk.listener.parts == [
        PartInspected(
            inspection=wanted, part=None, prediction=None, captured_s=20.0, committed_ms=625.0, commit_ms=250.0
        )
    ]


def test_a_file_without_pixels_is_named(desk: Desk) -> None:
    desk.times = [20.5, 20.5, 20.75]
    origin = replace(UNJUDGED.origin, path=Path("/f/8.png"), file_key="k8", source="folder:/f")
    file = replace(UNJUDGED, origin=origin)
    assert desk.recorder.record(file, BROKEN, MODEL, taken_s=20.25) is True
    row = desk.log.committed[0]
    assert (row.source, row.source_path, row.file_key, row.model) == ("folder:/f", str(Path("/f/8.png")), "k8", MODEL)


def test_no_time_is_negative(desk: Desk) -> None:
    desk.times = [9.0, 9.0, 9.0]
    assert desk.recorder.record(replace(UNJUDGED, triggered_s=19.0), BROKEN, None, taken_s=18.0) is True
    assert desk.log.committed[0].latencies == Latencies(trigger_ms=0.0, wait_ms=0.0, total_ms=0.0)


def full(archive: MemoryArchive) -> str:
    archive.full = True
    return "No space left on device. Free space."


def surprise(archive: MemoryArchive) -> str:
    archive.surprise = ValueError("odd")
    return "the picture was not kept: ValueError: odd"


@pytest.mark.parametrize("broken", [full, surprise])
def test_why_a_picture_was_not_kept_is_in_the_row_and_on_the_board(
    desk: Desk, broken: Callable[[MemoryArchive], str]
) -> None:
    reason = broken(desk.archive)
    desk.times = [11.0, 12.0, 12.0, 12.0]
    assert desk.recorder.record(PART, JUDGED, MODEL, taken_s=10.75) is True
    row = desk.log.committed[0]
    assert (row.picture, row.image_not_saved, row.latencies.archive_ms) == (None, reason, None)
    assert desk.board.status().archive_fault == reason


def test_a_picture_that_is_not_wanted_says_nothing_of_the_archive(desk: Desk) -> None:
    desk.board.change(archive_fault="No space left on device")
    desk.archive.wanted = False
    desk.times = [11.0, 11.5, 12.0, 12.0, 12.0]
    assert desk.recorder.record(PART, JUDGED, MODEL, taken_s=10.75) is True
    row = desk.log.committed[0]
    assert (row.picture, row.image_not_saved, row.latencies.archive_ms) == (None, "", 500.0)
    assert desk.board.status().archive_fault == "No space left on device"


def test_a_log_that_cannot_be_written_is_tried_again_after_longer_and_longer_waits(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.log.broken.set()
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        assert desk.board.status().log_fault == "the log is locked. Wait."
        if len(waits) == 7:
            desk.log.broken.clear()
        return False

    monkeypatch.setattr(desk.stop, "wait", wait)
    desk.times = [20.5] * 20
    assert desk.recorder.record(UNJUDGED, BROKEN, None, taken_s=20.25) is True
    assert waits == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]
    assert desk.board.status().log_fault == ""
    assert desk.recorder.uncommitted == 0
    assert [row.part_number for row in desk.log.committed] == [1]


def test_a_part_that_cannot_be_recorded_before_the_stop_takes_no_number_and_is_told_to_nobody(desk: Desk) -> None:
    desk.log.broken.set()
    desk.stop.set()
    desk.times = [20.5] * 20
    for count in (1, 2):
        assert desk.recorder.record(UNJUDGED, BROKEN, None, taken_s=20.25) is False
        assert desk.recorder.uncommitted == count
    assert desk.board.status().log_fault == "the log is locked. Wait."
    desk.log.broken.clear()
    assert desk.recorder.record(UNJUDGED, BROKEN, None, taken_s=20.25) is True
    assert [row.part_number for row in desk.log.committed] == [1]
    assert len(desk.listener.parts) == 1


def test_numbers_go_on_from_the_log_in_every_lot(desk: Desk) -> None:
    desk.times = [20.5] * 40
    for lot in ("L", "L", "M", "L"):
        desk.recorder.set_lot(lot)
        assert desk.recorder.record(UNJUDGED, BROKEN, None, taken_s=20.25) is True
    assert [(row.lot, row.part_number) for row in desk.log.committed] == [("L", 1), ("L", 2), ("M", 1), ("L", 3)]


def test_only_a_commit_clears_what_a_waiting_part_says_of_the_log(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def wait(seconds: float) -> bool:
        desk.log.broken.clear()
        desk.recorder.check()  # the log is well as far as one can tell, but the part is not in it yet
        said.append(desk.board.status().log_fault)
        return False

    monkeypatch.setattr(desk.stop, "wait", wait)
    desk.log.broken.set()
    desk.times = [20.5] * 20
    assert desk.recorder.record(UNJUDGED, BROKEN, None, taken_s=20.25) is True
    assert said == ["the log is locked. Wait."]
    assert desk.board.status().log_fault == ""


def test_log_and_archive_are_looked_at_without_a_part(desk: Desk) -> None:
    desk.log.broken.set()
    desk.archive.full = True
    desk.recorder.check()
    status = desk.board.status()
    assert (status.log_fault, status.archive_fault) == (
        "the log is locked. Wait.",
        "No space left on device. Free space.",
    )
    desk.log.broken.clear()
    desk.archive.full = False
    desk.recorder.check()
    status = desk.board.status()
    assert (status.log_fault, status.archive_fault) == ("", "")


def test_a_full_archive_is_said_in_the_same_words_for_every_part(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise ArchiveError("pictures cannot be kept: the disk is full", "Free space.")

    monkeypatch.setattr(desk.archive, "check", refuse)
    desk.recorder.check()
    desk.archive.full = True
    desk.times = [20.5] * 20
    assert desk.recorder.record(PART, JUDGED, MODEL, taken_s=10.75) is True
    assert desk.board.status().archive_fault == "pictures cannot be kept: the disk is full. Free space."
    assert desk.log.committed[0].image_not_saved == "No space left on device. Free space."


def test_an_archive_that_broke_in_an_unknown_way_is_well_with_the_next_picture_only(desk: Desk) -> None:
    desk.archive.surprise = RuntimeError("odd")
    desk.times = [20.5] * 20
    assert desk.recorder.record(PART, JUDGED, MODEL, taken_s=10.75) is True
    desk.archive.surprise = None
    desk.recorder.check()
    assert desk.board.status().archive_fault == "the picture was not kept: RuntimeError: odd"
    assert desk.recorder.record(PART, JUDGED, MODEL, taken_s=10.75) is True
    assert desk.board.status().archive_fault == ""


def test_a_verdict_after_the_deadline_is_an_error_with_the_figures_and_its_picture(desk: Desk) -> None:
    desk.pace.live = True
    passed = replace(DECISION, verdict=Verdict.PASS, reason="", p_defective=0.25)
    desk.archive.wanted = False  # of a pass no picture is kept
    real_keep = desk.archive.keep

    def keep(**values: object) -> ArchivedPicture | None:
        desk.archive.wanted = getattr(values["decision"], "verdict", None) is Verdict.ERROR
        return real_keep(**values)  # type: ignore[arg-type]

    desk.archive.keep = keep  # type: ignore[method-assign]
    # archive, archive, row, ready: 1.25 s after the trigger, archive, archive, committed
    desk.times = [11.0, 11.0, 11.25, 11.5, 11.5, 11.5, 11.625]
    assert desk.recorder.record(PART, replace(JUDGED, decision=passed), MODEL, taken_s=10.75) is True
    (row,) = desk.log.committed
    assert row.decision == Decision(
        verdict=Verdict.ERROR,
        reason="too late: 1.25 s from trigger to verdict, 1.00 s are allowed; it would have been PASS",
        p_defective=None,
        thresholds=THRESHOLDS,
    )
    assert row.picture is not None
    assert desk.listener.parts[0].inspection == row


def test_a_part_that_waits_for_the_log_longer_than_the_deadline_is_never_a_pass(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.pace.live = True
    desk.log.broken.set()

    def wait(seconds: float) -> bool:
        desk.log.broken.clear()
        return False

    monkeypatch.setattr(desk.stop, "wait", wait)
    desk.times = [11.0, 11.0, 11.0, 11.25, 12.0, 12.25, 12.5]  # ready after exactly the deadline, then after 2 s
    assert desk.recorder.record(PART, JUDGED, MODEL, taken_s=10.75) is True
    (row,) = desk.log.committed
    late = "too late: 2.00 s from trigger to verdict, 1.00 s are allowed; it would have been FAIL"
    assert (row.decision.verdict, row.decision.reason) == (Verdict.ERROR, late)
    assert len(desk.archive.asked) == 1  # its picture was kept before


def test_an_error_keeps_its_own_reason_however_late_it_is(desk: Desk) -> None:
    desk.pace.live = True
    desk.times = [30.0] * 20
    assert desk.recorder.record(UNJUDGED, BROKEN, None, taken_s=20.25) is True
    assert desk.log.committed[0].decision.reason == "cut short"
