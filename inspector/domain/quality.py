"""Whether a picture is good enough to be judged at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.domain.config import QualityLimits
    from inspector.domain.records import Image

_LONG_SIDE_PX = 640


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


def check_quality(pixels: Image, limits: QualityLimits) -> str:
    """Say what is wrong with a picture.

    Sharpness is measured at no more than 640 pixels on the long side, so that the limit does not depend on the camera.

    Args:
        pixels: The inspected pixels, see `Image`.
        limits: The recipe's limits.

    Returns:
        Empty where the picture can be judged; else a reason that begins with "bad image".
    """
    scale = _LONG_SIDE_PX / max(pixels.shape[:2])
    if scale < 1.0:
        size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    grey = grey8(pixels)
    mean = float(grey.mean())
    if mean < limits.darkest_mean:
        return f"bad image: black (mean grey {mean:.1f} < {limits.darkest_mean:g}); check the lamp and the lens cap"
    saturated = float((grey >= 255).mean())
    if saturated > limits.max_saturated_fraction:
        share = f"{100 * saturated:.0f} % of the pixels at full scale > {100 * limits.max_saturated_fraction:g} %"
        return f"bad image: saturated ({share}); lower the exposure"
    if limits.min_sharpness > 0:
        found = float(cv2.Laplacian(grey, cv2.CV_32F).var())
        if found < limits.min_sharpness:
            return f"bad image: out of focus (sharpness {found:.1f} < {limits.min_sharpness:g}); check the focus"
    return ""
