"""Files that may still grow, and those that have stopped."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from pathlib import Path


@dataclass(slots=True)
class _Entry:
    """One file under watch.

    Args:
        size: Its size in bytes when last looked at.
        changed_ns: Modification time of the file when it was last looked at.
        check_s: Time of the clock at which to look again.
        failed_s: Since when it could not be decoded in this state; None where it was not tried.
    """

    size: int
    changed_ns: int
    check_s: float
    failed_s: float | None = None


class Waiting:
    """The list of files between the first notice and the taking; owned by the folder source's thread.

    Args:
        settle_s: A file that is the same after this long has stopped growing.
        clock: Seconds, monotonic.
    """

    def __init__(self, settle_s: float, clock: Callable[[], float] = time.perf_counter) -> None:
        self._settle_s = settle_s
        self._clock = clock
        self._entries: dict[Path, _Entry] = {}
        self._ready: deque[Path] = deque()

    @property
    def any_ready(self) -> bool:
        """True where a file is known to have stopped growing."""
        return bool(self._ready)

    def ready(self, path: Path) -> None:
        """Put a file in that is known to have stopped growing."""
        self._ready.append(path)

    def notice(self, path: Path, status: os.stat_result) -> None:
        """Put a file in, or see that it has changed."""
        entry = self._entries.get(path)
        if entry is None or (entry.size, entry.changed_ns) != (status.st_size, status.st_mtime_ns):
            self._entries[path] = _Entry(status.st_size, status.st_mtime_ns, self._clock() + self._settle_s)

    def next_ready(self, look: Callable[[Path], os.stat_result | None]) -> Path | None:
        """Return a file that has stopped growing; None where there is none now.

        Args:
            look: Returns a file's status; None where it is gone.
        """
        if not self._ready:
            self._settle(look)
        return self._ready.popleft() if self._ready else None

    def again(self, path: Path, status: os.stat_result, patience_s: float) -> bool:
        """Say that a file could not be decoded; True where it is to be tried again later.

        A slow writer may pause for longer than ``settle_s``; after ``patience_s`` without a change it is given up.
        """
        now_s = self._clock()
        entry = self._entries.get(path)
        if entry is None or (entry.size, entry.changed_ns) != (status.st_size, status.st_mtime_ns):
            entry = self._entries[path] = _Entry(status.st_size, status.st_mtime_ns, now_s)
        if entry.failed_s is None:
            entry.failed_s = now_s
        elif now_s - entry.failed_s >= patience_s:
            return False
        entry.check_s = min(now_s + 1.0, max(entry.failed_s + patience_s, now_s + self._settle_s))
        return True

    def done(self, path: Path) -> None:
        """Forget a file that was taken."""
        self._entries.pop(path, None)

    def _settle(self, look: Callable[[Path], os.stat_result | None]) -> None:
        now_s = self._clock()
        for path, entry in list(self._entries.items()):
            if now_s < entry.check_s:
                continue
            status = look(path)
            if status is None:
                del self._entries[path]
            elif (status.st_size, status.st_mtime_ns) != (entry.size, entry.changed_ns):
                self._entries[path] = _Entry(status.st_size, status.st_mtime_ns, now_s + self._settle_s)
            else:
                entry.check_s = now_s + 2 * self._settle_s  # until it is taken, or `again` says when
                self._ready.append(path)
