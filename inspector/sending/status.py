"""How a process that sends is doing, for those who look from elsewhere: a small file beside the log."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict

from inspector.domain.causes import cause_of
from inspector.domain.counts import counted
from inspector.domain.errors import LogError
from inspector.files import atomic_file, hold
from inspector.json_file import JsonAbsentError, JsonError, read_model
from inspector.sending.faults import AlreadySendingError, SendingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: How often it is written at the least.
EVERY_S = 5.0
#: What should be sending and has not written for so long is not running.
STALE_S = 30.0
#: Waiting for less is the way of the network.
_BEHIND = timedelta(minutes=1)


class SendingStatus(BaseModel):
    """What a process that sends says of itself."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    time_utc: datetime  #: when it was written
    running: bool  #: False once it has ended in order
    waiting: int  #: rows that have not been sent
    waiting_since_utc: datetime | None  #: when the oldest of them was captured
    sent: int  #: rows since it was started
    last_sent_utc: datetime | None
    set_aside: int  #: rows that the other side can never take
    error: str  #: why nothing is sent; empty while all is well
    next_step: str
    error_since_utc: datetime | None
    next_try_utc: datetime | None

    def is_stale(self, now: datetime) -> bool:
        """Return whether what should be sending is no longer heard."""
        return self.running and abs((now - self.time_utc).total_seconds()) > STALE_S


_Status = TypeVar("_Status", bound=SendingStatus)


@contextmanager
def only_sender(status: Path, log: Path) -> Iterator[None]:
    """Be the only process that sends a log's rows to one side.

    Args:
        status: Where that process says how it is doing.

    Raises:
        AlreadySendingError: If another one is.
        SendingError: If that cannot be found out.
    """
    path = status.with_suffix(".lock")
    try:
        file = hold(path)
    except OSError as error:
        raise SendingError(
            f"{path} cannot be made: {cause_of(error)}", "See that the log's folder can be written."
        ) from error
    if file is None:
        raise AlreadySendingError(f"another process sends the rows of {log} already", "Nothing more is needed.")
    with file:
        yield


def is_sending(status: Path) -> bool:
    """Return whether a process sends what such a file tells of.

    Raises:
        OSError: If that cannot be found out.
    """
    file = hold(status.with_suffix(".lock"))
    if file is None:
        return True
    file.close()
    return False


def write_status(path: Path, status: SendingStatus) -> None:
    """Replace the file; after a power cut it may be the one before.

    Raises:
        FileError: If it cannot be written.
    """
    with atomic_file(path, lasting=False) as file:
        file.write(status.model_dump_json().encode())


def read_status(path: Path, kind: type[_Status]) -> _Status | None:
    """Return what was said last; None where nothing has ever been sent.

    Raises:
        LogError: If it cannot be read.
    """
    try:
        return read_model(path, kind)
    except JsonAbsentError:
        return None
    except JsonError as error:
        raise LogError(f"how sending is doing cannot be read: {error.what}", error.next_step) from error


def rows_faults(status: SendingStatus, now: datetime, *, to: str, command: str, counts: bool) -> list[str]:
    """Return what is wrong with sending rows, each a sentence that says what to do; empty while they arrive.

    Args:
        to: The other side, as “the database”.
        command: Names what was set aside, with the reasons.
        counts: Whether it is said how many rows wait, which changes all the time.
    """
    faults = []
    waits = ""
    if status.waiting and counts:
        since = f" since {local(status.waiting_since_utc)}" if status.waiting_since_utc else ""
        waits = f" {counted(status.waiting, 'row')} wait{'s' if status.waiting == 1 else ''}{since}."
    if status.is_stale(now):
        faults.append(f"Nothing is being sent to {to}: the program that sends is not running.{waits}")
    elif status.error:
        faults.append(f"Nothing is being sent to {to}: {status.error}. {status.next_step}{waits}")
    elif status.waiting_since_utc is not None and now - status.waiting_since_utc > _BEHIND and status.waiting:
        faults.append(f"Sending to {to} is behind.{waits}")
    if status.set_aside:
        faults.append(
            f"{to[:1].upper()}{to[1:]} refuses {counted(status.set_aside, 'row')} for good. They stay in this "
            f"station's log; “{command}” names them with the reasons."
        )
    return faults


def rows_summary(status: SendingStatus) -> str:
    """Return in one sentence how far sending is."""
    sent = f"the last row was sent {local(status.last_sent_utc)}" if status.last_sent_utc else "none was sent yet"
    if not status.running:
        return f"Sending has ended; {counted(status.waiting, 'row')} waited then."
    return f"{counted(status.waiting, 'row')} wait{'s' if status.waiting == 1 else ''}; {sent}."


def local(time: datetime) -> str:
    """Return a time as people here read it."""
    return f"{time.astimezone():%Y-%m-%d %H:%M}"
