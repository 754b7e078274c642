"""Makes pictures ready to be drawn: scaled to the view, with the heatmap over them. Runs on a thread of its own."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PySide6.QtGui import QImage

from inspector.domain.outline import outline_of, small_picture
from inspector.domain.palette import DARK
from inspector.domain.records import Box
from inspector.gui.work import Errand, Latest, Results, Worker
from inspector.vision.overlay import displayable, draw_overlay, hottest_contours

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.domain.records import Image, Prediction

_log = logging.getLogger(__name__)
#: The outline of a region that is only partly seen is found on a map of this side.
_OUTLINE_PX = 600
#: Pixels a side in which a part's outline, known in few, is drawn smooth.
_FINE_PX = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is to be shown.

    Args:
        image: The whole picture.
        label: Text in the corner; empty for none.
        heatmap: The prediction whose heatmap is drawn; None for none.
        region: Where in the picture the heatmap lies; None for all of it.
        opacity: How much of the picture the heatmap hides, 0..1.
        part: True for a judged part, False for the live picture.
    """

    image: Image
    label: str
    heatmap: Prediction | None = None
    region: Box | None = None
    opacity: float = 0.6
    part: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What of the picture is visible, and how large.

    Args:
        width: The widget's width in device pixels.
        height: The widget's height in device pixels.
        zoom: 1 fits the whole picture.
        centre: Middle of the visible part, as fractions of the picture.
    """

    width: int
    height: int
    zoom: float = 1.0
    centre: tuple[float, float] = (0.5, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture ready to be drawn.

    Args:
        image: RGB32, its own memory.
        source: The visible part of the picture in its pixels, as (x, y, width, height).
        size: Width and height of the whole picture in pixels.
        scene: The scene that the image was drawn of.
    """

    image: QImage
    source: tuple[float, float, float, float]
    size: tuple[int, int]
    scene: Scene


class Renderer:
    """Renders the newest scene asked for; older ones that were not begun are dropped. Used on the GUI thread.

    Attributes:
        view: Set by the widget when its size changes; what is rendered next has that size.
    """

    def __init__(self) -> None:
        self.view = View(width=640, height=480)
        self._results = Results()
        self._worker = Worker("render", self._results)
        self._latest = Latest(self._worker, self._failed)
        self._shown: Shown | None = None

    def ask(self, scene: Scene) -> None:
        """Ask for a scene."""
        self._latest.want(Errand(task=lambda: render(scene, self.view), done=self._keep))

    def take(self) -> Shown | None:
        """Return the newest finished picture, once."""
        self._results.hand_out()
        shown, self._shown = self._shown, None
        return shown

    def close(self, timeout_s: float = 0.5) -> None:
        """End the thread."""
        self._latest.forget()
        self._worker.close()
        self._worker.join(timeout_s)

    def _keep(self, shown: Shown) -> None:
        self._shown = shown

    def _failed(self, error: Exception) -> None:
        """The next picture may be fine."""
        _log.error("a picture could not be shown", exc_info=error)


def render(scene: Scene, view: View) -> Shown:
    """Crop to what is visible, scale to the view, lay the heatmap over it."""
    height, width = scene.image.shape[:2]
    seen_w, seen_h = width / view.zoom, height / view.zoom
    x = min(max(view.centre[0] * width - seen_w / 2, 0.0), width - seen_w)
    y = min(max(view.centre[1] * height - seen_h / 2, 0.0), height - seen_h)
    box = Box(x=int(x), y=int(y), width=max(1, round(seen_w)), height=max(1, round(seen_h)))
    crop = box.cut(scene.image)
    scale = min(view.width / crop.shape[1], view.height / crop.shape[0])
    size = (max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale)))
    small = _scaled(crop, size)
    if scene.heatmap is not None:
        small = _with_heatmap(displayable(small), scene, box, scale)
    return Shown(
        image=to_qimage(small), source=(box.x, box.y, crop.shape[1], crop.shape[0]), size=(width, height), scene=scene
    )


def _scaled(picture: Image, size: tuple[int, int]) -> Image:
    """Scale to (width, height): halve as often as that goes, then interpolate; a new array.

    OpenCV halves many times faster than it takes areas of any other ratio: 1280 × 1024 to 628 × 502 in 2.4 ms of
    processor time instead of 6.6, 4000 × 3000 in 7 instead of 40.
    """
    while picture.shape[1] >= 2 * size[0] and picture.shape[0] >= 2 * size[1]:
        half = (picture.shape[1] // 2, picture.shape[0] // 2)
        even = picture[: 2 * half[1], : 2 * half[0]]
        picture = cv2.resize(even, half, interpolation=cv2.INTER_AREA)
    return cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)


