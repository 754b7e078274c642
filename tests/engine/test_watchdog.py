"""A stage that is stuck is noticed; what can be started again safely is; the rest is said."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from inspector.engine import line_model
from inspector.engine.board import Board
from inspector.engine.housekeeping import keep_house
from inspector.engine.status import RunState
from inspector.engine.watchdog import COMPUTES_S, LOOKS_EVERY_S, Watchdog, Watched
from tests.engine.conftest import Rig
from tests.engine.fakes import FakeClassifier, FakeSource, frame
from tests.engine.lines import Bench, Stop
from tests.waits import WAIT_S


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def _looked(watchdog: Watchdog, looks: int, every_s: float = LOOKS_EVERY_S) -> None:
    now_s = time.perf_counter()
    for number in range(1, looks + 1):
        watchdog.look(now_s + number * every_s)


def test_a_disk_that_does_not_answer_is_said_until_it_does() -> None:
    watchdog = Watchdog()
    with watchdog.at(Watched.COMMIT):
        _looked(watchdog, 2)
        assert watchdog.silent_disk(Watched.COMMIT) == ""
        _looked(watchdog, 5)
        assert watchdog.silent_disk(Watched.COMMIT).startswith("the log's disk has not answered for")
        assert (watchdog.silent_disk(Watched.ARCHIVE), watchdog.fault()) == ("", "")
    watchdog.look(0.0)
    assert watchdog.silent_disk(Watched.COMMIT) == ""


@pytest.mark.parametrize("stage", list(COMPUTES_S))
def test_a_stage_that_computes_for_ever_is_a_fault(stage: Watched) -> None:
    watchdog = Watchdog()
    with watchdog.at(stage):
        _looked(watchdog, int(COMPUTES_S[stage] / LOOKS_EVERY_S) - 1)
        assert watchdog.fault() == ""
        _looked(watchdog, int(COMPUTES_S[stage] / LOOKS_EVERY_S) + 2)
        assert stage.value in watchdog.fault()
    watchdog.look(0.0)
    assert watchdog.fault() == ""


def test_a_program_that_was_frozen_as_a_whole_is_not_stuck() -> None:
    watchdog = Watchdog()
    with watchdog.at(Watched.TRIGGER):
        _looked(watchdog, 1, every_s=3600.0)
        assert watchdog.fault() == ""


def test_a_trigger_that_is_stuck_makes_the_line_a_fault(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    line = bench.line()
    waits = iter([False, True])
    monkeypatch.setattr(line._finished, "wait", lambda _: next(waits))
    monkeypatch.setattr(line._watchdog, "fault", lambda: "the trigger has not come back. Start the line again.")
    bench.board.begin(state=RunState.RUNNING)
    line._watch()
    assert bench.board.status().state is RunState.FAULT
    assert "has not come back" in bench.board.status().fault
    assert line.fault == bench.board.status().fault


def test_housekeeping_that_breaks_is_begun_again_and_counted(bench: Bench) -> None:
    board = Board()

    def prune(*_: Any) -> int:
        msg = "quite unexpected"
        raise RuntimeError(msg)

    bench.archive.prune = prune  # type: ignore[method-assign, assignment]
    bench.log.failure_pictures = list  # type: ignore[method-assign]
    keep_house(bench.line()._job, Stop(3), board)
    assert board.status().restarts == 2
    assert "housekeeping" in board.status().last_restart


def test_a_network_that_hangs_for_good_is_left_behind_and_the_model_loaded_anew(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_model, "HANGS_S", 0.0)
    release = threading.Event()

    def act(call: int) -> None:
        if call == 1:
            release.wait(WAIT_S)

    stuck, fresh = FakeClassifier(act), FakeClassifier()
    models = iter([stuck, fresh])
    source = FakeSource([frame(n) for n in range(3)])
    verdicts = rig.run(source, load_classifier=lambda: next(models), predict_limit_s=2.0, file_wait_s=0.0)
    assert verdicts == ["ERROR", "PASS", "PASS"]
    assert rig.engine.status().restarts == 1
    assert "the model" in rig.engine.status().last_restart
    release.set()
    assert fresh.calls == 2


def test_a_network_that_hangs_again_and_again_is_a_fault(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_model, "HANGS_S", 0.0)
    release = threading.Event()

    def act(_: int) -> None:
        release.wait(WAIT_S)

    source = FakeSource([frame(n) for n in range(5)])
    verdicts = rig.run(
        source,
        load_classifier=lambda: FakeClassifier(act),
        predict_limit_s=0.2,
        file_wait_s=0.0,
    )
    release.set()
    assert verdicts == ["ERROR"] * 5
    assert rig.engine.status().restarts == 2
    assert any("again and again" in status.model_fault for status in rig.listener.states)
