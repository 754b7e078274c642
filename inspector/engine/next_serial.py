"""The serial number that was scanned for the next part: it belongs to exactly one part, or to none."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from enum import Enum

NOT_SCANNED = "no code was scanned for this part"


class SerialState(Enum):
    """What has become of the code that was scanned last; the value says it."""

    NONE = ""
    WAITING = "waits for its part"
    GIVEN = "given to its part"
    TOO_OLD = "not used: too old for the part that came"


@dataclass(frozen=True, slots=True)
class _Scanned:
    serial: str
    at_s: float
    within_s: float


class NextSerial:
    """Of one line. Any thread may call any method; none waits.

    Args:
        needed: Whether a part for which no code was scanned is an ERROR.
    """

    def __init__(self, *, needed: bool) -> None:
        self._needed = needed
        self._lock = threading.Lock()
        self._waiting: _Scanned | None = None
        self._taken: _Scanned | None = None
        self._state = SerialState.NONE

    @property
    def state(self) -> SerialState:
        """What has become of the newest code."""
        with self._lock:
            return self._state

    def set(self, serial: str, *, within_s: float) -> str:
        """Call the next part so.

        Args:
            serial: As in `Part.part_serial`.
            within_s: The part must be triggered within this time.

        Returns:
            The code for which no part has come, and which this one replaces; empty for none.
        """
        now_s = time.perf_counter()
        with self._lock:
            before, self._waiting = self._waiting, _Scanned(serial, now_s, within_s)
            self._state = SerialState.WAITING
        return before.serial if before is not None and before.serial != serial else ""

    def take(self, said: str = "") -> tuple[str, str]:
        """Take the code for a part that is triggered now; no other part gets it.

        Args:
            said: The serial number that the line's trigger said; empty where it said none.

        Returns:
            The part's serial number, and why it is not judged; empty where it is.
        """
        now_s = time.perf_counter()
        with self._lock:
            scanned, self._waiting = self._waiting, None
            self._taken = scanned
            old = scanned is not None and now_s - scanned.at_s > scanned.within_s
            if scanned is not None:
                self._state = SerialState.TOO_OLD if old else SerialState.GIVEN
        if scanned is None:
            return said, NOT_SCANNED if self._needed else ""
        if old:
            age = f"“{scanned.serial}” is {now_s - scanned.at_s:.0f} s old, used within {scanned.within_s:g} s"
            return said, f"{NOT_SCANNED}: {age}" if self._needed else ""
        if said and said != scanned.serial:
            return said, f"the line says “{said}”, the scanner says “{scanned.serial}”"
        return scanned.serial, ""

    def put_back(self) -> None:
        """Keep what was taken last for the next part: the one for which it was taken has not come about."""
        with self._lock:
            if self._taken is not None and self._waiting is None:
                self._waiting, self._taken, self._state = replace(self._taken), None, SerialState.WAITING
