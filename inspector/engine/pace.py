"""Whether verdicts come in time: the deadline, what was late, and what is said of it. Every time is passed in."""

from __future__ import annotations

import threading
from collections import deque
from statistics import median
from typing import TYPE_CHECKING

from inspector.domain.config import TriggerMode
from inspector.engine.slowness import Trouble, what_takes_the_time
from inspector.engine.stages import quantile
from inspector.engine.status import Pace

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.domain.config import TriggerConfig

#: The deadline where neither the recipe nor the parts say one.
DEADLINE_S = 1.0
#: A deadline that follows from the parts is never shorter: what is shown of a part is not read faster.
SHORTEST_S = 0.25
#: From so many times between parts on, the time until the next one is known.
_KNOWN_FROM = 3
#: Parts that are captured within this time lie side by side, and do not follow one another.
_SIDE_BY_SIDE_S = 0.05
#: After something late, TOO SLOW stays for so long, then until a verdict comes in time or nothing waits for a while.
_STAYS_S, _IDLE_S = 2.0, 5.0
_P95_OF, _P95_WITHIN_S, _P95_FROM = 20, 30.0, 5
_FRAMES_WITHIN_S, _DROPPED_FRACTION, _DROPPED_FROM = 2.0, 0.1, 3


class PaceWatch:
    """Compares the time from trigger to verdict with the deadline. Any thread may call any method.

    Args:
        trigger: Of the recipe; its deadline, else the time until the next part.
        helps: Says what helps; without it nobody knows what takes the time.
    """

    def __init__(self, trigger: TriggerConfig, helps: Callable[[Trouble], str] | None = None) -> None:
        self._helps = helps or (lambda _: what_takes_the_time(()))
        self.live = False  #: whether the source waits for nobody; files have no deadline
        self._trigger = trigger
        self._lock = threading.Lock()
        self._captured_s: float | None = None
        self._between_s: deque[float] = deque(maxlen=9)
        self._waiting: deque[float] = deque()  # since when parts wait that have no verdict yet
        self._verdicts: deque[tuple[float, float]] = deque(maxlen=_P95_OF)  # when, how long it took
        self._frames: deque[tuple[float, int]] = deque()  # when, how many were dropped before
        self._late_s: float | None = None
        self._why, self._trouble = "", Trouble.LATE
        self._in_time_since = False

    @property
    def deadline_s(self) -> float:
        """How long a verdict may take."""
        if self._trigger.deadline_s is not None:
            return self._trigger.deadline_s
        if self._trigger.mode is TriggerMode.INTERVAL:
            return max(SHORTEST_S, self._trigger.interval_s)
        with self._lock:
            between_s = list(self._between_s)
        return max(SHORTEST_S, median(between_s)) if len(between_s) >= _KNOWN_FROM else DEADLINE_S

    def part(self, captured_s: float, since_s: float) -> None:
        """A part waits for its verdict, since a time."""
        if not self.live:
            return
        with self._lock:
            before_s, self._captured_s = self._captured_s, captured_s
            # while parts are late or missed, the time between those that are seen says nothing of the line
            if before_s is not None and self._late_s is None and captured_s - before_s > _SIDE_BY_SIDE_S:
                self._between_s.append(captured_s - before_s)
            self._waiting.append(since_s)

    def verdict(self, now_s: float, since_s: float) -> None:
        """A part that waited since a time has its verdict; one that nobody waited for does not count."""
        if not self.live:
            return
        took_s = now_s - since_s
        late = self.lateness(took_s)
        with self._lock:
            if since_s not in self._waiting:
                return
            self._waiting.remove(since_s)
            self._verdicts.append((now_s, took_s))
            if late:
                self._note(now_s, late)
            else:
                self._in_time_since = True

    def missed(self, now_s: float, why: str, trouble: Trouble = Trouble.LATE) -> None:
        """Parts passed, or can have passed, that will have no verdict of their own."""
        if self.live:
            with self._lock:
                skipped = trouble is Trouble.SPARSE and any(dropped for _, dropped in self._frames)
                self._note(now_s, why, Trouble.SKIPPED if skipped else trouble)

    def frame(self, now_s: float, dropped: int) -> None:
        """A frame has arrived; so many were dropped before it."""
        if self.live:
            with self._lock:
                self._frames.append((now_s, dropped))
                while now_s - self._frames[0][0] > _FRAMES_WITHIN_S:
                    self._frames.popleft()

    def lateness(self, took_s: float) -> str:
        """Return why a verdict that took so long is too late; empty where it is not."""
        deadline_s = self.deadline_s
        if not self.live or took_s <= deadline_s:
            return ""
        return f"too late: {took_s:.2f} s from trigger to verdict, {deadline_s:.2f} s are allowed"

    def state(self, now_s: float) -> tuple[Pace, str]:
        """Return how it stands at the moment, and why in words."""
        if not self.live:
            return Pace.IN_TIME, ""
        deadline_s = self.deadline_s
        with self._lock:
            waits_s = now_s - self._waiting[0] if self._waiting else 0.0
            if waits_s > deadline_s:
                self._note(now_s, f"a part has waited {waits_s:.2f} s for its verdict, {deadline_s:.2f} s are allowed")
            if self._late_s is not None:
                past_s = now_s - self._late_s
                if past_s >= (_STAYS_S if self._in_time_since else _IDLE_S):
                    self._late_s = None
            if self._late_s is None:
                return self._strain(now_s, deadline_s)
            why, trouble = self._why, self._trouble
        return Pace.TOO_SLOW, f"{_sentence(why)}. {self._helps(trouble)}"

    def _strain(self, now_s: float, deadline_s: float) -> tuple[Pace, str]:
        took = sorted(took_s for when_s, took_s in self._verdicts if now_s - when_s <= _P95_WITHIN_S)
        if len(took) >= _P95_FROM and quantile(took, 0.95) > 0.5 * deadline_s:
            words = f"Verdicts take up to {quantile(took, 0.95):.2f} s; {deadline_s:.2f} s are allowed."
            return Pace.STRAINED, words
        recent = [dropped for when_s, dropped in self._frames if now_s - when_s <= _FRAMES_WITHIN_S]
        dropped, frames = sum(recent), sum(recent) + len(recent)
        if dropped >= _DROPPED_FROM and dropped > _DROPPED_FRACTION * frames:
            return Pace.STRAINED, f"{dropped} of the last {frames} pictures were skipped."
        return Pace.IN_TIME, ""

    def _note(self, now_s: float, why: str, trouble: Trouble = Trouble.LATE) -> None:
        self._late_s, self._why, self._trouble, self._in_time_since = now_s, why, trouble, False


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
