"""What makes a file the same part as before: its content, at its place or renamed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inspector.pictures.content import Stamp, digest_of
from inspector.sources.identity import FileKey, KnownFiles
from tests.sources.visits import file_key

OLD = Stamp(3, 1_000, 2_000)


@pytest.mark.parametrize(
    "key",
    [
        FileKey("/a|b/ü.png", Stamp(3, 1, 2), digest_of(b"x")),
        FileKey("/a.png", Stamp(3, -1, None), digest_of(b"")),
        FileKey("/a.png", Stamp(3, 1, 2)),
        FileKey("/a.png", Stamp(3, 1)),
    ],
)
def test_a_key_is_read_as_it_was_written(key: FileKey) -> None:
    assert FileKey.parse(str(key)) == key


def test_a_key_field_by_field() -> None:
    # BLAKE2b-128 of "abc", as `b2sum -l 128` prints it
    digest = "b2:cf4ab791c62b8d2b2109c90275287816"
    assert str(FileKey("/a.png", OLD, digest_of(b"abc"))) == f"/a.png|3|1000|2000|{digest}"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("/a.png|3|1000", FileKey("/a.png", Stamp(3, 1_000))),
        ("/a|1|2|3|1000", FileKey("/a|1|2", Stamp(3, 1_000))),
        ("k0", None),
        ("", None),
        ("/a.png|x|y", None),
    ],
)
def test_keys_of_earlier_versions_are_read(text: str, key: FileKey | None) -> None:
    assert FileKey.parse(text) == key


def test_a_file_of_an_earlier_record_is_known_by_size_and_time() -> None:
    known = KnownFiles(["/a.png|3|1000"])
    assert known.is_same(Path("/a.png"), OLD, 0.0)
    assert not known.is_same(Path("/a.png"), Stamp(3, 1_001, 2_000), 0.0)
    assert not known.is_same(Path("/b.png"), OLD, 0.0)


@pytest.mark.parametrize("changed", [Stamp(4, 1_000, 2_000), Stamp(3, 1_001, 2_000), Stamp(3, 1_000, 2_001)])
def test_a_stamp_that_differs_is_read_and_the_content_decides(changed: Stamp) -> None:
    path, digest = Path("/a.png"), digest_of(b"abc")
    known = KnownFiles([str(FileKey("/a.png", OLD, digest))])
    assert known.is_same(path, OLD, 0.0)
    assert not known.is_same(path, changed, 0.0)
    assert not known.holds(path, changed, digest_of(b"abd"))
    assert not known.is_same(path, changed, 0.0)
    assert known.holds(path, changed, digest)
    assert known.is_same(path, changed, 0.0)


def test_the_newest_content_of_a_place_counts() -> None:
    first, second = digest_of(b"1"), digest_of(b"2")
    known = KnownFiles(
        [str(FileKey("/latest.bmp", Stamp(3, time, 0), each)) for time, each in ((1, first), (2, second))]
    )
    assert not known.holds(Path("/latest.bmp"), Stamp(3, 3, 0), first)  # the first part's picture, of a third part
    assert known.holds(Path("/latest.bmp"), Stamp(3, 3, 0), second)


def test_a_stamp_that_a_second_content_could_have_is_believed_only_for_a_while() -> None:
    known, path = KnownFiles(), Path("/a.png")
    known.note(FileKey("/a.png", OLD, digest_of(b"abc")), again_s=10.0)
    assert [known.is_same(path, OLD, now_s) for now_s in (9.9, 10.0)] == [True, False]
    assert known.holds(path, OLD, digest_of(b"abc"))
    assert known.is_same(path, OLD, 99.0)


def put(path: Path, content: bytes, time_ns: int = 5_000_000_000) -> Path:
    path.write_bytes(content)
    os.utime(path, ns=(time_ns, time_ns))
    return path


def holds(known: KnownFiles, path: Path) -> bool:
    key = file_key(path)
    return known.holds(path, key.stamp, key.digest)


def test_a_renamed_file_is_known_also_when_another_has_its_name(tmp_path: Path) -> None:
    latest = put(tmp_path / "latest.bmp", b"part 1")
    known = KnownFiles([str(file_key(latest))])
    kept = latest.rename(tmp_path / "0001.bmp")
    assert holds(known, kept)
    put(latest, b"part 2", 6_000_000_000)
    assert not holds(known, latest)
    known.note(file_key(latest))
    kept = kept.rename(tmp_path / "kept.bmp")
    assert holds(known, kept)
    assert holds(known, kept.rename(tmp_path / "0001.bmp"))
    restarted = KnownFiles([str(file_key(latest)).replace("part 2", "part 1"), str(file_key(latest))])
    assert holds(restarted, latest)


def test_two_places_that_hold_the_same_at_once_are_two_parts(tmp_path: Path) -> None:
    known = KnownFiles([str(file_key(put(tmp_path / "a.png", b"same")))])
    assert not holds(known, put(tmp_path / "b.png", b"same"))


def test_a_new_file_with_the_content_of_one_that_is_gone_is_a_part(tmp_path: Path) -> None:
    first = put(tmp_path / "a.png", b"same")
    known = KnownFiles([str(file_key(first))])
    first.unlink()
    assert not holds(known, put(tmp_path / "b.png", b"same", 6_000_000_000))  # written later: not renamed
    assert holds(known, put(tmp_path / "c.png", b"same"))
