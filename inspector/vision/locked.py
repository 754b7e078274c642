"""Which pictures no model may learn from: those of the regression set, by what they hold."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.cells import plain_cells, safe_cell
from inspector.domain.errors import InspectorError
from inspector.files import write_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_COLUMNS = ("sha256", "recipe", "inspection_id")


class LockedListError(InspectorError):
    """It cannot be read which pictures are locked, so nothing may be trained."""


def read_locked(path: Path) -> dict[str, str]:
    """Return the locked pictures: SHA-256 of the file, hex, to the recipe whose test part it is; empty without a file.

    Raises:
        LockedListError: If it cannot be read.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [plain_cells(row) for row in csv.DictReader(file)]
        return {row["sha256"]: row["recipe"] for row in rows}
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise LockedListError(
            f"the list of locked pictures {path} cannot be read: {cause_of(error)}",
            "Move it away, then write it anew with “inspector regression lock”.",
        ) from error


def write_locked(path: Path, rows: Iterable[tuple[str, str, str]]) -> None:
    """Write the list, where it is another than before.

    Args:
        rows: Of each picture the SHA-256, the recipe and the id of the inspection.

    Raises:
        FileError: If it cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(map(safe_cell, row) for row in rows)
    try:
        same = path.read_text(encoding="utf-8") == text.getvalue()
    except (OSError, UnicodeDecodeError):
        same = False
    if not same:
        write_text(path, text.getvalue())
