"""Lamp, lens, fixture and process: are they told apart, in time, and never without need?"""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inspector.domain.assignable import MEASURES, WIDTH, Cause, CauseWatch, Measure, NamedCause, figures_of
from inspector.domain.ewma import WEIGHTS, EwmaReference, EwmaWatch
from inspector.domain.picture_measures import measure_picture
from tests.spc.injected import GRADES, NAMES, Injected, inject

Values = NDArray[np.float64]
PARTS = 120


def drawn(rng: np.random.Generator, *, angle: float = 0.0) -> NDArray[np.uint8]:
    """A long part on an even ground, (160, 200, 3) uint8 BGR, a little different each time."""
    picture = np.full((160, 200, 3), (90, 92, 88), np.uint8)
    middle = (float(100 + rng.normal(0, 0.5)), float(80 + rng.normal(0, 0.5)))
    box = cv2.boxPoints((middle, (110.0, 44.0), angle + float(rng.normal(0, 0.3)))).astype(np.int32)
    cv2.fillConvexPoly(picture, box, (180, 190, 200), cv2.LINE_AA)
    for hole in (-30, 0, 30):
        turn = math.radians(angle)
        at = (round(middle[0] + hole * math.cos(turn)), round(middle[1] + hole * math.sin(turn)))
        cv2.circle(picture, at, 6, (70, 70, 70), -1, cv2.LINE_AA)
    light = 1.0 + rng.normal(0, 0.01)
    return np.clip(picture * light + rng.normal(0, 2.0, picture.shape), 0, 255).astype(np.uint8)


def figures(picture: NDArray[np.uint8], rng: np.random.Generator, strangeness: float = 0.4) -> Values:
    return figures_of(measure_picture(picture), strangeness * math.exp(rng.normal(0, 0.1)), 0.02)


@pytest.fixture(scope="module")
def good() -> list[NDArray[np.uint8]]:
    rng = np.random.default_rng(1)
    return [drawn(rng) for _ in range(PARTS)]


def sequence(pictures: list[NDArray[np.uint8]], rng: np.random.Generator, parts: int) -> Values:
    known = np.array([figures(picture, rng) for picture in pictures])
    return np.asarray(known[rng.integers(len(known), size=parts)])


def first(watch: CauseWatch, parts: Values) -> tuple[int, NamedCause] | None:
    return next(((number, said) for number, part in enumerate(parts, 1) if (said := watch.see(part))), None)


@pytest.mark.parametrize("what", [what for what in Injected if what is not Injected.NEW_DEFECT])
def test_each_cause_is_named_rightly_in_all_four_grades(what: Injected, good: list[NDArray[np.uint8]]) -> None:
    rng = np.random.default_rng(2)
    reference = sequence(good, rng, 500)
    for grade in GRADES[what]:
        watch = CauseWatch(reference)
        assert first(watch, sequence(good, rng, 300)) is None
        changed = [inject(what, grade, picture) for picture in good[:40]]
        found = first(watch, sequence(changed, rng, 600))
        assert found is not None, (what, grade)
        assert found[1].cause is NAMES[what], (grade, found)


def test_a_new_defect_is_the_process_while_pictures_are_as_they_were(good: list[NDArray[np.uint8]]) -> None:
    rng = np.random.default_rng(3)
    watch = CauseWatch(sequence(good, rng, 500))
    assert first(watch, sequence(good, rng, 300)) is None
    parts = sequence(good, rng, 600)
    parts[rng.random(600) < 0.2, MEASURES.index(Measure.STRANGENESS)] += math.log(4.0)
    found = first(watch, parts)
    assert found is not None
    assert found[1].cause is Cause.PROCESS
    assert found[1].evidence.startswith("strangeness above 0.")


def test_what_was_said_is_not_said_again_until_it_has_come_back(good: list[NDArray[np.uint8]]) -> None:
    rng = np.random.default_rng(4)
    watch = CauseWatch(sequence(good, rng, 500))
    dark = sequence([inject(Injected.LIGHT, 0.2, picture) for picture in good[:40]], rng, 1500)
    assert first(watch, dark) is not None
    assert first(watch, dark) is None
    assert first(watch, sequence(good, rng, 1500)) is None
    again = first(watch, dark)
    assert again is not None
    assert again[1].cause is Cause.LAMP


