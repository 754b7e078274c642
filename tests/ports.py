"""Ports that tests hand out: below those that the system gives to outgoing connections, so that none is taken meanwhile."""

from __future__ import annotations

import itertools
import os
import socket

_FIRST, _COUNT = 20_000, 10_000
#: Each process begins elsewhere: several of them test at once.
_tried = itertools.count(os.getpid() * 1009)


def free_port() -> int:
    """Return a port of this computer's own address that nobody listens at, and that is not given twice soon."""
    for number in itertools.islice(_tried, _COUNT):
        port = _FIRST + number % _COUNT
        with socket.socket() as door:
            door.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # as servers do: one that has closed is no hindrance
            if not _is_taken(door, port):
                return port
    raise OSError("no port is free")


def _is_taken(door: socket.socket, port: int) -> bool:
    try:
        door.bind(("127.0.0.1", port))
    except OSError:
        return True
    return False
