"""Figures of merit of a model, the choice of its operating point, and the calibration of its probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.metrics import average_precision_score, roc_auc_score

from inspector.domain.errors import InspectorError
from inspector.domain.policy import PASSED, REVIEW, rejected, verdicts_of
from inspector.domain.records import Thresholds
from inspector.domain.statistics import wilson_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pydantic import JsonValue

    from trainer.protocol import Rule

GOOD = "good"
#: Temperatures that are tried.
TEMPERATURES = (0.1, 10.0)
_CLIP = 1e-6
_TOLD_APART = 0.005  # logits; rounding moves them by a third of it
_END = 1.0  # how far beyond the first or last logit a threshold lies that rejects all, or none


class MetricsError(InspectorError):
    """Figures cannot be computed from these pictures."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled picture and what the model says.

    Args:
        name: Its path within the data folder, with forward slashes.
        path: The file.
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


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The pictures whose P(defective) lies in one interval.

    Args:
        low: Where the interval begins.
        high: Where it ends; not in it, but for 1.
        pictures: How many.
        mean_p: Their mean P(defective).
        defective: Which fraction of them is defective.
    """

    low: float
    high: float
    pictures: int
    mean_p: float
    defective: float


def arrays(judged: Sequence[Judged]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return (N,) float64 P(defective) and (N,) int64 labels, 0 good, 1 defective."""
    scores = np.array([picture.p_defective for picture in judged], dtype=np.float64)
    return scores, np.array([picture.defective for picture in judged], dtype=np.int64)


def evaluate(judged: Sequence[Judged], threshold: float, review_from: float | None = None) -> dict[str, JsonValue]:
    """Return the figures of a test; defective is the positive class.

    Args:
        judged: At least one picture.
        threshold: A P(defective) of at least this is rejected.
        review_from: From here up to the threshold a part goes to review.

    Returns:
        ``pictures``, ``threshold``, ``confusion``, ``accuracy``, ``precision``, ``recall``, ``f1``, ``auroc``,
        ``average_precision``, ``ece``, ``escape_rate`` and ``overkill_rate`` with their 95 % Wilson intervals,
        ``review``, ``per_category`` and ``per_defect_type``. The two-class figures take review as passed; ``review``
        says what changes with it. A rate of nothing (recall without a defective part, ...) is None; precision is 0
        where nothing is rejected. With several categories a defect type is named "category/type".

    Raises:
        MetricsError: If there is no picture, or a score is none.
    """
    scores, truth = _checked(*arrays(judged))
    several = len({picture.category for picture in judged}) > 1
    types = [f"{picture.category}/{picture.defect}" if several else picture.defect for picture in judged]
    categories = [picture.category for picture in judged]
    return {
        "threshold": threshold,
        **figures(scores, truth, threshold),
        "ece": expected_calibration_error(scores, truth),
        "review": _review(scores, truth, threshold, review_from),
        "per_category": {name: figures(scores[chosen], truth[chosen], threshold) for name, chosen in _by(categories)},
        "per_defect_type": {
            name: _one_type(scores[chosen], defective=bool(truth[chosen[0]]), threshold=threshold)
            for name, chosen in _by(types)
        },
    }


def choose_threshold(
    scores: NDArray[np.float64],
    labels: NDArray[np.int64],
    rule: Rule = "f1",
    *,
    escape_limit: float = 0.01,
    escape_cost: float = 10.0,
    reject_cost: float = 1.0,
    review_band: float | None = None,
) -> tuple[float, float | None]:
    """Choose the operating point on validation pictures.

    Every rule picks between which two scores to cut, and puts the threshold into the middle between their logits.
    "f1": the best F1; of several the widest gap. "escapes": the highest cut at which at most ``escape_limit`` of the
    defective pass. "cost": the least cost of escapes and false rejects, at the share of defective parts that the
    validation pictures have; of several the widest gap.

    Args:
        scores: (N,) P(defective), 0..1.
        labels: (N,) 0 good, 1 defective.
        rule: Which.
        escape_limit: Fraction of the defective parts, 0..1.
        escape_cost: Of a defective part that passes.
        reject_cost: Of a good part that is rejected.
        review_band: Fraction of the validation parts that shall go to review; None for no band.

    Returns:
        ``fail_at`` and ``review_from``; the latter is None without a band, or where no part lies below ``fail_at``.

    Raises:
        MetricsError: If a class is absent, or a score is none.
    """
    scores, labels = _checked(scores, labels)
    if not 0 < labels.sum() < len(labels):
        raise MetricsError(
            f"a threshold needs good and defective validation pictures; there are {int((labels == 0).sum())} good "
            f"and {int(labels.sum())} defective",
            "Add pictures of the class that is missing, or raise the validation fraction.",
        )
    order = np.argsort(scores, kind="stable")
    cuts = _Cuts(scores[order], labels[order] == 1)
    if rule == "escapes":
        cut = int(cuts.possible[cuts.missed[cuts.possible] <= escape_limit * cuts.defective + 1e-9].max())
    else:
        if rule == "f1":
            loss = -2 * cuts.found / np.maximum(2 * cuts.found + cuts.missed + cuts.overkill, 1)
        else:
            loss = escape_cost * cuts.missed + reject_cost * cuts.overkill
        loss = loss[cuts.possible]
        best = cuts.possible[loss <= loss.min() + 1e-12]
        cut = int(best[cuts.gaps[best].argmax()])
    review_from = None
    if review_band is not None and cut > 0:
        wanted = cut - max(1, round(review_band * len(scores)))
        below = cuts.possible[cuts.possible < cut]
        review_from = cuts.threshold(int(below[np.abs(below - wanted).argmin()]))
    return cuts.threshold(cut), review_from


