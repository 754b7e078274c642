"""How much pictures speak against their labels: numbers only, so that it can be tried without a network.

A linear classifier is fitted to what the frozen network sees, and each picture is judged by one that has not learnt
from it: the confident learning of Northcutt et al. (arXiv 1911.00068), with ridge regression for the classifier, whose
left-out predictions are there in closed form (Allen 1974). What the memory of good says of the picture is added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Strengths of the penalty, for each picture; the loss of what was left out chooses.
RIDGES = (1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
#: So many pictures are fitted at once, at most: time rises with the third power.
LOT = 1000
#: What the memory of good adds where it tells the labels apart without a mistake, for each spread of good pictures.
MEMORY_COUNTS = 0.2
_MOST_SPREADS = 4.0
#: Below it no label is called wrong.
LEAST_SURE = 0.75
_WORST = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelEvidence:
    """What speaks against the labels of N pictures.

    Args:
        p_defective: (N,) of a classifier that has not learnt from the picture, at even odds of both classes.
        against: (N,) probability of the other label, 0..1: what the list is ordered by.
        wrong: (N,) whether the label looks wrong.
    """

    p_defective: NDArray[np.float64]
    against: NDArray[np.float64]
    wrong: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What is known of N pictures.

    Args:
        features: For each kind of feature (N, D) float.
        strangeness: (N,) above 0, to a memory without the picture; NaN where it is not known.
        defective: (N,) labels.
        learnt: (N,) whether a classifier may learn from the picture; of the test part none does.
        groups: (N,) equal numbers are near duplicates, or otherwise belong together.
    """

    features: Sequence[NDArray[np.float32]]
    strangeness: NDArray[np.float64]
    defective: NDArray[np.bool_]
    learnt: NDArray[np.bool_]
    groups: NDArray[np.int64]


def evidence(looked: Looked, seed: int) -> LabelEvidence:
    """Weigh what speaks against each label.

    Args:
        looked: Some pictures that are learnt from are good, and some are defective.
        seed: Of the lots.
    """
    margins = _left_out(looked, seed) + _by_memory(looked)
    learnt, truth = looked.learnt, looked.defective
    fit = LogisticRegression(class_weight="balanced").fit(margins[learnt, None], truth[learnt])
    p_defective = np.asarray(fit.predict_proba(margins[:, None])[:, 1], np.float64)
    return judged(p_defective, truth, learnt)


def judged(p_defective: NDArray[np.float64], truth: NDArray[np.bool_], learnt: NDArray[np.bool_]) -> LabelEvidence:
    """Say which labels look wrong: whose picture is as surely of the other class as the pictures of that class are.

    The mean of a class's own probabilities is the threshold (arXiv 1911.00068, 3.1), so that the list is short where
    the classes part well, and where nothing parts them it is not everything.

    Args:
        p_defective: (N,) of a classifier that has not learnt from the picture.
        truth: (N,) whether it is labelled defective.
        learnt: (N,) which pictures set the thresholds.
    """
    sure_defective = _mean(p_defective[learnt & truth])
    sure_good = _mean(1.0 - p_defective[learnt & ~truth])
    against = np.where(truth, 1.0 - p_defective, p_defective)
    least = np.maximum(LEAST_SURE, np.where(truth, sure_good, sure_defective))
    return LabelEvidence(p_defective=p_defective, against=against, wrong=against >= least)


def told_by_memory(looked: Looked) -> float:
    """Return how well strangeness alone parts the labels that are learnt from: 0 not at all, 1 without a mistake.

    0 too where the strangeness of a picture is not known. Where all labels are good nothing else speaks: 1.
    """
    if not np.isfinite(looked.strangeness).all():
        return 0.0
    truth = looked.defective[looked.learnt]
    if truth.all() or not truth.any():
        return 1.0
    return max(0.0, 2.0 * float(roc_auc_score(truth, looked.strangeness[looked.learnt])) - 1.0)


