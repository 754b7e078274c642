"""Which version of the program has written a data folder: newer programs keep what is there, older ones refuse it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pydantic import BaseModel

from inspector.domain.errors import InspectorError
from inspector.files import FileError, write_text
from inspector.json_file import JsonAbsentError, JsonError, read_model
from inspector.private import make_private

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger(__name__)

#: Raised whenever an older program would misread what this one writes (the result log has a version of its own).
DATA_VERSION = 1
_NAME = "version.json"


class _Stamp(BaseModel):
    data: int
    program: str


class DataVersionError(InspectorError):
    """The data folder was written by a newer program."""


def check_data(root: Path) -> None:
    """Refuse a data folder that a newer program has written; nothing is written here.

    Args:
        root: The data folder; it need not exist. One without a version is from before there was one, and is taken.

    Raises:
        DataVersionError: If it is newer than this program.
    """
    version, program = _read(root)
    if version > DATA_VERSION:
        raise DataVersionError(
            f"the data folder {root} has version {version}, written by Inspector {program}; "
            f"this program knows versions up to {DATA_VERSION}",
            f"Install Inspector {program} or newer, or name another folder (--home DIR).",
        )


def version_fault(root: Path) -> str:
    """Say why the mark of a data folder's version is left aside; empty where it is not."""
    try:
        read_model(root / _NAME, _Stamp)
    except JsonAbsentError:
        return ""
    except JsonError as error:
        return f"{error.what}; the data folder is taken for one of this version."
    return ""


def stamp_data(root: Path, software_version: str) -> None:
    """Note in the data folder which program has used it last; written only where that changes.

    Where it cannot be written there is nothing to be noted either: whoever writes data there says what is wrong.

    Args:
        root: The data folder; made where it is not there.
        software_version: Version of this program.
    """
    if _read(root) != (DATA_VERSION, software_version):
        try:
            write_text(root / _NAME, _Stamp(data=DATA_VERSION, program=software_version).model_dump_json() + "\n")
        except FileError as error:
            _log.warning("the data folder %s is not marked with this program's version: %s", root, error)
    make_private(root)


def _read(root: Path) -> tuple[int, str]:
    """Return the folder's version and the program that wrote it; (0, "") where neither is known."""
    try:
        stamp = read_model(root / _NAME, _Stamp)
    except JsonError:
        return 0, ""
    return stamp.data, stamp.program
