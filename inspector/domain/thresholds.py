"""The operating point: from which score a part fails, and from which it is reviewed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from inspector.domain.about import About, told


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The operating point on P(defective), and how strange a part that passes may be.

    Args:
        fail_at: A part with P(defective) of at least this fails, 0..1.
        review_from: From here up to `fail_at` a part goes to REVIEW, 0..fail_at; None for no review band.
        strange_from: A part that would pass, but is at least so strange (`Prediction.strangeness`), goes to REVIEW;
            above 0, None for no guard. A recipe says the rate instead, see `inspector.domain.guard.in_force`.
        spares_outside: Whether a part that would fail goes to REVIEW where the heat lies outside it
            (`Prediction.heat_outside`). What recipe and model say of that, `in_force` joins.

    Raises:
        ValueError: If a value is outside its range.
    """

    fail_at: float = field(
        metadata=told(
            About(
                "Fail from",
                description="P(defective), 0 to 1; lower finds more and rejects more good parts",
                low=0,
                high=1,
            )
        )
    )
    review_from: float | None = field(
        default=None,
        metadata=told(
            About(
                "Review from",
                description="P(defective), 0 to the fail threshold; parts between the two go to REVIEW",
                low=0,
                high=1,
                empty="no review",
            )
        ),
    )
    strange_from: float | None = field(
        default=None,
        metadata=told(
            About(
                "Unlike good parts from",
                description="strangeness, above 0; from here on a part that would pass goes to REVIEW, whatever the "
                "guard rate",
                low=0,
                empty="by the guard rate",
            )
        ),
    )
    spares_outside: bool = False

    def __post_init__(self) -> None:
        if not 0.0 <= self.fail_at <= 1.0:
            msg = f"the fail threshold must be between 0 and 1, got {self.fail_at}"
            raise ValueError(msg)
        if self.review_from is not None and not 0.0 <= self.review_from <= self.fail_at:
            msg = (
                f"the review threshold must be between 0 and the fail threshold {self.fail_at}, got {self.review_from}"
            )
            raise ValueError(msg)
        if self.strange_from is not None and not 0.0 < self.strange_from < math.inf:
            msg = f"the strangeness from which a part goes to review must be above 0, got {self.strange_from}"
            raise ValueError(msg)

    @property
    def has_band(self) -> bool:
        """Whether any P(defective) goes to REVIEW; the guard is not asked."""
        return self.review_from is not None and self.review_from < self.fail_at
