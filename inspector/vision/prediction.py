"""What every back end does the same way: precision guard, and the frozen prediction from raw outputs."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from inspector.domain.errors import ClassifierError
from inspector.domain.records import Prediction
from inspector.vision.heat import defect_map, lies_outside
from inspector.vision.looks import look_at, words_of
from inspector.vision.preprocess import map_place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from inspector.domain.records import Image, Thresholds
    from inspector.vision.framing import MapPlace
    from inspector.vision.looks import ViewLook
    from inspector.vision.manifest import Manifest

# Measured on 96 pictures of bottles with a fitted head: bfloat16 moves the log-odds of P(defective) by 0.08 (standard
# deviation), at most 0.21; the guard is wider than twice the largest. An int8 graph that is not exact at once (see
# `Graphs.ways`) has a retrained layer4 in bfloat16: 0.07, at most 0.44, and that far from the operating point.
_GUARD_LOG_ODDS = 0.5
_GUARD_SHARE = 0.05
_LEAST = 1e-7
_GUARD_LOG_STRANGENESS = 0.1


class Outputs(NamedTuple):
    """What a network says of one picture.

    Args:
        probabilities: (K,) float32.
        maps: (K, h, w) float32.
        strangeness: (h', w') float32; None without a memory of good.
        located: (h', w') float32, 0..1; None where no masks have taught it the place of defects.
        whole: how strange the whole picture is; None without that measure.
    """

    probabilities: NDArray[np.float32]
    maps: NDArray[np.float32]
    strangeness: NDArray[np.float32] | None = None
    located: NDArray[np.float32] | None = None
    whole: float | None = None

    @property
    def strangest(self) -> float | None:
        """The larger of both measures; None without a memory of good."""
        if self.strangeness is None:
            return None
        largest = float(self.strangeness.max())
        return largest if self.whole is None else max(largest, self.whole)


def near_threshold(p_defective: float, thresholds: Sequence[Thresholds]) -> bool:
    """Say whether a score of reduced precision lies so near to an operating point that its verdict could be another's.

    Args:
        p_defective: 0..1.
        thresholds: The operating points that may judge it.
    """
    odds = _log_odds(p_defective)
    for point in thresholds:
        for value in (point.fail_at, point.review_from):
            if value is None:
                continue
            edge = _log_odds(value)
            if abs(odds - edge) <= _GUARD_LOG_ODDS + _GUARD_SHARE * abs(edge):
                return True
    return False


def near_a_limit(p_defective: float, outputs: Outputs, thresholds: Sequence[Thresholds]) -> bool:
    """Say whether an answer of reduced precision lies near an operating point, or near the limit of strangeness.

    Args:
        p_defective: 0..1.
        outputs: The answer.
        thresholds: The operating points that may judge it.
    """
    if near_threshold(p_defective, thresholds):
        return True
    if outputs.strangest is None:
        return False
    largest = max(_LEAST, outputs.strangest)
    limits = {1.0, *(point.strange_from for point in thresholds if point.strange_from is not None)}
    return any(abs(math.log(largest / limit)) <= _GUARD_LOG_STRANGENESS for limit in limits)


def make_prediction(
    manifest: Manifest,
    image: Image,
    outputs: Outputs,
    *,
    preprocess_ms: float,
    inference_ms: float,
) -> Prediction:
    """Turn one picture's raw outputs into the record.

    Args:
        image: The picture, for its size.
        outputs: They are copied.
        preprocess_ms: As in `Prediction`.
        inference_ms: As in `Prediction`.

    Raises:
        ClassifierError: If a shape is wrong or a value is not a finite number.
    """
    probabilities, maps = (np.array(output, np.float32) for output in outputs[:2])
    strangeness = None if outputs.strangeness is None else np.array(outputs.strangeness, np.float32)
    for array in (probabilities, maps, strangeness):
        if array is not None:
            array.setflags(write=False)
    look = look_at(image, manifest.memory)
    place = map_place(image, manifest.preprocessing)
    try:
        prediction = Prediction(
            classes=manifest.classes,
            probabilities=probabilities,
            maps=maps,
            preprocess_ms=preprocess_ms,
            inference_ms=inference_ms,
            map_box=place.box,
            strangeness_map=strangeness,
            whole=outputs.whole,
            view=look.strangeness,
            seems=words_of(look, image, manifest.memory, outputs.whole),
            part_missing=place.part_missing,
        )
        return _placed(_laid(_joined(prediction, outputs.located), place), look)
    except ValueError as error:
        raise ClassifierError(
            f"the model {manifest.name} gave an answer that cannot be used: {error}",
            "Verify the model (“inspector model verify”); on another device or precision it may work.",
        ) from error


def _joined(prediction: Prediction, located: NDArray[np.float32] | None) -> Prediction:
    """Return it with its defect map, where there is more than Grad-CAM to make it of."""
    if prediction.strangeness_map is None:
        return prediction
    looked_at = prediction.maps[prediction.defect_index]
    joined = defect_map(looked_at, prediction.strangeness_map, prediction.p_defective, located)
    joined.setflags(write=False)
    return replace(prediction, defect_map=joined)


def _laid(prediction: Prediction, place: MapPlace) -> Prediction:
    """Return it with its maps as they lie on the picture, where what was judged is turned."""
    if not place.angle:
        return prediction
    maps = place.laid(prediction.maps)
    strangeness, defect = (
        None if plane is None else place.laid(plane) for plane in (prediction.strangeness_map, prediction.defect_map)
    )
    for array in (maps, strangeness, defect):
        if array is not None:
            array.setflags(write=False)
    return replace(prediction, maps=maps, strangeness_map=strangeness, defect_map=defect)


def _placed(prediction: Prediction, look: ViewLook) -> Prediction:
    """Return it with the word on where its heat lies, where the part's outline is as good parts have it."""
    if look.outline is None or look.strangeness is None or look.strangeness >= 1.0:
        return prediction
    return replace(prediction, heat_outside=lies_outside(prediction, look.outline))


def _log_odds(probability: float) -> float:
    inside = min(1.0 - _LEAST, max(_LEAST, probability))
    return math.log(inside / (1.0 - inside))
