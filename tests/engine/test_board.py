"""The status board: the figures are those of the last parts and frames, and each change is told once."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from inspector.domain.policy import error_decision
from inspector.domain.records import Inspection, Latencies, Thresholds
from inspector.engine import board as board_module
from inspector.engine.board import Board
from inspector.engine.stages import STAGE_PARTS, Stage, StageFigure, figures_of, quantile
from inspector.engine.status import EngineStatus, PartInspected, RunState, SourceState
from tests.engine.fakes import Listener, frame
from tests.logs import told


def committed(ms: float, **latencies: float) -> PartInspected:
    inspection = Inspection(
        id=f"{ms}",
        time_utc=frame(0).origin.captured_at,
        station="S",
        recipe="R",
        recipe_version=1,
        lot="",
        part_number=1,
        source="fake",
        source_path=None,
        file_key="",
        trigger="manual",
        decision=error_decision("cut short", Thresholds(fail_at=0.5)),
        classes=None,
        probabilities=(),
        model=None,
        software_version="0",
        latencies=Latencies(**latencies),
        picture=None,
        image_not_saved="",
    )
    return PartInspected(
        inspection=inspection, part=None, prediction=None, captured_s=0.0, committed_ms=ms, commit_ms=ms / 10
    )


class Clock:
    """Set by the test."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def perf_counter(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(board_module, "time", clock)
    return clock


def test_frames_per_second_are_those_of_the_last_two_seconds(clock: Clock) -> None:
    board, listener = Board(), Listener()
    board.subscribe(listener)
    for now_s in (100.0, 100.5, 101.0, 101.5):
        clock.now_s = now_s
        board.frame_arrived(frame(0), 0)
    assert board.status().fps == 2.0
    clock.now_s = 102.0  # the first frame is two seconds old, not older
    assert board.status().fps == 2.0
    clock.now_s = 102.25
    assert board.status().fps == 1.5
    clock.now_s = 110.0
    assert board.status().fps == 0.0
    assert listener.frames == 4


def test_a_very_fast_source_fills_no_memory(clock: Clock) -> None:
    board, picture = Board(), frame(0)
    for _ in range(4100):
        board.frame_arrived(picture, 0)
    assert board.status().fps == 2048.0


def test_dropped_frames_add_up() -> None:
    board = Board()
    for dropped in (0, 2, 3):
        board.frame_arrived(frame(0), dropped)
    assert board.status().dropped == 5


def test_the_latencies_are_those_of_the_last_thousand_parts() -> None:
    board, listener = Board(), Listener()
    board.subscribe(listener)
    assert (board.status().latency_p50_ms, board.status().latency_p99_ms) == (None, None)
    for ms in range(1001, 0, -1):
        board.part_committed(committed(float(ms)))
    status = board.status()
    assert (status.parts, status.latency_p50_ms, status.latency_p99_ms) == (1001, 501.0, 991.0)
    assert [event.committed_ms for event in listener.parts] == [float(ms) for ms in range(1001, 0, -1)]


def test_every_stage_has_its_own_time() -> None:
    board = Board()
    for ms in (100.0, 200.0):
        board.part_committed(
            committed(
                ms,
                trigger_ms=1.0,
                wait_ms=2.0,
                quality_ms=3.0,
                preprocess_ms=4.0,
                inference_ms=5.0,
                decision_ms=6.0,
                archive_ms=7.0,
            )
        )
    wanted = dict(zip(Stage, [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0), (4.0, 4.0), (5.0, 5.0), (6.0, 6.0), (7.0, 7.0),
                              (20.0, 20.0), (200.0, 200.0)], strict=True))  # fmt: skip
    assert board.stages() == tuple(
        StageFigure(stage=stage, parts=2, p50_ms=p50, p99_ms=p99) for stage, (p50, p99) in wanted.items()
    )


