"""What a backup says of itself: a line of JSON for it, then one for each file in it."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from inspector.domain.errors import InspectorError

FORMAT = 1
SUFFIX = ".inspector-backup"
#: The last member of the archive: without it a backup is not whole.
MANIFEST = "manifest.jsonl"
#: Where things lie in the archive.
HOME, LOG, PICTURES = "home", "log/results.sqlite3", "pictures"

_LONGEST_NAME = 1000
#: The latest time of a file, seconds since 1970: in the year 2096.
LATEST_S = 4e9
#: A name in a path: no control characters, and nothing that Windows reads otherwise.
_PIECE = re.compile(r'[^\x00-\x1f\x7f<>:"|?*\\/]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class BackupError(InspectorError):
    """A backup cannot be written, or cannot be used."""


def checked_name(name: str) -> str:
    """Return a path in the archive that leads to where it may, on every system.

    Raises:
        ValueError: If it leads elsewhere, or is none.
    """
    pieces = name.split("/")
    inside = name == LOG or (pieces[0] in {HOME, PICTURES} and len(pieces) > 1)
    for piece in pieces:
        plain = _PIECE.fullmatch(piece) and not _RESERVED.fullmatch(piece) and piece.rstrip(" .") == piece
        if not plain or piece == "..":
            inside = False
    if not inside or len(name) > _LONGEST_NAME:
        msg = f"“{name[:100]}” leads out of the data folder, or is no name everywhere"
        raise ValueError(msg)
    return name


class BackupHeader(BaseModel):
    """The first line.

    Args:
        program: Version of the program that wrote it.
        data: Version of the data folder.
        station: As the settings call it.
        pictures: Whether kept pictures are in it, and those to be learned.
        keys: Whether passwords and the station's key are in it.
        archive: Where kept pictures lay.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int = FORMAT
    program: str = Field(max_length=50)
    data: int
    station: str = Field(max_length=200)
    time: AwareDatetime
    pictures: bool
    keys: bool
    archive: str = Field(max_length=4000)


class BackedUpFile(BaseModel):
    """A further line: one file.

    Args:
        modified: When it was written last, seconds since 1970; None in backups of before.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[str, AfterValidator(checked_name)]
    size: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    modified: float | None = Field(default=None, ge=0.0, le=LATEST_S, allow_inf_nan=False)


def is_possible(name: str) -> bool:
    """Say whether a file can be in a backup under this name."""
    try:
        checked_name(name)
    except (ValueError, ValidationError):
        return False
    return True
