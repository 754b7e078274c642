"""Runs the line's protocol beside the window, and tells the window how it is doing."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from inspector.domain.line_protocol import LineProtocol
from inspector.engine.pace import DEADLINE_S
from inspector.gui.station.changeover import RecipeSwitch
from inspector.gui.work import Latest
from inspector.line.desk import Link
from inspector.line.service import LineService
from inspector.line.simulator import one_part

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.gui.station.session import Session
    from inspector.line.service import LineStatus
    from inspector.line.simulator import PlcPart
    from inspector.recipes.recipe import Recipe

#: With `SILENT_S` and `LOOK_S` of the adapters less than a second.
_LOOK_MS = 100
_READY_S = 3.0
#: The station answers in time, if only with an ERROR; so long that answer may take.
_ANSWER_S = 1.0
#: So long after this window was the controller, the station may still take it for connected.
_GONE_S = 1.5
_TICK_S = 0.05
#: Where a controller is connected, nobody else is let in.
_ONE_AT_A_TIME = frozenset({LineProtocol.TEXT, LineProtocol.SERIAL})
_MOST_ID = 0xFFFFFFFF
_NO_PROTOCOL = "No protocol is in use. Choose one, and press Apply."


class LineWatch(QObject):
    """Lives on the GUI thread; the service has threads of its own, and begins with the first opened log.

    Args:
        session: Tells of settings and recipe, has the engine, and changes the recipe.
        recipes: The folder of recipes.
    """

    said = Signal(str)  #: how it is doing; empty where no protocol is spoken
    fault = Signal(str)  #: what somebody must see to; empty where nothing is wrong
    looked = Signal(object)  #: LineStatus, ten times a second
    answered = Signal(str)  #: what came of `test` or `trigger`

    def __init__(self, session: Session, recipes: Path) -> None:
        super().__init__(session)
        self._session = session
        self._service = LineService(session.engine, settings=lambda: session.settings, recipes=recipes)
        worker = session.workers.make("line", self._service.stop)
        self._latest = Latest(worker, lambda error: self.answered.emit(str(error)))
        self._begun = False
        self._shown = ""
        self.words = ""
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._verdict_s = DEADLINE_S
        session.recipe_changed.connect(self._use)
        self._changeover = RecipeSwitch(session, self)
        self._changeover.told.connect(lambda words: session.fault.emit("scanned", words))
        self._changeover.failed.connect(self._service.refuse_change)
        session.log_opened.connect(self._begin)

    def status(self) -> LineStatus:
        """Return how it is doing."""
        return self._service.status()

    def test(self) -> None:
        """Find out whether the station answers, as a controller would; nothing is written."""
        status = self.status()
        if status.protocol is LineProtocol.OFF:
            self.answered.emit(_NO_PROTOCOL)
        elif status.link is Link.DOWN:
            self.answered.emit(status.fault)
        elif status.protocol.asks or (status.protocol in _ONE_AT_A_TIME and status.link is Link.UP):
            self.answered.emit(status.words)
        else:
            self.answered.emit(f"{status.address} is being asked…")
            self._latest.ask(lambda: self._tested(status), self.answered.emit)

    def trigger(self) -> None:
        """Be a controller for one part."""
        status = self.status()
        if status.protocol is LineProtocol.OFF:
            self.answered.emit(_NO_PROTOCOL)
        elif self._latest.busy:
            return  # it is being done, and what comes of it will be said
        elif status.link is Link.UP:
            self.answered.emit("A controller is connected: let it trigger.")
        elif status.link is Link.DOWN:
            self.answered.emit(status.fault)
        elif status.protocol.asks:
            module = status.protocol is LineProtocol.IO
            whom = "The sensor at the module's input" if module else "The controller, which the station asks,"
            self.answered.emit(f"{whom} must trigger.")
        else:
            self.answered.emit("A part is being triggered…")
            self._latest.ask(lambda: self._triggered(status), self.answered.emit)

    # --- on the worker ------------------------------------------------------------------------------------------------

    def _tested(self, status: LineStatus) -> str:
        link = self._service.connect()
        try:
            link.look()
        finally:
            link.close()
            if status.protocol in _ONE_AT_A_TIME:
                self._wait_until_gone()
        now = self.status()
        asks = "a controller is connected" if now.link is Link.UP else now.why
        return f"The station answers at {status.address}; {asks}."

    def _triggered(self, status: LineStatus) -> str:
        part = str(time.time_ns() // 100_000_000 % _MOST_ID + 1)
        link = self._service.connect()
        try:
            known = one_part(link, part, ready_s=_READY_S, within_s=self._verdict_s + _ANSWER_S)
            return self._came_of(part, known, status.outputs.missed)
        finally:
            link.close()
            self._wait_until_gone()

    def _came_of(self, part: str, known: PlcPart | None, missed: int) -> str:
        if known is None or known.result is None:
            now = self.status().outputs
            if now.trigger_id == part:
                return f"Part {part} was triggered, and its result was not read in time. It is in the log."
            taken = "missed" if now.missed != missed else "not triggered"
            return f"Part {part} was {taken}: {now.not_ready}."
        result = known.result
        score = "" if result.score is None else f", score {result.score:.4f}"
        reason = f" ({result.reason})" if result.reason else ""
        return f"Part {part}: {result.code.name}{score}{reason}, {known.seen_ms or 0.0:.0f} ms after Trigger."

    def _wait_until_gone(self) -> None:
        """Wait until the station no longer takes this window for a controller, so that it can be one once more."""
        end_s, ticks = time.monotonic() + _GONE_S, threading.Event()
        while self.status().link is Link.UP and time.monotonic() < end_s:
            ticks.wait(_TICK_S)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _use(self, recipe: Recipe) -> None:
        self._verdict_s = recipe.trigger.deadline_s or DEADLINE_S
        self._service.use_recipe(recipe.name, recipe.trigger)

    def _begin(self) -> None:
        """Begin with the first opened log: before it, the window has yet to be painted."""
        if not self._begun:
            self._begun = True
            self._service.start()
            self._timer.start()

    def _look(self) -> None:
        if self._session.closing:  # who is told may be gone
            self._timer.stop()
            return
        if QApplication.activeModalWidget() is None and (wanted := self._service.take_change()) is not None:
            self._changeover.to(wanted, "The line's controller has named it")
        status = self._service.status()
        if status.words != self.words:
            self.words = status.words
            self.said.emit(self.words)
        if status.fault != self._shown:
            self._shown = status.fault
            self.fault.emit(self._shown)
        self.looked.emit(status)
