"""Basler's cameras, against the emulation that comes with their library."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from inspector.domain.errors import SourceError
from inspector.domain.pixel_format import PixelFormat
from inspector.domain.records import Frame
from inspector.domain.source_options import FrameStart, SourceOptions
from inspector.sources.basler import connect, list_basler
from inspector.sources.cameras import CameraInfo
from inspector.sources.factory import open_source
from inspector.sources.industrial import IndustrialSource
from tests.waits import WAIT_S

pytestmark = pytest.mark.skipif(importlib.util.find_spec("pypylon") is None, reason="pip install pypylon (240 MB)")
Opened = Callable[..., IndustrialSource]


@pytest.fixture(autouse=True)
def two_cameras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYLON_CAMEMU", "2")


@pytest.fixture
def opened() -> Iterator[Opened]:
    sources: list[IndustrialSource] = []

    def opened(serial: str = "0815-0000", **options: Any) -> IndustrialSource:
        source = open_source(f"basler:{serial}", SourceOptions(**options))
        assert isinstance(source, IndustrialSource)
        sources.append(source)
        source.open()
        return source

    yield opened
    for source in sources:
        source.close()


def next_frame(source: IndustrialSource) -> Frame:
    item = source.read(WAIT_S)
    assert isinstance(item, Frame)
    return item


def test_cameras_are_listed_by_their_serial_numbers() -> None:
    assert list_basler() == [CameraInfo(f"basler:0815-000{number}", "Basler Emulation") for number in (0, 1)]


@pytest.mark.parametrize(
    ("pixels", "shape", "kind", "said"),
    [
        (PixelFormat.MONO8, (200, 320), "uint8", "Mono8"),
        (PixelFormat.MONO12, (200, 320), "uint16", "Mono12"),
        (PixelFormat.RGB8, (200, 320, 3), "uint8", "RGB8"),
        (PixelFormat.BGR8, (200, 320, 3), "uint8", "BGR8"),
        (PixelFormat.BAYER_RG10, (200, 320, 3), "uint16", "BayerRG10"),
    ],
)
def test_it_is_set_and_read_back(
    opened: Opened, pixels: PixelFormat, shape: tuple[int, ...], kind: str, said: str
) -> None:
    source = opened(pixel_format=pixels, width_px=320, height_px=200, left_px=8, exposure_us=5000, fps=50)
    frames = [next_frame(source) for _ in range(3)]
    assert source.settings.startswith(f"{said}, 320 × 200, exposure 5000 µs, gain ")
    assert {(frame.image.shape, str(frame.image.dtype)) for frame in frames} == {(shape, kind)}
    numbers = [frame.origin.frame_id for frame in frames]
    assert numbers == sorted(set(numbers), key=numbers.index)


def test_the_station_starts_each_picture_and_a_signal_may_stay_away(opened: Opened) -> None:
    source = opened(frame_start=FrameStart.SOFTWARE, width_px=320, height_px=200)
    assert [next_frame(source).sequence for _ in range(4)] == [0, 1, 2, 3]
    source.close()
    waiting = opened(frame_start=FrameStart.LINE1)
    assert waiting.read(1.5) is None  # asked meanwhile, and there


def test_a_picture_that_failed_is_never_a_frame() -> None:
    camera = connect("0815-0001")
    try:
        camera.start()
        camera.features.execute("ForceFailedBuffer")
        grabs = [grab for grab in (camera.grab(WAIT_S) for _ in range(3)) if grab is not None]
    finally:
        camera.close()
    assert {(grab.fault, bytes(grab.data)) for grab in grabs} == {("The buffer was incompletely grabbed", b"")}


@pytest.mark.parametrize(
    ("serial", "options", "said"),
    [
        ("9", {}, "there is no camera basler:9; seen are 0815-0000, 0815-0001. Connect it"),
        (
            "0815-0000",
            {"width_px": 5000},
            "refuses “Width”, Width = 5000 pixels: it takes 1 to 4096. Correct that field",
        ),
        ("0815-0000", {"pixel_format": PixelFormat.MONO12P}, "PixelFormat = Mono12p: it takes Mono8, Mono10, "),
        (
            "0815-0000",
            {"balance_red": 2.0},
            "has no feature BalanceRatio, which the recipe's “White balance, red” needs",
        ),
        ("0815-0000", {"gain": 2000}, "refuses “Gain”, Gain = 2000: it takes 0 to 48"),
    ],
)
def test_what_cannot_be_is_said(opened: Opened, serial: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(SourceError, match=re.escape(said)):
        opened(serial, **options)
