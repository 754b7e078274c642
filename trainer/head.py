"""A linear head on fixed features: logistic regression with class weights, chosen by cross-validation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

#: Inverse strengths of the L2 penalty that are tried; the validation folds choose.
STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)


@dataclass(frozen=True, slots=True)
class Head:
    """A fitted head, for features as they come (the scaling is folded in).

    Args:
        weight: (2, 2048) float32, for good and defective.
        bias: (2,) float32.
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def p_defective(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return (N,) P(defective), 0..1, of (N, 2048) features."""
        logits = features.astype(np.float64) @ self.weight.T.astype(np.float64) + self.bias
        margin = logits[:, 1] - logits[:, 0]
        return np.asarray(1.0 / (1.0 + np.exp(-margin)))


@dataclass(frozen=True, slots=True)
class Validated:
    """What cross-validation says of one strength.

    Args:
        strength: Inverse strength of the penalty.
        scores: (N,) P(defective) of every picture, from a head that has not seen its fold.
        loss: Class-weighted log loss of these scores.
    """

    strength: float
    scores: NDArray[np.float64]
    loss: float


def fit_head(features: NDArray[np.float32], labels: NDArray[np.int64], strength: float) -> Head:
    """Fit a head with class weights.

    Args:
        features: (N, 2048) float32.
        labels: (N,) 0 good, 1 defective.
        strength: Inverse strength of the L2 penalty, on features scaled to unit deviation.
    """
    mean, spread = features.mean(axis=0, dtype=np.float64), features.std(axis=0, dtype=np.float64) + 1e-6
    model = LogisticRegression(C=strength, class_weight="balanced", max_iter=2000, tol=1e-6)
    # two threads gain nothing on matrices so small, and wait for one another where the line needs a core: 7 s, not 0.5
    with threadpool_limits(1):
        model.fit((features - mean) / spread, labels)
    slope = model.coef_[0] / spread
    offset = float(model.intercept_[0] - slope @ mean)
    # the margin is split between the two classes, so that each has a Grad-CAM map of its own
    weight = np.stack([-slope / 2, slope / 2]).astype(np.float32)
    return Head(weight, np.array([-offset / 2, offset / 2], np.float32))


def fit_rows(features: NDArray[np.float32], labels: NDArray[np.int64], strength: float) -> Head:
    """Fit a head to pictures that are each there in R ways, with the strength that suits N of them.

    Args:
        features: (N, R, 2048) float32.
        labels: (N,) 0 good, 1 defective.
        strength: Inverse strength of the L2 penalty, for one way.
    """
    ways = features.shape[1]
    return fit_head(features.reshape(-1, features.shape[2]), np.repeat(labels, ways), strength / ways)


def cross_validate(
    features: NDArray[np.float32], labels: NDArray[np.int64], folds: NDArray[np.int64]
) -> Iterator[Validated]:
    """Yield what cross-validation says of each strength; the caller takes the smallest loss.

    Args:
        features: (N, R, 2048) float32, of the pictures that are not held out: each in R ways, all of which are learnt
            from; the first is judged.
        labels: (N,) 0 good, 1 defective.
        folds: (N,) number of the validation fold of each picture; every other fold must hold both classes.
    """
    weights = np.where(labels == 1, 0.5 / max(1, int(labels.sum())), 0.5 / max(1, int((labels == 0).sum())))
    for strength in STRENGTHS:
        scores = np.empty(len(labels))
        for fold in np.unique(folds):
            inside = folds == fold
            head = fit_rows(features[~inside], labels[~inside], strength)
            scores[inside] = head.p_defective(features[inside, 0])
        yield Validated(strength, scores, float(log_loss(labels, scores, sample_weight=weights, labels=[0, 1])))
