"""Pictures with codes on them."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

zxingcpp = pytest.importorskip("zxingcpp", reason="zxing-cpp is not installed (the extra “line”)")
BELT = 150


def code(text: str | bytes, *, qr: bool = False, **options: Any) -> NDArray[np.uint8]:
    """Return a code, (H, W) uint8: dark on light, with its quiet zone."""
    kind = zxingcpp.BarcodeFormat.QRCode if qr else zxingcpp.BarcodeFormat.DataMatrix
    return np.array(zxingcpp.create_barcode(text, kind, **options).to_image(scale=4))


def scene(*codes: NDArray[np.uint8], angle: float = 0, blur: float = 0, width: int = 400) -> NDArray[np.uint8]:
    """Return a picture, (300, width, 3) uint8 BGR: a belt with codes side by side, turned by an angle in degrees."""
    grey = np.full((300, width), BELT, np.uint8)
    for number, drawn in enumerate(codes):
        height, across = drawn.shape
        left = (2 * number + 1) * width // (2 * len(codes)) - across // 2
        grey[150 - height // 2 : 150 - height // 2 + height, left : left + across] = drawn
    turn = cv2.getRotationMatrix2D((width / 2, 150), angle, 1)
    grey = cv2.warpAffine(grey, turn, (width, 300), borderValue=BELT)
    if blur:
        grey = cv2.GaussianBlur(grey, (0, 0), blur)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)
