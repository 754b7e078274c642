"""The line's front: start, stop, trigger by hand, change the lot, look at the status, listen."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from inspector.domain.errors import EngineError
from inspector.domain.source import shown
from inspector.engine.board import Board
from inspector.engine.line import Line
from inspector.engine.pulse import Pulse
from inspector.engine.status import Pace, RunState, SourceState

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.engine.job import LineJob
    from inspector.engine.stages import StageFigure
    from inspector.engine.status import EngineListener, EngineStatus

#: So long the last word on the line may take to be written.
_PULSE_END_S = 0.5


class Engine:
    """Runs one line at a time. Every method may be called from any thread; `start` and `stop` may take seconds."""

    def __init__(self) -> None:
        self._board = Board()
        self._switching = threading.RLock()
        self._line: Line | None = None
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
            )
            line = Line(job, self._board)
            self._line = line
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
                return True
            if line.alive:
                self._board.change(state=RunState.FAULT if line.fault else RunState.STOPPING)
            line.request_stop()
            ended = line.join(timeout_s)
            if watcher is not None:
                watcher.join(0.3)
            self._line = self._watcher = None
            self._settle(line)
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
        line.fire_trigger()

    def set_lot(self, lot: str) -> None:
        """Set the lot of the parts from now on; without a running line this does nothing."""
        line = self._line
        if line is not None:
            line.set_lot(lot)
        if self._pulse is not None:
            self._pulse.set_lot(lot)

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
            doubt="",
            unseen="",
            silent=False,
            pace=Pace.IN_TIME,
            pace_message="",
        )
