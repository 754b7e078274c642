"""The chart (pyqtgraph): points and lines by group, bars, or a map over the part; a click picks a point."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PySide6.QtCore import QBuffer, QEvent, QIODevice, QRectF, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from inspector.gui.theme import CURRENT, lively
from inspector.gui.widgets.basics import label
from inspector.statistics.places import CELLS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QColor

    from inspector.domain.records import Verdict

_SHOWN = 190  # of 255: how much of a cell hides the picture below it
#: The longest bar, and the words beside it.
_ROOM_FOR_WORDS = 1.45
#: Letters of a name under the chart, and at its left.
_LONGEST = {"bottom": 34, "left": 58}


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One figure by group.

    Args:
        words: For the legend below the chart.
        values: One for each group; None where it is not known.
        colour: Name of the palette's colour.
        dashed: Whether it is a limit or a reference, without points.
    """

    words: str
    values: Sequence[float | None]
    colour: str
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChart:
    """Figures by group.

    Args:
        names: Of the groups.
        series: The first has the points that can be picked.
        marked: What is said at points that signal.
        unit: Of the vertical axis.
        logarithmic: Whether that axis is.
    """

    names: Sequence[str]
    series: Sequence[Series]
    marked: dict[int, str]
    unit: str
    logarithmic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """Bars from the top, each with what it is and what stands at its end."""

    bars: Sequence[tuple[str, Verdict, int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapChart:
    """How many parts lie in each cell of a map over the part.

    Args:
        density: (CELLS, CELLS) int64, rows from the top.
        picture: (H, W, 3) uint8 RGB; None where there is none.
    """

    density: NDArray[np.int64]
    picture: NDArray[np.uint8] | None


class ChartView(QWidget):
    """See the module; what is shown takes the theme's colours anew when they change."""

    picked = Signal(int)  #: a group or bar
    cell_picked = Signal(int, int)  #: column and row of the map

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: LineChart | BarChart | MapChart | None = None
        self._plot: Any = None
        self._theme = CURRENT.theme
        self._aspect = 1.0
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.empty = label("", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self._layout.addWidget(self.empty, 1)

    @property
    def shown(self) -> LineChart | BarChart | MapChart | None:
        """What is drawn."""
        return self._shown

    def say(self, words: str) -> None:
        """Show words instead of a chart."""
        self._shown = None
        self._remove()
        self.empty.setText(words)
        self.empty.show()

    def show_chart(self, chart: LineChart | BarChart | MapChart) -> None:
        """Draw."""
        self._shown = chart
        self.empty.hide()
        self._draw()

    def show_all(self) -> None:
        """Zoom out to everything."""
        if self._plot is not None:
            self._plot.autoRange()

    def png(self) -> bytes:
        """Return the chart as a PNG, as it is on the screen."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self.grab().save(buffer, "PNG")
        return bytes(buffer.data().data())

    def pick(self, x: float, y: float) -> None:
        """Take a click at a place of the chart, in its own units."""
        chart = self._shown
        if isinstance(chart, MapChart):
            column, row = int(x), int(y / self._aspect)
            if 0 <= column < CELLS and 0 <= row < CELLS and x >= 0 and y >= 0:
                self.cell_picked.emit(column, row)
            return
        if chart is None:
            return
        place = round(y if isinstance(chart, BarChart) else x)
        if 0 <= place < len(chart.bars if isinstance(chart, BarChart) else chart.names):
            self.picked.emit(place)

    def changeEvent(self, event: QEvent) -> None:
        """Take the theme's colours when they change."""
        super().changeEvent(event)
        recoloured = event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange)
        if recoloured and self._theme is not CURRENT.theme:
            self._theme = CURRENT.theme
            if self._shown is not None:
                self._draw()

    def _remove(self) -> None:
        if self._plot is not None:
            self._layout.removeWidget(self._plot)
            self._plot.hide()
            self._plot.deleteLater()
            self._plot = None

    def _draw(self) -> None:
        import pyqtgraph as pg  # 0.3 s; never on another thread, see docs/decisions/0007-qt-on-the-gui-thread.md

        self._remove()
        theme, chart = CURRENT.theme, self._shown
        plot = self._plot = pg.PlotWidget(background=None)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setAccessibleName("Chart")
        plot.setStyleSheet("background: transparent; border: 0;")
        for side in ("left", "bottom"):
            axis = plot.getAxis(side)
            axis.setPen(theme.colour("edge"))
            axis.setTextPen(theme.colour("muted"))
            axis.enableAutoSIPrefix(False)
        plot.scene().sigMouseClicked.connect(lambda event: self._clicked(plot, event))
        if isinstance(chart, LineChart):
            self._draw_lines(pg, plot, chart)
        elif isinstance(chart, BarChart):
            self._draw_bars(pg, plot, chart)
        elif isinstance(chart, MapChart):
            self._draw_map(pg, plot, chart)
        self._layout.insertWidget(0, plot, 1)

    def _clicked(self, plot: Any, event: Any) -> None:  # noqa: ANN401 - pyqtgraph has no types
        if event.button() is Qt.MouseButton.LeftButton:
            at = plot.getViewBox().mapSceneToView(event.scenePos())
            self.pick(at.x(), at.y())

    def _draw_lines(self, pg: Any, plot: Any, chart: LineChart) -> None:  # noqa: ANN401 - likewise
        plot.setMouseEnabled(x=True, y=False)
        plot.showGrid(y=True, alpha=0.15)
        plot.setLogMode(y=chart.logarithmic)
        plot.setLabel("left", chart.unit)
        _name_ticks(plot.getAxis("bottom"), chart.names)
        if chart.logarithmic:
            _decade_ticks(plot.getAxis("left"))
        for place, series in enumerate(chart.series):
            known = [(n, value) for n, value in enumerate(series.values) if value is not None]
            x, y = [n for n, _ in known], [value for _, value in known]
            style = Qt.PenStyle.DashLine if series.dashed else Qt.PenStyle.SolidLine
            pen = pg.mkPen(_ink(series.colour), width=1 if series.dashed else 2, style=style)
            dots = (
                {} if series.dashed else {"symbol": "o", "symbolSize": 6, "symbolPen": None, "symbolBrush": pen.color()}
            )
            plot.plot(x, y, pen=pen, stepMode=None, **dots)
            if place == 0 and chart.marked:
                marked = [(n, value) for n, value in known if n in chart.marked]
                ring = pg.mkPen(CURRENT.theme.colour("text"), width=2)
                plot.plot(
                    [n for n, _ in marked],
                    [value for _, value in marked],
                    pen=None, symbol="s", symbolSize=13, symbolPen=ring, symbolBrush=None,
                )  # fmt: skip
        plot.setXRange(-0.5, max(0.5, len(chart.names) - 0.5), padding=0.01)

    def _draw_bars(self, pg: Any, plot: Any, chart: BarChart) -> None:  # noqa: ANN401 - likewise
        plot.setMouseEnabled(x=False, y=True)
        plot.getViewBox().invertY()
        plot.setLabel("bottom", "parts")
        _name_ticks(plot.getAxis("left"), [words for words, _, _, _ in chart.bars])
        most = max(parts for _, _, parts, _ in chart.bars)
        for place, (_, verdict, parts, words) in enumerate(chart.bars):
            colour = _ink(verdict.value.lower())
            plot.addItem(pg.BarGraphItem(x0=0, y=place, width=parts, height=0.6, brush=colour, pen=colour))
            told = pg.TextItem(words, color=CURRENT.theme.colour("text"), anchor=(0, 0.5))
            told.setPos(parts + most * 0.01, place)
            plot.addItem(told, ignoreBounds=True)
        plot.setXRange(0, most * _ROOM_FOR_WORDS, padding=0)
        plot.setYRange(-0.5, max(4.5, len(chart.bars) - 0.5), padding=0.01)

    def _draw_map(self, pg: Any, plot: Any, chart: MapChart) -> None:  # noqa: ANN401 - likewise
        plot.setMouseEnabled(x=True, y=True)
        plot.getViewBox().invertY()
        plot.setAspectLocked(True)
        for side in ("left", "bottom"):
            plot.hideAxis(side)
        self._aspect = 1.0
        if chart.picture is not None:
            height, width = chart.picture.shape[:2]
            self._aspect = height / width
            ground = pg.ImageItem(chart.picture, axisOrder="row-major", levels=(0, 255))
            ground.setRect(QRectF(0, 0, CELLS, CELLS * self._aspect))
            plot.addItem(ground)
        heat = pg.ImageItem(_coloured(chart.density), axisOrder="row-major", levels=(0, 255))
        heat.setRect(QRectF(0, 0, CELLS, CELLS * self._aspect))
        plot.addItem(heat)
        plot.autoRange()


def _coloured(density: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return (CELLS, CELLS, 4) uint8 RGBA in inferno; cells without a part are clear."""
    share = density / max(1, int(density.max()))
    scaled = np.asarray(64 + 191 * share, np.uint8)  # the darkest of inferno would not be seen
    colours = cv2.cvtColor(cv2.applyColorMap(scaled, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    alpha = np.where(density > 0, _SHOWN, 0).astype(np.uint8)
    return np.dstack([colours, alpha])


def _ink(name: str) -> QColor:
    theme = CURRENT.theme
    return lively(theme, name) if name in {"good", "fail", "review", "error"} else theme.colour(name)


def _name_ticks(axis: Any, names: Sequence[str]) -> None:  # noqa: ANN401 - pyqtgraph has no types
    """Have an axis say names at whole numbers."""

    def words(values: Sequence[float], *_: object) -> list[str]:
        return [
            _short(names[round(value)], _LONGEST[axis.orientation])
            if abs(value - round(value)) < 1e-6 and 0 <= round(value) < len(names)
            else ""
            for value in values
        ]

    def whole(least: float, most: float, size: float) -> list[tuple[float, float]]:
        room_px = 190 if axis.orientation == "bottom" else 26
        step = max(1, round((most - least) * room_px / max(1.0, size)))
        return [(float(step), 0.0)]

    set_words: Callable[..., object] = words
    axis.tickStrings, axis.tickSpacing = set_words, whole


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


def _decade_ticks(axis: Any) -> None:  # noqa: ANN401 - pyqtgraph has no types
    """Have a logarithmic axis say 1, 2 and 5 of each decade."""

    def places(least: float, most: float, _: float) -> list[tuple[float, list[float]]]:
        steps = [
            decade + math.log10(step) for decade in range(math.floor(least), math.ceil(most) + 1) for step in (1, 2, 5)
        ]
        return [(1.0, [step for step in steps if least <= step <= most])]

    def words(values: Sequence[float], *_: object) -> list[str]:
        return [f"{10.0**value:.3g}" for value in values]

    axis.tickValues, axis.tickStrings = places, words
