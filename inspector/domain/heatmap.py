"""Which heatmaps there are of one part; what each shows."""

from __future__ import annotations

from enum import StrEnum


class HeatmapKind(StrEnum):
    """What a heatmap shows."""

    #: where the defect most likely is: all that the model knows, in one map
    DEFECT = "defect"
    #: what the classifier looked at: Grad-CAM of the layer that is judged by
    GRAD_CAM = "grad-cam"
    #: what is unlike good parts: the memory's map
    UNLIKE_GOOD = "unlike-good"
