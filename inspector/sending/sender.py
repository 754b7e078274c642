"""Sends what waits in the log's outbox, tries until it is there, and says meanwhile how it is doing."""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError, LogError
from inspector.files import FileError
from inspector.outputs.rows import parse_time
from inspector.sending.back_off import BackOff
from inspector.sending.faults import SendingError
from inspector.sending.status import EVERY_S, SendingStatus, write_status

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from pathlib import Path

    from inspector.outputs.outbox import Outbox

_log = logging.getLogger(__name__)


class OutboxSender(ABC):
    """Runs in a process of its own, on one thread.

    Args:
        outbox: What waits for the other side.
        status: Where it is said how sending is doing.
        wanted: Whether it is to go on; asked again while it runs.
        failing: What does not work while the other side cannot be used, for the program log.
    """

    def __init__(self, outbox: Outbox, status: Path, *, wanted: Callable[[], bool], failing: str) -> None:
        self._outbox, self._status_path, self._wanted = outbox, status, wanted
        self._back_off = BackOff(failing)
        self._count = 0
        self._last_sent: datetime | None = None
        self._told_s = float("-inf")
        self._doubted: tuple[SendingError, datetime] | None = None

    @property
    def sent(self) -> int:
        """Rows that were sent since it was made."""
        return self._count

    def run(self, stop: threading.Event) -> None:
        """Send until it is told to stop, or the settings name no other side any more."""
        wait_s = 0.0
        try:
            while not self._waited(stop, wait_s) and self._wanted() and self._is_set():
                try:
                    self._send_all(stop, once=False)
                    wait_s, self._doubted = 0.0, None
                except (SendingError, LogError, FileError) as error:
                    wait_s = self._failed(error)
        finally:
            self._tell(running=False)

    def run_once(self, stop: threading.Event) -> None:
        """Send what waits, and end.

        Raises:
            SendingError: If the other side cannot be reached, or refuses for now.
            LogError: If the log cannot be read.
        """
        try:
            self._send_all(stop, once=True)
        except (SendingError, LogError) as error:
            self._failed(error)
            raise
        else:
            self._afterwards(stop)
        finally:
            self._tell(running=False)

    # --- what each side does its own way ------------------------------------------------------------------------------

    @abstractmethod
    def _is_set(self) -> bool:
        """Return whether the settings name the other side."""

    @abstractmethod
    def _send_all(self, stop: threading.Event, *, once: bool) -> None:
        """Connect, and send what waits; return where nothing does, or where the connection has to be made anew."""

    @abstractmethod
    def _status(self, said: SendingStatus) -> SendingStatus:
        """Add to what is said of sending what this side has to say."""

    @abstractmethod
    def _afterwards(self, stop: threading.Event) -> None:
        """Do what else is due once the rows are sent."""

    # --- saying -------------------------------------------------------------------------------------------------------

    def _sent(self, count: int) -> None:
        self._count += count
        self._last_sent = datetime.now(UTC)
        self._back_off.well()

    def _failed(self, error: InspectorError) -> float:
        """Note what went wrong; return how long to wait before the next try, seconds."""
        self._doubted = None
        wait_s = self._back_off.failed(error)
        self._tell(running=True)
        return wait_s

    def _doubt(self, error: SendingError | None) -> None:
        """Say at once what is wrong though nothing has failed yet, or that it is well again."""
        self._doubted = None if error is None else (error, datetime.now(UTC))
        self._tell(running=True)

    def _waited(self, stop: threading.Event, wait_s: float) -> bool:
        """Wait, and say meanwhile that it is waiting; True where it is told to stop."""
        until = time.monotonic() + wait_s
        while (left := until - time.monotonic()) > 0:
            if stop.wait(min(left, EVERY_S)):
                return True
            self._tell_now_and_then()
        return stop.is_set()

    def _waiting(self) -> tuple[int, datetime | None, int]:
        """Return how many rows wait, when the oldest of them was captured, and how many were set aside."""
        after = self._last_taken()
        oldest = next(iter(self._outbox.read(1, after=after)), None)
        since = None
        if oldest is not None and oldest.values is not None:
            try:
                since = parse_time(str(oldest.values["time_utc"]))
            except ValueError:
                since = None
        return self._outbox.waiting(after=after), since, len(self._outbox.set_aside())

    def _last_taken(self) -> int:
        """Return up to which entry the other side has taken rows, where the log does not say so yet; else 0."""
        return 0

    def _tell_now_and_then(self) -> None:
        if time.monotonic() - self._told_s > EVERY_S:
            self._tell(running=True)

    def _tell(self, *, running: bool) -> None:
        self._told_s = time.monotonic()
        back_off = self._back_off
        try:
            waiting, since, aside = self._waiting()
        except LogError as error:
            waiting, since, aside = 0, None, 0
            back_off.error = back_off.error or error
        wrong, wrong_since = back_off.error, back_off.error_since
        if wrong is None and self._doubted is not None:
            wrong, wrong_since = self._doubted
        said = SendingStatus(
            time_utc=datetime.now(UTC),
            running=running,
            waiting=waiting,
            waiting_since_utc=since,
            sent=self._count,
            last_sent_utc=self._last_sent,
            set_aside=aside,
            error=wrong.what if wrong else "",
            next_step=wrong.next_step if wrong else "",
            error_since_utc=wrong_since,
            next_try_utc=back_off.next_try,
        )
        try:
            write_status(self._status_path, self._status(said))
        except FileError as error:
            _log.warning("how sending is doing cannot be said: %s", error)
