"""What is taken as a good part: by hand, by trigger; what is refused; a source that comes and goes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.errors import SourceError
from inspector.domain.records import Box, Frame, Image, Origin
from inspector.gui.good_parts.pictures import MOST, GoodPictures, NotTakenError
from inspector.gui.good_parts.watch import PartWatch, Seen, Wish
from inspector.pictures import LeftOut, read_picture
from inspector.recipes.recipe import Recipe
from tests.waits import WAIT_S


def looks(number: int, size: int = 96) -> Image:
    return np.random.default_rng(number).integers(60, 200, (size, size, 3), dtype=np.uint8)


class FakeCamera:
    """Shows what it is told to, until it is told to break."""

    name = "camera:0"
    live = True
    left_out: tuple[LeftOut, ...] = ()

    def __init__(self) -> None:
        self.shown: Image | None = looks(0)
        self.broken = False
        self._sequence = 0
        self._tick = threading.Event()

    def open(self) -> None:
        if self.broken:
            raise SourceError("camera:0 is not there", "Check its cable.")

    def read(self, timeout_s: float) -> Frame | None:
        self._tick.wait(0.01)
        if self.broken:
            raise SourceError("camera:0 has gone", "Check its cable.")
        if self.shown is None:
            self._tick.wait(timeout_s)
            return None
        self._sequence += 1
        now_s = time.perf_counter()
        origin = Origin(captured_at=datetime.now(UTC), captured_s=now_s, source=self.name)
        return Frame(image=self.shown.copy(), sequence=self._sequence, time_s=now_s, origin=origin)

    def close(self) -> None:
        pass


class Bench:
    """A camera, its recipe and the watch."""

    def __init__(self, folder: Path, mode: TriggerMode) -> None:
        self.camera, self.pictures = FakeCamera(), GoodPictures(folder)
        trigger = TriggerConfig(mode=mode, interval_s=0.01)
        self.recipe = Recipe(
            name="P", source="camera:0", model="m", trigger=trigger, region=Box(x=8, y=8, width=64, height=64)
        )
        self.watch = PartWatch(lambda: self.camera, recipe=self.recipe, pictures=self.pictures)

    def until(self, condition: Callable[[Seen], bool]) -> Seen:
        tick, deadline = threading.Event(), time.perf_counter() + WAIT_S
        while not condition(seen := self.watch.look()):
            assert time.perf_counter() < deadline, seen
            tick.wait(0.01)
        return seen


@pytest.fixture
def bench(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    opened = Bench(tmp_path / "good_parts" / "P", getattr(request, "param", TriggerMode.MANUAL))
    yield opened
    opened.watch.stop()
    for thread in [one for one in threading.enumerate() if one.name == "good parts"]:
        thread.join(WAIT_S)


def test_a_hand_takes_what_the_line_would_inspect_and_nothing_twice(bench: Bench, tmp_path: Path) -> None:
    bench.watch.wish(Wish.TAKE)
    bench.until(lambda seen: seen.taken)
    (picture,) = bench.pictures.taken()
    assert np.array_equal(read_picture(picture.path), looks(0)[8:72, 8:72])
    bench.watch.wish(Wish.TAKE)
    seen = bench.until(lambda seen: bool(seen.said))
    assert seen.said.startswith("Not taken: this picture is the same as number 1: nothing has moved")
    bench.camera.shown = looks(1)
    bench.until(lambda seen: seen.frame is not None and np.array_equal(seen.frame.image, looks(1)))
    bench.watch.wish(Wish.TAKE)
    bench.until(lambda seen: seen.taken)
    files = sorted(path.name for path in (tmp_path / "good_parts" / "P" / "good").iterdir())
    assert files == [picture.path.name for picture in bench.pictures.taken()]
    assert len(GoodPictures(tmp_path / "good_parts" / "P").load()) == 2


def test_a_black_picture_is_refused_in_words(bench: Bench) -> None:
    bench.camera.shown = np.zeros((96, 96, 3), np.uint8)
    bench.until(lambda seen: seen.frame is not None and not seen.frame.image.any())
    bench.watch.wish(Wish.TAKE)
    assert "check the lamp and the lens cap" in bench.until(lambda seen: bool(seen.said)).said
    assert bench.pictures.taken() == ()


def test_a_source_that_is_lost_is_said_and_it_goes_on_when_it_is_back(bench: Bench) -> None:
    bench.until(lambda seen: seen.frame is not None)
    bench.camera.broken = True
    seen = bench.until(lambda seen: seen.faulty)
    assert seen.state.startswith("Camera:0") or "camera:0" in seen.state
    bench.camera.broken = False
    bench.until(lambda seen: seen.frame is not None and not seen.state)
    bench.watch.wish(Wish.TAKE)
    bench.until(lambda seen: seen.taken)


def test_a_camera_that_sends_nothing_is_a_fault(bench: Bench) -> None:
    bench.camera.shown = None
    assert bench.until(lambda seen: seen.faulty).state == "No picture comes from camera:0."


def test_what_cannot_be_written_is_said_and_leaves_nothing(bench: Bench) -> None:
    folder = bench.pictures.folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_bytes(b"")  # a file where the folder should be
    bench.watch.wish(Wish.TAKE)
    assert "cannot be written" in bench.until(lambda seen: bool(seen.said)).said
    assert bench.pictures.taken() == ()


@pytest.mark.parametrize("bench", [TriggerMode.INTERVAL], indirect=True)
def test_every_part_of_the_trigger_is_taken_while_that_is_on(bench: Bench) -> None:
    bench.watch.take_all(True)
    for number in range(3):
        bench.camera.shown = looks(number)
        bench.until(lambda seen, wanted=number + 1: len(bench.pictures.taken()) == wanted)  # type: ignore[misc]


@pytest.mark.parametrize("bench", [TriggerMode.PART_CROSSING], indirect=True)
def test_on_a_belt_the_next_part_that_crosses_is_meant(bench: Bench) -> None:
    bench.until(lambda seen: seen.frame is not None)
    bench.watch.wish(Wish.TAKE)
    bench.until(lambda seen: seen.said == "The next part that the trigger sees is taken.")
    assert bench.pictures.taken() == ()


def test_fifty_are_enough_and_one_that_is_removed_makes_room(tmp_path: Path) -> None:
    pictures = GoodPictures(tmp_path)
    for number in range(MOST):
        pictures.add(looks(number, 64))
    with pytest.raises(NotTakenError, match="50 good parts are enough"):
        pictures.add(looks(MOST, 64))
    first = pictures.taken()[0]
    pictures.remove(first)
    assert not first.path.exists()
    pictures.add(looks(MOST, 64))
    assert len(GoodPictures(tmp_path).load()) == MOST


def test_noise_and_another_light_make_no_other_part(tmp_path: Path) -> None:
    pictures = GoodPictures(tmp_path)
    picture = np.full((640, 640), 120, np.uint8)
    picture[200:400, 200:400] = 60
    pictures.add(picture)
    noise = np.random.default_rng(0).normal(5, 3, picture.shape)
    with pytest.raises(NotTakenError, match="the same as number 1"):
        pictures.add(np.clip(picture + noise, 0, 255).astype(np.uint8))
    moved = np.roll(picture, 6, axis=1)
    pictures.add(moved)