def settle(threshold: float, scores: NDArray[np.float64]) -> float:
    """Lower a threshold until no score lies so near that rounding decides on which side it is.

    The weights of a graph are stored in half precision; that moved P(defective) by 0.0004 in a model that failed its
    export for two pictures with a threshold between them (magnetic tile).

    Args:
        threshold: 0..1.
        scores: (N,) P(defective), 0..1.

    Returns:
        A threshold at least 0.005 in the logit from every score, where there is one above 0.
    """
    logits, found = np.sort(_logits(scores)), threshold
    while (near := logits[np.abs(logits - float(_logits(np.array([found]))[0])) < _TOLD_APART]).size and found > _CLIP:
        found = min(found, _sigmoid(float(near[0]) - 1.01 * _TOLD_APART))
    return found


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
    scores, labels = _checked(scores, labels)
    logits = _logits(scores)
    defective = labels == 1
    high, low = (defective.sum() + 1) / (defective.sum() + 2), 1 / ((~defective).sum() + 2)
    target = np.where(defective, high, low)

    def loss(log_t: float) -> float:
        z = logits / np.exp(log_t)
        return float(np.mean(np.logaddexp(0.0, z) - target * z))

    lowest, highest = TEMPERATURES
    found = minimize_scalar(loss, bounds=(np.log(lowest), np.log(highest)), method="bounded", options={"xatol": 1e-6})
    return float(np.exp(found.x))


def calibrated(scores: NDArray[np.float64], t: float) -> NDArray[np.float64]:
    """Divide the logits of P(defective) by a temperature; 1 / t undoes it.

    Args:
        scores: Any shape, 0..1.
        t: Above 0.
    """
    return np.asarray(1 / (1 + np.exp(-_logits(scores) / t)), np.float64)


def reliability(scores: NDArray[np.float64], labels: NDArray[np.int64], bins: int = 10) -> list[ReliabilityBin]:
    """Return the reliability diagram: bins of equal width over P(defective), those without a picture left out.

    Args:
        scores: (N,) P(defective), 0..1.
        labels: (N,) 0 good, 1 defective.
        bins: How many, 1 or more.

    Raises:
        MetricsError: If there is no picture, or a score is none.
    """
    scores, labels = _checked(scores, labels)
    number = np.minimum((scores * bins).astype(np.int64), bins - 1)
    return [
        ReliabilityBin(
            low=one / bins,
            high=(one + 1) / bins,
            pictures=int((number == one).sum()),
            mean_p=float(scores[number == one].mean()),
            defective=float(labels[number == one].mean()),
        )
        for one in np.unique(number).tolist()
    ]


def expected_calibration_error(scores: NDArray[np.float64], labels: NDArray[np.int64], bins: int = 10) -> float:
    """Return the mean distance of the reliability diagram from its diagonal, by pictures (Naeini et al., AAAI 2015)."""
    found = reliability(scores, labels, bins)
    return sum(one.pictures * abs(one.mean_p - one.defective) for one in found) / len(labels)


# --- inside -----------------------------------------------------------------------------------------------------------


