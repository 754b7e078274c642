"""How sending is doing, for those who look from elsewhere: a small file beside the log."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from inspector.domain.causes import cause_of
from inspector.domain.counts import counted
from inspector.domain.errors import LogError
from inspector.files import atomic_file
from inspector.fleet.faults import AlreadySendingError, FleetError
from inspector.json_file import JsonAbsentError, JsonError, read_model
from inspector.outputs.lock import hold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Pictures that wait are counted up to here.
MOST_COUNTED = 10_000
#: How often it is written at the least.
EVERY_S = 5.0
#: What should be sending and has not written for so long is not running.
STALE_S = 30.0
#: So far the clock may differ from the database's before it is said.
CLOCK_S = 60.0
#: Waiting for less is the way of the network.
_BEHIND = timedelta(minutes=1)


class PictureStatus(BaseModel):
    """What it says of sending kept pictures."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    place: str  #: folder or address
    waiting: int  #: pictures that have not been sent, up to 10,000
    sent: int  #: pictures since it was started
    last_sent_utc: datetime | None
    lost: int  #: pictures that will never be sent, as they are not at the station any more
    lost_lately: int  #: those of the last seven days
    error: str  #: why nothing is sent; empty while all is well
    next_step: str
    error_since_utc: datetime | None
    next_try_utc: datetime | None

    @property
    def waiting_words(self) -> str:
        """Return how many wait, as “3 pictures wait”."""
        return pictures_wait(self.waiting)


class ForwardStatus(BaseModel):
    """What the process that sends says of itself."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    time_utc: datetime  #: when it was written
    running: bool  #: False once it has ended in order
    database: str  #: its address without the password
    waiting: int  #: rows that have not been sent
    waiting_since_utc: datetime | None  #: when the oldest of them was captured
    sent: int  #: rows since it was started
    last_sent_utc: datetime | None
    set_aside: int  #: rows that the database can never take
    error: str  #: why nothing is sent; empty while all is well
    next_step: str
    error_since_utc: datetime | None
    next_try_utc: datetime | None
    clock_ahead_s: float | None  #: of the database's; None before it was reached
    note: str  #: what is odd about the station's entry; empty where nothing is
    pictures: PictureStatus | None = None  #: None where kept pictures are not sent

    def is_stale(self, now: datetime) -> bool:
        """Return whether what should be sending is no longer heard."""
        return self.running and abs((now - self.time_utc).total_seconds()) > STALE_S


@contextmanager
def only_sender(log: Path) -> Iterator[None]:
    """Be the only process that sends a log's rows.

    Raises:
        AlreadySendingError: If another one is.
        FleetError: If that cannot be found out.
    """
    path = status_path(log).with_suffix(".lock")
    try:
        file = hold(path)
    except OSError as error:
        raise FleetError(
            f"{path} cannot be made: {cause_of(error)}", "See that the log's folder can be written."
        ) from error
    if file is None:
        raise AlreadySendingError(f"another process sends the rows of {log} already", "Nothing more is needed.")
    with file:
        yield


def is_sending(log: Path) -> bool:
    """Return whether a process sends a log's rows.

    Raises:
        OSError: If that cannot be found out.
    """
    file = hold(status_path(log).with_suffix(".lock"))
    if file is None:
        return True
    file.close()
    return False


def status_path(log: Path) -> Path:
    """Return where the process that sends a log's rows says how it is doing."""
    return log.with_name(f"{log.stem}.forward.json")


def write_status(path: Path, status: ForwardStatus) -> None:
    """Replace the file; after a power cut it may be the one before.

    Raises:
        FileError: If it cannot be written.
    """
    with atomic_file(path, lasting=False) as file:
        file.write(status.model_dump_json().encode())


def read_status(path: Path) -> ForwardStatus | None:
    """Return what was said last; None where nothing has ever been sent.

    Raises:
        LogError: If it cannot be read.
    """
    try:
        return read_model(path, ForwardStatus)
    except JsonAbsentError:
        return None
    except JsonError as error:
        raise LogError(f"how sending is doing cannot be read: {error.what}", error.next_step) from error


