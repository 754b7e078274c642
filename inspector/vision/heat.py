"""The defect map: what the memory of good and the classifier know of the place of a defect, in one map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.domain.prediction import heat_of, likely, relative

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Deviation of the Gaussian that smooths the strangeness, in cells: the strangest single cell often lies on an edge.
SMOOTHED_CELLS = 1.0
#: What Grad-CAM alone can heat; more of it draws the peak to its coarse cells (docs/decisions has the figures).
LOOKED_AT = 0.3


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
