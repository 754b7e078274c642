"""Sends kept pictures to a folder or an object store, and notes in the database where each is: once, by its part's id.

It has an order of its own in the log's outbox, so that no row waits for a picture, and no picture for a row.
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError, LogError
from inspector.fleet.address import DatabaseAddress
from inspector.fleet.database import FleetDatabase, PictureNote, StationIdentity
from inspector.fleet.faults import FleetError, RowsRefusedError
from inspector.fleet.picture_place import PicturePlace
from inspector.fleet.status import MOST_COUNTED, PictureStatus
from inspector.outputs.kept_places import KeptPlaces
from inspector.outputs.outbox import PICTURES, Outbox, RowKind
from inspector.outputs.rows import parse_time
from inspector.sending.back_off import BackOff
from inspector.sending.faults import SendingError
from inspector.sending.status import EVERY_S

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping, Sequence

    from inspector.outputs.outbox import OutboxRow
    from inspector.settings import Settings

_log = logging.getLogger(__name__)
#: So many parts are looked at before the database is told of their pictures.
_AT_ONCE = 32
_LOOK_EVERY_S = 1.0
#: Pictures that were lost are said in the window for so long; the log and the database have them for ever.
_SAID_FOR = timedelta(days=7)
_UNUSUAL = re.compile(r"[^\w .-]+")


class _LostError(InspectorError):
    """A picture is not at the station any more as it was kept."""


@dataclass(slots=True)
class _Sent:
    count: int = 0
    last: datetime | None = None


class PictureSender:
    """Runs on a thread of its own in the process that sends.

    Args:
        log: The result log whose pictures are sent.
        settings: Reads the station's settings; asked again while it runs.
        station: Who sends, as the settings are now.
        home: The data folder, for the database's password.
    """

    def __init__(
        self, home: Path, log: Path, settings: Callable[[], Settings], station: Callable[[], StationIdentity]
    ) -> None:
        self._home, self._settings, self._station = home, settings, station
        self._outbox, self._places = Outbox(log, PICTURES), KeptPlaces(log)
        self._back_off = BackOff("kept pictures are not sent")
        self._sent = _Sent()
        self._shown = ""
        self._told_s = float("-inf")
        self._status: PictureStatus | None = None

    @property
    def sent(self) -> int:
        """Pictures that were sent since it was made."""
        return self._sent.count

    @property
    def status(self) -> PictureStatus | None:
        """How it is doing; None where no place is set. Any thread."""
        return self._status

    def run(self, stop: threading.Event) -> None:
        """Send until it is told to stop; without a place in the settings it waits for one."""
        wait_s = 0.0
        while not self._waited(stop, wait_s):
            wait_s = EVERY_S
            if not self._is_wanted():
                self._status = None
                continue
            try:
                self._send_all(stop, once=False)
            except (SendingError, LogError) as error:
                wait_s = self._back_off.failed(error)
                self._tell()

    def run_once(self, stop: threading.Event) -> None:
        """Send what waits, and end; does nothing without a place in the settings.

        Raises:
            FleetError: If place or database cannot be reached, or refuse for now.
            LogError: If the log cannot be read.
        """
        if not self._is_wanted():
            return
        try:
            self._send_all(stop, once=True)
        except (SendingError, LogError) as error:
            self._back_off.failed(error)
            raise
        finally:
            self._tell()

    # --- sending ------------------------------------------------------------------------------------------------------

    def _is_wanted(self) -> bool:
        settings = self._settings()
        return bool(settings.forward_to and settings.pictures_to)

    def _send_all(self, stop: threading.Event, *, once: bool) -> None:
        settings = self._settings()
        self._outbox.subscribe()
        place = PicturePlace(settings.pictures_to)
        self._shown = place.shown
        self._tell()
        with closing(FleetDatabase(DatabaseAddress.of(settings.forward_to, self._home), self._station())) as database:
            self._try_lost(place, database)
            looked_s = time.monotonic()
            while not stop.is_set():
                rows = self._outbox.read(_AT_ONCE)
                if rows:
                    self._send(place, database, rows, stop)
                else:
                    self._back_off.well()
                self._tell_now_and_then()
                if time.monotonic() - looked_s > EVERY_S:
                    looked_s = time.monotonic()
                    if not once and _where(self._settings()) != _where(settings):
                        return
                if not rows and (once or stop.wait(_LOOK_EVERY_S)):
                    return

    def _send(
        self, place: PicturePlace, database: FleetDatabase, rows: Sequence[OutboxRow], stop: threading.Event
    ) -> None:
        """Send the pictures of some parts; what was done before something fails is noted all the same."""
        notes: list[PictureNote] = []
        lost: list[tuple[OutboxRow, str]] = []
        upto = None
        try:
            for row in rows:
                if stop.is_set():
                    break
                try:
                    note = self._put(place, row)
                except _LostError as error:
                    note = PictureNote(id=row.row_id, why=error.what)
                    lost.append((row, error.what))
                if note is not None:
                    notes.append(note)
                upto = row.seq
                self._tell_now_and_then()
        finally:
            if upto is not None:
                self._note(database, notes)
                self._outbox.take(upto, lost)

    def _try_lost(self, place: PicturePlace, database: FleetDatabase) -> None:
        """Look once more for what was not there: somebody may have put it back."""
        there: list[OutboxRow] = []
        notes: list[PictureNote] = []
        for row in self._outbox.read_set_aside():
            try:
                note = self._put(place, row)
            except _LostError:
                continue
            there.append(row)
            notes += [note] if note is not None else []
        if there:
            self._note(database, notes)
            self._outbox.take_back(there, ())

    def _note(self, database: FleetDatabase, notes: Sequence[PictureNote]) -> None:
        try:
            database.note_pictures(notes)
        except RowsRefusedError as error:
            raise FleetError(
                f"the database refuses to note where pictures are: {error}", "See to what was changed in its tables."
            ) from error
        there = sum(note.address is not None for note in notes)
        if there:
            self._sent.count += there
            self._sent.last = datetime.now(UTC)
        self._back_off.well()

    def _put(self, place: PicturePlace, row: OutboxRow) -> PictureNote | None:
        """Send the picture of a part and its heatmap; None where none was kept.

        Raises:
            _LostError: If it is not there any more as it was kept.
            FleetError: If it cannot be written now.
        """
        if row.kind is not RowKind.PART or row.values is None or not row.values["picture_path"]:
            return None
        path = Path(self._places.of(str(row.values["picture_path"])))
        content = _kept(path)
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 != row.values["picture_sha256"]:
            raise _LostError("its file at the station is not the one that was kept (another SHA-256)")
        folder = _folder_of(row.values, self._station())
        address = place.put(f"{folder}/{path.name}", content)
        heatmap = None
        if row.values["heatmap_path"]:
            heatmap_path = Path(self._places.of(str(row.values["heatmap_path"])))
            try:
                heatmap = place.put(f"{folder}/{heatmap_path.name}", heatmap_path.read_bytes())
            except OSError:  # a power cut may have taken it: the picture is what counts
                heatmap = None
        return PictureNote(
            id=row.row_id, address=address, sha256=sha256, size_bytes=len(content), heatmap_address=heatmap
        )

    # --- saying -------------------------------------------------------------------------------------------------------

    def _waited(self, stop: threading.Event, wait_s: float) -> bool:
        until = time.monotonic() + wait_s
        while (left := until - time.monotonic()) > 0:
            if stop.wait(min(left, EVERY_S)):
                return True
            if self._status is not None:
                self._tell_now_and_then()
        return stop.is_set()

    def _tell_now_and_then(self) -> None:
        if time.monotonic() - self._told_s > EVERY_S:
            self._tell()

    def _tell(self) -> None:
        self._told_s = time.monotonic()
        back_off = self._back_off
        try:
            waiting, aside = self._outbox.waiting_pictures(MOST_COUNTED), self._outbox.set_aside()
        except LogError as error:
            waiting, aside = 0, []
            back_off.error = back_off.error or error
        lately = datetime.now(UTC) - _SAID_FOR
        self._status = PictureStatus(
            place=self._shown,
            waiting=waiting,
            sent=self._sent.count,
            last_sent_utc=self._sent.last,
            lost=len(aside),
            lost_lately=sum(row.time > lately for row in aside),
            error=back_off.error.what if back_off.error else "",
            next_step=back_off.error.next_step if back_off.error else "",
            error_since_utc=back_off.error_since,
            next_try_utc=back_off.next_try,
        )


def _where(settings: Settings) -> tuple[str, str, str]:
    return settings.forward_to, settings.pictures_to, settings.station


def _kept(path: Path) -> bytes:
    """Return a kept picture.

    Raises:
        _LostError: If it is gone, or cannot be read.
        FleetError: If the whole archive is away, which may come back.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        archive = path.parents[4] if len(path.parents) > 4 else path.parent  # FOLDER/2026/01/31/VERDICT/ID.png
        if not archive.is_dir():
            raise FleetError(
                f"the folder {archive} of kept pictures is not there", "Connect its drive; its pictures wait."
            ) from error
        raise _LostError("it was removed at the station before it was sent") from error
    except OSError as error:
        raise _LostError(f"its file at the station cannot be read: {cause_of(error)}") from error


def _folder_of(row: Mapping[str, Any], station: StationIdentity) -> str:
    """Return where a part's picture goes: by station and day."""
    name = _UNUSUAL.sub("-", station.name).strip(" .-") or "station"
    try:
        day = f"{parse_time(str(row['time_utc'])):%Y/%m/%d}"
    except ValueError:
        day = "without a time"
    return f"{name}-{station.key[:8]}/{day}"
