"""What the network says of one picture: its scores, and the maps that say where."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.heatmap import HeatmapKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.domain.classes import Classes

#: Of the strangeness in heat: half of it at the limit, a tenth of that at half the limit.
_STEEP = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What the network says of one picture.

    Args:
        probabilities: (K,) float32, each 0..1, sum 1.
        maps: (K, h, w) float32, the raw Grad-CAM map of the layer that is judged by, for every class, 0 or more.
        preprocess_ms: Time for preprocessing.
        inference_ms: Time in the network.
        map_box: Where the maps lie on the picture: left, top, right, bottom as fractions of its width and height. The
            whole picture when it was squashed; beyond it with a letterbox; inside it when the centre was cut out.
        strangeness_map: (h, w) float32, how far each cell lies from what good parts look like, 0 or more; its h and w
            are those of a finer map than `maps`. 1 is what `DEFAULT_RATE` of good parts reach at their strangest cell.
            None where the model has no memory of good.
        whole: How far the whole picture lies from good ones, 0 or more; 1 likewise. None without that measure.
        view: How far the part's outline lies from those of good parts, where one is known, or how much too even the
            picture is to hold a part, 0 or more; 1 likewise. None in models that do not know.
        seems: In what it is unlike good pictures as a view, in words; empty where that was not asked or cannot be told.
        defect_map: (h, w) float32, 0..1: where the defect most likely is, see `inspector.vision.heat`. None where the
            model has nothing but Grad-CAM.
        heat_outside: Whether the heat lies outside the part, see `inspector.vision.heat.lies_outside`. None where no
            outline is known of good parts, or this part's is not as theirs.
        part_missing: Whether the network judges the square around the part and none stood alone in the picture: it was
            judged whole, as the network has never learnt it.
        unlike_good: Whether it was its strangeness that decided, see `inspector.domain.policy.explained`.
        spared: Whether it would have failed, had its heat not lain outside the part; likewise.
        wanted: The kind that somebody chose; `shows` says which it becomes.
        kept: The heatmap was read back from the archive, and is of this kind; each of `maps` holds it, 0..1.

    Raises:
        ValueError: If shapes do not agree or a value is not finite.
    """

    classes: Classes
    probabilities: NDArray[np.float32]
    maps: NDArray[np.float32]
    preprocess_ms: float
    inference_ms: float
    map_box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    strangeness_map: NDArray[np.float32] | None = None
    whole: float | None = None
    view: float | None = None
    seems: str = ""
    defect_map: NDArray[np.float32] | None = None
    heat_outside: bool | None = None
    part_missing: bool = False
    unlike_good: bool = False
    spared: bool = False
    wanted: HeatmapKind = HeatmapKind.DEFECT
    kept: HeatmapKind | None = None

    def __post_init__(self) -> None:
        count = len(self.classes)
        if self.probabilities.shape != (count,) or self.maps.ndim != 3 or self.maps.shape[0] != count:
            msg = f"{count} classes, but probabilities {self.probabilities.shape} and maps {self.maps.shape}"
            raise ValueError(msg)
        if not (np.isfinite(self.probabilities).all() and np.isfinite(self.maps).all()):
            msg = "the network returned a value that is not a finite number"
            raise ValueError(msg)
        for name, plane in (("map of strangeness", self.strangeness_map), ("defect map", self.defect_map)):
            if plane is not None and (plane.ndim != 2 or plane.size == 0 or not np.isfinite(plane).all()):
                msg = f"the network returned a {name} that cannot be used, of shape {plane.shape}"
                raise ValueError(msg)
        if self.whole is not None and not math.isfinite(self.whole):
            msg = f"the network's strangeness of the whole picture is {self.whole}, not a finite number"
            raise ValueError(msg)

    @property
    def strangeness(self) -> float | None:
        """How unlike good parts it is, 0 or more: its strangest cell, the whole picture, or the view: the largest.

        None without a memory of good.
        """
        if self.strangeness_map is None:
            return None
        strangest = float(self.strangeness_map.max())
        return max([strangest, *(value for value in (self.whole, self.view) if value is not None)])

    @property
    def p_defective(self) -> float:
        """P(defective): one minus the probability of the good class, 0..1."""
        return min(1.0, max(0.0, self.classes.p_defective(self.probabilities)))

    @property
    def defect_index(self) -> int:
        """The most probable class that is not good."""
        return self.classes.likeliest_defect(self.probabilities)

    @property
    def shows(self) -> HeatmapKind:
        """What `heatmap` is: the wanted one, or the nearest to it that the model has.

        Where the strangeness decided, the defect map gives way to the map of that: it is the reason.
        """
        if self.kept is not None:
            return self.kept
        if self.strangeness_map is not None:
            if self.wanted is HeatmapKind.UNLIKE_GOOD or (self.unlike_good and self.wanted is HeatmapKind.DEFECT):
                return HeatmapKind.UNLIKE_GOOD
            if self.wanted is HeatmapKind.DEFECT and self.defect_map is not None:
                return HeatmapKind.DEFECT
        return HeatmapKind.GRAD_CAM

    @property
    def heatmap(self) -> NDArray[np.float32]:
        """(h, w) float32, 0..1: the map that is shown, on a scale that is the same for every part.

        The defect map and Grad-CAM grow with P(defective), so that a good part stays cold; in the map of what is unlike
        good parts 0.5 is the limit that the usual rate of good parts reaches.
        """
        shows = self.shows
        if self.kept is not None:
            return np.asarray(self.maps[self.defect_index], np.float32)
        if shows is HeatmapKind.DEFECT and self.defect_map is not None:
            return self.defect_map
        if shows is HeatmapKind.UNLIKE_GOOD and self.strangeness_map is not None:
            return heat_of(self.strangeness_map)
        return likely(self.p_defective) * relative(self.maps[self.defect_index])


def heat_of(strangeness: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn strangeness, 0 or more, of any shape, into heat, 0..1: 0.5 at the limit."""
    power = np.minimum(np.maximum(strangeness, 0.0), 100.0) ** _STEEP
    return np.asarray(power / (1.0 + power), np.float32)


def relative(heatmap: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a map, 0 or more, as fractions of its largest value; 0 everywhere where that is 0."""
    peak = float(heatmap.max(initial=0.0))
    return np.asarray(heatmap / peak if peak > 0.0 else np.zeros_like(heatmap), np.float32)


def likely(p_defective: float) -> np.float32:
    """Return how strong a map is drawn of a part with this P(defective): its root, so that a doubtful one is seen."""
    return np.float32(np.sqrt(p_defective))
