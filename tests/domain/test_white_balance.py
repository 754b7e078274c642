"""White balance from a grey patch, and the patches from which nothing can be learnt."""

from __future__ import annotations

import numpy as np
import pytest

from inspector.domain.errors import PictureError
from inspector.domain.geometry import Box
from inspector.domain.records import Image
from inspector.domain.white_balance import WhiteBalance, balance_of, patch_around


def patch(blue: float, green: float, red: float, *, noise: float = 2.0, depth: type = np.uint8) -> Image:
    values = np.random.default_rng(3).normal(0, noise, (20, 20, 3)) + np.array([blue, green, red])
    scale = 257 if depth is np.uint16 else 1
    made: Image = (np.clip(values, 0, 255) * scale).round().astype(depth)
    return made


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_the_factors_make_the_patch_grey(depth: type) -> None:
    given = patch(60, 120, 160, depth=depth)
    balance = balance_of(given)
    assert balance.red == pytest.approx(120 / 160, rel=0.02)
    assert balance.blue == pytest.approx(2.0, rel=0.02)
    after = given.astype(float) * (balance.blue, 1.0, balance.red)
    means = after.mean(axis=(0, 1))
    assert means[0] == pytest.approx(means[1])
    assert means[2] == pytest.approx(means[1])
    assert balance_of(patch(120, 120, 120)).words == "white balance red 1, blue 1"


def test_they_come_on_top_of_what_is_set() -> None:
    both = WhiteBalance(red=1.5, blue=2.0).times(WhiteBalance(red=2.0, blue=0.25))
    assert (both.red, both.blue) == (3.0, 0.5)


def striped() -> Image:
    made = patch(120, 120, 120)
    made[:, ::2, 2] = 60
    return made


def glaring() -> Image:
    made = patch(180, 180, 180)
    made[:4] = 255
    return made


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (np.full((9, 9), 100, np.uint8), "the picture has no colours"),
        (glaring(), "the patch is saturated: 20 % of its pixels at full scale, 1 % at most"),
        (patch(120, 120, 252, noise=0), "the patch is saturated: 100 %"),
        (patch(12, 20, 30, noise=1), "the patch is too dark: red 30, green 20, blue 12 of 255, 25 at least"),
        (striped(), r"the patch is not uniform: red varies by 3\d %, 10 % at most. Click on something grey"),
        (patch(30, 200, 200), "the patch is not grey: red 200, green 200, blue 30 of 255"),
    ],
)
def test_a_patch_that_says_nothing_is_refused_with_its_values(given: Image, said: str) -> None:
    with pytest.raises(PictureError, match=said):
        balance_of(given)


def test_the_patch_lies_in_the_picture() -> None:
    assert patch_around(500, 300, 1000, 600) == Box(x=491, y=291, width=18, height=18)
    assert patch_around(-5, 599, 1000, 600) == Box(x=0, y=582, width=18, height=18)
    assert patch_around(1, 1, 6, 4) == Box(x=0, y=0, width=6, height=4)
