"""A GigE camera by Aravis, against the fake camera of its tools: another process, over the network's own interface."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from inspector.domain.errors import SourceError, SourceLostError
from inspector.domain.pixel_format import PixelFormat
from inspector.domain.records import BadPicture, Frame
from inspector.domain.source_options import FrameStart, SourceOptions
from inspector.sources.aravis import is_installed, list_aravis
from inspector.sources.cameras import CameraInfo
from inspector.sources.factory import open_source
from inspector.sources.industrial import IndustrialSource
from tests.sources.fake_gige import FAKE, SERIAL, CameraTakenError, plug_in, trigger_parts, unplug
from tests.waits import WAIT_S, until

pytestmark = [
    pytest.mark.skipif(FAKE is None or not is_installed(), reason="apt-get install aravis-tools gir1.2-aravis-0.8"),
    # what the introspection library leaves open when it is loaded
    pytest.mark.filterwarnings("ignore::ImportWarning", "ignore::DeprecationWarning"),
]
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts the camera; there can be one on a computer."""
    running: list[subprocess.Popen[bytes]] = []

    def started(*arguments: str) -> subprocess.Popen[bytes]:
        try:
            running.append(plug_in(*arguments))
        except CameraTakenError:
            pytest.skip("another fake camera runs on this computer")
        return running[-1]

    yield started
    for process in running:
        unplug(process)


@pytest.fixture
def opened() -> Iterator[Callable[..., IndustrialSource]]:
    sources: list[IndustrialSource] = []

    def opened(**options: Any) -> IndustrialSource:
        source = open_source(f"aravis:{SERIAL}", SourceOptions(**options))
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


def test_it_is_set_read_back_and_what_it_refuses_is_said(start: Start, opened: Callable[..., IndustrialSource]) -> None:
    start()
    assert CameraInfo(f"aravis:{SERIAL}", "Aravis Fake (127.0.0.1)") in list_aravis()
    for pixels, shape, kind in (
        (PixelFormat.MONO8, (200, 320), "uint8"),
        (PixelFormat.MONO16, (200, 320), "uint16"),
        (PixelFormat.RGB8, (200, 320, 3), "uint8"),
        (PixelFormat.BAYER_RG8, (200, 320, 3), "uint8"),
    ):
        source = opened(
            pixel_format=pixels,
            width_px=320,
            height_px=200,
            left_px=8,
            exposure_us=5000,
            gain=3,
            fps=20,
            packet_bytes=1400,
        )
        frames = [next_frame(source) for _ in range(3)]
        assert (
            source.settings
            == f"{pixels.value}, 320 × 200, exposure 5000 µs, gain 3, 20 pictures/s, packets of 1400 bytes"
        )
        assert {(frame.image.shape, str(frame.image.dtype)) for frame in frames} == {(shape, kind)}
        assert len({frame.image.tobytes() for frame in frames}) == 3
        source.close()
    for options, said in (
        ({"gain": 1000}, "refuses “Gain”, GainRaw = 1000: it takes 0 to 10. Correct that field"),
        ({"width_px": 4000}, "refuses “Width”, Width = 4000 pixels: it takes 1 to 2048."),
        ({"pixel_format": PixelFormat.MONO12}, "refuses “Pixel format”, PixelFormat = Mono12: it takes BayerBG8, "),
        ({"balance_red": 2.0}, "has no feature BalanceRatio, which the recipe's “White balance, red” needs"),
    ):
        with pytest.raises(SourceError, match=re.escape(said)):
            opened(**options)
    with pytest.raises(SourceError, match=f"there is no camera aravis:other; Aravis sees {SERIAL}"):
        open_source("aravis:other", SourceOptions()).open()
    source = opened(frame_start=FrameStart.SOFTWARE)  # though the refused ones held it
    assert [next_frame(source).sequence for _ in range(3)] == [0, 1, 2]


