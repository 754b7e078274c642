"""Two thousand damaged files: each is a picture or a picture error, soon and in little memory."""

from __future__ import annotations

import tracemalloc
from itertools import islice

import numpy as np

from inspector.domain.errors import PictureError
from inspector.pictures import decode_picture
from tests.pictures.mutations import mutations, seeds

_TRIED = 2000


def test_the_whole_files_are_pictures() -> None:
    for name, data in seeds().items():
        assert decode_picture(data, name).shape[:2] == (40, 56), name


def test_damaged_files_are_a_picture_or_a_picture_error() -> None:
    refused = 0
    for number, (name, data) in enumerate(islice(mutations(1), _TRIED)):
        try:
            image = decode_picture(data, name)
        except PictureError as error:
            refused += bool(error.what and error.next_step)
        except Exception as error:
            msg = f"mutation {number} of {name}"
            raise AssertionError(msg) from error
        else:
            assert image.dtype in (np.uint8, np.uint16)
            assert image.ndim == 2 or image.shape[2] in (3, 4)
            assert not image.flags.writeable
    assert refused > _TRIED // 4


def test_python_holds_little_memory_over_damaged_files() -> None:
    tracemalloc.start()
    try:
        for name, data in islice(mutations(2), 200):
            try:
                decode_picture(data, name)
            except PictureError:
                continue
        assert tracemalloc.get_traced_memory()[1] < 600_000_000
    finally:
        tracemalloc.stop()
