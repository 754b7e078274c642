"""``python -m tests.faults.rtsp PORT SEED FRAME``: a camera in the network that shows the demo line, as RTSP with JPEG pictures.

A word on its standard input says what it shows from then on: ``live``, ``repeat`` (the last picture over and over) or
``small`` (half the size). Killing and freezing it is the caller's business. Pictures go through the connection that asks
for them (RFC 2326, interleaved); JPEG as RTP is RFC 2435.
"""

from __future__ import annotations

import socket
import struct
import sys
import threading
import time
from typing import TYPE_CHECKING

import cv2

from inspector.sources.demo_scene import DemoScene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.domain.records import Image

FPS = 7.0
_FRAGMENT = 1400
_QUALITY = 92
_CLOCK_HZ = 90_000
_DEFECT_RATE = 0.4


class Camera:
    """Makes one picture after the other, for all who look."""

    def __init__(self, seed: int, first: int) -> None:
        self._first = first
        self._scene = DemoScene(seed=seed, defect_rate=_DEFECT_RATE, tags=True)
        self._changed = threading.Condition()
        self._number, self._packets = 0, (b"", b"", 0, 0)
        self.shows = "live"
        self.looked_at = threading.Event()

    def run(self) -> None:
        """Film from the first viewer on, until the process ends."""
        self.looked_at.wait()
        pause, began_s = threading.Event(), time.perf_counter()
        image = self._scene.render(self._first)[0]
        while True:
            pause.wait(max(0.0, began_s + self._number / FPS - time.perf_counter()))
            if self.shows != "repeat":
                frame = self._first + round((time.perf_counter() - began_s) * FPS)
                image = self._scene.render(frame)[0]
            picture = jpeg_of(cv2.resize(image, None, fx=0.5, fy=0.5) if self.shows == "small" else image)
            with self._changed:
                self._number, self._packets = self._number + 1, picture
                self._changed.notify_all()

    def pictures(self) -> Iterator[tuple[int, tuple[bytes, bytes, int, int]]]:
        """Every picture from now on, with its number; those that come while one is sent are left out."""
        last = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._number > last)  # noqa: B023 - called before `last` changes
                last, picture = self._number, self._packets
            yield last, picture


def jpeg_of(image: Image) -> tuple[bytes, bytes, int, int]:
    """Return the quantisation tables and the scan of a picture as JPEG, and its width and height in pixels."""
    whole = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()
    tables, place = b"", 2
    while True:
        kind, length = whole[place + 1], struct.unpack(">H", whole[place + 2 : place + 4])[0]
        body = whole[place + 4 : place + 2 + length]
        place += 2 + length
        if kind == 0xDB:
            tables += b"".join(body[start + 1 : start + 65] for start in range(0, len(body), 65))
        if kind == 0xDA:
            return tables, whole[place:-2], image.shape[1], image.shape[0]


def packets_of(picture: tuple[bytes, bytes, int, int], number: int, sequence: int) -> list[bytes]:
    """Return a picture as RTP packets in the frames of the connection, the first with a sequence number."""
    tables, scan, width, height = picture
    made: list[bytes] = []
    for offset in range(0, len(scan), _FRAGMENT):
        part = scan[offset : offset + _FRAGMENT]
        payload = struct.pack(">IBBBB", offset, 1, 255, width // 8, height // 8)
        payload += struct.pack(">BBH", 0, 0, len(tables)) + tables if not offset else b""
        payload += part
        last = 0x80 if offset + _FRAGMENT >= len(scan) else 0
        stamp = int(number * _CLOCK_HZ / FPS) & 0xFFFFFFFF
        packet = struct.pack(">BBHII", 0x80, 26 | last, (sequence + len(made)) & 0xFFFF, stamp, 4242) + payload
        made.append(struct.pack(">cBH", b"$", 0, len(packet)) + packet)
    return made


def serve(connection: socket.socket, camera: Camera, port: int) -> None:
    """Answer one viewer; send pictures once it asks to play."""
    address = f"rtsp://127.0.0.1:{port}/line/"
    kind = "m=video 0 RTP/AVP 26\r\na=control:track1\r\n"
    said = f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=line\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n{kind}a=framerate:{FPS:g}\r\n"
    answers = {
        "OPTIONS": ("Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n", ""),
        "DESCRIBE": (f"Content-Base: {address}\r\nContent-Type: application/sdp\r\n", said),
        "SETUP": ("Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n", ""),
        "PLAY": ("Session: 1\r\n", ""),
    }
    with connection, connection.makefile("rb") as asked:
        lock = threading.Lock()
        while begin := asked.read(1):
            if begin == b"$":  # a report of the viewer's
                asked.read(struct.unpack(">BH", asked.read(3))[1])
                continue
            line = begin + asked.readline()
            headers = {}
            while (header := asked.readline().decode().strip()) != "":
                name, _, value = header.partition(":")
                headers[name.lower()] = value.strip()
            method = line.decode().split(" ")[0]
            more, body = answers.get(method, ("", ""))
            length = f"Content-Length: {len(body)}\r\n" if body else ""
            answer = f"RTSP/1.0 200 OK\r\nCSeq: {headers.get('cseq', '0')}\r\n{more}{length}\r\n{body}"
            with lock:
                connection.sendall(answer.encode())
            if method == "PLAY":
                threading.Thread(target=play, args=(connection, lock, camera), daemon=True).start()


def play(connection: socket.socket, lock: threading.Lock, camera: Camera) -> None:
    """Send pictures until the viewer goes."""
    sequence = 0
    camera.looked_at.set()
    try:
        for number, picture in camera.pictures():
            packets = packets_of(picture, number, sequence)
            sequence += len(packets)
            with lock:
                connection.sendall(b"".join(packets))
    except OSError:
        return


def main() -> int:
    """Serve until killed."""
    port, seed, first = (int(word) for word in sys.argv[1:4])
    camera = Camera(seed, first)
    threading.Thread(target=camera.run, daemon=True).start()
    door = socket.create_server(("127.0.0.1", port))

    def let_in() -> None:
        while True:
            connection, _ = door.accept()
            threading.Thread(target=serve, args=(connection, camera, port), daemon=True).start()

    threading.Thread(target=let_in, daemon=True).start()
    print("ready", flush=True)
    for line in sys.stdin:
        camera.shows = line.strip()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
