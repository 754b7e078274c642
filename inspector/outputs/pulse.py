"""How the line is doing, for those who look from elsewhere: a small file beside the log, replaced every second."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from inspector.domain.errors import LogError
from inspector.files import atomic_file
from inspector.json_file import JsonAbsentError, JsonError, read_model

if TYPE_CHECKING:
    from pathlib import Path

#: How often a running line writes it.
EVERY_S = 1.0
#: A running line that has not written for so long cannot be trusted to run.
STALE_S = 5.0


class LinePulse(BaseModel):
    """What one line says of itself. Texts are those of the window; empty where there is nothing to say."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    time_utc: datetime  #: when it was written
    begun_utc: datetime  #: when this run of the line was started
    running: bool  #: False once the line has ended: it will not be written again
    station: str
    software_version: str
    face: str  #: one word, as `inspector.engine.faces.Face`; READY where a verdict may be shown
    faulty: bool  #: whether that word says that the line cannot be trusted
    faults: tuple[str, ...]  #: what is wrong, the gravest first
    source: str
    source_state: str
    recipe: str
    recipe_version: int
    lot: str
    model: str
    model_sha256: str
    device: str
    precision: str
    fail_at: float | None
    review_from: float | None
    strange_from: float | None
    pace: str
    frames_per_s: float
    dropped: int  #: frames, since the start
    waiting: int  #: parts
    restarts: int = 0  #: of source, model and housekeeping, by the line itself, since the start
    parts: int  #: inspected since the start
    latency_p50_ms: float | None  #: trigger to committed verdict
    latency_p99_ms: float | None

    def is_stale(self, now: datetime) -> bool:
        """Return whether a line that should be running is no longer heard.

        Args:
            now: With its zone. A clock that was set back by more than `STALE_S` makes it stale too.
        """
        return self.running and abs((now - self.time_utc).total_seconds()) > STALE_S


def pulse_path(log: Path) -> Path:
    """Return where the line that writes a log says how it is doing."""
    return log.with_name(f"{log.stem}.line.json")


def write_pulse(path: Path, pulse: LinePulse) -> None:
    """Replace the file; after a power cut it may be the one before.

    Raises:
        FileError: If it cannot be written.
    """
    with atomic_file(path, lasting=False) as file:
        file.write(pulse.model_dump_json().encode())


def read_pulse(path: Path) -> LinePulse | None:
    """Return what the line said last; None where none has ever run.

    Raises:
        LogError: If it cannot be read.
    """
    try:
        return read_model(path, LinePulse)
    except JsonAbsentError:
        return None
    except JsonError as error:
        raise LogError(f"how the line is doing cannot be read: {error.what}", error.next_step) from error
