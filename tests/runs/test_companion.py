"""A command that runs beside the station is started again where it ends, and ends with what wanted it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inspector.runs.companion import Companion
from inspector.runs.processes import is_alive, mark_of
from tests.waits import until

READY = 'import os, time; print("{\\"pid\\": %d}" % os.getpid(), flush=True); time.sleep(600)'
FAULT = 'print("{\\"error\\": {\\"what\\": \\"the port is taken\\", \\"next_step\\": \\"Name another.\\"}}"); exit(1)'
CRASH = 'import sys; print("Traceback", file=sys.stderr); print("it broke", file=sys.stderr); exit(9)'


class Clock:
    """Seconds that a test says."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def companion(clock: Clock) -> Iterator[Companion]:
    made = Companion("companion", now_s=clock)
    yield made
    made.end()


def code(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", text)


def look_until(companion: Companion, condition: Callable[[bytes], object]) -> bytes:
    ready = b""

    def seen() -> object:
        nonlocal ready
        ready = companion.look()
        return condition(ready)

    until(seen)
    return ready


def pid(ready: bytes) -> int:
    return int(ready.split(b":")[1].strip(b" }\n"))


def test_nothing_runs_that_is_not_wanted(companion: Companion) -> None:
    assert companion.look() == b""
    assert companion.fault == ""


def test_it_says_that_it_is_ready_and_ends_when_it_is_not_wanted_any_more(companion: Companion) -> None:
    companion.want(code(READY))
    mark = mark_of(pid(look_until(companion, bool)))
    assert is_alive(mark)
    companion.want(())
    assert not is_alive(mark)
    assert companion.look() == b""


def test_what_was_killed_is_started_again_after_a_wait(companion: Companion, clock: Clock) -> None:
    import psutil

    companion.want(code(READY))
    first = pid(look_until(companion, bool))
    psutil.Process(first).kill()
    look_until(companion, lambda ready: not ready)
    assert "ended with code" in companion.fault
    clock.now_s += 1.9
    assert companion.look() == b""
    clock.now_s += 0.2
    assert pid(look_until(companion, bool)) != first
    assert companion.fault == ""


def test_waits_grow_up_to_a_minute_where_it_ends_at_once(companion: Companion, clock: Clock, tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    companion.want(code(f"open({str(starts)!r}, 'a').write('x'); exit(1)"))
    companion.look()
    look_until(companion, lambda _: not companion.running)
    for number, wait_s in enumerate((2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0), start=2):
        clock.now_s += wait_s - 0.1
        companion.look()
        assert companion.running is False
        clock.now_s += 0.2
        companion.look()
        look_until(companion, lambda _: not companion.running)
        assert starts.stat().st_size == number


def test_why_it_ended_is_said_in_its_own_words(companion: Companion) -> None:
    companion.want(code(FAULT))
    look_until(companion, lambda _: companion.fault)
    assert companion.fault == "the port is taken. Name another."


def test_the_last_line_is_said_of_one_that_broke(companion: Companion) -> None:
    companion.want(code(CRASH))
    look_until(companion, lambda _: companion.fault)
    assert companion.fault == "it ended with code 9: it broke"


def test_a_program_that_is_not_there_is_said(companion: Companion, tmp_path: Path) -> None:
    companion.want((str(tmp_path / "absent"),))
    companion.look()
    assert "absent cannot be started" in companion.fault


def test_another_command_replaces_the_one_that_runs(companion: Companion) -> None:
    companion.want(code(READY))
    first = mark_of(pid(look_until(companion, bool)))
    companion.want((*code(READY), "other"))
    assert not is_alive(first)
    assert pid(look_until(companion, bool)) != first.pid
