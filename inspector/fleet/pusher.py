"""Sends what waits in the log's outbox to the database, in the order of the commits, and tries until it is there."""

from __future__ import annotations

import logging
import socket
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector import __version__
from inspector.domain.errors import InspectorError, LogError
from inspector.files import FileError
from inspector.fleet.address import DatabaseAddress
from inspector.fleet.back_off import BackOff
from inspector.fleet.database import FleetDatabase, StationIdentity
from inspector.fleet.faults import FleetError, RowsRefusedError
from inspector.fleet.identity import station_key
from inspector.fleet.pictures import PictureSender
from inspector.fleet.status import EVERY_S, ForwardStatus, status_path, write_status
from inspector.outputs.outbox import FLEET, Outbox
from inspector.outputs.pulse import pulse_path, read_pulse
from inspector.outputs.rows import parse_time

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from inspector.outputs.outbox import OutboxRow
    from inspector.settings import Settings

_log = logging.getLogger(__name__)
#: Rows in one transaction: 1 MB, 0.1 s.
_AT_ONCE = 1000
_LOOK_EVERY_S = 1.0
#: The database is told how the station is doing so often.
_REPORT_EVERY_S = 15.0
_ENDING_S = 5.0


@dataclass(slots=True)
class _Progress:
    sent: int = 0
    last_sent: datetime | None = None
    ahead_s: float | None = None
    note: str = ""
    back_off: BackOff = field(default_factory=lambda: BackOff("nothing is sent to the database"))


