"""Tells the window how sending to another system is doing: the database of many stations, the MQTT broker."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.fleet.status import faults_of, read_forward, summary_of
from inspector.gui.work import Latest
from inspector.mqtt.status import publish_faults, read_publish
from inspector.sending.status import rows_summary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.gui.station.session import Session
    from inspector.sending.status import SendingStatus

_EVERY_S = 0.2
_NUMBERS = re.compile(r"\d+")
_NOTHING = "Nothing was sent yet."
#: What sends is started within this time; what a file of before says is said no earlier.
_STARTING = timedelta(seconds=30)
_STARTS = "It is being started."


class SendingWatch(QObject):
    """Reads a sender's file five times a second, where its setting names the other side.

    Args:
        session: Knows the settings and the log, and makes the worker that reads: one that is busy would tell too late.
        setting: Names the other side.
        told: Returns for a log, and the time since when the other side is named, what is wrong, a line for each thing,
            and how far sending is; called on the worker.
    """

    fault = Signal(str)  #: what is wrong, a line for each thing; empty where nothing is
    said = Signal(str)  #: how far sending is; empty where nothing is to be sent

    def __init__(self, session: Session, setting: str, told: Callable[[Path, datetime], tuple[list[str], str]]) -> None:
        super().__init__(session)
        self._session, self._setting, self._told = session, setting, told
        worker = session.workers.make(f"{setting} watch")
        self._latest = Latest(worker, lambda error: self._tell([str(error)], str(error)))
        self._next_s = perf_counter() + _EVERY_S
        self._named: datetime | None = None
        self._shown = ""
        self.words = ""
        session.polled.connect(self._look)

    def _is_set(self) -> bool:
        return bool(getattr(self._session.settings, self._setting))

    def _look(self) -> None:
        if perf_counter() < self._next_s or self._session.closing:
            return
        self._next_s = perf_counter() + _EVERY_S
        log = self._session.log_path
        if log is None or not self._is_set():
            self._named = None
            self._tell([], "")
        elif not self._latest.busy:
            named = self._named = self._named or datetime.now(UTC)
            self._latest.ask(lambda: self._told(log, named), self._on_told)

    def _on_told(self, told: tuple[list[str], str]) -> None:
        if self._is_set():
            self._tell(*told)

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


def _is_of_before(status: SendingStatus, named: datetime) -> bool:
    """Return whether what a file says is of an earlier run, and the sender of this one may not have begun."""
    return status.time_utc < named and datetime.now(UTC) - named < _STARTING


def of_database(log: Path, named: datetime) -> tuple[list[str], str]:
    """Return what is wrong with sending a log's rows to the database, and how far it is.

    Raises:
        LogError: If what the sender said cannot be read.
    """
    status = read_forward(log)
    if status is None:
        return [], _NOTHING
    if _is_of_before(status, named):
        return [], _STARTS
    return faults_of(status, counts=False), " ".join(faults_of(status)) or summary_of(status)


def of_broker(log: Path, named: datetime) -> tuple[list[str], str]:
    """Return the same of publishing at the MQTT broker.

    Raises:
        LogError: If what the sender said cannot be read.
    """
    status = read_publish(log)
    if status is None:
        return [], _NOTHING
    if _is_of_before(status, named):
        return [], _STARTS
    words = " ".join(publish_faults(status)) or f"{rows_summary(status)} Published under {status.topic}."
    return publish_faults(status, counts=False), words
