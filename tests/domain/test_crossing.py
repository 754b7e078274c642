"""part-crossing: for each situation on the belt, the exact number of parts."""

from __future__ import annotations

import functools
from dataclasses import replace

import cv2
import numpy as np
import pytest

from inspector.domain.config import Crop, Direction, TriggerConfig, TriggerMode
from inspector.domain.records import Box, Frame, Part
from inspector.domain.trigger import make_trigger
from inspector.sources.demo_scene import DemoScene
from tests.domain.scenes import FPS, HEIGHT, WIDTH, Scene, Thing, count, moving, parts

CONFIG = TriggerConfig(mode=TriggerMode.PART_CROSSING)


def after(seconds: float) -> int:
    return round(seconds * FPS)


def test_one_part_is_one_part() -> None:
    scene = Scene([Thing(moving(1.0, 300))])
    assert count(make_trigger(CONFIG, None), scene, range(after(4))) == 1


def test_two_parts_in_view_one_behind_the_other() -> None:
    scene = Scene([Thing(moving(1.0, 300)), Thing(moving(1.0, 300, start_x=-200))])
    assert count(make_trigger(CONFIG, None), scene, range(after(5))) == 2


def test_two_parts_side_by_side() -> None:
    scene = Scene([Thing(moving(1.0, 300, y=90)), Thing(moving(1.0, 300, y=250))])
    assert count(make_trigger(CONFIG, None), scene, range(after(4))) == 2


def test_parts_follow_each_other_with_a_gap_of_a_tenth() -> None:
    scene = Scene([Thing(moving(1.0, 240, start_x=-60 - 110 * n)) for n in range(6)])
    assert count(make_trigger(CONFIG, None), scene, range(after(8))) == 6


def test_ten_parts_per_second_at_thirty_frames() -> None:
    # a pitch of 150 px and 1500 px/s: every part is seen in twelve frames, and moves 50 px between two
    scene = Scene([Thing(moving(1.0 + n / 10, 1500), width=90, height=90) for n in range(30)])
    assert count(make_trigger(CONFIG, None), scene, range(after(6))) == 30


def test_every_third_frame_is_missing() -> None:
    scene = Scene([Thing(moving(1.0 + n, 300)) for n in range(4)])
    numbers = [n for n in range(after(8)) if n % 3]
    assert count(make_trigger(CONFIG, None), scene, numbers) == 4


def test_a_hand_that_reaches_in_and_out_is_no_part() -> None:
    def hand(t: float) -> tuple[float, float] | None:
        if not 1.0 < t < 3.0:
            return None
        reach = 1 - abs(t - 2.0)
        return 250 + 140 * (t - 1.0), -160 + 240 * reach

    scene = Scene([Thing(hand, width=120, height=320, grey=140)])
    assert count(make_trigger(CONFIG, None), scene, range(after(4))) == 0


def test_a_hand_over_a_part_does_not_double_it() -> None:
    def hand(t: float) -> tuple[float, float] | None:
        return (150 + 150 * (t - 1.5), -60) if 1.5 < t < 2.2 else None

    scene = Scene([Thing(moving(1.0, 200)), Thing(hand, width=60, height=320, grey=150)])
    assert count(make_trigger(CONFIG, None), scene, range(after(6))) == 1


@pytest.mark.parametrize("step", [0.7, 1.3])
def test_the_lamp_steps_by_thirty_per_cent(step: float) -> None:
    scene = Scene([Thing(moving(1.0, 300)), Thing(moving(3.0, 300))], lamp=lambda t: step if t > 2.1 else 1.0)
    assert count(make_trigger(CONFIG, None), scene, range(after(6))) == 2


def test_the_lamp_flickers_with_the_mains() -> None:
    scene = Scene([Thing(moving(1.0, 300))], lamp=lambda t: 1.0 + 0.15 * np.sin(37.0 * t))
    assert count(make_trigger(CONFIG, None), scene, range(after(4))) == 1


def test_the_lamp_drifts_slowly() -> None:
    scene = Scene([Thing(moving(1.0 + 3 * n, 300)) for n in range(4)], lamp=lambda t: 1.0 - 0.03 * t)
    assert count(make_trigger(CONFIG, None), scene, range(after(14))) == 4


def test_an_empty_belt_with_noise_has_no_part() -> None:
    assert count(make_trigger(CONFIG, None), Scene([], noise=8.0), range(after(5))) == 0


