"""The line's front: start, stop, trigger by hand, change the lot, look at the status, listen."""

from __future__ import annotations

import math
import threading
from functools import partial
from typing import TYPE_CHECKING

from inspector.domain.errors import EngineError
from inspector.domain.release import RELEASED
from inspector.domain.source import shown
from inspector.engine.alarms import Alarms
from inspector.engine.board import Board
from inspector.engine.causes import Causes
from inspector.engine.latecomers import Latecomers
from inspector.engine.line import Line
from inspector.engine.next_serial import SerialState
from inspector.engine.pulse import Pulse
from inspector.engine.status import Pace, RunState, SourceState
from inspector.engine.triggers import NO_LINE
from inspector.outputs.alarms import alarms_path
from inspector.outputs.references import references_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.domain.challenge import ChallengeWay
    from inspector.domain.trigger_event import TriggerEvent
    from inspector.engine.job import LineJob
    from inspector.engine.stages import StageFigure
    from inspector.engine.status import EngineListener, EngineStatus, PartInspected
    from inspector.trail.actor import Doer
    from inspector.trail.event import TrailEvent

#: So long the last word on the line may take to be written.
_PULSE_END_S = 0.5
#: So long a start or a stop waits until triggers are recorded that came without a line.
_LATE_S = 1.0


def _nobody(_: TrailEvent) -> None:
    """Tell nobody: a line of a test or a benchmark has no trail."""


