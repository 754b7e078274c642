"""How sending to the database is doing, for those who look from elsewhere: a small file beside the log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from inspector.domain.counts import counted
from inspector.sending.status import SendingStatus, read_status, rows_faults, rows_summary

if TYPE_CHECKING:
    from pathlib import Path

#: Pictures that wait are counted up to here.
MOST_COUNTED = 10_000
#: So far the clock may differ from the database's before it is said.
CLOCK_S = 60.0


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


class ForwardStatus(SendingStatus):
    """What the process that sends to the database says of itself."""

    database: str  #: its address without the password
    clock_ahead_s: float | None  #: of the database's; None before it was reached
    note: str  #: what is odd about the station's entry; empty where nothing is
    pictures: PictureStatus | None = None  #: None where kept pictures are not sent


def status_path(log: Path) -> Path:
    """Return where the process that sends a log's rows says how it is doing."""
    return log.with_name(f"{log.stem}.forward.json")


def read_forward(log: Path) -> ForwardStatus | None:
    """Return what the process that sends a log's rows said last; None where nothing has ever been sent.

    Raises:
        LogError: If it cannot be read.
    """
    return read_status(status_path(log), ForwardStatus)


def faults_of(status: ForwardStatus, now: datetime | None = None, *, counts: bool = True) -> list[str]:
    """Return what is wrong, each a sentence that says what to do; empty while results arrive.

    Args:
        status: What the process that sends said last.
        now: With its zone; None for this moment.
        counts: Whether it is said how many rows wait, which changes all the time.
    """
    now = now or datetime.now(UTC)
    faults = rows_faults(status, now, to="the database", command="inspector fleet status", counts=counts)
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
    pictures = f" {status.pictures.waiting_words}." if status.running and status.pictures is not None else ""
    return rows_summary(status) + pictures


def pictures_wait(count: int) -> str:
    """Return how many pictures wait, as “3 pictures wait”; they are counted up to `MOST_COUNTED`."""
    if count >= MOST_COUNTED:
        return f"{MOST_COUNTED:,} pictures or more wait"
    return f"{counted(count, 'picture')} wait{'s' if count == 1 else ''}"


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
