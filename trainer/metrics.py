"""The figures of merit of a model on judged pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from inspector.domain.confusion import confusion_at, escapes_of
from inspector.domain.policy import holding, verdicts_of
from inspector.domain.rates import Rate
from inspector.domain.records import Thresholds
from inspector.domain.tally import Tally
from trainer.calibration import calibration_error, reliability
from trainer.evaluation import (
    ConfusionCounts,
    DefectFigures,
    Evaluation,
    Figures,
    GoodFigures,
    ReviewBandFigures,
)
from trainer.judged import arrays, checked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trainer.judged import JudgedPicture


def evaluate(judged: Sequence[JudgedPicture], thresholds: Thresholds) -> Evaluation:
    """Return the figures of a test.

    A model that fails nothing is measured by what it sends to review.

    Args:
        judged: At least one picture.

    Raises:
        MetricsError: If there is no picture, or a score is none.
    """
    scores, labels = checked(*arrays(judged))
    several = len({picture.category for picture in judged}) > 1
    types = [f"{picture.category}/{picture.defect}" if several else picture.defect for picture in judged]
    point = holding(thresholds)
    return Evaluation(
        threshold=point.fail_at,
        **dict(figures(scores, labels, point.fail_at)),
        ece=calibration_error(reliability(scores, labels)),
        review=_review(scores, labels, thresholds if point.fail_at == thresholds.fail_at else point),
        per_category={
            name: figures(scores[places], labels[places], point.fail_at)
            for name, places in _by([picture.category for picture in judged])
        },
        per_defect_type={
            name: _of_type(Tally.of(verdicts_of(scores[places], point)), defective=judged[places[0]].defective)
            for name, places in _by(types)
        },
    )


def figures(scores: NDArray[np.float64], labels: NDArray[np.int64], threshold: float) -> Figures:
    """Return the figures of labelled scores at a threshold.

    Args:
        scores: (N,) P(defective), N ≥ 1.
        labels: (N,) 0 good, 1 defective.
        threshold: A P(defective) of at least this is rejected.
    """
    confusion = confusion_at(scores, labels, Thresholds(fail_at=threshold))
    escapes, overkill = confusion.escapes, confusion.overkill
    both = escapes.total > 0 and overkill.total > 0
    return Figures(
        pictures=len(labels),
        confusion=ConfusionCounts.of(confusion),
        accuracy=confusion.accuracy.count / len(labels) if both else None,
        precision=confusion.precision if both else None,
        recall=confusion.recall.value,
        f1=confusion.f1 if both else None,
        auroc=float(roc_auc_score(labels, scores)) if both else None,
        average_precision=float(average_precision_score(labels, scores)) if both else None,
        escape_rate=escapes.value,
        escape_rate_95=escapes.interval,
        overkill_rate=overkill.value,
        overkill_rate_95=overkill.interval,
    )


# --- inside -----------------------------------------------------------------------------------------------------------


def _of_type(tally: Tally, *, defective: bool) -> DefectFigures | GoodFigures:
    fails, passes = Rate(tally.failed, tally.judged), escapes_of(tally)
    counts = {"pictures": tally.judged, "rejected": tally.failed, "passed": tally.passed}
    if not defective:
        return GoodFigures(**counts, overkill_rate=fails.count / fails.total, overkill_rate_95=fails.interval)
    return DefectFigures(
        **counts,
        recall=fails.count / fails.total,
        recall_95=fails.interval,
        escape_rate=passes.count / passes.total,
        escape_rate_95=passes.interval,
    )


def _review(scores: NDArray[np.float64], labels: NDArray[np.int64], thresholds: Thresholds) -> ReviewBandFigures:
    confusion = confusion_at(scores, labels, thresholds)
    return ReviewBandFigures(
        starts=thresholds.review_from,
        pictures=confusion.total.review,
        fraction=confusion.total.review / len(labels),
        good=confusion.good.review,
        defective=confusion.defective.review,
        escape_rate=confusion.escapes.value,
        escape_rate_95=confusion.escapes.interval,
    )


def _by(names: Sequence[str]) -> list[tuple[str, NDArray[np.intp]]]:
    known = np.array(names, dtype=object)
    return [(name, np.flatnonzero(known == name)) for name in sorted(set(names))]
