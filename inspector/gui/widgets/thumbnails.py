"""Thumbnails of files, made on a thread of their own: the newest wanted first, and only so many are kept."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QImage

_log = logging.getLogger(__name__)
#: So many are kept; at 168 × 126 pixels each takes 85 kB.
MOST = 400


class Thumbnails:
    """Owned by a view on the GUI thread; its thread calls ``make`` only.

    Args:
        make: Makes the thumbnail of a file; None where the file cannot be shown.
        most: So many are kept; those that were not asked for longest go first.
    """

    def __init__(self, make: Callable[[str], QImage | None], *, most: int = MOST) -> None:
        self._make = make
        self._most = most
        self._made: OrderedDict[str, QImage | None] = OrderedDict()
        self._wanted: list[str] = []
        self._fresh: set[str] = set()
        self._closed = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def want(self, names: Sequence[str]) -> None:
        """Say which are in view, the most wanted first; what was wanted before and is not among them is dropped."""
        with self._changed:
            self._wanted = [name for name in names if name not in self._made]
            if self._wanted and self._thread is None:
                self._thread = threading.Thread(target=self._run, name="thumbnails", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def get(self, name: str) -> tuple[QImage | None, bool]:
        """Return a thumbnail and whether it has been made; made and None is one that cannot be shown."""
        with self._changed:
            if name not in self._made:
                return None, False
            self._made.move_to_end(name)
            return self._made[name], True

    def take(self) -> set[str]:
        """Return, once, which are new."""
        with self._changed:
            fresh, self._fresh = self._fresh, set()
            return fresh

    def clear(self) -> None:
        """Forget all: they belong to another folder."""
        with self._changed:
            self._made.clear()
            self._wanted = []

    def close(self, timeout_s: float = 0.5) -> None:
        """End the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def __len__(self) -> int:
        return len(self._made)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._wanted) or self._closed)
                if self._closed:
                    return
                name = self._wanted.pop(0)
            try:
                image = self._make(name)
            except Exception:  # noqa: BLE001 - that picture has none; the next may be fine
                _log.exception("no thumbnail could be made of %s", name)
                image = None
            with self._changed:
                self._made[name] = image
                while len(self._made) > self._most:
                    self._made.popitem(last=False)
                self._fresh.add(name)
