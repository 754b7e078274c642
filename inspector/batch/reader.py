"""Follows a growing results.csv: each look gives the table as it stands."""

from __future__ import annotations

import csv
import math
import os
from array import array
from typing import TYPE_CHECKING

import numpy as np

from inspector.batch.contents import ContentColumns
from inspector.batch.labels import FolderLabels
from inspector.batch.learnt import read_learnt
from inspector.batch.results import read_rows
from inspector.batch.rows import EARLIER_HEADERS, HEADER, MODEL_COLUMN, OUTSIDE_WORDS
from inspector.batch.table import BatchTable
from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.domain.policy import ERROR, VERDICT_NAMES
from inspector.pictures import natural_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import BinaryIO

    from inspector.batch.labels import Label, Labels

_SHA256_DIGITS = 64
_STRANGE_COLUMN = HEADER.index("strangeness")


class ResultsError(InspectorError):
    """A results.csv cannot be read."""


class ResultReader:
    """Reads a results.csv, each time only what is new. Owned by one thread at a time; its tables are anybody's.

    Args:
        path: The file; it need not exist yet.
        labels: What is known of the pictures; None for the names of the folders in the file.
    """

    def __init__(self, path: Path, labels: Labels | None = None) -> None:
        self._path = path
        self._labels = labels or FolderLabels()
        self._generation = 0
        self._identity: tuple[int, int] | None = None
        self._offset = 0
        self._width = len(HEADER)
        self._columns = _Columns(self._labels)
        self._table: BatchTable | None = None
        self.caught_up = False  #: False where `read` stopped at ``most``, and more is there

    def read(self, most: int | None = None) -> BatchTable:
        """Return the table as the file is now; a row that is still being written waits.

        The very same table is returned as long as nothing is new.

        Args:
            most: So many rows at most, so that a large file comes in pieces; None for all.

        Raises:
            ResultsError: If the file cannot be read or holds something else.
        """
        try:
            with self._path.open("rb") as file:
                status = os.fstat(file.fileno())
                if (status.st_dev, status.st_ino) != self._identity or status.st_size < self._offset:
                    self._begin_again((status.st_dev, status.st_ino))
                self.caught_up = True
                if status.st_size > self._offset:
                    file.seek(self._offset)
                    self._take(file, most)
        except FileNotFoundError:
            self._begin_again(None)
        except (OSError, csv.Error) as error:
            raise ResultsError(f"{self._path} cannot be read: {cause_of(error)}", "Run the batch again.") from error
        if self._table is None:
            self._table = self._columns.snapshot(self._generation)
        return self._table

    def _begin_again(self, identity: tuple[int, int] | None) -> None:
        """Begin with another file, as after the rows have been put in order."""
        if self._identity is not None:
            self._generation += 1
        if identity != self._identity or self._offset:
            self._offset, self._columns, self._table = 0, _Columns(self._labels), None
        self._identity = identity

    def _take(self, file: BinaryIO, most: int | None) -> None:
        taken, torn = 0, ""
        if self._columns.empty:  # it is there before the first row, but not before the head of the table
            self._columns.learnt_from = read_learnt(self._path.parent)
        for _, end, values in read_rows(file, self._offset):
            if torn:
                raise ResultsError(f"{self._path} holds a line that is no result: {torn}", "Run the batch again.")
            if self._offset == 0:
                self._width = len(values)
                if tuple(values) not in (HEADER, *EARLIER_HEADERS):
                    raise ResultsError(
                        f"{self._path} is not a result of this program", "Name a results.csv of “inspector batch”."
                    )
            elif taken == most:
                self.caught_up = False
                break
            elif len(values) != self._width or len(values[MODEL_COLUMN]) != _SHA256_DIGITS:
                torn = ",".join(values)[:80]  # the last one may be half written
                continue
            else:
                self._columns.add(values)
                taken += 1
            self._offset = end
        if taken:
            self._columns.settle()
            self._table = None


def read_table(path: Path, labels: Labels | None = None) -> BatchTable:
    """Return the table of a results.csv; see `ResultReader`.

    Raises:
        ResultsError: If there is none, or it cannot be read.
    """
    if not path.is_file():
        raise ResultsError(f"there are no results {path}", "Check the path.")
    return ResultReader(path, labels).read()


