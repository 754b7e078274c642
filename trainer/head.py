"""A linear head on fixed features: logistic regression with class weights, chosen by cross-validation."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

#: Inverse strengths of the L2 penalty that are tried; the validation folds choose.
STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)


@dataclass(frozen=True, slots=True)
class Columns:
    """Features that a head judges by; the others have no weight.

    Args:
        words: Whose they are.
        place: Which of all features.
    """

    words: str
    place: slice


EVERY = Columns("every feature", slice(None))


@dataclass(frozen=True, slots=True)
class Head:
    """A fitted head, for features as they come (the scaling is folded in).

    Args:
        weight: (2, D) float32, for good and defective.
        bias: (2,) float32.
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def p_defective(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return (N,) P(defective), 0..1, of (N, D) features."""
        logits = features.astype(np.float64) @ self.weight.T.astype(np.float64) + self.bias
        margin = logits[:, 1] - logits[:, 0]
        return np.asarray(1.0 / (1.0 + np.exp(-margin)))


@dataclass(frozen=True, slots=True)
class Validated:
    """What cross-validation says of one strength and one choice of features.

    Args:
        strength: Inverse strength of the penalty.
        columns: What is judged by.
        scores: (N,) P(defective) of every picture, from a head that has not seen its fold.
        loss: Class-weighted log loss of these scores.
    """

    strength: float
    columns: Columns
    scores: NDArray[np.float64]
    loss: float

    @property
    def words(self) -> str:
        """The two for a reader."""
        return f"{self.columns.words}, C = {self.strength:g}"


def fit_head(features: NDArray[np.float32], labels: NDArray[np.int64], strength: float) -> Head:
    """Fit a head with class weights.

    Args:
        features: (N, D) float32.
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


def fit_rows(
    features: NDArray[np.float32], labels: NDArray[np.int64], strength: float, columns: Columns = EVERY
) -> Head:
    """Fit a head to pictures that are each there in R ways, with the strength that suits N of them.

    Args:
        features: (N, R, D) float32.
        labels: (N,) 0 good, 1 defective.
        strength: Inverse strength of the L2 penalty, for one way.
        columns: What is judged by.
    """
    ways, count = features.shape[1:]
    rows = features.reshape(-1, count)[:, columns.place]
    head = fit_head(rows, np.repeat(labels, ways), strength / ways)
    weight = np.zeros((2, count), np.float32)
    weight[:, columns.place] = head.weight
    return Head(weight, head.bias)


def scores_of(
    best: Validated, features: NDArray[np.float32], labels: NDArray[np.int64], folds: NDArray[np.int64], ways: int
) -> NDArray[np.float64]:
    """Return (N,) P(defective) of each picture, from heads that have not seen its fold, to set thresholds by.

    Where the last head learns from more ways than those that chose its strength, so do these: it judges good pictures
    otherwise than one of plain views alone does.

    Args:
        best: What was chosen.
        features: (N, R, D) float32, as the last head learns from them; else as for `cross_validate`.
        ways: In how many ways each picture was there when it was chosen.
    """
    if features.shape[1] == ways:
        return best.scores
    return _out_of_fold(features, labels, folds, best.strength, best.columns)


def _out_of_fold(
    features: NDArray[np.float32],
    labels: NDArray[np.int64],
    folds: NDArray[np.int64],
    strength: float,
    columns: Columns,
) -> NDArray[np.float64]:
    scores = np.empty(len(labels))
    for fold in np.unique(folds):
        inside = folds == fold
        head = fit_rows(features[~inside], labels[~inside], strength, columns)
        scores[inside] = head.p_defective(features[inside, 0])
    return scores


def cross_validate(
    features: NDArray[np.float32],
    labels: NDArray[np.int64],
    folds: NDArray[np.int64],
    choices: Sequence[Columns] = (EVERY,),
) -> Iterator[Validated]:
    """Yield what cross-validation says of each strength and choice of features; the caller takes the smallest loss.

    Args:
        features: (N, R, D) float32, of the pictures that are not held out: each in R ways, all of which are learnt
            from; the first is judged.
        labels: (N,) 0 good, 1 defective.
        folds: (N,) number of the validation fold of each picture; every other fold must hold both classes.
        choices: What may be judged by.
    """
    weights = np.where(labels == 1, 0.5 / max(1, int(labels.sum())), 0.5 / max(1, int((labels == 0).sum())))
    for columns, strength in itertools.product(choices, STRENGTHS):
        scores = _out_of_fold(features, labels, folds, strength, columns)
        loss = float(log_loss(labels, scores, sample_weight=weights, labels=[0, 1]))
        yield Validated(strength, columns, scores, loss)
