"""What the verdicts are against what the parts are: the confusion matrix, and every rate that is read from it.

An ERROR has no score: it is in the review load, and in no rate that speaks of the model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inspector.domain.policy import verdicts_of
from inspector.domain.rates import Rate
from inspector.domain.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from inspector.domain.records import Thresholds

#: Codes of labels in arrays.
GOOD, DEFECTIVE, UNLABELLED = 0, 1, -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """What became of good, of defective and of unlabelled parts.

    Where a figure knows two verdicts only (accuracy, precision, recall, F1), REVIEW counts as passed.

    Args:
        good: Verdicts of good parts.
        defective: Verdicts of defective parts.
        unlabelled: Verdicts of parts of which nothing is known.
        types: Verdicts of defective parts by defect type.
    """

    good: Tally = field(default_factory=Tally)
    defective: Tally = field(default_factory=Tally)
    unlabelled: Tally = field(default_factory=Tally)
    types: Mapping[str, Tally] = field(default_factory=dict)

    @property
    def labelled(self) -> Tally:
        """Verdicts of the parts that have a label."""
        return self.good + self.defective

    @property
    def total(self) -> Tally:
        """Verdicts of all parts."""
        return self.labelled + self.unlabelled

    @property
    def escapes(self) -> Rate:
        """Defective parts that pass, of those that have a score."""
        return escapes_of(self.defective)

    @property
    def overkill(self) -> Rate:
        """Good parts that fail, of those that have a score."""
        return Rate(self.good.failed, self.good.judged)

    @property
    def review_load(self) -> Rate:
        """Parts that a person has to look at, of all that were inspected.

        These are REVIEW and ERROR: an ERROR was not passed either, and somebody must see why. A part needs no label to
        be looked at, so those without one count too.
        """
        return Rate(self.total.looked_at, self.total.inspected)

    @property
    def accuracy(self) -> Rate:
        """Parts that are judged rightly, of those that have a label and a score."""
        right = self.defective.failed + self.good.judged - self.good.failed
        return Rate(right, self.labelled.judged)

    @property
    def recall(self) -> Rate:
        """Defective parts that fail, of those that have a score."""
        return Rate(self.defective.failed, self.defective.judged)

    @property
    def precision(self) -> float | None:
        """Defective parts of those that fail; 0 where nothing fails, None without a defective part."""
        if not self.defective.judged:
            return None
        return Rate(self.defective.failed, self.labelled.failed).value or 0.0

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None without a defective part."""
        if not self.defective.judged:
            return None
        return 2 * self.defective.failed / (self.defective.judged + self.labelled.failed)


def escapes_of(defective: Tally) -> Rate:
    """Return the defective parts that pass, of those that have a score.

    Args:
        defective: Verdicts of defective parts.
    """
    return Rate(defective.passed, defective.judged)


def confusion_of(
    verdicts: NDArray[np.uint8],
    labels: NDArray[np.integer],
    types: NDArray[np.integer] | None = None,
    type_names: Sequence[str] = (),
) -> Confusion:
    """Count verdicts.

    Args:
        verdicts: (N,) uint8, places in `inspector.domain.policy.VERDICTS`.
        labels: (N,) `GOOD`, `DEFECTIVE` or `UNLABELLED`.
        types: (N,) places in ``type_names``; -1 for none.
        type_names: Names of the defect types, in the order of their numbers.
    """
    defective = labels == DEFECTIVE
    codes = [] if types is None else sorted(set(types[defective].tolist()) - {-1}, key=lambda code: type_names[code])
    return Confusion(
        good=Tally.of(verdicts[labels == GOOD]),
        defective=Tally.of(verdicts[defective]),
        unlabelled=Tally.of(verdicts[labels == UNLABELLED]),
        types={type_names[code]: Tally.of(verdicts[defective & (types == code)]) for code in codes},
    )


def confusion_at(scores: ArrayLike, labels: NDArray[np.integer], thresholds: Thresholds) -> Confusion:
    """Judge scores and count the verdicts.

    Args:
        scores: (N,) P(defective).
        labels: (N,) `GOOD`, `DEFECTIVE` or `UNLABELLED`.
    """
    return confusion_of(verdicts_of(scores, thresholds), labels)
