"""Whether a picture is good enough to be judged at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.domain.config import NO_LIMITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.domain.config import QualityLimits
    from inspector.domain.records import Image

_LONG_SIDE_PX = 640
#: How many bars the histogram of a picture has, over 256 levels of grey.
BINS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFigures:
    """What a picture is like, measured as `check_quality` does.

    Args:
        mean: Mean grey, 0 to 255.
        saturated: Share of the pixels at full scale, 0 to 1.
        sharpness: Variance of the Laplacian, 0 or more, as an ERROR “out of focus” names it.
        histogram: Share of the pixels in each of `BINS` equal ranges of grey, dark ones first.
    """

    mean: float
    saturated: float
    sharpness: float
    histogram: tuple[float, ...]


def grey8(image: Image) -> NDArray[np.uint8]:
    """Return the picture as (H, W) uint8 grey; 16 bit is scaled by 1/257, transparency is ignored."""
    if image.dtype == np.uint16:
        image = cv2.convertScaleAbs(image, alpha=1 / 257.0)
    if image.ndim == 2:
        return np.ascontiguousarray(image)
    code = cv2.COLOR_BGRA2GRAY if image.shape[2] == 4 else cv2.COLOR_BGR2GRAY
    grey: NDArray[np.uint8] = cv2.cvtColor(image, code)
    return grey


def sharpness(image: Image) -> float:
    """Return the variance of the Laplacian in squared 8 bit grey levels (Pech-Pacheco et al., ICPR 2000)."""
    return float(cv2.Laplacian(grey8(image), cv2.CV_32F).var())


def highest_of_dark_range(pixels: Image) -> int:
    """Return the highest value of a picture of 16 bits that uses at most a sixteenth of them; 0 for any other picture.

    One without a value of more than 8 bits is taken for black.
    """
    highest = int(pixels.max()) if pixels.dtype == np.uint16 else 0
    return highest if 256 <= highest < 65_536 // 16 else 0


def check_quality(pixels: Image, limits: QualityLimits) -> str:
    """Say what is wrong with a picture.

    Everything is measured in grey, after halving a picture of 1280 pixels or more on the long side until it is smaller;
    sharpness at no more than 640 pixels, so that the limit does not depend on the camera. Halving is several times as
    fast as scaling to any other size: 0.4 instead of 6 ms for 1024 × 1024 in colour.

    Args:
        pixels: The inspected pixels, see `Image`.

    Returns:
        Empty where the picture can be judged; else a reason that begins with "bad image".
    """
    if highest := highest_of_dark_range(pixels):
        used = highest.bit_length()
        return (
            f"bad image: 16 bits a channel, but no value above {highest}: probably {used} bits; "
            f"let the camera fill the 16 bits, or set the bit depth of the recipe's source to {used}"
        )
    if limits == NO_LIMITS:
        return ""
    grey = _looked_at(pixels)
    mean = float(cv2.mean(grey)[0])
    if mean < limits.darkest_mean:
        return f"bad image: black (mean grey {mean:.1f} < {limits.darkest_mean:g}); check the lamp and the lens cap"
    saturated = _saturated(grey)
    if saturated > limits.max_saturated_fraction:
        share = f"{100 * saturated:.0f} % of the pixels at full scale > {100 * limits.max_saturated_fraction:g} %"
        return f"bad image: saturated ({share}); lower the exposure"
    if limits.min_sharpness > 0:
        sharp = _sharpness(grey)
        if sharp < limits.min_sharpness:
            return f"bad image: out of focus (sharpness {sharp:.1f} < {limits.min_sharpness:g}); check the focus"
    return ""


def measure(pixels: Image) -> PictureFigures:
    """Return the figures by which `check_quality` judges, for somebody who sets up a camera.

    Args:
        pixels: The inspected pixels, see `Image`.
    """
    grey = _looked_at(pixels)
    counts = cv2.calcHist([grey], [0], None, [BINS], [0, 256]).ravel()
    return PictureFigures(
        mean=float(cv2.mean(grey)[0]),
        saturated=_saturated(grey),
        sharpness=_sharpness(grey),
        histogram=tuple(float(count) / grey.size for count in counts),
    )


def _looked_at(pixels: Image) -> NDArray[np.uint8]:
    grey = grey8(pixels)
    while max(grey.shape) >= 2 * _LONG_SIDE_PX:
        grey = _scaled(grey, 0.5)
    return grey


def _saturated(grey: NDArray[np.uint8]) -> float:
    return float(np.count_nonzero(grey >= 255) / grey.size)


def _sharpness(grey: NDArray[np.uint8]) -> float:
    scale = _LONG_SIDE_PX / max(grey.shape)
    grey = _scaled(grey, scale) if scale < 1.0 else grey
    return float(cv2.Laplacian(grey, cv2.CV_32F).var())


def _scaled(grey: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
