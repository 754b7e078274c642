"""Tells the window how sending to the database of many stations is doing."""

from __future__ import annotations

import re
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.fleet.status import faults_of, read_status, status_path, summary_of
from inspector.gui.work import Latest

if TYPE_CHECKING:
    from inspector.fleet.status import ForwardStatus
    from inspector.gui.station.session import Session

_EVERY_S = 5.0
_NUMBERS = re.compile(r"\d+")


class FleetWatch(QObject):
    """Reads the sender's file every few seconds, where a database is set.

    Args:
        session: Knows the settings and the log, and has the worker that reads.
    """

    fault = Signal(str)  #: what is wrong, a line for each thing; empty where nothing is
    said = Signal(str)  #: how far sending is; empty where nothing is to be sent

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._latest = Latest(session.work, lambda error: self._tell([str(error)], str(error)))
        self._next_s = perf_counter() + _EVERY_S
        self._shown = ""
        self.words = ""
        session.polled.connect(self._look)

    def _look(self) -> None:
        if perf_counter() < self._next_s or self._session.closing:
            return
        self._next_s = perf_counter() + _EVERY_S
        log = self._session.log_path
        if log is None or not self._session.settings.forward_to:
            self._tell([], "")
        elif not self._latest.busy:
            self._latest.ask(lambda: read_status(status_path(log)), self._on_status)

    def _on_status(self, status: ForwardStatus | None) -> None:
        if not self._session.settings.forward_to:
            return
        if status is None:
            self._tell([], "Nothing was sent yet.")
        else:
            self._tell(faults_of(status, counts=False), " ".join(faults_of(status)) or summary_of(status))

    def _tell(self, faults: list[str], words: str) -> None:
        self._show(faults)
        if words != self.words:
            self.words = words
            self.said.emit(words)

    def _show(self, faults: list[str]) -> None:
        text = "\n".join(faults)
        alike = _NUMBERS.sub("", text)
        if alike != self._shown:  # once: a banner that was closed does not come back with another time in it
            self._shown = alike
            self.fault.emit(text)