@pytest.mark.parametrize("stop_at", [250.0, 320.0, 330.0])
def test_a_part_that_stops_on_the_line_is_one_part(stop_at: float) -> None:
    reached = 1.0 + (stop_at + 60) / 300

    def halting(t: float) -> tuple[float, float]:
        moved = 300 * (min(t, reached) - 1.0) + 300 * max(0.0, t - reached - 12.0)
        return -60 + moved, 180.0

    scene = Scene([Thing(halting)])
    assert count(make_trigger(CONFIG, None), scene, range(after(reached + 15))) == 1


def test_the_belt_runs_back_for_a_moment() -> None:
    def back(t: float) -> tuple[float, float]:
        return -60 + 300 * (t - 1.0) - (240 * min(max(0.0, t - 2.4), 0.5)) * 2, 180.0

    assert count(make_trigger(CONFIG, None), Scene([Thing(back)]), range(after(7))) == 1


def test_a_part_that_is_lifted_off_before_the_line_is_not_counted_by_what_appears_behind_it() -> None:
    lifted, put_down = Thing(moving(1.0, 150)), Thing(moving(1.0, 150))

    def before(t: float) -> tuple[float, float] | None:
        return lifted.where(t) if t < 2.5 else None  # at 165 px of 640: the line is at 320

    def behind(t: float) -> tuple[float, float] | None:
        return put_down.where(t) if t > 3.7 else None  # at 345 px, where the first would be by now

    scene = Scene([Thing(before), Thing(behind)])
    assert count(make_trigger(CONFIG, None), scene, range(after(6))) == 0


def test_a_mark_on_the_belt_that_stays_is_no_part() -> None:
    scene = Scene([Thing(lambda t: (300, 180) if t > 1 else None), Thing(moving(6.0, 300, y=60), width=60, height=60)])
    assert count(make_trigger(CONFIG, None), scene, range(after(9))) == 1


def test_a_part_that_stands_in_view_at_the_start_and_then_leaves_is_one_part() -> None:
    scene = Scene([Thing(lambda t: (150 + 300 * max(0.0, t - 2.0), 180.0))])
    assert count(make_trigger(CONFIG, None), scene, range(after(6))) == 1


@pytest.mark.parametrize(
    ("direction", "where"),
    [
        (Direction.LEFT, lambda t: (700 - 300 * (t - 1), 180)),
        (Direction.DOWN, lambda t: (320, -60 + 200 * (t - 1))),
        (Direction.UP, lambda t: (320, 420 - 200 * (t - 1))),
    ],
)
def test_every_direction(direction: Direction, where: object) -> None:
    trigger = make_trigger(replace(CONFIG, direction=direction), None)
    assert count(trigger, Scene([Thing(where)]), range(after(5))) == 1  # type: ignore[arg-type]


def test_a_part_that_moves_against_the_direction_is_not_counted() -> None:
    scene = Scene([Thing(lambda t: (700 - 300 * (t - 1), 180))])
    assert count(make_trigger(CONFIG, None), scene, range(after(5))) == 0


@pytest.mark.parametrize(("colour", "depth"), [(True, np.uint8), (False, np.uint16)])
def test_colour_and_sixteen_bit(colour: bool, depth: type) -> None:
    scene = Scene([Thing(moving(1.0, 300))], colour=colour, depth=depth)
    assert count(make_trigger(CONFIG, None), scene, range(after(4))) == 1


def test_only_the_region_is_looked_at() -> None:
    scene = Scene([Thing(moving(1.0, 300, y=60), height=60), Thing(moving(1.5, 300, y=250))])
    trigger = make_trigger(CONFIG, Box(x=0, y=150, width=WIDTH, height=HEIGHT - 150))
    assert count(trigger, scene, range(after(5))) == 1


def test_another_frame_size_starts_anew_and_nothing_breaks() -> None:
    trigger = make_trigger(CONFIG, None)
    scene = Scene([Thing(moving(1.0, 300))])
    assert count(trigger, scene, range(after(1))) == 0
    small = [replace_image(scene.frame(n)) for n in range(after(1), after(5))]
    found = [part for frame in small for part in trigger.update(frame)]
    assert len(found) <= 1


