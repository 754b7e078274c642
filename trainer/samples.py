"""Sample predictions of a report: which pictures are shown, and how a picture and its heatmap become a tile."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from inspector.domain.policy import rejected
from inspector.vision.overlay import displayable, draw_overlay
from trainer.figures import DARK_GROUND, draw
from trainer.judged import GOOD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from trainer.judged import JudgedPicture

#: Kinds of predictions, the errors first.
KINDS = ("Defective, passed (escapes)", "Good, rejected (overkill)", "Defective, rejected", "Good, passed")
#: Most tiles of each kind of error, and of each kind of right verdict.
MOST_ERRORS, MOST_RIGHT = 12, 6
_SIDE_PX = 320
_GAP_PX = 8
_PER_ROW = 3


@dataclass(frozen=True, slots=True)
class SampleTile:
    """One sample prediction.

    Args:
        picture: (H, W, 3) uint8 BGR.
        heatmap: (h, w) float, 0..1, on one scale for all tiles, over the whole picture; None where there is none.
        name: The picture's path within the data folder.
        path: The file, for the link.
        truth: "good", or its defect type.
        p_defective: 0..1.
    """

    picture: NDArray[np.uint8]
    heatmap: NDArray[np.floating] | None
    name: str
    path: str
    truth: str
    p_defective: float

    def kind(self, threshold: float) -> str:
        """Return which of `KINDS` it is."""
        return _kind(self.truth, self.p_defective, threshold)


def choose_samples(judged: Sequence[JudgedPicture], threshold: float) -> list[JudgedPicture]:
    """Choose the pictures for the tiles: the worst errors, and right verdicts from the surest to the closest.

    Args:
        judged: Pictures of the test.
        threshold: Score from which a part is rejected, 0..1.

    Returns:
        At most 12 escapes, 12 overkills, 6 hits and 6 good ones, in this order.
    """
    chosen: list[JudgedPicture] = []
    for kind in KINDS:
        own = [picture for picture in judged if _kind(picture.defect, picture.p_defective, threshold) == kind]
        own.sort(key=lambda picture: (-abs(picture.p_defective - threshold), picture.name))
        if kind in KINDS[:2]:
            own = own[:MOST_ERRORS]
        elif len(own) > MOST_RIGHT:
            own = [own[round(i * (len(own) - 1) / (MOST_RIGHT - 1))] for i in range(MOST_RIGHT)]
        chosen += own
    return chosen


def grouped(tiles: Sequence[SampleTile], threshold: float) -> dict[str, list[SampleTile]]:
    """Return the tiles by kind, in the order of `KINDS`; a kind without a tile is left out."""
    by_kind = {kind: [tile for tile in tiles if tile.kind(threshold) == kind] for kind in KINDS}
    return {kind: own for kind, own in by_kind.items() if own}


def side_by_side(tile: SampleTile, threshold: float, *, ground: str = "#ffffff") -> NDArray[np.uint8]:
    """Return the picture, and beside it the same under its heatmap.

    Args:
        threshold: Above it the hottest region is outlined; below it is noise.
        ground: Colour of the room that they leave.

    Returns:
        (320, 648, 3) uint8 BGR.
    """
    plain = displayable(tile.picture)
    scale = _SIDE_PX / max(plain.shape[:2])
    size = max(1, round(plain.shape[1] * scale)), max(1, round(plain.shape[0] * scale))
    small = cv2.resize(plain, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    views = [np.asarray(small, np.uint8)]
    if tile.heatmap is not None:
        heatmap = np.asarray(tile.heatmap, np.float32)
        contour = bool(rejected(tile.p_defective, threshold))
        views.append(draw_overlay(views[0], heatmap, full_scale=1.0, contour=contour))
    sheet = np.empty((_SIDE_PX, 2 * _SIDE_PX + _GAP_PX, 3), np.uint8)
    sheet[:] = tuple(bytes.fromhex(ground[1:]))[::-1]  # BGR
    for number, view in enumerate(views):
        top, left = (_SIDE_PX - size[1]) // 2, number * (size[0] + _GAP_PX)
        sheet[top : top + size[1], left : left + size[0]] = view
    return sheet


def tile_jpeg(tile: SampleTile, threshold: float) -> bytes:
    """Return `side_by_side` as JPEG, for the page."""
    return bytes(cv2.imencode(".jpg", side_by_side(tile, threshold), [cv2.IMWRITE_JPEG_QUALITY, 85])[1])


def samples_png(groups: Mapping[str, Sequence[SampleTile]], threshold: float, *, dark: bool = False) -> bytes:
    """Draw all tiles as one sheet.

    Args:
        groups: As `grouped` returns; at least one.
        threshold: Score from which a part is rejected, 0..1.
        dark: As in `draw`.

    Returns:
        PNG.
    """
    rows: list[tuple[str, Sequence[SampleTile]]] = []
    for kind, own in groups.items():
        starts = range(0, len(own), _PER_ROW)
        rows += [(f"{kind}: {len(own)} shown" if start == 0 else "", own[start : start + _PER_ROW]) for start in starts]

    def paint(*panels: Axes) -> None:
        for number, (heading, own) in enumerate(rows):
            for place, (panel, tile) in enumerate(
                zip_longest(panels[number * _PER_ROW : (number + 1) * _PER_ROW], own)
            ):
                panel.axis("off")
                if heading and not place:
                    panel.set_title(heading, fontsize=9, pad=24)  # above the two lines of the caption
                if tile is not None:
                    sheet = side_by_side(tile, threshold, ground=DARK_GROUND if dark else "#ffffff")
                    panel.imshow(cv2.cvtColor(sheet, cv2.COLOR_BGR2RGB))
                    place_text: dict[str, Any] = {"transform": panel.transAxes, "fontsize": 6.5, "va": "bottom"}
                    panel.text(0, 1.02, f"{_short(tile.name)}\n{words(tile)}", **place_text)

    height = 0.2 + 1.5 * len(rows) + 0.18 * len(groups)
    return draw(paint, (7.1, height), (len(rows), _PER_ROW), dark=dark)


def words(tile: SampleTile) -> str:
    """Return truth and probability as the caption says them."""
    return f"{tile.truth}, P(defective) {tile.p_defective:.3f}"


# --- inside -----------------------------------------------------------------------------------------------------------


def _kind(truth: str, p_defective: float, threshold: float) -> str:
    fails = bool(rejected(p_defective, threshold))
    if truth == GOOD:
        return KINDS[1] if fails else KINDS[3]
    return KINDS[2] if fails else KINDS[0]


def _short(name: str, most: int = 44) -> str:
    return name if len(name) <= most else "…" + name[-most + 1 :]
