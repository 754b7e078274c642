"""Bins in which the record keeps scores and times, so that quantiles of millions of parts need no rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Width of a bin of scores, in log-odds; the outermost hold all beyond ±`_ODDS_END`.
ODDS_STEP = 0.5
_ODDS_END = 12.0
#: Bins of times to a factor of ten: each is 12 % wide.
PER_DECADE = 20
_LEAST_MS, _MOST_MS = 0.01, 1e7


def score_bin(p_defective: float) -> int:
    """Return the bin of P(defective), 0..1; fine near 0 and 1, where scores of good models lie."""
    if p_defective <= 0.0:
        odds = -_ODDS_END
    elif p_defective >= 1.0:
        odds = _ODDS_END
    else:
        odds = math.log(p_defective / (1.0 - p_defective))
    return math.floor(min(max(odds, -_ODDS_END), _ODDS_END) / ODDS_STEP)


def score_at(place: float) -> float:
    """Return the P(defective) at a place on the scale of `score_bin`; whole numbers are the bins' lower edges."""
    return 1.0 / (1.0 + math.exp(-place * ODDS_STEP))


def time_bin(ms: float) -> int:
    """Return the bin of a time in milliseconds."""
    return math.floor(math.log10(min(max(ms, _LEAST_MS), _MOST_MS)) * PER_DECADE)


def time_at(place: float) -> float:
    """Return the milliseconds at a place on the scale of `time_bin`."""
    return float(10.0 ** (place / PER_DECADE))


def quantile_place(counts: Mapping[int, int], share: float) -> float | None:
    """Return where on the scale of bins a quantile lies, as if each bin's values were spread evenly.

    Args:
        counts: How many values each bin holds.
        share: 0..1; 0.5 is the median.

    Returns:
        None of nothing. It is off by less than the width of one bin.

    Raises:
        ValueError: If the share is outside its range.
    """
    if not 0.0 <= share <= 1.0:
        msg = f"a quantile's share is 0..1, got {share}"
        raise ValueError(msg)
    total = sum(counts.values())
    wanted, seen = share * total, 0
    for place in sorted(counts):
        if seen + counts[place] >= wanted and counts[place]:
            return place + (wanted - seen) / counts[place]
        seen += counts[place]
    return None
