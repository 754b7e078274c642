"""What an appraiser must reach, and the words for what was reached (AIAG MSA, 4th edition, chapter III C)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Grade(Enum):
    """How a figure stands against its limits."""

    PASSES = "pass"
    MARGINAL = "marginal"
    FAILS = "fail"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeLimits:
    """Limits of an attribute study; the defaults are those of AIAG MSA, 4th edition.

    Args:
        effectiveness: Passes from here on, 0..1.
        effectiveness_marginal: Below `effectiveness` tolerable from here on.
        miss: Passes up to here, 0..1.
        miss_marginal: Above `miss` tolerable up to here.
        false_alarm: Passes up to here, 0..1.
        false_alarm_marginal: Above `false_alarm` tolerable up to here.
        kappa: Agreement is good above this.
        kappa_poor: Agreement is poor below this.
    """

    effectiveness: float = 0.90
    effectiveness_marginal: float = 0.80
    miss: float = 0.02
    miss_marginal: float = 0.05
    false_alarm: float = 0.05
    false_alarm_marginal: float = 0.10
    kappa: float = 0.75
    kappa_poor: float = 0.40

    def of_effectiveness(self, value: float | None) -> Grade:
        """Grade an effectiveness, 0..1."""
        return _graded(None if value is None else -value, -self.effectiveness, -self.effectiveness_marginal)

    def of_miss(self, value: float | None) -> Grade:
        """Grade a miss rate, 0..1."""
        return _graded(value, self.miss, self.miss_marginal)

    def of_false_alarm(self, value: float | None) -> Grade:
        """Grade a false-alarm rate, 0..1."""
        return _graded(value, self.false_alarm, self.false_alarm_marginal)

    def of_kappa(self, value: float | None) -> Grade:
        """Grade a kappa; that of no agreement beyond one answer is not known."""
        return _graded(None if value is None else -value, -self.kappa, -self.kappa_poor)


def worst(grades: tuple[Grade, ...]) -> Grade:
    """Return the worst of several grades; one that is not known is worse than a pass."""
    return max(grades, key=(Grade.PASSES, Grade.UNKNOWN, Grade.MARGINAL, Grade.FAILS).index)


def _graded(value: float | None, passes: float, marginal: float) -> Grade:
    if value is None:
        return Grade.UNKNOWN
    return Grade.PASSES if value <= passes + 1e-9 else Grade.MARGINAL if value <= marginal + 1e-9 else Grade.FAILS
