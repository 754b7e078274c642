"""What knowing a picture by its content costs, beside decoding it: milliseconds of one core for each kind.

Usage: python -m tests.bench.content_hash [--rounds N]

Both take turns; the median of the rounds is printed. The pictures are noise blurred over two pixels, 2048 × 2048 in colour:
what compresses better is hashed faster and decoded nearly as long.
"""

from __future__ import annotations

import argparse
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.pictures import decode_picture, encode_picture
from inspector.pictures.content import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable

_SIDE = 2048
_SUFFIXES = (".jpg", ".png", ".webp", ".tif", ".bmp")


def _spent_ms(work: Callable[[], object]) -> float:
    begun_s = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begun_s)


def main() -> int:
    """Measure and print a row for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parsed = parser.parse_args()
    cv2.setNumThreads(1)
    noise = np.random.default_rng(0).integers(0, 256, (_SIDE, _SIDE, 3), np.uint8)
    image = np.asarray(cv2.GaussianBlur(noise, (0, 0), 2), np.uint8)
    print(f"{'kind':8}{'MB':>8}{'decode, ms':>12}{'hash, ms':>10}{'share':>8}")
    for suffix in _SUFFIXES:
        data = encode_picture(image, suffix, quality=90 if suffix in {".jpg", ".webp"} else None)
        name = f"a{suffix}"
        decode_picture(data, name)  # what is loaded once is not this picture's
        spent = [
            (_spent_ms(lambda: decode_picture(data, name)), _spent_ms(lambda: digest_of(data)))  # noqa: B023
            for _ in range(parsed.rounds)
        ]
        decoding, hashing = (median(column) for column in zip(*spent, strict=True))
        share = f"{100 * hashing / decoding:.0f} %"
        print(f"{suffix:8}{len(data) / 1e6:8.1f}{decoding:12.1f}{hashing:10.1f}{share:>8}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
