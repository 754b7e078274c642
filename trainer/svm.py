"""The machine of the baseline ``baseline-svm``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.svm import LinearSVC

if TYPE_CHECKING:
    from numpy.typing import NDArray


def machine(
    known: NDArray[np.float32], truth: NDArray[np.int64], strength: float, seed: int
) -> tuple[NDArray[np.float64], float]:
    """Fit a linear support vector machine with Platt's sigmoid on folds, and average over their machines.

    Args:
        known: (N, C) features.
        truth: (N,) 0 good, 1 defective.

    Returns:
        Slope (C,) and offset of the log odds.
    """
    folds = int(min(3, np.bincount(truth).min()))
    machine = LinearSVC(C=strength, class_weight="balanced", random_state=seed, max_iter=20_000)
    model = CalibratedClassifierCV(machine, method="sigmoid", cv=folds, ensemble=True).fit(known, truth)
    slopes, offsets = [], []
    for member in model.calibrated_classifiers_:
        sigmoid = member.calibrators[0]  # P = 1 / (1 + exp(a · f + b))
        slopes.append(-sigmoid.a_ * member.estimator.coef_[0])
        offsets.append(-(sigmoid.a_ * member.estimator.intercept_[0] + sigmoid.b_))
    return np.mean(slopes, axis=0), float(np.mean(offsets))