def test_the_evidence_says_before_and_now_in_the_measures_own_unit(good: list[NDArray[np.uint8]]) -> None:
    rng = np.random.default_rng(5)
    watch = CauseWatch(sequence(good, rng, 500))
    before = np.median([measure_picture(picture).brightness for picture in good])
    found = first(watch, sequence([inject(Injected.LIGHT, 0.2, picture) for picture in good[:40]], rng, 300))
    assert found is not None
    change = next(change for change in found[1].changes if change.measure is Measure.BRIGHTNESS)
    assert change.before == pytest.approx(before, rel=0.02)
    assert change.now == pytest.approx(0.8 * before, rel=0.02)
    assert change.words == f"brightness {change.before:.0f} → {change.now:.0f}, −20 %"
    assert 10 <= found[1].parts <= found[0] + 20


def test_dust_is_found_in_its_place_and_said_once(good: list[NDArray[np.uint8]]) -> None:
    rng = np.random.default_rng(6)
    watch = CauseWatch(sequence(good, rng, 500))
    dusty = sequence([inject(Injected.DUST, 0.08, picture) for picture in good[:40]], rng, 900)
    found = first(watch, dusty[:300])
    assert found is not None
    assert first(watch, dusty[300:]) is None
    assert found[1].spot == pytest.approx((0.61, 0.37), abs=0.08 / 2)  # within the grain


@pytest.mark.parametrize("seed", range(3))
def test_a_part_that_lies_elsewhere_little_by_little_is_the_fixture_and_never_the_lens(
    seed: int, good: list[NDArray[np.uint8]]
) -> None:
    rng = np.random.default_rng([20, seed])
    watch = CauseWatch(sequence(good, rng, 500))
    for step in range(1, 9):
        moved = [inject(Injected.SHIFT, 0.004 * step, picture) for picture in good[:40]]
        if (found := first(watch, sequence(moved, rng, 100))) is not None:
            break
    assert found is not None
    assert found[1].cause is Cause.FIXTURE


def test_dust_of_a_hundredth_of_the_picture_is_found(good: list[NDArray[np.uint8]]) -> None:
    rng = np.random.default_rng(21)
    watch = CauseWatch(sequence(good, rng, 500))
    found = first(watch, sequence([inject(Injected.DUST, 0.015, picture) for picture in good[:40]], rng, 600))
    assert found is not None
    assert found[1].cause is Cause.LENS


def boards(rng: np.random.Generator, number: int) -> list[NDArray[np.uint8]]:
    """Boards of as many designs, (160, 160) uint8: each has another share of bright traces."""
    made = []
    for _ in range(number):
        traces = np.kron(rng.random((20, 20)) < rng.uniform(0.15, 0.8), np.ones((8, 8)))
        made.append(np.clip(40 + 160 * traces + rng.normal(0, 3, traces.shape), 0, 255).astype(np.uint8))
    return made


