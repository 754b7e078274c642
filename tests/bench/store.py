"""What a long comparison has trained, as JSON lines, so that it can be done in pieces."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path


class Store:
    """Rows by some of their fields.

    Args:
        path: The file; None keeps nothing.
        key: Which fields tell rows apart.
    """

    def __init__(self, path: Path | None, key: tuple[str, ...]) -> None:
        self._path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path is not None and path.is_file() else []
        self._known = {tuple(row[name] for name in key): row for row in map(json.loads, lines)}

    def get(self, *key: Hashable) -> dict[str, Any] | None:
        """Return a row; None where it is to be made."""
        return self._known.get(key)

    def put(self, row: dict[str, Any]) -> None:
        """Keep a row."""
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
