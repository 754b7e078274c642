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

    @property
    def words(self) -> str:
        """Its name, as people read it."""
        return _WORDS[self]


_WORDS = {
    HeatmapKind.DEFECT: "defect",
    HeatmapKind.GRAD_CAM: "Grad-CAM",
    HeatmapKind.UNLIKE_GOOD: "unlike good",
}
