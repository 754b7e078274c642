"""One picture to one decision: picture quality, network, policy; whatever breaks is an ERROR with its reason."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from inspector.domain.errors import InspectorError
from inspector.domain.policy import decide, error_decision
from inspector.domain.quality import check_quality

if TYPE_CHECKING:
    from inspector.domain.config import QualityLimits
    from inspector.domain.records import Decision, Image, Prediction, Thresholds

_log = logging.getLogger(__name__)


class Predicts(Protocol):
    """A classifier, or something that runs one."""

    def predict(self, image: Image) -> Prediction:
        """See `Classifier.predict`."""
        ...


def inspect_picture(
    predictor: Predicts, image: Image, thresholds: Thresholds, quality: QualityLimits
) -> tuple[Decision, Prediction | None]:
    """Judge one picture. Never raises: what cannot be judged is an ERROR.

    Args:
        predictor: A classifier.
        image: The inspected pixels.
        thresholds: The operating point.
        quality: When a picture is too bad to be judged.

    Returns:
        The decision, and the prediction where there is one.
    """
    try:
        fault = check_quality(image, quality)
        if fault:
            return error_decision(fault, thresholds), None
        prediction = predictor.predict(image)
        return decide(prediction, thresholds), prediction
    except InspectorError as error:
        return error_decision(str(error), thresholds), None
    except Exception as error:
        _log.exception("a picture could not be judged")
        return error_decision(f"unexpected {type(error).__name__}: {error}", thresholds), None
