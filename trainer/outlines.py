"""Makes what is known of good parts' outlines, and how strange those of good pictures look to that of the others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.outline import GoodOutlines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from inspector.domain.outline import Outline


def good_outlines(
    outlines: Sequence[Outline | None], folds: NDArray[np.int64]
) -> tuple[GoodOutlines | None, NDArray[np.float64]]:
    """Sum up good outlines, in units that none of them exceeds as the others see it.

    Args:
        outlines: Of N good pictures.
        folds: (N,) fold of each.

    Returns:
        What they have in common, None where no outline is known; and (N,) how strange each is to those of the other
        folds, 1 at most, 0 where none is known.
    """
    known = GoodOutlines.of(outlines)
    if known is None:
        return None, np.zeros(len(outlines))
    crossed = np.empty(len(outlines))
    for fold in np.unique(folds):
        others = [outline for outline, other in zip(outlines, folds, strict=True) if other != fold]
        seen_by = GoodOutlines.of(others) or known
        for place in np.flatnonzero(folds == fold).tolist():
            crossed[place] = seen_by.strangeness(outlines[place])
    unit = max(1.0, float(crossed.max()))
    return replace(known, unit=unit), crossed / unit
