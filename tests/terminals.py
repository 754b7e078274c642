"""Pseudo terminals that tests open."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from tests.waits import until


def opened(terminal: Path) -> BinaryIO:
    """Open a terminal to read and write, once socat has made it.

    It does not become that of the tests' own process, which would be hung up (SIGHUP) with it where it leads a session.
    """
    until(terminal.exists)
    return open(terminal, "r+b", buffering=0, opener=lambda path, flags: os.open(path, flags | os.O_NOCTTY))
