"""What a trigger makes of a frame: the part, its region and its name; and the beat, the rest and the line to the frame."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from inspector.domain.config import Crop, Direction, TriggerConfig, TriggerMode
from inspector.domain.records import Box, Frame, Origin, Part
from inspector.domain.trigger import make_trigger
from inspector.domain.trigger.base import Trigger, _square
from inspector.domain.trigger.crossing import PartCrossing

WIDTH, HEIGHT = 160, 100
REGION = Box(x=10, y=20, width=120, height=60)


def frame(time_s: float, *things: tuple[int, int, int, int], grey: int = 160) -> Frame:
    """A belt of grey 60 with things at left, top, width, height."""
    image = np.full((HEIGHT, WIDTH), 60, np.uint8)
    for x, y, width, height in things:
        image[max(0, y) : max(0, y + height), max(0, x) : max(0, x + width)] = grey
    return Frame(
        image=image,
        sequence=round(1000 * time_s),
        time_s=time_s,
        origin=Origin(captured_at=datetime(2026, 1, 31, tzinfo=UTC), captured_s=0.0, source="scene"),
    )


def shown(trigger: Trigger, frames: list[Frame]) -> list[Part]:
    return [part for item in frames for part in trigger.update(item)]


def learned(trigger: Trigger) -> Trigger:
    assert shown(trigger, [frame(number / 10) for number in range(-8, 0)]) == []
    return trigger


@pytest.mark.parametrize("mode", list(TriggerMode))
def test_the_next_frame_is_a_part_when_it_is_asked_for_by_hand_and_only_that_one(mode: TriggerMode) -> None:
    trigger = make_trigger(TriggerConfig(mode=mode, interval_s=1000), REGION)
    frames = [frame(number / 10) for number in range(4)]
    trigger.update(frames[0])
    trigger.fire()
    before_s = time.perf_counter()
    (part,) = trigger.update(frames[1])
    name = "every-picture" if mode is TriggerMode.EVERY_PICTURE else "manual"
    asked_s = part.triggered_s  # the frame was captured at 0.0
    assert part.trigger_id
    seen = Part(frame=frames[1], region=REGION, triggered_s=asked_s, behind_s=asked_s, trigger=name)
    assert part == replace(seen, trigger_id=part.trigger_id)
    assert part.since_s == 0.0
    assert before_s <= part.triggered_s <= time.perf_counter()
    assert len(trigger.update(frames[2])) == (mode is TriggerMode.EVERY_PICTURE)
    trigger.fire()
    trigger.reset()
    assert len(trigger.update(frames[3])) == (mode in (TriggerMode.EVERY_PICTURE, TriggerMode.INTERVAL))
    assert trigger.flush() == ()


def test_a_part_that_is_due_anyway_is_not_doubled_by_hand() -> None:
    trigger = make_trigger(TriggerConfig(mode=TriggerMode.INTERVAL, interval_s=0.5), None)
    trigger.fire()
    (part,) = trigger.update(frame(0.0))
    assert part.trigger == "interval"
    assert trigger.update(frame(0.1)) == ()


def test_the_beat_of_an_interval() -> None:
    trigger = make_trigger(TriggerConfig(mode=TriggerMode.INTERVAL, interval_s=0.5), None)
    times = [1.0, 1.25, 1.5, 1.9, 2.125, 2.5, 3.75, 4.0, 4.25]
    parts = shown(trigger, [frame(time_s) for time_s in times])
    # 2.125 is late, and 2.5 is on the beat again; after the gap the beat starts anew at 3.75
    assert [part.frame.time_s for part in parts] == [1.0, 1.5, 2.125, 2.5, 3.75, 4.25]
    assert {(part.region, part.trigger) for part in parts} == {(None, "interval")}
    trigger.reset()
    assert len(trigger.update(frame(4.3))) == 1


def test_an_interval_of_a_frame_s_length_misses_none_by_rounding() -> None:
    trigger = make_trigger(TriggerConfig(mode=TriggerMode.INTERVAL, interval_s=0.1), None)
    assert len(shown(trigger, [frame(number * 0.1) for number in range(50)])) == 50


@pytest.mark.parametrize(
    ("centre", "side", "wanted"),
    [
        ((80.0, 50.0), 40, Box(x=60, y=30, width=40, height=40)),
        ((10.0, 95.0), 40, Box(x=0, y=60, width=40, height=40)),
        ((155.0, 5.0), 40, Box(x=120, y=0, width=40, height=40)),
        ((80.0, 50.0), 120, Box(x=20, y=0, width=120, height=100)),
        ((80.0, 50.0), 500, Box(x=0, y=0, width=160, height=100)),
        ((80.4, 50.6), 41, Box(x=60, y=30, width=41, height=41)),
    ],
)
def test_a_square_around_a_part_lies_inside_the_picture(centre: tuple[float, float], side: int, wanted: Box) -> None:
    assert _square(centre, side, WIDTH, HEIGHT) == wanted


SETTLED = TriggerConfig(mode=TriggerMode.PART_SETTLED, settle_s=0.5)


def at(start_s: float, end_s: float, *things: tuple[int, int, int, int]) -> list[Frame]:
    """Eight frames a second, the end left out."""
    return [frame(number / 8, *things) for number in range(round(8 * start_s), round(8 * end_s))]


def test_a_part_at_rest_is_captured_after_exactly_that_time() -> None:
    trigger = learned(make_trigger(SETTLED, REGION))
    parts = shown(trigger, [*at(0, 1), *at(1, 3, (60, 40, 20, 20))])
    assert [(part.frame.time_s, part.region, part.trigger) for part in parts] == [(1.5, REGION, "part-settled")]


def test_the_model_sees_a_square_around_the_part_where_that_is_wanted() -> None:
    trigger = learned(make_trigger(replace(SETTLED, crop=Crop.PART, part_size_px=30), REGION))
    (part,) = shown(trigger, at(0, 1, (60, 40, 20, 20)))
    assert part.region == Box(x=55, y=35, width=30, height=30)
    by_hand = learned(make_trigger(replace(SETTLED, crop=Crop.PART, part_size_px=30), REGION))
    by_hand.fire()
    (part,) = by_hand.update(frame(0.0))
    assert part.region == REGION  # nobody knows where the part is


@pytest.mark.parametrize("step", [1, 2])
def test_what_moves_by_more_than_a_hundredth_of_the_region_is_not_at_rest(step: int) -> None:
    trigger = learned(make_trigger(SETTLED, None))  # a hundredth of the frame's width is 1.6 pixels
    creeping = [frame(number / 8, (40 + step * (number % 2), 40, 20, 20)) for number in range(12)]
    assert len(shown(trigger, creeping)) == (step == 1)
    in_region = learned(make_trigger(SETTLED, REGION))  # of the region's, 1.2
    assert len(shown(in_region, creeping)) == (step == 1)


@pytest.mark.parametrize(("rows", "rests"), [(1, True), (2, False)])
def test_what_changes_by_more_than_six_hundredths_of_its_area_is_not_at_rest(rows: int, rests: bool) -> None:
    trigger = learned(make_trigger(SETTLED, None))  # one of 20 rows is 5 %
    growing = [frame(number / 8, (40, 40, 20, 20 + rows * (number % 2))) for number in range(12)]
    assert len(shown(trigger, growing)) == rests


def test_the_next_part_is_awaited_when_the_region_was_empty_for_a_tenth_of_a_second() -> None:
    part = (60, 40, 20, 20)
    trigger = learned(make_trigger(SETTLED, None))
    assert len(shown(trigger, at(0, 1, part))) == 1
    # empty in one frame only: the lamp flickered
    assert shown(trigger, [*at(1, 1.125), *at(1.125, 3, part)]) == []
    # empty in two frames, an eighth of a second apart
    parts = shown(trigger, [*at(3, 3.25), *at(3.25, 4, part)])
    assert [item.frame.time_s for item in parts] == [3.75]
    trigger.reset()
    assert shown(trigger, at(4, 5, part)) == []  # the part is taken for the empty belt, which is learned anew
    assert len(shown(trigger, [*at(5, 5.5, part), *at(5.5, 7, (20, 20, 20, 20))])) == 1


def test_the_larger_of_two_things_is_the_part() -> None:
    trigger = learned(make_trigger(replace(SETTLED, crop=Crop.PART, part_size_px=30), None))
    (part,) = shown(trigger, at(0, 1, (20, 20, 15, 15), (100, 50, 20, 20)))
    assert part.region is not None
    assert part.region.centre == (110.0, 60.0)


CROSSING = TriggerConfig(mode=TriggerMode.PART_CROSSING, sharpest_of=1)


def moving(start: float, speed: float, frames: int, direction: Direction = Direction.RIGHT) -> list[Frame]:
    """A thing of 20 pixels whose middle is at ``start`` along the belt at time 0; ten frames a second."""
    items = []
    for number in range(frames):
        along = round(start + speed * number / 10)
        x, y = {
            Direction.RIGHT: (along, 50),
            Direction.LEFT: (WIDTH - along, 50),
            Direction.DOWN: (80, along),
            Direction.UP: (80, HEIGHT - along),
        }[direction]
        items.append(frame(number / 10, (x - 10, y - 10, 20, 20)))
    return items


@pytest.mark.parametrize(
    ("direction", "at_s"), [(Direction.RIGHT, 0.6), (Direction.LEFT, 0.6), (Direction.DOWN, 0.3), (Direction.UP, 0.3)]
)
def test_a_part_is_captured_when_its_middle_is_on_the_line(direction: Direction, at_s: float) -> None:
    trigger = learned(make_trigger(replace(CROSSING, direction=direction), None))
    parts = shown(trigger, moving(20, 100, 8, direction))  # the line is at 80 of 160, and at 50 of 100
    assert [(part.frame.time_s, part.region, part.trigger) for part in parts] == [(at_s, None, "part-crossing")]


@pytest.mark.parametrize(
    ("direction", "at_s"), [(Direction.RIGHT, 0.2), (Direction.LEFT, 0.4), (Direction.DOWN, 0.2), (Direction.UP, 0.2)]
)
def test_the_line_lies_in_the_region(direction: Direction, at_s: float) -> None:
    trigger = learned(make_trigger(replace(CROSSING, direction=direction, line_fraction=0.25), REGION))
    # a quarter of the region is 30 pixels from its left or right, 15 from its top or bottom
    assert [part.frame.time_s for part in shown(trigger, moving(20, 100, 8, direction))] == [at_s]


@pytest.mark.parametrize(("before", "counted"), [(76, True), (77, False)])
def test_a_part_was_a_fiftieth_of_the_region_before_the_line(before: int, counted: bool) -> None:
    trigger = learned(make_trigger(CROSSING, None))  # a fiftieth of 160 is 3.2
    assert len(shown(trigger, moving(before, 100, 5))) == counted


def test_a_part_counts_once_however_it_goes_on() -> None:
    trigger = learned(make_trigger(CROSSING, None))
    middles = [40, 50, 60, 70, 80, 90, 89, 88, 86, 84, 82, 80, 78, 76, 74, 72, 73, 75, 78, 82, 86, 90]
    frames = [frame(number / 10, (along - 10, 40, 20, 20)) for number, along in enumerate(middles)]
    assert [part.frame.time_s for part in shown(trigger, frames)] == [0.4]


def test_what_reaches_in_from_the_side_is_no_part_until_it_is_clear_of_it() -> None:
    trigger = learned(make_trigger(CROSSING, None))
    hand = [frame(number / 10, (20 + 10 * number, -10, 20, 40)) for number in range(9)]
    assert shown(trigger, hand) == []
    # it lets go of the side: what is there now is a part that lies clear
    assert len(shown(trigger, [frame(0.9, (110, 10, 20, 20))])) == 1


def test_a_mark_that_stands_still_for_three_seconds_is_belt() -> None:
    trigger = learned(make_trigger(CROSSING, None))
    assert isinstance(trigger, PartCrossing)
    marks = [frame(number / 4, (40, 40, 20, 20)) for number in range(18)]
    assert shown(trigger, marks[:15]) == []
    assert [track.last_s for track in trigger._tracker.tracks] == [3.25]  # the first look after three seconds
    assert shown(trigger, marks[15:]) == []
    assert trigger._tracker.tracks == []


def test_a_part_that_has_moved_is_never_belt() -> None:
    trigger = learned(make_trigger(CROSSING, None))
    arriving = [frame(number / 10, (20 + 5 * number, 40, 20, 20)) for number in range(5)]
    waiting = [frame(0.5 + number / 4, (40, 40, 20, 20)) for number in range(20)]
    leaving = [frame(5.5 + number / 10, (40 + 10 * number, 40, 20, 20)) for number in range(6)]
    assert [part.frame.time_s for part in shown(trigger, [*arriving, *waiting, *leaving])] == [5.8]


def test_what_waits_for_a_sharper_frame_is_a_part_when_there_are_no_more() -> None:
    trigger = learned(make_trigger(replace(CROSSING, sharpest_of=5), None))
    assert shown(trigger, moving(40, 100, 5)) == []  # on the line in the last one
    (part,) = trigger.flush()
    assert part.frame.time_s in (0.0, 0.1, 0.2, 0.3, 0.4)
    assert trigger.flush() == ()


def test_a_part_that_vanishes_while_it_waits_for_a_sharper_frame_is_a_part() -> None:
    trigger = learned(make_trigger(replace(CROSSING, sharpest_of=15), None))
    frames = [*moving(40, 100, 5), *(frame(0.5 + number / 10) for number in range(6))]
    assert len(shown(trigger, frames)) == 1
    assert trigger.flush() == ()


def test_a_belt_that_is_reset_is_learned_anew() -> None:
    trigger = learned(make_trigger(CROSSING, None))
    shown(trigger, moving(20, 100, 4))
    trigger.reset()
    assert shown(trigger, moving(60, 100, 8)) == []
    assert trigger.flush() == ()
