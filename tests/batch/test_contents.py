"""By its content a picture of a batch is known as the one that was judged, and is read as it was judged."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from inspector.batch import flips, sorted_copies, write_report
from inspector.batch.contents import read_judged
from inspector.domain.errors import PictureError
from inspector.pictures import encode_picture
from inspector.pictures.content import KnownContent, Stamp, digest_of
from tests.batch.samples import R, table_of

ONE, OTHER = digest_of(b"12345"), digest_of(b"54321")


def test_two_batches_are_compared_by_content_and_earlier_ones_by_size_and_time(tmp_path: Path) -> None:
    first = table_of(tmp_path / "a", *(R(f"{n}.png", content=ONE) for n in "123"), R("4.png"), R("5.png", mtime_ns=9))
    second = table_of(
        tmp_path / "b",
        R("1.png", mtime_ns=8, content=ONE),  # touched
        R("2.png", content=OTHER),  # overwritten with the same size and time
        R("3.png"),  # an earlier version
        R("4.png", content=ONE),
        R("5.png"),
    )
    compared = flips(first, second)
    assert [first.path(index) for index in compared.first] == ["1.png", "3.png", "4.png"]
    assert [first.path(index) for index in compared.changed] == ["2.png", "5.png"]


def test_what_was_judged_is_known_for_every_row(tmp_path: Path) -> None:
    table = table_of(tmp_path, R("1.png", content=ONE), R("2.png"), R("3.png", size=-1, mtime_ns=-1, content="rubbish"))
    known = [table.contents.known(index) for index in range(3)]
    assert known == [KnownContent(Stamp(5, 7), ONE), KnownContent(Stamp(5, 7)), KnownContent(None)]


def test_an_overwritten_picture_is_not_copied_as_the_one_that_was_judged(tmp_path: Path) -> None:
    pictures = tmp_path / "in"
    pictures.mkdir()
    for name in ("same.png", "overwritten.png", "touched.png"):
        (pictures / name).write_bytes(b"54321" if name == "overwritten.png" else b"12345")
        os.utime(pictures / name, ns=(7, 9 if name == "touched.png" else 7))
    table = table_of(tmp_path, *(R(path.name, content=ONE) for path in pictures.iterdir()))
    *_, step = sorted_copies(table, pictures, tmp_path / "out")
    assert (step.changed, step.copied) == (("overwritten.png",), 2)


def test_a_picture_is_shown_with_the_bit_depth_that_it_was_judged_with(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encode_picture(np.array([[0, 4095]], np.uint16), ".png"))
    known = KnownContent(Stamp.of(path.stat()), digest_of(path.read_bytes()))
    image, changed = read_judged(path, known, bit_depth=12)
    assert (image.tolist(), changed) == ([[0, 65_535]], False)
    path.write_bytes(encode_picture(np.array([[0, 4094]], np.uint16), ".png"))
    assert read_judged(path, known, bit_depth=None)[1]
    assert not read_judged(path, KnownContent(None), bit_depth=None)[1]  # it could not be read then
    os.utime(path, ns=(7, 7))
    assert read_judged(path, KnownContent(Stamp(path.stat().st_size, 8)), bit_depth=None)[1]
    with pytest.raises(PictureError):
        read_judged(tmp_path / "gone.png", known, bit_depth=None)


def test_a_report_does_not_show_another_picture_than_the_one_that_was_judged(tmp_path: Path) -> None:
    pictures = tmp_path / "in"
    pictures.mkdir()
    (pictures / "1.png").write_bytes(encode_picture(np.zeros((8, 8), np.uint8), ".png"))
    os.utime(pictures / "1.png", ns=(7, 7))
    list(
        write_report(
            table_of(tmp_path, R("1.png", "FAIL", 0.9, content=ONE)), tmp_path / "r.html", pictures=pictures, who="Ada"
        )
    )
    assert "the picture has changed since it was judged" in (tmp_path / "r.html").read_text(encoding="utf-8")
