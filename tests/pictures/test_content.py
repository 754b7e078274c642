"""What a file held and whether it still does: where its times tell, and where only its content does."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from inspector.pictures.content import (
    KnownContent,
    Stamp,
    digest_bytes,
    digest_of,
    digest_of_file,
    digest_text,
)

OLD_NS = 1_700_000_000_123_456_789
NOW_NS = OLD_NS + 10_000_000_000
STAMP = Stamp(5, OLD_NS, OLD_NS)
KNOWN = KnownContent(STAMP, digest_of(b"12345"))


@pytest.mark.parametrize(
    ("ctime_ns", "now_ns", "sure"),
    [
        (OLD_NS, OLD_NS + 2_000_000_001, True),
        (OLD_NS, OLD_NS + 2_000_000_000, False),  # the clock may not have ticked
        (OLD_NS, OLD_NS - 1, False),  # the clock of a share is ahead
        (1_700_000_000_120_000_000, NOW_NS, False),  # exFAT: hundredths of a second, and not kept
        (1_700_000_000_000_000_000, NOW_NS, False),
        (None, NOW_NS, False),
    ],
)
def test_only_a_time_that_no_later_change_can_have_is_kept(ctime_ns: int | None, now_ns: int, sure: bool) -> None:
    assert (replace(STAMP, ctime_ns=ctime_ns).sure(now_ns).ctime_ns is not None) is sure


def test_on_windows_that_time_is_the_one_of_the_making(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.pictures.content.os.name", "nt")
    assert STAMP.sure(NOW_NS) == Stamp(5, OLD_NS)


@pytest.mark.parametrize(
    ("known", "now", "same"),
    [
        (KNOWN, STAMP, True),
        (KNOWN, Stamp(6, OLD_NS, OLD_NS), False),
        (KNOWN, Stamp(5, OLD_NS, NOW_NS), None),
        (KNOWN, Stamp(5, NOW_NS, OLD_NS), None),
        (replace(KNOWN, stamp=Stamp(5, OLD_NS)), STAMP, None),
        (replace(KNOWN, digest=""), STAMP, None),
        (KnownContent(None), STAMP, False),
    ],
)
def test_what_a_stamp_alone_tells(known: KnownContent, now: Stamp, same: bool | None) -> None:
    assert known.agrees(now) is same


def test_a_file_is_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"12345")
    os.utime(path, (1, 1))
    known = KnownContent(Stamp.of(path.stat()), digest_of(b"12345"))
    assert known.is_in(path)
    path.write_bytes(b"54321")
    os.utime(path, (1, 1))
    assert not known.is_in(path)
    path.write_bytes(b"12345")
    assert known.is_in(path)  # another time, the same content
    path.write_bytes(b"123456")
    assert not known.is_in(path)


def test_of_a_record_without_content_size_and_time_have_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"12345")
    os.utime(path, (1, 1))
    known = KnownContent(Stamp(5, 1_000_000_000))
    assert known.is_in(path)
    os.utime(path, (2, 2))
    assert not known.is_in(path)


def test_digests_of_files_and_their_bytes_agree(tmp_path: Path) -> None:
    content = bytes(range(256)) * 10_000
    (tmp_path / "a").write_bytes(content)
    assert digest_of_file(tmp_path / "a") == digest_of(content)
    assert digest_text(digest_bytes(digest_of(content))) == digest_of(content)
    assert digest_text(digest_bytes("")) == digest_text(digest_bytes("rubbish")) == ""