class Forwarder:
    """Runs in a process of its own, on one thread; kept pictures are sent on another.

    Args:
        home: The data folder.
        log: The result log whose rows are sent.
        settings: Reads the station's settings; asked again while it runs.
        wanted: Whether it is to go on; asked again while it runs.
    """

    def __init__(
        self, home: Path, log: Path, settings: Callable[[], Settings], wanted: Callable[[], bool] = lambda: True
    ) -> None:
        self._wanted = wanted
        self._home, self._log_path, self._settings = home, log, settings
        self._outbox = Outbox(log, FLEET)
        self._pictures = PictureSender(home, log, settings, self._station)
        self._progress = _Progress()
        self._shown = ""
        self._told_s = self._reported_s = float("-inf")

    @property
    def sent(self) -> int:
        """Rows that were sent since it was made."""
        return self._progress.sent

    @property
    def pictures_sent(self) -> int:
        """Kept pictures that were sent since it was made."""
        return self._pictures.sent

    def run(self, stop: threading.Event) -> None:
        """Send until it is told to stop, or the settings name no database any more."""
        wait_s = 0.0
        ended = threading.Event()
        pictures = threading.Thread(target=self._pictures.run, args=(ended,), name="pictures", daemon=True)
        pictures.start()
        try:
            while not self._waited(stop, wait_s) and self._wanted() and self._settings().forward_to:
                try:
                    self._send_all(stop, once=False)
                    wait_s = 0.0
                except (FleetError, LogError, FileError) as error:
                    wait_s = self._failed(error)
        finally:
            ended.set()
            pictures.join(_ENDING_S)  # one that hangs is sent again the next time
            self._tell(running=False)

    def run_once(self, stop: threading.Event) -> None:
        """Send what waits, and end.

        Raises:
            FleetError: If the database cannot be reached, or refuses for now.
            LogError: If the log cannot be read.
        """
        try:
            self._send_all(stop, once=True)
        except (FleetError, LogError) as error:
            self._failed(error)
            raise
        else:
            self._pictures.run_once(stop)
        finally:
            self._tell(running=False)

    # --- sending ------------------------------------------------------------------------------------------------------

    def _send_all(self, stop: threading.Event, *, once: bool) -> None:
        settings = self._settings()
        self._outbox.subscribe()  # what is recorded waits from now on, whether the database can be reached or not
        address = DatabaseAddress.of(settings.forward_to, self._home)
        self._shown = address.shown
        self._tell_now_and_then()
        with closing(FleetDatabase(address, self._station())) as database:
            self._progress.note = database.register()
            self._try_set_aside(database)
            self._reported_s = float("-inf")
            while not stop.is_set():
                rows = self._outbox.read(_AT_ONCE)
                if rows:
                    aside = self._send(database, rows)
                    self._outbox.take(rows[-1].seq, aside)
                    self._sent(len(rows) - len(aside))
                if time.monotonic() - self._reported_s > _REPORT_EVERY_S or (once and not rows):
                    self._report(database)
                    if not once and _who(self._settings()) != _who(settings):
                        return
                if not self._wanted():
                    return
                self._tell_now_and_then()
                if not rows and (once or stop.wait(_LOOK_EVERY_S)):
                    return

    def _station(self) -> StationIdentity:
        name, host = self._settings().station, socket.gethostname()
        return StationIdentity(key=station_key(self._home), name=name, host=host, version=__version__)

    def _send(self, database: FleetDatabase, rows: Sequence[OutboxRow]) -> list[tuple[OutboxRow, str]]:
        """Send rows, halves of them where the database refuses all together; return those that it refuses for good."""
        gone = [(row, "it is no longer in the log") for row in rows if row.values is None]
        there = [row for row in rows if row.values is not None]
        if not there:
            return gone
        try:
            database.send(there)
        except RowsRefusedError as error:
            if len(there) == 1:
                _log.warning("the database refuses the %s %s: %s", there[0].kind.value, there[0].row_id, error)
                return [*gone, (there[0], str(error))]
            middle = len(there) // 2
            return [*gone, *self._send(database, there[:middle]), *self._send(database, there[middle:])]
        return gone

    def _try_set_aside(self, database: FleetDatabase) -> None:
        """Send once more what was refused: the database may have been mended meanwhile."""
        rows = self._outbox.read_set_aside()
        for begin in range(0, len(rows), _AT_ONCE):
            some = rows[begin : begin + _AT_ONCE]
            refused = self._send(database, some)
            names = {row.row_id for row, _ in refused}
            taken = [row for row in some if row.row_id not in names]
            self._outbox.take_back(taken, refused)
            if taken:
                self._sent(len(taken))

    def _report(self, database: FleetDatabase) -> None:
        waiting, since, aside = self._waiting()
        try:
            line = read_pulse(pulse_path(self._log_path))
        except LogError as error:
            _log.warning("the database is not told how the line is doing: %s", error)
            line = None
        try:
            said = self._pictures.status
            pictures = (0, 0) if said is None else (said.waiting, said.lost)
            self._progress.ahead_s = database.report(
                waiting=waiting, since=since, aside=aside, line=line, pictures=pictures
            )
        except RowsRefusedError as error:
            _log.warning("the database refuses how the station is doing: %s", error)
        self._reported_s = time.monotonic()
        self._progress.back_off.well()

    # --- saying -------------------------------------------------------------------------------------------------------

    def _sent(self, count: int) -> None:
        self._progress.sent += count
        self._progress.last_sent = datetime.now(UTC)
        self._progress.back_off.well()

    def _failed(self, error: InspectorError) -> float:
        """Note what went wrong; return how long to wait before the next try."""
        wait_s = self._progress.back_off.failed(error)
        self._tell(running=True)
        return wait_s

    def _waited(self, stop: threading.Event, wait_s: float) -> bool:
        """Wait, and say meanwhile that it is waiting; True where it is told to stop."""
        until = time.monotonic() + wait_s
        while (left := until - time.monotonic()) > 0:
            if stop.wait(min(left, EVERY_S)):
                return True
            self._tell_now_and_then()
        return stop.is_set()

    def _waiting(self) -> tuple[int, datetime | None, int]:
        oldest = next(iter(self._outbox.read(1)), None)
        since = None
        if oldest is not None and oldest.values is not None:
            try:
                since = parse_time(str(oldest.values["time_utc"]))
            except ValueError:
                since = None
        return self._outbox.waiting(), since, len(self._outbox.set_aside())

    def _tell_now_and_then(self) -> None:
        if time.monotonic() - self._told_s > EVERY_S:
            self._tell(running=True)

    def _tell(self, *, running: bool) -> None:
        self._told_s = time.monotonic()
        progress, back_off = self._progress, self._progress.back_off
        try:
            waiting, since, aside = self._waiting()
        except LogError as error:
            waiting, since, aside = 0, None, 0
            back_off.error = back_off.error or error
        status = ForwardStatus(
            time_utc=datetime.now(UTC),
            running=running,
            database=self._shown,
            waiting=waiting,
            waiting_since_utc=since,
            sent=progress.sent,
            last_sent_utc=progress.last_sent,
            set_aside=aside,
            error=back_off.error.what if back_off.error else "",
            next_step=back_off.error.next_step if back_off.error else "",
            error_since_utc=back_off.error_since,
            next_try_utc=back_off.next_try,
            clock_ahead_s=progress.ahead_s,
            note=progress.note,
            pictures=self._pictures.status,
        )
        try:
            write_status(status_path(self._log_path), status)
        except FileError as error:
            _log.warning("how sending is doing cannot be said: %s", error)


def _who(settings: Settings) -> tuple[str, str]:
    return settings.forward_to, settings.station
