"""Tables of labelled pictures: one row for each picture."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.class_tables import ClassColumn, class_column
from inspector.domain.class_words import Meaning, part_of_split, refuse_unknown
from trainer.labelled import GOOD, Dataset, DatasetError, NotTaken, Sample
from trainer.table import SUFFIXES, read_table

if TYPE_CHECKING:
    from inspector.domain.class_tables import CellSays, TableRow
    from inspector.domain.class_words import ClassWords


def from_table(file: Path, words: ClassWords) -> Dataset:
    """Read a table of pictures and their labels.

    Args:
        file: With the columns path (relative to the table, or absolute) and label, or instead of label one that is
            called by a class, as ``defective``; where wanted also defect_type, category, group, mask and split (train,
            val or test; used as it is; rows without one are split around the others). What a label means,
            `inspector.domain.class_tables` knows.
        words: What the user has said of words.

    Raises:
        DatasetError: If it cannot be read, a row is wrong, or no picture of it is there.
        WordsError: If a label is to be explained.
    """
    try:
        table = read_table(file)
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"the manifest {file} cannot be read: {cause_of(error)}", f"Give a table ({', '.join(sorted(SUFFIXES))})."
        ) from error
    name = class_column(table.columns)
    _check_rows(file, table.rows, name)
    column = ClassColumn(name, [row.cells[name] for row in table.rows], words)
    refuse_unknown(column.unknown, f"the column “{name}” of {file}")
    files = _Files(file.parent)
    samples: dict[Path, Sample] = {}
    lost: list[str] = []
    without: list[str] = []
    for row in table.rows:
        says, path = column.of(row.cells[name]), files.find(row.cells["path"])
        if path is None:
            lost.append(f"{row.cells['path']} (row {row.number})")
            continue
        if path in samples:
            raise DatasetError(f"{file}, row {row.number}: {path} is named twice", "Remove one of the rows.")
        if says.meaning in {Meaning.GOOD, Meaning.DEFECTIVE}:
            samples[path] = _sample(file, row, says, path, files)
        else:
            without.append(row.cells["path"])
    if lost and not samples:
        raise DatasetError(
            f"{file}: there is no file of any row, as {file.parent / lost[0]}",
            "Correct the paths; they are relative to the manifest.",
        )
    reasons = (
        ("named in the table, but not there", lost),
        ("with a label that says neither good nor defective", without),
    )
    return Dataset(
        "manifest",
        tuple(samples.values()),
        understood=column.understood,
        not_taken=tuple(NotTaken(why=why, meant=True, names=tuple(names)) for why, names in reasons if names),
    )


def _check_rows(file: Path, rows: tuple[TableRow, ...], column: str) -> None:
    for row in rows:
        if not row.cells.get("path") or not row.cells.get(column):
            raise DatasetError(
                f"{file}, row {row.number}: there is no path or no label (columns: {', '.join(row.cells)})",
                "Every row needs both; a label is a word for good or for defective, or a defect type.",
            )


def _sample(file: Path, row: TableRow, says: CellSays, path: Path, files: _Files) -> Sample:
    where = f"{file}, row {row.number}"
    cells = row.cells
    kind, split = cells.get("defect_type", ""), cells.get("split", "")
    good = says.meaning is Meaning.GOOD
    if good and kind not in {"", GOOD}:
        raise DatasetError(f"{where}: the label is good, and the defect type is “{kind}”", "Correct one of them.")
    if split and not part_of_split(split):
        raise DatasetError(f"{where}: the split “{split}” is not known", "Name train, val or test.")
    mask = files.find(cells["mask"]) if cells.get("mask") else None
    if cells.get("mask") and mask is None:
        raise DatasetError(
            f"{where}: there is no mask {file.parent / cells['mask']}", "Correct the path, or leave it empty."
        )
    name = cells["path"].replace("\\", "/")
    if file.parent / name != path and path.is_relative_to(file.parent):  # spelt otherwise than on the disk
        name = path.relative_to(file.parent).as_posix()
    return Sample(
        path,
        name,
        GOOD if good else kind or says.defect,
        part=part_of_split(split) if split else "",
        category=cells.get("category", ""),
        group=cells.get("group", ""),
        mask=mask,
    )


class _Files:
    """Finds files by what a table calls them, which another system may have written.

    Args:
        folder: The table's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._alike = cache(_names_alike)

    def find(self, name: str) -> Path | None:
        """Return the file; None where there is none.

        A backslash parts folders, as on Windows. A name that is not there as it is spelt is looked for composed or
        decomposed (NFC, NFD), and in other case where one file only is called so.
        """
        path = self._folder / name.replace("\\", "/")
        if path.is_file():
            return path
        here = Path(path.anchor) if path.is_absolute() else Path()
        for part in path.parts[1 if path.is_absolute() else 0 :]:
            if part != ".." and not (here / part).exists():
                spelt = self._alike(here).get(_spelt(part), "")
                if not spelt:
                    return None
                here /= spelt
            else:
                here /= part
        return here if here.is_file() else None


def _names_alike(folder: Path) -> dict[str, str]:
    """Return the names in a folder by `_spelt`; of several alike none."""
    names: dict[str, str] = {}
    try:
        for path in folder.iterdir():
            key = _spelt(path.name)
            names[key] = "" if key in names else path.name
    except OSError:  # there is no such folder
        return {}
    return names


def _spelt(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
