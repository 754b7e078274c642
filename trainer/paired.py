"""Comparing two models on the same pictures: McNemar's exact test, the paired bootstrap, and the spread over seeds."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

from inspector.domain.agreement import Agreement
from inspector.domain.policy import rejected
from inspector.domain.rates import Estimate
from trainer.evaluation import Spread
from trainer.judged import MetricsError, arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from numpy.typing import NDArray

    from trainer.judged import JudgedPicture

#: Resamples of the bootstrap.
ROUNDS = 2000
_AT_ONCE = 2_000_000  # scores resampled at a time: 16 MB


@dataclass(frozen=True, slots=True)
class Compared:
    """Two models on the same pictures.

    Args:
        agreement: Which of the two judges rightly, by pictures.
        f1: F1 of the second minus F1 of the first.
        auroc: AUROC of the second minus AUROC of the first.
    """

    agreement: Agreement
    f1: Estimate
    auroc: Estimate


@dataclass(frozen=True, slots=True)
class Intervals:
    """One model's figures with their intervals.

    Args:
        f1: F1 at the model's threshold.
        auroc: AUROC of the model's scores.
    """

    f1: Estimate
    auroc: Estimate


def spread(values: Sequence[float]) -> Spread:
    """Return mean and sample standard deviation of a figure over seeds or folds; a mean of nothing is None."""
    return Spread(
        mean=statistics.fmean(values) if values else None,
        sd=statistics.stdev(values) if len(values) > 1 else None,
        values=tuple(values),
    )


def compare(
    first: Sequence[JudgedPicture],
    second: Sequence[JudgedPicture],
    thresholds: tuple[float, float],
    *,
    seed: int = 0,
    rounds: int = ROUNDS,
) -> Compared:
    """Compare two models' judgements of the same pictures, whatever their order.

    Both are resampled together, the good and the defective pictures each among themselves, so that every resample has
    both (Efron and Tibshirani 1993; the percentile interval).

    Args:
        first: Pictures that the first model judged.
        second: The same pictures, judged by the second model.
        thresholds: Thresholds of the first and of the second model, 0..1.
        seed: Seed of the resampling.
        rounds: Number of resamples, 1 or more.

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

    f1, auroc = _bootstrapped(differences, truth, seed, rounds)
    return Compared(agreement=Agreement.of(said_a == truth, said_b == truth), f1=f1, auroc=auroc)


def intervals(judged: Sequence[JudgedPicture], threshold: float, *, seed: int = 0, rounds: int = ROUNDS) -> Intervals:
    """Return F1 and AUROC of one model with their bootstrap intervals; resampled as `compare` does.

    Args:
        judged: Good and defective pictures.
        threshold: Threshold of the model, 0..1.
        seed: Seed of the resampling.
        rounds: Number of resamples, 1 or more.

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

    f1, auroc = _bootstrapped(both, truth, seed, rounds)
    return Intervals(f1=f1, auroc=auroc)


# --- inside -----------------------------------------------------------------------------------------------------------


def _bootstrapped(
    figures: Callable[[NDArray[np.int64]], NDArray[np.float64]], truth: NDArray[np.bool_], seed: int, rounds: int
) -> list[Estimate]:
    """Return figures with their 95 % percentile intervals; ``figures`` takes (R, N) indices and gives (F, R)."""
    resampled = np.concatenate([figures(drawn) for drawn in _resamples(truth, seed, rounds)], axis=1)
    as_is = figures(np.arange(len(truth))[None])[:, 0]
    limits = np.percentile(resampled, [2.5, 97.5], axis=1).T
    return [
        Estimate(value=float(value), low=float(low), high=float(high))
        for value, (low, high) in zip(as_is, limits, strict=True)
    ]


def _check_classes(truth: NDArray[np.bool_]) -> None:
    if not 0 < truth.sum() < len(truth):
        raise MetricsError(
            f"models are compared on good and defective pictures; there are {int((~truth).sum())} good "
            f"and {int(truth.sum())} defective",
            "Add pictures of the class that is missing.",
        )


def _name(judged: JudgedPicture) -> tuple[str, str]:
    return judged.category, judged.name


def _check_same(first: Sequence[JudgedPicture], second: Sequence[JudgedPicture]) -> None:
    ours, theirs = ([(*_name(picture), picture.defective) for picture in judged] for judged in (first, second))
    if ours == theirs:
        return
    odd = set(ours) ^ set(theirs)
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
