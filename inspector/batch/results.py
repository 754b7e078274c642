"""results.csv: one row for every file, each on the disk's side before the next is written; rows stay on the disk."""

from __future__ import annotations

import csv
import io
import os
from array import array
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from inspector.batch.record import OtherResultsError
from inspector.batch.rows import EARLIER_HEADERS, HEADER, MODEL_COLUMN, NUMBERS, content_of
from inspector.domain.cells import BOM, plain_cell, safe_cell
from inspector.domain.errors import InspectorError
from inspector.domain.policy import VERDICT_NAMES
from inspector.files import FileError, atomic_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from inspector.batch.listing import Listing
    from inspector.batch.rows import Row

FILE_NAME = "results.csv"
_NONE = 255
#: Of a file: it has to be judged; it has been; it has been, if it still holds the same.
_NEW, _SAME, _PERHAPS = range(3)


class ResultTable:
    """Rows are appended and flushed one by one; the rows of an earlier run with the same model are kept.

    A row is kept whose file still holds what was judged. Of every file of the listing only where its row is, its
    verdict and what is known of it are held, 14 bytes. Owned by one thread.

    Args:
        out: The folder; made if need be.
        listing: The files that are wanted.
        model_sha256: Of the model that judges; rows of another are not kept.
        overlays: Whether every picture's overlay is wanted too.
        restart: Whether rows of an earlier run are thrown away.

    Raises:
        InspectorError: If the file cannot be written, or holds something else, another model's results for instance.
    """

    def __init__(
        self, out: Path, listing: Listing, model_sha256: str, *, overlays: bool = False, restart: bool = False
    ) -> None:
        self.path = out / FILE_NAME
        self._listing = listing
        self._model = model_sha256
        self._overlays = overlays
        self._begins = array("q", [-1]) * len(listing)
        self._lengths = array("i", [0]) * len(listing)
        self._verdicts = bytearray([_NONE]) * len(listing)
        self._states = bytearray(len(listing))
        self._gone: list[tuple[int, int]] = []  # rows of files that are no longer there
        try:
            out.mkdir(parents=True, exist_ok=True)
            if self.path.exists() and not restart:
                if not self._load():
                    self._bring_up_to_date()
            else:
                self._replace(iter(()))
            self._file = self.path.open("ab")
        except (FileError, OSError) as error:
            raise self._unwritable(error) from error
        self._end = self._file.tell()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # a row that could not be flushed has been told
            self._file.close()

    def left(self) -> array[int]:
        """The indexes of the files without a verdict, or that may have changed since; an ERROR is tried again."""
        return array("L", (index for index, state in enumerate(self._states) if state != _SAME))

    @property
    def there(self) -> int:
        """How many files have a row with a verdict, as far as is known before they are read."""
        return len(self._states) - self._states.count(_NEW)

    def has(self, index: int) -> bool:
        """True for one of these files."""
        return self._states[index] != _NEW

    def known(self, index: int) -> str:
        """Return the content of a file that has been judged, as of `digest_of`, where only its content tells."""
        if self._states[index] != _PERHAPS:
            return ""
        with self.path.open("rb") as file:
            file.seek(self._begins[index])
            _, _, values = next(read_rows(file))
        return content_of(values).digest

    def count(self, verdict: str) -> int:
        """How many files of the listing have that verdict."""
        return self._verdicts.count(VERDICT_NAMES.index(verdict))

    @property
    def gone(self) -> int:
        """How many rows are kept of files that are no longer there."""
        return len(self._gone)

    def add(self, index: int, row: Row) -> None:
        """Write the row of a file of the listing.

        Raises:
            InspectorError: If the file cannot be written.
        """
        data = _line(row.values())
        try:
            self._file.write(data)
            self._file.flush()
        except OSError as error:
            raise self._unwritable(error) from error
        self._place(index, self._end, len(data), row.verdict)
        self._end += len(data)

    def finish(self) -> None:
        """Close the file with one row for each file, in the order of the files.

        Rows of files that are no longer there are kept, before the others. Nothing is rewritten where the rows are in
        this order already, as after a run in one go.

        Raises:
            InspectorError: If the file cannot be written; the rows are all there, in another order.
        """
        try:
            self._file.close()
            if not self._is_in_order():
                self._rewrite()
        except (FileError, OSError) as error:
            raise self._unwritable(error) from error

    def _place(self, index: int, begin: int, length: int, verdict: str) -> None:
        self._begins[index], self._lengths[index] = begin, length
        self._verdicts[index] = VERDICT_NAMES.index(verdict) if verdict in VERDICT_NAMES else _NONE

    def _rows(self) -> Iterator[tuple[int, int]]:
        """Begin and length of every row that is kept, in the order in which they are wanted."""
        yield from self._gone
        yield from ((begin, length) for begin, length in zip(self._begins, self._lengths, strict=True) if begin >= 0)

    def _is_in_order(self) -> bool:
        end = len(_header())
        for begin, length in self._rows():
            if begin != end:
                return False
            end += length
        return end == self._end

    def _bring_up_to_date(self) -> None:
        """Add what an earlier version did not write: columns, and what keeps spreadsheets from seeing formulas."""
        self._rewrite(_renewed)
        self._begins, self._gone = array("q", [-1]) * len(self._begins), []
        self._load()

    def _rewrite(self, change: Callable[[bytes], bytes] = bytes) -> None:
        with self.path.open("rb") as file:

            def copies() -> Iterator[bytes]:
                for begin, length in self._rows():
                    file.seek(begin)
                    yield change(file.read(length))

            self._replace(copies(), close=file)

    def _replace(self, rows: Iterator[bytes], close: BinaryIO | None = None) -> None:
        """Write the file anew with these rows; a crash leaves the old one."""
        with atomic_file(self.path) as file:
            file.write(_header())
            file.writelines(rows)
            if close is not None:
                close.close()  # Windows replaces no open file

    def _load(self) -> bool:
        """Find the rows that are there; a last row that a crash has cut short is cut off.

        Returns:
            True where this version has written them.
        """
        indexes = {self._listing.key(index): index for index in range(len(self._listing))}
        strange = False
        try:
            with self.path.open("rb") as file:
                marked = file.read(len(BOM.encode())) == BOM.encode()
                file.seek(0)
                rows = read_rows(file, as_written=not marked)
                _, whole, header = next(rows, (0, 0, []))
                columns = tuple(header)
                if columns not in (HEADER, *EARLIER_HEADERS):
                    raise OtherResultsError(f"{self.path} is not a result of this command")
                for begin, end, values in rows:
                    model = values[MODEL_COLUMN] if len(values) > MODEL_COLUMN else ""
                    ours = len(values) == len(columns) and model == self._model
                    if strange or not (ours or len(model) < len(self._model)):
                        raise OtherResultsError(f"{self.path} holds the results of another model")
                    strange = not ours  # cut short; only the last row may be
                    if ours:
                        self._take(indexes.get(values[0]), begin, end - begin, values)
                        whole = end
        except csv.Error as error:
            raise OtherResultsError(f"{self.path} cannot be read: {error}") from error
        if whole < self.path.stat().st_size:
            os.truncate(self.path, whole)
        return marked and columns == HEADER

    def _take(self, index: int | None, begin: int, length: int, values: Sequence[str]) -> None:
        if index is None:
            self._gone.append((begin, length))
            return
        verdict, overlay = values[3], values[MODEL_COLUMN - 1]
        self._place(index, begin, length, verdict)
        drawn = not self._overlays or bool(overlay and (self.path.parent / overlay).is_file())
        judged = verdict in VERDICT_NAMES and verdict != "ERROR" and drawn
        self._states[index] = self._state(index, values) if judged else _NEW

    def _state(self, index: int, values: Sequence[str]) -> int:
        """Say what is known of a file that has been judged."""
        try:
            now = self._listing.stamp(index)
            judged = content_of(values)
        except (OSError, ValueError):
            return _NEW
        if not judged.digest:  # of an earlier version: nothing tells a file that was overwritten
            return _NEW
        same = judged.agrees(now)
        return _PERHAPS if same is None else _SAME if same else _NEW

    def _unwritable(self, error: FileError | OSError) -> InspectorError:
        fault = FileError(self.path, error) if isinstance(error, OSError) else error
        return InspectorError(fault.what, fault.next_step)


