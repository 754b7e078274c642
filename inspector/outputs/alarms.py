"""What waits for an acknowledgement, kept over the program's end: a small file beside the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from inspector.domain.failing import Failing
from inspector.files import atomic_file
from inspector.json_file import JsonAbsentError, read_model

if TYPE_CHECKING:
    from pathlib import Path

_FORMAT_VERSION = 1


class _KeptAlarms(BaseModel):
    """The file."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    format_version: int = _FORMAT_VERSION
    waits: Failing


def alarms_path(log: Path) -> Path:
    """Return where it is kept what waits beside a log."""
    return log.with_name(f"{log.stem}.alarms.json")


def write_alarms(path: Path, waits: Failing) -> None:
    """Replace the file, and bring it to the disk.

    Raises:
        FileError: If it cannot be written.
    """
    with atomic_file(path) as file:
        file.write(_KeptAlarms(waits=waits).model_dump_json().encode())


def read_alarms(path: Path) -> Failing:
    """Return what waited when the file was written; nothing where there is none.

    Raises:
        JsonError: If it cannot be read.
    """
    try:
        return read_model(path, _KeptAlarms).waits
    except JsonAbsentError:
        return Failing()
