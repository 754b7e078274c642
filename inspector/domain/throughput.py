"""How many parts a minute the line inspects: a moving rate over the last minutes."""

from __future__ import annotations

from collections import deque

#: The rate counts the parts of so many seconds.
WINDOW_S = 180.0
#: A line that runs for less is reckoned as one that runs for so long: its first part says little.
LEAST_S = 10.0


class PartsPerMinute:
    """Begins with the line, and forgets what is older than `WINDOW_S`; times are those of one steady clock."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()
        self._begun_s = 0.0

    def begin(self, now_s: float) -> None:
        """A line starts: nothing has been inspected yet."""
        self._times.clear()
        self._begun_s = now_s

    def add(self, time_s: float) -> None:
        """Count a part that was captured at this time."""
        self._times.append(time_s)

    def value(self, now_s: float) -> float:
        """Return the rate of the last `WINDOW_S`, or since the start where that is less."""
        while self._times and self._times[0] <= now_s - WINDOW_S:
            self._times.popleft()
        seconds = min(WINDOW_S, max(LEAST_S, now_s - self._begun_s))
        return 60.0 * len(self._times) / seconds