def _header() -> bytes:
    return BOM.encode() + _line(HEADER)


def _line(values: Sequence[str]) -> bytes:
    """Return a row in which no text is a formula; size and times are numbers, which may be negative."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow(
        value if name in NUMBERS else safe_cell(value) for name, value in zip(HEADER, values, strict=True)
    )
    return text.getvalue().encode("utf-8", "backslashreplace")


def _renewed(row: bytes) -> bytes:
    """Return a row as this version writes it."""
    values = next(csv.reader(io.StringIO(row.decode("utf-8", "replace"), newline="")))
    return _line(values + [""] * (len(HEADER) - len(values)))


def read_rows(file: BinaryIO, begin: int = 0, *, as_written: bool = False) -> Iterator[tuple[int, int, list[str]]]:
    """Iterate over the first byte, the end and the values of every row that ends with a line's end.

    Values are as they were before a spreadsheet was thought of (`safe_cell`), the mark of UTF-8 is no part of them.

    Args:
        file: A results.csv, placed at the beginning of a row.
        begin: Byte at which the first row begins.
        as_written: Leave the apostrophes of `safe_cell`, as there are none in files of earlier versions.
    """
    end, ended = begin, True

    def lines() -> Iterator[str]:
        nonlocal end, ended
        for line in file:
            end += len(line)
            ended = line.endswith(b"\n")
            first = end == len(line)
            yield line.decode("utf-8-sig" if first else "utf-8", "replace")

    for values in csv.reader(lines()):
        if values and ended:
            yield begin, end, values if as_written else [plain_cell(value) for value in values]
        begin = end
