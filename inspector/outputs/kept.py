"""What the archive has kept of a part, read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.errors import PictureError
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.policy import guard_decided
from inspector.domain.records import Prediction
from inspector.pictures import read_picture

if TYPE_CHECKING:
    from inspector.domain.records import Decision, Inspection


def kept_prediction(inspection: Inspection) -> Prediction | None:
    """Rebuild what is needed to draw the kept heatmap; None where none was kept, or it is gone."""
    if inspection.picture is None or inspection.picture.heatmap_path is None or inspection.classes is None:
        return None
    try:
        grey = read_picture(inspection.picture.heatmap_path)
    except PictureError:
        return None
    heatmap = (grey if grey.ndim == 2 else grey[..., 0]).astype(np.float32) / 255.0
    probabilities = np.array(inspection.probabilities, dtype=np.float32)
    return Prediction(
        classes=inspection.classes,
        probabilities=probabilities,
        maps=np.repeat(heatmap[None], len(inspection.classes), axis=0),
        preprocess_ms=0.0,
        inference_ms=0.0,
        kept=_kind_of(inspection.decision),
    )


def _kind_of(decision: Decision) -> HeatmapKind:
    """Return what was kept, as `explained` chose it: a model without a memory of good says nothing of strangeness."""
    if decision.strangeness is None:
        return HeatmapKind.GRAD_CAM
    return HeatmapKind.UNLIKE_GOOD if guard_decided(decision) else HeatmapKind.DEFECT
