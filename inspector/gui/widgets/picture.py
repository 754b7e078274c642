"""The picture with region of interest and trigger line; in set-up mode both can be dragged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.domain.config import Direction, TriggerConfig, TriggerMode
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.records import Box
from inspector.gui.language.spoken import say
from inspector.gui.theme import CURRENT, SMALL_PX, TEXT_PX, font
from inspector.gui.widgets.basics import seen
from inspector.gui.widgets.render import Renderer, Scene, Shown, View

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent

_GRIP_PX = 14
_LEAST_PX = 32
_MOST_ZOOM = 16.0


class PictureView(QWidget):
    """Shows what its renderer makes; the mouse wheel zooms, dragging pans, a double click fits.

    Args:
        surround: Colour of the theme that its rounded corners show: "ground", or "panel" on a card.
    """

    region_changed = Signal(object)  #: Box or None, in set-up mode
    line_changed = Signal(float)  #: fraction along the direction, in set-up mode

    def __init__(self, parent: QWidget | None = None, *, surround: str = "ground") -> None:
        super().__init__(parent)
        self._wanted = HeatmapKind.DEFECT
        self._surround = surround
        self.renderer = Renderer()
        self._shown: Shown | None = None
        self._scene: Scene | None = None
        self._asked = True  # the renderer knows the scene
        self._region: Box | None = None
        self._trigger: TriggerConfig | None = None
        self._setup = False
        self._grip = ""
        self._from: QPointF | None = None
        self._zoom, self._centre = 1.0, (0.5, 0.5)
        self.words_when_empty, self.words_px = "No picture yet", TEXT_PX
        self.setMinimumSize(240, 180)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # nothing under it is painted thirty times a second
        self.setAccessibleName(say("Picture"))

    def sizeHint(self) -> QSize:
        """As large as possible."""
        return QSize(800, 600)

    def want_heatmap(self, kind: HeatmapKind) -> None:
        """Show this kind of heatmap from now on, where the model has it; the scene that is there is drawn anew."""
        self._wanted = kind
        if self._scene is not None:
            self.show_scene(self._scene)

    def show_scene(self, scene: Scene | None) -> None:
        """Ask for a scene; None clears the view. It is rendered when it can be seen, and then only the newest."""
        if scene is not None and scene.heatmap is not None and scene.heatmap.wanted is not self._wanted:
            scene = replace(scene, heatmap=replace(scene.heatmap, wanted=self._wanted))
        self._scene = scene
        self._asked = scene is None
        if scene is None:
            self._shown = None
            self.update()
        else:
            self._ask()

    def _ask(self) -> None:
        if not self._asked and self._scene is not None and seen(self):
            self._asked = True
            self.renderer.ask(self._scene)

    def poll(self) -> None:
        """Take what the renderer has finished; called by the window's timer."""
        self._ask()
        shown = self.renderer.take()
        if shown is not None and self._scene is not None:
            self._shown = shown
            self.setAccessibleDescription("; ".join(filter(None, [say(shown.scene.label), say(self.heatmap_words)])))
            self.update()

    def show_marks(self, region: Box | None, trigger: TriggerConfig | None, *, setup: bool = False) -> None:
        """Set region and trigger whose line is drawn; in set-up mode they can be dragged."""
        self._region, self._trigger, self._setup = region, trigger, setup
        self.update()

    def say_when_empty(self, words: str) -> None:
        """Set what is said where there is no picture."""
        if words != self.words_when_empty:
            self.words_when_empty = words
            self.update()

    @property
    def picture_size(self) -> tuple[int, int] | None:
        """Width and height of the picture that is shown, in its own pixels."""
        return self._shown.size if self._shown else None

    @property
    def shown(self) -> Shown | None:
        """What is drawn; None before the first picture, and after the view was cleared."""
        return self._shown

    @property
    def scene(self) -> Scene | None:
        """What was asked for last; None for nothing."""
        return self._scene

    def fit(self) -> None:
        """Show the whole picture."""
        self._zoom, self._centre = 1.0, (0.5, 0.5)
        self._set_view()

    @property
    def zoom_words(self) -> str:
        """What stands in the picture while not all of it is shown: a wheel may have done it in passing."""
        return f"{self._zoom:.1f}× larger · a double click shows all" if self._zoom > 1.0 else ""

    @property
    def heatmap_words(self) -> str:
        """What stands in the picture while a heatmap is drawn: which one it is."""
        heatmap = None if self._shown is None else self._shown.scene.heatmap
        return "" if heatmap is None else f"Heatmap: {heatmap.shows.words}"

    def release(self) -> None:
        """End the renderer."""
        self.renderer.close()

    # --- mapping ------------------------------------------------------------------------------------------------------

    def _set_view(self) -> None:
        ratio = self.devicePixelRatioF()
        self.renderer.view = View(
            width=max(1, int(self.width() * ratio)),
            height=max(1, int(self.height() * ratio)),
            zoom=self._zoom,
            centre=self._centre,
        )
        self._asked = False
        self._ask()

    def _area(self) -> QRectF:
        """Where in the widget the picture is drawn."""
        if self._shown is None:
            return QRectF(self.rect())
        _, _, width, height = self._shown.source
        scale = min(self.width() / width, self.height() / height)
        w, h = width * scale, height * scale
        return QRectF((self.width() - w) / 2, (self.height() - h) / 2, w, h)

    def _to_widget(self, x: float, y: float) -> QPointF:
        assert self._shown is not None
        area, (left, top, width, height) = self._area(), self._shown.source
        return QPointF(area.x() + (x - left) * area.width() / width, area.y() + (y - top) * area.height() / height)

    def _to_picture(self, point: QPointF) -> tuple[float, float]:
        assert self._shown is not None
        area, (left, top, width, height) = self._area(), self._shown.source
        return (
            left + (point.x() - area.x()) * width / area.width(),
            top + (point.y() - area.y()) * height / area.height(),
        )

    def _box(self) -> Box:
        """The region, or the whole picture."""
        if self._region is not None:
            return self._region
        width, height = self._shown.size if self._shown else (1, 1)
        return Box(x=0, y=0, width=width, height=height)

    # --- drawing ------------------------------------------------------------------------------------------------------

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        theme = CURRENT.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillRect(self.rect(), theme.colour(self._surround))
        painter.setBrush(theme.colour("stage"))
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
        if self._shown is None:
            painter.setPen(theme.colour("stage_text"))
            painter.setFont(font(self.words_px))
            area = self.rect().adjusted(16, 16, -16, -16)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, say(self.words_when_empty))
            return
        self._draw_picture(painter, self._shown.image)
        self._draw_marks(painter)
        self._draw_label(painter, self._shown.scene.label, 10)
        self._draw_label(painter, self.heatmap_words, 40 if self._shown.scene.label else 10)
        self._draw_label(painter, self.zoom_words, self.height() - 36)

    def _draw_picture(self, painter: QPainter, image: QImage) -> None:
        """Draw it dot by dot where it was made for this size; stretched until there is one that was."""
        area, ratio = self._area(), self.devicePixelRatioF()
        if abs(area.width() * ratio - image.width()) > 1 or abs(area.height() * ratio - image.height()) > 1:
            painter.drawImage(area, image)
            return
        image.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF(round(area.x() * ratio) / ratio, round(area.y() * ratio) / ratio), image)

    def _draw_marks(self, painter: QPainter) -> None:
        if self._trigger is None and self._region is None and not self._setup:
            return
        colour = CURRENT.theme.colour("accent")
        beside = _GRIP_PX if self._zoom == 1.0 else 0  # of a grip at the picture's edge
        painter.setClipRect(self._area().adjusted(-beside, -beside, beside, beside))
        box = self._box()
        frame = QRectF(self._to_widget(box.x, box.y), self._to_widget(box.x + box.width, box.y + box.height))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._region is not None or self._setup:
            painter.setPen(QPen(colour, 2.5 if self._setup else 1.2))
            painter.drawRect(frame)
        if self._trigger is not None and self._trigger.mode is TriggerMode.PART_CROSSING:
            painter.setPen(QPen(colour, 3 if self._setup else 1.5, Qt.PenStyle.DotLine))
            painter.drawLine(*self._line(frame))
        if self._setup:
            painter.setPen(QPen(QColor(CURRENT.theme.on_verdict), 1.5))
            painter.setBrush(colour)
            for corner in (frame.topLeft(), frame.topRight(), frame.bottomLeft(), frame.bottomRight()):
                painter.drawEllipse(corner, _GRIP_PX / 2, _GRIP_PX / 2)
        painter.setClipping(False)

    def _line(self, frame: QRectF) -> tuple[QPointF, QPointF]:
        assert self._trigger is not None
        share, direction = self._trigger.line_fraction, self._trigger.direction
        if direction in (Direction.LEFT, Direction.UP):
            share = 1.0 - share
        if direction in (Direction.LEFT, Direction.RIGHT):
            x = frame.left() + share * frame.width()
            return QPointF(x, frame.top()), QPointF(x, frame.bottom())
        y = frame.top() + share * frame.height()
        return QPointF(frame.left(), y), QPointF(frame.right(), y)

    def _draw_label(self, painter: QPainter, text: str, top: float) -> None:
        if not text:
            return
        theme, text = CURRENT.theme, say(text)
        px = SMALL_PX + self.words_px - TEXT_PX
        painter.setFont(font(px))
        width = painter.fontMetrics().horizontalAdvance(text) + 18
        box = QRectF(10, top, min(width, self.width() - 20), px + 14)
        painter.setPen(Qt.PenStyle.NoPen)
        shade = QColor(theme.stage)
        shade.setAlpha(200)
        painter.setBrush(shade)
        painter.drawRoundedRect(box, 5, 5)
        painter.setPen(theme.colour("stage_text"))
        painter.drawText(box.adjusted(9, 0, -4, 0), Qt.AlignmentFlag.AlignVCenter, text)

    # --- hand ---------------------------------------------------------------------------------------------------------

    def resizeEvent(self, _: QResizeEvent) -> None:
        """Ask for the new size."""
        self._set_view()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the middle."""
        factor = 1.25 if event.angleDelta().y() > 0 else 0.8
        self._zoom = min(_MOST_ZOOM, max(1.0, self._zoom * factor))
        if self._zoom == 1.0:
            self._centre = (0.5, 0.5)
        self._set_view()

    def mouseDoubleClickEvent(self, _: QMouseEvent) -> None:
        """Fit."""
        self.fit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag."""
        if self._shown is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        self._from = event.position()
        self._grip = self._grip_at(event.position()) if self._setup else ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the mark or the picture."""
        if self._shown is None:
            return
        if self._from is None:
            grip = self._grip_at(event.position()) if self._setup else ""
            shapes = {"": Qt.CursorShape.ArrowCursor, "line": Qt.CursorShape.SplitHCursor}
            self.setCursor(shapes.get(grip, Qt.CursorShape.SizeAllCursor))
            return
        if self._grip:
            self._drag_mark(event.position())
        elif self._zoom > 1.0:
            area, moved = self._area(), event.position() - self._from
            self._centre = (
                min(1.0, max(0.0, self._centre[0] - moved.x() / area.width() / self._zoom)),
                min(1.0, max(0.0, self._centre[1] - moved.y() / area.height() / self._zoom)),
            )
            self._from = event.position()
            self._set_view()

    def mouseReleaseEvent(self, _: QMouseEvent) -> None:
        """End the drag."""
        self._from, self._grip = None, ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the trigger line with the arrow keys in set-up mode (Shift: the region)."""
        steps = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self._setup or self._shown is None:
            super().keyPressEvent(event)
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            box = self._box()
            self._set_region(box.x + 8 * step[0], box.y + 8 * step[1], box.width, box.height)
        elif self._trigger is not None:
            sign = -1 if self._trigger.direction in (Direction.LEFT, Direction.UP) else 1
            self._set_line(self._trigger.line_fraction + 0.01 * sign * (step[0] or step[1]))

    def _grip_at(self, point: QPointF) -> str:
        if self._shown is None:
            return ""
        box = self._box()
        frame = QRectF(self._to_widget(box.x, box.y), self._to_widget(box.x + box.width, box.y + box.height))
        corners = {"tl": frame.topLeft(), "tr": frame.topRight(), "bl": frame.bottomLeft(), "br": frame.bottomRight()}
        for name, corner in corners.items():
            if (corner - point).manhattanLength() < 2 * _GRIP_PX:
                return name
        if self._trigger is not None and self._trigger.mode is TriggerMode.PART_CROSSING:
            first, last = self._line(frame)
            upright = abs(first.x() - last.x()) < 1
            away = abs(point.x() - first.x()) if upright else abs(point.y() - first.y())
            if away < _GRIP_PX and frame.contains(point):
                return "line"
        return "box" if self._region is not None and frame.contains(point) else ""

    def _drag_mark(self, point: QPointF) -> None:
        assert self._from is not None
        x, y = self._to_picture(point)
        box = self._box()
        if self._grip == "line" and self._trigger is not None:
            sideways = self._trigger.direction in (Direction.LEFT, Direction.RIGHT)
            share = (x - box.x) / box.width if sideways else (y - box.y) / box.height
            flip = self._trigger.direction in (Direction.LEFT, Direction.UP)
            self._set_line(1.0 - share if flip else share)
            return
        if self._grip == "box":
            x0, y0 = self._to_picture(self._from)
            self._from = point
            self._set_region(round(box.x + x - x0), round(box.y + y - y0), box.width, box.height)
            return
        left, top, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
        if "l" in self._grip:
            left = min(round(x), right - _LEAST_PX)
        if "r" in self._grip:
            right = max(round(x), left + _LEAST_PX)
        if "t" in self._grip:
            top = min(round(y), bottom - _LEAST_PX)
        if self._grip.startswith("b"):
            bottom = max(round(y), top + _LEAST_PX)
        self._set_region(left, top, right - left, bottom - top)

    def _set_region(self, x: int, y: int, width: int, height: int) -> None:
        assert self._shown is not None
        full_w, full_h = self._shown.size
        width, height = min(width, full_w), min(height, full_h)
        x, y = min(max(0, x), full_w - width), min(max(0, y), full_h - height)
        self._region = Box(x=x, y=y, width=width, height=height)
        self.region_changed.emit(self._region)
        self.update()

    def _set_line(self, share: float) -> None:
        assert self._trigger is not None
        share = round(min(0.98, max(0.02, share)), 3)
        self._trigger = replace(self._trigger, line_fraction=share)
        self.line_changed.emit(share)
        self.update()
