"""Comparing two models on the same pictures: McNemar's exact test, the paired bootstrap, and the spread over seeds."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import binomtest, rankdata

from inspector.domain.policy import rejected
from trainer.metrics import MetricsError, arrays

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from numpy.typing import NDArray

    from trainer.metrics import Judged

#: Resamples of the bootstrap.
ROUNDS = 2000
_AT_ONCE = 2_000_000  # scores resampled at a time: 16 MB


@dataclass(frozen=True, slots=True)
class McNemar:
    """McNemar's exact test of two models' verdicts (McNemar 1947; exact by the binomial distribution).

    Args:
        first_only: Pictures that only the first judges rightly.
        second_only: Pictures that only the second judges rightly.
        p_value: Two-sided; 1 where the models never differ.
    """

    first_only: int
    second_only: int
    p_value: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure, or second minus first, with its 95 % interval.

    Args:
        value: On the pictures as they are.
        low: 2.5th percentile of the resamples.
        high: 97.5th percentile of the resamples.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Compared:
    """Two models on the same pictures.

    Args:
        pictures: How many.
        mcnemar: Of their verdicts.
        f1: Difference.
        auroc: Difference.
    """

    pictures: int
    mcnemar: McNemar
    f1: Difference
    auroc: Difference


@dataclass(frozen=True, slots=True)
class Intervals:
    """One model's figures with their intervals.

    Args:
        f1: At its threshold.
        auroc: Of its scores.
    """

    f1: Difference
    auroc: Difference


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over several seeds or folds.

    Args:
        mean: Of them.
        sd: Sample standard deviation; None for one value.
        values: The figures.
    """

    mean: float
    sd: float | None
    values: tuple[float, ...]


def spread(values: Sequence[float]) -> Spread:
    """Return mean and sample standard deviation.

    Raises:
        MetricsError: If there is no value.
    """
    if not values:
        raise MetricsError("there is no figure to take the mean of", "Run at least one seed.")
    return Spread(
        mean=statistics.fmean(values),
        sd=statistics.stdev(values) if len(values) > 1 else None,
        values=tuple(values),
    )


def mcnemar(first_right: NDArray[np.bool_], second_right: NDArray[np.bool_]) -> McNemar:
    """Test whether two models err equally often on the same pictures.

    Args:
        first_right: (N,) bool.
        second_right: (N,) bool, of the same pictures in the same order.

    Raises:
        MetricsError: If the lengths differ.
    """
    if first_right.shape != second_right.shape:
        raise MetricsError(
            f"{len(first_right)} verdicts cannot be paired with {len(second_right)}",
            "Judge the same pictures with both models.",
        )
    first_only = int((first_right & ~second_right).sum())
    second_only = int((~first_right & second_right).sum())
    differing = first_only + second_only
    p_value = float(binomtest(first_only, differing, 0.5).pvalue) if differing else 1.0
    return McNemar(first_only=first_only, second_only=second_only, p_value=p_value)


def compare(
    first: Sequence[Judged],
    second: Sequence[Judged],
    thresholds: tuple[float, float],
    *,
    seed: int = 0,
    rounds: int = ROUNDS,
) -> Compared:
    """Compare two models' judgements of the same pictures, whatever their order.

    Both are resampled together, the good and the defective pictures each among themselves, so that every resample has
    both (Efron and Tibshirani 1993; the percentile interval).

    Args:
        first: Of one model.
        second: Of the other.
        thresholds: The first's and the second's.
        seed: Of the resampling.
        rounds: Resamples, 1 or more.

    Raises:
        MetricsError: If they are not the same pictures with the same labels, or a class is absent.
    """
    first, second = sorted(first, key=_name), sorted(second, key=_name)
    _check_same(first, second)
    scores_a, labels = arrays(first)
    scores_b, _ = arrays(second)
    truth = labels == 1
    _check_classes(truth)
    said_a, said_b = rejected(scores_a, thresholds[0]), rejected(scores_b, thresholds[1])

    def differences(drawn: NDArray[np.int64]) -> NDArray[np.float64]:
        """(R, N) indices → (2, R) differences of F1 and of AUROC."""
        real = truth[drawn]
        f1 = _f1(said_b[drawn], real) - _f1(said_a[drawn], real)
        return np.stack([f1, _auroc(scores_b[drawn], real) - _auroc(scores_a[drawn], real)])

    resampled = np.concatenate([differences(drawn) for drawn in _resamples(truth, seed, rounds)], axis=1)
    as_is = differences(np.arange(len(truth))[None])[:, 0]
    low, high = np.percentile(resampled, [2.5, 97.5], axis=1)
    return Compared(
        pictures=len(truth),
        mcnemar=mcnemar(said_a == truth, said_b == truth),
        f1=Difference(value=float(as_is[0]), low=float(low[0]), high=float(high[0])),
        auroc=Difference(value=float(as_is[1]), low=float(low[1]), high=float(high[1])),
    )


