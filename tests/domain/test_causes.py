"""What errors of the operating system and of Python are called where people read them."""

from __future__ import annotations

import ast
import errno
import os
import socket
from pathlib import Path

import pytest

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.files import FileError

ROOT = Path(__file__).parents[2]
TYPICAL = [
    (errno.ENOENT, "it is not there"),
    (errno.EACCES, "this user may not"),
    (errno.EPERM, "this user may not"),
    (errno.EROFS, "its disk can only be read"),
    (errno.ENOSPC, "the disk is full"),
    (errno.EISDIR, "it is a folder"),
    (errno.ENOTDIR, "a part of its path is a file, not a folder"),
    (errno.ENOTEMPTY, "the folder is not empty"),
    (errno.EEXIST, "something of that name is there already"),
    (errno.ENAMETOOLONG, "its name is too long"),
    (errno.EIO, "the disk, or the connection to it, failed"),
    (errno.EMFILE, "too many files are open"),
    (errno.EADDRINUSE, "address already in use"),
    (errno.EADDRNOTAVAIL, "this computer has no such address"),
    (errno.ECONNREFUSED, "the other side takes no connection"),
    (errno.ETIMEDOUT, "there was no answer in time"),
]


@pytest.mark.parametrize(("number", "words"), TYPICAL)
def test_the_system_s_errors_have_words(number: int, words: str) -> None:
    error = OSError(number, os.strerror(number), "/data/line 3/log.sqlite3")
    assert cause_of(error).startswith(words)
    shown = str(FileError(Path("/data/line 3/log.sqlite3"), error))
    assert "Errno" not in shown
    assert shown.startswith(f"/data/line 3/log.sqlite3 cannot be written: {words}")
    assert shown.count("log.sqlite3") == 1


def test_the_system_itself_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for path in (tmp_path / "none" / "a", tmp_path, tmp_path / "file" / "a", tmp_path / ("x" * 300)):
        with pytest.raises(OSError) as caught:
            path.read_bytes()
        assert cause_of(caught.value).partition(", or another")[0] in {words for _, words in TYPICAL}


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(99999, "Odd Thing happened."), "odd Thing happened"),
        (OSError(99999, ""), "the operating system refuses it"),
        (OSError("a library's own words."), "a library's own words"),
        (InspectorError("the file holds nothing", "Give another."), "the file holds nothing"),
        (UnicodeDecodeError("utf-8", b"ab\xff", 2, 3, "invalid start byte"), "it is no text in UTF-8 (byte 2)"),
        (UnicodeEncodeError("utf-8", "a\udc80", 1, 2, "surrogates"), "its name holds a sign that cannot be written"),
        (KeyError("path"), "path is missing"),
        (ValueError("12 is not 13"), "12 is not 13"),
        (ValueError(), "ValueError"),
    ],
)
def test_other_errors_say_what_they_know(error: Exception, words: str) -> None:
    assert cause_of(error) == words


def test_no_error_of_the_system_is_shown_as_it_is() -> None:
    """Where an OSError is caught, its own text goes nowhere."""
    raw = []
    for path in (*(ROOT / "inspector").rglob("*.py"), *(ROOT / "trainer").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name == "inspector/domain/causes.py":
            continue
        raw += [f"{name}:{line}" for line in _raw_texts(ast.parse(path.read_text(encoding="utf-8")))]
    assert raw == []


def _raw_texts(tree: ast.Module) -> list[int]:
    """Lines that show the text of an OSError: in an f-string, by `str`, or its `strerror`."""
    lines = []
    for handler in ast.walk(tree):
        if not (isinstance(handler, ast.ExceptHandler) and handler.type and handler.name):
            continue
        if "OSError" not in ast.unparse(handler.type):
            continue
        for node in ast.walk(handler):
            shown = isinstance(node, ast.FormattedValue) and ast.unparse(node.value) == handler.name
            told = isinstance(node, ast.Call) and ast.unparse(node) == f"str({handler.name})"
            own = isinstance(node, ast.Attribute) and node.attr == "strerror"
            if shown or told or own:
                lines.append(handler.lineno)
    return lines


def test_a_name_that_no_network_knows_is_said_so_whatever_its_code_means_elsewhere() -> None:
    for code in (errno.ENOENT, errno.ENOEXEC, -2):
        assert cause_of(socket.gaierror(code, "…")) == "no network that this computer is in knows its name"
