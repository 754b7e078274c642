"""Parts that were not seen well enough: each has one row, with a fault in place of a guess."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.records import Box, Part
from inspector.domain.trigger import Trigger, make_trigger
from tests.domain.scenes import FPS, Scene, Thing, moving, parts

CROSSING = TriggerConfig(mode=TriggerMode.PART_CROSSING)
SETTLED = TriggerConfig(mode=TriggerMode.PART_SETTLED, settle_s=0.3)


def without(end_s: float, *holes: tuple[float, float]) -> list[int]:
    """The frames up to a time, less those in the holes."""
    return [n for n in range(round(end_s * FPS)) if not any(first <= n / FPS < last for first, last in holes)]


def faults(captured: Iterable[Part]) -> list[str]:
    return [part.fault.split(":")[0] for part in captured]


GAP = "not followed over the line"
SIDE = "not seen whole"
HALF = "0.5 s without a picture: parts can have passed unseen"


@pytest.fixture
def crossing() -> Trigger:
    return make_trigger(CROSSING, None)


# a part at 300 px/s enters at 1 s, its middle is on the line, at 320 of 640 px, at 2.27 s


def test_a_part_that_is_followed_over_the_line_has_no_fault(crossing: Trigger) -> None:
    # 0.5 s without a picture are 150 px, less than a quarter of 640
    captured = parts(crossing, Scene([Thing(moving(1.0, 300))]), without(5, (2.0, 2.47)))
    assert faults(captured) == [""]
    assert crossing.blind == ""


def test_a_part_that_leaps_over_the_line_is_an_error_once(crossing: Trigger) -> None:
    captured = parts(crossing, Scene([Thing(moving(1.0, 300))]), without(5, (2.0, 2.6)))
    assert captured[0].fault == (
        "not followed over the line: 0.63 s without a picture. "
        "Slow the belt, take the load off the computer, or use a faster camera."
    )
    assert len(captured) == 1


def test_the_next_part_is_judged_again(crossing: Trigger) -> None:
    scene = Scene([Thing(moving(1.0, 300)), Thing(moving(4.0, 300))])
    assert faults(parts(crossing, scene, without(8, (2.0, 2.6)))) == [GAP, ""]


@pytest.mark.parametrize("known", [True, False])
def test_a_part_that_is_first_seen_behind_the_line_is_an_error(known: bool) -> None:
    earlier = [Thing(moving(-2.0, 300)), Thing(moving(1.0, 300))] if known else []
    scene = Scene([*earlier, Thing(moving(4.0, 300))])
    captured = parts(make_trigger(CROSSING, None), scene, without(9, (3.9, 5.6)))
    assert faults(captured) == ["", GAP][not known :]


def test_a_part_that_is_gone_before_it_is_seen_behind_the_line_is_an_error(crossing: Trigger) -> None:
    scene = Scene([Thing(moving(1.0, 300)), Thing(moving(4.0, 300))])
    captured = parts(crossing, scene, without(9, (5.0, 6.9)))
    assert faults(captured) == ["", GAP]
    assert captured[1].frame.time_s == pytest.approx(4.97, abs=0.01)


def test_the_first_part_of_all_that_is_gone_after_a_gap_is_an_error(crossing: Trigger) -> None:
    # none has crossed the line yet: the speed is that of what was followed so far
    assert faults(parts(crossing, Scene([Thing(moving(1.0, 300))]), without(6, (2.0, 3.9)))) == [GAP]


def test_a_part_that_was_first_seen_behind_the_line_and_is_gone_after_the_next_gap_is_one(crossing: Trigger) -> None:
    scene = Scene([Thing(moving(-2.0, 300)), Thing(moving(1.0, 300)), Thing(moving(4.0, 300))])
    assert faults(parts(crossing, scene, without(9, (3.9, 5.6), (5.8, 7.2)))) == ["", GAP]


@pytest.mark.parametrize("hole", [(2.4, 3.0), (2.4, 3.4), (2.4, 4.4)])
def test_a_part_that_was_counted_before_the_gap_is_not_counted_again(
    crossing: Trigger, hole: tuple[float, float]
) -> None:
    captured = parts(crossing, Scene([Thing(moving(1.0, 300))]), without(6, hole))
    assert faults(captured) == [""]


def test_while_parts_can_pass_unseen_that_is_said(crossing: Trigger) -> None:
    scene = Scene([Thing(moving(1.0, 300))])
    blind = [(n, crossing.blind) for n in without(6, (4.0, 4.7)) if crossing.update(scene.frame(n)) is not None]
    assert [(n, words) for n, words in blind if words] == [
        (141, "0.7 s without a picture: parts can have passed unseen")
    ]
    crossing.reset()
    assert (crossing.blind, crossing.learning) == ("", True)


def test_before_the_belt_s_speed_is_known_half_a_second_is_too_long(crossing: Trigger) -> None:
    scene = Scene([])
    for number in [*range(15), 30, 46]:
        crossing.update(scene.frame(number))
        assert crossing.blind == (HALF if number in (30, 46) else "")


def test_the_empty_belt_is_being_learned_until_it_is_known(crossing: Trigger) -> None:
    settled = make_trigger(SETTLED, None)
    scene = Scene([])
    for number in range(8):
        assert (crossing.learning, settled.learning) == (True, True)
        crossing.update(scene.frame(number))
        settled.update(scene.frame(number))
    assert (crossing.learning, settled.learning) == (False, False)
    assert not make_trigger(TriggerConfig(mode=TriggerMode.MANUAL), None).learning


# --- sides ------------------------------------------------------------------------------------------------------------


def test_a_part_that_is_never_whole_in_the_region_is_an_error(crossing: Trigger) -> None:
    long = Thing(moving(1.0, 300, start_x=-400), width=700)
    (part,) = parts(crossing, Scene([long]), without(7))
    assert part.fault.startswith("not seen whole: the part touches the region's left")
    assert part.fault.endswith(" side. Enlarge the region, or guide the parts.")


def test_of_the_frames_around_the_line_only_those_are_chosen_in_which_the_part_is_whole() -> None:
    # the region ends 4 px behind the part on the line: in the frame after the crossing the part touches its side
    region = Box(x=0, y=0, width=374, height=360)
    trigger = make_trigger(replace(CROSSING, line_fraction=320 / 374, sharpest_of=3), region)
    (part,) = parts(trigger, Scene([Thing(moving(1.0, 300, start_x=-62))], noise=0.0), without(4))
    assert part.fault == ""
    assert part.frame.time_s <= 2.27


def test_what_moves_along_a_side_as_the_parts_do_is_a_part_that_is_not_whole(crossing: Trigger) -> None:
    scene = Scene([Thing(moving(1.0, 300)), Thing(moving(4.0, 300, y=20))])
    captured = parts(crossing, scene, without(8))
    assert faults(captured) == ["", SIDE]
    assert "touches the region's top side" in captured[1].fault


def test_what_moves_along_a_side_at_another_speed_is_a_hand(crossing: Trigger) -> None:
    scene = Scene([Thing(moving(1.0, 300)), Thing(moving(4.0, 200, y=20))])
    assert faults(parts(crossing, scene, without(9))) == [""]


def test_a_part_along_a_side_does_not_teach_the_speed_of_parts(crossing: Trigger) -> None:
    # 250 px/s is within a fifth of 300, 225 is not
    along = [Thing(moving(4.0 + 3.5 * n, speed, y=20)) for n, speed in enumerate((250, 250, 250, 225))]
    scene = Scene([Thing(moving(1.0, 300)), *along])
    assert faults(parts(crossing, scene, without(19))) == ["", SIDE, SIDE, SIDE]


def test_a_part_at_rest_over_a_side_of_the_region_is_an_error() -> None:
    trigger = make_trigger(SETTLED, Box(x=100, y=0, width=400, height=360))
    scene = Scene([Thing(lambda t: (480.0, 180.0) if t > 1 else None)])
    (part,) = parts(trigger, scene, without(4))
    assert part.fault.startswith("not seen whole: the part touches the region's right side.")


def test_while_a_part_rests_half_a_second_without_a_picture_is_too_long() -> None:
    trigger, slow = make_trigger(SETTLED, None), make_trigger(replace(SETTLED, settle_s=1.0), None)
    scene = Scene([])
    for number in [*range(15), 29, 45]:
        trigger.update(scene.frame(number))
        slow.update(scene.frame(number))
        assert (trigger.blind, slow.blind) == (HALF if number == 45 else "", "")


# --- the empty belt ---------------------------------------------------------------------------------------------------


def test_a_belt_that_is_busy_all_the_time_is_not_learned_and_once_it_runs_empty_it_is() -> None:
    # a wall of parts, 200 px each with gaps of 80 px: at every place there is a part for most of the time
    wall = [Thing(moving(0.0, 300, start_x=500.0 - 280 * n), width=200, height=200) for n in range(16)]
    trigger = make_trigger(CROSSING, None)
    scene = Scene(wall)
    seen = [trigger.learning for n in range(round(15 * FPS)) if trigger.update(scene.frame(n)) == ()]
    assert seen == [True] * round(15 * FPS)
    later = parts(trigger, Scene([Thing(moving(22.0, 300))]), range(round(20 * FPS), round(26 * FPS)))
    assert faults(later) == [""]
    assert not trigger.learning
    assert np.isfinite(later[0].frame.time_s)
