"""An industrial camera as a source: what is whole is a frame, what is not an ERROR, and its loss is seen in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from inspector.domain.errors import SourceError, SourceLostError
from inspector.domain.records import BadPicture, Frame
from inspector.domain.source import SourceKind, SourceSpec
from inspector.domain.source_options import FrameStart, SourceOptions
from inspector.sources import industrial
from inspector.sources.industrial import Grab, IndustrialSource
from tests.sources.industrial_fakes import FakeFeatures, FakeIndustrialCamera, grey
from tests.waits import WAIT_S, until

SPEC = SourceSpec(SourceKind.GENICAM, "7")


@pytest.fixture
def camera() -> FakeIndustrialCamera:
    features = FakeFeatures(TriggerSelector="FrameStart", TriggerMode="Off", TriggerSource="Line3")
    features.values |= {"TriggerActivation": "FallingEdge", "PixelFormat": "Mono8", "Width": 4, "Height": 3}
    return FakeIndustrialCamera(features)


@pytest.fixture
def opened(camera: FakeIndustrialCamera) -> Iterator[list[IndustrialSource]]:
    """Sources that a test makes are closed after it."""
    sources: list[IndustrialSource] = []
    yield sources
    for source in sources:
        source.close()
    until(lambda: camera.closed == camera.started)


def source_of(
    camera: FakeIndustrialCamera, opened: list[IndustrialSource], start: FrameStart = FrameStart.FREE
) -> IndustrialSource:
    source = IndustrialSource(SPEC, SourceOptions(frame_start=start), lambda: camera, open_limit_s=WAIT_S)
    opened.append(source)
    return source


def next_item(source: IndustrialSource) -> Frame | BadPicture:
    item = source.read(WAIT_S)
    assert item is not None
    return item


def test_a_picture_carries_the_camera_s_number_and_what_was_lost_is_a_gap(
    camera: FakeIndustrialCamera, opened: list[IndustrialSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(industrial, "_LATE_S", WAIT_S)
    source = source_of(camera, opened)
    camera.buffers.put(grey(9, 100))
    source.open()
    items = [next_item(source)]
    for number in (101, 104, 1, None, 3):  # three are lost; then its counter begins anew
        camera.buffers.put(grey(9, number))
        items.append(next_item(source))
    assert [item.origin.frame_id for item in items] == [100, 101, 104, 1, None, 3]
    assert [item.sequence for item in items] == [0, 1, 4, 5, 6, 7]
    assert all(isinstance(item, Frame) and item.image.max() == 9 for item in items)
    assert (source.name, source.live, items[0].origin.source) == ("genicam:7", True, "genicam:7")
    assert source.settings == "Mono8, 4 × 3"


@pytest.mark.parametrize(
    ("grab", "reason"),
    [
        (Grab(fault="packets were lost", frame_id=5), "the picture of genicam:7 is not whole: packets were lost."),
        (Grab(frame_id=5, data=b"0" * 11, code=0x01080001, width_px=4, height_px=3), "holds 11 bytes"),
        (Grab(frame_id=5, data=b"0" * 12, code=0x01100008, width_px=4, height_px=3), "format 0x01100008"),
    ],
)
def test_what_is_not_whole_is_never_a_frame(
    camera: FakeIndustrialCamera, opened: list[IndustrialSource], grab: Grab, reason: str
) -> None:
    source = source_of(camera, opened, FrameStart.LINE0)
    source.open()
    camera.buffers.put(grab)
    item = next_item(source)
    assert isinstance(item, BadPicture)
    assert reason in item.reason
    assert item.origin.frame_id == 5


def test_where_a_signal_starts_pictures_none_is_overtaken_and_silence_is_no_fault(
    camera: FakeIndustrialCamera, opened: list[IndustrialSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(industrial, "_ASK_EVERY_S", 0.0)
    source = source_of(camera, opened, FrameStart.LINE0)
    source.open()  # without a picture
    assert camera.features.values | {"TriggerMode": "On", "TriggerSource": "Line0"} == camera.features.values
    assert camera.features.values["TriggerActivation"] == "RisingEdge"
    assert camera.asked.acquire(timeout=WAIT_S)
    for number in range(1, 6):
        camera.buffers.put(grey(number, number))
    until(lambda: camera.buffers.qsize() <= 4)
    assert [next_item(source).origin.frame_id for _ in range(5)] == [1, 2, 3, 4, 5]
    camera.pulled.set()
    with pytest.raises(SourceLostError, match="genicam:7 has been lost"):
        source.read(WAIT_S)


def test_the_station_starts_a_picture_when_it_has_taken_the_one_before(
    camera: FakeIndustrialCamera, opened: list[IndustrialSource]
) -> None:
    source = source_of(camera, opened, FrameStart.SOFTWARE)
    camera.buffers.put(grey(1, 1))
    source.open()
    assert camera.features.executed == ["TriggerSoftware"]
    for number in (1, 2, 3):
        assert next_item(source).origin.frame_id == number
        for _ in range(1 if number > 1 else 2):
            assert camera.features.told.acquire(timeout=WAIT_S)
        assert len(camera.features.executed) == number + 1
        camera.buffers.put(grey(1, number + 1))


@pytest.mark.parametrize("start", [FrameStart.FREE, FrameStart.SOFTWARE])
def test_a_picture_that_stays_away_is_a_loss_within_its_deadline_and_heals(
    camera: FakeIndustrialCamera, opened: list[IndustrialSource], monkeypatch: pytest.MonkeyPatch, start: FrameStart
) -> None:
    monkeypatch.setattr(industrial, "_LATE_S", 0.2)
    source = source_of(camera, opened, start)
    camera.buffers.put(grey(1))
    camera.buffers.put(grey(2))
    source.open()
    while (last := next_item(source)).sequence == 0:  # one that runs freely may have overtaken it
        pass
    with pytest.raises(SourceLostError, match=r"genicam:7 has sent no picture for \d+.\d s. Check its cable"):
        source.read(WAIT_S)
    assert time.perf_counter() - last.origin.captured_s >= 0.2
    source.close()
    camera.buffers.put(grey(3))
    source.open()
    item = next_item(source)
    assert isinstance(item, Frame)
    assert (item.image.max(), item.sequence) == (3, 2)


def test_a_camera_that_sends_nothing_at_all_is_not_opened(
    camera: FakeIndustrialCamera, opened: list[IndustrialSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(industrial, "_SILENCE_S", 0.2)
    source = IndustrialSource(SPEC, SourceOptions(), lambda: camera, open_limit_s=WAIT_S)
    opened.append(source)
    with pytest.raises(SourceError, match="can be opened but sends no picture"):
        source.open()


def test_what_the_camera_refuses_is_said_and_nothing_is_judged(camera: FakeIndustrialCamera) -> None:
    camera.features.ranges["Width"] = range(16, 100)
    source = IndustrialSource(SPEC, SourceOptions(width_px=640), lambda: camera, open_limit_s=WAIT_S)
    with pytest.raises(SourceError, match="genicam:7 refuses “Width”, Width = 640 pixels: it takes 16 to 99"):
        source.open()
    assert (camera.started, camera.closed) == (0, 1)


def test_a_camera_that_has_missed_the_first_call_is_called_again(
    camera: FakeIndustrialCamera, opened: list[IndustrialSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(industrial, "_AGAIN_S", 0.0)
    source = source_of(camera, opened, FrameStart.SOFTWARE)

    def answer_the_second() -> None:
        for _ in range(2):
            assert camera.features.told.acquire(timeout=WAIT_S)
        camera.buffers.put(grey(1, 1))

    answering = threading.Thread(target=answer_the_second)
    answering.start()
    source.open()
    answering.join(WAIT_S)
    assert next_item(source).origin.frame_id == 1


def test_each_trigger_of_the_line_starts_one_picture_that_carries_its_id(
    camera: FakeIndustrialCamera, opened: list[IndustrialSource]
) -> None:
    source = source_of(camera, opened, FrameStart.EVENT)
    camera.buffers.put(grey(9, 1))
    source.open()  # with a picture that proves that the camera answers
    assert camera.features.values | {"TriggerMode": "On", "TriggerSource": "Software"} == camera.features.values
    assert next_item(source).origin.trigger_id == ""
    assert camera.features.told.acquire(timeout=WAIT_S)
    until_s = time.perf_counter() + 10 * WAIT_S
    for name in ("A", "B", "C"):  # at once, and one is asked for after the other
        source.ask_for_picture(name, until_s)
    for number, name in ((2, "A"), (3, "B"), (4, "C")):
        assert camera.features.told.acquire(timeout=WAIT_S)
        assert camera.features.executed == ["TriggerSoftware"] * number
        camera.buffers.put(grey(number, number))
        item = next_item(source)
        assert (item.origin.trigger_id, item.origin.frame_id) == (name, number)
    assert not camera.features.told.acquire(blocking=False)
    camera.pulled.set()  # between triggers it is asked whether it is there
    with pytest.raises(SourceLostError, match="genicam:7 has been lost"):
        until(lambda: source.read(0.1) and False)


def test_a_late_answer_is_not_taken_for_that_of_the_next_trigger(
    camera: FakeIndustrialCamera, opened: list[IndustrialSource]
) -> None:
    source = source_of(camera, opened, FrameStart.EVENT)
    camera.buffers.put(grey(9, 1))
    source.open()
    assert next_item(source).origin.trigger_id == ""
    assert camera.features.told.acquire(timeout=WAIT_S)
    source.ask_for_picture("over", time.perf_counter() - 1.0)  # nobody wants it any more: it is not asked for
    source.ask_for_picture("lost", time.perf_counter() + 2.0)
    assert camera.features.told.acquire(timeout=WAIT_S)
    ended_s = time.perf_counter() + 2.1
    until(lambda: time.perf_counter() > ended_s)
    camera.buffers.put(grey(2, 2))  # the answer to “lost”, too late
    source.ask_for_picture("next", time.perf_counter() + 10 * WAIT_S)
    late = next_item(source)
    assert (late.origin.frame_id, late.origin.trigger_id) == (2, "")
    assert camera.features.told.acquire(timeout=WAIT_S)
    camera.buffers.put(grey(3, 3))
    item = next_item(source)
    assert (item.origin.frame_id, item.origin.trigger_id) == (3, "next")
    assert len(camera.features.executed) == 3


def test_a_loss_is_told_before_the_driver_lets_the_camera_go(
    camera: FakeIndustrialCamera, opened: list[IndustrialSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    lets_go, closing = threading.Event(), camera.close
    monkeypatch.setattr(camera, "close", lambda: (lets_go.wait(WAIT_S), closing()))
    source = source_of(camera, opened, FrameStart.LINE0)
    source.open()
    camera.pulled.set()
    with pytest.raises(SourceLostError, match="genicam:7 has been lost: no answer"):
        until(lambda: source.read(0.1) and False)
    assert camera.closed == 0
    source.close()
    assert source.left_behind == 1
    lets_go.set()
    until(lambda: source.left_behind == 0)
