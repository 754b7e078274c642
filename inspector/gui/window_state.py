"""Where the window stood, and how large it was, for the next time."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING

from inspector.files import write_text
from inspector.json_file import JsonError, read_json

if TYPE_CHECKING:
    from pathlib import Path


def read_geometry(path: Path) -> bytes:
    """Return the window's geometry as Qt saved it; empty where nothing usable was saved."""
    try:
        state = read_json(path)
    except JsonError:
        return b""
    geometry = state.get("geometry") if isinstance(state, dict) else None
    try:
        return base64.b64decode(geometry) if isinstance(geometry, str) else b""
    except (ValueError, binascii.Error):
        return b""


def write_geometry(path: Path, geometry: bytes) -> None:
    """Save it.

    Raises:
        FileError: If it cannot be written.
    """
    write_text(path, json.dumps({"geometry": base64.b64encode(geometry).decode()}))
