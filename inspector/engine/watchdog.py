"""Notices a stage of the line that has taken something up and does not come back. Stages say so; the watch looks."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The watch looks so often, in seconds.
LOOKS_EVERY_S = 0.2
#: So often, in seconds, it is tried whether the next part can be recorded.
DISKS_EVERY_S = 0.4
#: A disk that has not answered for so long is said: with a look and the window's, within a second.
DISK_S = 0.5


class Watched(Enum):
    """What can be stuck, and what is said of it."""

    TRIGGER = "the trigger"
    INSPECTION = "the inspection"
    COMMIT = "the log's disk"
    ARCHIVE = "the archive's disk"


@dataclass(slots=True)
class _Busy:
    seen_s: float  # when the watch last looked
    stuck_s: float = 0.0  # while the watch looked on: a program that was frozen as a whole is not stuck


#: A stage that computes and has not come back for so long never will: the line becomes LINE FAULT. An inspection of a
#: file may wait a minute for a network that is slow.
COMPUTES_S = MappingProxyType({Watched.TRIGGER: 20.0, Watched.INSPECTION: 120.0})


class Watchdog:
    """Keeps what each stage is at. Each stage's own threads tell it; the watch alone looks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy: dict[object, tuple[Watched, _Busy]] = {}
        self._stuck: dict[Watched, float] = {}

    @contextmanager
    def at(self, stage: Watched) -> Iterator[None]:
        """A stage has taken something up, until the block ends."""
        token = object()
        with self._lock:
            self._busy[token] = (stage, _Busy(time.perf_counter()))
        try:
            yield
        finally:
            with self._lock:
                del self._busy[token]

    def look(self, now_s: float) -> None:
        """Look once what is still being done."""
        stuck: dict[Watched, float] = {}
        with self._lock:
            for stage, busy in self._busy.values():
                busy.stuck_s += max(0.0, min(now_s - busy.seen_s, 2 * LOOKS_EVERY_S))
                busy.seen_s = now_s
                stuck[stage] = max(stuck.get(stage, 0.0), busy.stuck_s)
            self._stuck = stuck

    def fault(self) -> str:
        """Return why the line cannot go on, as a stage computes and does not come back; empty where all do."""
        for stage, limit_s in COMPUTES_S.items():
            if self._stuck.get(stage, 0.0) >= limit_s:
                return (
                    f"{stage.value} has not come back from a picture for {limit_s:.0f} s. "
                    "Start the line again; if that does not help, restart the station."
                )
        return ""

    def silent_disk(self, stage: Watched) -> str:
        """Return what is to be said of a disk that does not answer; empty where it does.

        Args:
            stage: `COMMIT` or `ARCHIVE`.
        """
        stuck_s = self._stuck.get(stage, 0.0)
        if stuck_s < DISK_S:
            return ""
        what = f"{stage.value} has not answered for {max(1.0, stuck_s):.0f} s"
        return f"{what}. Check the disk and its connection; it goes on by itself."
