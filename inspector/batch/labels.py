"""What is known of pictures before they are judged: labels from the folders' names, or from a table of the user's."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from inspector.batch.rows import storable
from inspector.domain.causes import cause_of
from inspector.domain.class_folders import ClassFolders, FolderSays, understood
from inspector.domain.class_tables import ClassColumn, check_table_size, class_column, table_of, text_of
from inspector.domain.class_words import ClassWords, Meaning
from inspector.domain.confusion import DEFECTIVE, GOOD, UNLABELLED
from inspector.domain.errors import InspectorError
from inspector.pictures import StorePath

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from inspector.domain.class_folders import Understood
    from inspector.domain.class_tables import Table, TableRow
    from inspector.pictures import Place


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

    def understood(self, paths: Iterable[str]) -> tuple[Understood, ...]:
        """Return how words were understood.

        Args:
            paths: Of all pictures, as in `Row.path`.
        """
        ...


class FolderLabels:
    """Labels from the names of folders; what they say, `inspector.domain.class_folders` knows.

    Args:
        name: Name of the folder that was chosen; where it is itself called good, its pictures are.
        telling: The folders whose names decide, as far as they are known; more come by `see`.
        words: What the user has said of words.
    """

    def __init__(self, name: str = "", telling: Iterable[str] = (), words: ClassWords | None = None) -> None:
        self._words = words or ClassWords()
        self._folders = ClassFolders(name, self._words)
        self.know(telling)

    @property
    def telling(self) -> tuple[str, ...]:
        """The folders whose names decide what others mean."""
        return self._folders.telling

    def see(self, folder: str) -> bool:
        """See `Labels`."""
        return self._folders.see(folder)

    def know(self, telling: Iterable[str]) -> bool:
        """Take note of folders whose names decide; return whether labels may now be others."""
        changed = False
        for folder in telling:
            changed |= self._folders.see(folder)
        return changed

    def label(self, path: str) -> Label:
        """See `Labels`."""
        return self.of_folder(path.rpartition("/")[0])

    def of_folder(self, folder: str) -> Label:
        """Return the label of the pictures in a folder, by its path within the chosen one."""
        return _label(self._folders.of(folder))

    def understood(self, paths: Iterable[str]) -> tuple[Understood, ...]:
        """See `Labels`."""
        counts = Counter(path.rpartition("/")[0] for path in paths)
        return understood(self._folders, counts, self._words)


class TableLabels:
    """Labels from a table of the user's.

    Args:
        labels: By path within the folder, as in `Row.path`.
        words: How the words of the table were understood.
    """

    def __init__(self, labels: Mapping[str, Label], words: tuple[Understood, ...] = ()) -> None:
        self._labels = dict(labels)
        # a table may spell a name otherwise than the disk: composed or decomposed, capital or small
        self._alike: dict[str, Label] = {}
        for path, label in labels.items():
            if self._alike.setdefault(_spelt(path), label) != label:
                self._alike[_spelt(path)] = _NOTHING
        self._words = words

    def __len__(self) -> int:
        return len(self._labels)

    def label(self, path: str) -> Label:
        """See `Labels`."""
        known = self._labels.get(path)
        return known or self._alike.get(_spelt(path), _NOTHING)

    def see(self, folder: str) -> bool:  # noqa: ARG002 - as in `Labels`
        """See `Labels`."""
        return False

    def understood(self, paths: Iterable[str]) -> tuple[Understood, ...]:  # noqa: ARG002 - as in `Labels`
        """See `Labels`; the words of the whole table."""
        return self._words


def read_labels(file: Path, folder: Place, words: ClassWords | None = None) -> TableLabels:
    """Read a table of labels.

    Args:
        file: CSV (comma, semicolon, tab or bar) with the columns ``path`` and ``label``, and where wanted
            ``defect_type`` and ``category``. Instead of ``label``, a column may be called by a class, as ``defective``.
            A path is absolute, or relative to the table where that leads into the folder, or else relative to the
            folder; of pictures in a store it is the whole address, or relative to the folder's. An empty label says
            nothing.
        folder: Of the batch's pictures.
        words: What the user has said of words.

    Raises:
        LabelsError: If it cannot be read, a column is missing, a path is outside the folder, or a picture has two
            labels; the text names the line.
    """
    table = _table(file)
    name = class_column(table.columns)
    rows = [row for row in table.rows if row.cells["path"]]
    column = ClassColumn(name, [row.cells[name] for row in rows], words or ClassWords())
    labels: dict[str, Label] = {}
    for row in rows:
        path = row.cells["path"]
        place = _within(path, file, folder)
        if place is None:
            raise LabelsError(f"{file}, line {row.number}: {path!r} is not in {folder}", "Correct the path.")
        label = _label_of(row, column)
        if labels.setdefault(place, label) != label:
            raise LabelsError(f"{file}, line {row.number}: {path!r} has two different labels", "Remove one line.")
    if not labels:
        raise LabelsError(f"{file} has no line with a path", "Name a table with a label for each picture.")
    return TableLabels(labels, column.understood)


_NOTHING = Label()


def _label(says: FolderSays) -> Label:
    if says.meaning is Meaning.GOOD:
        return Label(GOOD, "", says.category)
    if says.meaning is Meaning.DEFECTIVE:
        return Label(DEFECTIVE, says.defect, says.category)
    return _NOTHING


def _table(file: Path) -> Table:
    """Read the table; it has a path and a column that says good or defective."""
    try:
        check_table_size(file.stat().st_size)
        table = table_of(text_of(file.read_bytes()))
    except (OSError, ValueError) as error:
        raise LabelsError(
            f"the labels {file} cannot be read: {cause_of(error)}", "Name a CSV file in UTF-8."
        ) from error
    missing = [] if "path" in table.columns else ["path"]
    missing += [] if class_column(table.columns) else ["label"]
    if missing:
        has = ", ".join(table.columns) or "none"
        raise LabelsError(
            f"{file} has no column {' and no column '.join(missing)}; its columns are: {has}",
            "The first line names the columns: path,label[,defect_type,category].",
        )
    return table


def _label_of(row: TableRow, column: ClassColumn) -> Label:
    says = column.of(row.cells[column.name])
    defect, category = row.cells.get("defect_type", ""), row.cells.get("category", "")
    if says.meaning is Meaning.GOOD:
        return Label(GOOD, "", category)
    if says.meaning is Meaning.DEFECTIVE:
        return Label(DEFECTIVE, defect or says.defect, category)
    return Label(UNLABELLED, "", category)


def _within(text: str, file: Path, folder: Place) -> str | None:
    """Return a path of the table within the folder; None where it leads outside."""
    if isinstance(folder, StorePath):
        inside = text.removeprefix(f"{folder}/")
        return None if "://" in inside or not inside or ".." in inside.split("/") else storable(inside.lstrip("/"))
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


def _spelt(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()
