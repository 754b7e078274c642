"""Sends what waits in the log's outbox to the database, in the order of the commits, and tries until it is there."""

from __future__ import annotations

import logging
import socket
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

from inspector import __version__
from inspector.domain.errors import LogError
from inspector.fleet.address import DatabaseAddress
from inspector.fleet.database import FleetDatabase, StationIdentity
from inspector.fleet.faults import RowsRefusedError
from inspector.fleet.pictures import PictureSender
from inspector.fleet.status import ForwardStatus, status_path
from inspector.outputs.outbox import FLEET, Outbox
from inspector.outputs.pulse import pulse_path, read_pulse
from inspector.sending.identity import station_key
from inspector.sending.sender import OutboxSender

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from inspector.outputs.outbox import OutboxRow
    from inspector.sending.status import SendingStatus
    from inspector.settings import Settings

_log = logging.getLogger(__name__)
#: Rows in one transaction: 1 MB, 0.1 s.
_AT_ONCE = 1000
_LOOK_EVERY_S = 1.0
#: The database is told how the station is doing so often.
_REPORT_EVERY_S = 15.0
_ENDING_S = 5.0


class Forwarder(OutboxSender):
    """Sends rows on one thread; kept pictures are sent on another.

    Args:
        home: The data folder.
        log: The result log whose rows are sent.
        settings: Reads the station's settings; asked again while it runs.
        wanted: Whether it is to go on; asked again while it runs.
    """

    def __init__(
        self, home: Path, log: Path, settings: Callable[[], Settings], wanted: Callable[[], bool] = lambda: True
    ) -> None:
        super().__init__(Outbox(log, FLEET), status_path(log), wanted=wanted, failing="nothing is sent to the database")
        self._home, self._log_path, self._settings = home, log, settings
        self._pictures = PictureSender(home, log, settings, self._station)
        self._ahead_s: float | None = None
        self._note = ""
        self._shown = ""
        self._reported_s = float("-inf")

    @property
    def pictures_sent(self) -> int:
        """Kept pictures that were sent since it was made."""
        return self._pictures.sent

    def run(self, stop: threading.Event) -> None:
        """Send until it is told to stop, or the settings name no database any more."""
        ended = threading.Event()
        pictures = threading.Thread(target=self._pictures.run, args=(ended,), name="pictures", daemon=True)
        pictures.start()
        try:
            super().run(stop)
        finally:
            ended.set()
            pictures.join(_ENDING_S)  # one that hangs is sent again the next time

    def _afterwards(self, stop: threading.Event) -> None:
        self._pictures.run_once(stop)

    def _is_set(self) -> bool:
        return bool(self._settings().forward_to)

    # --- sending ------------------------------------------------------------------------------------------------------

    def _send_all(self, stop: threading.Event, *, once: bool) -> None:
        settings = self._settings()
        self._outbox.subscribe()  # what is recorded waits from now on, whether the database can be reached or not
        address = DatabaseAddress.of(settings.forward_to, self._home)
        self._shown = address.shown
        self._tell_now_and_then()
        with closing(FleetDatabase(address, self._station())) as database:
            self._note = database.register()
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
            self._ahead_s = database.report(waiting=waiting, since=since, aside=aside, line=line, pictures=pictures)
        except RowsRefusedError as error:
            _log.warning("the database refuses how the station is doing: %s", error)
        self._reported_s = time.monotonic()
        self._back_off.well()

    def _status(self, said: SendingStatus) -> ForwardStatus:
        return ForwardStatus(
            **dict(said),
            database=self._shown,
            clock_ahead_s=self._ahead_s,
            note=self._note,
            pictures=self._pictures.status,
        )


def _who(settings: Settings) -> tuple[str, str]:
    return settings.forward_to, settings.station
