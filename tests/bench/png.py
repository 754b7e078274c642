"""``python -m tests.bench.png --pictures FOLDER``: PNGs as the archive writes and reads them, and as OpenCV does.

Processor time of one thread for a picture, the least of rounds that take turns; OpenCV at the compression that the
archive asked it for (1).
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.pictures import decode_picture, read_picture
from inspector.pictures.png import encode_png

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.domain.records import Image


def opencvs(image: Image) -> bytes:
    """Return a PNG as OpenCV writes it."""
    return cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where pixels are others than before."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True, help="folder with pictures, folders in it too")
    parser.add_argument("--most", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args(argv)
    cv2.setNumThreads(1)
    files = sorted(path for path in asked.pictures.rglob("*") if path.suffix.lower() in {".png", ".jpg", ".jpeg"})
    images = [read_picture(path) for path in files[:: max(1, len(files) // asked.most)][: asked.most]]
    kept = {"OpenCV": [opencvs(image) for image in images], "the archive": [encode_png(image) for image in images]}
    works: dict[str, Callable[[], object]] = {
        "written by OpenCV": lambda: [opencvs(image) for image in images],
        "written as in the archive": lambda: [encode_png(image) for image in images],
        "OpenCV's, read by OpenCV": lambda: [
            cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) for data in kept["OpenCV"]
        ],
        "OpenCV's, read by the program": lambda: [decode_picture(data, "") for data in kept["OpenCV"]],
        "the archive's, read by the program": lambda: [decode_picture(data, "") for data in kept["the archive"]],
    }
    taken = dict.fromkeys(works, float("inf"))
    for _ in range(asked.rounds):
        for name, work in works.items():
            begun_s = time.process_time()
            work()
            taken[name] = min(taken[name], time.process_time() - begun_s)
    for name, passed_s in taken.items():
        print(f"{name:40}{1000 * passed_s / len(images):9.2f} ms")
    for name, files_of in kept.items():
        print(f"{f'bytes of a picture, {name}':40}{sum(map(len, files_of)) // len(images):9d}")
    pairs = zip(kept["the archive"], images, strict=True)
    same = all(np.array_equal(decode_picture(data, ""), image) for data, image in pairs)
    print(f"{len(images)} pictures; pixels {'the same' if same else 'differ'}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
