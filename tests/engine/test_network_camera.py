"""A line on a real network camera: an HTTP stream on this computer that hangs, and that repeats a picture."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.source_options import SourceOptions
from inspector.engine.status import SourceState
from inspector.recipes.recipe import Recipe
from inspector.sources import capture
from inspector.sources.capture import CaptureSource
from inspector.sources.factory import open_source
from tests.engine.conftest import Rig
from tests.engine.fakes import FakeSource, make_job
from tests.waits import WAIT_S


class Does(Enum):
    """What the camera does."""

    MOVE = "move"
    HANG = "hang"
    REPEAT = "repeat"


class Camera:
    """Sends motion JPEG, 25 pictures a second, to whoever asks."""

    def __init__(self) -> None:
        self.does = Does.MOVE
        self.ended = threading.Event()
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                camera.send(self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/line.mjpg"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def send(self, handler: BaseHTTPRequestHandler) -> None:
        noise = np.random.default_rng(0)
        content = b""
        while not self.ended.wait(0.04):
            if self.does is Does.HANG:
                continue
            if self.does is Does.MOVE or not content:
                pixels = noise.integers(40, 80, (48, 64, 3), np.uint8)
                content = cv2.imencode(".jpg", pixels)[1].tobytes()
            head = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(content)
            try:
                handler.wfile.write(head + content + b"\r\n")
            except OSError:  # the station has closed
                return

    def close(self) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def camera() -> Iterator[Camera]:
    made = Camera()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection to a camera that hangs stands for as long as a test may take."""
    monkeypatch.setattr(capture, "SILENCE_S", WAIT_S)


def opened(address: str, options: SourceOptions) -> CaptureSource:
    source = open_source(address, options)
    assert isinstance(source, CaptureSource)
    source._silence_s = WAIT_S
    return source


def start(rig: Rig, camera: Camera) -> None:
    options = SourceOptions(still_s=1.0)
    recipe = Recipe(
        name="R",
        source=camera.address,
        source_options=options,
        model="fake",
        trigger=TriggerConfig(mode=TriggerMode.INTERVAL, interval_s=0.1),
    )
    job = make_job(FakeSource([]), rig.log, recipe=recipe, open_source=lambda: opened(camera.address, options))
    rig.engine.start(job)
    rig.listener.until(lambda: "PASS" in rig.listener.verdicts)


def until_said(rig: Rig, words: str) -> None:
    """Wait for a state with words that match; how many seconds it says depends on when the next picture or look comes."""
    states = rig.listener.states
    rig.listener.until(lambda: any(re.search(words, state.source_message) for state in states))
    said = next(state for state in states if re.search(words, state.source_message))
    assert said.source_state is SourceState.LOST


def until_live(rig: Rig) -> None:
    rig.listener.until(lambda: rig.listener.states[-1].source_state is SourceState.LIVE)


def test_a_camera_that_hangs_is_said_before_its_connection_breaks_and_goes_on(rig: Rig, camera: Camera) -> None:
    start(rig, camera)
    camera.does = Does.HANG
    until_said(rig, rf"{re.escape(camera.address)} has sent no picture for \d+ s")
    camera.does = Does.MOVE
    until_live(rig)
    parts = len(rig.listener.parts)
    rig.listener.until(lambda: "PASS" in rig.listener.verdicts[parts:])


def test_while_a_camera_repeats_a_picture_no_part_passes(rig: Rig, camera: Camera) -> None:
    start(rig, camera)
    camera.does = Does.REPEAT
    until_said(rig, r"has stood still for \d+ s: it may be an old one")
    words = f"the picture of {camera.address} has stood still for "
    rig.listener.until(lambda: any(row.decision.reason.startswith(words) for row in rig.log.committed))
    parts = len(rig.listener.parts)
    rig.listener.until(lambda: len(rig.listener.parts) >= parts + 3)
    assert set(rig.listener.verdicts[parts : parts + 3]) == {"ERROR"}
    camera.does = Does.MOVE
    until_live(rig)
    rig.listener.until(lambda: "PASS" in rig.listener.verdicts[parts + 3 :])
