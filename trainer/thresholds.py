"""Choosing the operating point on validation pictures, and keeping it clear of what rounding could decide."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.operating_point import LabelledScores
from inspector.domain.outcome import Prices
from inspector.domain.records import Thresholds
from inspector.domain.statistics import logits
from trainer.judged import CLIP, MetricsError, checked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trainer.protocol import Rule, TrainRequest

_TOLD_APART = 0.005  # logits; rounding moves them by a third of it


def choose_thresholds(
    scores: NDArray[np.float64],
    labels: NDArray[np.int64],
    rule: Rule = "f1",
    *,
    escape_limit: float = 0.01,
    escape_cost: float = 10.0,
    reject_cost: float = 1.0,
    review_band: float | None = None,
) -> Thresholds:
    """Choose the operating point on validation pictures.

    Every rule picks between which two scores to cut, and puts the threshold into the middle between their logits.
    "f1": the best F1; of several the widest gap. "escapes": the highest cut at which at most ``escape_limit`` of the
    defective pass. "cost": the least cost of escapes and false rejects, at the share of defective parts that the
    validation pictures have; of several the widest gap.

    Args:
        scores: (N,) P(defective), 0..1.
        labels: (N,) 0 good, 1 defective.
        escape_limit: Fraction of the defective parts, 0..1.
        escape_cost: Of a defective part that passes.
        reject_cost: Of a good part that is rejected.
        review_band: Fraction of the validation parts that shall go to review; None for no band.

    Returns:
        Without a band also where no part lies below ``fail_at``.

    Raises:
        MetricsError: If a class is absent, or a score is none.
    """
    scores, labels = checked(scores, labels)
    share = float(labels.mean())
    prices = Prices(escape=escape_cost, false_reject=reject_cost, review=0.0, defective_share=share)
    parts = LabelledScores(scores, labels == 1)
    if rule == "f1":
        chosen = parts.best_f1()
    elif rule == "escapes":
        chosen = parts.within_escapes(escape_limit, prices, band=False)
    else:
        chosen = parts.least_cost(prices, band=False)
    if chosen is None:
        raise MetricsError(
            f"a threshold needs good and defective validation pictures; there are {int((labels == 0).sum())} good "
            f"and {int(labels.sum())} defective",
            "Add pictures of the class that is missing, or raise the validation fraction.",
        )
    return chosen if review_band is None else parts.with_band(chosen.fail_at, review_band)


def operating_point(scores: NDArray[np.float64], truth: NDArray[np.int64], request: TrainRequest) -> Thresholds:
    """Choose where rejection and review begin.

    Args:
        scores: (N,) P(defective) on validation.
        truth: (N,) 0 good, 1 defective.
        request: The rule and its numbers.
    """
    return choose_thresholds(
        scores,
        truth,
        request.rule,
        escape_limit=request.escape_limit,
        escape_cost=request.escape_cost,
        reject_cost=request.reject_cost,
        review_band=request.review_band,
    )


def settle(threshold: float, scores: NDArray[np.float64]) -> float:
    """Lower a threshold until no score lies so near that rounding decides on which side it is.

    The weights of a graph are stored in half precision; that moved P(defective) by 0.0004 in a model that failed its
    export for two pictures with a threshold between them (magnetic tile).

    Args:
        threshold: Score from which a part is rejected, 0..1.
        scores: (N,) P(defective), 0..1.

    Returns:
        A threshold at least 0.005 in the logit from every score, where there is one above 0.
    """
    rising, settled = np.sort(logits(scores, CLIP)), threshold
    while settled > CLIP:
        near = rising[np.abs(rising - logits(settled, CLIP)) < _TOLD_APART]
        if not near.size:
            break
        settled = min(settled, 1 / (1 + math.exp(-(float(near[0]) - 1.01 * _TOLD_APART))))
    return settled


def clear_of(scores: NDArray[np.float64], chosen: Thresholds) -> Thresholds:
    """Return an operating point that no rounding of the scores can matter to.

    Args:
        scores: (N,) P(defective) of the validation pictures, as in training.
        chosen: It is lowered where a score lies too near, see `settle`. A review band that was asked for stays, below
            the first threshold.
    """
    fail_at, review_from = settle(chosen.fail_at, scores), chosen.review_from
    if review_from is not None:
        review_from = round(settle(min(review_from, fail_at), np.append(scores, fail_at)), 6)
    return Thresholds(fail_at=round(fail_at, 6), review_from=review_from)
