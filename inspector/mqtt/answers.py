"""Whether a broker still answers: a network that swallows everything ends no connection for a long time."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: After so long without a word the broker is asked for one.
_ASK_AFTER_S = 0.3
#: An answer may take so long, or this many times the slowest of the last ones: a broker far away has its own pace.
_PATIENCE_S = 0.4
_TIMES_SLOWEST = 3.0
_REMEMBERED = 20


class AnswerWatch:
    """Used by the thread that owns the connection.

    Args:
        told: Gets True when the broker owes an answer for too long, and False when it answers again.
        clock: In seconds.
    """

    def __init__(self, told: Callable[[bool], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._told, self._clock = told, clock
        self._heard_s = clock()
        self._owed_since_s: float | None = None
        self._took_s: deque[float] = deque(maxlen=_REMEMBERED)
        self._silent = False

    def wants_word(self) -> bool:
        """Return whether the broker is to be asked for a word now."""
        return self._owed_since_s is None and self._clock() - self._heard_s >= _ASK_AFTER_S

    def asked(self) -> None:
        """The broker owes an answer."""
        if self._owed_since_s is None:
            self._owed_since_s = self._clock()

    def heard(self) -> None:
        """The broker has answered something."""
        self._heard_s = self._clock()
        if self._owed_since_s is not None:
            self._took_s.append(self._heard_s - self._owed_since_s)
            self._owed_since_s = None
        if self._silent:
            self._silent = False
            self._told(False)

    def look(self) -> None:
        """Tell where an answer is late."""
        if self._silent or self._owed_since_s is None:
            return
        patience_s = max(_PATIENCE_S, _TIMES_SLOWEST * max(self._took_s, default=0.0))
        if self._clock() - self._owed_since_s > patience_s:
            self._silent = True
            self._told(True)
