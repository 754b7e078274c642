"""What waits for an acknowledgement: set by the parts as they are recorded, taken away by whoever has seen it.

It is kept in a file, so that it waits after the program's end, too.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.fail_watch import FailWatch
from inspector.domain.failing import AlarmKind, FailAlarm, FailConfig, Failing
from inspector.files import FileError
from inspector.json_file import JsonError
from inspector.outputs.alarms import read_alarms, write_alarms
from inspector.trail.actor import doer
from inspector.trail.event import TrailEvent, TrailKind, happened

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.domain.records import Frame
    from inspector.engine.board import Board
    from inspector.engine.status import EngineStatus, PartInspected

_log = logging.getLogger(__name__)


def _nothing() -> None:
    """Stop no line: none has been started yet."""


class Alarms:
    """Owned by the engine, and the first of the board's listeners: what a part sets off is known before its result is
    told. It outlives the lines, and the program: only an acknowledgement takes away what waits. Any thread may call any
    method.

    Args:
        board: Shows it.
        tell: Records an acknowledgement; on a thread of its own, as whoever acknowledges does not wait for a disk.
    """

    def __init__(self, board: Board, tell: Callable[[TrailEvent], object]) -> None:
        self._board, self._tell = board, tell
        self._telling: threading.Thread | None = None
        self._lock = threading.Lock()
        self._watch = FailWatch()
        self._stop_line: Callable[[], None] = _nothing
        self._held: PartInspected | None = None
        self._path: Path | None = None
        self._keeping = threading.Lock()
        board.subscribe(self)

    @property
    def state(self) -> Failing:
        """What waits."""
        return self._watch.state

    @property
    def held(self) -> PartInspected | None:
        """The part that is held, with its picture; None for none."""
        return self._held

    def recall(self, path: Path) -> None:
        """Take up what waited when the program ended, and keep from now on what waits.

        A file that cannot be read is an alarm of its own: nobody knows what waited.

        Args:
            path: See `inspector.outputs.alarms.alarms_path`.
        """
        if path == self._path:
            return
        try:
            earlier = read_alarms(path)
        except JsonError as error:
            _log.warning("what waited for an acknowledgement is not known: %s", error)
            unknown = FailAlarm(number=1, kind=AlarmKind.UNKNOWN, since=datetime.now(UTC))
            earlier = Failing(alarms=(unknown,))
        with self._lock:
            self._path = path
            self._watch.recall(earlier)
            self._board.change(failing=self._watch.state)
        if self.state.waits:
            self._keep()

    def begin(self, config: FailConfig, stop_line: Callable[[], None]) -> None:
        """Count anew for a line that starts.

        Args:
            config: Of its recipe.
            stop_line: Ends it in order; must not wait for that.
        """
        with self._lock:
            self._watch.begin(config)
            self._stop_line = stop_line

    def acknowledge(self, by: str, seen: int | None = None) -> tuple[str, ...]:
        """Take away what waits, and record who did.

        Args:
            by: Who acknowledges.
            seen: `Failing.newest` of what they have seen; what came after it goes on waiting. None for everything.

        Returns:
            What was taken away, in words.
        """
        with self._lock:
            state = self._watch.state
            gone = self._watch.acknowledge(state.newest if seen is None else seen)
            if self._watch.state.held is None:
                self._held = None
            self._board.change(failing=self._watch.state)
        for words in gone:
            _log.warning("acknowledged by %s: %s", by, words)
        if gone:
            told = happened(TrailKind.ALARM, "the line", after={"acknowledged": list(gone)}, by=doer(by))
            self._telling = threading.Thread(target=self._acknowledged, args=(told,), name="acknowledged", daemon=True)
            self._telling.start()
        return gone

    def _acknowledged(self, told: TrailEvent) -> None:
        self._keep()
        self._tell(told)

    def wait_told(self, timeout_s: float) -> None:
        """Wait until the last acknowledgement is recorded."""
        if self._telling is not None:
            self._telling.join(timeout_s)

    def on_part(self, event: PartInspected) -> None:
        """Count a part that is in the log; what it sets off is on the disk before anybody hears of the part."""
        with self._lock:
            before = self._watch.state
            stop = self._watch.see(event.inspection)
            state = self._watch.state
            if state.held is not None and before.held is None:
                self._held = event
            if state is not before:
                self._board.change(failing=state)
            stop_line = self._stop_line
        if state.newest > before.newest:
            self._keep()
            part = event.inspection
            for words in state.words:
                _log.warning("to be acknowledged (recipe %s, lot %s): %s", part.recipe, part.lot or "–", words)
        if stop:
            stop_line()

    def warn(self, since: datetime, said: str, parts: int) -> None:
        """Give an alarm that lamp, lens, fixture or process has moved.

        Args:
            since: When it began.
            said: What has moved, and how.
            parts: For how many parts it has been moving.
        """
        with self._lock:
            self._watch.warn(since, said, parts)
            self._board.change(failing=self._watch.state)
        _log.warning("to be acknowledged: %s", said)
        self._keep()

    def _keep(self) -> None:
        """Bring what waits to the disk. Where that fails, those who see what waits see this, too."""
        with self._keeping:
            path, why = self._path, ""
            if path is None:
                return
            try:
                write_alarms(path, replace(self._watch.state, unkept=""))
            except FileError as error:
                why = cause_of(error)
                _log.warning("what waits for an acknowledgement is not kept: %s", error)
            with self._lock:
                if why != self._watch.state.unkept:
                    self._watch.state = replace(self._watch.state, unkept=why)
                    self._board.change(failing=self._watch.state)

    def on_status(self, status: EngineStatus) -> None:
        """Nothing: it is the one that says."""

    def on_frame(self, frame: Frame) -> None:
        """Nothing: pictures set nothing off."""
