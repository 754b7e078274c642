"""Screens that follow what changes, by server-sent events: only so many, and they end with the server."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from starlette.responses import Response, StreamingResponse

from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

MOST = 50


class CrowdedError(InspectorError):
    """There are as many screens as there may be."""

    retry_after_s = 10


class Listeners:
    """Belongs to the server's event loop.

    Args:
        every_s: So often each of them is told.
    """

    def __init__(self, every_s: float = 1.0) -> None:
        self._every_s = every_s
        self._count = 0
        self._ending = asyncio.Event()

    def end(self) -> None:
        """Tell none of them any more."""
        self._ending.set()

    def answer(self, told: Callable[[], Awaitable[object]]) -> Response:
        """Return an answer that goes on for as long as somebody listens.

        Args:
            told: What each event holds, as JSON takes it.

        Raises:
            CrowdedError: If there are too many already.
        """
        if self._count >= MOST:
            raise CrowdedError(f"{MOST} screens listen already", "Close some.")
        return StreamingResponse(
            self._events(told), media_type="text/event-stream", headers={"x-accel-buffering": "no"}
        )

    async def _events(self, told: Callable[[], Awaitable[object]]) -> AsyncIterator[str]:
        self._count += 1
        try:
            while not self._ending.is_set():
                yield f"data: {json.dumps(await told(), ensure_ascii=False)}\n\n"
                try:
                    await asyncio.wait_for(self._ending.wait(), self._every_s)
                except TimeoutError:
                    continue
        finally:
            self._count -= 1
