"""One stretch of watching a folder, step by step in the test's own thread: what is listed, noticed, taken up, and when."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from inspector.domain.errors import PictureError
from inspector.domain.records import BadPicture, Frame
from inspector.pictures import read_picture
from inspector.sources import folder as folder_module
from inspector.sources.folder import file_key
from tests.sources.visits import PNG, Watch


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watch:
    (tmp_path / "in").mkdir()
    return Watch(tmp_path / "in", monkeypatch)


def quiet(path: Path, monkeypatch: pytest.MonkeyPatch, ctime_s: float) -> None:
    """Let a file's change of status be as old as a test wants."""
    real = folder_module._stat

    def stat(asked: Path) -> Any:
        status = real(asked)
        if status is None or asked != path:
            return status
        names = ("st_mode", "st_size", "st_mtime", "st_mtime_ns")
        return SimpleNamespace(**{name: getattr(status, name) for name in names}, st_ctime=ctime_s)

    monkeypatch.setattr(folder_module, "_stat", stat)


@pytest.mark.parametrize(
    ("changed_s", "ctime_s", "at_once"),
    [(999_997.9, 999_997.9, True), (999_998.0, 1.0, False), (1.0, 999_998.0, False), (1.0, 999_997.9, True)],
)
def test_a_file_that_nobody_touched_for_two_seconds_need_not_settle(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, changed_s: float, ctime_s: float, at_once: bool
) -> None:
    quiet(watch.put("a.png", changed_s=changed_s), monkeypatch, ctime_s)
    watch.visit.list_existing(watch.stop, skip=False)
    assert watch.visit._waiting.any_ready is at_once
    assert watch.name(101.0) == "a.png"


def test_what_is_there_comes_in_natural_order(watch: Watch) -> None:
    for name in ("10.png", "9.png", "sub/1.png"):
        watch.put(name)
    watch.visit.list_existing(watch.stop, skip=False)
    assert [watch.name(101.0) for _ in range(4)] == ["9.png", "10.png", "1.png", None]


def test_what_is_there_can_be_left_out_for_good(watch: Watch) -> None:
    path = watch.put("a.png")
    watch.visit.list_existing(watch.stop, skip=True)
    assert watch.taken == {file_key(path, path.stat())}
    watch.told.paths = [path]
    assert [watch.name(now_s) for now_s in (101.0, 102.5, 110.0)] == [None] * 3
    os.utime(path, (5, 5))  # changed: another content
    watch.told.paths = [path]
    assert [watch.name(now_s) for now_s in (110.5, 111.5)] == [None, "a.png"]


def test_listing_ends_when_the_source_is_stopped(watch: Watch) -> None:
    watch.put("a.png")
    watch.stop.set()
    watch.visit.list_existing(watch.stop, skip=True)
    assert watch.taken == set()


def test_a_frame_field_by_field(watch: Watch) -> None:
    path = watch.put("a.png")
    watch.visit.sequence = 41
    watch.told.paths = [path]
    assert watch.step(101.0) is None
    item = watch.step(102.25)
    assert isinstance(item, Frame)
    assert (item.sequence, item.time_s) == (41, 102.25)
    assert item.origin == watch.origin(path, item)
    assert item.image.shape == (12, 16)
    assert watch.visit.sequence == 42
    assert watch.step(110.0) is None  # once only


def test_a_picture_that_stays_unreadable_is_bad_when_the_patience_is_over(watch: Watch) -> None:
    path = watch.put("a.png", PNG[:-30])
    watch.told.paths = [path]
    assert [watch.step(now_s) for now_s in (101.0, 102.0, 103.0, 104.0, 104.9)] == [None] * 5
    item = watch.step(105.0)
    assert isinstance(item, BadPicture)
    assert item.sequence == 0
    assert item.origin == watch.origin(path, item)
    assert "a.png" in item.reason
    assert watch.step(120.0) is None


@pytest.mark.parametrize(("cause", "given_up_s"), [(OSError("locked"), 111.0), (ValueError("cut short"), 105.0)])
def test_a_file_that_is_locked_is_given_longer_than_one_that_is_cut_short(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, cause: Exception, given_up_s: float
) -> None:
    def read(path: Path) -> Any:
        raise PictureError("it cannot be read", "Look.") from cause

    monkeypatch.setattr(folder_module, "read_picture", read)
    watch.told.paths = [watch.put("a.png")]
    items = {now_s: watch.step(now_s) for now_s in np.arange(101.0, 112.0, 0.5)}
    item = next(item for item in items.values() if item is not None)
    assert isinstance(item, BadPicture)
    assert [now_s for now_s, there in items.items() if there is not None] == [given_up_s]
    assert item.reason == "it cannot be read. Look."


def test_a_file_that_is_written_to_while_it_is_read_is_read_again(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real, reads = watch.put("a.png"), read_picture, list[float]()

    def read(asked: Path) -> Any:
        reads.append(watch.now_s)
        if len(reads) == 1:
            os.utime(path, (7, 7))
        if len(reads) == 2:
            path.unlink()
            return np.zeros((2, 2), np.uint8)
        return real(asked)

    monkeypatch.setattr(folder_module, "read_picture", read)
    watch.told.paths = [path]
    assert [watch.step(now_s) for now_s in (101.0, 102.0, 102.9, 103.0)] == [None] * 4
    assert reads == [102.0, 103.0]
    assert watch.step(104.0) is None  # gone while it was read
    watch.put("a.png")
    watch.told.paths = [path]
    assert [watch.name(now_s) for now_s in (105.0, 106.0)] == [None, "a.png"]


def test_a_file_that_is_gone_before_its_turn_is_no_part(watch: Watch) -> None:
    paths = [watch.put(name) for name in ("a.png", "b.png")]
    for path in paths:
        watch.visit._waiting.ready(path)
    paths[0].unlink()
    assert [watch.name() for _ in range(3)] == [None, "b.png", None]


def test_a_file_that_the_reader_took_meanwhile_is_not_taken_again(watch: Watch) -> None:
    path = watch.put("a.png")
    watch.visit._waiting.ready(path)
    watch.taken.add(file_key(path, path.stat()))
    assert watch.name() is None


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("a.png", True),
        ("sub/a.JPG", True),
        (".a.png", False),
        (".sub/a.png", False),
        ("a.txt", False),
        ("../a.png", False),
    ],
)
def test_which_files_are_noticed(watch: Watch, name: str, there: bool) -> None:
    path = watch.put(name)
    watch.told.paths = [path]
    assert watch.name(101.0) is None
    assert (watch.name(102.0) == path.name) is there


def test_a_folder_named_like_a_picture_is_none(watch: Watch) -> None:
    (watch.folder / "a.png").mkdir()
    watch.told.paths = [watch.folder / "a.png"]
    assert [watch.name(now_s) for now_s in (101.0, 102.0, 106.0, 108.0)] == [None] * 4
