"""What is known of the last backup of a data folder; a file in it, which is not backed up itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, ConfigDict

from inspector.backup.content import STATE
from inspector.files import write_text
from inspector.json_file import JsonError, read_model
from inspector.private import FILE_MODE

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


class BackupState(BaseModel):
    """How the backups of a station are doing.

    Args:
        made: When the last one that succeeded was made.
        file: Where that backup lies.
        size_bytes: How large that one is.
        tried: When the last one was tried.
        fault: Why that failed, and what to do; empty where it succeeded.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    made: AwareDatetime | None = None
    file: str = ""
    size_bytes: int = 0
    tried: AwareDatetime | None = None
    fault: str = ""

    @property
    def words(self) -> str:
        """It as a sentence; empty where none was tried."""
        last = failed = ""
        if self.made is not None:
            size_mb = self.size_bytes / 1e6
            last = f"The last one: {self.made.astimezone():%Y-%m-%d %H:%M}, {size_mb:.1f} MB, {self.file}."
        if self.fault and self.tried is not None:
            failed = f"It failed at {self.tried.astimezone():%Y-%m-%d %H:%M}: {self.fault}"
        return f"{failed} {last}".strip()


def read_state(root: Path) -> BackupState:
    """Return what is known; nothing where it cannot be read."""
    try:
        return read_model(root / STATE, BackupState)
    except JsonError:
        return BackupState()


def note_made(root: Path, file: Path, size_bytes: int, now: datetime) -> None:
    """Note a backup that succeeded.

    Raises:
        FileError: If it cannot be written.
    """
    _write(root, BackupState(made=now, file=str(file), size_bytes=size_bytes, tried=now))


def note_failed(root: Path, fault: str, now: datetime) -> None:
    """Note a backup that failed; the last one that succeeded stays known.

    Raises:
        FileError: If it cannot be written.
    """
    _write(root, read_state(root).model_copy(update={"fault": fault, "tried": now}))


def _write(root: Path, state: BackupState) -> None:
    write_text(root / STATE, state.model_dump_json(indent=2) + "\n", mode=FILE_MODE)
