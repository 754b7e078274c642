"""Agreement beyond chance: Cohen's and Fleiss' kappa of two answers, with intervals that take parts as the sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.statistics import CONFIDENCE, clopper_pearson_upper, student_t_quantile

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_TINY = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Kappa:
    """Agreement beyond chance with its two-sided 95 % interval.

    Args:
        value: At most 1; 0 is chance. None where every answer is the same one, so that chance alone would agree.
        low: Lower limit; None with ``value``.
        high: Upper limit; None with ``value``.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


UNDEFINED = Kappa(value=None)


def cohen_kappa(
    first: NDArray[np.integer | np.bool_], second: NDArray[np.integer | np.bool_], classes: int = 2
) -> Kappa:
    """Return Cohen's kappa of two appraisers (Cohen, Educational and Psychological Measurement 1960).

    As in AIAG MSA, every repeat of the first is paired with the same repeat of the second, and all pairs are counted in
    one table. Repeats of a part are not independent of one another, so the interval is the jackknife's over parts
    (Efron and Tibshirani, 1993, chapter 11) with Student's t.

    Args:
        first: (P,) or (P, R), answers 0..classes-1 of each part, and repeat.
        second: Of the same shape.
        classes: How many different answers there are.

    Raises:
        ValueError: If the shapes differ, or there is no part.
    """
    if first.shape != second.shape or not first.size:
        msg = f"need the same parts and repeats of both, and one part at least, got {first.shape} and {second.shape}"
        raise ValueError(msg)
    parts = len(first)
    pairs = (first.reshape(parts, -1).astype(np.intp) * classes + second.reshape(parts, -1)).astype(np.intp)
    cells = np.stack([(pairs == cell).sum(axis=1) for cell in range(classes * classes)], axis=1)
    tables = cells.reshape(parts, classes, classes).astype(np.float64)

    def of(counted: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Agreement that was observed, and that is expected by chance."""
        share = counted / counted.sum(axis=(-2, -1), keepdims=True)
        return np.trace(share, axis1=-2, axis2=-1), (share.sum(axis=-1) * share.sum(axis=-2)).sum(axis=-1)

    whole = np.trace(tables, axis1=1, axis2=2) == tables.sum(axis=(1, 2))
    return _with_interval(tables, of, alike=int(whole.sum()))


def fleiss_kappa(counts: NDArray[np.integer]) -> Kappa:
    """Return Fleiss' kappa of several answers to each part (Fleiss, Psychological Bulletin 1971).

    Args:
        counts: (P, K) whole numbers: how many answers to a part are of each class; as many answers to each part.

    Raises:
        ValueError: If parts have different numbers of answers, or fewer than two, or there is no part.
    """
    answers = counts.sum(axis=1)
    if not len(counts) or answers.min() < 2 or answers.min() != answers.max():
        msg = f"need the same number of answers to each part, two at least, got {sorted(set(answers.tolist()))}"
        raise ValueError(msg)
    m = int(answers[0])
    agreed = ((counts.astype(np.float64) ** 2).sum(axis=1) - m) / (m * (m - 1))
    rows = np.concatenate([counts.astype(np.float64) / m, agreed[:, None], np.ones((len(counts), 1))], axis=1)

    def of(counted: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        share = counted / counted[..., -1:]
        return share[..., -2], (share[..., :-2] ** 2).sum(axis=-1)

    return _with_interval(rows, of, alike=int((agreed > 1 - _TINY).sum()))


def _with_interval(
    rows: NDArray[np.float64],
    of: Callable[[NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]],
    *,
    alike: int,
) -> Kappa:
    """Compute kappa of the sum of parts, and of all sums that lack one part.

    Args:
        rows: (P, ...), what each part adds.
        of: Returns the observed and the expected agreement of sums.
        alike: Parts on which all answers agree.
    """
    parts, total = len(rows), rows.sum(axis=0)
    observed, expected = of(total)
    if 1 - expected < _TINY:
        return UNDEFINED
    value = float((observed - expected) / (1 - expected))
    if alike == parts:  # the jackknife sees no spread: the limit is that of parts that might disagree
        least = 1 - clopper_pearson_upper(0, parts, CONFIDENCE)
        return Kappa(value=value, low=float((least - expected) / (1 - expected)), high=1.0)
    if parts < 3:
        return Kappa(value=value, low=-1.0, high=1.0)
    others, chance = of(total - rows)
    room = 1 - chance
    each = np.where(room < _TINY, value, (others - chance) / np.maximum(room, _TINY))
    error = float(np.sqrt((parts - 1) / parts * ((each - each.mean()) ** 2).sum()))
    half = student_t_quantile(0.5 + CONFIDENCE / 2, parts - 1) * error
    return Kappa(value=value, low=max(-1.0, value - half), high=min(1.0, value + half))
