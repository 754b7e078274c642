"""How far probabilities can be taken at their word, and the temperature that mends them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize_scalar

from inspector.domain.rates import Rate
from inspector.domain.statistics import logits
from trainer.judged import CLIP, checked

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Temperatures that are tried.
TEMPERATURES = (0.1, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """The pictures whose P(defective) lies in one interval.

    Args:
        mean_p: Mean P(defective) of the pictures.
        defective: Defective pictures of all in the interval.
    """

    mean_p: float
    defective: Rate


def temperature(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Fit the temperature that calibrates P(defective) on validation pictures (Guo et al., arXiv 1706.04599).

    It minimises the negative log-likelihood. The targets are Platt's, (n + 1) / (n + 2) instead of 1 (Platt 1999):
    without them a model that separates a small validation part would be driven to the lowest temperature allowed.

    Args:
        scores: (N,) P(defective), 0..1.
        labels: (N,) 0 good, 1 defective.

    Returns:
        The logits' divisor, within `TEMPERATURES`; above 1 for a model that was too sure.

    Raises:
        MetricsError: If there is no picture, or a score is none.
    """
    scores, labels = checked(scores, labels)
    odds = logits(scores, CLIP)
    defective = labels == 1
    high, low = (defective.sum() + 1) / (defective.sum() + 2), 1 / ((~defective).sum() + 2)
    target = np.where(defective, high, low)

    def loss(log_t: float) -> float:
        z = odds / np.exp(log_t)
        return float(np.mean(np.logaddexp(0.0, z) - target * z))

    bounds = tuple(np.log(TEMPERATURES))
    return float(np.exp(minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-6}).x))


def calibrated(scores: NDArray[np.float64], t: float) -> NDArray[np.float64]:
    """Divide the logits of P(defective) by a temperature; 1 / t undoes it.

    Args:
        scores: P(defective) of any shape, 0..1.
        t: The temperature, above 0.
    """
    return np.asarray(1 / (1 + np.exp(-logits(scores, CLIP) / t)), np.float64)


def reliability(scores: NDArray[np.float64], labels: NDArray[np.int64], bins: int = 10) -> list[ReliabilityBin]:
    """Return the reliability diagram: bins of equal width over P(defective), those without a picture left out.

    Args:
        scores: (N,) P(defective), 0..1.
        labels: (N,) 0 good, 1 defective.
        bins: How many, 1 or more.

    Raises:
        MetricsError: If there is no picture, or a score is none.
    """
    scores, labels = checked(scores, labels)
    places = np.minimum((scores * bins).astype(np.int64), bins - 1)
    return [
        ReliabilityBin(
            mean_p=float(scores[places == place].mean()),
            defective=Rate(int(labels[places == place].sum()), int((places == place).sum())),
        )
        for place in np.unique(places).tolist()
    ]


def calibration_error(bins: list[ReliabilityBin]) -> float:
    """Return the mean distance of a reliability diagram from its diagonal, by pictures: ECE (Naeini et al., AAAI 2015).

    Args:
        bins: As `reliability` gives them, at least one.
    """
    distances = [abs(bin_.mean_p * bin_.defective.total - bin_.defective.count) for bin_ in bins]
    return sum(distances) / sum(bin_.defective.total for bin_ in bins)
