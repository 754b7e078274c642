"""A connection on which nothing comes: whether somebody is still at its other end."""

from __future__ import annotations

import errno
import socket
import sys

#: The system asks a connection on which nothing came for a second, its smallest step, whether it is there; without an
#: answer it ends it a second later.
_ASKED = {"TCP_KEEPIDLE": 1, "TCP_KEEPINTVL": 1, "TCP_KEEPCNT": 1}
#: So long an answer to that may take; on a cable it comes within milliseconds.
UNANSWERED_S = 0.2
#: What Linux tells of a connection begins with bytes; this one is how often it asked in vain (struct tcp_info, tcp(7)).
_IN_VAIN_PLACE = 3


class Silence:
    """Sees on Linux that nobody answers, a second before the system ends the connection. Used by one thread.

    Args:
        connection: Is asked by the system from now on.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._since_s: float | None = None
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _ASKED.items():
            if hasattr(socket, name):
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    def look(self, now_s: float) -> None:
        """Call it whenever nothing has come.

        Args:
            now_s: Of a clock that only goes on.

        Raises:
            TimeoutError: If the other end was asked and has not answered, with the number that the system would give.
        """
        if sys.platform != "linux":
            return
        if not self._connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)[_IN_VAIN_PLACE]:
            self._since_s = None
        elif self._since_s is None:
            self._since_s = now_s
        elif now_s - self._since_s >= UNANSWERED_S:
            raise TimeoutError(errno.ETIMEDOUT, "it was asked whether it is there, and has not answered")
