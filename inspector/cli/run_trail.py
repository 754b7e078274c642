"""The audit trail of a line in the terminal: its start, its end, and what is recorded meanwhile."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from inspector import __version__
from inspector.cli.common import say
from inspector.outputs.trail_log import take_up
from inspector.trail.program import ended, lot_changed, started
from inspector.trail.waiting import note
from inspector.trail.written import look_at_all

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.engine.engine import Engine
    from inspector.trail.event import TrailEvent

_EVERY_S = 5.0
_HOW = "without a window"


class RunTrail:
    """Runs beside the line, and ends after it.

    Args:
        root: The data folder.
        log: Of the line.
        lot: Of the first parts of this run; empty for none.
        engine: Is told of another one.
    """

    def __init__(self, root: Path, log: Path, *, lot: str, engine: Engine) -> None:
        self._root, self._log, self._engine = root, log, engine
        self.lot = lot  #: in force
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._take_up, name="audit trail", daemon=True)

    def start(self) -> None:
        """Record the start, and take up what waits from now on."""
        look_at_all(self._root)
        self._note(started(__version__, _HOW), *lot_changed("", self.lot))
        self._thread.start()

    def stop(self) -> None:
        """Record the end."""
        self._ending.set()
        self._thread.join(_EVERY_S)
        self._note(*lot_changed(self.lot, ""), ended(__version__, _HOW))
        take_up(self._root, self._log)

    def change_lot(self, lot: str) -> None:
        """Record that one lot ends and another one begins; empty for none."""
        before, self.lot = self.lot, lot
        self._engine.set_lot(lot)
        self._note(*lot_changed(before, lot))

    def _note(self, *events: TrailEvent) -> None:
        if fault := note(self._root, *events):
            say(f"warning: {fault}")

    def _take_up(self) -> None:
        while True:
            take_up(self._root, self._log)
            if self._ending.wait(_EVERY_S):
                return
