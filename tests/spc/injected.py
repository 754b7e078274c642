"""Causes that are injected into pictures of good parts, in grades; used by tests and by ``tests.bench.causes``."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.domain.assignable import Cause

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Injected(Enum):
    """What is done to the pictures."""

    LIGHT = "light"
    BLUR = "blur"
    DUST = "dust"
    SHIFT = "shift"
    ROTATION = "rotation"
    NEW_DEFECT = "new defect"


#: The right name of each.
NAMES = {
    Injected.LIGHT: Cause.LAMP,
    Injected.BLUR: Cause.LENS,
    Injected.DUST: Cause.LENS,
    Injected.SHIFT: Cause.FIXTURE,
    Injected.ROTATION: Cause.FIXTURE,
    Injected.NEW_DEFECT: Cause.PROCESS,
}
#: Light that is missing; the blur's sigma in pixels of a picture of 640 or less; the dust's diameter and the shift as shares of
#: the longer side; degrees; the share of the parts that have the new defect.
GRADES = {
    Injected.LIGHT: (0.05, 0.10, 0.20, 0.40),
    Injected.BLUR: (0.6, 1.0, 1.6, 3.2),
    Injected.DUST: (0.03, 0.05, 0.08, 0.12),
    Injected.SHIFT: (0.015, 0.03, 0.05, 0.08),
    Injected.ROTATION: (1.5, 3.0, 5.0, 10.0),
    Injected.NEW_DEFECT: (0.1, 0.2, 0.4, 0.8),
}
#: How much of the light a grain of dust takes in its middle.
_DUST_TAKES = 0.5


def inject(what: Injected, grade: float, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture as it would be; a new defect is another picture, so that it is not made here.

    Args:
        grade: See `GRADES`; 0 changes nothing.
        image: (H, W, 3) uint8 BGR.
    """
    height, width = image.shape[:2]
    side = max(height, width)
    if grade == 0 or what is Injected.NEW_DEFECT:
        return image
    if what is Injected.LIGHT:
        return np.asarray(cv2.convertScaleAbs(image, alpha=1.0 - grade), np.uint8)
    if what is Injected.BLUR:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), grade * max(1.0, side / 640)), np.uint8)
    if what is Injected.DUST:
        row, column = np.mgrid[:height, :width]
        away = np.hypot(row - 0.37 * height, column - 0.61 * width) / (0.5 * grade * side)
        light = 1.0 - _DUST_TAKES * np.clip(2.0 - 2.0 * away, 0.0, 1.0)
        return np.asarray(np.rint(image * light[..., None]), np.uint8)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), grade if what is Injected.ROTATION else 0.0, 1.0)
    if what is Injected.SHIFT:
        turn[0, 2] += round(0.8 * grade * side)  # whole pixels: what lies between is blurred, too
        turn[1, 2] += round(0.6 * grade * side)
    return np.asarray(cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)
