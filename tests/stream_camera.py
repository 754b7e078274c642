"""A network camera for tests and the script of a shift: a stream of whatever part lies in front of it, in whatever light.

It is a process of its own (``python -m tests.stream_camera``), as a camera takes nothing of the station's processor. Each line that
it reads is a light from 0 to 1 and the file of a part; it says its address first.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROOT = Path(__file__).resolve().parents[1]
_EVERY_S = 0.2
_QUALITY = 95
_SIDE_PX = 900
#: Standard deviation of the sensor's noise, in grey levels.
_NOISE, _NOISES = 1.5, 4


class StreamCamera:
    """The camera, as the script has it."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.stream_camera"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT)
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip()
        self.light = 1.0

    def show(self, path: Path) -> NDArray[np.uint8]:
        """Put a part in front of it; return what it sees of it, without noise: (H, W, 3) uint8 BGR."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{self.light} {path}\n")
        self._process.stdin.flush()
        return lit(path, self.light)

    def close(self) -> None:
        """End it."""
        with self._process:  # its pipes are closed
            self._process.kill()


def lit(path: Path, light: float) -> NDArray[np.uint8]:
    """Return a picture in less light, (H, W, 3) uint8 BGR, no side longer than the camera's."""
    image = np.asarray(cv2.imread(str(path)), np.uint8)
    scale = min(1.0, _SIDE_PX / max(image.shape[:2]))
    smaller = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1.0 else image
    return np.asarray(cv2.convertScaleAbs(smaller, alpha=light), np.uint8)


def encoded(path: Path, light: float, rng: np.random.Generator) -> bytes:
    """Return a picture as the camera sends it, with its sensor's noise, as JPEG."""
    image = lit(path, light).astype(np.float32)
    noisy = image + rng.normal(0.0, _NOISE, image.shape[:2])[..., None]
    return cv2.imencode(".jpg", np.clip(noisy, 0, 255).astype(np.uint8), (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))[
        1
    ].tobytes()


class _Sending:
    """What lies in front of it, encoded; no two neighbouring pictures are alike, as of a camera."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(0)
        self.encoded: list[bytes] = []

    def show(self, line: str) -> None:
        """Take a line: light and file."""
        light, _, path = line.strip().partition(" ")
        self.encoded = [encoded(Path(path), float(light), self._rng) for _ in range(_NOISES)]

    def send(self, handler: BaseHTTPRequestHandler) -> None:
        """Send five pictures a second until the station closes."""
        number, wait = 0, threading.Event()
        while not wait.wait(_EVERY_S):
            number += 1
            if not self.encoded:
                continue
            content = self.encoded[number % _NOISES]
            head = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(content)
            try:
                handler.wfile.write(head + content + b"\r\n")
            except OSError:  # the station has closed
                return


def main() -> None:
    """Serve, and read what to show."""
    sending = _Sending()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            sending.send(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_port}/line.mjpg", flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for line in sys.stdin:
        sending.show(line)


if __name__ == "__main__":
    main()
