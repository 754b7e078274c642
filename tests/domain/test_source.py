"""What the user writes, and which source it names."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.domain.errors import SourceError
from inspector.domain.source import DEMO, FORMS, SourceKind, SourceSpec, is_live, kind_of, label_of, shown

CAMERA, VIDEO, STREAM, FOLDER = SourceKind.CAMERA, SourceKind.VIDEO, SourceKind.STREAM, SourceKind.FOLDER


@pytest.mark.parametrize(
    ("text", "kind", "place", "written", "label"),
    [
        ("camera:0", CAMERA, "0", "camera:0", "Camera 0"),
        (" Camera:012 ", CAMERA, "12", "camera:12", "Camera 12"),
        ("video:/a/b.mp4", VIDEO, "/a/b.mp4", "video:/a/b.mp4", "video b.mp4"),
        ("video:/a/no suffix: colon", VIDEO, "/a/no suffix: colon", "video:/a/no suffix: colon", "video no suffix: colon"),
        ("/a/b.MP4", VIDEO, "/a/b.MP4", "video:/a/b.MP4", "video b.MP4"),
        ("RTSP://cam/1", STREAM, "RTSP://cam/1", "RTSP://cam/1", "stream cam"),
        ("http://cam/1.mp4", STREAM, "http://cam/1.mp4", "http://cam/1.mp4", "stream cam"),
        ("rtsp://u:secret@camera-of-line-4/1", STREAM, "rtsp://u:secret@camera-of-line-4/1",
         "rtsp://u:secret@camera-of-line-4/1", "stream camera-of-line-4"),
        ("folder:/a/parts", FOLDER, "/a/parts", "folder:/a/parts", "folder parts"),
        ("Folder:in: box", FOLDER, "in: box", "folder:in: box", "folder in: box"),
        ("C:\\parts", FOLDER, "C:\\parts", "folder:C:\\parts", "folder " + Path("C:\\parts").name),
        ("parts", FOLDER, "parts", "folder:parts", "folder parts"),
        ("demo:", SourceKind.DEMO, "", "demo:", "Demo line"),
    ],
)  # fmt: skip
def test_a_text_names_a_source(text: str, kind: SourceKind, place: str, written: str, label: str) -> None:
    spec = SourceSpec.parse(text)
    assert (spec.kind, spec.place, str(spec), spec.label) == (kind, place, written, label)
    assert SourceSpec.parse(written) == spec
    assert (kind_of(text), label_of(text)) == (kind, label)


@pytest.mark.parametrize(
    "text",
    ["", " ", "camera:", "camera:x", "camera:-1", "camera:1000", "camera:²", "demo:x", "ftp://a/b.mp4", "folder:", "video:", "a\x00b"],
)  # fmt: skip
def test_what_names_no_source_is_answered_with_what_there_is(text: str) -> None:
    with pytest.raises(SourceError) as caught:
        SourceSpec.parse(text)
    assert str(caught.value) == (
        f"“{text.strip(' ')}” names no source; known are camera:N, genicam:SERIAL, aravis:SERIAL, "
        "basler:SERIAL, video:PATH, rtsp://…, folder:PATH, demo:. Correct the source."
    )
    assert (kind_of(text), is_live(text), label_of(text), shown(text)) == (None, False, text, text)


@pytest.mark.parametrize("text", ["s3://bucket/parts", "folder:s3://bucket/parts", "gs://bucket/parts"])
def test_an_object_store_is_no_source_and_the_command_that_reads_it_is_named(text: str) -> None:
    with pytest.raises(SourceError, match=r"names no source; .*object store are judged by: inspector batch ADDRESS$"):
        SourceSpec.parse(text)


def test_a_path_alone_must_be_a_video_or_a_folder_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    assert SourceSpec.parse_present(str(tmp_path / "parts")).kind is FOLDER
    assert SourceSpec.parse_present("absent.mp4").kind is VIDEO
    assert SourceSpec.parse_present(f"folder:{tmp_path / 'absent'}").kind is FOLDER  # a share may come later
    with pytest.raises(SourceError, match="“absent” names no source"):
        SourceSpec.parse_present("absent")


def test_a_path_is_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert str(SourceSpec.parse("folder:in").absolute()) == f"folder:{tmp_path / 'in'}"
    assert str(SourceSpec.parse("a.mp4").absolute()) == f"video:{tmp_path / 'a.mp4'}"
    assert str(SourceSpec.parse("folder:~/in").absolute()) == f"folder:{Path.home() / 'in'}"
    assert SourceSpec.parse("camera:0").absolute() == SourceSpec.parse("camera:0")


@pytest.mark.parametrize(
    ("url", "as_shown"),
    [
        ("rtsp://user:se:cret@cam/1", "rtsp://user:***@cam/1"),
        ("rtsp://user:p@ss@cam:554/1", "rtsp://user:***@cam:554/1"),
        ("rtsp://cam:554/a@b", "rtsp://cam:554/a@b"),
        ("https://cam/x", "https://cam/x"),
        ("/a/parts", "/a/parts"),
    ],
)
def test_a_password_is_not_shown(url: str, as_shown: str) -> None:
    assert shown(url) == as_shown


def test_every_kind_says_what_it_is() -> None:
    assert FORMS == (
        "camera:N, genicam:SERIAL, aravis:SERIAL, basler:SERIAL, video:PATH, rtsp://…, folder:PATH or demo:"
    )
    assert [SourceSpec.parse(kind.example).kind for kind in SourceKind] == list(SourceKind)
    assert all(kind.description for kind in SourceKind)
    industrial = [SourceKind.GENICAM, SourceKind.ARAVIS, SourceKind.BASLER]
    assert [kind for kind in SourceKind if kind.is_industrial] == industrial
    assert [kind for kind in SourceKind if kind.is_live] == [CAMERA, *industrial, STREAM, SourceKind.DEMO]
    assert [kind for kind in SourceKind if kind.is_device] == [CAMERA, *industrial, STREAM]
    assert [kind for kind in SourceKind if kind.is_path] == [VIDEO, FOLDER]
    assert str(DEMO) == "demo:"


@given(text=st.text(max_size=30) | st.builds("{}:{}".format, st.sampled_from(["camera", "folder", "x"]), st.text()))
def test_any_text_names_one_source_or_none(text: str) -> None:
    try:
        spec = SourceSpec.parse(text)
    except SourceError:
        return
    assert SourceSpec.parse(str(spec)) == spec
