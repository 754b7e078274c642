"""Tables that say which pictures are good and which defective: their text, their rows, and what a cell says."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.cells import plain_cell
from inspector.domain.class_folders import Understood, ordered
from inspector.domain.class_words import ClassWords, Meaning, flag_of, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: A million pictures with long names are 0.2 GB.
MAX_BYTES = 500_000_000
_DELIMITERS = ",;\t|"
_EXCEL = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row.

    Args:
        number: Of its last line in the file, the first is 1.
        cells: Stripped, by the column's name in lower case.
    """

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with text in every cell.

    Args:
        columns: Their names, in lower case.
        rows: Without empty ones.
    """

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]


def text_of(content: bytes) -> str:
    """Return the text of a table, whoever has saved it: UTF-8, UTF-16 with its mark, or else Windows-1252.

    Raises:
        ValueError: If it is no text.
    """
    if content.startswith(_EXCEL):
        msg = "it is an Excel file; save it as CSV (UTF-8)"
        raise ValueError(msg)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    if "\0" in text:
        msg = "it is no text; save it as CSV (UTF-8)"
        raise ValueError(msg)
    return text


def check_table_size(size: int) -> None:
    """Refuse a file by its size in bytes, before it is read.

    Raises:
        ValueError: If it is larger than `MAX_BYTES`.
    """
    if size > MAX_BYTES:
        msg = f"it has {size:,} bytes, and at most {MAX_BYTES:,} are read; leave out other columns"
        raise ValueError(msg)


def table_of(text: str) -> Table:
    """Return a table; its first line names the columns.

    Args:
        text: Separated by comma, semicolon, tab or bar; a line ``sep=;`` before it, as Excel writes, is heeded.

    Raises:
        ValueError: If a line is not formed as such; the text names it.
    """
    lines = text.splitlines(keepends=True)
    said = lines[0].rstrip("\r\n").casefold() if lines else ""
    skipped = 1 if said.startswith("sep=") and len(said) == 5 else 0
    first = lines[skipped] if len(lines) > skipped else ""
    delimiter = said[4] if skipped else max(_DELIMITERS, key=first.count)
    reader = csv.reader(lines[skipped:], delimiter=delimiter, strict=True)
    rows: list[TableRow] = []
    head: list[str] = []
    try:
        head = [name.strip().casefold() for name in next(reader, [])]
        for cells in reader:
            if any(cell.strip() for cell in cells):
                named = dict(zip(head, (plain_cell(cell.strip()) for cell in cells), strict=False))
                rows.append(TableRow(number=reader.line_num + skipped, cells=dict.fromkeys(head, "") | named))
    except csv.Error as error:
        msg = f"line {reader.line_num + skipped}: {error}"
        raise ValueError(msg) from error
    return Table(columns=tuple(name for name in head if name), rows=tuple(rows))


def class_column(columns: Iterable[str]) -> str:
    """Return the column that says good or defective: ``label``, or one that is called by a class, as ``defective``.

    Returns:
        Its name; empty where there is none.
    """
    names = list(columns)
    if "label" in names:
        return "label"
    return next((name for name in names if flag_of(name) is not None), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class CellSays:
    """What a cell says of a part.

    Args:
        meaning: UNKNOWN where its word is to be explained.
        defect: The defect type of a defective part; else empty.
    """

    meaning: Meaning
    defect: str = ""


class ClassColumn:
    """The column of a table that says good or defective.

    A word that nobody knows is a defect type, unless a word for defective stands in the column too: then it may be
    anything.

    Args:
        name: The column's.
        cells: Of all rows, stripped.
        words: What the user has said of words.
    """

    def __init__(self, name: str, cells: Sequence[str], words: ClassWords) -> None:
        self.name = name
        self._counts = Counter(cells)
        meanings = {cell: words.of_cell(cell, name) for cell in self._counts}
        there = {meaning for cell, meaning in meanings.items() if words.said(cell) is not Meaning.DEFECTIVE}
        self._types = Meaning.GOOD in there and Meaning.DEFECTIVE not in there
        self._says = {cell: self._say(cell, meaning, words) for cell, meaning in meanings.items()}

    def of(self, cell: str) -> CellSays:
        """Return what one of the cells says."""
        return self._says[cell]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Words that are to be explained."""
        return tuple(cell for cell, says in self._says.items() if says.meaning is Meaning.UNKNOWN)

    @property
    def understood(self) -> tuple[Understood, ...]:
        """How the words were understood."""
        return ordered(
            Understood(
                word=cell or "(empty)",
                meaning=self._says[cell].meaning,
                pictures=count,
                is_type=self._says[cell].meaning is Meaning.DEFECTIVE and self._says[cell].defect == cell,
            )
            for cell, count in self._counts.items()
        )

    def _say(self, cell: str, meaning: Meaning, words: ClassWords) -> CellSays:
        if meaning is Meaning.DEFECTIVE:
            return CellSays(meaning=meaning, defect=cell if words.said(cell) is not None else "defective")
        if meaning is Meaning.UNKNOWN and self._types and plain(cell) not in _SWITCHES:
            return CellSays(meaning=Meaning.DEFECTIVE, defect=cell)
        return CellSays(meaning=meaning)


#: No names of defect types, whatever stands beside them.
_SWITCHES = frozenset({"true", "false", "yes", "no"})
