"""Cameras of a real GenTL producer: the demo producer viky.cti that comes with the library genicam."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from inspector.cli import main
from inspector.domain.config import TriggerMode
from inspector.domain.errors import SourceError
from inspector.domain.pixel_format import PixelFormat
from inspector.domain.records import Frame
from inspector.domain.source import SourceKind
from inspector.domain.source_options import FrameStart, SourceOptions
from inspector.sources.cameras import CameraInfo, library_fault, list_every_camera
from inspector.sources.check import check_source
from inspector.sources.factory import open_source
from inspector.sources.gentl import GenicamCamera, find_producers, list_genicam
from inspector.sources.industrial import IndustrialSource
from tests.waits import WAIT_S

genicam = pytest.importorskip("genicam")
VIKY = Path(genicam.__file__).parent / "viky.cti"
CAMERAS = [
    CameraInfo(f"genicam:{number}", f"Machine Vision Games Ltd. Viky (VikyTL_DEV_{colour})")
    for number, colour in enumerate(("red", "green", "blue"))
]


def source_of(camera: str, **options: Any) -> IndustrialSource:
    source = open_source(camera, SourceOptions(producer=str(VIKY), **options))
    assert isinstance(source, IndustrialSource)
    return source


def next_frame(source: IndustrialSource) -> Frame:
    item = source.read(WAIT_S)
    assert isinstance(item, Frame)
    return item


def refusal(camera: str, **options: Any) -> str:
    with pytest.raises(SourceError) as caught:
        source_of(camera, **options).open()
    return str(caught.value)


def test_producers_are_found_where_the_standard_and_the_recipe_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("b.cti", "a.cti", "other.so"):
        (tmp_path / name).touch()
    monkeypatch.setenv("GENICAM_GENTL64_PATH", str(tmp_path))
    assert find_producers() == [tmp_path / "a.cti", tmp_path / "b.cti"]
    assert find_producers(f"{VIKY}:{tmp_path / 'b.cti'}") == [VIKY, tmp_path / "b.cti"]
    monkeypatch.delenv("GENICAM_GENTL64_PATH")
    with pytest.raises(SourceError, match=r"no GenTL producer \(.cti\) that GENICAM_GENTL64_PATH names. Install"):
        find_producers()
    with pytest.raises(SourceError, match="there is no GenTL producer /absent.cti"):
        find_producers("/absent.cti")


def test_cameras_are_listed_by_their_serial_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list_genicam(str(VIKY)) == CAMERAS
    monkeypatch.setenv("GENICAM_GENTL64_PATH", str(VIKY.parent))
    cameras, faults = list_every_camera()
    assert (cameras[-3:], faults) == (CAMERAS, [])


def test_the_command_lists_them_and_says_what_cannot_be_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cameras", "--producer", str(VIKY), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["cameras"][-1] == {"source": "genicam:2", "label": CAMERAS[2].label}
    (tmp_path / "bad.cti").write_text("no library", encoding="utf-8")
    assert main(["cameras", "--producer", str(tmp_path)]) == 0
    assert f"genicam: the GenTL producer {tmp_path / 'bad.cti'} cannot be loaded" in capsys.readouterr().err


def test_pictures_come_as_the_recipe_says_with_the_camera_s_numbers() -> None:
    source = source_of("genicam:1", pixel_format=PixelFormat.MONO8, width_px=320, height_px=200, fps=100)
    source.open()
    try:
        frames = [next_frame(source) for _ in range(5)]
        assert source.settings == "Mono8, 320 × 200, 100 pictures/s"
    finally:
        source.close()
    assert {(frame.image.shape, str(frame.image.dtype)) for frame in frames} == {((200, 320), "uint8")}
    numbers = [frame.origin.frame_id for frame in frames]
    first = numbers[0]
    assert first is not None
    assert numbers == sorted({number for number in numbers if number is not None})
    assert [frame.sequence - frames[0].sequence + first for frame in frames] == numbers


def test_several_cameras_of_one_producer_run_at_once_and_are_listed_meanwhile() -> None:
    red, green = source_of("genicam:0", fps=50), source_of("genicam:1", pixel_format=PixelFormat.MONO8, fps=50)
    red.open()
    try:
        green.open()
        try:
            assert list_genicam(str(VIKY)) == CAMERAS
            assert refusal("genicam:1") == "genicam:1 is used by another program. Close that program."
            assert {next_frame(red).image.ndim, next_frame(green).image.ndim} == {3, 2}
        finally:
            green.close()
        assert next_frame(red).image.shape == (400, 400, 3)
    finally:
        red.close()
    red.open()  # once more
    next_frame(red)
    red.close()


@pytest.mark.parametrize(
    ("camera", "options", "said"),
    [
        ("genicam:9", {}, "there is no camera genicam:9; the producers see 0, 1, 2. Connect it"),
        ("genicam:1", {"width_px": 5000}, "genicam:1 refuses “Width”, Width = 5000 pixels: it takes 100 to 800."),
        ("genicam:1", {"pixel_format": PixelFormat.MONO16}, "PixelFormat = Mono16: it takes RGBa8, Mono8."),
        ("genicam:1", {"exposure_us": 50}, "genicam:1 has no feature ExposureTime, which the recipe's"),
        ("genicam:1", {"frame_start": FrameStart.LINE0}, "genicam:1 has no feature TriggerSelector"),
    ],
)
def test_what_cannot_be_is_said(camera: str, options: dict[str, Any], said: str) -> None:
    assert said in refusal(camera, **options)


class StubBuffer:
    """Stands in for the library's buffer: of 4 × 3 pixels of Mono8."""

    def __init__(self, **said: Any) -> None:
        self.frame_id, self.payload_type, self.width, self.height = 8, 1, 4, 3
        self.pixel_format, self.image_offset, self.padding_x, self.delivered_image_height = 0x01080001, 2, 0, 3
        self.raw_buffer = b"xx" + b"\x05" * 12 + b"behind"
        self.complete = True
        self.__dict__ |= said

    def is_complete(self) -> bool:
        return self.complete


@pytest.mark.parametrize(
    ("said", "fault", "data"),
    [
        ({}, "", b"\x05" * 12),
        ({"complete": False}, "packets were lost", b""),
        ({"delivered_image_height": 2}, "only 2 of 3 lines have come", b""),
        ({"payload_type": 3}, "it sends payload type 3, not a picture", b""),
    ],
)
def test_a_buffer_s_status_comes_first(said: dict[str, Any], fault: str, data: bytes) -> None:
    camera = SimpleNamespace(_error=genicam.gentl.GenericException)
    grab = GenicamCamera._read(camera, StubBuffer(**said))  # type: ignore[arg-type]
    assert (grab.fault, bytes(grab.data), grab.frame_id) == (fault, data, 8)


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert (library_fault(SourceKind.GENICAM) or ("",))[
        0
    ] == "genicam:SERIAL needs the library harvesters, which is not installed"
    for kind in ("genicam", "basler"):
        with pytest.raises(SourceError, match=rf"pip install inspector-station\[{kind}\]"):
            check_source(f"{kind}:1", TriggerMode.INTERVAL)
