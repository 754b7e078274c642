"""The square around a part that is judged instead of the whole picture, turned so that the part lies level."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from inspector.domain.outline import SIDE, apart_from, outline_of, plain, small_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.domain.outline import Outline
    from inspector.domain.records import Image

#: Where what lies beyond the square covers more than this share of the part's area, no part is cut out: the view as a
#: whole is judged, and is unlike those that were learnt.
_MOST_BEYOND = 0.1
#: Pixels of the picture's shorter side in which a part's edge is looked for; in all of them where it has fewer.
_CLOSE = 4 * SIDE
#: Its edge lies where it differs from the ground by so much of what it does on average: an uneven ground differs less.
_EDGE = 0.5
#: Where no piece has so much of the outline's area, the part is in pieces, and its outline says how it lies.
_LEAST_PIECE = 0.5
_NEIGHBOURS = np.ones((3, 3), np.uint8)
#: Steps in which maps are laid back, in cells: below a root of a half, so that no turned cell is stepped over.
_STEP = 0.7


class Lie(NamedTuple):
    """How a part lies in a picture.

    Args:
        x: Its middle, pixels from the picture's left edge.
        y: From its upper edge.
        angle: Of its longer axis, radians from -π/2 to π/2; positive where it falls to the right.
        length: Its extent along that axis, pixels.
        width: Across it.
    """

    x: float
    y: float
    angle: float
    length: float
    width: float


class Square(NamedTuple):
    """A square of a picture.

    Args:
        x: Its middle, pixels from the picture's left edge.
        y: From its upper edge.
        side: Pixels.
        angle: By which it is turned, radians.
    """

    x: float
    y: float
    side: float
    angle: float


def lie_of(image: Image, outline: Outline) -> Lie:
    """Say how a part lies, by the moments of what its edge encloses.

    The outline says roughly where that is. In its small picture spots of the ground that touch the part belong to it,
    and would move its middle; so the edge is looked for again in a larger one.

    Args:
        image: As a source gives it.
        outline: Of its small picture.
    """
    height, width = image.shape[:2]
    mask = outline.mask.astype(np.uint8)
    near = cv2.dilate(mask, _NEIGHBOURS)
    x, y, across, down = cv2.boundingRect(near)
    left, right = x * width // SIDE, -(-(x + across) * width // SIDE)
    top, bottom = y * height // SIDE, -(-(y + down) * height // SIDE)
    step = max(1.0, min(height, width) / _CLOSE)
    every = max(1, int(step / 2))  # of a large picture every n-th pixel, as for the small one
    box = np.ascontiguousarray(image[top + every // 2 : bottom : every, left + every // 2 : right : every])
    shape = (max(across, math.ceil((right - left) / step)), max(down, math.ceil((bottom - top) / step)))
    apart = apart_from(outline.ground, plain(cv2.resize(box, shape, interpolation=cv2.INTER_AREA)))
    part, about = (
        cv2.resize(cover[y : y + down, x : x + across], shape, interpolation=cv2.INTER_NEAREST)
        for cover in (mask, near)
    )
    edge = _edge(part, about & (apart >= _EDGE * cv2.mean(apart, mask=part)[0]))
    scale = np.array([(right - left) / shape[0], (bottom - top) / shape[1]])
    moments = cv2.moments(cv2.drawContours(np.zeros_like(part), [edge], -1, 1, -1), binaryImage=True)
    middle = np.array([left, top]) + scale * (np.array([moments["m10"], moments["m01"]]) / moments["m00"] + 0.5)
    xx, xy, yy = scale[0] ** 2 * moments["mu20"], scale.prod() * moments["mu11"], scale[1] ** 2 * moments["mu02"]
    angle = 0.5 * math.atan2(2.0 * float(xy), float(xx - yy))
    length, wide = np.ptp(_turned(angle) @ (scale * edge[:, 0]).T, axis=1) + scale.mean()
    return Lie(float(middle[0]), float(middle[1]), angle, float(length), float(wide))


def _edge(part: NDArray[np.uint8], differs: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return the edge of the largest piece of what differs; of the part itself where that comes in smaller pieces.

    Args:
        part: (h, w), where the outline has it, not empty.
        differs: (h, w), what differs from the ground.

    Returns:
        (N, 1, 2) places of its points, x and y.
    """
    for cover, least in ((differs, _LEAST_PIECE * cv2.countNonZero(part)), (part, 0.0)):
        pieces, _ = cv2.findContours(cover, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        edge = max(pieces, key=cv2.contourArea, default=None)
        if edge is not None and cv2.contourArea(edge) >= least:
            break
    return np.asarray(edge, np.int32)


def square_of(image: Image, share: float, *, upright: bool) -> Square | None:
    """Return the square around the part; None where none stands alone before an even ground, or more lies beyond it.

    Args:
        image: As a source gives it.
        share: The square's side, as a share of the picture's shorter one.
        upright: Whether the square is turned with the part.
    """
    outline = outline_of(small_picture(image))
    if outline is None:
        return None
    height, width = image.shape[:2]
    lie = lie_of(image, outline)
    square = Square(lie.x, lie.y, share * min(width, height), lie.angle if upright else 0.0)
    row, column = np.nonzero(outline.others)
    away = np.stack([(column + 0.5) * (width / SIDE) - square.x, (row + 0.5) * (height / SIDE) - square.y])
    beyond = np.abs(_turned(square.angle) @ away).max(axis=0, initial=0.0) > 0.5 * square.side
    return None if beyond.sum() > _MOST_BEYOND * outline.mask.sum() else square


def cut_out(pixels: NDArray[Any], square: Square, size: int) -> NDArray[np.uint8]:
    """Cut a square out of a picture, level and of a given size; what lies beyond the picture is mirrored.

    Args:
        pixels: (H, W) or (H, W, 3) BGR; uint8 or uint16.
        size: Side of the result, pixels.

    Returns:
        (size, size, 3) uint8 BGR.
    """
    height, width = pixels.shape[:2]
    reach = 0.5 * square.side * (abs(math.cos(square.angle)) + abs(math.sin(square.angle))) + 1.0
    left, top = max(0, math.floor(square.x - reach)), max(0, math.floor(square.y - reach))
    right, bottom = min(width, math.ceil(square.x + reach)), min(height, math.ceil(square.y + reach))
    box = np.ascontiguousarray(pixels[top:bottom, left:right])
    smaller = square.side / size
    if smaller > 1.0:  # averaged first: the turn itself looks at four pixels only
        shape = (max(1, round((right - left) / smaller)), max(1, round((bottom - top) / smaller)))
        box = cv2.resize(box, shape, interpolation=cv2.INTER_AREA)
    if box.dtype == np.uint16:
        box = cv2.convertScaleAbs(box, alpha=1 / 257.0)
    across, down = box.shape[1] / (right - left), box.shape[0] / (bottom - top)
    step = square.side / size
    cos, sin = step * math.cos(square.angle), step * math.sin(square.angle)
    turn = np.array([[cos, -sin], [sin, cos]])
    start = np.array([square.x - left, square.y - top]) - turn @ np.full(2, size / 2)
    scale = np.diag([across, down])
    # pixels' middles lie at halves
    matrix = np.column_stack([scale @ turn, scale @ (start + turn @ np.full(2, 0.5)) - 0.5])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    level = cv2.warpAffine(box, matrix, (size, size), flags=flags, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(cv2.cvtColor(level, cv2.COLOR_GRAY2BGR) if level.ndim == 2 else level, np.uint8)


class MapPlace(NamedTuple):
    """Where the maps of the network's square input lie on the picture.

    Args:
        box: Left, top, right, bottom as fractions of the picture's width and height, as in `Prediction.map_box`.
        angle: By which the square was turned, radians; its maps are turned back to lie in the box.
        part_missing: As in `Prediction`.
    """

    box: tuple[float, float, float, float]
    angle: float = 0.0
    part_missing: bool = False

    def laid(self, maps: NDArray[np.float32]) -> NDArray[np.float32]:
        """Turn maps back, cell by cell, so that the largest value stays what it is; 0 where they do not reach.

        Args:
            maps: (..., h, h) float32.

        Returns:
            (..., n, n) float32; ``maps`` itself where nothing was turned.
        """
        if not self.angle:
            return maps
        side = maps.shape[-1]
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        wider = abs(cos) + abs(sin)
        count = math.ceil(side * wider / _STEP)
        y, x = (np.mgrid[:count, :count] + 0.5) * (side * wider / count) - 0.5 * side * wider
        column = np.floor(cos * x + sin * y + 0.5 * side).astype(np.intp)
        row = np.floor(cos * y - sin * x + 0.5 * side).astype(np.intp)
        inside = (column >= 0) & (column < side) & (row >= 0) & (row < side)
        turned = maps[..., row.clip(0, side - 1), column.clip(0, side - 1)]
        return np.asarray(np.where(inside, turned, 0.0), np.float32)


def _turned(angle: float) -> NDArray[np.float64]:
    """(2, 2): what turns places of a picture into those along the part's axis and across it."""
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, sin], [-sin, cos]])


def place_of(square: Square, width: int, height: int) -> MapPlace:
    """Return where the maps of a square lie on a picture of so many pixels."""
    half = 0.5 * square.side * (abs(math.cos(square.angle)) + abs(math.sin(square.angle)))
    box = (
        (square.x - half) / width,
        (square.y - half) / height,
        (square.x + half) / width,
        (square.y + half) / height,
    )
    return MapPlace(box, square.angle)
