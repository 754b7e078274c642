"""Which cameras there are, where the system lists them and where it does not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest

from inspector.sources.cameras import CameraInfo, list_cameras
from tests.waits import WAIT_S


class Computer:
    """Its cameras 1 and 4 can be opened; one of them may hang while it is asked."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.released: list[int] = []
        self.hangs_at: int | None = None
        self.hanging, self.come_back = threading.Event(), threading.Event()
        self.threads: list[threading.Thread] = []

    def __call__(self, index: int) -> Camera:
        self.asked.append(index)
        self.threads.append(threading.current_thread())
        return Camera(self, index)


class Camera:
    """Stands in for `cv2.VideoCapture`."""

    def __init__(self, computer: Computer, index: int) -> None:
        self.computer, self.index = computer, index

    def isOpened(self) -> bool:
        if self.index == self.computer.hangs_at:
            self.computer.hanging.set()
            assert self.computer.come_back.wait(WAIT_S)
        return self.index in {1, 4}

    def release(self) -> None:
        self.computer.released.append(self.index)


@pytest.fixture
def computer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Computer]:
    computer = Computer()
    monkeypatch.setattr(cv2, "VideoCapture", computer)
    yield computer
    computer.come_back.set()


def test_where_the_system_lists_no_cameras_six_are_tried(computer: Computer) -> None:
    assert list_cameras(platform="win32") == [CameraInfo("camera:1", "camera 1"), CameraInfo("camera:4", "camera 4")]
    assert computer.asked == computer.released == [0, 1, 2, 3, 4, 5]


def test_a_driver_that_hangs_costs_the_cameras_after_it(computer: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[float | None] = []

    def join(thread: threading.Thread, limit_s: float | None = None) -> None:
        """The limit is over when the driver hangs for sure."""
        limits.append(limit_s)
        assert computer.hanging.wait(WAIT_S)

    computer.hangs_at = 4
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "join", join)
        cameras = list_cameras(platform="win32", limit_s=3.5)
    assert limits == [3.5]
    assert computer.threads[0].daemon
    computer.come_back.set()
    computer.threads[0].join(WAIT_S)
    assert cameras == [CameraInfo("camera:1", "camera 1")]  # what came later does not change what was returned


def test_a_camera_s_name_that_is_no_text_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    for number in ("0", "x"):
        node = tmp_path / f"video{number}"
        node.mkdir()
        (node / "name").write_bytes("Käm".encode() + b"\xff \n")
    assert list_cameras(sysfs=tmp_path, platform="linux2") == [CameraInfo("camera:0", "Käm\N{REPLACEMENT CHARACTER}")]