def test_the_stages_are_those_of_the_last_parts() -> None:
    board = Board()
    for ms in range(STAGE_PARTS + 10):
        board.part_committed(committed(float(ms)))
    figures = {figure.stage: figure for figure in board.stages()}
    assert set(figures) == {Stage.COMMIT, Stage.VERDICT}
    assert figures[Stage.VERDICT] == StageFigure(stage=Stage.VERDICT, parts=500, p50_ms=260.0, p99_ms=505.0)
    assert STAGE_PARTS == 500


def test_a_stage_that_some_parts_left_out_has_the_figures_of_the_others() -> None:
    rows = [(1.0, None), (3.0, None), (2.0, 9.0)]
    assert figures_of(rows) == (
        StageFigure(stage=Stage.TRIGGER, parts=3, p50_ms=2.0, p99_ms=3.0),
        StageFigure(stage=Stage.WAIT, parts=1, p50_ms=9.0, p99_ms=9.0),
    )
    assert figures_of([]) == ()


@pytest.mark.parametrize(("fraction", "value"), [(0.0, 10.0), (0.49, 10.0), (0.5, 20.0), (0.99, 20.0), (1.0, 20.0)])
def test_a_quantile_is_one_of_the_values(fraction: float, value: float) -> None:
    assert quantile([10.0, 20.0], fraction) == value


def test_a_change_is_told_once_and_what_is_no_change_is_not_told() -> None:
    board, listener = Board(), Listener()
    board.subscribe(listener)
    board.begin(state=RunState.STARTING, source="camera:0")
    board.change(source_state=SourceState.LIVE)
    board.change(source_state=SourceState.LIVE)
    board.waiting(3)
    wanted = EngineStatus(state=RunState.STARTING, source="camera:0")
    assert listener.states == [wanted, replace(wanted, source_state=SourceState.LIVE)]
    assert board.status() == replace(wanted, source_state=SourceState.LIVE, waiting=3)


def test_a_forbidden_state_is_ignored_and_the_rest_of_the_change_is_not() -> None:
    board = Board()
    board.change(state=RunState.RUNNING, fault="why")
    assert board.status() == EngineStatus(state=RunState.IDLE, fault="why")


def test_a_new_run_forgets_the_one_before(clock: Clock) -> None:
    board = Board()
    board.frame_arrived(frame(0), 7)
    board.part_committed(committed(5.0))
    board.change(fault="why")
    board.begin(state=RunState.STARTING)
    assert board.status() == EngineStatus(state=RunState.STARTING)
    assert board.stages() == ()


def test_whoever_listens_no_more_is_told_no_more_and_the_others_are() -> None:
    board = Board()
    leaving, staying = Listener(), Listener()
    leave = board.subscribe(leaving)
    board.subscribe(staying)
    leave()
    board.part_committed(committed(1.0))
    board.frame_arrived(frame(0), 0)
    assert (len(leaving.parts), leaving.frames) == (0, 0)
    assert (len(staying.parts), staying.frames) == (1, 1)


def test_a_listener_that_breaks_is_written_down_and_the_next_is_told() -> None:
    def breaks(_: object) -> None:
        raise RuntimeError

    board, other = Board(), Listener()
    board.subscribe(SimpleNamespace(on_part=breaks, on_frame=breaks, on_status=breaks))
    board.subscribe(other)
    with told("inspector.engine.board") as said:
        board.begin(state=RunState.STARTING)
        board.frame_arrived(frame(0), 0)
        board.part_committed(committed(1.0))
    assert (len(other.states), other.frames, len(other.parts)) == (1, 1, 1)
    assert [line.splitlines()[0] for line in said] == ["a listener of the line failed"] * 3


def test_a_move_that_the_table_forbids_is_ignored() -> None:
    board = Board()
    board.begin(state=RunState.STARTING)
    for wanted, then in (
        (RunState.STOPPING, RunState.STOPPING),
        (RunState.RUNNING, RunState.STOPPING),
        (RunState.IDLE, RunState.IDLE),
        (RunState.FAULT, RunState.IDLE),
    ):
        board.change(state=wanted, waiting=1)
        assert board.status().state is then
