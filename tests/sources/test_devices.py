"""What the driver is asked for, and what is made of what it says: cameras, streams, and video files."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from inspector.domain.errors import SourceCutShortError, SourceError, SourceLostError
from inspector.domain.records import Frame
from inspector.domain.source_options import CameraDriver, SourceOptions
from inspector.sources import capture as capture_module
from inspector.sources.capture import (
    CaptureFormat,
    CaptureKind,
    CaptureSource,
    open_camera,
    open_stream,
    open_video,
)
from tests.logs import told
from tests.sources.fakes import read_to_end

NO_CAMERA = "there is no such camera, it is used by another program, or access is not allowed"


class Device:
    """Stands in for `cv2.VideoCapture`: keeps what it is asked, and delivers so many pictures."""

    made: list[tuple[Any, ...]]
    opened = True
    pictures = 2
    told: dict[int, Any]

    def __init__(self, *arguments: Any) -> None:
        self.made.append(arguments)
        self.count = 0
        self.wanted: list[tuple[int, float]] = []
        self.released = 0

    def isOpened(self) -> bool:
        return self.opened

    def set(self, prop: int, value: float) -> bool:
        self.wanted.append((prop, value))
        return prop != cv2.CAP_PROP_FPS

    def get(self, prop: int, /) -> float:
        value = self.told.get(prop, 0.0)
        return float(value[self.count - 1]) if isinstance(value, list) else float(value)

    def read(self) -> tuple[bool, Any]:
        self.count += 1
        if self.count > self.pictures:
            return False, None
        return True, np.full((4, 6, 3), self.count, np.uint8)

    def release(self) -> None:
        self.released += 1


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> type[Device]:
    kind = type("TheDevice", (Device,), {"made": [], "told": {}})
    monkeypatch.setattr(cv2, "VideoCapture", kind)
    return kind


def captured(source: CaptureSource, stop: threading.Event | None = None) -> list[Frame]:
    """What it delivers until it ends or is lost, in this thread."""
    frames: list[Frame] = []
    with contextlib.suppress(SourceLostError):
        frames.extend(item for item in source._produce(stop or threading.Event(), 0) if item is not None)
    return frames


def asked_of_camera(device: type[Device], **options: Any) -> list[tuple[int, float]]:
    """The settings that a camera is asked for."""
    source = open_camera(3, SourceOptions(**options))
    assert (source.name, source.live) == ("camera:3", True)
    made = source._make()
    assert isinstance(made, device)
    return made.wanted


def test_a_camera_is_asked_for_what_the_recipe_wants(device: type[Device], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_module, "sys", SimpleNamespace(platform="linux"))
    wanted = asked_of_camera(device, width_px=640, height_px=480, fps=15.0, exposure=-5.0, backend=CameraDriver.V4L2)
    assert device.made == [(3, cv2.CAP_V4L2)]
    assert wanted == [
        (cv2.CAP_PROP_AUTO_EXPOSURE, 1),
        (cv2.CAP_PROP_FRAME_WIDTH, 640),
        (cv2.CAP_PROP_FRAME_HEIGHT, 480),
        (cv2.CAP_PROP_FPS, 15.0),
        (cv2.CAP_PROP_EXPOSURE, -5.0),
        (cv2.CAP_PROP_BUFFERSIZE, 1),
    ]


@pytest.mark.parametrize(
    ("platform", "exposure", "code"), [("linux", None, 3), ("linux", 5.0, 1), ("win32", None, 1), ("win32", 5.0, 0)]
)
def test_exposure_by_hand_is_another_number_on_every_system(
    device: type[Device], monkeypatch: pytest.MonkeyPatch, platform: str, exposure: float | None, code: int
) -> None:
    monkeypatch.setattr(capture_module, "sys", SimpleNamespace(platform=platform))
    by_hand = [] if exposure is None else [(cv2.CAP_PROP_EXPOSURE, exposure)]
    assert asked_of_camera(device, exposure=exposure) == [
        (cv2.CAP_PROP_AUTO_EXPOSURE, code),
        *by_hand,
        (cv2.CAP_PROP_BUFFERSIZE, 1),
    ]
    assert device.made == [(3, cv2.CAP_ANY)]


def test_what_the_driver_refuses_is_written_down(device: type[Device], monkeypatch: pytest.MonkeyPatch) -> None:
    with told("inspector.sources.capture", logging.INFO) as said:
        asked_of_camera(device, fps=15.0, width_px=640)
    assert said == [f"the camera's driver refuses property {cv2.CAP_PROP_FPS} = 15.0"]


@pytest.mark.parametrize(
    ("make", "what", "next_step"),
    [
        (
            lambda: open_camera(3, SourceOptions()),
            f"camera:3 cannot be opened: {NO_CAMERA}",
            "Plug it in, close other programs that use it, or choose another one (“inspector cameras” lists them).",
        ),
        (
            lambda: open_stream("rtsp://user:secret@cam/1"),
            "rtsp://user:***@cam/1 cannot be opened: there is no stream at this address, or it is refused",
            "Check the address, user and password, and that the camera can be reached from this computer.",
        ),
        (
            lambda: open_video(Path(__file__), SourceOptions()),
            f"video:{__file__} cannot be opened: it is no video that FFmpeg can read, or it is damaged",
            "Play it in another program to see whether it is whole; convert it to MP4 (H.264) if it is unusual.",
        ),
        (
            lambda: open_video(Path("/absent.mp4"), SourceOptions()),
            f"video:{Path('/absent.mp4')} cannot be opened: there is no such file",
            "Check the path.",
        ),
    ],
    ids=["camera", "stream", "video", "no file"],
)
def test_what_cannot_be_opened_says_why_and_what_to_do(
    device: type[Device], make: Callable[[], CaptureSource], what: str, next_step: str
) -> None:
    device.opened = False
    with pytest.raises(SourceError) as caught:
        captured(make())
    assert (caught.value.what, caught.value.next_step) == (what, next_step)


def test_a_stream_is_opened_with_limits_and_lost_when_it_ends(device: type[Device]) -> None:
    source = open_stream("rtsp://user:secret@cam/1")
    assert (source.name, source.live) == ("rtsp://user:***@cam/1", True)
    limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 9000, cv2.CAP_PROP_READ_TIMEOUT_MSEC, 4500]
    with pytest.raises(SourceLostError) as lost:
        list(source._produce(threading.Event(), 0))
    assert device.made == [("rtsp://user:secret@cam/1", cv2.CAP_FFMPEG, limits)]
    assert lost.value.what == "rtsp://user:***@cam/1 has stopped delivering pictures"
    assert lost.value.next_step == "Check its cable, power and network; it is tried again by itself."


def test_a_camera_s_frames_carry_the_clock(device: type[Device], monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([10.0, 11.0, 12.0])
    monkeypatch.setattr(capture_module, "time", SimpleNamespace(perf_counter=lambda: next(times)))
    frames = captured(open_camera(3, SourceOptions()))
    assert [(item.time_s, item.origin.captured_s, item.sequence) for item in frames] == [
        (10.0, 10.0, 0),
        (11.0, 11.0, 1),
    ]
    assert [int(item.image[0, 0, 0]) for item in frames] == [1, 2]
    assert {item.origin.source for item in frames} == {"camera:3"}
    assert {item.origin.captured_at.tzinfo for item in frames} == {UTC}
    assert abs(frames[0].origin.captured_at - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("fps", "told_ms", "media_s"),
    [
        (20.0, [0, 40, 90], [0.0, 0.04, 0.09]),  # what the file says
        (20.0, [7000, 40, 90], [0.0, 0.04, 0.09]),  # the first frame is the beginning
        (20.0, [0, 0, 0], [0.0, 0.05, 0.1]),  # it says nothing
        (20.0, [0, 40, 40], [0.0, 0.04, 0.09]),  # it stands still
        (20.0, [0, 59_999, 60_000], [0.0, 59.999, 60.0]),
        (20.0, [0, 60_000, 90], [0.0, 0.05, 0.09]),  # it jumps
        (0.0, [0, 0, 0], [0.0, 0.04, 0.08]),  # the usual 25 frames a second
        (1e6, [0, 0, 0], [0.0, 0.04, 0.08]),
    ],
)
def test_a_video_s_frames_carry_the_medium_s_time(
    device: type[Device], fps: float, told_ms: list[float], media_s: list[float]
) -> None:
    device.pictures = 3
    device.told = {cv2.CAP_PROP_FPS: fps, cv2.CAP_PROP_POS_MSEC: told_ms, cv2.CAP_PROP_FRAME_COUNT: 3}
    source = open_video(Path(__file__), SourceOptions(as_fast_as_possible=True))
    assert not source.live
    assert [item.time_s for item in captured(source)] == pytest.approx(media_s)
    assert device.made == [(str(Path(__file__).absolute()), cv2.CAP_FFMPEG)]


def test_a_video_that_is_cut_short_says_what_was_not_read(device: type[Device]) -> None:
    source = open_video(Path(__file__), SourceOptions(as_fast_as_possible=True))
    device.pictures = 95
    for promised in (0, 100):  # containers count some frames that they do not hold
        device.told = {cv2.CAP_PROP_FRAME_COUNT: promised}
        assert len(captured(source)) == 95
    device.told = {cv2.CAP_PROP_FRAME_COUNT: 101}
    with pytest.raises(SourceCutShortError) as caught:
        captured(source)
    words = "is damaged or cut short: it ended after 95 of 101 frames, 6 were not read"
    assert caught.value.what == f"{source.name} {words}"
    step = "Parts on the rest were not inspected. Copy the file again, or record it again."
    assert caught.value.next_step == step


def test_a_video_at_its_own_pace_waits_for_each_frame(device: type[Device], monkeypatch: pytest.MonkeyPatch) -> None:
    now_s, waits = 50.0, []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            nonlocal now_s
            assert timeout is not None
            waits.append(timeout)
            now_s += timeout
            return False

    monkeypatch.setattr(capture_module, "time", SimpleNamespace(perf_counter=lambda: now_s))
    device.told = {cv2.CAP_PROP_FPS: 1.0, cv2.CAP_PROP_FRAME_COUNT: 2, cv2.CAP_PROP_POS_MSEC: [0, 625]}
    source = open_video(Path(__file__), SourceOptions())
    assert source.live
    items = list(source._produce(Stop(), 0))
    assert waits == [0.25, 0.25, 0.125]
    assert [item is None for item in items] == [False, True, True, True, False]
    frames = [item for item in items if item is not None]
    assert [(item.time_s, item.origin.captured_s) for item in frames] == [(0.0, 50.0), (0.625, 50.625)]


def test_numbers_go_on_and_the_format_is_that_of_the_first_picture(device: type[Device]) -> None:
    device.told = {cv2.CAP_PROP_FPS: 30.0, cv2.CAP_PROP_EXPOSURE: -6.0}
    source = open_camera(3, SourceOptions())
    assert source.actual is None
    items = source._produce(threading.Event(), 41)
    first, second = next(items), next(items)
    assert first is not None
    assert second is not None
    assert (first.sequence, second.sequence) == (41, 42)
    assert source.actual == CaptureFormat(width_px=6, height_px=4, fps=30.0, exposure=-6.0, backend="")


@pytest.mark.parametrize(("exposure", "shown"), [(0.0, None), (-1.0, None), (1.0, 1.0), (-6.5, -6.5)])
@pytest.mark.parametrize(("fps", "rate"), [(0.0, None), (-1.0, None), (1e6, None), (30.0, 30.0), (0.5, 0.5)])
def test_what_a_driver_does_not_know_is_not_shown(
    device: type[Device], exposure: float, shown: float | None, fps: float, rate: float | None
) -> None:
    device.told = {cv2.CAP_PROP_FPS: fps, cv2.CAP_PROP_EXPOSURE: exposure}
    source = open_camera(3, SourceOptions())
    captured(source)
    assert source.actual is not None
    assert (source.actual.exposure, source.actual.fps) == (shown, rate)


@pytest.mark.parametrize("image", [None, np.zeros((0, 6, 3), np.uint8)])
def test_a_picture_without_pixels_is_no_picture(device: type[Device], image: np.ndarray | None) -> None:
    device.read = lambda self: (True, image)  # type: ignore[method-assign]
    with pytest.raises(SourceError) as caught:
        captured(open_camera(3, SourceOptions()))
    assert caught.value.what == "camera:3 can be opened but delivers no picture"


def test_a_capture_is_released_however_it_ends(device: type[Device]) -> None:
    kind = CaptureKind(media_time=False, real_time=False, ends=True, refusal="no", advice="")
    one, other = device(), device()
    assert [item.sequence for item in captured(CaptureSource("s", lambda: one, kind=kind, live=False))] == [0, 1]
    stopped = threading.Event()
    stopped.set()
    assert captured(CaptureSource("s", lambda: other, kind=kind, live=False), stopped) == []
    assert (one.released, other.released, other.count) == (1, 1, 0)


def test_a_source_of_a_capture_has_time_to_open_and_may_be_silent_for_a_while(device: type[Device]) -> None:
    source = open_camera(3, SourceOptions())
    assert (source._open_limit_s, source._silence_s) == (10.0, 5.0)
    fast = open_video(Path(__file__), SourceOptions(as_fast_as_possible=True))
    fast.open()
    assert [item.sequence for item in read_to_end(fast)] == [0, 1]
    fast.close()
