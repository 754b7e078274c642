"""Small defects drawn onto good pictures: where there is no defect they say which input shows what is small."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.domain.records import Image

#: How many kinds there are: a spot, a scratch, a patch of another good picture.
KINDS = 3
_GROUND_PX = 64


def marred(picture: Image, other: Image, kind: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw a defect of a few thousandths of the area onto a good picture.

    A patch is cut from another place of another good picture (CutPaste, Li et al., arXiv 2104.04015) in the shape of
    smooth noise, as Perlin's is in DRAEM (Zavrtanik et al., arXiv 2108.07610).

    Args:
        picture: As `inspector.pictures` reads it; it is not changed.
        other: Another good picture.
        kind: 0 to `KINDS` - 1.
        rng: All chance comes from it.

    Returns:
        (H, W, 3) uint8.
    """
    image = _colour(picture)
    height, width = image.shape[:2]
    side = min(height, width)
    y, x = _place(image, rng)
    cover = np.zeros((height, width), np.uint8)
    if kind == 0:
        radius = max(1, round(side * rng.uniform(0.006, 0.015)))
        cv2.circle(cover, (x, y), radius, 255, -1, cv2.LINE_AA)
    elif kind == 1:
        half = side * rng.uniform(0.02, 0.05) * np.exp(1j * rng.uniform(0, 2 * np.pi))
        ends = [(round(x + sign * half.real), round(y + sign * half.imag)) for sign in (-1, 1)]
        cv2.line(cover, ends[0], ends[1], 255, max(1, round(side * 0.003)), cv2.LINE_AA)
    else:
        extent = max(4, round(side * rng.uniform(0.04, 0.08)))
        blot = cv2.resize(rng.standard_normal((4, 4)).astype(np.float32), (extent, extent))
        top, left = (min(max(0, at - extent // 2), most - extent) for at, most in ((y, height), (x, width)))
        cover[top : top + extent, left : left + extent] = 255 * (blot > np.quantile(blot, 0.4))
    weight = cv2.GaussianBlur(cover, (0, 0), 0.7)[..., None].astype(np.float32) / 255
    if kind < 2:
        strange = image + np.float32(rng.choice([-1.0, 1.0]) * rng.uniform(40, 90))
    else:
        source = cv2.resize(_colour(other), (width, height)).astype(np.float32)
        strange = np.roll(source, (int(rng.integers(height)), int(rng.integers(width))), axis=(0, 1))
    return np.asarray(np.clip(image + weight * (strange - image), 0, 255), np.uint8)


def _place(image: NDArray[np.float32], rng: np.random.Generator) -> tuple[int, int]:
    """Return a place, y and x, on what stands out from the picture's border: there the part is."""
    small = cv2.resize(image, (_GROUND_PX, _GROUND_PX), interpolation=cv2.INTER_AREA)
    border = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    away = np.abs(small - np.median(border, axis=0)).sum(axis=2)
    likely = np.argwhere(away >= 0.5 * np.quantile(away, 0.98))
    row, column = likely[rng.integers(len(likely))] + rng.uniform(0, 1, 2)
    return int(row / _GROUND_PX * image.shape[0]), int(column / _GROUND_PX * image.shape[1])


def _colour(picture: Image) -> NDArray[np.float32]:
    return np.asarray(picture if picture.ndim == 3 else cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), np.float32)
