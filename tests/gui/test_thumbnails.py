"""Thumbnails: the newest wanted first, only so many kept, a failure is one picture's."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from inspector.gui.widgets.thumb_strip import Thumb, ThumbStrip
from inspector.gui.widgets.thumbnails import Thumbnails
from tests.logs import told
from tests.waits import WAIT_S, until


class Maker:
    """Makes a thumbnail when it is let."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.begun = threading.Semaphore(0)
        self.go = threading.Semaphore(0)

    def __call__(self, name: str, _: int | None) -> QImage | None:
        self.asked.append(name)
        self.begun.release()
        assert self.go.acquire(timeout=WAIT_S)
        if name == "broken":
            raise ValueError("for the test")
        return QImage(4, 3, QImage.Format.Format_RGB32) if name != "none" else None


@pytest.fixture
def made() -> Iterator[tuple[Maker, Thumbnails]]:
    maker = Maker()
    thumbnails = Thumbnails(maker, most=3)
    yield maker, thumbnails
    for _ in range(50):
        maker.go.release()
    thumbnails.close(WAIT_S)


def test_what_is_no_longer_wanted_is_not_made(made: tuple[Maker, Thumbnails]) -> None:
    maker, thumbnails = made
    thumbnails.want(["a", "b", "c"])
    assert maker.begun.acquire(timeout=WAIT_S)
    thumbnails.want(["x", "y"])  # scrolled on while “a” is made
    for _ in range(3):
        maker.go.release()
    until(lambda: thumbnails.get("y")[1])
    assert maker.asked == ["a", "x", "y"]
    assert thumbnails.take() == {"a", "x", "y"}
    assert thumbnails.take() == set()


def test_only_so_many_are_kept_and_those_longest_unused_go(made: tuple[Maker, Thumbnails]) -> None:
    maker, thumbnails = made
    for _ in range(10):
        maker.go.release()
    thumbnails.want(["a", "b", "c"])
    until(lambda: thumbnails.get("c")[1])
    assert thumbnails.get("a")[1]
    thumbnails.want(["d"])
    until(lambda: thumbnails.get("d")[1])
    assert len(thumbnails) == 3
    assert [thumbnails.get(name)[1] for name in "abcd"].count(True) == 3
    assert thumbnails.get("a")[1]
    thumbnails.clear()
    assert len(thumbnails) == 0


def test_one_that_cannot_be_made_is_none_and_the_others_come(made: tuple[Maker, Thumbnails]) -> None:
    maker, thumbnails = made
    for _ in range(10):
        maker.go.release()
    with told("inspector.gui.widgets.thumbnails") as said:
        thumbnails.want(["broken", "none", "a"])
        until(lambda: thumbnails.get("a")[1])
    assert thumbnails.get("broken") == (None, True)
    assert thumbnails.get("none") == (None, True)
    assert thumbnails.get("a")[0] is not None
    assert "no thumbnail could be made of broken" in said[0]


def test_thumbnails_of_another_bit_depth_are_made_anew() -> None:
    asked: list[tuple[str, int | None]] = []

    def make(name: str, bit_depth: int | None) -> QImage:
        asked.append((name, bit_depth))
        return QImage(4, 3, QImage.Format.Format_RGB32)

    thumbnails = Thumbnails(make)
    try:
        for bit_depth in (None, None, 12):
            thumbnails.decode_with(bit_depth)
            thumbnails.want(["a"])
            until(lambda: thumbnails.get("a")[1])
    finally:
        thumbnails.close(WAIT_S)
    assert asked == [("a", None), ("a", 12)]


def test_a_strip_says_how_many_of_its_pictures_have_no_room(qtbot: QtBot) -> None:
    strip = ThumbStrip("Test pictures that change sides", counts=True)
    qtbot.addWidget(strip)
    image = QImage(52, 52, QImage.Format.Format_RGB32)
    image.fill(0)
    strip.show_thumbs([Thumb(image=image, words=str(number)) for number in range(12)])
    for width, without_room in ((12 * 58, 0), (12 * 58 - 6 - 1, 1), (190, 10)):
        strip.resize(width, strip.height())
        strip.grab()
        assert strip.without_room == without_room
