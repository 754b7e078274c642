"""A cable that can be pulled: socat between two ports of this computer, or between two pseudo terminals."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import BinaryIO, Self

from tests.terminals import opened
from tests.waits import WAIT_S


class Cable:
    """Between a port that somebody connects to and the one that listens; gone at the end of its block.

    Args:
        ends: What socat connects.
    """

    def __init__(self, *ends: str) -> None:
        self._ends = ends
        self._links = [Path(end.split("link=")[1]) for end in ends if "link=" in end]
        self._process: subprocess.Popen[bytes] | None = None
        self._held: list[BinaryIO] = []

    @classmethod
    def tcp(cls, connected: int, listening: int) -> Self:
        """Return the cable from a port of this computer to another one."""
        return cls(
            f"TCP-LISTEN:{connected},bind=127.0.0.1,fork,reuseaddr,nodelay", f"TCP:127.0.0.1:{listening},nodelay"
        )

    @classmethod
    def serial(cls, one_end: Path, other_end: Path) -> Self:
        """Return the cable between two terminals, which it makes."""
        return cls(f"pty,raw,echo=0,link={one_end}", f"pty,raw,echo=0,link={other_end}")

    def __enter__(self) -> Self:
        self.plug()
        return self

    def __exit__(self, *_: object) -> None:
        self.tear()

    def plug(self) -> None:
        """Connect."""
        program = shutil.which("socat")
        assert program, "socat is not installed (apt-get install socat)"
        with Path(os.devnull).open("wb") as nowhere:
            self._process = subprocess.Popen([program, *self._ends], start_new_session=True, stderr=nowhere)
        self._held = [opened(link) for link in self._links]  # a serial port is there without anybody who has it open

    def pull(self) -> None:
        """Let nothing pass; what is sent arrives with `put_back`, and no connection is closed."""
        self._signal(signal.SIGSTOP)

    def put_back(self) -> None:
        """Let pass what has been sent meanwhile, too."""
        self._signal(signal.SIGCONT)

    def tear(self) -> None:
        """End every connection, and lose what is on its way."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait(WAIT_S)
            self._process = None
        while self._held:
            self._held.pop().close()
        for link in self._links:
            link.unlink(missing_ok=True)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, number)
