"""Runs the server until it is told to stop."""

from __future__ import annotations

import socket
import ssl
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import uvicorn

from inspector.domain.causes import cause_of
from inspector.web.access import AccessError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator

    from starlette.types import ASGIApp

    from inspector.web.access import Access

#: Requests at once; further ones are told so (503).
_MOST_AT_ONCE = 200
#: So long those at work may finish once it is told to stop.
_ENDING_S = 2
_LOOK_EVERY_S = 0.2


def serve(app: ASGIApp, access: Access, *, stop: threading.Event, ready: Callable[[str], None]) -> None:
    """Serve until ``stop`` is set.

    Args:
        ready: Told the address once it listens.

    Raises:
        AccessError: If it cannot listen there, or certificate and key cannot be used.
    """
    config = uvicorn.Config(
        app,
        ssl_certfile=access.certificate,
        ssl_keyfile=access.key,
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=_MOST_AT_ONCE,
        timeout_graceful_shutdown=_ENDING_S,
        lifespan="on",
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise AccessError(
            f"the certificate {access.certificate} and the key {access.key} cannot be used: {cause_of(error)}",
            "Name a certificate and its own key, both in PEM form and without a pass phrase.",
        ) from error
    with closing(_bound(access)) as listening:
        server = _Server(config, stop, lambda: ready(address_of(access, listening.getsockname()[1])))
        server.run(sockets=[listening])


class _Server(uvicorn.Server):
    """Stops by an event; the command has the signals."""

    def __init__(self, config: uvicorn.Config, stop: threading.Event, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._told, self._ready = stop, ready

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Take none: the command has them."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, and say where."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def on_tick(self, counter: int) -> bool:
        """Say whether to stop."""
        return self._told.is_set() or await super().on_tick(counter)


def _bound(access: Access) -> socket.socket:
    try:
        kind, *_, where = socket.getaddrinfo(access.host, access.port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(kind)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(where)
        except OSError:
            listening.close()
            raise
    except (OSError, OverflowError) as error:
        raise AccessError(
            f"nothing can listen at {access.host}, port {access.port}: {cause_of(error)}",
            "Name another port, or another address.",
        ) from error
    return listening


def address_of(access: Access, port: int) -> str:
    """Return what a browser opens."""
    host = socket.gethostname() if access.is_everywhere else access.host
    return f"{access.scheme}://{f'[{host}]' if ':' in host else host}:{port}/"
