"""Pictures of a camera that stay away or stand still: when that is said, in which words, and when it is over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from inspector.domain.config import TriggerConfig
from inspector.domain.geometry import Box
from inspector.domain.records import Frame
from inspector.domain.source_options import FrameStart, SourceOptions
from inspector.engine.board import Board
from inspector.engine.feed import Feed
from inspector.engine.status import RunState, SourceState
from inspector.recipes.recipe import Recipe
from tests.engine.fakes import FakeSource, bad_picture, frame
from tests.engine.lines import Bench

SILENT = "camera:0 has sent no picture for {} s. Check its cable, power and network; it goes on by itself."
STILL = "the picture of camera:0 has stood still for {} s: it may be an old one"
ADVICE = "Restart the camera; if it repeats pictures while nothing moves, raise “Stands still after” (Settings)."


class Watched:
    """A feed with its board and a clock."""

    def __init__(
        self,
        source: str = "camera:0",
        *,
        still_s: float = 5.0,
        region: Box | None = None,
        start: FrameStart = FrameStart.FREE,
    ) -> None:
        self.board = Board()
        self.board.begin(state=RunState.RUNNING, source_state=SourceState.LIVE)
        recipe = recipe_of(source, still_s, region)
        options = replace(recipe.source_options, frame_start=start)
        self.feed = Feed(recipe.model_copy(update={"source_options": options}), self.board)
        self.now_s = 100.0
        self.feed.opened(self.now_s)

    @property
    def said(self) -> str:
        status = self.board.status()
        assert (status.source_state is SourceState.LOST) == bool(status.source_message)
        return status.source_message

    def show(self, picture: Frame, *, times: int = 1, every_s: float = 0.04) -> None:
        for _ in range(times):
            self.now_s += every_s
            self.feed.arrived(picture, self.now_s)

    def move(self, pictures: int, *, every_s: float = 0.04) -> None:
        for number in range(pictures):
            self.show(frame(number), every_s=every_s)

    def wait(self, seconds: float) -> str:
        self.feed.waited(self.now_s + seconds)
        return self.said


def recipe_of(source: str = "camera:0", still_s: float = 5.0, region: Box | None = None, **trigger: Any) -> Recipe:
    return Recipe(
        name="R",
        source=source,
        model="fake",
        region=region,
        source_options=SourceOptions(still_s=still_s),
        trigger=TriggerConfig(**trigger),
    )


def with_pixel(picture: Frame, y: int, x: int) -> Frame:
    image = picture.image.copy()
    image[y, x] ^= 1
    return Frame(image=image, sequence=picture.sequence, time_s=picture.time_s, origin=picture.origin)


@pytest.mark.parametrize("every_s", [0.04, 0.5, 3.0])
def test_a_picture_that_stays_away_is_said_within_a_second_of_when_it_was_due(every_s: float) -> None:
    watched = Watched()
    watched.move(6, every_s=every_s)
    assert watched.wait(every_s + 0.69) == ""
    assert watched.wait(every_s + 0.71) == SILENT.format(f"{max(1.0, every_s + 0.71):.0f}")
    assert watched.wait(12.0) == SILENT.format(12)
    watched.now_s += 12.0
    watched.move(1)
    assert watched.said == ""


def test_a_camera_that_sends_nothing_after_it_was_opened_is_said() -> None:
    watched = Watched()
    assert watched.wait(0.6) == ""
    assert watched.wait(1.2) == SILENT.format(1)


def test_a_pause_while_it_was_opened_again_is_no_time_between_pictures() -> None:
    watched = Watched()
    watched.move(3)
    watched.now_s += 60.0
    watched.feed.opened(watched.now_s)
    watched.move(1)
    assert watched.wait(0.8) == SILENT.format(1)


@pytest.mark.parametrize("source", ["camera:0", "rtsp://u:secret@cam/1", "http://cam/a.mjpg"])
def test_a_picture_that_is_repeated_is_said_after_the_limit_and_heals(source: str) -> None:
    watched = Watched(source)
    watched.move(5)
    watched.show(frame(9), times=125)
    assert (watched.said, watched.feed.still) == ("", "")  # 4.96 s
    watched.show(frame(9))
    name = "rtsp://u:***@cam/1" if "secret" in source else source
    assert watched.feed.still == STILL.format(5).replace("camera:0", name)
    assert watched.said == f"{watched.feed.still}. {ADVICE}"
    watched.show(frame(9), times=25)
    assert watched.feed.still == STILL.format(6).replace("camera:0", name)
    watched.move(1)
    assert (watched.said, watched.feed.still) == ("", "")


def test_a_camera_that_still_repeats_its_picture_after_it_was_opened_again_is_said_at_once() -> None:
    watched = Watched()
    watched.show(frame(9), times=150)
    watched.now_s += 4.0
    watched.feed.opened(watched.now_s)
    watched.show(frame(9))
    assert watched.feed.still == STILL.format(10)


def test_the_least_change_anywhere_is_a_new_picture() -> None:
    large = Frame(
        image=np.tile(frame(0).image, (10, 10)), sequence=0, time_s=0.0, origin=frame(0).origin
    )  # 240 × 320: not every row is compared each time
    watched = Watched()
    for number in range(10):
        watched.show(with_pixel(large, 1, 1 + 2 * number), every_s=1.0)
        assert watched.feed.still == ""
    watched.show(with_pixel(large, 1, 19), times=2, every_s=5.0)
    assert watched.feed.still.startswith("the picture of camera:0 has stood still")


def test_only_the_region_counts_so_that_a_clock_in_the_picture_hides_nothing() -> None:
    watched = Watched(region=Box(x=8, y=4, width=16, height=16))
    for number in range(7):
        watched.show(with_pixel(frame(0), 0, number), every_s=1.0)
    assert watched.feed.still == STILL.format(6)
    watched.show(with_pixel(frame(0), 4, 8))
    assert watched.feed.still == ""


@pytest.mark.parametrize(
    ("source", "still_s"), [("camera:0", 0.0), ("demo:", 5.0), ("folder:/f", 5.0), ("video:/a.mp4", 5.0)]
)
def test_what_is_no_camera_or_is_set_to_zero_may_stand_still(source: str, still_s: float) -> None:
    watched = Watched(source, still_s=still_s)
    watched.show(frame(9), times=500)
    watched.feed.arrived(bad_picture(1), watched.now_s)
    assert (watched.said, watched.feed.still) == ("", "")
    if source != "camera:0":
        assert watched.wait(100.0) == ""


def test_a_part_of_a_picture_that_stands_still_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(monkeypatch)
    line = bench.line(FakeSource([], live=True))
    line._ready.set()
    line._feed.still = STILL.format(6)
    line._look(frame(0))
    line._feed.still = ""
    line._look(frame(1))
    faults = [getattr(line._parts.take(0.0), "fault", None) for _ in range(2)]
    assert faults == [STILL.format(6), ""]


def test_a_camera_whose_pictures_a_signal_starts_may_be_silent_for_as_long_as_no_part_comes() -> None:
    for start, silent in ((FrameStart.LINE0, False), (FrameStart.SOFTWARE, True), (FrameStart.FREE, True)):
        watched = Watched("genicam:7", start=start)
        watched.move(5)
        assert bool(watched.wait(60.0)) is silent
