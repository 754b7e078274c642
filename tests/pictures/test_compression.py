"""The quality of a JPEG from its tables."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from inspector.pictures.compression import jpeg_quality

PIXELS = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)


@pytest.mark.parametrize("quality", [1, 5, 10, 30, 50, 75, 90, 95, 99, 100])
def test_the_quality_that_it_was_written_with_is_read(quality: int) -> None:
    written = cv2.imencode(".jpg", PIXELS, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
    assert jpeg_quality(written) == quality
    progressive = io.BytesIO()
    Image.fromarray(PIXELS).save(progressive, "JPEG", quality=quality, progressive=True, exif=b"Exif\0\0II*\0")
    assert jpeg_quality(progressive.getvalue()) == quality


def test_what_is_no_jpeg_or_ends_early_has_none() -> None:
    written = cv2.imencode(".jpg", PIXELS, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()
    assert jpeg_quality(cv2.imencode(".png", PIXELS)[1].tobytes()) is None
    assert jpeg_quality(written[:30]) is None
    assert jpeg_quality(b"\xff\xd8\xff\xda\x00\x02" + written[2:]) is None  # the pictures' data before any table
    assert jpeg_quality(b"") is None
