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


def binomial_upper_bound(successes: int, trials: int, confidence: float = 0.95) -> float:
    """Return the exact one-sided upper bound of a proportion (Clopper and Pearson, Biometrika 1934).

    It is the p at which so few successes have the probability 1 - ``confidence``, found by bisection.

    Args:
        successes: 0..trials.
        trials: 0 or more; with 0 the bound is 1.
        confidence: Strictly between 0 and 1.

    Raises:
        ValueError: If an argument is outside its range.
    """
    if not 0 <= successes <= trials or not 0.0 < confidence < 1.0:
        msg = f"need 0 ≤ successes ≤ trials and 0 < confidence < 1, got {successes}, {trials}, {confidence}"
        raise ValueError(msg)
    if successes == trials:
        return 1.0
    if successes == 0:
        return -math.expm1(math.log1p(-confidence) / trials)

    def likely(p: float) -> bool:
        return incomplete_beta(trials - successes, successes + 1, 1 - p) > 1 - confidence

    low, high = successes / trials, wilson_interval(successes, trials, 0.9999)[1]  # mostly there, and near
    if likely(high):
        low, high = high, 1.0
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        if likely(middle):
            low = middle
        else:
            high = middle
    return high


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22).

    Args:
        a: Above 0.
        b: Above 0.
        x: 0..1.
    """
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    if x > (a + 1) / (a + b + 2):  # where the fraction converges slowly, that of the other end does not
        return 1.0 - incomplete_beta(b, a, 1.0 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    tiny = 1e-300
    # Lentz's method, as Thompson and Barnett (1986) mended it
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1) or tiny)
    value = d
    for m in range(1, 10_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            c = 1.0 + term / c or tiny
            d = 1.0 / (1.0 + term * d or tiny)
            value *= c * d
        if abs(c * d - 1.0) < 1e-15:
            break
    return front * value / a
