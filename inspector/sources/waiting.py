"""Files that may still grow, and those that have stopped."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.pictures.content import Stamp

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from pathlib import Path

_LOOK_EVERY_S = 0.1


@dataclass(slots=True)
class _Entry:
    """One file under watch.

    Args:
        stamp: Size and times when last looked at.
        check_s: When to look again.
        changed_s: When it was last seen to change.
        later: It waits behind the others.
        queued: It has stopped growing, and its turn will come.
        writing: Somebody is writing: the system has told of a change, and not yet of the closing.
        closed: The system has told of the closing, and of no change since.
        failed_s: Since when it could not be decoded in this state; None where it was not tried.
        digest: What it held in this state; empty where it was not read.
        digest_s: When it was first found to hold that.
    """

    stamp: Stamp
    check_s: float
    changed_s: float
    later: bool = False
    queued: bool = False
    writing: bool = False
    closed: bool = False
    failed_s: float | None = None
    digest: str = ""
    digest_s: float = 0.0


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
        self._later: deque[Path] = deque()
        self._look_s = 0.0

    @property
    def any_ready(self) -> bool:
        """True where a file is known to have stopped growing."""
        return bool(self._ready or self._later)

    def ready(self, path: Path, *, later: bool = False) -> None:
        """Put a file in that is known to have stopped growing; ``later``: behind the others."""
        (self._later if later else self._ready).append(path)

    def notice(self, path: Path, status: os.stat_result, *, later: bool = False) -> None:
        """Put a file in, or see that it has changed; ``later``: it waits behind the others."""
        stamp, entry = Stamp.of(status), self._entries.get(path)
        if entry is None or entry.stamp != stamp:
            self._renew(path, stamp, later=later)

    def notice_writing(self, path: Path, status: os.stat_result) -> None:
        """Put a file in that somebody is writing, whether that can be seen by its size and times or not."""
        entry = self._renew(path, Stamp.of(status))
        entry.writing, entry.closed = True, False

    def notice_closed(self, path: Path, status: os.stat_result) -> None:
        """Put a file in that its writer has closed."""
        entry = self._renew(path, Stamp.of(status))
        entry.writing, entry.closed = False, True

    def is_told(self, path: Path) -> bool:
        """True where the system has told of a change, so that size and times say nothing."""
        entry = self._entries.get(path)
        return entry is not None and (entry.writing or entry.closed)

    def is_writing(self, path: Path) -> bool:
        """True where somebody has it open for writing."""
        entry = self._entries.get(path)
        return entry is not None and entry.writing

    def is_closed(self, path: Path) -> bool:
        """True where the system has told that its writer has closed it."""
        entry = self._entries.get(path)
        return entry is not None and entry.closed

    def is_listed(self, path: Path) -> bool:
        """True where it is watched for changes; False for one put in as `ready`."""
        return path in self._entries

    def next_ready(self, look: Callable[[Path], os.stat_result | None]) -> Path | None:
        """Return a file that has stopped growing; None where there is none now.

        Args:
            look: Returns a file's status; None where it is gone.
        """
        now_s = self._clock()
        if not self._ready and (not self._later or now_s >= self._look_s):
            self._look_s = now_s + _LOOK_EVERY_S
            self._settle(look, now_s)
        while self.any_ready:
            path = self._ready.popleft() if self._ready else self._later.popleft()
            entry = self._entries.get(path)
            if entry is None:
                return path
            if entry.queued:  # else it has changed meanwhile, and its turn comes again
                entry.queued = False
                entry.check_s = now_s + 2 * self._settle_s  # until it is taken, or `again` says when
                return path
        return None

    def again(self, path: Path, status: os.stat_result, patience_s: float) -> bool:
        """Say that a file could not be decoded; True where it is to be tried again later.

        A slow writer may pause for longer than ``settle_s``; after ``patience_s`` without a change it is given up.
        """
        now_s, entry = self._clock(), self._same(path, status)
        if entry.failed_s is None:
            entry.failed_s = now_s
        elif now_s - entry.failed_s >= patience_s:
            return False
        entry.check_s = min(now_s + 1.0, max(entry.failed_s + patience_s, now_s + self._settle_s))
        return True

    def wait_for_closing(self, path: Path, patience_s: float) -> bool:
        """Say that a file is still being written; True where it is waited for, up to that long after a change."""
        now_s, entry = self._clock(), self._entries[path]
        entry.check_s = min(now_s + 1.0, entry.changed_s + patience_s)
        return now_s - entry.changed_s < patience_s

    def is_steady(self, path: Path, status: os.stat_result, digest: str, quiet_s: float) -> bool:
        """Return whether a file has held the same for so long; where it has not, it is looked at again later."""
        now_s, entry = self._clock(), self._same(path, status)
        if entry.digest != digest:
            entry.digest, entry.digest_s = digest, now_s
        entry.check_s = max(now_s + self._settle_s, entry.digest_s + quiet_s)
        return now_s - entry.digest_s >= quiet_s

    def done(self, path: Path) -> None:
        """Forget a file that was taken."""
        self._entries.pop(path, None)

    def _renew(self, path: Path, stamp: Stamp, *, later: bool = False) -> _Entry:
        """Let a file wait anew."""
        now_s, old = self._clock(), self._entries.get(path)
        entry = _Entry(stamp, now_s + self._settle_s, now_s, later)
        if old is not None:
            entry.later, entry.writing, entry.closed = old.later, old.writing, old.closed
        self._entries[path] = entry
        return entry

    def _same(self, path: Path, status: os.stat_result) -> _Entry:
        entry, stamp = self._entries.get(path), Stamp.of(status)
        return entry if entry is not None and entry.stamp == stamp else self._renew(path, stamp)

    def _settle(self, look: Callable[[Path], os.stat_result | None], now_s: float) -> None:
        for path, entry in list(self._entries.items()):
            if entry.queued or now_s < entry.check_s:
                continue
            status = look(path)
            if status is None:
                del self._entries[path]
            elif Stamp.of(status) != entry.stamp:
                self._renew(path, Stamp.of(status), later=entry.later)
            else:
                entry.queued = True
                (self._later if entry.later else self._ready).append(path)
