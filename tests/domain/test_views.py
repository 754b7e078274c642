"""Words for what is unlike good parts as a view: light, framing, another product, an empty view."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inspector.domain.views import EMPTY, FRAMING, LIGHT, PRODUCT, SIDE, GoodViews, view_of
from tests.bench.wrong_views import VIEWS, empty_views, scaled

RNG = np.random.default_rng(0)
GROUND, METAL = (200, 200, 200), (60, 80, 90)


def part() -> np.ndarray:
    """A bracket on a plain ground, lit a little otherwise each time."""
    picture = np.full((160, 160, 3), GROUND, np.uint8)
    cv2.rectangle(picture, (30, 40), (130, 110), METAL, -1)
    cv2.circle(picture, (60, 70), 16, GROUND, -1)
    cv2.rectangle(picture, (95, 55), (120, 125), (120, 130, 150), -1)
    noisy = picture * RNG.normal(1.0, 0.01) + RNG.normal(0, 2, picture.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def other() -> np.ndarray:
    """Another product: stripes."""
    picture = np.full((160, 160, 3), 150, np.uint8)
    for left in range(0, 160, 24):
        picture[:, left : left + 10] = 40
    return picture


@pytest.fixture(scope="module")
def good() -> GoodViews:
    views = GoodViews.of([view_of(part()) for _ in range(12)])
    assert views is not None
    return views


@pytest.mark.parametrize("kind", ["a quarter as all", "0.7 as all", "moved by 0.35", "moved by 0.2"])
def test_another_framing_is_told(good: GoodViews, kind: str) -> None:
    assert {good.words(view_of(way(part()))) for way in VIEWS[kind]} == {FRAMING}


def test_one_place_that_differs_is_not_taken_for_another_view(good: GoodViews) -> None:
    spoilt = part()
    cv2.circle(spoilt, (40, 125), 14, (255, 255, 255), -1)
    cv2.circle(spoilt, (110, 60), 16, (0, 0, 0), -1)
    assert good.words(view_of(spoilt)) == ""
    halves = {good.words(view_of(way(part()))) for way in VIEWS["half part"]}  # half of it may be as little as a defect
    assert FRAMING in halves
    assert halves <= {FRAMING, ""}


def test_a_part_that_is_too_large_is_told(good: GoodViews) -> None:
    assert good.words(view_of(scaled(part(), 1.4))) == FRAMING


@pytest.mark.parametrize("kind", ["darker, brighter", "colour cast", "half the contrast"])
def test_other_light_is_told_with_its_values(good: GoodViews, kind: str) -> None:
    said = [good.words(view_of(way(part()))) for way in VIEWS[kind]]
    assert all(words.startswith(f"{LIGHT} (") and "good parts" in words for words in said)
    assert good.words(view_of((part() * 0.5).astype(np.uint8))).startswith(f"{LIGHT} (brightness 8")


def test_another_product_and_an_empty_view_are_told(good: GoodViews) -> None:
    assert good.words(view_of(other())) == PRODUCT
    said = [good.words(view_of(view)) for view in empty_views()]
    assert said.count(EMPTY) >= 12
    assert set(said) <= {EMPTY, PRODUCT}


def test_a_good_part_is_given_no_word_and_nothing_is_said_where_parts_turn(good: GoodViews) -> None:
    assert good.words(view_of(part())) == ""
    turned = GoodViews.of([view_of(np.ascontiguousarray(np.rot90(part(), turn))) for turn in range(8)])
    assert turned is not None
    assert [turned.words(view_of(picture)) for picture in (other(), part() // 2)] == ["", ""]
    assert turned.words(view_of(np.full((90, 160, 3), 130, np.uint8))) == EMPTY


def test_grey_and_16_bits_are_seen_as_8_bits_are() -> None:
    picture = part()
    grey = view_of(picture[..., 1])
    deep = view_of(picture[..., 1].astype(np.uint16) * 257)
    np.testing.assert_allclose(deep.grey, grey.grey, atol=0.6)
    assert (grey.blue, grey.red) == (1.0, 1.0)
    assert GoodViews.of([]) is None
    with pytest.raises(ValueError, match=f"{SIDE} × {SIDE}"):
        GoodViews(mean=(1.0,), alike=1.0, brightness=(0, 1), contrast=(0, 1), blue=(1, 1), red=(1, 1))
