"""Figures of a model, and the choice of its threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import roc_auc_score

from inspector.domain.statistics import wilson_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray


def choose_threshold(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return the cut on P(defective) with the best F1; where several share it, the middle of the widest gap.

    Args:
        scores: (N,) P(defective) on validation pictures, 0..1.
        labels: (N,) 0 good, 1 defective.
    """
    order = np.argsort(scores, kind="stable")
    clipped = np.clip(scores[order], 1e-6, 1 - 1e-6)
    logits = np.log(clipped / (1 - clipped))
    truth = labels[order] == 1
    missed = np.concatenate([[0], np.cumsum(truth)])
    overkill = (~truth).sum() - np.concatenate([[0], np.cumsum(~truth)])
    found = truth.sum() - missed
    f1 = 2 * found / np.maximum(2 * found + missed + overkill, 1)
    gaps = np.concatenate([[0.0], np.diff(logits), [0.0]])
    best = np.flatnonzero(f1 >= f1.max() - 1e-12)
    cut = int(best[gaps[best].argmax()])
    middle = (logits[max(cut - 1, 0)] + logits[min(cut, len(logits) - 1)]) / 2
    return float(1 / (1 + np.exp(-middle)))


def evaluate(scores: NDArray[np.float64], labels: NDArray[np.int64], threshold: float) -> dict[str, Any]:
    """Return the figures of a test.

    Args:
        scores: (N,) P(defective), 0..1.
        labels: (N,) 0 good, 1 defective.
        threshold: A score of at least this is defective.

    Returns:
        Counts of the confusion matrix, accuracy, precision, recall, F1, AUROC (None with one class only), escape and
        overkill rates with their 95 % Wilson intervals.
    """
    said, truth = scores >= threshold, labels == 1
    hits, escapes = int((truth & said).sum()), int((truth & ~said).sum())
    overkill, passed = int((~truth & said).sum()), int((~truth & ~said).sum())
    precision = hits / (hits + overkill) if hits + overkill else 0.0
    recall = hits / (hits + escapes) if hits + escapes else 0.0
    return {
        "pictures": len(labels),
        "confusion": {
            "defective_found": hits,
            "defective_passed": escapes,
            "good_rejected": overkill,
            "good_passed": passed,
        },
        "accuracy": (hits + passed) / max(1, len(labels)),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        "auroc": float(roc_auc_score(truth, scores)) if 0 < truth.sum() < len(truth) else None,
        "escape_rate": escapes / max(1, hits + escapes),
        "escape_rate_95": list(wilson_interval(escapes, hits + escapes)),
        "overkill_rate": overkill / max(1, overkill + passed),
        "overkill_rate_95": list(wilson_interval(overkill, overkill + passed)),
    }
