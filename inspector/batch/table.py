"""A batch's results as columns: what a table, a gallery and a report of a hundred thousand pictures are made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.confusion import DEFECTIVE, GOOD, Confusion, confusion_of
from inspector.domain.picture_range import UNLIKE
from inspector.domain.policy import ERROR, FAILED, PASSED, verdicts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from inspector.batch.contents import JudgedContents
    from inspector.domain.records import Thresholds

#: What needs a look comes first: FAIL, REVIEW, ERROR, PASS; by code of the verdict.
_SEVERITY = np.array([3, 0, 1, 2], np.uint8)


class SortKey(StrEnum):
    """By what a table is sorted; what is equal stays in the order of the paths."""

    PATH = "path"  #: natural order: part 10 after part 9
    VERDICT = "verdict"  #: FAIL, REVIEW, ERROR, PASS
    P_DEFECTIVE = "p"  #: pictures without are last
    LABEL = "label"  #: unlabelled, good, defective by type


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """In which order rows are wanted."""

    key: SortKey = SortKey.PATH
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which rows are wanted; what is None does not matter, and what is given must hold all together.

    Args:
        verdicts: Codes, places in `inspector.domain.policy.VERDICTS`.
        labels: `inspector.domain.confusion.GOOD`, `DEFECTIVE`, `UNLABELLED`.
        types: Names of defect types.
        category: As `BatchTable.category_names` spells it.
        wrong: Only escapes (defective, passed) and overkill (good, failed).
        p_from: P(defective) of at least this; a row without is left out.
        p_to: P(defective) of at most this; a row without is left out.
        text: Somewhere in the path, in any case.
    """

    verdicts: frozenset[int] | None = None
    labels: frozenset[int] | None = None
    types: frozenset[str] | None = None
    category: str | None = None
    wrong: bool = False
    p_from: float | None = None
    p_to: float | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class BatchTable:
    """The rows of a results.csv as they stood when it was read; nothing here changes, so any thread may read.

    Args:
        paths: Of the N pictures within the folder, as in `Row.path`.
        reasons: Why, as in `Row.reason`.
        class_names: The most probable class of each.
        keys: What the paths are sorted by.
        verdicts: (N,) uint8, places in `inspector.domain.policy.VERDICTS`.
        p_defective: (N,) float64 0..1 with six digits; NaN where the network was not asked.
        strangeness: (N,) float64, how unlike good parts, 0 or more; NaN likewise, and without a memory of good.
        strange_from: (N,) float64, from where on the guard reviewed; NaN where there was none.
        heat_outside: (N,) True where the heat lies outside the part, and a failure is spared by that.
        labels: (N,) int8, 0 good, 1 defective, -1 none.
        types: (N,) int16, places in ``type_names``; -1 for none.
        type_names: The defect types of the labels.
        categories: (N,) int16, places in ``category_names``; -1 for none.
        category_names: The categories of the labels.
        contents: What the files held.
        model: SHA-256 of the model that judged; empty without rows.
        learnt: (N,) True for pictures that the model has learnt from, as far as that is known.
        generation: Another number means that rows may have other places than before.
    """

    paths: Sequence[str]
    reasons: Sequence[str]
    class_names: Sequence[str]
    keys: Sequence[str]
    verdicts: NDArray[np.uint8]
    p_defective: NDArray[np.float64]
    strangeness: NDArray[np.float64]
    strange_from: NDArray[np.float64]
    heat_outside: NDArray[np.bool_]
    labels: NDArray[np.int8]
    types: NDArray[np.int16]
    type_names: tuple[str, ...]
    categories: NDArray[np.int16]
    category_names: tuple[str, ...]
    contents: JudgedContents
    model: str
    learnt: NDArray[np.bool_]
    generation: int = 0

    def __len__(self) -> int:
        return len(self.paths)

    def path(self, index: int) -> str:
        """The picture's path within the folder."""
        return self.paths[index]

    def reason(self, index: int) -> str:
        """Why it has its verdict; empty for PASS."""
        return self.reasons[index]

    def class_name(self, index: int) -> str:
        """The most probable class; empty where the network was not asked."""
        return self.class_names[index]

    def defect(self, index: int) -> str:
        """The defect type of the label; empty where it has none."""
        code = int(self.types[index])
        return self.type_names[code] if code >= 0 else ""

    def category(self, index: int) -> str:
        """The category of the label; empty where it has none."""
        code = int(self.categories[index])
        return self.category_names[code] if code >= 0 else ""

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each path is."""
        return {path: index for index, path in enumerate(self.paths)}

    @cached_property
    def unlike(self) -> NDArray[np.bool_]:
        """(N,) True for pictures that are unlike those that the model learnt from."""
        return np.fromiter((UNLIKE in reason for reason in self.reasons), np.bool_, len(self.reasons))

    @cached_property
    def wrong(self) -> NDArray[np.bool_]:
        """(N,) True for escapes and overkill."""
        escaped = (self.labels == DEFECTIVE) & (self.verdicts == PASSED)
        rejected = (self.labels == GOOD) & (self.verdicts == FAILED)
        return np.asarray(escaped | rejected)

    def count(self, verdict: int) -> int:
        """How many rows have a verdict, by code."""
        return int(np.count_nonzero(self.verdicts == verdict))

    def verdicts_at(self, thresholds: Thresholds) -> NDArray[np.uint8]:
        """Return the verdicts, (N,) uint8, that another operating point would give; an ERROR stays one.

        Where P(defective) or the strangeness lies within 0.0000005 of a limit, it may differ from what a run would
        say: the table holds six digits.
        """
        verdicts = verdicts_of(self.p_defective, thresholds, self.strangeness, self.heat_outside)
        verdicts[self.verdicts == ERROR] = ERROR
        return verdicts

    def confusion(self, indexes: NDArray[np.intp] | None = None, *, thresholds: Thresholds | None = None) -> Confusion:
        """Count verdicts by label.

        Args:
            indexes: Which rows; None for all.
            thresholds: As if judged with another operating point; None takes the verdicts as they are.
        """
        verdicts = self.verdicts if thresholds is None else self.verdicts_at(thresholds)
        chosen = slice(None) if indexes is None else indexes
        return confusion_of(verdicts[chosen], self.labels[chosen], self.types[chosen], self.type_names)

    def select(self, which: Filter | None = None, order: Sort | None = None) -> NDArray[np.intp]:
        """Return the indexes, intp, of the rows that a filter lets through, in order."""
        indexes = self._sorted(order or Sort())
        if which is None or which == Filter():
            return indexes
        indexes = indexes[self._mask(which)[indexes]]
        if which.text:
            wanted = which.text.casefold()
            inside = (wanted in self.paths[index].casefold() for index in indexes.tolist())
            indexes = indexes[np.fromiter(inside, np.bool_, len(indexes))]
        return indexes

    # --- inside -------------------------------------------------------------------------------------------------------

    def _mask(self, which: Filter) -> NDArray[np.bool_]:
        """What every criterion but the text lets through."""
        mask = np.ones(len(self), np.bool_)
        if which.verdicts is not None:
            mask &= np.isin(self.verdicts, sorted(which.verdicts))
        if which.labels is not None:
            mask &= np.isin(self.labels, sorted(which.labels))
        if which.types is not None:
            mask &= np.isin(self.types, [code for code, name in enumerate(self.type_names) if name in which.types])
        if which.category is not None:
            codes = [code for code, name in enumerate(self.category_names) if name == which.category]
            mask &= np.isin(self.categories, codes)
        if which.wrong:
            mask &= self.wrong
        if which.p_from is not None:
            mask &= self.p_defective >= which.p_from
        if which.p_to is not None:
            mask &= self.p_defective <= which.p_to
        return mask

    def _sorted(self, order: Sort) -> NDArray[np.intp]:
        rank = self._rank
        if order.key is SortKey.PATH:
            first = np.empty(len(self), np.intp)
            first[rank] = np.arange(len(self))
            return first[::-1] if order.descending else first
        column = self._column(order.key)
        missing = np.isnan(column)
        column = np.where(missing, 0.0, -column if order.descending else column)
        return np.lexsort((rank, column, missing))

    def _column(self, key: SortKey) -> NDArray[np.float64]:
        """(N,) numbers that sort as the key is meant; NaN is last in both directions."""
        if key is SortKey.VERDICT:
            return _SEVERITY[self.verdicts].astype(np.float64)
        if key is SortKey.P_DEFECTIVE:
            return self.p_defective
        by_name = sorted(range(len(self.type_names)), key=lambda code: self.type_names[code])
        place = np.zeros(len(by_name) + 1)
        place[by_name] = np.arange(1, len(by_name) + 1)
        return self.labels.astype(np.float64) + np.where(self.types >= 0, place[self.types] / (len(by_name) + 1), 0.0)

    @cached_property
    def _rank(self) -> NDArray[np.intp]:
        """(N,) place of each row in the natural order of the paths."""
        # rows mostly are in order already, which makes sorting keys a walk along them
        rank = np.empty(len(self), np.intp)
        rank[sorted(range(len(self)), key=self.keys.__getitem__)] = np.arange(len(self))
        return rank
