"""White balance from a patch of the picture that is known to be grey: by how much red and blue must be stronger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.errors import PictureError
from inspector.domain.records import Box

if TYPE_CHECKING:
    from inspector.domain.records import Image

#: A patch with a colour below this mean (of 255) is noise more than light.
DARKEST_MEAN = 25.0
#: From this value on (of 255) a pixel may be at full scale, whatever the camera makes of it.
FULL_SCALE = 250.0
#: At most this share of a patch may be at full scale.
MOST_SATURATED = 0.01
#: The standard deviation of a colour, over its mean, is at most this in a patch that is one surface.
MOST_VARIED = 0.1
#: Light of lamps differs by less than this factor: what differs by more is no grey.
MOST_FACTOR = 4.0
_SHARE, _LEAST_PX = 0.03, 8
_ELSEWHERE = "Click on something grey or white that is evenly lit."


@dataclass(frozen=True, slots=True, kw_only=True)
class WhiteBalance:
    """How much stronger than green two colours are made.

    Args:
        red: Factor, above 0.
        blue: Factor, above 0.
    """

    red: float
    blue: float

    def times(self, other: WhiteBalance) -> WhiteBalance:
        """Return both, one after the other."""
        return WhiteBalance(red=self.red * other.red, blue=self.blue * other.blue)

    @property
    def words(self) -> str:
        """Both, as the window says them."""
        return f"white balance red {self.red:.3g}, blue {self.blue:.3g}"


def patch_around(x: float, y: float, width: int, height: int) -> Box:
    """Return a small square around a point of a picture: a thirtieth of its short side, cut at the edges.

    Args:
        x: From the left, in the picture's pixels; the square is shifted into the picture.
        y: The same from the top.
    """
    side = max(_LEAST_PX, round(_SHARE * min(width, height)))
    left = min(max(0, round(x - side / 2)), max(0, width - side))
    top = min(max(0, round(y - side / 2)), max(0, height - side))
    return Box(x=left, y=top, width=min(side, width), height=min(side, height))


def balance_of(patch: Image) -> WhiteBalance:
    """Return the factors that make a patch grey, against how the picture is now.

    Args:
        patch: Pixels of one grey surface, see `Image`.

    Raises:
        PictureError: If nothing can be learnt from it: it has no colours, is saturated, dark or not nearly uniform, or
            so coloured that it is no grey.
    """
    if patch.ndim == 2:
        raise PictureError("the picture has no colours", "Choose a pixel format with colours (RGB or Bayer).")
    values = patch[:, :, :3].reshape(-1, 3).astype(np.float64) / (257.0 if patch.dtype == np.uint16 else 1.0)
    saturated = float((values >= FULL_SCALE).any(axis=1).mean())
    if saturated > MOST_SATURATED:
        raise PictureError(
            f"the patch is saturated: {100 * saturated:.0f} % of its pixels at full scale, "
            f"{100 * MOST_SATURATED:g} % at most",
            "Lower the exposure, or click on something darker.",
        )
    means = values.mean(axis=0)
    blue, green, red = (float(mean) for mean in means)
    told = f"red {red:.0f}, green {green:.0f}, blue {blue:.0f} of 255"
    if means.min() < DARKEST_MEAN:
        raise PictureError(
            f"the patch is too dark: {told}, {DARKEST_MEAN:g} at least", "More light, or a longer exposure."
        )
    varied = values.std(axis=0) / means
    if varied.max() > MOST_VARIED:
        colour = ("blue", "green", "red")[int(varied.argmax())]
        raise PictureError(
            f"the patch is not uniform: {colour} varies by {100 * varied.max():.0f} %, {100 * MOST_VARIED:g} % at most",
            _ELSEWHERE,
        )
    balance = WhiteBalance(red=green / red, blue=green / blue)
    if not all(1 / MOST_FACTOR <= factor <= MOST_FACTOR for factor in (balance.red, balance.blue)):
        raise PictureError(f"the patch is not grey: {told}", _ELSEWHERE)
    return balance
