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
from inspector.pictures import encode_picture, read_content
from inspector.pictures.content import Stamp
from inspector.sources import visit as visit_module
from inspector.sources.identity import FileKey
from inspector.sources.notices import Change
from tests.sources.visits import LONG_AFTER_S, PNG, Watch, file_key


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watch:
    (tmp_path / "in").mkdir()
    return Watch(tmp_path / "in", monkeypatch)


def quiet(path: Path, monkeypatch: pytest.MonkeyPatch, ctime_s: float) -> None:
    """Let a file's change of status be as old as a test wants."""
    real = visit_module._stat

    def stat(asked: Path) -> Any:
        status = real(asked)
        if status is None or asked != path:
            return status
        names = ("st_mode", "st_size", "st_mtime", "st_mtime_ns", "st_ctime_ns")
        return SimpleNamespace(**{name: getattr(status, name) for name in names}, st_ctime=ctime_s)

    monkeypatch.setattr(visit_module, "_stat", stat)


@pytest.mark.parametrize(
    ("changed_s", "ctime_s", "at_once"),
    [(999_997.9, 999_997.9, True), (999_998.0, 1.0, False), (1.0, 999_998.0, False), (1.0, 999_997.9, True)],
)
def test_a_file_that_nobody_touched_for_two_seconds_need_not_settle(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, changed_s: float, ctime_s: float, at_once: bool
) -> None:
    quiet(watch.put("a.png", changed_s=changed_s), monkeypatch, ctime_s)
    watch.visit.list_existing(watch.stop)
    assert watch.visit._waiting.any_ready is at_once
    assert watch.name(101.0) == "a.png"


def test_what_is_there_comes_in_natural_order(watch: Watch) -> None:
    for name in ("10.png", "9.png", "sub/1.png"):
        watch.put(name)
    watch.visit.list_existing(watch.stop)
    assert [watch.name(101.0) for _ in range(4)] == ["9.png", "10.png", "1.png", None]


def test_what_is_there_can_be_left_out_for_good(watch: Watch) -> None:
    path = watch.put("a.png")
    assert watch.visit.leave_out_existing(watch.stop) == [FileKey(str(path), Stamp.of(path.stat()))]
    watch.told.paths = [path]
    assert [watch.name(now_s) for now_s in (101.0, 102.5, 110.0)] == [None] * 3
    os.utime(path, (5, 5))  # changed: what it held was never read
    watch.told.paths = [path]
    # the old content could still be mixed in, so it must also be quiet
    assert [watch.name(now_s) for now_s in (110.5, 111.5, 113.0, 113.5)] == [None, None, None, "a.png"]


def test_listing_ends_when_the_source_is_stopped(watch: Watch) -> None:
    watch.put("a.png")
    watch.stop.set()
    assert watch.visit.leave_out_existing(watch.stop) == []
    watch.visit.list_existing(watch.stop)
    watch.stop.clear()
    assert [watch.name(now_s) for now_s in (101.0, 103.0)] == [None, None]


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

    monkeypatch.setattr(visit_module, "read_content", read)
    watch.told.paths = [watch.put("a.png")]
    items = {now_s: watch.step(now_s) for now_s in np.arange(101.0, 112.0, 0.5)}
    item = next(item for item in items.values() if item is not None)
    assert isinstance(item, BadPicture)
    assert [now_s for now_s, there in items.items() if there is not None] == [given_up_s]
    assert item.reason == "it cannot be read. Look."


