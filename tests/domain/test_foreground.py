"""The empty belt and what stands in front of it, on pictures without noise, to the pixel and to the grey level."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.records import Box, Frame, Origin
from inspector.domain.trigger.foreground import Blob, Foreground, InView, _gain, _shrink

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONFIG = TriggerConfig(mode=TriggerMode.PART_CROSSING)  # level 25, at least 1 % of the region
WIDTH, HEIGHT = 160, 100
BELT = 60


def picture(*things: tuple[Box, int], belt: int = BELT, size: tuple[int, int] = (WIDTH, HEIGHT)) -> np.ndarray:
    image = np.full(size[::-1], belt, np.uint8)
    for box, grey in things:
        image[box.y : box.y + box.height, box.x : box.x + box.width] = grey
    return image


def box(x: int, y: int, width: int, height: int) -> Box:
    return Box(x=x, y=y, width=width, height=height)


def frame(image: np.ndarray, time_s: float) -> Frame:
    return Frame(
        image=image,
        sequence=0,
        time_s=time_s,
        origin=Origin(captured_at=datetime(2026, 1, 31, tzinfo=UTC), captured_s=0.0, source="scene"),
    )


class Belt:
    """A foreground that is shown one picture every tenth of a second."""

    def __init__(self, config: TriggerConfig = CONFIG, region: Box | None = None) -> None:
        self.foreground = Foreground(config, region)
        self.time_s = 0.0

    def show(self, image: np.ndarray, step_s: float = 0.1) -> list[Blob] | None:
        self.time_s += step_s
        return self.foreground.blobs(frame(image.copy(), self.time_s))

    def learn(self, image: np.ndarray) -> Belt:
        assert [self.show(image) for _ in range(8)] == [None] * 8
        return self

    @property
    def background(self) -> np.ndarray:
        assert self.foreground._background is not None
        return self.foreground._background


def test_a_thing_is_where_it_is() -> None:
    belt = Belt().learn(picture())
    assert belt.show(picture((box(40, 30, 20, 10), 160))) == [
        Blob(
            centroid=(50.0, 35.0),
            box_centre=(50.0, 35.0),
            width=20.0,
            height=10.0,
            area_fraction=200 / 16000,
            touches=frozenset(),
            label=1,
        )
    ]
    assert belt.foreground.labels.sum() == 200


def test_in_a_large_picture_and_a_region_places_are_those_of_the_frame() -> None:
    region = box(100, 200, 640, 400)  # looked at with half as many pixels on a side
    belt = Belt(region=region).learn(picture(size=(900, 700)))
    image = picture((box(100 + 80, 200 + 40, 64, 40), 160), (box(0, 0, 90, 190), 250), size=(900, 700))
    (blob,) = belt.show(image) or []
    assert blob.centroid == (212.0, 260.0)
    assert blob.box_centre == (212.0, 260.0)
    assert (blob.width, blob.height) == (64.0, 40.0)
    assert blob.area_fraction == pytest.approx(64 * 40 / (640 * 400))


def test_the_largest_comes_first_and_a_piece_that_is_missing_moves_the_centroid_only() -> None:
    belt = Belt().learn(picture())
    small, large, hole = box(10, 10, 20, 20), box(60, 40, 40, 30), box(60, 40, 20, 15)
    blobs = belt.show(picture((small, 160), (large, 160), (hole, BELT))) or []
    assert [blob.box_centre for blob in blobs] == [(80.0, 55.0), (20.0, 20.0)]
    ys, xs = np.nonzero(picture((large, 160), (hole, BELT)) == 160)
    assert blobs[0].centroid == pytest.approx((xs.mean() + 0.5, ys.mean() + 0.5), abs=0.1)


@pytest.mark.parametrize(
    ("where", "touches"),
    [
        (box(0, 40, 20, 20), {"left"}),
        (box(1, 40, 20, 20), {"left"}),
        (box(2, 40, 20, 20), set()),
        (box(140, 40, 20, 20), {"right"}),
        (box(139, 40, 20, 20), {"right"}),
        (box(138, 40, 20, 20), set()),
        (box(40, 0, 20, 20), {"top"}),
        (box(40, 1, 20, 20), {"top"}),
        (box(40, 2, 20, 20), set()),
        (box(40, 80, 20, 20), {"bottom"}),
        (box(40, 79, 20, 20), {"bottom"}),
        (box(40, 78, 20, 20), set()),
        (box(0, 0, 20, 20), {"left", "top"}),
        (box(140, 80, 20, 20), {"right", "bottom"}),
    ],
)
def test_which_sides_a_thing_touches(where: Box, touches: set[str]) -> None:
    (blob,) = Belt().learn(picture()).show(picture((where, 160))) or []
    assert blob.touches == touches


@pytest.mark.parametrize(("side", "there"), [(12, False), (13, True)])
def test_what_is_smaller_than_the_smallest_part_is_none(side: int, there: bool) -> None:
    belt = Belt().learn(picture())  # 1 % of 16,000 is 160; 12² is 144 and 13² is 169
    assert len(belt.show(picture((box(40, 40, side, side), 160))) or []) == there


def test_a_part_of_exactly_the_smallest_area_counts_and_never_less_than_four_pixels() -> None:
    exactly = Belt(replace(CONFIG, min_area_fraction=144 / 16000)).learn(picture())
    assert len(exactly.show(picture((box(40, 40, 12, 12), 160))) or []) == 1
    tiny = Belt(replace(CONFIG, min_area_fraction=0.0)).learn(picture())
    assert len(tiny.show(picture((box(40, 40, 3, 3), 160))) or []) == 1
    assert tiny.show(picture((box(40, 40, 2, 2), 160))) == []  # opened away: a speck is no thing


@pytest.mark.parametrize(
    ("grey", "there"), [(BELT + 25, False), (BELT + 26, True), (BELT - 25, False), (BELT - 26, True)]
)
def test_a_thing_differs_by_more_than_the_level(grey: int, there: bool) -> None:
    belt = Belt().learn(picture())
    assert len(belt.show(picture((box(40, 40, 20, 20), grey))) or []) == there


@pytest.mark.parametrize(("strong", "there"), [(4, False), (5, True)])
def test_a_quarter_of_a_thing_must_differ_by_the_level_and_the_rest_by_half_of_it(strong: int, there: bool) -> None:
    belt = Belt().learn(picture())
    thing = picture((box(40, 40, 20, 20), BELT + 13), (box(40, 40, 20, strong), BELT + 60))
    blobs = belt.show(thing) or []
    assert [blob.area_fraction for blob in blobs] == [400 / 16000] * there
    weak = picture((box(40, 40, 20, 20), BELT + 12), (box(40, 40, 20, 10), BELT + 60))
    assert [blob.area_fraction for blob in belt.show(weak) or []] == [200 / 16000]


def test_things_that_touch_at_a_corner_are_one() -> None:
    belt = Belt().learn(picture())
    blobs = belt.show(picture((box(40, 40, 10, 10), 160), (box(50, 50, 10, 10), 160))) or []
    assert [(blob.width, blob.height, blob.area_fraction) for blob in blobs] == [(20.0, 20.0, 200 / 16000)]


def test_eight_pictures_without_motion_are_the_empty_belt() -> None:
    belt = Belt()
    moving = [picture((box(20 * number, 40, 20, 20), 160)) for number in range(4)]
    assert [belt.show(image) for image in moving] == [None] * 4
    for _ in range(8):
        assert not belt.foreground.learned
        assert belt.show(picture()) is None
    assert belt.foreground.learned
    assert belt.show(picture()) == []
    np.testing.assert_allclose(belt.background, BELT, atol=1e-3)


def test_the_empty_belt_is_the_mean_of_these_pictures() -> None:
    belt = Belt()
    for grey in (60, 61, 60, 61, 60, 61, 60, 61):
        belt.show(picture(belt=grey))
    assert belt.background.dtype == np.float32
    np.testing.assert_allclose(belt.background, 60.5, atol=1e-4)


@pytest.mark.parametrize(("side", "waits"), [(8, False), (9, True)])  # half of the smallest part is 80 pixels
def test_what_moves_by_less_than_half_a_part_does_not_hold_the_learning_up(side: int, waits: bool) -> None:
    belt = Belt()
    for number in range(8):
        belt.show(picture((box(40, 40, side, side), 76 if number % 2 else BELT)))  # by more than 0.6 of the level
    assert belt.foreground.learned is not waits


@pytest.mark.parametrize(("grey", "waits"), [(BELT + 15, False), (BELT + 16, True)])
def test_what_changes_by_less_than_six_tenths_of_the_level_is_no_motion(grey: int, waits: bool) -> None:
    belt = Belt()
    for number in range(8):
        belt.show(picture((box(40, 40, 40, 40), grey if number % 2 else BELT)))
    assert belt.foreground.learned is not waits


def test_without_a_pause_the_empty_belt_is_the_median_of_ten_seconds() -> None:
    belt = Belt()
    where = [box(40 * (number // 2 % 4), 40, 40, 40) for number in range(100)]
    shown = 0
    while not belt.foreground.learned:
        assert belt.show(picture((where[shown], 200)), step_s=0.125) is None
        assert len(belt.foreground._seen) == (shown // 2 + 1 if shown < 80 else 0)  # four a second are kept
        shown += 1
    assert shown == 81  # the last is ten seconds after the first
    np.testing.assert_array_equal(belt.background, np.full((HEIGHT, WIDTH), BELT, np.float32))
    assert belt.background.dtype == np.float32
    assert (belt.foreground._seen, belt.foreground._still) == ([], [])


def test_the_belt_is_followed_where_nothing_stands() -> None:
    belt = Belt().learn(picture())
    thing = box(40, 40, 20, 20)
    corner = box(100, 0, 60, 30)  # lighter than the belt by less than anything that counts
    assert len(belt.show(picture((thing, 160), (corner, BELT + 10)), step_s=0.5) or []) == 1
    rate = 1 - np.exp(-0.5 / 10)
    assert belt.background[0, 100] == pytest.approx(BELT + rate * 10)
    assert belt.background[45, 50] == BELT
    assert belt.background[36, 36] == BELT  # within four pixels of the thing
    assert belt.background[80, 20] == BELT
    # no gap counts for more than a second
    before = float(belt.background[0, 100])
    belt.show(picture((thing, 160), (corner, BELT + 10)), step_s=60.0)
    after = before + (1 - np.exp(-1.0 / 10)) * (BELT + 10 - before)
    assert belt.background[0, 100] == pytest.approx(after)


def test_a_clock_that_stands_still_changes_nothing() -> None:
    belt = Belt().learn(picture())
    belt.show(picture((box(100, 0, 60, 30), BELT + 10)), step_s=0.0)
    np.testing.assert_allclose(belt.background, BELT, atol=1e-4)


def test_a_brighter_lamp_is_no_thing_and_the_belt_stays_what_it_was() -> None:
    belt = Belt().learn(picture())
    assert belt.show(picture(belt=90)) == []
    np.testing.assert_allclose(belt.background, BELT, atol=1e-3)
    (blob,) = belt.show(picture((box(40, 40, 20, 20), 200), belt=90)) or []
    assert blob.box_centre == (50.0, 50.0)


def test_a_thing_that_is_absorbed_is_belt() -> None:
    belt = Belt().learn(picture())
    marks = picture((box(40, 40, 20, 20), 160), (box(100, 40, 30, 30), 160))
    blobs = belt.show(marks) or []
    assert len(blobs) == 2
    belt.foreground.absorb(blobs[1])
    (left,) = belt.show(marks) or []
    assert left.box_centre == blobs[0].box_centre
    assert belt.background[45, 45] == 160
    belt.foreground.reset()
    assert not belt.foreground.learned
    belt.foreground.absorb(blobs[0])  # nothing is learned yet: nothing happens
    assert belt.show(marks) is None


def test_another_size_starts_anew() -> None:
    belt = Belt().learn(picture())
    assert belt.show(picture(size=(80, 50))) is None
    assert belt.show(picture(size=(40, 25))) is None


def test_a_size_that_comes_back_has_its_empty_belt_from_the_second_picture_on() -> None:
    belt, thing = Belt().learn(picture()), (box(20, 20, 30, 30), 200)
    assert belt.show(picture(size=(80, 50))) is None
    assert not belt.foreground.learned
    assert belt.show(picture(thing)) is None
    blobs = belt.show(picture(thing))
    assert blobs is not None
    assert [blob.box_centre for blob in blobs] == [(35.0, 35.0)]
    belt.foreground.reset()  # by hand: what was known is forgotten
    assert belt.show(picture(size=(80, 50))) is None
    assert belt.show(picture(thing)) is None
    assert belt.show(picture(thing)) is None


@pytest.mark.parametrize(
    ("size", "small", "factors"),
    [
        ((320, 100), (100, 320), (1.0, 1.0)),
        ((640, 200), (100, 320), (2.0, 2.0)),
        ((200, 640), (320, 100), (2.0, 2.0)),
        ((1000, 2), (1, 320), (3.125, 2.0)),
        ((2, 1000), (320, 1), (2.0, 3.125)),
    ],
)
def test_pictures_are_looked_at_with_at_most_320_pixels(
    size: tuple[int, int], small: tuple[int, int], factors: tuple[float, float]
) -> None:
    pixels, back = _shrink(picture(size=size))
    assert pixels.shape == small
    assert pixels.dtype == np.float32
    assert back == factors
    assert float(pixels.mean()) == BELT


def test_the_lamp_is_the_median_ratio_of_usable_pixels() -> None:
    then: NDArray[np.float32] = np.full((10, 50), 100.0, np.float32)
    assert _gain(np.full_like(then, 150.0), then, None) == 1.5
    assert _gain(np.full_like(then, 11.0), then, None) == pytest.approx(0.3)
    assert _gain(then, np.full_like(then, 25.0), None) == 3.0
    mixed = np.full_like(then, 150.0)
    mixed[:, 30:] = 20.0
    assert _gain(mixed, then, None) == 1.5  # the median, not the mean


@pytest.mark.parametrize(
    ("then", "now", "gain"), [(8.0, 16.0, 1.0), (9.0, 18.0, 2.0), (200.0, 250.0, 1.0), (200.0, 249.0, 1.245)]
)
def test_black_and_saturated_pixels_say_nothing_of_the_lamp(then: float, now: float, gain: float) -> None:
    shape = (10, 50)
    assert _gain(np.full(shape, now, np.float32), np.full(shape, then, np.float32), None) == pytest.approx(gain)


@pytest.mark.parametrize(("count", "gain"), [(15, 1.0), (16, 2.0)])
def test_fewer_than_16_usable_pixels_say_nothing_of_the_lamp(count: int, gain: float) -> None:
    then, now = np.zeros((1, 500), np.float32), np.zeros((1, 500), np.float32)
    then[0, : 5 * count : 5], now[0, : 5 * count : 5] = 50.0, 100.0
    assert _gain(now, then, None) == gain


@pytest.mark.parametrize(("free", "gain"), [(10, 2.0), (11, 1.5)])
def test_the_lamp_is_measured_beside_things_where_a_tenth_is_free(free: int, gain: float) -> None:
    then = np.full((1, 1000), 50.0, np.float32)  # of which every fifth is looked at
    now, labels = then * 2.0, np.ones((1, 1000), np.int32)
    now[0, : 10 * free] = 75.0
    labels[0, : 10 * free] = 0
    assert _gain(now, then, labels) == gain
    assert _gain(now, then, labels[:, :-1]) == 2.0  # of another picture


def test_a_part_before_a_lamp_at_full_scale_is_a_part_and_no_dimmer_lamp() -> None:
    belt = Belt().learn(picture(belt=255))
    for _ in range(2):
        (blob,) = belt.show(picture((box(40, 30, 30, 20), 80), belt=255)) or []
        assert (round(blob.width), round(blob.height)) == (30, 20)
    assert belt.show(picture(belt=255)) == []
    assert belt.show(picture(belt=200)) == []  # the lamp itself, darker everywhere


def test_presence_tells_what_was_measured_also_where_it_is_no_part() -> None:
    belt = Belt().learn(picture())
    assert belt.foreground.presence == InView()
    belt.show(picture((box(40, 30, 12, 10), 200)))  # 0.75 %
    small = belt.foreground.presence
    assert (small.is_part, small.is_clear, small.box, small.parts) == (False, True, box(40, 30, 12, 10), ())
    assert small.area_fraction == pytest.approx(0.0075)
    belt.show(picture((box(40, 30, 50, 40), BELT + 18)))  # large, and hardly brighter
    faint = belt.foreground.presence
    assert (faint.is_part, faint.is_clear, faint.area_fraction) == (False, False, 0.125)
    belt.show(picture((box(20, 30, 30, 20), 200), (box(100, 30, 20, 20), 200)))
    both = belt.foreground.presence
    assert (both.is_part, both.box) == (True, box(20, 30, 30, 20))
    assert set(both.parts) == {box(20, 30, 30, 20), box(100, 30, 20, 20)}


def test_a_background_can_be_taken_over() -> None:
    known, other = Belt().learn(picture()), Belt(replace(CONFIG, min_area_fraction=0.1))
    other.foreground.take_background(known.foreground)
    assert other.show(picture((box(40, 30, 30, 20), 200))) == []  # 3.75 %
    assert other.foreground.presence.area_fraction == pytest.approx(0.0375)
    unknown = Belt()
    unknown.foreground.take_background(Belt().foreground)
    assert unknown.show(picture()) is None
