"""Turns the trained network into an int8 graph, and compares the graph with its own float32 original."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.domain.confusion import confusion_at
from inspector.domain.policy import rejected
from inspector.domain.records import Thresholds
from inspector.vision.export import convert
from inspector.vision.graph import MAPS_OUTPUT, PROBABILITIES_OUTPUT
from inspector.vision.openvino_core import openvino_core
from trainer.demo.crops import MASK_CELLS, Crops
from trainer.demo.fit import DEFECTIVE, GOOD, normalised

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.vision.network import InspectionNetwork
    from inspector.vision.preprocess import Preprocessing

_BATCH = 16


@dataclass(frozen=True, slots=True)
class Answers:
    """What a graph says of N pictures.

    Args:
        p_defective: (N,) float32, 0..1.
        maps: (N, h, w) float32, the map of the class "defective", 0 or more.
    """

    p_defective: NDArray[np.float32]
    maps: NDArray[np.float32]


def quantise(network: InspectionNetwork, preprocessing: Preprocessing, crops: Crops, count: int) -> tuple[Any, Any]:
    """Return the float32 graph and its int8 copy, calibrated on the first ``count`` training pictures (NNCF).

    The linear head and the maps, which are its closed form, stay in float: they cost nothing, and a verdict near the
    threshold hangs on them.
    """
    import nncf  # seconds
    import openvino as ov  # seconds

    model = convert(network, preprocessing)
    pictures = [normalised(crops.pictures[i : i + 1]).numpy() for i in range(min(count, len(crops.kinds)))]
    head = [node.get_friendly_name() for node in _head_nodes(model)]
    compressed = nncf.quantize(
        model.clone() if isinstance(model, ov.Model) else model,
        nncf.Dataset(pictures),
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(pictures),
        ignored_scope=nncf.IgnoredScope(names=head),
    )
    return model, compressed


def _head_nodes(model: Any) -> list[Any]:  # noqa: ANN401 - openvino.Model
    """Return the multiplications next to the outputs: the head's, and the one that makes the maps."""
    batches = []
    for result in model.get_results():
        node = result
        while node.get_type_name() not in {"MatMul", "Convolution"}:
            node = node.input_value(0).get_node()
        batches.append(node)
    return batches


def ask(model: Any, crops: Crops) -> Answers:  # noqa: ANN401 - openvino.Model
    """Run a graph over all pictures; what is not int8 computes in float32."""
    compiled = openvino_core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    scores, maps = [], []
    for first in range(0, len(crops.kinds), _BATCH):
        answer = compiled(normalised(crops.pictures[first : first + _BATCH]).numpy())
        scores.append(1.0 - answer[PROBABILITIES_OUTPUT][:, GOOD])
        maps.append(answer[MAPS_OUTPUT][:, DEFECTIVE])
    return Answers(np.concatenate(scores), np.concatenate(maps))


def figures(answers: Answers, crops: Crops, threshold: float) -> dict[str, float | int]:
    """Count verdicts, and how often the map's peak lies within one cell of the defect's box."""
    truth, fails = crops.kinds > 0, rejected(answers.p_defective, threshold)
    confusion = confusion_at(answers.p_defective, truth.astype(np.int8), Thresholds(fail_at=threshold))
    near = [_peak_is_near(answers.maps[i], crops.masks[i]) for i in np.flatnonzero(truth & fails)]
    return {
        "pictures": len(truth),
        "defective_found": confusion.recall.count,
        "defective_missed": confusion.escapes.count,
        "good_rejected": confusion.overkill.count,
        "good_passed": confusion.good.passed,
        "accuracy": confusion.accuracy.value or 0.0,
        "recall": confusion.recall.value or 0.0,
        "precision": confusion.precision or 0.0,
        "peak_within_one_cell": float(np.mean(near)) if near else 0.0,
    }


def _peak_is_near(heatmap: NDArray[np.float32], mask: NDArray[np.float32]) -> bool:
    """Say whether the middle of the hottest cell is at most one cell's side away from the box of the defect."""
    side = heatmap.shape[0]
    row, column = np.unravel_index(int(heatmap.argmax()), heatmap.shape)
    scale = MASK_CELLS / side
    rows, columns = np.nonzero(mask > 0)
    y, x = (row + 0.5) * scale, (column + 0.5) * scale
    off_y = max(rows.min() - y, y - (rows.max() + 1), 0.0)
    off_x = max(columns.min() - x, x - (columns.max() + 1), 0.0)
    return bool(max(off_x, off_y) <= scale)