def test_a_file_that_is_written_to_while_it_is_read_is_read_again(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real, reads = watch.put("a.png"), read_content, list[float]()

    def read(asked: Path) -> Any:
        reads.append(watch.now_s)
        if len(reads) == 1:
            os.utime(path, (7, 7))
        if len(reads) == 2:
            path.unlink()
            return PNG
        return real(asked)

    monkeypatch.setattr(visit_module, "read_content", read)
    watch.told.paths = [path]
    assert [watch.step(now_s) for now_s in (101.0, 102.0, 102.9, 103.0)] == [None] * 4
    assert reads == [102.0, 103.0]
    assert watch.step(104.0) is None  # gone while it was read
    watch.put("a.png")
    watch.told.paths = [path]
    assert [watch.name(now_s) for now_s in (105.0, 106.0)] == [None, "a.png"]


def test_a_file_that_is_gone_before_its_turn_is_no_part(watch: Watch) -> None:
    paths = [watch.put(name) for name in ("a.png", "b.png")]
    watch.clock_s = LONG_AFTER_S
    for path in paths:
        watch.visit._waiting.ready(path)
    paths[0].unlink()
    assert [watch.name() for _ in range(3)] == [None, "b.png", None]


def test_a_file_that_the_reader_took_meanwhile_is_not_taken_again(watch: Watch) -> None:
    path = watch.put("a.png")
    watch.visit._waiting.ready(path)
    watch.known.note(file_key(path))
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


BMP, OTHER = (encode_picture(np.full((12, 16), grey, np.uint8), ".bmp") for grey in (40, 200))


def half(content: bytes) -> bytes:
    """A picture as it is while it is written: whole in size, the rest empty."""
    return content[: len(content) * 6 // 10].ljust(len(content), b"\0")


def grey(item: Frame | BadPicture | None) -> int:
    assert isinstance(item, Frame)
    assert (item.image == item.image[0, 0]).all()
    return int(item.image.flat[0])


def test_a_file_overwritten_with_the_same_size_and_time_is_a_new_part(watch: Watch) -> None:
    path = watch.put("latest.bmp", BMP)
    watch.told.changes = [(path, Change.CLOSED)]
    assert watch.step(101.0) is None
    assert grey(watch.step(102.0)) == 40
    for content, shade, now_s in ((OTHER, 200, 103.0), (BMP, 40, 106.0)):
        watch.put("latest.bmp", content)
        watch.told.changes = [(path, Change.CLOSED)]
        assert watch.step(now_s) is None
        assert grey(watch.step(now_s + 1.0)) == shade
    assert watch.visit.sequence == 3


def test_an_overwritten_file_is_found_without_a_notice_though_the_clock_is_coarse(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = watch.put("latest.bmp", BMP)
    stamp = path.stat()
    real = visit_module._stat
    monkeypatch.setattr(visit_module, "_stat", lambda asked: stamp if asked == path else real(asked))
    watch.told.watching = False  # it is looked at every second
    items = {now_s: watch.step(now_s) for now_s in np.arange(101.0, 106.0, 0.5)}
    assert {now_s: grey(item) for now_s, item in items.items() if item is not None} == {105.0: 40}
    watch.put("latest.bmp", OTHER)
    items = {now_s: watch.step(now_s) for now_s in np.arange(106.0, 116.0, 0.5)}
    assert {now_s: grey(item) for now_s, item in items.items() if item is not None} == {110.0: 200}


def test_what_is_touched_copied_back_or_renamed_is_not_counted_again(watch: Watch) -> None:
    path = watch.put("a.bmp", BMP)
    watch.told.changes = [(path, Change.CLOSED)]
    assert [watch.name(now_s) for now_s in (101.0, 102.0)] == [None, "a.bmp"]
    os.utime(path, (3_600.0, 3_600.0))  # as after the change to summer time on FAT
    renamed = path.rename(watch.folder / "b.bmp")
    watch.told.changes = [(renamed, Change.CLOSED)]
    os.utime(renamed, (1_000_000.0, 1_000_000.0))
    assert [watch.name(now_s) for now_s in (103.0, 104.0, 109.0, 110.0, 119.0)] == [None] * 5
    os.utime(renamed, (7_200.0, 7_200.0))
    assert [watch.name(now_s) for now_s in np.arange(120.0, 140.0, 0.5)] == [None] * 40
    renamed.write_bytes(BMP)
    watch.told.changes = [(renamed, Change.CLOSED)]
    assert [watch.name(now_s) for now_s in np.arange(140.0, 160.0, 0.5)] == [None] * 40
    assert watch.visit.sequence == 1


def test_a_file_whose_closing_was_told_is_read_once(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[Path] = []

    def read(path: Path) -> bytes:
        reads.append(path)
        return read_content(path)

    monkeypatch.setattr(visit_module, "read_content", read)
    path = watch.put("a.bmp", BMP)
    watch.told.paths, watch.told.changes = [path], [(path, Change.CLOSED)]
    assert [name for name in (watch.name(now_s) for now_s in np.arange(101.0, 130.0, 0.5)) if name] == ["a.bmp"]
    assert reads == [path]


def test_a_picture_of_full_size_is_not_judged_until_it_is_closed(watch: Watch) -> None:
    path = watch.put("a.bmp", half(BMP))
    watch.told.changes = [(path, Change.WRITTEN)]
    assert [watch.step(now_s) for now_s in np.arange(101.0, 120.0, 0.5)] == [None] * 38
    watch.put("a.bmp", BMP)
    watch.told.changes = [(path, Change.CLOSED)]
    assert watch.step(120.0) is None
    assert grey(watch.step(121.0)) == 40
    assert [watch.step(now_s) for now_s in np.arange(122.0, 140.0, 0.5)] == [None] * 36


def test_a_picture_without_notice_is_judged_when_its_content_has_been_quiet(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = watch.put("a.bmp", half(BMP))
    stamp = path.stat()
    real = visit_module._stat
    # size and time are final from the start, as on FAT
    monkeypatch.setattr(visit_module, "_stat", lambda asked: stamp if asked == path else real(asked))
    watch.told.paths = [path]
    assert [watch.step(now_s) for now_s in (101.0, 102.0, 103.5)] == [None] * 3
    path.write_bytes(BMP)  # after a stall of more than a second
    assert [watch.step(now_s) for now_s in (104.0, 105.9)] == [None] * 2
    assert grey(watch.step(106.0)) == 40


def test_a_file_that_is_never_closed_is_an_error_and_judged_when_it_is(watch: Watch) -> None:
    path = watch.put("a.bmp", BMP)
    watch.told.changes = [(path, Change.WRITTEN)]
    items = {now_s: watch.step(now_s) for now_s in np.arange(101.0, 140.0, 0.5)}
    ((now_s, item),) = [(now_s, item) for now_s, item in items.items() if item is not None]
    assert isinstance(item, BadPicture)
    assert now_s == 121.0
    assert item.reason == f"the picture {path} is still being written. Close it when it is whole."
    assert item.origin.file_key == str(FileKey(str(path), Stamp.of(path.stat())))
    watch.told.changes = [(path, Change.CLOSED)]
    assert watch.step(140.0) is None
    assert grey(watch.step(141.0)) == 40


def test_a_file_that_was_just_made_is_waited_for_while_it_is_empty(watch: Watch) -> None:
    path = watch.put("a.png", b"")
    watch.told.changes = [(path, Change.MADE)]
    assert [watch.step(now_s) for now_s in np.arange(101.0, 110.0, 0.5)] == [None] * 18
    watch.put("a.png")
    watch.told.changes = [(path, Change.CLOSED)]
    assert [watch.name(now_s) for now_s in (110.0, 111.0)] == [None, "a.png"]


def test_new_files_come_before_those_whose_time_has_changed(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [watch.put(f"{number}.png") for number in range(3)]
    for path in paths:
        watch.known.note(file_key(path))
        os.utime(path, (5, 5))
    reads: list[str] = []

    def read(path: Path) -> bytes:
        reads.append(path.name)
        return read_content(path)

    monkeypatch.setattr(visit_module, "read_content", read)
    new = watch.put("new.png", BMP)
    watch.told.changes = [(path, Change.CHANGED) for path in paths]
    watch.step(105.5)
    watch.told.changes = [(new, Change.CLOSED)]
    for now_s in (105.5, 106.5, 106.5, 106.5, 106.5, 106.5):
        watch.step(now_s)
    assert reads[0] == "new.png"
    assert sorted(reads[1:]) == ["0.png", "1.png", "2.png"]


def test_the_bit_depth_of_the_recipe_is_applied(watch: Watch) -> None:
    watch.visit._bit_depth = 12
    path = watch.put("a.png", encode_picture(np.full((2, 2), 4095, np.uint16), ".png"))
    watch.told.changes = [(path, Change.CLOSED)]
    assert watch.step(101.0) is None
    item = watch.step(102.0)
    assert isinstance(item, Frame)
    assert (item.image == 65_535).all()