def with_white_balance(folder: Path) -> Path:
    """Write what the running fake camera says of itself, and a ratio for red and for blue beside it; return the file.

    The fake keeps what is set, and reads it back; its picture does not change.
    """
    from gi.repository import Aravis

    device = Aravis.open_device(Aravis.get_device_id(0))

    def text(place: int, size: int) -> str:
        words = [int(device.read_register(place + byte)).to_bytes(4, "big") for byte in range(0, size, 4)]
        return b"".join(words)[:size].split(b"\0")[0].decode("ascii")

    _, place, size = text(0x200, 128).split(";")  # as “Local:NAME;ADDRESS;SIZE”
    said = text(int(place, 16), int(size, 16))
    own = (Path(__file__).parent / "white_balance.xml").read_text(encoding="utf-8")
    features = "".join(
        f"<pFeature>{name}</pFeature>" for name in ("BalanceRatioSelector", "BalanceRatio", "BalanceWhiteAuto")
    )
    after, before = "<pFeature>GainAuto</pFeature>", '<Category Name="TransportLayerControl"'
    assert said.count(after) == said.count(before) == 1
    path = folder / "camera.xml"
    path.write_text(said.replace(after, after + features).replace(before, own + before), encoding="utf-8")
    return path


def test_white_balance_is_set_for_each_colour_and_read_back(
    start: Start, opened: Callable[..., IndustrialSource], tmp_path: Path
) -> None:
    plain = start()
    path = with_white_balance(tmp_path)
    plain.kill()
    plain.wait(WAIT_S)
    start("-g", str(path))
    source = opened(pixel_format=PixelFormat.RGB8, balance_red=2.0, balance_blue=1.5)
    next_frame(source)
    assert source.settings.endswith("white balance red 2, blue 1.5")
    source.close()
    source = opened(pixel_format=PixelFormat.RGB8)  # it stays as the camera has it
    assert source.settings.endswith("white balance red 2, blue 1.5")
    source.close()
    with pytest.raises(SourceError, match=re.escape("BalanceRatio = 9: it takes 0.25 to 8")):
        opened(balance_blue=9.0)


def test_a_picture_with_lost_packets_is_never_a_frame(start: Start, opened: Callable[..., IndustrialSource]) -> None:
    start("-r", "20")
    source = opened(pixel_format=PixelFormat.MONO8, width_px=512, height_px=512, fps=50)
    whole, bad = 0, 0
    end_s = time.perf_counter() + WAIT_S
    while bad < 5 and time.perf_counter() < end_s:
        item = source.read(WAIT_S)
        if isinstance(item, BadPicture):
            bad += 1
            assert f"the picture of aravis:{SERIAL} is not whole: " in item.reason
            assert item.origin.frame_id is not None
        else:
            whole += isinstance(item, Frame)
    assert bad == 5


@pytest.mark.parametrize("frame_start", [FrameStart.FREE, FrameStart.LINE0])
def test_a_camera_that_is_gone_is_lost_in_time_and_heals(
    start: Start, opened: Callable[..., IndustrialSource], frame_start: FrameStart
) -> None:
    process = start()
    source = opened(frame_start=frame_start)
    if frame_start is FrameStart.FREE:
        for _ in range(5):
            next_frame(source)
    process.kill()
    with pytest.raises(SourceLostError, match=f"aravis:{SERIAL} has "):
        until(lambda: source.read(0.1) and False)
    source.close()
    process.wait(WAIT_S)
    start()

    def healed() -> bool:
        with suppress(SourceError):
            source.open()
            return True
        return False

    until(healed)
    if frame_start is FrameStart.FREE:
        next_frame(source)


def test_with_1_percent_of_the_packets_lost_each_trigger_is_one_row_and_no_damaged_picture_is_judged(
    start: Start,
) -> None:
    start("-r", "10")
    run = trigger_parts(40)
    assert (run.rows, run.in_order, run.other_errors) == (40, True, [])
    assert 0 < run.not_whole < 40
    assert (run.judged, run.damaged) == (40 - run.not_whole, 0)
