"""CIELAB pixels of a TIFF as colours of a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.domain.records import Image

#: White of the profile connection space, D50 (ICC.1:2022, 7.2.16).
_WHITE = np.array([0.96422, 1.0, 0.82521])
#: XYZ under D50 to linear sRGB, with Bradford's adaptation (IEC 61966-2-1; Lindbloom's table).
_TO_RGB = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
)
_EDGE = 6 / 29
_ROWS = 64


def lab_to_bgr(pixels: NDArray[np.uint8]) -> Image:
    """Convert 8-bit CIELAB as TIFF 6.0, section 23, stores it.

    Args:
        pixels: (H, W, 3) uint8: L* from 0 to 100 as 0..255, a* and b* as signed bytes.

    Returns:
        (H, W, 3) uint8 BGR in sRGB; colours that sRGB has not are clipped.
    """
    image = np.empty_like(pixels)
    for first in range(0, len(pixels), _ROWS):  # so that the floats of a large picture take no room
        rows = pixels[first : first + _ROWS]
        lightness = (rows[..., 0] * (100.0 / 255.0) + 16.0) / 116.0
        a, b = (rows[..., channel].astype(np.int8) / 1.0 for channel in (1, 2))
        roots = np.stack([lightness + a / 500.0, lightness, lightness - b / 200.0], axis=-1)
        xyz = np.where(roots > _EDGE, roots**3, 3 * _EDGE**2 * (roots - 4 / 29)) * _WHITE
        image[first : first + _ROWS] = _companded(xyz @ _TO_RGB.T)[..., ::-1]
    return image


def _companded(linear: NDArray[Any]) -> NDArray[np.uint8]:
    inside = np.clip(linear, 0.0, 1.0)
    curve = np.where(inside <= 0.0031308, 12.92 * inside, 1.055 * inside ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(255.0 * curve), np.uint8)
