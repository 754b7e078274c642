"""Damaged picture files by the thousand, from a seed: what a bad disk, a bad program or bad intent makes of a file."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import imagecodecs
import numpy as np
import tifffile
from PIL import Image as Pillow

from inspector.pictures import encode_picture

if TYPE_CHECKING:
    from collections.abc import Iterator


def seeds() -> dict[str, bytes]:
    """Return small whole files of every kind, by their names."""
    rng = np.random.default_rng(5)
    colour = rng.integers(0, 256, (40, 56, 3), np.uint8)
    deep = colour.astype(np.uint16) * 257
    files = {
        f"part{suffix}": encode_picture(colour, suffix, quality=80) for suffix in (".jpg", ".bmp", ".webp", ".png")
    }
    files["deep.png"] = encode_picture(deep, ".png")
    for compression in (None, "lzw", "zlib", "packbits"):
        file = io.BytesIO()
        tifffile.imwrite(file, deep if compression == "zlib" else colour, compression=compression, photometric="rgb")
        files[f"{compression}.tif"] = file.getvalue()
    for name, compression in (("tiles", "lzw"), ("jpegs", "jpeg")):
        file = io.BytesIO()
        tifffile.imwrite(file, colour, compression=compression, photometric="rgb", tile=(16, 32))
        files[f"{name}.tif"] = file.getvalue()
    files["big.tif"] = _bigtiff(colour)
    for kind, options in (("GIF", {}), ("TGA", {}), ("JPEG", {"progressive": True}), ("WEBP", {"lossless": True})):
        file = io.BytesIO()
        Pillow.fromarray(colour).save(file, kind, **options)
        files[f"pillow.{kind.lower()}"] = file.getvalue()
    files["part.ppm"] = b"P6 56 40 255\n" + colour.tobytes()
    files["part.jp2"] = bytes(imagecodecs.jpeg2k_encode(colour, level=0))
    return files


def _bigtiff(colour: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, colour, bigtiff=True, photometric="rgb", byteorder=">")
    return file.getvalue()


def mutations(seed: int) -> Iterator[tuple[str, bytes]]:
    """Iterate without end over names and damaged contents, the same for the same seed."""
    rng = np.random.default_rng(seed)
    files = list(seeds().items())
    while True:
        name, whole = files[int(rng.integers(len(files)))]
        data = bytearray(whole)
        for _ in range(int(rng.integers(1, 5))):
            _change(data, rng)
        yield name, bytes(data)


def _change(data: bytearray, rng: np.random.Generator) -> None:
    """Change bits, bytes, numbers of a header, or the length; most often near the beginning, where the sizes stand."""
    if not data:
        return
    place = int(rng.integers(min(len(data), 256) if rng.random() < 0.6 else len(data)))
    kind = int(rng.integers(7))
    if kind == 0:
        data[place] ^= 1 << int(rng.integers(8))
    elif kind == 1:
        data[place] = int(rng.choice([0, 1, 0x7F, 0x80, 0xFF]))
    elif kind == 2:
        value = int(rng.choice([0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 65_535, 20_000]))
        data[place : place + 4] = value.to_bytes(4, "little" if rng.random() < 0.5 else "big")
    elif kind == 3:
        del data[place:]
    elif kind == 4:
        length = int(rng.integers(1, 64))
        data[place : place + length] = bytes(length)
    elif kind == 5:
        length = int(rng.integers(1, 64))
        data[place:place] = data[place : place + length]
    else:
        other = int(rng.integers(len(data)))
        length = int(rng.integers(1, 32))
        data[place : place + length] = data[other : other + length]
