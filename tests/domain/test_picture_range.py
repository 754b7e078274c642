"""What a picture is like, and what is said of one that is unlike those that a model learnt from."""

from __future__ import annotations

import numpy as np
import pytest

from inspector.domain.picture_range import PictureLook, PictureRange, look_of

GREY = np.full((300, 400), 90, np.uint8)
COLOUR = np.dstack([GREY, GREY + 40, GREY])
TRAINED = PictureRange.of([look_of(COLOUR), PictureLook(width_px=500, height_px=330, bits=8, coloured=True)])


def test_a_grey_picture_with_three_channels_is_grey() -> None:
    assert look_of(GREY) == PictureLook(width_px=400, height_px=300, bits=8, coloured=False)
    assert not look_of(np.dstack([GREY, GREY + 2, GREY])).coloured  # a JPEG rounds
    assert look_of(COLOUR).coloured
    assert not look_of(np.dstack([GREY, GREY, GREY, GREY + 90])).coloured  # the fourth is no colour
    deep = COLOUR.astype(np.uint16) * 257
    assert (look_of(deep).bits, look_of(deep).coloured) == (16, True)
    assert not look_of(np.dstack([deep[..., 0], deep[..., 0] + 2 * 257, deep[..., 0]])).coloured
    assert look_of(GREY, 4).width_px == 1600


def test_the_range_is_that_of_all_pictures() -> None:
    assert PictureRange(width_px=(400, 500), height_px=(300, 330), bits=(8,), coloured=(True,)) == TRAINED
    assert PictureRange.of([]) is None


@pytest.mark.parametrize(
    ("image", "remark"),
    [
        (COLOUR, ""),
        (COLOUR[:280, :370], ""),  # a tenth smaller
        (COLOUR[:260], "unlike the training pictures: 400 × 260 pixels (they have 400–500 × 300–330)"),
        (np.tile(COLOUR, (1, 2, 1)), "unlike the training pictures: 800 × 300 pixels (they have 400–500 × 300–330)"),
        (GREY, "unlike the training pictures: grey (they are in colour)"),
        (np.dstack([GREY] * 3), "unlike the training pictures: grey (they are in colour)"),
        (COLOUR.astype(np.uint16) * 257, "unlike the training pictures: 16 bits a channel (they have 8)"),
    ],
)
def test_what_is_unlike_is_named_with_its_values(image: np.ndarray, remark: str) -> None:
    assert TRAINED is not None
    assert TRAINED.remark(look_of(image)) == remark


def test_a_model_of_grey_pictures_says_so() -> None:
    grey = PictureRange.of([look_of(GREY)])
    assert grey is not None
    assert grey.remark(look_of(COLOUR)) == "unlike the training pictures: in colour (they are grey)"
    assert grey.remark(look_of(GREY[:200])).endswith("400 × 200 pixels (they have 400 × 300)")
