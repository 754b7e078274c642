"""Whether the square around the part is judged instead of the whole picture: told by the outlines of good pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.outline import GoodOutlines, outline_of, small_picture
from inspector.vision.framing import lie_of, square_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.domain.records import Image

#: The square is so many times as long as the longest good part.
_MARGIN = 1.1
#: A square that is nearly as large as the picture shows no more.
_MOST_SHARE = 0.85
#: Parts are turned level where all are so many times as long as wide, so that a moment tells their axis, …
_SLIM = 1.3
#: … and where their axes point anywhere: the mean of their directions is shorter than that of parts that lie still.
_ONE_DIRECTION = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """Which square is judged.

    Args:
        part_side: Its side, as in `inspector.vision.preprocess.Preprocessing`; None: the whole picture.
        upright: Whether it is turned so that the part lies level.
    """

    part_side: float | None = None
    upright: bool = False


#: The whole picture.
WHOLE = Framing()


def framing_of(pictures: Sequence[Image], *, turns: bool) -> Framing:
    """Return the square around parts that stand alone before an even ground; the whole picture where that is not so.

    Args:
        pictures: Good ones, five or more.
        turns: Whether a part may lie turned at all, as far as the user has said.
    """
    outlines = [outline_of(small_picture(picture)) for picture in pictures]
    if GoodOutlines.of(outlines) is None:
        return WHOLE
    known = [outline for outline in outlines if outline is not None]
    lies = [lie_of(picture, outline) for outline, picture in zip(known, pictures, strict=True)]
    axes = np.exp(2j * np.array([lie.angle for lie in lies]))
    slim = min(outline.slimness for outline in known) >= _SLIM
    upright = turns and slim and bool(abs(axes.mean()) < _ONE_DIRECTION)
    shares = [lie.length / min(shape_of(picture)) for lie, picture in zip(lies, pictures, strict=True)]
    share = round(_MARGIN * max(shares), 3)
    if not upright and share > _MOST_SHARE:
        return WHOLE
    if any(square_of(picture, share, upright=upright) is None for picture in pictures):
        return WHOLE
    return Framing(part_side=share, upright=upright)


def shape_of(picture: Image) -> tuple[int, int]:
    """Return width and height, pixels."""
    return picture.shape[1], picture.shape[0]


def words_of(framing: Framing) -> str:
    """Say what is judged; empty where it is the whole picture."""
    if framing.part_side is None:
        return ""
    turned = ", turned so that the part lies level," if framing.upright else ""
    return (
        f"The square around the part is judged{turned} and what lies beyond it is not: its side is "
        f"{100 * framing.part_side:.0f} % of the picture's shorter one."
    )