class _Cuts:
    """The cuts through sorted scores: cut k passes the first k parts and rejects the others.

    Args:
        scores: (N,) rising.
        defective: (N,) bool.
    """

    def __init__(self, scores: NDArray[np.float64], defective: NDArray[np.bool_]) -> None:
        self._scores = scores
        self._logits = _logits(scores)
        self.defective = int(defective.sum())
        self.missed = np.concatenate([[0], np.cumsum(defective)])
        self.found = self.defective - self.missed
        self.overkill = (~defective).sum() - np.concatenate([[0], np.cumsum(~defective)])
        self.gaps = np.concatenate([[0.0], np.diff(self._logits), [0.0]])
        inside = self.gaps > 0  # no threshold parts equal scores
        inside[0] = True
        inside[-1] = scores[-1] < 1 - _CLIP  # a threshold of 1 rejects what is certain
        self.possible = np.flatnonzero(inside)

    def threshold(self, cut: int) -> float:
        """Return the threshold that makes exactly this cut."""
        if cut == 0:
            return min(_sigmoid(self._logits[0] - _END), float(self._scores[0]))
        if cut == len(self._scores):
            return _sigmoid(self._logits[-1] + _END)
        middle = _sigmoid((self._logits[cut - 1] + self._logits[cut]) / 2)
        # neighbours an ulp apart leave no number between them
        return middle if self._scores[cut - 1] < middle <= self._scores[cut] else float(self._scores[cut])


def figures(scores: NDArray[np.float64], labels: NDArray[np.int64], threshold: float) -> dict[str, JsonValue]:
    """Return the counts and rates of (N,) scores at a threshold; see `evaluate`."""
    said, truth = rejected(scores, threshold), labels == 1
    hits, escapes = int((truth & said).sum()), int((truth & ~said).sum())
    overkill, passed = int((~truth & said).sum()), int((~truth & ~said).sum())
    defective, good = hits + escapes, overkill + passed
    two = defective > 0 and good > 0
    return {
        "pictures": len(labels),
        "confusion": {
            "defective_found": hits,
            "defective_passed": escapes,
            "good_rejected": overkill,
            "good_passed": passed,
        },
        "accuracy": (hits + passed) / len(labels),
        "precision": hits / max(1, hits + overkill) if defective else None,
        "recall": _rate(hits, defective),
        "f1": 2 * hits / (2 * hits + escapes + overkill) if defective else None,
        "auroc": float(roc_auc_score(truth, scores)) if two else None,
        "average_precision": float(average_precision_score(truth, scores)) if two else None,
        "escape_rate": _rate(escapes, defective),
        "escape_rate_95": list(wilson_interval(escapes, defective)),
        "overkill_rate": _rate(overkill, good),
        "overkill_rate_95": list(wilson_interval(overkill, good)),
    }


def _one_type(scores: NDArray[np.float64], *, defective: bool, threshold: float) -> dict[str, JsonValue]:
    """Return the figures of one defect type, or of the good parts."""
    total, failed = len(scores), int(rejected(scores, threshold).sum())
    found: dict[str, JsonValue] = {"pictures": total, "rejected": failed, "passed": total - failed}
    if not defective:
        return found | {"overkill_rate": failed / total, "overkill_rate_95": list(wilson_interval(failed, total))}
    return found | {
        "recall": failed / total,
        "recall_95": list(wilson_interval(failed, total)),
        "escape_rate": 1 - failed / total,
        "escape_rate_95": list(wilson_interval(total - failed, total)),
    }


def _review(
    scores: NDArray[np.float64], labels: NDArray[np.int64], threshold: float, review_from: float | None
) -> dict[str, JsonValue]:
    verdicts = verdicts_of(scores, Thresholds(fail_at=threshold, review_from=review_from))
    passes, band = verdicts == PASSED, verdicts == REVIEW
    escapes, defective = int((passes & (labels == 1)).sum()), int(labels.sum())
    return {
        "from": review_from,
        "pictures": int(band.sum()),
        "fraction": float(band.mean()),
        "good": int((band & (labels == 0)).sum()),
        "defective": int((band & (labels == 1)).sum()),
        "escape_rate": _rate(escapes, defective),
        "escape_rate_95": list(wilson_interval(escapes, defective)),
    }


def _by(names: Sequence[str]) -> list[tuple[str, NDArray[np.int64]]]:
    known = np.array(names, dtype=object)
    return [(name, np.flatnonzero(known == name)) for name in sorted(set(names))]


def _rate(count: int, total: int) -> float | None:
    return count / total if total else None


def _logits(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(np.asarray(scores, np.float64), _CLIP, 1 - _CLIP)
    return np.asarray(np.log(clipped / (1 - clipped)), np.float64)


def _sigmoid(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))


def _checked(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
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
