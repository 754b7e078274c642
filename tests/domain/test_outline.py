"""The outline of a part: found, compared with good parts' and said in words."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from inspector.domain.outline import SIDE, GoodOutlines, Outline, apart_from, outline_of, plain, small_picture
from inspector.domain.views import EMPTY
from tests.bench.drawn_parts import screw
from tests.bench.wrong_views import VIEWS, empty_views, scaled

RNG = np.random.default_rng(0)
GROUND, METAL = (200, 190, 200), (60, 80, 90)


def part(*, dirt: bool = False, missing: bool = False) -> np.ndarray:
    """A bracket on a plain ground, lit a little otherwise each time; with a speck beside it, or without a corner."""
    picture = np.full((300, 400, 3), GROUND, np.uint8)
    cv2.rectangle(picture, (90, 90), (310, 210), METAL, -1)
    cv2.circle(picture, (160, 150), 30, GROUND, -1)
    if dirt:
        cv2.circle(picture, (30, 30), 9, METAL, -1)
    if missing:
        cv2.rectangle(picture, (280, 180), (330, 230), GROUND, -1)
    noisy = picture * RNG.normal(1.0, 0.01) + RNG.normal(0, 2, picture.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def seen(picture: np.ndarray) -> Outline | None:
    return outline_of(small_picture(picture))


def known(outlines: list[Outline | None]) -> GoodOutlines:
    good = GoodOutlines.of(outlines)
    assert good is not None
    return good


@pytest.fixture(scope="module")
def good() -> GoodOutlines:
    return known([seen(part()) for _ in range(8)])


@pytest.fixture(scope="module")
def screws() -> GoodOutlines:
    """Parts at any angle."""
    return known([seen(screw(np.random.default_rng(number))) for number in range(10)])


def test_a_part_is_found_with_its_hole_and_without_what_lies_beside_it() -> None:
    clean, dirty = seen(part()), seen(part(dirt=True))
    assert clean is not None
    assert dirty is not None
    assert clean.area == pytest.approx(220 * 120 / 120_000, rel=0.05)
    assert dirty.area == pytest.approx(clean.area, rel=0.02)
    assert clean.rim == 0.0
    assert (clean.x, clean.y) == pytest.approx((0.5, 0.5), abs=0.01)
    assert clean.mask[int(SIDE * 150 / 300), int(SIDE * 160 / 400)]  # the hole
    assert seen(np.full((90, 160, 3), 130, np.uint8)) is None


def test_grey_16_bits_and_transparency_are_seen_as_colours_are() -> None:
    picture = part()
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    expected = seen(picture)
    assert expected is not None
    for other in (grey, grey.astype(np.uint16) * 257, cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA)):
        outline = seen(other)
        assert outline is not None
        assert outline.area == pytest.approx(expected.area, rel=0.03)


def test_the_ground_is_known_by_its_levels_and_pixels_differ_from_it_in_their_strongest_channel() -> None:
    picture = part()
    outline, grey = seen(picture), seen(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))
    assert outline is not None
    assert grey is not None
    assert outline.ground == pytest.approx(GROUND, abs=8)
    assert len(grey.ground) == 1
    pixels = np.array([[[200, 190, 200], [60, 80, 90], [200, 190, 255]]], np.uint8)
    assert apart_from((200.0, 190.0, 200.0), pixels).tolist() == [[0, 140, 55]]
    assert apart_from((200.0,), plain(pixels[..., 0])).tolist() == [[0, 140, 0]]


def test_good_parts_are_within_what_good_parts_may_be(good: GoodOutlines, screws: GoodOutlines) -> None:
    assert max(good.strangeness(seen(part())) for _ in range(20)) < 1.0
    others = [seen(screw(np.random.default_rng(number))) for number in range(50, 56)]
    assert max(map(screws.strangeness, others)) < 1.0
    assert {screws.words(outline) for outline in others} == {""}


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("half part", ("half a part, or another product (it covers ",)),
        ("a quarter as all", ("cut off by the picture's edge", "another product", "half a part")),
        ("0.7 as all", ("cut off by the picture's edge", "of another size", "another product")),
        ("moved by 0.35", ("cut off by the picture's edge", "moved", "half a part", "of another")),
        ("too small", ("of another size (it covers ", "cut off by the picture's edge", "half a part")),
        ("too large", ("cut off by the picture's edge", "of another size (it covers ")),
    ],
)
def test_half_parts_and_other_framing_are_strange_and_told(
    good: GoodOutlines, screws: GoodOutlines, kind: str, words: tuple[str, ...]
) -> None:
    for number, way in enumerate(VIEWS[kind]):
        for of, picture in ((good, part()), (screws, screw(np.random.default_rng(80 + number)))):
            outline = seen(way(picture))
            assert of.strangeness(outline) > 1.0
            assert of.words(outline).startswith(words)


def test_of_another_size_and_of_another_shape_are_told_apart(good: GoodOutlines) -> None:
    assert good.words(seen(scaled(part(), 0.6))).startswith("of another size (it covers 3")
    assert good.words(seen(scaled(part(), 1.4))).startswith("of another size (it covers 19")
    turned = np.full((300, 400, 3), GROUND, np.uint8)
    cv2.rectangle(turned, (150, 60), (250, 240), METAL, -1)
    assert good.words(seen(turned)).startswith("half a part, or another product (it covers 7")


def test_light_is_not_an_outline(good: GoodOutlines) -> None:
    for kind in ("darker, brighter", "colour cast", "half the contrast"):
        for way in VIEWS[kind]:
            assert good.strangeness(seen(way(part()))) < 1.0


def test_nothing_in_view_is_an_empty_view(good: GoodOutlines) -> None:
    assert good.strangeness(None) > 10.0
    assert good.words(None) == EMPTY
    assert all(good.strangeness(seen(view)) >= 1.0 for view in empty_views())


@pytest.mark.parametrize("good_parts", [2, 5])
def test_it_is_known_only_where_all_stand_free_and_are_of_one_size(good_parts: int) -> None:
    outlines = [seen(part()) for _ in range(good_parts)]
    assert (GoodOutlines.of(outlines) is not None) == (good_parts >= 3)
    assert GoodOutlines.of([*outlines, seen(VIEWS["a quarter as all"][0](part()))]) is None
    assert GoodOutlines.of([*outlines, seen(scaled(part(), 0.6))]) is None
    assert GoodOutlines.of([*outlines, None]) is None
    textures = [seen(RNG.integers(0, 256, (200, 200, 3), np.uint8)) for _ in range(5)]
    assert GoodOutlines.of(textures) is None


def test_the_unit_and_values_that_cannot_be_are_checked(good: GoodOutlines) -> None:
    outline = seen(scaled(part(), 0.6))
    assert replace(good, unit=2.0).strangeness(outline) == pytest.approx(good.strangeness(outline) / 2)
    for wrong in ({"unit": 0.0}, {"pictures": 2}):
        with pytest.raises(ValueError, match="need|got"):
            replace(good, **wrong)
