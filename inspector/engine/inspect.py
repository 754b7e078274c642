"""One picture to one decision: picture quality, network, policy; whatever breaks is an ERROR with its reason."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from inspector.domain.errors import InspectorError
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.memory import ran_out_of_memory, reason_of
from inspector.domain.picture_measures import measure_picture
from inspector.domain.picture_range import look_of
from inspector.domain.policy import decide, error_decision, explained, with_remark
from inspector.domain.quality import check_quality

if TYPE_CHECKING:
    from inspector.domain.config import QualityLimits
    from inspector.domain.picture_measures import PictureMeasures
    from inspector.domain.picture_range import PictureRange
    from inspector.domain.records import Decision, Image, Prediction, Thresholds

_log = logging.getLogger(__name__)


class Predicts(Protocol):
    """A classifier, or something that runs one."""

    def predict(self, image: Image) -> Prediction:
        """See `Classifier.predict`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came of one picture.

    Args:
        prediction: With the heatmap; None where there is none.
        quality_ms: Time for the picture's own quality; None where that broke.
        judge_ms: Time for everything: quality, network, policy, and the ways between them.
        measures: What the picture is like; None where it was not measured.
    """

    decision: Decision
    prediction: Prediction | None
    quality_ms: float | None
    judge_ms: float
    measures: PictureMeasures | None = None

    @property
    def decision_ms(self) -> float | None:
        """What neither quality nor preprocessing nor network took: the hand-overs and the policy."""
        if self.prediction is None or self.quality_ms is None:
            return None
        network = self.prediction.preprocess_ms + self.prediction.inference_ms
        return max(0.0, self.judge_ms - self.quality_ms - network)


def judge_picture(
    predictor: Predicts,
    image: Image,
    thresholds: Thresholds,
    quality: QualityLimits,
    pictures: PictureRange | None = None,
    heatmap: HeatmapKind = HeatmapKind.DEFECT,
    *,
    measured: bool = False,
) -> Judged:
    """Judge one picture, with the times. Never raises: what cannot be judged is an ERROR.

    Args:
        image: The inspected pixels.
        quality: When a picture is too bad to be judged.
        pictures: What those are like that the model learnt from: the reason says where this one is unlike them.
        heatmap: Which one is wanted, as in the recipe.
        measured: Whether it is measured, too, what the picture is like.
    """
    began_s = time.perf_counter()
    quality_ms = prediction = None
    measures: PictureMeasures | None = None
    try:
        fault = check_quality(image, quality)
        quality_ms = 1000 * (time.perf_counter() - began_s)
        if fault:
            decision = error_decision(fault, thresholds)
        else:
            measures = _measures(image) if measured else None
            prediction = predictor.predict(image)
            remark = pictures.remark(look_of(image)) if pictures is not None else ""
            decision = with_remark(decide(prediction, thresholds), remark)
            prediction = explained(prediction, decision, heatmap)
    except Exception as error:
        if not isinstance(error, InspectorError) and not ran_out_of_memory(error):
            _log.exception("a picture could not be judged")
        decision, prediction = error_decision(reason_of(error), thresholds), None
    judge_ms = 1000 * (time.perf_counter() - began_s)
    return Judged(decision=decision, prediction=prediction, quality_ms=quality_ms, judge_ms=judge_ms, measures=measures)


def _measures(image: Image) -> PictureMeasures | None:
    """Measure a picture; where that breaks, the verdict is none the worse for it."""
    try:
        return measure_picture(image)
    except Exception:
        _log.exception("a picture could not be measured")
        return None


def not_judged(reason: str, thresholds: Thresholds) -> Judged:
    """Return the ERROR of a part that nobody looks at."""
    return Judged(decision=error_decision(reason, thresholds), prediction=None, quality_ms=None, judge_ms=0.0)


def inspect_picture(
    predictor: Predicts,
    image: Image,
    thresholds: Thresholds,
    quality: QualityLimits,
    pictures: PictureRange | None = None,
    heatmap: HeatmapKind = HeatmapKind.DEFECT,
) -> tuple[Decision, Prediction | None]:
    """Judge one picture as `judge_picture` does; return the decision, and the prediction where there is one."""
    judged = judge_picture(predictor, image, thresholds, quality, pictures, heatmap)
    return judged.decision, judged.prediction
