"""What the archive has kept of a part, read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.classes import Classes
from inspector.domain.errors import PictureError
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.policy import guard_decided, spared
from inspector.domain.records import Prediction
from inspector.pictures import read_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.domain.records import Inspection, ViewRecord
    from inspector.pictures import Place


_GOOD_OR_NOT = Classes(("good", "defective"), "good")


def kept_prediction(inspection: Inspection) -> Prediction | None:
    """Rebuild what is needed to draw the kept heatmap; None where none was kept, or it is gone."""
    if inspection.picture is None or inspection.picture.heatmap_path is None or inspection.classes is None:
        return None
    try:
        heatmap = kept_heatmap(inspection.picture.heatmap_path)
    except PictureError:
        return None
    probabilities = np.array(inspection.probabilities, dtype=np.float32)
    return Prediction(
        classes=inspection.classes,
        probabilities=probabilities,
        maps=np.repeat(heatmap[None], len(inspection.classes), axis=0),
        preprocess_ms=0.0,
        inference_ms=0.0,
        kept=kept_kind(inspection),
        spared=spared(inspection.decision),
    )


def kept_view(view: ViewRecord) -> Prediction | None:
    """Rebuild what is needed to draw the kept heatmap of one of a part's views; None where there is none.

    The names of its model's classes are not recorded: “defective” stands for all that is not good.
    """
    if view.picture is None or view.picture.heatmap_path is None:
        return None
    try:
        heatmap = kept_heatmap(view.picture.heatmap_path)
    except PictureError:
        return None
    p = view.decision.p_defective or 0.0
    return Prediction(
        classes=_GOOD_OR_NOT,
        probabilities=np.array([1.0 - p, p], np.float32),
        maps=np.repeat(heatmap[None], len(_GOOD_OR_NOT), axis=0),
        preprocess_ms=0.0,
        inference_ms=0.0,
        kept=named_kind(view.picture.heatmap_path.name) or HeatmapKind.GRAD_CAM,
    )


def kept_heatmap(place: Place) -> NDArray[np.float32]:
    """Read a kept heatmap.

    Args:
        place: Its file, or where it was sent.

    Returns:
        (h, w) float32, 0..1.

    Raises:
        PictureError: If it cannot be read.
    """
    grey = read_picture(place)
    heatmap: NDArray[np.float32] = (grey if grey.ndim == 2 else grey[..., 0]).astype(np.float32) / 255.0
    return heatmap


def heatmap_suffix(kind: HeatmapKind) -> str:
    """Return how the file of a kept heatmap ends: its name says what it shows."""
    return f".{kind}.heatmap.png"


def named_kind(name: str) -> HeatmapKind | None:
    """Return which heatmap a file's name says that it holds; None for files of before, which do not say it."""
    return next((kind for kind in HeatmapKind if name.endswith(heatmap_suffix(kind))), None)


def kept_kind(inspection: Inspection) -> HeatmapKind | None:
    """Return which heatmap of a part was kept, by its file's name; None for none.

    Files of before have no kind in their names: the defect map was kept, or what explained the verdict in its place.
    """
    if inspection.picture is None or inspection.picture.heatmap_path is None:
        return None
    kind, decision = named_kind(inspection.picture.heatmap_path.name), inspection.decision
    if kind is not None:
        return kind
    if decision.strangeness is None:
        return HeatmapKind.GRAD_CAM
    return HeatmapKind.UNLIKE_GOOD if guard_decided(decision) else HeatmapKind.DEFECT
