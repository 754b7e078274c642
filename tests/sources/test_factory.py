"""Which source is made of what the user writes; which cameras there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from inspector.domain.errors import SourceError
from inspector.domain.source import SourceKind
from inspector.domain.source_options import SourceOptions
from inspector.sources.cameras import CameraInfo, list_cameras
from inspector.sources.capture import CaptureSource
from inspector.sources.demo import DemoSource
from inspector.sources.factory import open_source
from inspector.sources.folder import FolderSource
from inspector.sources.industrial import IndustrialSource

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("spec", "kind", "name"),
    [
        ("camera:0", CaptureSource, "camera:0"),
        ("Camera:12", CaptureSource, "camera:12"),
        ("genicam: 4001-A", IndustrialSource, "genicam: 4001-A"),
        ("rtsp://cam/1", CaptureSource, "rtsp://cam/1"),
        ("http://cam/1.mp4", CaptureSource, "http://cam/1.mp4"),
        ("video:/a/b.mp4", CaptureSource, "video:/a/b.mp4"),
        ("video:/a/no suffix: colon", CaptureSource, "video:/a/no suffix: colon"),
        ("/a/absent.MP4", CaptureSource, "video:/a/absent.MP4"),
        ("folder:/a/absent", FolderSource, "folder:/a/absent"),
        ("demo:", DemoSource, "demo:"),
    ],
)
def test_a_text_names_a_source(spec: str, kind: type, name: str) -> None:
    source = open_source(spec, SourceOptions())
    assert type(source) is kind
    assert source.name == name


def test_a_folder_alone_will_do_and_is_named_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in: box").mkdir()
    monkeypatch.chdir(tmp_path)
    for spec in ("in: box", "folder:in: box", str(tmp_path / "in: box"), "folder:./in: box/"):
        assert open_source(spec, SourceOptions()).name == f"folder:{tmp_path / 'in: box'}"


def test_what_names_no_source_makes_none(tmp_path: Path) -> None:
    for text in ("camera:x", str(tmp_path / "absent")):
        with pytest.raises(
            SourceError,
            match="names no source; known are camera:N, genicam:SERIAL, aravis:SERIAL, basler:SERIAL, video:PATH",
        ):
            open_source(text, SourceOptions())


def test_every_kind_can_be_made() -> None:
    assert {kind: type(open_source(kind.example, SourceOptions())) for kind in SourceKind} == {
        SourceKind.CAMERA: CaptureSource,
        SourceKind.GENICAM: IndustrialSource,
        SourceKind.ARAVIS: IndustrialSource,
        SourceKind.BASLER: IndustrialSource,
        SourceKind.VIDEO: CaptureSource,
        SourceKind.STREAM: CaptureSource,
        SourceKind.FOLDER: FolderSource,
        SourceKind.DEMO: DemoSource,
    }


def test_cameras_are_listed_as_the_kernel_does(tmp_path: Path) -> None:
    for number, index, name in (
        ("0", "0", "HD Webcam"),
        ("1", "1", "HD Webcam"),
        ("10", "0", "Line cam"),
        ("2", "0", ""),
    ):
        node = tmp_path / f"video{number}"
        node.mkdir()
        (node / "index").write_text(f"{index}\n")
        if name:
            (node / "name").write_text(f"{name}\n")
    cameras = list_cameras(sysfs=tmp_path, platform="linux")
    assert cameras == [
        CameraInfo("camera:0", "HD Webcam"),
        CameraInfo("camera:2", "camera 2"),
        CameraInfo("camera:10", "Line cam"),
    ]
    assert list_cameras(sysfs=tmp_path / "absent", platform="linux") == []
