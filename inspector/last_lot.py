"""The lot that was in force last: it survives a restart of the station."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError
from inspector.domain.text import LOT, TextError
from inspector.files import write_text
from inspector.json_file import JsonAbsentError, JsonError, read_json

if TYPE_CHECKING:
    from pathlib import Path


def read_lot(path: Path) -> str:
    """Return the lot; empty where there was none.

    Raises:
        InspectorError: If it cannot be read: no lot is in force then.
    """
    try:
        state = read_json(path)
    except JsonAbsentError:
        return ""
    except JsonError as error:
        raise _lost(path) from error
    lot = state.get("lot") if isinstance(state, dict) else None
    if not isinstance(lot, str):
        raise _lost(path)
    try:
        return LOT.checked(lot)
    except TextError as error:
        raise _lost(path) from error


def write_lot(path: Path, lot: str) -> None:
    """Save it.

    Raises:
        InspectorError: If it cannot be written: it is in force until the program ends.
    """
    try:
        write_text(path, json.dumps({"lot": lot}))
    except InspectorError as error:
        raise InspectorError(
            f"the lot {lot} is in force, but could not be saved, and is forgotten when the program ends",
            "Make room on the disk, or type it again after the next start.",
        ) from error


def _lost(path: Path) -> InspectorError:
    return InspectorError(
        f"the lot of the last time cannot be read from {path}, and no lot is in force", "Type the lot number again."
    )