class _Columns:
    """The rows so far, by column; the newest row of a path counts."""

    def __init__(self, labels: Labels) -> None:
        self._given = labels
        self.learnt_from: frozenset[str] = frozenset()
        self._model = ""
        self._places: dict[str, int] = {}
        self._keys: list[str] = []
        self._reasons: list[str] = []
        self._classes: list[str] = []
        self._texts: dict[str, str] = {}  # one for equal ones
        self._folder_keys: dict[str, str] = {}
        self._codes, self._learnt = bytearray(), bytearray()
        self._scores, self._strangeness, self._strange_from = array("d"), array("d"), array("d")
        self._outside = bytearray()
        self._contents = ContentColumns()
        self._labels, self._types, self._categories = array("b"), array("h"), array("h")
        self._type_codes: dict[str, int] = {"": -1}
        self._category_codes: dict[str, int] = {"": -1}
        self._stale = False

    @property
    def empty(self) -> bool:
        """Whether no row has come yet."""
        return not self._codes

    def add(self, values: Sequence[str]) -> None:
        """Take a row in."""
        path, _, _, verdict, score, name, _, reason, _, self._model = values[: MODEL_COLUMN + 1]
        code = VERDICT_NAMES.index(verdict) if verdict in VERDICT_NAMES else ERROR
        p, measures = _number(score), values[_STRANGE_COLUMN:]
        strangeness, strange_from = map(_number, measures[:2] or ("", ""))
        outside = measures[2:3] == [OUTSIDE_WORDS[True]]
        name = self._texts.setdefault(name, name)
        index = self._places.setdefault(path, len(self._codes))
        self._contents.put(index, values)
        if index == len(self._codes):
            self._new(path)
            self._codes.append(code)
            self._scores.append(p)
            self._strangeness.append(strangeness)
            self._strange_from.append(strange_from)
            self._outside.append(outside)
            self._reasons.append(reason)
            self._classes.append(name)
        else:
            self._codes[index], self._scores[index] = code, p
            self._strangeness[index], self._strange_from[index] = strangeness, strange_from
            self._outside[index] = outside
            self._reasons[index], self._classes[index] = reason, name

    def settle(self) -> None:
        """Give labels anew where a folder that came later says more of earlier ones."""
        if self._stale:
            for index, path in enumerate(self._places):
                label = self._given.label(path)
                self._labels[index] = label.value
                self._types[index], self._categories[index] = self._coded(label)
            self._stale = False

    def snapshot(self, generation: int) -> BatchTable:
        """Return the rows as they are now."""
        return BatchTable(
            paths=list(self._places),
            reasons=self._reasons.copy(),
            class_names=self._classes.copy(),
            keys=self._keys.copy(),
            verdicts=np.array(self._codes, np.uint8),
            p_defective=np.array(self._scores, np.float64),
            strangeness=np.array(self._strangeness, np.float64),
            strange_from=np.array(self._strange_from, np.float64),
            heat_outside=np.array(self._outside, np.bool_),
            labels=np.array(self._labels, np.int8),
            types=np.array(self._types, np.int16),
            type_names=tuple(self._type_codes)[1:],
            categories=np.array(self._categories, np.int16),
            category_names=tuple(self._category_codes)[1:],
            contents=self._contents.snapshot(),
            model=self._model,
            learnt=np.array(self._learnt, np.bool_),
            generation=generation,
        )

    def _new(self, path: str) -> None:
        folder, slash, name = path.rpartition("/")
        key = self._folder_keys.get(folder)
        if key is None:
            key = self._folder_keys[folder] = natural_key(folder + slash)[0]
            self._stale |= self._given.see(folder)
        self._keys.append(key + natural_key(name)[0])
        self._learnt.append(path in self.learnt_from)
        label = self._given.label(path)
        type_code, category_code = self._coded(label)
        self._labels.append(label.value)
        self._types.append(type_code)
        self._categories.append(category_code)

    def _coded(self, label: Label) -> tuple[int, int]:
        types, categories = self._type_codes, self._category_codes
        return (
            types.setdefault(label.defect, len(types) - 1),
            categories.setdefault(label.category, len(categories) - 1),
        )


def _number(text: str) -> float:
    try:
        return float(text) if text else math.nan
    except ValueError:
        return math.nan
