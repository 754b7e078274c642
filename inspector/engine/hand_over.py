"""From the trigger to the inspection: a part finds its place in the queue, or becomes an ERROR, or is not taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.engine.predictor import STOPPED
from inspector.engine.queues import NOT_LOADED, OVERFLOW, PartQueue, Unjudged, unjudged

if TYPE_CHECKING:
    import threading

    from inspector.domain.records import Part
    from inspector.engine.board import Board
    from inspector.engine.pace import PaceWatch
    from inspector.engine.triggers import LineTriggers


class HandOver:
    """Used by the trigger thread of one line.

    Args:
        triggers: Give a part the code that was scanned for it, and say which parts are not taken.
        parts: The queue to the inspection.
        pace: Told of each part that a verdict is due for.
        board: Told how many wait.
        ready: Set once the model is loaded.
        stop: Set once the line stops.
    """

    def __init__(
        self,
        triggers: LineTriggers,
        parts: PartQueue,
        pace: PaceWatch,
        board: Board,
        ready: threading.Event,
        stop: threading.Event,
    ) -> None:
        self._triggers, self._parts, self._pace = triggers, parts, pace
        self._board, self._ready, self._stop = board, ready, stop

    def take(self, seen: Part | Unjudged, *, live: bool) -> str:
        """Hand a part over.

        Args:
            live: Whether its source waits for nobody.

        Returns:
            Why it was missed, where that makes the line too slow; empty otherwise.
        """
        part = self._triggers.taken(seen)
        missed = ""
        if part is None:
            return ""
        if isinstance(part, Unjudged):
            self._wait_for_verdict(part)
        elif live and not self._ready.is_set():
            self._parts.put(unjudged(part, NOT_LOADED))
        elif live:
            if not self._wait_for_verdict(part):
                self._wait_for_verdict(unjudged(part, OVERFLOW))
                missed = "parts come faster than they can be judged"
        elif not self._parts.put_waiting(part, self._stop):
            self._parts.put(unjudged(part, STOPPED))
        self._board.waiting(len(self._parts))
        return missed

    def _wait_for_verdict(self, item: Part | Unjudged) -> bool:
        if not self._parts.put(item):
            return False
        self._pace.part(item.origin.captured_s, item.since_s)
        return True
