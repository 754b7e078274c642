"""Labelled pictures and what a model says of them, and their scores as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

GOOD = "good"
#: Logits are those of a P(defective) this far inside 0..1.
CLIP = 1e-6


class MetricsError(InspectorError):
    """Figures cannot be computed from these pictures."""


@dataclass(frozen=True, slots=True)
class JudgedPicture:
    """One labelled picture and what the model says.

    Args:
        name: Its path within the data folder, with forward slashes.
        defect: "good", or its defect type.
        category: Which product; empty where there is one only.
        p_defective: 0..1.
    """

    name: str
    path: str
    defect: str
    category: str
    p_defective: float

    @property
    def defective(self) -> bool:
        """Whether it is truly defective."""
        return self.defect != GOOD


def arrays(judged: Sequence[JudgedPicture]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return (N,) float64 P(defective) and (N,) int64 labels, 0 good, 1 defective."""
    scores = np.array([picture.p_defective for picture in judged], dtype=np.float64)
    return scores, np.array([picture.defective for picture in judged], dtype=np.int64)


def checked(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return scores and labels as they can be computed with.

    Raises:
        MetricsError: If there is no picture, the shapes differ, or a score is no probability.
    """
    scores, labels = np.asarray(scores, np.float64), np.asarray(labels, np.int64)
    if scores.ndim != 1 or scores.shape != labels.shape or not len(scores):
        raise MetricsError(
            f"figures need one score and one label per picture, got {scores.shape} scores and {labels.shape} labels",
            "Judge at least one labelled picture.",
        )
    wrong = ~((scores >= 0) & (scores <= 1))
    if wrong.any():
        raise MetricsError(
            f"{int(wrong.sum())} of {len(scores)} scores are no probability, the first is {scores[wrong][0]}",
            "The model gives invalid output: train it again, with a lower learning rate.",
        )
    return scores, labels
