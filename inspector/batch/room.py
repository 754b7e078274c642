"""How many batches are worked on at a time: one for each worker, and one alone after memory has run out."""

from __future__ import annotations

import gc
import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_log = logging.getLogger(__name__)
#: So many batches alone, one file at a time, without running out again; then all workers work again.
_CALM_BATCHES = 8


class Room:
    """Lets batches in. Shared by the workers of one run.

    Args:
        workers: How many work at a time while there is memory.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._changed = threading.Condition()
        self._inside = 0
        self._alone_for = 0

    @contextmanager
    def entered(self) -> Iterator[bool]:
        """Wait for room and be inside; the value is whether nobody else is, so that one file at a time is enough."""
        with self._changed:
            self._changed.wait_for(lambda: self._inside < (1 if self._alone_for else self._workers))
            self._inside += 1
            alone = self._alone_for > 0
            self._alone_for -= alone
        try:
            yield alone
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def narrow(self) -> None:
        """Memory has run out: from now on one at a time, for a while."""
        with self._changed:
            if not self._alone_for:
                _log.warning("memory has run out: for a while one file is judged at a time")
            self._alone_for = _CALM_BATCHES
        gc.collect()  # errors and the frames in their tracebacks hold one another, and these the pictures
