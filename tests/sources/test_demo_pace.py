"""The demo line as a camera: it waits for each frame's time, and leaves out those whose time has passed."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import numpy as np
import pytest

from inspector.domain.source_options import SourceOptions
from inspector.sources import demo
from inspector.sources.demo import DemoSource


class Clock:
    """Goes on when somebody waits."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.waits: list[float] = []
        self.closed = False

    def perf_counter(self) -> float:
        return self.now_s

    def wait(self, timeout_s: float) -> bool:
        self.waits.append(timeout_s)
        self.now_s += timeout_s
        return self.closed

    def set(self) -> None:
        self.closed = True

    def clear(self) -> None:
        self.closed = False


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()

    class Scene:
        def __init__(self, *, seed: int, defect_rate: float, tags: bool, guided: bool) -> None:
            self.asked = (seed, defect_rate, tags, guided)

        def render(self, number: int) -> tuple[Any, tuple[int, ...]]:
            return np.full((4, 4), number, np.uint8), (number,)

    monkeypatch.setattr(demo, "time", clock)
    monkeypatch.setattr(demo, "Event", lambda: clock)
    monkeypatch.setattr(demo, "DemoScene", Scene)
    return clock


def demo_line(**options: Any) -> DemoSource:
    source = DemoSource(SourceOptions(**options))
    source.open()
    return source


def read(source: DemoSource, timeout_s: float = 1.0) -> int | None:
    frame = source.read(timeout_s)
    return None if frame is None else frame.sequence


def test_each_frame_is_waited_for(clock: Clock) -> None:
    source = demo_line(fps=8.0, seed=5, defect_rate=0.25)
    assert source.live
    assert [read(source) for _ in range(3)] == [0, 1, 2]
    assert clock.waits == [0.0, 0.125, 0.125]
    frame = source.read(1.0)
    assert frame is not None
    assert (frame.sequence, frame.time_s, frame.origin.captured_s, frame.origin.source) == (3, 0.375, 100.375, "demo:")
    assert list[object](frame.truth) == [3]
    assert frame.origin.captured_at.tzinfo is UTC
    assert int(frame.image[0, 0]) == 3
    scene: Any = source._scene
    assert scene.asked == (5, 0.25, False, False)


def test_a_frame_that_is_not_due_in_time_is_not_delivered_and_not_lost(clock: Clock) -> None:
    source = demo_line(fps=8.0)
    assert read(source) == 0
    assert read(source, 0.0625) is None
    assert clock.now_s == 100.0625
    assert read(source, 0.0625) == 1  # due just at the end of the time
    assert clock.now_s == 100.125


def test_a_reader_that_is_late_misses_frames(clock: Clock) -> None:
    source = demo_line(fps=8.0)
    assert read(source) == 0
    clock.now_s = 100.5
    assert read(source) == 4
    clock.now_s = 100.75
    assert read(source) == 6
    clock.waits.clear()
    clock.now_s = 100.8125
    assert read(source) == 7
    assert clock.waits == [0.0625]


def test_closed_it_delivers_nothing_and_reopened_it_goes_on_where_it_was(clock: Clock) -> None:
    source = DemoSource(SourceOptions(fps=8.0))
    assert read(source) is None  # not opened yet
    source.open()
    assert [read(source), read(source)] == [0, 1]
    source.close()
    assert read(source) is None
    clock.now_s = 200.0
    source.open()
    assert [read(source), read(source)] == [2, 3]
    assert clock.now_s == 200.125


def test_without_a_wanted_rate_it_is_thirty_frames_a_second(clock: Clock) -> None:
    source = demo_line()
    assert [read(source) for _ in range(31)] == list(range(31))
    assert clock.now_s == pytest.approx(101.0)


def test_as_fast_as_possible_nobody_waits(clock: Clock) -> None:
    source = demo_line(as_fast_as_possible=True, fps=8.0)
    clock.now_s = 500.0
    assert [read(source, 0.0) for _ in range(3)] == [0, 1, 2]
    assert clock.waits == []
