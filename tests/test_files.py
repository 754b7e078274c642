"""The one atomic write: whole or as before, whatever stops it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest

from inspector.files import (
    FileError,
    append_line,
    atomic_file,
    atomic_text_file,
    remove_leftovers,
    with_ending,
    write_bytes,
    write_text,
)
from tests.disks import BadDisk

_NEVER = 1_000_000


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_flushed_before_it_gets_its_name_and_the_name_after(tmp_path: Path) -> None:
    disk = BadDisk(errno.EIO, at="flush", writes=_NEVER)
    path = tmp_path / "new" / "a.json"
    write_bytes(path, b"one ", memoryview(b"two"), disk=disk)
    assert path.read_bytes() == b"one two"
    assert disk.done == ["flush", "rename", "flush_folder"]
    with atomic_file(path, lasting=False, disk=disk) as file:
        file.write(b"three")
    assert path.read_bytes() == b"three"
    assert disk.done[3:] == ["rename"]
    assert names(path.parent) == ["a.json"]


@pytest.mark.parametrize("at", ["flush", "rename"])
@pytest.mark.parametrize(
    ("number", "words", "full"),
    [
        (errno.ENOSPC, "the disk is full. Free space on the disk of ", True),
        (errno.EDQUOT, "Free space on the disk of ", True),
        (errno.EACCES, "this user may not. Close the program that has it open, or allow this user to write in ", False),
        (errno.EROFS, "or allow this user to write in ", False),
        (errno.EIO, "the disk, or the connection to it, failed. Check ", False),
    ],
)
def test_what_the_disk_refuses_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, at: Literal["flush", "rename"], number: int, words: str, full: bool
) -> None:
    path = tmp_path / "settings.json"
    write_text(path, "old")
    with pytest.raises(FileError, match="cannot be written") as caught:
        write_text(path, "new", disk=BadDisk(number, at=at))
    assert words in str(caught.value)
    assert str(path) in caught.value.what
    assert caught.value.disk_full is full
    assert (path.read_text(), names(tmp_path)) == ("old", ["settings.json"])


def test_an_error_of_the_writer_itself_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    write_text(path, "old")
    with pytest.raises(TypeError), atomic_file(path) as file:
        file.writelines([b"half", "no bytes"])  # type: ignore[list-item]
    with pytest.raises(UnicodeEncodeError), atomic_text_file(path, encoding="ascii", errors="strict") as text:
        text.write("ä")
    assert (path.read_text(), names(tmp_path)) == ("old", ["rows.csv"])


@pytest.mark.parametrize("place", ["file", "file/below", "folder"])
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder").mkdir()
    path = tmp_path / place / "x.txt" if place.startswith("file") else tmp_path / place
    with pytest.raises(FileError, match="cannot be written") as caught:
        write_text(path, "x")
    assert str(path) in caught.value.what
    assert names(tmp_path) == ["file", "folder"]


def test_a_name_as_long_as_names_can_be_is_written_and_a_longer_one_is_told(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    write_text(path, "x")
    assert path.read_text() == "x"
    with pytest.raises(FileError, match="shorter"):
        write_text(tmp_path / ("n" * 256), "x")


_KILLED = """
import os, sys
from pathlib import Path
from inspector.files import Disk, atomic_file

class Killer(Disk):
    def flush(self, file):
        super().flush(file)
        if sys.argv[2] == "flushed":
            os.kill(os.getpid(), 9)

    def rename(self, partial, path):
        super().rename(partial, path)
        os.kill(os.getpid(), 9)

with atomic_file(Path(sys.argv[1]), disk=Killer()) as file:
    file.write(b"new " * 100_000)
    if sys.argv[2] == "writing":
        os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no kill -9")
@pytest.mark.parametrize(
    ("moment", "content"), [("writing", b"old"), ("flushed", b"old"), ("renamed", b"new " * 100_000)]
)
def test_a_killed_writer_leaves_the_old_file_or_the_new_one(tmp_path: Path, moment: str, content: bytes) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(b"old")
    done = subprocess.run([sys.executable, "-c", _KILLED, str(path), moment], check=False, capture_output=True)
    assert done.returncode == -9, done.stderr.decode()
    assert path.read_bytes() == content
    left = [name for name in names(tmp_path) if name != "model.bin"]
    assert len(left) == (0 if moment == "renamed" else 1)
    now_s = path.stat().st_mtime + 3700
    assert remove_leftovers([tmp_path, tmp_path / "absent"], now_s=now_s) == len(left)
    assert names(tmp_path) == ["model.bin"]


def test_only_old_temporary_files_of_this_kind_are_removed(tmp_path: Path) -> None:
    kept = [".short.part", "x.part", f".{'0' * 32}.png", f"{'0' * 32}.part"]
    young, old = f".{'a' * 32}.part", f".{'b' * 32}.part"
    for name in [*kept, young, old]:
        (tmp_path / name).write_bytes(b"")
    for name in [*kept, old]:
        os.utime(tmp_path / name, (0, 0))
    assert remove_leftovers([tmp_path]) == 1
    assert names(tmp_path) == sorted([*kept, young])


def test_text_has_its_line_ends_and_no_byte_of_a_name_stops_it(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    write_text(path, "a\r\nü \udc80\n")
    assert path.read_bytes() == b"a\r\n\xc3\xbc \\udc80\n"
    with atomic_text_file(path, encoding="utf-8-sig") as file:
        file.write("a\r\n\udc80")
    assert path.read_bytes() == b"\xef\xbb\xbfa\r\n\\udc80"


def test_lines_are_added_and_one_that_was_cut_short_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "new" / "lines.jsonl"
    append_line(path, "one")
    append_line(path, "two")
    with path.open("ab") as file:
        file.write(b"tor")
    disk = BadDisk(errno.EIO, at="flush", writes=_NEVER)
    append_line(path, "three", disk=disk)
    assert path.read_bytes() == b"one\ntwo\ntor\nthree\n"
    assert disk.done == ["flush"]
    with pytest.raises(FileError, match="the disk is full"):
        append_line(path, "four", disk=BadDisk(errno.ENOSPC, at="flush"))


@pytest.mark.parametrize(
    ("typed", "written"),
    [("lot 0.5 l", "lot 0.5 l.csv"), ("lot", "lot.csv"), ("lot.csv", "lot.csv"), ("LOT.CSV", "LOT.CSV")],
)
def test_a_name_that_is_typed_gets_the_ending_that_it_lacks(typed: str, written: str) -> None:
    assert with_ending(Path("exports") / typed, ".csv") == Path("exports") / written