class Engine:
    """Runs one line at a time. Every method may be called from any thread; `start` and `stop` may take seconds.

    Args:
        tell: Takes what the audit trail is told; called on threads of its own.
    """

    def __init__(self, *, tell: Callable[[TrailEvent], object] = _nobody) -> None:
        self._board = Board()
        self._alarms = Alarms(self._board, tell)  # its first listener
        self._causes = Causes(self._board, self._alarms.warn)
        self._switching = threading.RLock()
        self._line: Line | None = None
        self._last: Line | None = None  # the newest, whether it runs or not
        self._latecomers = Latecomers()
        self._watcher: threading.Thread | None = None
        self._pulse: Pulse | None = None

    def status(self) -> EngineStatus:
        """Return a snapshot."""
        return self._board.status()

    def stages(self) -> tuple[StageFigure, ...]:
        """Return where the time of the last parts went, stage by stage; empty before the first."""
        return self._board.stages()

    def subscribe(self, listener: EngineListener) -> Callable[[], None]:
        """Add a listener; the returned function removes it."""
        return self._board.subscribe(listener)

    def start(self, job: LineJob) -> None:
        """Start the line; it loads the model and opens the source on its own threads.

        Raises:
            EngineError: If a line runs already.
        """
        with self._switching:
            if self._line is not None and self._line.alive:
                raise EngineError("the line runs already", "Stop it first.")
            self._board.begin(
                state=RunState.STARTING,
                source=shown(job.recipe.source),
                source_state=SourceState.CONNECTING,
                thresholds=job.recipe.thresholds,
                failing=self._alarms.state,
            )
            self._latecomers.wait(_LATE_S)  # so that no part number is given twice
            line = Line(job, self._board)
            self._line = self._last = line
            self._alarms.begin(job.recipe.failing, partial(self._stop_in_order, line))
            self._causes.begin(job.recipe)
            self._end_pulse()  # of a line that ended by itself
            if job.pulse is not None:  # before the line, so that it hears of a lot that is set at the very start
                self._pulse = Pulse(job.pulse, job, self._board)
                self._pulse.start()
            line.start()
            self._watcher = threading.Thread(target=self._watch, args=(line,), name="line watcher", daemon=True)
            self._watcher.start()

    def stop(self, timeout_s: float = 2.0) -> bool:
        """Stop the line; parts that wait are judged and recorded first, as far as the time allows.

        Args:
            timeout_s: Longest time this takes.

        Returns:
            True where every thread has ended; False where one hangs in a driver and was left behind.
        """
        with self._switching:
            line, watcher = self._line, self._watcher
            if line is None:
                self._alarms.wait_told(_LATE_S)
                return True
            if line.alive:
                self._board.change(state=RunState.FAULT if line.fault else RunState.STOPPING)
            line.request_stop()
            ended = line.join(timeout_s)
            if watcher is not None:
                watcher.join(0.3)
            self._line = self._watcher = None
            self._settle(line)
            self._latecomers.wait(_LATE_S)  # the log may be closed next
            self._alarms.wait_told(_LATE_S)
            self._causes.end(_LATE_S)
            return self._end_pulse() and ended

    def replace(self, job: LineJob, timeout_s: float = 2.0) -> None:
        """Stop the running line, if any, and start another; the counts are the log's and go on.

        Raises:
            EngineError: If the line cannot be started.
        """
        with self._switching:
            self.stop(timeout_s)
            self.start(job)

    def wait_ended(self, timeout_s: float | None = None) -> bool:
        """Wait until the line has ended by itself (a video's end, enough parts, a fault); False on time-out."""
        line = self._line
        return True if line is None else line.wait(timeout_s)

    def fire_trigger(self) -> None:
        """Capture a part by hand.

        Raises:
            EngineError: If no line runs.
        """
        line = self._line
        if line is None or not line.alive:
            raise EngineError("there is nothing to trigger: the line does not run", "Start it first.")
        if held := self._alarms.state.no_trigger:
            raise EngineError(f"no further capture is taken: {held}", "Look at the part, then acknowledge it.")
        why = line.triggers.fire()
        if why:
            raise EngineError(f"no further capture can be asked for: {why}", "Wait for the verdicts.")

    def set_next_serial(self, serial: str, *, within_s: float) -> str:
        """Call the next part that is triggered by what was scanned for it; no further part gets it.

        Args:
            serial: At most 200 characters that can be seen.
            within_s: The part must be triggered within this time; later it does not get the number.

        Returns:
            What was scanned before, for which no part has come: this replaces it; empty for nothing.

        Raises:
            EngineError: If no line runs.
        """
        line = self._line
        if line is None or not line.alive:
            raise EngineError("no part is being waited for: the line does not run", "Start it, and scan once more.")
        return line.triggers.serials.set(serial, within_s=within_s)

    def next_serial(self) -> SerialState:
        """Return what has become of the newest code of the line that runs."""
        line = self._line
        return SerialState.NONE if line is None else line.triggers.serials.state

    def readiness(self) -> str:
        """Return why the next trigger of the line cannot be taken, as one sentence; empty where it can."""
        line = self._line
        return NO_LINE if line is None else line.triggers.readiness()

    def trigger(self, event: TriggerEvent) -> None:
        """Take a trigger of the line: it becomes one row of the log, told to the listeners; this never waits.

        What cannot be taken (`readiness`) is counted as missed, and is an ERROR with its reason. Only before the first
        start of a line, and where the log cannot be written any more, there is no row; the program log says so.
        """
        line = self._line
        if line is None or not line.triggers.add(event):
            self._board.trigger_missed()
            self._latecomers.add(self._last, event)

    @property
    def held(self) -> PartInspected | None:
        """The part that is held until it is acknowledged, with its picture; None for none."""
        return self._alarms.held

    def recall(self, log: Path) -> None:
        """Take up what waited for an acknowledgement when the program ended, and keep from now on what waits.

        Args:
            log: The result log's file; it is kept beside that.
        """
        self._alarms.recall(alarms_path(log))
        self._causes.recall(references_folder(log))

    def acknowledge(self, by: str, seen: int | None = None) -> tuple[str, ...]:
        """Take away what waits for an acknowledgement (`EngineStatus.failing`); it never waits.

        Args:
            by: Who acknowledges, for the audit trail.
            seen: `Failing.newest` of what they have seen; what came after it goes on waiting. None for everything.

        Returns:
            What was taken away, in words.
        """
        return self._alarms.acknowledge(by, seen)

    def begin_challenge(self, who: Doer, way: ChallengeWay) -> None:
        """Begin a challenge: the next parts are shown to the station, or their pictures are replayed.

        Raises:
            EngineError: If no line runs, or none can be begun.
        """
        line = self._line
        if line is None or not line.alive:
            raise EngineError("no challenge can be begun: the line does not run", "Start it first.")
        line.release.begin(who, way)

    def leave_challenge(self) -> None:
        """Leave the challenge that is under way; without one this does nothing."""
        line = self._line
        if line is not None:
            line.release.leave()

    def set_lot(self, lot: str) -> None:
        """Set the lot of the parts from now on; without a running line this does nothing."""
        line = self._line
        if line is not None:
            line.set_lot(lot)
        if self._pulse is not None:
            self._pulse.set_lot(lot)

    def _stop_in_order(self, line: Line) -> None:
        """End a line because of what it has seen: what waits is judged and recorded, however long it takes."""
        self._board.change(state=RunState.STOPPING)
        line.request_stop(math.inf)

    def _end_pulse(self) -> bool:
        pulse, self._pulse = self._pulse, None
        return pulse is None or pulse.stop(_PULSE_END_S)

    def _watch(self, line: Line) -> None:
        """Say so when a line ends by itself."""
        line.wait(None)
        line.join(1.5)
        if self._line is line:
            self._settle(line)

    def _settle(self, line: Line) -> None:
        """Put the final state on the board."""
        if not line.alive:
            line.triggers.record_left_over()
        fault = line.fault
        if line.uncommitted:
            lost = f"{line.uncommitted} part(s) could not be inspected and recorded before the line stopped"
            fault = f"{fault} {lost}".strip() + ". Inspect them again."
        fault = f"{fault} {line.doubt}".strip()
        ended = self._board.status().source_state is SourceState.ENDED
        self._board.change(
            state=RunState.FAULT if fault else RunState.IDLE,
            fault=fault,
            source_state=SourceState.ENDED if ended else SourceState.NONE,
            source_message="",
            waiting=0,
            model_fault="",
            view_fault="",
            doubt="",
            unseen="",
            silent=False,
            pace=Pace.IN_TIME,
            pace_message="",
            release=RELEASED,
        )
