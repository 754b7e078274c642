"""Cameras that behave and cameras that do not: a driver that hangs costs a NO CAMERA, never the station."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import cv2
import pytest

from inspector.domain.errors import SourceError, SourceLostError
from inspector.domain.records import Frame, Origin
from inspector.domain.source_options import CameraDriver, SourceOptions
from inspector.sources.capture import CaptureSource, open_camera, open_stream
from inspector.sources.pump import Pump
from tests.sources.fakes import FakeCapture, camera, loss
from tests.waits import WAIT_S, until


def test_the_newest_frame_wins_and_the_gap_shows_what_was_dropped() -> None:
    capture = FakeCapture(10, 20, 30, let=1)
    source = camera(lambda: capture)
    source.open()
    first = source.read(WAIT_S)
    capture.go(2)
    capture.wait_for_call(4)  # frames 1 and 2 have been handed over
    newest = source.read(WAIT_S)
    capture.come_back.set()
    source.close()
    assert isinstance(first, Frame)
    assert isinstance(newest, Frame)
    assert (first.sequence, newest.sequence) == (0, 2)
    assert newest.image[0, 0].tolist() == [30, 30, 30]
    assert not newest.image.flags.writeable
    assert newest.origin.source == "camera:7"
    assert newest.time_s == newest.origin.captured_s
    assert capture.released.wait(WAIT_S)


def test_what_the_camera_really_delivers_is_reported() -> None:
    capture = FakeCapture(10, let=1)
    source = camera(lambda: capture)
    source.open()
    actual = source.actual
    capture.come_back.set()
    source.close()
    assert actual is not None
    assert (actual.width_px, actual.height_px, actual.fps, actual.exposure, actual.backend) == (
        6,
        4,
        30.0,
        -6.0,
        "FAKE",
    )


def test_a_read_that_hangs_is_a_loss_and_does_not_hold_up_the_close() -> None:
    hung, sound = FakeCapture(10, "hang"), FakeCapture(20, "end")
    captures = [hung, sound]
    source = camera(lambda: captures.pop(0), silence_s=0.2)
    source.open()
    assert source.read(WAIT_S) is not None
    error = loss(source)
    assert isinstance(error, SourceLostError)
    assert error.what.startswith("camera:7 has not answered for")
    started_s = time.perf_counter()
    source.close()
    assert time.perf_counter() - started_s < WAIT_S / 2  # the driver hangs for all of it
    assert not hung.released.is_set()
    source.open()  # a new thread; the old one still hangs
    again = source.read(WAIT_S)
    assert again is not None
    assert again.sequence == 1
    source.close()
    hung.come_back.set()
    assert hung.released.wait(WAIT_S)


def opens(source: CaptureSource) -> bool:
    try:
        source.open()
    except SourceError:
        return False
    return True


def test_a_driver_that_always_hangs_is_not_asked_for_ever() -> None:
    come_back = threading.Event()
    asked: list[int] = []

    def hangs() -> FakeCapture:
        asked.append(1)
        assert come_back.wait(WAIT_S)
        return FakeCapture(10, "end")

    source = camera(hangs, open_limit_s=0.05)
    for _ in range(2):
        with pytest.raises(SourceError, match=r"camera:7 does not answer within 0\.05 s"):
            source.open()
    with pytest.raises(SourceError, match="camera:7 hangs: 2 earlier attempts have not come back"):
        source.open()
    until(lambda: len(asked) == 2)  # each began, if only after its 50 ms
    come_back.set()
    until(lambda: source.left_behind == 0)
    until(lambda: opens(source))  # 50 ms are little for a thread beside busy neighbours
    assert source.read(WAIT_S) is not None
    source.close()


def test_closing_from_another_thread_ends_an_opening_that_hangs() -> None:
    come_back, asked = threading.Event(), threading.Event()

    def hangs() -> FakeCapture:
        asked.set()
        assert come_back.wait(WAIT_S)
        return FakeCapture(opened=False)

    source = camera(hangs)
    errors: list[str] = []

    def opener() -> None:
        try:
            source.open()
        except SourceError as error:
            errors.append(error.what)

    opening = threading.Thread(target=opener)
    opening.start()
    assert asked.wait(WAIT_S)
    source.close()
    opening.join(WAIT_S)
    assert not opening.is_alive()
    assert errors == ["camera:7 was closed while it was being opened"]
    come_back.set()


def test_closing_from_another_thread_ends_a_read_that_waits() -> None:
    capture = FakeCapture(10, "hang")
    source = camera(lambda: capture)
    source.open()
    assert source.read(WAIT_S) is not None
    got: list[object] = []
    reading = threading.Thread(target=lambda: got.append(source.read(2 * WAIT_S)))
    reading.start()
    assert capture.hanging.wait(WAIT_S)
    source.close()
    reading.join(WAIT_S)
    assert got == [None]
    capture.come_back.set()


@pytest.mark.parametrize(
    ("step", "what"),
    [
        ("end", "camera:7 has stopped delivering pictures"),
        (cv2.error("unplugged"), "camera:7 failed: error: unplugged"),
        (RuntimeError("odd"), "camera:7 failed: RuntimeError: odd"),
    ],
)
def test_a_lost_camera_is_told_at_once_and_can_be_opened_again(step: str | Exception, what: str) -> None:
    captures = [FakeCapture(10, step), FakeCapture(20, "end")]
    source = camera(lambda: captures.pop(0))
    source.open()
    assert source.read(WAIT_S) is not None  # what was delivered before is not lost with it
    assert loss(source).what == what
    source.close()
    source.open()
    again = source.read(WAIT_S)
    source.close()
    assert isinstance(again, Frame)
    assert again.image[0, 0, 0] == 20


@pytest.mark.parametrize(
    ("capture", "what"),
    [
        (FakeCapture(opened=False), "camera:7 cannot be opened: no such camera"),
        (FakeCapture("end"), "camera:7 can be opened but delivers no picture"),
    ],
)
def test_a_camera_that_delivers_nothing_is_not_open(capture: FakeCapture, what: str) -> None:
    source = camera(lambda: capture)
    with pytest.raises(SourceError) as caught:
        source.open()
    assert (caught.value.what, caught.value.next_step) == (what, "Plug it in.")
    assert capture.released.wait(WAIT_S)


def test_close_may_be_called_twice_and_read_then_returns_none() -> None:
    capture = FakeCapture(10, "end")
    source = camera(lambda: capture)
    source.close()
    source.open()
    source.close()
    source.close()
    assert source.read(0.01) is None


def test_a_reader_that_takes_its_time_is_no_silence_of_the_source() -> None:
    taken = threading.Event()

    def produce(stop: threading.Event, first: int):  # type: ignore[no-untyped-def] # noqa: ANN202
        yield Frame(
            image=FakeCapture(1).read()[1],
            sequence=first,
            time_s=0.0,
            origin=Origin(captured_at=datetime.now(UTC), captured_s=0.0, source="s"),
        )
        taken.set()

    pump = Pump("s", produce, first=5, keep_newest=False, silence_s=0.0)
    pump.open(WAIT_S)
    assert not taken.is_set()
    item = pump.read(0.0)
    assert item is not None
    assert item.sequence == 5
    assert taken.wait(WAIT_S)
    pump.close()


def test_every_driver_of_a_recipe_can_be_asked_for() -> None:
    assert {driver: open_camera(0, SourceOptions(backend=driver)).name for driver in CameraDriver} == dict.fromkeys(
        CameraDriver, "camera:0"
    )


def test_a_password_is_not_in_the_name_that_is_recorded() -> None:
    assert open_stream("rtsp://user:se:cret@cam/1").name == "rtsp://user:***@cam/1"
