"""A picture for which there is no memory is said so, and is not called damaged."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image as Pillow

from inspector.domain.errors import PictureError
from inspector.pictures import decode, encode_picture, read_picture
from tests.waits import WAIT_S

CHILD = """
import gc, resource, sys
from pathlib import Path
from inspector.domain.errors import InspectorError
from inspector.pictures import read_picture

for path in sorted(Path(sys.argv[1]).iterdir()):
    read_picture(path)  # what it imports is there
    gc.collect()
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    answer = ""
    for more in range(0, 60, 2):
        resource.setrlimit(resource.RLIMIT_AS, (used + 1_000_000 * more, -1))
        try:
            read_picture(path)
            answer = "decoded"
        except InspectorError as error:
            answer = str(error).split(": ")[0]
        except BaseException as error:
            answer = repr(error)
        resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
        print(path.name, answer, sep=";")
        if answer == "decoded":
            break
"""


def write_all(folder: Path) -> None:
    """Write a picture of 1200 × 800 pixels in every kind."""
    noise = np.random.default_rng(0).integers(0, 256, (100, 150, 3), np.uint8)
    image = np.asarray(cv2.resize(noise, (1200, 800)))
    for suffix in ("jpg", "png", "webp", "bmp", "ppm"):
        cv2.imwrite(str(folder / f"a.{suffix}"), image)
    (folder / "a.jp2").write_bytes(bytes(imagecodecs.jpeg2k_encode(image, level=0)))  # a package's OpenCV cannot
    cv2.imwrite(str(folder / "progressive.jpg"), image, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])
    for compression in (None, "lzw", "deflate", "packbits", "jpeg"):
        tifffile.imwrite(folder / f"{compression}.tif", image, photometric="rgb", compression=compression)
    for suffix in ("gif", "tga"):
        Pillow.fromarray(image).save(folder / f"a.{suffix}")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit of a process's memory is Linux's")
def test_with_too_little_memory_every_kind_is_decoded_or_said_to_lack_it(tmp_path: Path) -> None:
    write_all(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path)],
        env=os.environ | {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"},  # what is free is gone
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=True,
    )
    answers: dict[str, set[str]] = {}
    for line in done.stdout.splitlines():
        name, answer = line.split(";")
        answers.setdefault(name, set()).add(answer)
    assert set(answers) == {path.name for path in tmp_path.iterdir()}
    lacking = {name for name, said in answers.items() if "out of memory" in said}
    assert set.union(*answers.values()) == {"decoded", "out of memory"}
    assert lacking == set(answers)


@pytest.mark.parametrize("suffix", ["jp2", "png"])
def test_a_damaged_picture_is_still_called_damaged(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    content = bytearray(imagecodecs.jpeg2k_encode(noise, level=0) if suffix == "jp2" else encode_picture(noise, ".png"))
    content[len(content) // 4 : 3 * len(content) // 4] = bytes(len(content) // 2)
    path.write_bytes(content)
    with pytest.raises(PictureError) as caught:
        read_picture(path)
    assert "memory" not in str(caught.value)


def test_a_file_that_does_not_fit_into_the_memory_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_bytes(_: Path) -> bytes:
        raise MemoryError

    path = tmp_path / "a.png"
    path.write_bytes(b"x")
    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    with pytest.raises(PictureError) as caught:
        decode.read_content(path)
    assert caught.value.what == f"out of memory: the picture {path} could not be read"
