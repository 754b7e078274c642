"""Two batches of the same pictures beside one another: where they differ, and which of them is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.agreement import Agreement
from inspector.domain.confusion import DEFECTIVE, GOOD
from inspector.domain.counts import counted
from inspector.domain.policy import ERROR, PASSED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.batch.table import BatchTable


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """Two batches, matched by the pictures' paths.

    Args:
        first: (M,) intp, rows of the first table whose picture is in both and is the same, in the first's order.
        second: (M,) intp, the rows of the second table that belong to them.
        flips: (M,) bool, True where the verdicts differ.
        changed: (C,) intp, rows of the first table whose picture has another content in the second; not compared.
        only_first: (A,) intp, rows of the first table whose picture the second does not have.
        only_second: (B,) intp, rows of the second table whose picture the first does not have.
        verdicts: (4, 4) int64, how many have verdict i in the first and j in the second (codes as in `BatchTable`).
        all_parts: Which of the two is right, of all labelled parts that both could judge.
        good: The same of the good parts alone.
        defective: The same of the defective parts alone.
        learnt: From how many of the pictures that are compared each of the two models has learnt.
    """

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    flips: NDArray[np.bool_]
    changed: NDArray[np.intp]
    only_first: NDArray[np.intp]
    only_second: NDArray[np.intp]
    verdicts: NDArray[np.int64]
    all_parts: Agreement
    good: Agreement
    defective: Agreement
    learnt: tuple[int, int]

    @property
    def flipped(self) -> NDArray[np.intp]:
        """Rows of the first table whose verdict is another in the second."""
        return self.first[self.flips]


def flips(first: BatchTable, second: BatchTable) -> Comparison:
    """Compare two batches of the same folder; the labels are those of the first.

    Args:
        first: For instance the model in use.
        second: Of another model, for instance a candidate, on the same pictures.
    """
    rows = np.array([second.places.get(path, -1) for path in first.paths], np.intp)
    there = np.flatnonzero(rows >= 0)
    other = rows[there]
    same = first.contents.same(there, second.contents, other)
    ours, theirs = there[same], other[same]
    before, after = first.verdicts[ours], second.verdicts[theirs]
    missing = np.ones(len(second), np.bool_)
    missing[other] = False
    pairs = np.bincount(before.astype(np.int64) * 4 + after, minlength=16).reshape(4, 4)
    labels = first.labels[ours]
    return Comparison(
        first=ours,
        second=theirs,
        flips=np.asarray(before != after),
        changed=there[~same],
        only_first=np.flatnonzero(rows < 0),
        only_second=np.flatnonzero(missing),
        verdicts=pairs.astype(np.int64),
        all_parts=_agreement(before, after, labels, (GOOD, DEFECTIVE)),
        good=_agreement(before, after, labels, (GOOD,)),
        defective=_agreement(before, after, labels, (DEFECTIVE,)),
        learnt=(int(first.learnt[ours].sum()), int(second.learnt[theirs].sum())),
    )


def comparison_warning(comparison: Comparison, names: tuple[str, str]) -> str:
    """Return what to know where a model has learnt from pictures that are compared; empty where none has.

    Args:
        names: Of the recipe or model that judges in each batch.
    """
    said = [
        f"{name} has learnt from {count:,} of them"
        for name, count in zip(names, comparison.learnt, strict=True)
        if count
    ]
    if not said:
        return ""
    return (
        f"Of {counted(len(comparison.first), 'compared picture')} {' and '.join(said)}: "
        "that it is right there says nothing about new parts."
    )


def _agreement(
    before: NDArray[np.uint8], after: NDArray[np.uint8], labels: NDArray[np.int8], kinds: tuple[int, ...]
) -> Agreement:
    """Compare parts of some labels; a good part is judged rightly that passed, a defective one that did not."""
    chosen = np.isin(labels, kinds) & (before != ERROR) & (after != ERROR)
    defective = labels[chosen] == DEFECTIVE
    return Agreement.of((before[chosen] != PASSED) == defective, (after[chosen] != PASSED) == defective)
