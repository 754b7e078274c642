"""A linear head on fixed features: logistic regression with class weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

#: Inverse strengths of the L2 penalty that are tried; the validation part chooses.
STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)


@dataclass(frozen=True, slots=True)
class Head:
    """A fitted head, for features as they come (the scaling is folded in).

    Args:
        weight: (2, 2048) float32, for good and defective.
        bias: (2,) float32.
        strength: The chosen inverse strength of the penalty.
        validation_loss: Class-weighted log loss on the validation part.
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    strength: float
    validation_loss: float

    def p_defective(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return (N,) P(defective), 0..1, of (N, 2048) features."""
        logits = features.astype(np.float64) @ self.weight.T.astype(np.float64) + self.bias
        margin = logits[:, 1] - logits[:, 0]
        return np.asarray(1.0 / (1.0 + np.exp(-margin)))


def fit_heads(
    train: NDArray[np.float32],
    train_labels: NDArray[np.int64],
    validation: NDArray[np.float32],
    validation_labels: NDArray[np.int64],
) -> Iterator[Head]:
    """Fit one head per strength, and yield each; the caller takes the one with the smallest validation loss.

    Args:
        train: (N, 2048) float32.
        train_labels: (N,) 0 good, 1 defective.
        validation: (M, 2048) float32.
        validation_labels: (M,).
    """
    mean, spread = train.mean(axis=0, dtype=np.float64), train.std(axis=0, dtype=np.float64) + 1e-6
    scaled, checked = (train - mean) / spread, (validation - mean) / spread
    weights = np.where(
        validation_labels == 1, 0.5 / max(1, validation_labels.sum()), 0.5 / max(1, (validation_labels == 0).sum())
    )
    for strength in STRENGTHS:
        model = LogisticRegression(C=strength, class_weight="balanced", max_iter=2000, tol=1e-6)
        model.fit(scaled, train_labels)
        loss = float(
            log_loss(validation_labels, model.predict_proba(checked)[:, 1], sample_weight=weights, labels=[0, 1])
        )
        slope = model.coef_[0] / spread
        offset = float(model.intercept_[0] - slope @ mean)
        # the margin is split between the two classes, so that each has a Grad-CAM map of its own
        weight = np.stack([-slope / 2, slope / 2]).astype(np.float32)
        yield Head(weight, np.array([-offset / 2, offset / 2], np.float32), strength, loss)
