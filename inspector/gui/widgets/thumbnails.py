"""Thumbnails of files, made on a thread of their own: the newest wanted first, and only so many are kept."""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import TYPE_CHECKING

from inspector.gui.work import Errand, Latest, Results, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QImage

_log = logging.getLogger(__name__)
#: So many are kept; at 168 × 126 pixels each takes 85 kB.
MOST = 400


class Thumbnails:
    """Owned by a view on the GUI thread; its thread calls ``make`` only.

    Args:
        make: Makes the thumbnail of a file, of which so many bits of a channel are used (None: as it says itself); None
            where the file cannot be shown.
        most: So many are kept; those that were not asked for longest go first.
    """

    def __init__(self, make: Callable[[str, int | None], QImage | None], *, most: int = MOST) -> None:
        self._make = make
        self._most = most
        self._bit_depth: int | None = None
        self._made: OrderedDict[str, QImage | None] = OrderedDict()
        self._fresh: set[str] = set()
        self._results = Results()
        self._worker = Worker("thumbnails", self._results)
        self._latest = Latest(self._worker)

    def want(self, names: Sequence[str]) -> None:
        """Say which are in view, the most wanted first; what was wanted before and is not among them is dropped."""
        self._results.hand_out()
        self._latest.want(*(self._job(name) for name in names if name not in self._made))

    def get(self, name: str) -> tuple[QImage | None, bool]:
        """Return a thumbnail and whether it has been made; made and None is one that cannot be shown."""
        self._results.hand_out()
        if name not in self._made:
            return None, False
        self._made.move_to_end(name)
        return self._made[name], True

    def take(self) -> set[str]:
        """Return, once, which are new."""
        self._results.hand_out()
        fresh, self._fresh = self._fresh, set()
        return fresh

    def decode_with(self, bit_depth: int | None) -> None:
        """Say how many bits of a channel are used from now on; thumbnails of another depth are forgotten."""
        if bit_depth != self._bit_depth:
            self._bit_depth = bit_depth
            self.clear()

    def clear(self) -> None:
        """Forget all: they belong to another folder."""
        self._latest.forget()
        self._made.clear()

    def close(self, timeout_s: float = 0.5) -> None:
        """End the thread."""
        self._latest.forget()
        self._worker.close()
        self._worker.join(timeout_s)

    def __len__(self) -> int:
        return len(self._made)

    def _job(self, name: str) -> Errand[QImage | None]:
        bit_depth = self._bit_depth
        return Errand(
            task=lambda: self._make(name, bit_depth),
            done=lambda image: self._keep(name, image),
            failed=lambda error: self._failed(name, error),
        )

    def _keep(self, name: str, image: QImage | None) -> None:
        self._made[name] = image
        while len(self._made) > self._most:
            self._made.popitem(last=False)
        self._fresh.add(name)

    def _failed(self, name: str, error: Exception) -> None:
        """That picture has no thumbnail; the next may be fine."""
        _log.error("no thumbnail could be made of %s", name, exc_info=error)
        self._keep(name, None)
