"""What counts allow to be claimed."""

from __future__ import annotations

import math
from statistics import NormalDist


def wilson_interval(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the two-sided Wilson score interval of a proportion (Wilson, JASA 1927).

    Args:
        successes: 0..trials.
        trials: 0 or more; with 0 the interval is (0, 1).
        confidence: Strictly between 0 and 1.

    Raises:
        ValueError: If an argument is outside its range.
    """
    if not 0 <= successes <= trials or not 0.0 < confidence < 1.0:
        msg = f"need 0 ≤ successes ≤ trials and 0 < confidence < 1, got {successes}, {trials}, {confidence}"
        raise ValueError(msg)
    if trials == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    p = successes / trials
    centre = (p + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == trials else min(1.0, centre + half)
    return low, high


def parts_needed(rate: float, confidence: float = 0.95) -> int:
    """Return how many defective test parts, all of them found, prove an escape rate of at most ``rate``.

    With n parts and no miss the exact one-sided bound is 1 - (1 - confidence)^(1/n) (Clopper and Pearson, 1934).

    Args:
        rate: Strictly between 0 and 1; 0.01 is 1 %.
        confidence: Strictly between 0 and 1.

    Raises:
        ValueError: If an argument is outside its range.
    """
    if not 0.0 < rate < 1.0 or not 0.0 < confidence < 1.0:
        msg = f"need a rate and a confidence between 0 and 1, got {rate} and {confidence}"
        raise ValueError(msg)
    return math.ceil(math.log(1 - confidence) / math.log(1 - rate))
