"""The parts that were judged again as a table in a file, for a spreadsheet and for programs."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from inspector.domain.cells import safe_cell
from inspector.files import atomic_text_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from inspector.replay.run import ReplayedPart

FILE_NAME = "replay.csv"
HEADER = (
    "id",
    "time_utc",
    "recipe",
    "recipe_version",
    "lot",
    "part_number",
    "part_serial",
    "verdict",
    "p_defective",
    "verdict_now",
    "p_defective_now",
    "differs",
    "suspect",
    "not_judged",
    "model",
    "picture",
)


def write_table(
    path: Path, parts: Sequence[ReplayedPart], suspect: Callable[[ReplayedPart], bool] | None = None
) -> None:
    """Write one row for each part that has, or should have, a picture.

    Args:
        path: The file; it is replaced.
        suspect: Whether a part is suspect; None where nobody asks.

    Raises:
        FileError: If it cannot be written.
    """
    with atomic_text_file(path, encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for part in parts:
            writer.writerow([safe_cell(cell) for cell in _cells(part, suspect)])


def _cells(part: ReplayedPart, suspect: Callable[[ReplayedPart], bool] | None) -> tuple[object, ...]:
    was = part.part
    view = was.views[0] if was.views else None
    return (
        was.inspection_id,
        was.time_utc.isoformat(),
        was.recipe,
        was.recipe_version,
        was.lot,
        was.part_number,
        was.serial,
        was.verdict.value,
        _number(was.p_defective),
        "" if part.verdict is None else part.verdict.value,
        _number(part.p_defective),
        "" if part.verdict is None else "yes" if part.differs else "no",
        "" if suspect is None else "yes" if suspect(part) else "no",
        "" if part.gap is None else part.gap.value,
        "" if view is None else view.model.sha256,
        "" if view is None else f"{view.base}/{view.file}",
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"
