"""The defect map: what the memory of good and the classifier know of a defect's place; whether that is the part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.domain.outline import SIDE
from inspector.domain.prediction import heat_of, likely, relative
from inspector.vision.overlay import fit_to_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.domain.outline import Outline
    from inspector.domain.prediction import Prediction

#: Deviation of the Gaussian that smooths the strangeness, in cells: the strangest single cell often lies on an edge.
SMOOTHED_CELLS = 1.0
#: What Grad-CAM alone can heat; more of it draws the peak to its coarse cells (docs/decisions has the figures).
LOOKED_AT = 0.3
#: Heat smears by about a cell of the finer map: so far, in pixels of the small picture, it still is the part's.
_MARGIN_PX = 3
#: What is at least so hot, as a share of the peak, is where the heat is; less than so much of it may be the part's.
_HOT, _MOST_INSIDE = 0.5, 0.3
_MARGIN = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _MARGIN_PX + 1, 2 * _MARGIN_PX + 1))


def defect_map(
    looked_at: NDArray[np.float32],
    strangeness: NDArray[np.float32],
    p_defective: float,
    located: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Join the maps as independent hints: a place is hot where any of them says so, the more the surer the verdict is.

    Args:
        looked_at: (h, w) float32, the raw Grad-CAM map of the likeliest defect, 0 or more.
        strangeness: (h', w') float32, as `Prediction.strangeness_map`.
        p_defective: 0..1.
        located: (h', w') float32, 0..1, as masks have taught it; None where none have.

    Returns:
        (h', w') float32, 0..1: √P(defective) · (1 - (1 - unlike good) · (1 - 0.3 · looked at) · (1 - located)).
    """
    smooth = cv2.GaussianBlur(strangeness, (0, 0), SMOOTHED_CELLS)
    size = (strangeness.shape[1], strangeness.shape[0])
    seen = cv2.resize(relative(looked_at), size, interpolation=cv2.INTER_LINEAR)
    cold = (1.0 - heat_of(np.asarray(smooth, np.float32))) * (1.0 - LOOKED_AT * seen)
    if located is not None:
        cold *= 1.0 - located
    return np.asarray(likely(p_defective) * (1.0 - cold), np.float32)


def lies_outside(prediction: Prediction, outline: Outline) -> bool:
    """Say whether the heat lies outside a part: of the defect map nearly all, and the peak of Grad-CAM.

    The part is the convex hull of its outline, so that what has broken off its rim is still the part's; of the defect
    map also a margin around that. A defect on the part mostly keeps one of them there, whatever lies beside it.

    Args:
        prediction: With its defect map.
        outline: Of the part in the same picture.
    """
    if prediction.defect_map is None:
        return False
    pieces, _ = cv2.findContours(outline.mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillConvexPoly(hull, cv2.convexHull(np.concatenate(pieces)), 1)
    joined, looked_at = (
        fit_to_picture(plane, SIDE, SIDE, map_box=prediction.map_box, full_scale=float(plane.max(initial=0.0)))
        for plane in (prediction.defect_map, prediction.maps[prediction.defect_index])
    )
    if not joined.any() or not looked_at.any() or hull.flat[looked_at.argmax()]:
        return False
    hot = np.where(joined >= _HOT * joined.max(), joined, 0.0)
    inside = hot[cv2.dilate(hull, _MARGIN) > 0].sum()
    return bool(inside < _MOST_INSIDE * hot.sum())
