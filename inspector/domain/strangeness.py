"""How unlike good parts a part may look: the scale of a model's strangeness, from good pictures outside its memory."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.statistics import student_t_quantile, student_t_upper

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The share of good parts that goes to REVIEW as unlike good parts, where nothing else is asked for.
DEFAULT_RATE = 0.005
#: Between which rates can be chosen.
RATES = (0.0001, 0.2)
#: Of so few pictures no spread is known.
LEAST_PICTURES = 3
#: The spread that good parts usually have, and how many pictures' worth it counts: few pictures know theirs badly. Of
#: five with an odd one the limit would lie above every defect (MVTec AD bottle); so it errs towards review.
USUAL_SPREAD, USUAL_COUNTS = 0.08, 32
#: How much it counted in models that do not say it: their limits stay what they were.
USUAL_COUNTED = 8
#: Where all pictures are alike to the last bit there would be no spread, and every other part would be strange.
_LEAST_SPREAD = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodScale:
    """How strange good parts look to a model: a log-normal distribution, fitted to pictures outside its memory.

    Args:
        pictures: How many were measured.
        mean_log: Mean of the natural logarithm of their strangeness.
        sd_log: Sample standard deviation of it, above 0.
        usual_counts: How many pictures' worth the usual spread counts beside it, 0 or more.

    Raises:
        ValueError: If a value is outside its range.
    """

    pictures: int
    mean_log: float
    sd_log: float
    usual_counts: int = USUAL_COUNTED

    def __post_init__(self) -> None:
        if self.pictures < LEAST_PICTURES or not math.isfinite(self.mean_log) or not 0.0 < self.sd_log < math.inf:
            msg = (
                f"need {LEAST_PICTURES} pictures or more, a mean and a spread above 0, "
                f"got {self.pictures}, {self.mean_log} and {self.sd_log}"
            )
            raise ValueError(msg)
        if self.usual_counts < 0:
            msg = f"the usual spread counts as 0 pictures or more, got {self.usual_counts}"
            raise ValueError(msg)

    @classmethod
    def of(cls, strangeness: Sequence[float], usual_counts: int = USUAL_COUNTS) -> GoodScale:
        """Fit the scale.

        Args:
            strangeness: Of good pictures, each above 0, each measured against a memory that does not hold it.
            usual_counts: As the scale has it.

        Raises:
            ValueError: If there are too few, or one is not above 0.
        """
        if len(strangeness) < LEAST_PICTURES or not all(0.0 < value < math.inf for value in strangeness):
            msg = f"need {LEAST_PICTURES} values or more, each above 0, got {list(strangeness)[:10]}"
            raise ValueError(msg)
        logs = [math.log(value) for value in strangeness]
        mean = math.fsum(logs) / len(logs)
        variance = math.fsum((value - mean) ** 2 for value in logs) / (len(logs) - 1)
        spread = max(_LEAST_SPREAD, math.sqrt(variance))
        return cls(pictures=len(logs), mean_log=mean, sd_log=spread, usual_counts=usual_counts)

    def limit(self, rate: float, usual_spread: float = USUAL_SPREAD) -> float:
        """The strangeness that the next good part exceeds with a given probability: a prediction limit.

        It is the upper prediction limit of one further observation of a normal sample (Hahn and Meeker, Statistical
        Intervals, 1991, 4.8), taken of the logarithm: the fewer pictures were measured, the higher it is. Their
        variance is averaged with that of `USUAL_SPREAD`, as a conjugate prior is (Gelman et al., Bayesian Data
        Analysis, 2013, 3.3): of few pictures of parts that vary more than usual, more go beyond than the rate says.

        Args:
            rate: Share of good parts beyond it, within `RATES`.
            usual_spread: Another one, of another measure.

        Raises:
            ValueError: If the rate is outside its range.
        """
        if not RATES[0] <= rate <= RATES[1]:
            msg = f"the rate must be between {RATES[0]:g} and {RATES[1]:g}, got {rate}"
            raise ValueError(msg)
        return math.exp(self.mean_log + student_t_quantile(1.0 - rate, self._degrees) * self._spread(usual_spread))

    def rate_beyond(self, limit: float) -> float:
        """The probability that the next good part is stranger than a limit; undoes `limit`.

        Args:
            limit: A strangeness, above 0.
        """
        return student_t_upper((math.log(limit) - self.mean_log) / self._spread(USUAL_SPREAD), self._degrees)

    @property
    def _degrees(self) -> int:
        return self.pictures - 1 + self.usual_counts

    def _spread(self, usual: float) -> float:
        squares = self.usual_counts * usual**2 + (self.pictures - 1) * self.sd_log**2
        return math.sqrt(squares / self._degrees * (1.0 + 1.0 / self.pictures))
