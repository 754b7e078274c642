"""What is known of pictures before they are judged: labels from the folders' names, or from a table of the user's.

The trainer has a stricter reader of its own (`trainer/dataset.py`): it needs every picture labelled, a batch does not.
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from inspector.batch.rows import storable
from inspector.domain.confusion import DEFECTIVE, GOOD, UNLABELLED
from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Folders of masks, which are no pictures to judge (MVTec AD).
MASK_FOLDER = "ground_truth"
_NAMES_OF_GOOD = frozenset({"good", "ok", "pass", "passed", "gut"})
#: A folder whose own folders name the defect types.
_NAMES_OF_DEFECTIVE = frozenset({"defective", "defect", "defects", "bad", "nok", "ng", "fail", "failed", "schlecht"})
#: Beside a folder of good parts these say that nobody knows; the last two are folders of sorted copies.
_NAMES_OF_UNKNOWN = frozenset({"unlabelled", "unlabeled", "unsorted", "review", "error", MASK_FOLDER})
_PARTS = frozenset({"train", "test", "val", "valid", "validation"})
_DELIMITERS = ",;\t"


class LabelsError(InspectorError):
    """A table of labels cannot be used."""


@dataclass(frozen=True, slots=True)
class Label:
    """What is known of one picture.

    Args:
        value: `GOOD`, `DEFECTIVE` or `UNLABELLED`.
        defect: The defect type; empty for the others.
        category: Which product; empty where there is one only.
    """

    value: int = UNLABELLED
    defect: str = ""
    category: str = ""


class Labels(Protocol):
    """Says what is known of a picture."""

    def label(self, path: str) -> Label:
        """Return the label of a picture.

        Args:
            path: As in `Row.path`.
        """
        ...

    def see(self, folder: str) -> bool:
        """Take note of a folder of pictures, by its path within the chosen one.

        Returns:
            True where labels that were given before may now be others.
        """
        ...


class FolderLabels:
    """Labels from the names of folders.

    A folder called good, ok, pass, passed or gut (in any case) holds good parts, and each folder beside it defective
    ones of the type that it is named after; within one called defective, bad, nok or the like the folders inside name
    the types. The nearest such folder above a picture counts; other pictures have no label. The folder above is the
    category; ``train`` and ``test`` in between are skipped, as in MVTec AD.

    Args:
        name: Name of the folder that was chosen; where it is itself called good, its pictures are.
        good_in: The folders, within the chosen one, that hold one called good; more are found by `see`.
    """

    def __init__(self, name: str = "", good_in: Iterable[str] = ()) -> None:
        self._all_good = name.casefold() in _NAMES_OF_GOOD
        self._good_in = set(good_in)
        self._seen: set[str] = set()
        self._known: dict[str, Label] = {}

    @property
    def good_in(self) -> tuple[str, ...]:
        """The folders that hold one called good; the chosen one is the empty text."""
        return tuple(sorted(self._good_in))

    def see(self, folder: str) -> bool:
        """See `Labels`."""
        changed = False
        while folder and folder not in self._seen:
            self._seen.add(folder)
            above, _, name = folder.rpartition("/")
            if name.casefold() in _NAMES_OF_GOOD:
                changed |= self.know([above])
            folder = above
        return changed

    def know(self, good_in: Iterable[str]) -> bool:
        """Take note of folders that hold one called good; return whether one of them is new."""
        new = set(good_in) - self._good_in
        if new:
            self._good_in |= new
            self._known.clear()
        return bool(new)

    def label(self, path: str) -> Label:
        """See `Labels`."""
        return self.of_folder(path.rpartition("/")[0])

    def of_folder(self, folder: str) -> Label:
        """Return the label of the pictures in a folder, by its path within the chosen one."""
        known = self._known.get(folder)
        if known is None:
            known = self._known[folder] = self._find(folder)
        return known

    def _find(self, folder: str) -> Label:
        here, inside = folder, ""
        while here:
            above, _, name = here.rpartition("/")
            plain = name.casefold()
            if plain in _NAMES_OF_GOOD:
                return Label(GOOD, "", _category(above))
            if above in self._good_in:
                if plain in _NAMES_OF_UNKNOWN:
                    return Label()
                return Label(DEFECTIVE, inside if inside and plain in _NAMES_OF_DEFECTIVE else name, _category(above))
            here, inside = above, name
        return Label(GOOD) if self._all_good else Label()


class TableLabels:
    """Labels from a table of the user's.

    Args:
        labels: By path within the folder, as in `Row.path`.
    """

    def __init__(self, labels: Mapping[str, Label]) -> None:
        self._labels = dict(labels)

    def __len__(self) -> int:
        return len(self._labels)

    def label(self, path: str) -> Label:
        """See `Labels`."""
        return self._labels.get(path, _NOTHING)

    def see(self, folder: str) -> bool:  # noqa: ARG002 - as in `Labels`
        """See `Labels`."""
        return False


def read_labels(file: Path, folder: Path) -> TableLabels:
    """Read a table of labels.

    Args:
        file: CSV in UTF-8 (comma, semicolon or tab) with the columns ``path`` and ``label``, and where wanted
            ``defect_type`` and ``category``. A path is absolute, or relative to the table where that leads into the
            folder, or else relative to the folder. The label good, ok, pass, passed, gut or 0 is a good part, an empty
            one says nothing, any other is a defective part.
        folder: Of the batch's pictures.

    Raises:
        LabelsError: If it cannot be read, a column is missing, a path is outside the folder, or a picture has two
            labels; the text names the line.
    """
    labels: dict[str, Label] = {}
    for number, row in _rows(file):
        name = _within(row["path"], file, folder)
        if name is None:
            raise LabelsError(f"{file}, line {number}: {row['path']!r} is not in {folder}", "Correct the path.")
        label = _label_of(row)
        if labels.setdefault(name, label) != label:
            raise LabelsError(f"{file}, line {number}: {row['path']!r} has two different labels", "Remove one line.")
    if not labels:
        raise LabelsError(f"{file} has no line with a path", "Name a table with a label for each picture.")
    return TableLabels(labels)


_NOTHING = Label()


def _category(above: str) -> str:
    parts = above.split("/")
    while parts and parts[-1].casefold() in _PARTS:
        parts.pop()
    return parts[-1] if parts else ""


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    """The lines of a table with their numbers, cells stripped, column names in lower case."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise LabelsError(f"the labels {file} cannot be read: {error}", "Name a CSV file in UTF-8.") from error
    first = text.partition("\n")[0]
    reader = csv.reader(text.splitlines(keepends=True), delimiter=max(_DELIMITERS, key=first.count))
    try:
        head = [name.strip().casefold() for name in next(reader, [])]
        missing = [name for name in ("path", "label") if name not in head]
        if missing:
            has = ", ".join(head) or "none"
            raise LabelsError(
                f"{file} has no column {' and no column '.join(missing)}; its columns are: {has}",
                "The first line names the columns: path,label[,defect_type,category].",
            )
        rows = [(reader.line_num, dict(zip(head, (cell.strip() for cell in cells), strict=False))) for cells in reader]
    except csv.Error as error:
        raise LabelsError(f"{file}, line {reader.line_num}: {error}", "Mend that line.") from error
    return [(number, row) for number, row in rows if row.get("path")]


def _label_of(row: Mapping[str, str]) -> Label:
    value, defect, category = (row.get(name, "") for name in ("label", "defect_type", "category"))
    plain = value.casefold()
    if not plain:
        return Label(UNLABELLED, "", category)
    if plain in _NAMES_OF_GOOD or plain == "0":
        return Label(GOOD, "", category)
    named = "defective" if plain in _NAMES_OF_DEFECTIVE or plain == "1" else value
    return Label(DEFECTIVE, defect or named, category)


def _within(text: str, file: Path, folder: Path) -> str | None:
    """Return a path of the table within the folder; None where it leads outside."""
    root = _plain(folder)
    path = Path(text.replace("\\", "/"))
    for base in (Path(),) if path.is_absolute() else (file.parent, folder):
        full = _plain(base / path)
        if full.is_relative_to(root) and full != root:
            return storable(full.relative_to(root).as_posix())
    return None


def _plain(path: Path) -> Path:
    """An absolute path without dots; links stay, as names within the folder are what counts."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve would follow links
