"""Counts recorded parts by the rules of failures: what is held, and when there is an alarm or the line must stop."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from inspector.domain.failing import NOTHING_WAITS, AlarmKind, FailAction, FailAlarm, FailConfig, Failing, HeldPart
from inspector.domain.records import Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from inspector.domain.records import Inspection


class FailWatch:
    """Counts the parts of a line as they are recorded. Used by one thread at a time."""

    def __init__(self) -> None:
        self.state = NOTHING_WAITS
        self._config = FailConfig()
        self._number = 0
        self._of = ("", "")  # recipe and lot of what was counted
        self._row = 0
        self._row_since: datetime | None = None
        self._passed: deque[bool] = deque()
        self._first_cause = ""  # what the alarm of a cause said before another moved; empty where none has

    def begin(self, config: FailConfig) -> None:
        """Count anew by these rules; what waits for an acknowledgement goes on waiting."""
        self._config = config
        self._count_anew()

    def recall(self, earlier: Failing) -> None:
        """Have it wait, too, what was left from before the program started."""
        self.state = self.state.beside(earlier)
        self._number = max(self._number, self.state.newest)

    def see(self, inspection: Inspection) -> bool:
        """Count a part that is in the log; the order of the calls is that of the log.

        Returns:
            Whether the line must stop.
        """
        of = (inspection.recipe, inspection.lot)
        if of != self._of:
            self._of = of
            self._count_anew()
        verdict = inspection.decision.verdict
        self._hold(inspection, verdict)
        return self._look_at_row(inspection, verdict) | self._look_at_yield(inspection, verdict)

    def warn(self, since: datetime, said: str, parts: int) -> None:
        """Give an alarm that something has moved; it stops no line. One that waits says the first and the newest."""
        before = next((alarm for alarm in self.state.alarms if alarm.kind is AlarmKind.CAUSE), None)
        if before is None:
            self._first_cause = ""
        else:
            self._first_cause = self._first_cause or before.words
            said = f"{self._first_cause}; {said}"
        sound = self._config.sound
        alarm = FailAlarm(number=self._next(), kind=AlarmKind.CAUSE, since=since, count=parts, sound=sound, said=said)
        others = tuple(known for known in self.state.alarms if known.kind is not AlarmKind.CAUSE)
        self.state = replace(self.state, alarms=(*others, alarm))

    def acknowledge(self, seen: int) -> tuple[str, ...]:
        """Take away what waits, up to the number that somebody has seen; its rules count anew.

        Returns:
            What was taken away, in words.
        """
        before = self.state
        self.state = before.without(seen)
        gone = {alarm.kind for alarm in before.alarms} - {alarm.kind for alarm in self.state.alarms}
        if AlarmKind.IN_A_ROW in gone:
            self._row, self._row_since = 0, None
        if AlarmKind.YIELD in gone:
            self._passed.clear()
        return tuple(words for words in before.words if words not in self.state.words)

    def _count_anew(self) -> None:
        self._row, self._row_since = 0, None
        self._passed = deque(maxlen=self._config.yield_over)

    def _hold(self, inspection: Inspection, verdict: Verdict) -> None:
        if not self._config.latch.holds(verdict):
            return
        held = self.state.held
        if held is None:
            held = HeldPart(
                number=self._next(),
                part_number=inspection.part_number,
                called=inspection.called,
                verdict=verdict,
                since=inspection.time_utc,
                sound=self._config.sound,
            )
        else:
            held = replace(held, more=held.more + 1)
        self.state = replace(self.state, held=held)

    def _look_at_row(self, inspection: Inspection, verdict: Verdict) -> bool:
        if verdict is Verdict.PASS:
            self._row, self._row_since = 0, None
            return False
        self._row += 1
        since = self._row_since = self._row_since or inspection.time_utc
        limit = self._config.in_a_row
        if not limit or self._row < limit:
            return False
        return self._raise(AlarmKind.IN_A_ROW, since, self._row, again=self._row == limit)

    def _look_at_yield(self, inspection: Inspection, verdict: Verdict) -> bool:
        below, over = self._config.yield_below, self._config.yield_over
        self._passed.append(verdict is Verdict.PASS)
        passed = sum(self._passed)
        if not below or len(self._passed) < over or 100 * passed >= below * over:
            return False
        self._passed.clear()
        return self._raise(AlarmKind.YIELD, inspection.time_utc, passed, again=True)

    def _raise(self, kind: AlarmKind, since: datetime, count: int, *, again: bool) -> bool:
        """Give an alarm, or bring the one that waits up to date; return whether the line must stop.

        Args:
            again: It is not the one that waits which goes on.
        """
        config = self._config
        does = config.in_a_row_does if kind is AlarmKind.IN_A_ROW else config.yield_does
        before = next((alarm for alarm in self.state.alarms if alarm.kind is kind), None)
        times = 1 if before is None else before.times + again
        alarm = FailAlarm(
            number=self._next() if before is None or again else before.number,
            kind=kind,
            since=since,
            count=count,
            over=config.yield_over if kind is AlarmKind.YIELD else 0,
            below=config.yield_below if kind is AlarmKind.YIELD else 0.0,
            times=times,
            stops=does is FailAction.STOP,
            sound=config.sound,
        )
        others = tuple(known for known in self.state.alarms if known.kind is not kind)
        self.state = replace(self.state, alarms=(*others, alarm))
        return alarm.stops

    def _next(self) -> int:
        self._number += 1
        return self._number