def _with_heatmap(small: NDArray[np.uint8], scene: Scene, seen: Box, scale: float) -> NDArray[np.uint8]:
    """Lay the heatmap over its region, as far as that is visible; in place.

    Only the pixels that are seen are computed: at a zoom of 16 the whole region would be hundreds of megabytes.
    """
    assert scene.heatmap is not None
    height, width = scene.image.shape[:2]
    region = (scene.region or Box(x=0, y=0, width=width, height=height)).clipped(width, height)
    if region is None:
        return small
    left, top = round((region.x - seen.x) * scale), round((region.y - seen.y) * scale)
    across, down = max(1, round(region.width * scale)), max(1, round(region.height * scale))
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(small.shape[1], left + across), min(small.shape[0], top + down)
    if x1 <= x0 or y1 <= y0:
        return small
    whole = (x1 - x0, y1 - y0) == (across, down)
    first_x, first_y, last_x, last_y = scene.heatmap.map_box
    map_box = (
        (left + first_x * across - x0) / (x1 - x0),
        (top + first_y * down - y0) / (y1 - y0),
        (left + last_x * across - x0) / (x1 - x0),
        (top + last_y * down - y0) / (y1 - y0),
    )
    target = small[y0:y1, x0:x1]
    heatmap = scene.heatmap.heatmap
    target[:] = draw_overlay(target, heatmap, opacity=scene.opacity, map_box=map_box, full_scale=1.0, contour=whole)
    if not whole:
        _outline(target, scene.heatmap, (across, down), (left - x0, top - y0))
    if scene.heatmap.spared:
        _part(target, region.cut(scene.image), (across, down), (left - x0, top - y0))
    return small


def _part(target: NDArray[np.uint8], picture: Image, size: tuple[int, int], offset: tuple[int, int]) -> None:
    """Draw the part's outline, outside of which the heat lies."""
    outline = outline_of(small_picture(picture))
    if outline is None:
        return
    fine = cv2.resize(outline.mask.astype(np.float32), (_FINE_PX, _FINE_PX), interpolation=cv2.INTER_LINEAR)
    smooth = cv2.GaussianBlur(fine, (0, 0), 2 * _FINE_PX / outline.mask.shape[0]) >= 0.5
    pieces, _ = cv2.findContours(smooth.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not pieces:
        return
    middles = (max(pieces, key=len)[:, 0] + 0.5) / _FINE_PX
    points = np.rint(middles * size + offset).astype(np.int32)
    accent = tuple(int(DARK.accent[place : place + 2], 16) for place in (5, 3, 1))  # BGR
    for colour, thickness in (((0, 0, 0), 4), (accent, 2)):
        cv2.polylines(target, [points], isClosed=True, color=colour, thickness=thickness, lineType=cv2.LINE_AA)


def _outline(target: NDArray[np.uint8], prediction: Prediction, size: tuple[int, int], offset: tuple[int, int]) -> None:
    """Outline the map's hottest region where only a part of it is seen: it stays that of the whole map."""
    reduced = max(1.0, max(size) / _OUTLINE_PX)
    width, height = max(1, round(size[0] / reduced)), max(1, round(size[1] / reduced))
    for outline in hottest_contours(prediction.heatmap, width, height, map_box=prediction.map_box):
        points = np.rint(outline * (size[0] / width, size[1] / height) + offset).astype(np.int32)
        for colour, thickness in ((0, 6), (255, 2)):
            cv2.polylines(
                target, [points], isClosed=True, color=(colour,) * 3, thickness=thickness, lineType=cv2.LINE_AA
            )


def to_qimage(pixels: Image) -> QImage:
    """Return a QImage of any picture, in the format that the screen takes without a further conversion.

    Args:
        pixels: As `displayable` takes them. The one copy that is made here is the conversion itself, into the memory
            of the QImage.
    """
    plain = pixels if pixels.dtype == np.uint8 and (pixels.ndim == 2 or pixels.shape[2] == 3) else displayable(pixels)
    height, width = plain.shape[:2]
    image = QImage(width, height, QImage.Format.Format_RGB32)
    target = np.frombuffer(image.bits(), np.uint8).reshape(height, width, 4)
    cv2.cvtColor(plain, cv2.COLOR_GRAY2BGRA if plain.ndim == 2 else cv2.COLOR_BGR2BGRA, dst=target)
    return image
