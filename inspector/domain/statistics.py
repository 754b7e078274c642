"""Intervals of proportions, exact tests, and how many parts a claim takes; each function names its source."""

from __future__ import annotations

import math
from itertools import count
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

#: Confidence of every interval and claim of the station.
CONFIDENCE = 0.95
_TOLERANCE = 1e-9  # of a bound that is found by bisection


def wilson_interval(successes: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
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


def parts_needed(rate: float, confidence: float = CONFIDENCE) -> int:
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


def clopper_pearson_upper(successes: int, trials: int, confidence: float = CONFIDENCE) -> float:
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
    while high - low > _TOLERANCE * high:
        middle = (low + high) / 2
        if likely(middle):
            low = middle
        else:
            high = middle
    return high


def clopper_pearson_interval(successes: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the two-sided exact interval of a proportion (Clopper and Pearson, Biometrika 1934).

    Args:
        successes: 0..trials.
        trials: 0 or more; with 0 the interval is (0, 1).
        confidence: Strictly between 0 and 1; what is left of it is shared by both sides.

    Raises:
        ValueError: If an argument is outside its range.
    """
    each = (1.0 + confidence) / 2
    low = 1.0 - clopper_pearson_upper(trials - successes, trials, each)
    return low, clopper_pearson_upper(successes, trials, each)


def lower_at_any_time(successes: int, trials: int, risk: float) -> float:
    """Return a lower limit of a proportion that holds at every number of trials at once, however often it is looked at.

    The limit of Clopper and Pearson holds at one number of trials that was fixed before. Who looks after every trial
    and acts when it first says something acts by chance far more often. Here the likelihood of the trials, averaged
    over all proportions alike, is compared with that under a proportion p. Under the true p this ratio is a martingale,
    so by Ville's inequality (1939) it ever exceeds 1/risk with at most that risk. All p below the limit are excluded
    (Robbins, Annals of Mathematical Statistics 1970, 41, 1397-1409; Lai, Annals of Statistics 1976, 4, 265-280).

    Args:
        successes: 0..trials.
        trials: 0 or more.
        risk: How probable it is that the true proportion is ever below the limit, strictly between 0 and 1.

    Raises:
        ValueError: If an argument is outside its range.
    """
    if not 0 <= successes <= trials or not 0.0 < risk < 1.0:
        msg = f"need 0 ≤ successes ≤ trials and a risk between 0 and 1, got {successes}, {trials}, {risk}"
        raise ValueError(msg)
    if not successes:
        return 0.0
    failures = trials - successes
    # of the beta function B(successes + 1, failures + 1), the likelihood averaged over p
    averaged = math.lgamma(successes + 1) + math.lgamma(failures + 1) - math.lgamma(trials + 2)
    enough = -math.log(risk)

    def excluded(p: float) -> bool:
        likelihood = successes * math.log(p) + (failures * math.log1p(-p) if failures else 0.0)
        return averaged - likelihood >= enough

    low, high = 0.0, successes / trials
    while high - low > _TOLERANCE:
        middle = (low + high) / 2
        low, high = (middle, high) if excluded(middle) else (low, middle)
    return low


def shows(upper: float, claim: float) -> bool:
    """Say whether an upper bound proves that a rate is at most a claimed one.

    Args:
        upper: Upper limit of a rate, as `clopper_pearson_upper` gives.
        claim: The rate that is claimed, strictly between 0 and 1.
    """
    return upper <= claim * (1 + _TOLERANCE)


def parts_missing(bad: int, judged: int, rate: float, confidence: float = CONFIDENCE) -> int:
    """Return how many more parts, all of them good, would bring the exact upper bound down to a rate.

    Args:
        bad: Parts that are bad so far.
        judged: Parts that were judged so far, at least ``bad``.
        rate: Strictly between 0 and 1.
        confidence: Strictly between 0 and 1.

    Raises:
        ValueError: If an argument is outside its range.
    """
    if not 0 <= bad <= judged or not 0.0 < rate < 1.0:
        msg = f"need 0 ≤ bad ≤ judged and a rate between 0 and 1, got {bad}, {judged}, {rate}"
        raise ValueError(msg)

    def enough(more: int) -> bool:
        return shows(clopper_pearson_upper(bad, judged + more, confidence), rate)

    if enough(0):
        return 0
    high = next(1 << power for power in count() if enough(1 << power))
    low = high >> 1  # not enough
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
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


def student_t_upper(t: float, degrees: int) -> float:
    """Return P(T > t) of Student's t distribution.

    Args:
        t: Any number.
        degrees: Degrees of freedom, 1 or more.
    """
    tail = 0.5 * incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t))
    return tail if t >= 0.0 else 1.0 - tail


def student_t_quantile(probability: float, degrees: int) -> float:
    """Return the t with P(T ≤ t) = probability of Student's t distribution, by bisection.

    Args:
        probability: Between 0 and 1, neither.
        degrees: Degrees of freedom, 1 or more.

    Raises:
        ValueError: If a value is outside its range.
    """
    if not 0.0 < probability < 1.0 or degrees < 1:
        msg = f"need a probability between 0 and 1 and a degree of freedom, got {probability} and {degrees}"
        raise ValueError(msg)
    if probability < 0.5:
        return -student_t_quantile(1.0 - probability, degrees)
    high = 1.0
    while student_t_upper(high, degrees) > 1.0 - probability:
        high *= 2.0
    low = 0.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if student_t_upper(middle, degrees) > 1.0 - probability else (low, middle)
    return (low + high) / 2


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Return how probable so uneven a split is where both are right equally often; 1 where nothing differs.

    The test is McNemar's (Psychometrika 1947), two-sided, exact by the binomial distribution.

    Args:
        only_first: Parts that the first alone has right.
        only_second: Parts that the second alone has right.

    Raises:
        ValueError: If a count is below 0.
    """
    if min(only_first, only_second) < 0:
        msg = f"counts are 0 or more, got {only_first} and {only_second}"
        raise ValueError(msg)
    trials = only_first + only_second
    # in logarithms, as the coefficients of ten thousand flips have thousands of digits
    whole = math.lgamma(trials + 1) - trials * math.log(2)
    tail = math.fsum(
        math.exp(whole - math.lgamma(count + 1) - math.lgamma(trials - count + 1))
        for count in range(min(only_first, only_second) + 1)
    )
    return min(1.0, 2 * tail)


def paired_parts_needed(
    only_first: int, only_second: int, compared: int, *, confidence: float = CONFIDENCE, power: float = 0.8
) -> int | None:
    """Return how many parts, judged by both, tell two judges apart that differ as they did so far.

    The formula is Connor's (Biometrics 1987, 43, 207-211) for McNemar's test, two-sided. The exact test needs a few
    more where few parts differ.

    Args:
        only_first: Parts that the first alone has right.
        only_second: Parts that the second alone has right.
        compared: All parts that both have judged, at least the two together.
        confidence: One less the level of the test, strictly between 0 and 1.
        power: How probable it is that the test then finds the difference, strictly between 0 and 1.

    Returns:
        All parts, those of before among them; None where both are right equally often: no number tells them apart.

    Raises:
        ValueError: If an argument is outside its range.
    """
    if min(only_first, only_second) < 0 or only_first + only_second > compared:
        msg = f"need counts of 0 or more within {compared} parts, got {only_first} and {only_second}"
        raise ValueError(msg)
    if only_first == only_second:
        return None
    differ = (only_first + only_second) / compared
    gap = abs(only_first - only_second) / compared
    level, sure = NormalDist().inv_cdf((1.0 + confidence) / 2), NormalDist().inv_cdf(power)
    root = level * math.sqrt(differ) + sure * math.sqrt(max(0.0, differ - gap * gap))
    return math.ceil(root * root / (gap * gap))


def logits(probabilities: ArrayLike, clip: float = 1e-7) -> NDArray[np.float64]:
    """Return the logits of probabilities.

    Args:
        probabilities: Of any shape.
        clip: Logits are those of a probability at least this far inside 0..1, so that they are finite.

    Returns:
        Of the same shape.
    """
    p = np.clip(np.asarray(probabilities, np.float64), clip, 1 - clip)
    return np.asarray(np.log(p / (1 - p)), np.float64)