def intervals(judged: Sequence[Judged], threshold: float, *, seed: int = 0, rounds: int = ROUNDS) -> Intervals:
    """Return F1 and AUROC of one model with their bootstrap intervals; resampled as `compare` does.

    Args:
        judged: Good and defective pictures.
        threshold: The model's.
        seed: Of the resampling.
        rounds: Resamples, 1 or more.

    Raises:
        MetricsError: If a class is absent.
    """
    scores, labels = arrays(judged)
    truth = labels == 1
    _check_classes(truth)
    said = rejected(scores, threshold)

    def both(drawn: NDArray[np.int64]) -> NDArray[np.float64]:
        real = truth[drawn]
        return np.stack([_f1(said[drawn], real), _auroc(scores[drawn], real)])

    resampled = np.concatenate([both(drawn) for drawn in _resamples(truth, seed, rounds)], axis=1)
    as_is = both(np.arange(len(truth))[None])[:, 0]
    low, high = np.percentile(resampled, [2.5, 97.5], axis=1)
    f1, auroc = (Difference(value=float(as_is[i]), low=float(low[i]), high=float(high[i])) for i in range(2))
    return Intervals(f1=f1, auroc=auroc)


# --- inside -----------------------------------------------------------------------------------------------------------


def _check_classes(truth: NDArray[np.bool_]) -> None:
    if not 0 < truth.sum() < len(truth):
        raise MetricsError(
            f"models are compared on good and defective pictures; there are {int((~truth).sum())} good "
            f"and {int(truth.sum())} defective",
            "Add pictures of the class that is missing.",
        )


def _name(judged: Judged) -> tuple[str, str]:
    return judged.category, judged.name


def _check_same(first: Sequence[Judged], second: Sequence[Judged]) -> None:
    if [(*_name(one), one.defective) for one in first] == [(*_name(one), one.defective) for one in second]:
        return
    odd = {(*_name(one), one.defective) for one in first} ^ {(*_name(one), one.defective) for one in second}
    example = f", {min(odd)[1]} for one" if odd else ""
    raise MetricsError(
        f"two models can be compared on the same pictures only; {len(first)} and {len(second)} were judged, and "
        f"{len({name for _, name, _ in odd})} of them not by both or with different labels{example}",
        "Judge the same split with both models.",
    )


def _f1(said: NDArray[np.bool_], truth: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(R, N) → (R,): F1 = 2 hits / (rejected + defective)."""
    hits = (said & truth).sum(axis=1)
    return np.asarray(2 * hits / (said.sum(axis=1) + truth.sum(axis=1)), np.float64)


def _auroc(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(R, N) → (R,): by the ranks' sum (Mann and Whitney 1947), ties with their mean rank."""
    defective = truth.sum(axis=1)
    good = truth.shape[1] - defective
    total = (rankdata(scores, axis=1) * truth).sum(axis=1)
    return np.asarray((total - defective * (defective + 1) / 2) / (defective * good), np.float64)


def _resamples(truth: NDArray[np.bool_], seed: int, rounds: int) -> Generator[NDArray[np.int64]]:
    """Yield groups of resamples, (R, N) indices each: as many defective and good ones as there are."""
    rng = np.random.default_rng(seed)
    defective, good = np.flatnonzero(truth), np.flatnonzero(~truth)
    most = max(1, _AT_ONCE // len(truth))
    for done in range(0, rounds, most):
        count = min(most, rounds - done)
        drawn = [rng.choice(kind, (count, len(kind))) for kind in (defective, good)]
        yield np.concatenate(drawn, axis=1)