def ridge_margins(
    features: NDArray[np.float32], truth: NDArray[np.bool_], groups: NDArray[np.int64], others: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Return margins of the N pictures, each from a fit without its group; of others from all; and the loss of the N.

    The classes weigh the same. With the hat matrix H of weighted ridge regression the residuals of a group G that was
    left out are (I - H_GG)⁻¹ times those of the fit to all.
    """
    mean, spread = features.mean(axis=0, dtype=np.float64), features.std(axis=0, dtype=np.float64) + 1e-6
    known = (features - mean) / spread
    kernel = known @ known.T / known.shape[1] + 1.0  # the 1 lets it have an offset
    beside = ((others - mean) / spread) @ known.T / known.shape[1] + 1.0
    share = float(truth.mean())
    weights = np.where(truth, 0.5 / share, 0.5 / (1.0 - share))
    root = np.sqrt(weights)
    values, vectors = np.linalg.eigh(kernel * root[:, None] * root[None, :])
    target = np.where(truth, 1.0, -1.0) * root
    best: tuple[float, NDArray[np.float64], NDArray[np.float64]] | None = None
    for ridge in RIDGES:
        shrunk = 1.0 / (np.maximum(values, 0.0) + ridge * len(truth))
        hat = (vectors * (values * shrunk)) @ vectors.T
        margins = (target - _residuals(hat, target, groups)) / root
        loss = float(np.average(np.minimum((margins - target / root) ** 2, _WORST), weights=weights))
        if best is None or loss < best[0]:
            solved = vectors @ ((vectors.T @ target) * shrunk)
            best = loss, margins, beside @ (root * solved)
    assert best is not None
    return best[1], best[2], max(best[0], 1e-3)


# --- inside -----------------------------------------------------------------------------------------------------------


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else LEAST_SURE


def _left_out(looked: Looked, seed: int) -> NDArray[np.float64]:
    """Return (N,) margins, about -1 for good and 1 for defective, of classifiers that have not learnt from the picture.

    Each kind of feature counts by the square of how small its loss is.
    """
    places = np.flatnonzero(looked.learnt)
    lots = _lots(looked.defective[places], looked.groups[places], seed)
    total, weights = np.zeros(len(looked.learnt)), np.zeros(len(looked.learnt))
    with threadpool_limits(2):
        for lot in (places[chosen] for chosen in lots):
            truth, groups, others = looked.defective[lot], looked.groups[lot], ~looked.learnt
            for features in looked.features:
                own, new, loss = ridge_margins(features[lot], truth, groups, features[others])
                total[lot] += own / loss**2
                weights[lot] += 1 / loss**2
                total[others] += new / loss**2
                weights[others] += 1 / loss**2
    return np.asarray(total / weights)


def _lots(defective: NDArray[np.bool_], groups: NDArray[np.int64], seed: int) -> list[NDArray[np.intp]]:
    """Deal pictures into lots that a fit can take; each has its share of both classes, and groups stay whole."""
    count = -(-len(defective) // LOT)
    rng = np.random.default_rng([seed, 91])
    lot = np.zeros(len(defective), np.int64)
    turn = [0, 0]
    _, first, of = np.unique(groups, return_index=True, return_inverse=True)
    for group in rng.permutation(len(first)):
        kind = int(defective[first[group]])
        lot[of == group] = turn[kind] % count
        turn[kind] += 1
    return [np.flatnonzero(lot == number) for number in range(count)]


def _residuals(hat: NDArray[np.float64], target: NDArray[np.float64], groups: NDArray[np.int64]) -> NDArray[np.float64]:
    """(N, N), (N,), (N,) → (N,) what each is off by when its group is left out."""
    fitted = target - hat @ target
    residuals = fitted / np.maximum(1e-9, 1.0 - np.diag(hat))
    numbers, counts = np.unique(groups, return_counts=True)
    for group in numbers[counts > 1]:
        inside = np.flatnonzero(groups == group)
        residuals[inside] = np.linalg.solve(np.eye(len(inside)) - hat[np.ix_(inside, inside)], fitted[inside])
    return np.asarray(residuals)


def _by_memory(looked: Looked) -> NDArray[np.float64]:
    """Return (N,) what the memory of good adds to the margins: as much as it tells the labels apart."""
    told = told_by_memory(looked)
    if not told:
        return np.zeros(len(looked.learnt))
    logs = _logs(looked.strangeness)
    good = logs[looked.learnt & ~looked.defective]
    middle = float(np.median(good))
    spread = 1.4826 * float(np.median(np.abs(good - middle))) + 1e-9
    return np.asarray(MEMORY_COUNTS * told**2 * np.clip((logs - middle) / spread, -_MOST_SPREADS, _MOST_SPREADS))


def _logs(strangeness: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.log(np.maximum(strangeness, 1e-9)))