def replace_image(frame: Frame) -> Frame:
    return replace(frame, image=np.ascontiguousarray(frame.image[::2, ::2]))


def test_fired_by_hand_a_part_is_captured_in_every_mode() -> None:
    for mode in TriggerMode:
        trigger = make_trigger(TriggerConfig(mode=mode, interval_s=1000), None)
        scene = Scene([])
        before = [part for n in range(3) for part in trigger.update(scene.frame(n))]
        trigger.fire()
        (part,) = trigger.update(scene.frame(3))
        assert part.trigger == ("every-picture" if mode is TriggerMode.EVERY_PICTURE else "manual")
        assert len(before) == {TriggerMode.EVERY_PICTURE: 3, TriggerMode.INTERVAL: 1}.get(mode, 0)


CROSSING = 69


@functools.cache
def frames_around_the_line() -> tuple[Frame, ...]:
    """Return the frames of a part whose middle passes the line in frame 69."""
    scene = Scene([Thing(moving(1.0, 300, start_x=-65.0))], noise=1.0)
    return tuple(scene.frame(number) for number in range(CROSSING + 20))


def chosen_frame(sharpest_of: int, sharp: int | None) -> int:
    """Return the frame that is chosen where one frame alone is sharp; where none is, they are equally so."""
    trigger = make_trigger(replace(CONFIG, sharpest_of=sharpest_of), None)
    captured: list[Part] = []
    for frame in frames_around_the_line():
        near, blurred = abs(frame.sequence - CROSSING) <= 12, cv2.GaussianBlur(frame.image, (0, 0), 4)
        keep = sharp is None or frame.sequence == sharp or not near
        captured += trigger.update(frame if keep else replace(frame, image=blurred))
    (part,) = captured
    return part.frame.sequence


def test_without_a_choice_the_frame_of_the_crossing_is_the_part() -> None:
    assert chosen_frame(1, None) == CROSSING


@pytest.mark.parametrize(
    ("sharpest_of", "frames"), [(2, (0, 1)), (3, (-1, 0, 1)), (4, (-1, 0, 1, 2)), (5, (-2, -1, 0, 1, 2))]
)
def test_the_sharpest_of_exactly_so_many_frames_around_the_line_is_chosen(
    sharpest_of: int, frames: tuple[int, ...]
) -> None:
    for offset in frames:
        assert chosen_frame(sharpest_of, CROSSING + offset) == CROSSING + offset
    for offset in (frames[0] - 1, frames[-1] + 1):
        assert chosen_frame(sharpest_of, CROSSING + offset) - CROSSING in frames


@pytest.mark.parametrize("seed", [1, 2])
def test_the_demo_line_counts_every_part_once_and_centres_the_crop(seed: int) -> None:
    scene = DemoScene(seed=seed, defect_rate=0.3)
    trigger = make_trigger(replace(CONFIG, crop=Crop.PART, part_size_px=400), None)
    wanted = 12
    end = (scene.plan(wanted).behind_px + 1000) // scene.speed_px
    counted, errors = [], []
    for number in range(end):
        image, truth = scene.render(number)
        blank = Scene([]).frame(number)
        for part in trigger.update(replace(blank, image=image, truth=truth)):
            assert part.region is not None
            x, y = part.region.centre
            near = min(part.frame.truth, key=lambda one: abs(one.part_box.centre[0] - x))
            counted.append(near.part)
            errors.append(max(abs(near.part_box.centre[0] - x), abs(near.part_box.centre[1] - y)))
    assert [number for number in counted if number <= wanted] == list(range(1, wanted + 1))
    assert max(errors) <= 12


def test_a_region_outside_the_picture_is_refused_with_its_numbers() -> None:
    from inspector.domain.errors import PictureError

    trigger = make_trigger(CONFIG, Box(x=5000, y=0, width=10, height=10))
    with pytest.raises(PictureError, match="5000"):
        trigger.update(Scene([]).frame(0))


def test_part_crop_is_shifted_into_the_picture() -> None:
    trigger = make_trigger(replace(CONFIG, crop=Crop.PART, part_size_px=300, line_fraction=0.1), None)
    (found,) = parts(trigger, Scene([Thing(moving(1.0, 300))]), range(after(4)))
    assert found.region is not None
    assert found.region.clipped(WIDTH, HEIGHT) == found.region
    assert (found.region.width, found.region.height) == (300, 300)
