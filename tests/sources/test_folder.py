"""A watched folder: every picture once, whole, whatever happens to the folder meanwhile."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from inspector.domain.errors import LogError, SourceError, SourceLostError
from inspector.domain.records import BadPicture, Frame
from inspector.domain.source_options import SourceOptions
from inspector.files import write_bytes
from inspector.pictures import encode_picture
from inspector.sources.folder import FolderSource
from inspector.sources.visit import Patience
from tests.sources.fakes import all_of, collect, loss
from tests.sources.visits import file_key
from tests.waits import WAIT_S, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

QUICK = Patience(settle_s=0.05, quiet_s=0.2, whole_s=0.2, rescan_s=0.2)
PNG = encode_picture(np.arange(3 * 12 * 16, dtype=np.uint16).astype(np.uint8).reshape(12, 16, 3), ".png")


def watch(
    folder: Path,
    *,
    seen: Callable[[], Iterable[str]] = tuple,
    patience: Patience = QUICK,
    **options: Any,
) -> FolderSource:
    source = FolderSource(folder, SourceOptions(**options), seen, patience)
    source.open()
    return source


def names(items: list[Frame | BadPicture]) -> list[str]:
    return [item.origin.path.name for item in items if item.origin.path is not None]


def put(folder: Path, *file_names: str, content: bytes = PNG) -> None:
    for name in file_names:
        write_bytes(folder / name, content)


def test_existing_pictures_in_natural_order_then_new_ones(tmp_path: Path) -> None:
    put(tmp_path, "part 10.png", "part 9.png", "sub/part 1.png", "notes.txt")
    source = watch(tmp_path)
    first = collect(source, 3)
    put(tmp_path, "new.png")
    second = collect(source, 1)
    source.close()
    assert names(first) == ["part 9.png", "part 10.png", "part 1.png"]
    assert names(second) == ["new.png"]
    assert [item.sequence for item in first + second] == [0, 1, 2, 3]
    frame = second[0]
    assert isinstance(frame, Frame)
    assert frame.image.shape == (12, 16, 3)
    assert frame.origin.source == f"folder:{tmp_path}"
    assert frame.origin.file_key == str(file_key(tmp_path / "new.png"))
    assert not source.live


def test_a_picture_is_taken_once_also_across_restarts_and_again_when_it_changed(tmp_path: Path) -> None:
    put(tmp_path, "1.png", "2.png")
    source = watch(tmp_path)
    recorded = tuple(item.origin.file_key for item in collect(source, 2))
    assert collect(source, 1, timeout_s=0.5) == []
    source.close()
    source.open()  # the same source, after a loss
    assert collect(source, 1, timeout_s=0.3) == []
    source.close()
    restarted = watch(tmp_path, seen=lambda: recorded)
    assert collect(restarted, 1, timeout_s=0.3) == []
    put(tmp_path, "1.png", content=PNG + b"\x00")
    changed = all_of(restarted, 1)
    restarted.close()
    assert names(changed) == ["1.png"]


def test_what_was_read_ahead_but_not_taken_is_delivered_after_a_restart(tmp_path: Path) -> None:
    put(tmp_path, "1.png", "2.png", "3.png")
    source = watch(tmp_path)
    first = collect(source, 1)
    source.close()
    source.open()
    rest = collect(source, 2)
    source.close()
    assert names(first + rest) == ["1.png", "2.png", "3.png"]


def test_a_growing_file_is_taken_when_it_is_whole(tmp_path: Path) -> None:
    source = watch(tmp_path, patience=Patience(settle_s=0.05, whole_s=30.0, rescan_s=0.1))
    path = tmp_path / "slow.png"
    with path.open("wb") as file:
        for start in range(0, len(PNG), len(PNG) // 3):
            file.write(PNG[start : start + len(PNG) // 3])
            file.flush()
            early = source.read(0.2) if start + len(PNG) // 3 < len(PNG) else None
            assert early is None
    items = collect(source, 1)
    source.close()
    assert [type(item) for item in items] == [Frame]


def test_a_file_that_stays_unreadable_is_one_bad_picture_with_its_reason(tmp_path: Path) -> None:
    put(tmp_path, "cut.png", content=PNG[:-30])
    put(tmp_path, "empty.jpg", content=b"")
    put(tmp_path, "good.png")
    put(tmp_path, "text.png", content=b"no picture at all")
    source = watch(tmp_path, patience=Patience(settle_s=0.05, whole_s=WAIT_S))
    (good,) = collect(source, 1)
    source.close()
    assert names([good]) == ["good.png"]  # the others are given time to become whole
    source = watch(tmp_path, seen=lambda: (good.origin.file_key,))
    items = collect(source, 3)
    assert collect(source, 1, timeout_s=0.5) == []
    source.close()
    reasons = {
        item.origin.path.name: item.reason for item in items if isinstance(item, BadPicture) and item.origin.path
    }
    assert set(reasons) == {"cut.png", "empty.jpg", "text.png"}
    assert "is cut short" in reasons["cut.png"]
    assert "is empty (0 bytes)" in reasons["empty.jpg"]
    assert "is not a picture" in reasons["text.png"]
    assert all(item.origin.file_key for item in items)


@pytest.mark.parametrize("polling", [False, True])
def test_hidden_and_partial_files_are_left_alone_until_they_are_renamed(polling: bool, tmp_path: Path) -> None:
    source = watch(tmp_path, polling=polling)
    for name in (".hidden.png", "~lock.png", "copy.png.part", ".thumbs/1.png"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(PNG)
    assert collect(source, 1, timeout_s=0.5) == []
    (tmp_path / "copy.png.part").rename(tmp_path / "copy.png")
    items = collect(source, 1)
    source.close()
    assert names(items) == ["copy.png"]


def test_polling_finds_what_is_new(tmp_path: Path) -> None:
    source = watch(tmp_path, polling=True)
    put(tmp_path, "2.png", "1.png")
    items = collect(source, 2)
    source.close()
    assert sorted(names(items)) == ["1.png", "2.png"]


def test_existing_pictures_can_be_left_out(tmp_path: Path) -> None:
    put(tmp_path, "old.png")
    source = watch(tmp_path, existing=False)
    put(tmp_path, "new.png")
    items = all_of(source, 1)
    source.close()
    assert names(items) == ["new.png"]


def test_sub_folders_only_when_wanted(tmp_path: Path) -> None:
    put(tmp_path, "sub/1.png", "top.png")
    flat = watch(tmp_path, recursive=False)
    put(tmp_path, "sub/2.png")
    items = all_of(flat, 1)
    flat.close()
    assert names(items) == ["top.png"]


def test_a_folder_moved_in_brings_its_pictures(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    put(tmp_path / "lot 5", "1.png", "2.png")
    source = watch(tmp_path / "in", patience=Patience(settle_s=0.05, rescan_s=60.0))
    (tmp_path / "lot 5").rename(tmp_path / "in" / "lot 5")
    items = collect(source, 2)
    source.close()
    assert sorted(names(items)) == ["1.png", "2.png"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow fewer names")
def test_any_name_is_taken_and_can_be_recorded(tmp_path: Path) -> None:
    wanted = ["a b.png", "line\nbreak.png", "Teil 😀.png", "|bar|.png"]
    put(tmp_path, *wanted)
    with open(os.fsencode(tmp_path) + b"/latin\xe9.png", "wb") as file:  # noqa: PTH123 - the name is bytes
        file.write(PNG)
    source = watch(tmp_path)
    items = collect(source, 5)
    source.close()
    assert all(isinstance(item, Frame) for item in items)
    assert sorted(names(items)) == sorted([*wanted, "latin\\xe9.png"])
    for item in items:
        assert f"{item.origin.path}|{item.origin.file_key}".encode()  # raises if it could not be stored


def test_what_only_looks_like_a_picture_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "dangling.png").symlink_to(tmp_path / "absent")
    put(tmp_path, "real.png")
    source = watch(tmp_path)
    items = all_of(source, 1)
    source.close()
    assert names(items) == ["real.png"]


def test_a_folder_that_vanishes_is_lost_and_taken_up_again(tmp_path: Path) -> None:
    folder = tmp_path / "share"
    put(folder, "1.png")
    old = (folder / "1.png").stat()
    source = watch(folder)
    assert names(collect(source, 1)) == ["1.png"]
    folder.rename(tmp_path / "away")
    error = loss(source)
    assert isinstance(error, SourceLostError)
    assert error.what == f"there is no folder {folder}"
    source.close()
    with pytest.raises(SourceError, match="there is no folder"):
        source.open()
    (tmp_path / "away").rename(folder)
    assert (folder / "1.png").stat().st_mtime_ns == old.st_mtime_ns
    put(folder, "2.png")
    source.open()
    items = all_of(source, 1)
    source.close()
    assert names(items) == ["2.png"]


def test_a_folder_replaced_by_another_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    source = watch(folder)
    folder.rename(tmp_path / "old")
    put(folder, "1.png")
    items: list[Frame | BadPicture] = []  # a search of the new folder may come before the look at which folder it is
    with pytest.raises(SourceLostError):
        until(lambda: items.extend(collect(source, 1, timeout_s=0.1)))
    source.close()
    source.open()
    items += collect(source, 1 - len(items))
    assert collect(source, 1, timeout_s=0.3) == []
    source.close()
    assert names(items) == ["1.png"]


def test_pictures_that_vanish_are_no_parts(tmp_path: Path) -> None:
    put(tmp_path, *(f"{number}.png" for number in range(20)))
    source = watch(tmp_path)
    first = collect(source, 1)
    for path in tmp_path.glob("*.png"):
        path.unlink()
    rest = collect(source, 20, timeout_s=0.4)
    source.close()
    assert len(first) == 1
    assert all(isinstance(item, Frame) for item in rest)  # read before it was removed
    assert len(rest) <= 2


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "file.png")
    for path, what in ((tmp_path / "absent", "there is no folder"), (tmp_path / "file.png", "is not a folder")):
        with pytest.raises(SourceError, match=what):
            watch(path)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions of another kind")
def test_a_folder_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        with pytest.raises(SourceError, match=r"the folder .*locked cannot be read: this user may not") as caught:
            watch(folder)
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o700)
    assert caught.value.next_step == "Check its permissions."


def test_a_record_that_cannot_be_read_is_an_error_that_says_so(tmp_path: Path) -> None:
    def seen() -> tuple[str, ...]:
        raise LogError("the log is locked", "Close the other station.")

    with pytest.raises(SourceError, match=r"cannot be opened: the log is locked\. Close the other station"):
        watch(tmp_path, seen=seen)


def test_ten_thousand_files_at_once_each_once(tmp_path: Path) -> None:
    picture = encode_picture(np.full((2, 2), 99, np.uint8), ".bmp")
    folder = tmp_path / "in"
    folder.mkdir()
    source = watch(folder)
    for number in range(10_000):
        (folder / f"{number}.bmp").write_bytes(picture)
    items = collect(source, 10_000)
    assert collect(source, 1, timeout_s=0.3) == []
    source.close()
    assert len(items) == 10_000
    assert len({item.origin.file_key for item in items}) == 10_000
    assert all(isinstance(item, Frame) for item in items)
    recorded = tuple(item.origin.file_key for item in items)
    restarted = watch(folder, seen=lambda: recorded)
    assert collect(restarted, 1, timeout_s=0.3) == []
    restarted.close()
    shutil.rmtree(folder)


BMP = encode_picture(np.arange(48 * 64 * 3, dtype=np.uint32).astype(np.uint8).reshape(48, 64, 3), ".bmp")


@pytest.mark.skipif(sys.platform != "linux", reason="only inotify tells of closing")
def test_a_writer_that_stalls_is_waited_for_and_its_picture_counts_once(tmp_path: Path) -> None:
    source = watch(tmp_path)
    with (tmp_path / "a.bmp").open("wb", buffering=0) as file:
        file.truncate(len(BMP))  # its size is right from the start
        file.write(BMP[: len(BMP) * 6 // 10])
        assert collect(source, 1, timeout_s=2.0) == []  # ten times as long as it has to be quiet
        file.write(BMP[len(BMP) * 6 // 10 :])
    items = all_of(source, 1)
    source.close()
    (item,) = items
    assert isinstance(item, Frame)
    assert (item.image[40] == np.arange(48 * 64 * 3, dtype=np.uint32).astype(np.uint8).reshape(48, 64, 3)[40]).all()


def test_overwritten_with_the_same_size_and_time_touched_and_renamed_also_across_restarts(tmp_path: Path) -> None:
    path = tmp_path / "latest.bmp"
    taken: list[str] = []

    def makes(count: int, change: Callable[[], object]) -> bool:
        """Change a file while the station is away; True where it then makes so many parts."""
        change()
        source = watch(tmp_path, seen=lambda: tuple(taken))
        items = all_of(source, count) if count else collect(source, 1, timeout_s=1.0)
        source.close()
        taken.extend(item.origin.file_key for item in items)
        return len(items) == count

    def write(last: int) -> None:
        path.write_bytes(BMP[:-1] + bytes([last]))
        os.utime(path, (1_000_000, 1_000_000))

    assert makes(1, lambda: write(1))
    assert makes(1, lambda: write(2))
    assert makes(1, lambda: write(1))
    assert makes(0, lambda: write(1))
    assert makes(0, lambda: os.utime(path, (1_003_600, 1_003_600)))
    os.utime(path, (1_000_000, 1_000_000))
    assert makes(0, lambda: path.rename(tmp_path / "1.bmp"))
    assert makes(1, lambda: write(3))
