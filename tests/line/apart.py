"""Two computers with a network cable between them, as namespaces of Linux: ``unshare -rn python -m tests.line.apart``.

A station speaks lines of text here; there a controller asks once whether it is ready, and is silent. Then the cable is pulled at the
controller's end, and plugged in again, where another controller comes. It prints JSON: what the station said, and after how long.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from inspector.domain.line_protocol import LineProtocol
from inspector.domain.records import Verdict
from inspector.line.desk import Link
from inspector.line.service import LineService
from inspector.settings import Settings
from tests.line.engines import FakeEngine
from tests.waits import until

_PORT, _STATION, _PLC = 5021, "10.213.0.1", "10.213.0.2"
#: Asks once, says the answer, and keeps the connection.
_CONTROLLER = (
    "import socket; s = socket.create_connection(('10.213.0.1', 5021)); s.sendall(b'?\\n'); "
    "print(s.recv(99).decode().strip(), flush=True); s.recv(99)"
)


def main() -> None:
    """Pull the cable, and say what came of it."""
    there = subprocess.Popen(["unshare", "-n", "sleep", "600"])
    until(lambda: Path(f"/proc/{there.pid}/ns/net").stat().st_ino != Path("/proc/self/ns/net").stat().st_ino)
    at_plc = ("nsenter", "-t", str(there.pid), "-n")
    _run("ip", "link", "add", "station", "type", "veth", "peer", "name", "plc", "netns", str(there.pid))
    _run("ip", "addr", "add", f"{_STATION}/30", "dev", "station")
    _run("ip", "link", "set", "station", "up")
    _run(*at_plc, "ip", "addr", "add", f"{_PLC}/30", "dev", "plc")
    _run(*at_plc, "ip", "link", "set", "plc", "up")
    settings = Settings(line_protocol=LineProtocol.TEXT, line_host=_STATION, line_port=_PORT)
    service = LineService(FakeEngine(lambda _: Verdict.PASS), settings=lambda: settings)
    service.start()
    until(lambda: service.status().link is Link.WAITING)
    controllers = [_controller(at_plc)]
    until(lambda: service.status().link is Link.UP)
    _run(*at_plc, "ip", "link", "set", "plc", "down")
    pulled_s = time.monotonic()
    until(lambda: service.status().link is not Link.UP)
    said, after_s = service.status().fault, time.monotonic() - pulled_s
    _run(*at_plc, "ip", "link", "set", "plc", "up")
    controllers.append(_controller(at_plc))
    until(lambda: service.status().link is Link.UP)
    print(json.dumps({"said": said, "after_s": after_s, "healed": service.status().fault}))
    service.stop()
    for process in (*controllers, there):
        process.kill()
        process.wait()


def _controller(at_plc: tuple[str, ...]) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [*at_plc, sys.executable, "-c", _CONTROLLER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"READY"
    return process


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
