"""Counts of verdicts by what the parts really are, and the rates that they allow to be claimed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.batch.labels import DEFECTIVE, GOOD, UNLABELLED
from inspector.domain.outcome import Counts
from inspector.domain.statistics import wilson_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A proportion with its 95 % Wilson interval.

    Args:
        events: How many.
        trials: Of how many.
    """

    events: int
    trials: int

    @property
    def value(self) -> float | None:
        """0..1; None of nothing."""
        return self.events / self.trials if self.trials else None

    @property
    def interval(self) -> tuple[float, float]:
        """Low and high, 0..1; of nothing (0, 1)."""
        return wilson_interval(self.events, self.trials)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """What became of good, of defective and of unlabelled parts.

    An ERROR says nothing of the model and stands beside the rates, not in them.

    Args:
        good: Verdicts of good parts.
        defective: Of defective ones.
        unlabelled: Of those of which nothing is known.
        types: Of defective ones by defect type, by name.
    """

    good: Counts
    defective: Counts
    unlabelled: Counts
    types: dict[str, Counts]

    @property
    def labelled(self) -> int:
        """How many parts have a label."""
        return self.good.total + self.defective.total

    @property
    def total(self) -> int:
        """All parts."""
        return self.labelled + self.unlabelled.total

    @property
    def escapes(self) -> Rate:
        """Defective parts that passed."""
        return Rate(events=self.defective.passed, trials=self.defective.judged)

    @property
    def overkill(self) -> Rate:
        """Good parts that failed."""
        return Rate(events=self.good.failed, trials=self.good.judged)

    @property
    def review_load(self) -> Rate:
        """Parts, labelled or not, that somebody has to look at."""
        all_of = (self.good, self.defective, self.unlabelled)
        return Rate(events=sum(one.review for one in all_of), trials=sum(one.judged for one in all_of))

    def type_escapes(self, name: str) -> Rate:
        """Parts of a defect type that passed."""
        counts = self.types[name]
        return Rate(events=counts.passed, trials=counts.judged)


def confusion_of(
    verdicts: NDArray[np.uint8], labels: NDArray[np.int8], types: NDArray[np.int16], type_names: Sequence[str]
) -> Confusion:
    """Count.

    Args:
        verdicts: (N,) uint8, places in `inspector.domain.policy.VERDICTS`.
        labels: (N,) int8, `GOOD`, `DEFECTIVE` or `UNLABELLED`.
        types: (N,) int16, places in ``type_names``; -1 for none.
        type_names: The defect types.
    """
    found = types[labels == DEFECTIVE]
    return Confusion(
        good=_counts(verdicts[labels == GOOD]),
        defective=_counts(verdicts[labels == DEFECTIVE]),
        unlabelled=_counts(verdicts[labels == UNLABELLED]),
        types={
            type_names[code]: _counts(verdicts[(labels == DEFECTIVE) & (types == code)])
            for code in sorted(set(found.tolist()) - {-1}, key=lambda code: type_names[code])
        },
    )


def _counts(verdicts: NDArray[np.uint8]) -> Counts:
    passed, failed, review, error = (int(one) for one in np.bincount(verdicts, minlength=4)[:4])
    return Counts(passed=passed, review=review, failed=failed, error=error)
