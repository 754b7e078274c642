"""What the costliest pictures within the limits take: seconds and memory, each in a process of its own.

Usage: python -m tests.bench.picture_cost [--only NAME]

A picture of every kind as large as `inspector.pictures.limits` allows is made and decoded. The limits hold where no row is
above 2 s on a machine that does nothing else, nor above 600 MB.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.pictures import read_picture

if TYPE_CHECKING:
    from collections.abc import Callable


def _textured(side: int, dtype: type[np.uint8 | np.uint16] = np.uint8, channels: int = 3) -> np.ndarray:
    tile = np.random.default_rng(0).integers(0, 200, (512, 512, channels), np.uint8)
    tile = cv2.GaussianBlur(tile, (0, 0), 2).reshape(512, 512, channels).astype(dtype)
    times = -(-side // 512)
    whole = np.tile(tile * (257 if dtype is np.uint16 else 1), (times, times, 1))[:side, :side].astype(dtype)
    return whole if channels > 1 else whole[..., 0]


def _cv(suffix: str, image: np.ndarray, *flags: int) -> bytes:
    done, buffer = cv2.imencode(suffix, image, list(flags))
    assert done
    return buffer.tobytes()


def _tiff(image: np.ndarray, compression: str | None, tile: tuple[int, int] | None = None) -> bytes:
    import tifffile

    file = io.BytesIO()
    strip = None if tile else 64
    tifffile.imwrite(file, image, compression=compression, photometric="rgb", rowsperstrip=strip, tile=tile)
    return file.getvalue()


def _jpeg_2000(image: np.ndarray) -> bytes:
    import imagecodecs

    return bytes(imagecodecs.jpeg2k_encode(image, level=60))


MADE: dict[str, Callable[[], bytes]] = {
    "8-bit colour.png": lambda: _cv(".png", _textured(7700), cv2.IMWRITE_PNG_COMPRESSION, 1),
    "16-bit colour.png": lambda: _cv(".png", _textured(5400, np.uint16), cv2.IMWRITE_PNG_COMPRESSION, 1),
    "12 in 16 bits, colour.png": lambda: _cv(".png", _textured(5400, np.uint16) >> 4, cv2.IMWRITE_PNG_COMPRESSION, 1),
    "8-bit grey.png": lambda: _cv(".png", _textured(13400, channels=1), cv2.IMWRITE_PNG_COMPRESSION, 1),
    "colour.jpg": lambda: _cv(".jpg", _textured(7700)),
    "progressive.jpg": lambda: _cv(".jpg", _textured(5400), cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    "colour.bmp": lambda: _cv(".bmp", _textured(7700)),
    "lossy.webp": lambda: _cv(".webp", _textured(6300), cv2.IMWRITE_WEBP_QUALITY, 80),
    "plain.tif": lambda: _tiff(_textured(7700), None),
    "tiles.tif": lambda: _tiff(_textured(7680), None, (256, 256)),
    "tiles of JPEG.tif": lambda: _tiff(_textured(7680), "jpeg", (256, 256)),
    "lzw.tif": lambda: _tiff(_textured(5160), "lzw"),
    "16-bit deflate.tif": lambda: _tiff(_textured(5400, np.uint16), "zlib"),
    "colour.jp2": lambda: _jpeg_2000(_textured(4000)),
}


def _decode(path: Path) -> dict[str, float]:
    import imagecodecs  # noqa: F401 - what stays loaded is not this picture's
    import tifffile  # noqa: F401

    before = _peak_mb()
    started = time.perf_counter()
    image = read_picture(path, bit_depth=12 if path.name.startswith("12 in 16") else None)
    seconds = time.perf_counter() - started
    return {"megapixels": image.shape[0] * image.shape[1] / 1e6, "seconds": seconds, "mb": _peak_mb() - before}


def _peak_mb() -> float:
    """Highest resident memory of this process (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def main() -> int:
    """Make, decode in a child, print; the exit code is 1 where a row is above 600 MB."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a part of the name")
    parser.add_argument("--decode", type=Path, help=argparse.SUPPRESS)
    parsed = parser.parse_args()
    if parsed.decode:
        print(json.dumps(_decode(parsed.decode)))
        return 0
    most = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name, make in MADE.items():
            if parsed.only not in name:
                continue
            path = Path(folder) / name
            path.write_bytes(make())
            command = [sys.executable, "-m", "tests.bench.picture_cost", "--decode", str(path)]
            cost = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            print(f"{name:26}{cost['megapixels']:7.0f} MP {cost['seconds']:6.2f} s {cost['mb']:6.0f} MB", flush=True)
            most = max(most, cost["mb"])
            path.unlink()
    return 1 if most > 600 else 0


if __name__ == "__main__":
    sys.exit(main())
