"""Pictures that the line's triggers ask a camera for, one at a time: so each answer is that of its trigger."""

from __future__ import annotations

import threading
import time
from collections import deque

#: An answer counts as lost for good when it is so much later than twice the slowest one.
_LATE_S = 0.1


class PictureRequests:
    """Any thread may call `add`; the rest is the camera's thread's.

    A request whose time is over is given up. Until its answer cannot come any more the next one waits: a picture that
    comes meanwhile is nobody's.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[tuple[str, float]] = deque()
        self.begin()

    def begin(self) -> None:
        """Forget everything; the camera is asked for a first picture, which is for no trigger."""
        with self._changed:
            self._waiting.clear()
        self.proving = True  #: the first picture has not come yet
        self._asked = 0  # how often, since the last answer
        self._sent_s = self._slowest_s = 0.0
        self._quiet_s = 0.0  # no request is sent before
        self._current: tuple[str, float] | None = None  # the request whose answer is awaited

    def add(self, trigger_id: str, until_s: float) -> None:
        """Take a request; see `AskedSource.ask_for_picture`."""
        with self._changed:
            self._waiting.append((trigger_id, until_s))
            self._changed.notify_all()

    def next(self, timeout_s: float) -> bool:
        """Return whether the camera is to be asked now; waits for a request while nothing else is to be done."""
        now_s = time.perf_counter()
        if self._current is not None:
            if now_s <= self._current[1]:
                return False
            self._current = None
            self._quiet_s = now_s + 2 * self._slowest_s + _LATE_S
        if now_s < self._quiet_s:
            return False
        with self._changed:
            self._changed.wait_for(lambda: bool(self._waiting), timeout_s)
            now_s = time.perf_counter()
            while self._waiting and self._current is None:
                trigger_id, until_s = self._waiting.popleft()
                if now_s < until_s:
                    self._current = (trigger_id, until_s)
        return self._current is not None

    def sent(self, now_s: float) -> None:
        """The camera is asked."""
        self._asked += 1
        self._sent_s = now_s

    def listening(self, now_s: float) -> bool:
        """Return whether a picture can come."""
        return self.proving or self._current is not None or now_s < self._quiet_s

    def answered(self, now_s: float) -> str:
        """A picture has come; return for which trigger it is, empty for none."""
        current, self._current = self._current, None
        if self.proving or current is not None:
            self._slowest_s = max(self._slowest_s, now_s - self._sent_s)
        if self.proving and self._asked > 1:  # the answer to the other one may follow
            self._quiet_s = now_s + 2 * self._slowest_s + _LATE_S
        self.proving, self._asked = False, 0
        return current[0] if current is not None else ""
