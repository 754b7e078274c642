"""What the C library is asked for, and where there is nothing to ask."""

from __future__ import annotations

import ctypes
import platform
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from inspector.engine import memory
from inspector.engine.memory import use_frames_again


class Library:
    """A C library that keeps what it is asked, and refuses one setting."""

    def __init__(self, refuses: int | None = None) -> None:
        self.refuses = refuses
        self.opened: list[object] = []
        self.asked: list[tuple[int, int]] = []

    def open(self, name: object) -> Library:
        self.opened.append(name)
        return self

    def mallopt(self, name: int, value: int) -> int:
        self.asked.append((name, value))
        return int(name != self.refuses)


def use(monkeypatch: pytest.MonkeyPatch, library: Any, platform: str = "linux") -> bool:
    monkeypatch.setattr(memory, "sys", SimpleNamespace(platform=platform))
    monkeypatch.setattr(ctypes, "CDLL", library)
    return use_frames_again()


def test_one_heap_keeps_blocks_up_to_32_mb_and_gives_back_what_is_free_beyond_128(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = Library()
    assert use(monkeypatch, library.open) is True
    assert library.opened == [None]  # the program itself
    assert library.asked == [(-8, 1), (-3, 32 * 1024**2), (-1, 128 * 1024**2)]


@pytest.mark.parametrize("refuses", [-8, -3, -1])
def test_a_setting_that_is_refused_is_said(monkeypatch: pytest.MonkeyPatch, refuses: int) -> None:
    assert use(monkeypatch, Library(refuses).open) is False


def test_elsewhere_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library()
    assert use(monkeypatch, library.open, "win32") is False
    assert library.opened == []

    def cannot(name: object) -> Any:
        raise OSError

    assert use(monkeypatch, cannot) is False
    assert use(monkeypatch, lambda name: SimpleNamespace()) is False  # musl has no such function


def test_frames_are_used_again_where_the_c_library_can() -> None:
    assert use_frames_again() is (sys.platform.startswith("linux") and platform.libc_ver()[0] == "glibc")
