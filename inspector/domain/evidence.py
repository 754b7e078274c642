"""What counted parts prove of a rate that is claimed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.statistics import clopper_pearson_upper, parts_missing, parts_needed, shows

if TYPE_CHECKING:
    from inspector.domain.rates import Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What examined parts prove: that at most a claimed fraction of such parts is bad.

    Args:
        bad: Bad parts of those that were examined: missed ones of the defective, or defective ones of the passed.
        claim: The fraction that is not to be exceeded.
        upper: Exact one-sided 95 % bound of the fraction (Clopper and Pearson, Biometrika 1934); 1 without a part.
        needed: How many parts would prove it, none of them bad.
    """

    bad: Rate
    claim: float
    upper: float
    needed: int

    @property
    def shown(self) -> bool:
        """Whether the claim is proved."""
        return shows(self.upper, self.claim)

    @property
    def missing(self) -> int:
        """How many more parts, all of them good, would prove it; 0 where it is proved."""
        return parts_missing(self.bad.count, self.bad.total, self.claim)


def evidence(bad: Rate, claim: float) -> Evidence:
    """Say what a count proves.

    Args:
        bad: As in `Evidence`.
        claim: Strictly between 0 and 1.

    Raises:
        ValueError: If the claim is outside its range.
    """
    needed = parts_needed(claim)
    return Evidence(bad=bad, claim=claim, upper=clopper_pearson_upper(bad.count, bad.total), needed=needed)
