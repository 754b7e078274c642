"""A belt that is too fast for its pictures: a part has one row at most, and none passes without a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pytest

from inspector.domain.config import Crop, Direction, TriggerConfig, TriggerMode
from inspector.domain.records import Frame, Origin, Part
from inspector.domain.trigger import Trigger, make_trigger
from inspector.domain.trigger.axis import BeltAxis
from inspector.domain.trigger.foreground import Blob
from tests.domain.scenes import FPS, Scene, Thing, moving, parts

CONFIG = TriggerConfig(mode=TriggerMode.PART_CROSSING, crop=Crop.PART, part_size_px=150)
WIDTH, HEIGHT, PART = 640, 360, 110
CALM_S, LOADED_S = 3.0, 4.0
CALM_SPEED = 300.0
SAID_WITHIN_S = 1.0
TOO_FAR = "parts move too far from one picture to the next"


@dataclass(frozen=True)
class Passed:
    """What came of a belt: how often each part was captured, which were unsaid, and what was judged."""

    rows: Counter[int]
    unsaid: list[int]
    presented: int
    judged: int
    cut: int


def belt(seed: int, speed: float, gap: Callable[[np.random.Generator], float], calm_s: float = CALM_S) -> Passed:
    """Parts at random distances: for a while as the camera was chosen for, then faster, with fewer pictures."""
    rng = np.random.default_rng(seed)
    starts = -60.0 - np.cumsum(rng.uniform(155, 300, 600))
    sides = rng.uniform(120, 240, 600)
    begins_s, calm_px = 1.0, CALM_SPEED * calm_s
    loaded_s = begins_s + calm_s

    def travelled(now_s: float) -> float:
        return CALM_SPEED * max(0.0, min(now_s - begins_s, calm_s)) + speed * max(0.0, now_s - loaded_s)

    def when(px: float) -> float:
        return begins_s + px / CALM_SPEED if px < calm_px else loaded_s + (px - calm_px) / speed

    times = [number / FPS for number in range(round(loaded_s * FPS))]
    while times[-1] < loaded_s + LOADED_S:
        times.append(times[-1] + gap(rng))
    trigger, noise = make_trigger(CONFIG, None), rng.normal(60, 2, (4, HEIGHT, WIDTH))
    places: dict[float, dict[int, float]] = {}
    rows: Counter[int] = Counter()
    said_s: list[float] = []
    judged = cut = 0
    for number, now_s in enumerate(times):
        picture, far = noise[number % 4].copy(), travelled(now_s)
        places[now_s] = {n: x for n, x in enumerate(starts + far) if -PART / 2 < x < WIDTH + PART / 2}
        for n, x in places[now_s].items():
            left, top = int(x - PART / 2), int(sides[n] - PART / 2)
            picture[top : top + PART, max(0, left) : max(0, left + PART)] = 170
        for part in trigger.update(shown(picture, number, now_s)):
            n, x = part_of(part, places)
            rows[n] += 1
            judged += not part.fault
            cut += not part.fault and not PART / 2 < x < WIDTH - PART / 2
        if trigger.blind or trigger.learning:
            said_s.append(now_s)
    gone = [n for n, start in enumerate(starts) if when(WIDTH + PART / 2 - start) < times[-1] - 0.2]
    unsaid = []
    for n in gone:
        entered_s, left_s = when(-PART / 2 - starts[n]), when(WIDTH + PART / 2 - starts[n])
        if not rows[n] and not any(entered_s <= when_s <= left_s + SAID_WITHIN_S for when_s in said_s):
            unsaid.append(n)
    return Passed(rows=rows, unsaid=unsaid, presented=len(gone), judged=judged, cut=cut)


def shown(picture: np.ndarray, number: int, now_s: float) -> Frame:
    origin = Origin(captured_at=datetime.now(UTC), captured_s=now_s, source="belt")
    return Frame(image=np.clip(picture, 0, 255).astype(np.uint8), sequence=number, time_s=now_s, origin=origin)


def part_of(part: Part, places: dict[float, dict[int, float]]) -> tuple[int, float]:
    """Which part is in a captured region, and where its middle really is."""
    assert part.region is not None
    middle = part.region.centre[0]

    def distance(x: float) -> float:
        visible = (max(0.0, x - PART / 2) + min(float(WIDTH), x + PART / 2)) / 2
        return abs(min(max(visible, 75.0), WIDTH - 75.0) - middle)

    there = places[part.frame.time_s]
    return min(there.items(), key=lambda item: distance(item[1]))


def steady(_: np.random.Generator) -> float:
    return 1 / FPS


def four(_: np.random.Generator) -> float:
    return 0.25


def drops(rng: np.random.Generator) -> float:
    return float(1 + rng.geometric(0.4)) / FPS if rng.random() < 0.5 else 1 / FPS


def holes(rng: np.random.Generator) -> float:
    return 1 / FPS if rng.random() < 0.9 else float(rng.uniform(0.1, 0.6))


def wild(rng: np.random.Generator) -> float:
    return float(rng.exponential(0.15)) + 0.01


@pytest.mark.parametrize("gap", [steady, four, drops, holes, wild])
@pytest.mark.parametrize("speed", [900.0, 3000.0])
def test_no_part_has_two_rows_and_none_passes_without_a_word(
    speed: float, gap: Callable[[np.random.Generator], float]
) -> None:
    passed = belt(7, speed, gap)
    assert passed.presented >= 15
    assert [n for n, count in passed.rows.items() if count > 1] == []
    assert passed.unsaid == []
    assert passed.cut == 0


@pytest.mark.parametrize("gap", [steady, four])
def test_with_pictures_enough_every_part_is_judged(gap: Callable[[np.random.Generator], float]) -> None:
    passed = belt(7, CALM_SPEED, gap)
    assert passed.judged >= passed.presented  # those in the view at the end are too


def test_a_belt_that_was_never_slow_enough_is_said_too() -> None:
    passed = belt(7, 9000.0, steady, calm_s=0.0)
    assert passed.presented > 100
    assert passed.unsaid == []
    assert passed.judged < 0.02 * passed.presented


# --- what is no leap --------------------------------------------------------------------------------------------------


def said(trigger: Trigger, scene: Scene, end_s: float) -> set[str]:
    return {trigger.blind for n in range(round(end_s * FPS)) if trigger.update(scene.frame(n)) is not None} - {""}


@pytest.fixture
def crossing() -> Trigger:
    return make_trigger(CONFIG, None)


def test_parts_that_a_robot_puts_on_the_belt_are_followed_from_there(crossing: Trigger) -> None:
    def put(start_s: float) -> Thing:
        way = moving(start_s, 200, start_x=250)
        return Thing(lambda t: way(t) if t >= start_s else None, width=80, height=80)

    scene = Scene([put(1.0 + 1.5 * n) for n in range(3)])
    assert said(crossing, scene, 6.0) == set()
    assert [part.fault for part in parts(make_trigger(CONFIG, None), scene, range(150))] == [""] * 3


def test_a_part_that_is_taken_off_and_a_reflection_are_no_leap(crossing: Trigger) -> None:
    taken = Thing(lambda t: moving(1.0, 300)(t) if t < 1.8 else None)
    flash = Thing(lambda t: (450.0, 100.0) if 3.0 < t < 3.05 else None)
    later = Thing(moving(4.0, 300))
    assert said(crossing, Scene([taken, flash, later]), 8.0) == set()


def test_a_part_that_falls_into_pieces_is_no_leap(crossing: Trigger) -> None:
    def half(offset: float, width: int) -> Thing:
        way = moving(1.0, 300)
        return Thing(lambda t: (way(t)[0] + (offset if t > 2.0 else 0.0), 180.0), width=width)

    assert said(crossing, Scene([half(-32.0, 44), half(32.0, 44)]), 5.0) == set()


def test_one_part_in_place_of_another_is_a_leap_at_once(crossing: Trigger) -> None:
    first = Thing(lambda t: moving(1.0, 300)(t) if t < 2.0 else None)
    second = Thing(lambda t: moving(1.0, 300, start_x=160)(t) if t >= 2.0 else None)
    blind = []
    for n in range(round(4.5 * FPS)):
        crossing.update(Scene([first, second]).frame(n))
        blind.append(crossing.blind)
    leap = f"{TOO_FAR}: parts can have passed unseen"
    assert [n / FPS for n, words in enumerate(blind) if words] == [n / FPS for n in range(60, 121)]  # for two seconds
    assert set(blind) == {"", leap}
    crossing.reset()
    assert crossing.blind == ""


def test_a_part_that_crosses_meanwhile_is_an_error_that_says_what_to_do(crossing: Trigger) -> None:
    first = Thing(lambda t: moving(1.0, 300)(t) if t < 2.0 else None)
    second = Thing(lambda t: moving(1.0, 300, start_x=160)(t) if t >= 2.0 else None)
    third = Thing(moving(2.0, 300))
    (behind,) = parts(crossing, Scene([first, second, third]), range(140))
    assert behind.fault == (
        f"not followed over the line: {TOO_FAR}. Slow the belt, take the load off the computer, or use a faster camera."
    )


@pytest.mark.parametrize(
    ("direction", "centre", "depth"),
    [
        (Direction.RIGHT, (200.0, 100.0), 240.0),
        (Direction.LEFT, (200.0, 100.0), 480.0),
        (Direction.DOWN, (200.0, 100.0), 110.0),
        (Direction.UP, (200.0, 100.0), 270.0),
    ],
)
def test_how_far_in_a_thing_is_seen_counts_from_the_entry(
    direction: Direction, centre: tuple[float, float], depth: float
) -> None:
    axis = BeltAxis(TriggerConfig(direction=direction, min_area_fraction=0.0), None)
    blob = Blob(
        centroid=centre,
        box_centre=centre,
        width=80.0,
        height=20.0,
        area_fraction=0.1,
        touches=frozenset(),
        label=1,
    )
    assert axis.depth(blob, Scene([]).frame(0)) == depth
    least = BeltAxis(TriggerConfig(direction=direction, min_area_fraction=0.5), None)
    length = 80.0 if direction in (Direction.RIGHT, Direction.LEFT) else 20.0
    assert least.depth(blob, Scene([]).frame(0)) == depth - length