def haze(board: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A film on the lens: less contrast in the same light."""
    return np.asarray(np.rint(board.mean() + 0.85 * (board - board.mean())), np.uint8)


def test_less_light_is_the_lamp_also_where_parts_differ_in_brightness_by_themselves() -> None:
    rng = np.random.default_rng(22)
    designs = boards(rng, 80)
    reference = sequence(designs, rng, 500)
    for changed, cause in (
        ([cv2.convertScaleAbs(board, alpha=0.85) for board in designs], Cause.LAMP),
        ([haze(board) for board in designs], Cause.LENS),
    ):
        watch = CauseWatch(reference)
        assert first(watch, sequence(designs, rng, 300)) is None
        found = first(watch, sequence(changed, rng, 600))
        assert found is not None
        assert found[1].cause is cause, found
        assert any(change.measure is Measure.CONTRAST for change in found[1].changes)


def test_parts_at_any_angle_have_no_rotation_that_could_move() -> None:
    rng = np.random.default_rng(7)
    pictures = [drawn(rng, angle=float(rng.uniform(0, 180))) for _ in range(60)]
    watch = CauseWatch(sequence(pictures, rng, 300))
    assert not watch.reference.watched[MEASURES.index(Measure.ANGLE)]
    assert watch.reference.watched[MEASURES.index(Measure.X)]
    assert first(watch, sequence(pictures, rng, 500)) is None


def test_directions_beside_the_vertical_do_not_jump() -> None:
    rng = np.random.default_rng(8)
    pictures = [drawn(rng, angle=90.0) for _ in range(60)]
    watch = CauseWatch(sequence(pictures, rng, 300))
    assert watch.reference.watched[MEASURES.index(Measure.ANGLE)]
    assert first(watch, sequence(pictures, rng, 500)) is None
    found = first(watch, sequence([inject(Injected.ROTATION, 5.0, picture) for picture in pictures], rng, 300))
    assert found is not None
    assert found[1].cause is Cause.FIXTURE


def test_a_model_without_a_memory_and_grey_pictures_of_many_sizes_are_watched_by_what_is_known() -> None:
    rng = np.random.default_rng(9)
    rows = []
    for _ in range(300):
        size = (int(rng.integers(120, 200)), int(rng.integers(150, 260)))
        picture = np.clip(rng.normal(120, 10, size), 0, 255).astype(np.uint8)
        rows.append(figures_of(measure_picture(picture), None, None))
    watch = CauseWatch(np.array(rows))
    watched = watch.reference.watched
    for measure in (Measure.STRANGENESS, Measure.SCORE, Measure.RED, Measure.X, Measure.ANGLE):
        assert not watched[MEASURES.index(measure)], measure
    assert watched[MEASURES.index(Measure.BRIGHTNESS)]
    dark = np.array(rows)
    dark[:, 0] += math.log(0.8)
    found = first(watch, dark)
    assert found is not None
    assert found[1].cause is Cause.LAMP


def test_parts_of_which_nothing_is_known_move_nothing(good: list[NDArray[np.uint8]]) -> None:
    watch = CauseWatch(sequence(good, np.random.default_rng(10), 300))
    assert first(watch, np.full((500, WIDTH), math.nan)) is None


def test_neighbours_that_are_alike_make_limits_wider() -> None:
    rng = np.random.default_rng(11)
    alone = rng.normal(0, 1, (2000, 1))
    alike = np.zeros((2000, 1))
    for number in range(1, 2000):
        alike[number] = 0.9 * alike[number - 1] + rng.normal(0, math.sqrt(1 - 0.81))
    limits = [
        EwmaReference(values, np.array([1e-3]), np.array([False]), np.array([[5.0], [5.0]])).limits
        for values in (alone, alike)
    ]
    assert (limits[1] > 2 * limits[0]).all()


@pytest.mark.parametrize("place", range(len(WEIGHTS)))
def test_an_average_leaves_its_limits_when_its_own_figure_has_moved_enough(place: int) -> None:
    values = np.random.default_rng(12).normal(0, 1, (1000, 2))
    reference = EwmaReference(values, np.array([1e-3, 1e-3]), np.array([False, False]), np.full((2, 2), 5.0))
    weight = WEIGHTS[place]
    assert reference.limits[place] == pytest.approx(5 * math.sqrt(weight / (2 - weight) + 1e-3), rel=0.5)
    watch = EwmaWatch(reference)
    shares = np.zeros(2)
    for _ in range(round(5 / weight)):
        shares = watch.see(np.array([2.5, 0.0]))
    assert shares[0] > 1.0
    assert abs(shares[1]) < 0.5


def test_measures_do_not_depend_on_bits_or_on_read_only_pixels(good: list[NDArray[np.uint8]]) -> None:
    picture = good[0].copy()
    picture.setflags(write=False)
    eight, sixteen = measure_picture(picture), measure_picture(picture.astype(np.uint16) * 257)
    assert sixteen.brightness == pytest.approx(eight.brightness, rel=0.01)
    assert sixteen.x == pytest.approx(eight.x, abs=0.01)
    assert sixteen.angle == pytest.approx(eight.angle, abs=1.0)
    assert replace(eight, pattern=None) == eight


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 2, 3), (24, 32, 4), (1500, 20, 3)])
@pytest.mark.parametrize("level", [0, 255])
def test_pictures_of_any_size_can_be_measured(shape: tuple[int, ...], level: int) -> None:
    measures = measure_picture(np.full(shape, level, np.uint8))
    assert np.isfinite(figures_of(measures, 0.1, 0.1)[:4]).all()
