"""All further views of the line's parts: told of each trigger, asked for what each has seen."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from inspector.domain.joined import MAIN
from inspector.engine.queues import Unjudged
from inspector.engine.view_line import ViewLine, check_guarded

if TYPE_CHECKING:
    from inspector.domain.records import Part, Thresholds
    from inspector.domain.trigger_event import TriggerEvent
    from inspector.engine.board import Board
    from inspector.engine.job import LineJob
    from inspector.engine.view_seen import ViewSeen

#: A part that no trigger asked for, or one of so long ago that it was forgotten.
_UNTOLD = "its camera was not told of the part"


class LineViews:
    """The views of one line; without any, every method does nothing. Any thread may call any method but `start`.

    Args:
        job: Names the views, none in most lines.
        board: Told why parts cannot be seen from all sides.
    """

    def __init__(self, job: LineJob, board: Board) -> None:
        self._board = board
        self._lines = tuple(ViewLine(view, job, self._say) for view in job.views)
        self._closed = False
        #: Triggers reach every view in one order
        self.order = threading.RLock()

    def start(self, main: Thresholds) -> None:
        """Load the models and open the sources; called by the inspection thread before any part is judged.

        Args:
            main: In force at the main view.

        Raises:
            EngineError: If a model cannot be loaded, or one view, the main one too, could pass an empty picture: no
                trigger looks whether the part is in each of them.
        """
        if self._lines:
            check_guarded(MAIN, main)
        for line in self._lines:
            line.start()

    @property
    def models(self) -> tuple[str, ...]:
        """SHA-256 of their models; empty ones are not loaded."""
        return tuple(line.model_sha256 for line in self._lines)

    @property
    def doubt(self) -> str:
        """Which parts should be inspected again as a view's model had changed; empty where none should."""
        return " ".join(f"{line.name}: {line.doubt}" for line in self._lines if line.doubt)

    @property
    def not_ready(self) -> str:
        """Why a view cannot take the next trigger, with its name; empty where all can."""
        return next((f"{line.name}: {line.not_ready}" for line in self._lines if line.not_ready), "")

    def add(self, event: TriggerEvent, *, by_hand: bool = False, fault: str = "") -> None:
        """Tell every view of a trigger; see `ViewLine.add`."""
        for line in self._lines:
            line.add(event, by_hand=by_hand, fault=fault)

    def seen_of(self, item: Part | Unjudged, within_s: float) -> tuple[ViewSeen, ...]:
        """Return what each view has seen of a part; one that has not answered in time is an ERROR.

        Args:
            within_s: So long after the part's beginning at the latest.
        """
        until_s = item.since_s + within_s
        asked = [(line, line.seen_of(item.trigger_id, until_s)) for line in self._lines]
        if isinstance(item, Unjudged):  # it may be a trigger that nobody took
            return tuple(seen for _, seen in asked if seen is not None)
        return tuple(seen or line.unseen(_UNTOLD) for line, seen in asked)

    def give_up(self, reason: str) -> None:
        """Take no further trigger; see `ViewLine.give_up`."""
        for line in self._lines:
            line.give_up(reason)

    def close(self) -> None:
        """End all of it; what hangs is left behind."""
        self._closed = True
        for line in self._lines:
            line.close()

    def _say(self) -> None:
        if self._closed:
            return
        faults = (f"{line.name}: {line.fault}" for line in self._lines if line.fault)
        self._board.change(view_fault=next(faults, ""))
