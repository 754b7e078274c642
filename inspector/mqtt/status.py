"""How publishing is doing, for those who look from elsewhere: a small file beside the log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector.sending.status import SendingStatus, read_status, rows_faults

if TYPE_CHECKING:
    from pathlib import Path


class PublishStatus(SendingStatus):
    """What the process that publishes says of itself."""

    broker: str  #: its address without the password
    topic: str  #: the station's topics are under it


def publish_path(log: Path) -> Path:
    """Return where the process that publishes a log's rows says how it is doing."""
    return log.with_name(f"{log.stem}.publish.json")


def read_publish(log: Path) -> PublishStatus | None:
    """Return what the process that publishes a log's rows said last; None where none was ever published.

    Raises:
        LogError: If it cannot be read.
    """
    return read_status(publish_path(log), PublishStatus)


def publish_faults(status: PublishStatus, now: datetime | None = None, *, counts: bool = True) -> list[str]:
    """Return what is wrong, each a sentence that says what to do; empty while results arrive.

    Args:
        now: With its zone; None for this moment.
        counts: Whether it is said how many rows wait, which changes all the time.
    """
    now = now or datetime.now(UTC)
    return rows_faults(status, now, to="the MQTT broker", command="inspector mqtt status", counts=counts)
