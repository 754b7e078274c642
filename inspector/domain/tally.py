"""Counts of parts by their verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.policy import VERDICTS
from inspector.domain.rates import Rate
from inspector.domain.records import Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many parts have which verdict.

    Args:
        passed: Parts with PASS.
        failed: Parts with FAIL.
        review: Parts with REVIEW.
        error: Parts with ERROR, which have no score.
    """

    passed: int = 0
    failed: int = 0
    review: int = 0
    error: int = 0

    @staticmethod
    def of(verdicts: NDArray[np.uint8]) -> Tally:
        """Count.

        Args:
            verdicts: (N,) uint8, places in `inspector.domain.policy.VERDICTS`.
        """
        passed, failed, review, error = np.bincount(verdicts, minlength=len(VERDICTS)).tolist()
        return Tally(passed=passed, failed=failed, review=review, error=error)

    @property
    def inspected(self) -> int:
        """All parts."""
        return self.judged + self.error

    @property
    def judged(self) -> int:
        """Those that have a score."""
        return self.passed + self.failed + self.review

    @property
    def looked_at(self) -> int:
        """Those that a person has to look at: REVIEW and ERROR."""
        return self.review + self.error

    @property
    def first_pass_yield(self) -> Rate:
        """Passed of all inspected parts."""
        return Rate(self.passed, self.inspected)

    def count(self, verdict: Verdict) -> int:
        """Return how many have a verdict."""
        return {
            Verdict.PASS: self.passed,
            Verdict.FAIL: self.failed,
            Verdict.REVIEW: self.review,
            Verdict.ERROR: self.error,
        }[verdict]

    def plus(self, verdict: Verdict) -> Tally:
        """Return the tally after one more part."""
        return self + Tally(
            passed=int(verdict is Verdict.PASS),
            failed=int(verdict is Verdict.FAIL),
            review=int(verdict is Verdict.REVIEW),
            error=int(verdict is Verdict.ERROR),
        )

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            passed=self.passed + other.passed,
            failed=self.failed + other.failed,
            review=self.review + other.review,
            error=self.error + other.error,
        )
