"""Which input sizes are worth trying: those at which the pictures, and the smallest defects known, still show more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.domain.errors import PictureError
from inspector.pictures import read_picture
from trainer.dataset import TRAIN, VAL
from trainer.framing import WHOLE

if TYPE_CHECKING:
    from pathlib import Path

    from trainer.dataset import Dataset
    from trainer.framing import Framing

#: What ``auto`` chooses from, pixels; each has about twice the area of the one before it.
SIZES_PX = (224, 448, 640, 896)
#: A defect as wide as a cell of the last map is seen whole: a larger input shows no more of it that matters.
_CELL_PX = 32
#: Of the defects with a mask the smallest tenth may be smaller than what is called the smallest.
_SMALLEST = 10


def worthwhile_sizes(dataset: Dataset, largest_px: int | None, framing: Framing = WHOLE) -> tuple[tuple[int, ...], str]:
    """Say which sizes show more than the one before: by the pictures' own pixels, and by the masks where there are any.

    The test part is not looked at.

    Args:
        dataset: Already split.
        largest_px: The user's bound; None for none.
        framing: What of the pictures is judged.

    Returns:
        Sides of the input, pixels, the smallest first; and why there are no larger ones.
    """
    samples = dataset.of(TRAIN, VAL)
    limits: list[tuple[int, str]] = [(SIZES_PX[-1], "")]
    if largest_px is not None:
        bounded = max([size for size in SIZES_PX if size <= largest_px], default=SIZES_PX[0])
        limits.append((bounded, f"Larger inputs than {largest_px} px were not wanted."))
    looks = [(look.width_px, look.height_px) for look in (sample.look for sample in samples) if look is not None]
    if looks and framing.part_side is None:
        own = int(np.median([max(look) for look in looks]))
        why = f"The pictures have {own} pixels on their longer side: larger inputs show no more."
        limits.append((_first_from(own), why))
    elif looks and framing.part_side is not None:
        own = int(np.median([framing.part_side * min(look) for look in looks]))
        why = f"The square around the part has {own} pixels a side: larger inputs show no more."
        limits.append((_first_from(own), why))
    # a square shows a defect so much larger
    smallest = smallest_defect([s.mask for s in samples if s.mask is not None]) / (framing.part_side or 1.0)
    if smallest:
        enough = _first_from(round(_CELL_PX / smallest))
        why = (
            f"The smallest defects with a mask are {smallest * enough:.0f} pixels wide at {enough} px: that is enough."
        )
        limits.append((enough, why))
    last, why = min(limits, key=lambda limit: limit[0])
    return tuple(size for size in SIZES_PX if size <= last), why


def _first_from(px: int) -> int:
    return next((size for size in SIZES_PX if size >= px), SIZES_PX[-1])


def smallest_defect(masks: list[Path]) -> float:
    """Return the width of small defects, as a fraction of the picture's side; 0 where no mask says it.

    A defect's width is the root of the area of the mask's largest connected part.
    """
    widths: list[float] = []
    for path in masks:
        try:
            mask = read_picture(path)
        except PictureError:
            continue  # a mask is an extra: without it the sizes go by the others
        plane = (mask if mask.ndim == 2 else mask[..., :3].max(axis=2)) > 0
        count, _, stats, _ = cv2.connectedComponentsWithStats(plane.astype(np.uint8))
        if count > 1:
            widths.append(float(np.sqrt(stats[1:, cv2.CC_STAT_AREA].max() / plane.size)))
    return float(np.percentile(widths, _SMALLEST)) if widths else 0.0
