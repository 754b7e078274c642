"""The station as it can be seen from beside it: its log, read only, and the pulse of its line."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from inspector import assembly
from inspector.domain.errors import LogError
from inspector.domain.records import Verdict
from inspector.domain.shifts import shift_start
from inspector.domain.tally import Tally
from inspector.engine.faces import Face
from inspector.outputs.base import LogQuery
from inspector.outputs.counted import Counted
from inspector.outputs.pulse import LinePulse, pulse_path, read_pulse
from inspector.outputs.rows import inspection_to_json, time_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.domain.records import Inspection
    from inspector.outputs.result_log import SqliteResultLog
    from inspector.outputs.reviews import ReviewLog
    from inspector.settings import Settings

#: A verdict is shown as that of this moment for so long, as in the window.
FRESH = timedelta(seconds=60)
#: Faces of the board that the line itself cannot say.
STALE, SILENT = "STALE", "NOT HEARD"
_FAILURES = 12
_BAD = frozenset({Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR})


class PartSummary(BaseModel):
    """One part, as lists show it."""

    model_config = ConfigDict(frozen=True)

    id: str
    time_utc: str
    verdict: Verdict
    reason: str
    p_defective: float | None
    recipe: str
    lot: str
    part_number: int
    part_serial: str | None  #: none where nobody said what the part is called
    nest: str | None  #: tool, or nest of the mould; none where nothing says which
    trigger_id: str | None  #: of the line's trigger, or of a capture by hand; none where the trigger found the part
    has_picture: bool  #: whether one was kept; it may have been removed since

    @classmethod
    def of(cls, part: Inspection) -> PartSummary:
        """Return the summary of a part."""
        decision = part.decision
        return cls(
            id=part.id,
            time_utc=time_text(part.time_utc),
            verdict=decision.verdict,
            reason=decision.reason,
            p_defective=decision.p_defective,
            recipe=part.recipe,
            lot=part.lot,
            part_number=part.part_number,
            part_serial=part.part_serial or None,
            nest=part.nest or None,
            trigger_id=part.trigger_id or None,
            has_picture=part.picture is not None,
        )


class LineBoard(BaseModel):
    """What the board shows."""

    model_config = ConfigDict(frozen=True)

    time_utc: str
    face: str  #: one word: a verdict, READY, or what is wrong; STALE where the station is no longer heard
    faulty: bool  #: whether that word says that the line cannot be trusted
    words: str  #: why, in a sentence; empty where there is nothing to say
    line: LinePulse | None  #: none where no line has ever run
    last: PartSummary | None
    shift_began: str
    shift: Counted
    failures: list[PartSummary]


class StationView:
    """Reads the log and the pulse. Any thread may call any method.

    Args:
        places: Where they are.
        settings: The station's, for the beginning of the shift.
        now: The clock; with its zone.
    """

    def __init__(
        self, places: assembly.Places, settings: Callable[[], Settings], now: Callable[[], datetime] | None = None
    ) -> None:
        self._places, self._settings = places, settings
        self._now = now or (lambda: datetime.now(UTC))
        self._lock = threading.Lock()
        self._log: SqliteResultLog | None = None
        self._identity: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        """The station's name."""
        return self._settings().station

    def log(self) -> SqliteResultLog:
        """Return the log, open for reading; opened again where its file was replaced.

        Raises:
            LogError: If there is none, or it cannot be read.
        """
        path = self._places.log
        try:
            status = path.stat()
        except OSError:
            identity = None
        else:
            identity = (status.st_dev, status.st_ino)
        with self._lock:
            if self._log is not None and identity == self._identity:
                return self._log
            if self._log is not None:
                self._log.close()
                self._log = None
            self._log = assembly.open_log(path, read_only=True)
            self._identity = identity
            return self._log

    def reviews(self) -> ReviewLog:
        """Return what people said of parts, for reading.

        Raises:
            LogError: If it cannot be read.
        """
        from inspector.outputs.reviews import ReviewLog  # noqa: PLC0415 - not before a part's page is asked for

        return ReviewLog(self._places.log, read_only=True)

    def pulse(self) -> LinePulse | None:
        """Return what the line said last; None where none has ever run.

        Raises:
            LogError: If it cannot be read.
        """
        return read_pulse(pulse_path(self._places.log))

    def board(self) -> LineBoard:
        """Return what the board shows now. What cannot be read is said on it."""
        now = self._now()
        begun = shift_start(now.astimezone(), self._settings().shift_starts)
        try:
            pulse = self.pulse()
        except LogError as error:
            return self._without_log(now, begun, None, str(error))
        try:
            log = self.log()
            since = log.recorded_since(begun)
            tally = log.tally(since)
            newest = log.recent(LogQuery(), 1)
            failures = log.recent(replace(since, verdicts=_BAD), _FAILURES)
        except LogError as error:
            return self._without_log(now, begun, pulse, str(error))
        last = newest[0] if newest else None
        face, faulty, words = self._face(now, pulse, last)
        return LineBoard(
            time_utc=time_text(now),
            face=face,
            faulty=faulty,
            words=words,
            line=pulse,
            last=None if last is None else PartSummary.of(last),
            shift_began=time_text(begun),
            shift=Counted.of(tally),
            failures=[PartSummary.of(part) for part in failures],
        )

    def close(self) -> None:
        """Close the log."""
        with self._lock:
            if self._log is not None:
                self._log.close()
                self._log = None

    def _face(self, now: datetime, pulse: LinePulse | None, last: Inspection | None) -> tuple[str, bool, str]:
        if pulse is None:
            return SILENT, True, "No line has run here yet."
        if pulse.is_stale(now):
            heard = f"{pulse.time_utc.astimezone():%Y-%m-%d %H:%M:%S}"
            return STALE, True, f"The station was last heard at {heard}: nobody knows whether parts are inspected now."
        words = " ".join(pulse.faults)
        if pulse.face != Face.WAITING.value or last is None:
            return pulse.face, pulse.faulty, words
        fresh = last.time_utc >= pulse.begun_utc and now - last.time_utc <= FRESH
        return last.decision.verdict.value if fresh else pulse.face, pulse.faulty, words

    def _without_log(self, now: datetime, begun: datetime, pulse: LinePulse | None, why: str) -> LineBoard:
        return LineBoard(
            time_utc=time_text(now),
            face=SILENT,
            faulty=True,
            words=why,
            line=pulse,
            last=None,
            shift_began=time_text(begun),
            shift=Counted.of(Tally()),
            failures=[],
        )


def part_record(part: Inspection) -> dict[str, object]:
    """Return a part's whole record, as ``inspector log export --json`` has it."""
    return inspection_to_json(part)