def faults_of(status: ForwardStatus, now: datetime | None = None, *, counts: bool = True) -> list[str]:
    """Return what is wrong, each a sentence that says what to do; empty while results arrive.

    Args:
        status: What the process that sends said last.
        now: With its zone; None for this moment.
        counts: Whether it is said how many rows wait, which changes all the time.
    """
    now = now or datetime.now(UTC)
    faults = []
    waits = ""
    if status.waiting and counts:
        since = f" since {local(status.waiting_since_utc)}" if status.waiting_since_utc else ""
        waits = f" {counted(status.waiting, 'row')} wait{'s' if status.waiting == 1 else ''}{since}."
    if status.is_stale(now):
        faults.append(f"Nothing is being sent to the database: the program that sends is not running.{waits}")
    elif status.error:
        faults.append(f"Nothing is being sent to the database: {status.error}. {status.next_step}{waits}")
    elif status.waiting_since_utc is not None and now - status.waiting_since_utc > _BEHIND and status.waiting:
        faults.append(f"Sending to the database is behind.{waits}")
    if status.set_aside:
        faults.append(
            f"The database refuses {counted(status.set_aside, 'row')} for good. They stay in this station's log; "
            "“inspector fleet status” names them with the reasons."
        )
    if status.clock_ahead_s is not None and abs(status.clock_ahead_s) > CLOCK_S:
        faults.append(
            f"This station's clock is {clock_words(status.clock_ahead_s)} the database's: its results stand there "
            "at wrong times. Set the clock, or have it set by the network (NTP)."
        )
    if status.note:
        faults.append(f"{status.note}.")
    return [*faults, *_picture_faults(status, now, counts=counts)]


def summary_of(status: ForwardStatus) -> str:
    """Return in one sentence how far sending is."""
    sent = f"the last row was sent {local(status.last_sent_utc)}" if status.last_sent_utc else "none was sent yet"
    if not status.running:
        return f"Sending has ended; {counted(status.waiting, 'row')} waited then."
    pictures = f" {status.pictures.waiting_words}." if status.pictures is not None else ""
    return f"{counted(status.waiting, 'row')} wait{'s' if status.waiting == 1 else ''}; {sent}.{pictures}"


def pictures_wait(count: int) -> str:
    """Return how many pictures wait, as “3 pictures wait”; they are counted up to `MOST_COUNTED`."""
    if count >= MOST_COUNTED:
        return f"{MOST_COUNTED:,} pictures or more wait"
    return f"{counted(count, 'picture')} wait{'s' if count == 1 else ''}"


def local(time: datetime) -> str:
    """Return a time as people here read it."""
    return f"{time.astimezone():%Y-%m-%d %H:%M}"


def _picture_faults(status: ForwardStatus, now: datetime, *, counts: bool) -> list[str]:
    pictures = status.pictures
    if pictures is None or status.is_stale(now):
        return []
    faults = []
    if pictures.error:
        waits = f" {pictures.waiting_words}." if counts and pictures.waiting else ""
        faults.append(f"Kept pictures are not being sent: {pictures.error}. {pictures.next_step}{waits}")
    if pictures.lost_lately:
        faults.append(
            f"{counted(pictures.lost_lately, 'kept picture')} of the last days will never be sent: not at the station "
            "any more as they were kept. “inspector fleet status” names them; more room for the archive keeps pictures "
            "until they are sent."
        )
    return faults


def clock_words(ahead_s: float) -> str:
    """Return how far a clock is ahead of another one, or behind it, as it stands before that one."""
    return f"{span(abs(ahead_s))} {'ahead of' if ahead_s > 0 else 'behind'}"


def span(seconds: float) -> str:
    """Return a length of time in words."""
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    for unit, length in (("day", 86400), ("hour", 3600)):
        if seconds >= length:
            return f"{seconds / length:.1f} {unit}s"
    return f"{seconds / 60:.0f} minutes"
