"""Counters, and yield and rate over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from inspector.domain.records import Tally
from inspector.gui.theme import CURRENT, lively
from inspector.gui.widgets.basics import card, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.outputs.base import YieldPoint

_FIGURES = (
    ("Inspected", "inspected", None),
    ("Pass", "passed", "good"),
    ("Fail", "failed", "fail"),
    ("Review", "review", "review"),
    ("Error", "error", "error"),
)


class Counters(QWidget):
    """Counts of the shift, or of the lot."""

    scope_changed = Signal(str)  #: "shift" or "lot"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tallies = {"shift": Tally(), "lot": Tally()}
        self._scope = "shift"
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        layout.setContentsMargins(14, 6, 8, 8)
        top = QHBoxLayout()
        self._title = label("THIS SHIFT", "heading")
        top.addWidget(self._title, 1)
        self._switch = QPushButton("Show lot", frame)
        self._switch.setToolTip("Switch between the counts of the shift and of the lot")
        self._switch.clicked.connect(self._toggle)
        top.addWidget(self._switch)
        layout.addLayout(top)
        grid = QGridLayout()
        grid.setVerticalSpacing(0)
        grid.setHorizontalSpacing(8)
        self._values: dict[str, QLabel] = {}
        for place, (words, field, _) in enumerate((*_FIGURES, ("Yield", "yield", None))):
            row, column = divmod(place, 3)
            grid.addWidget(label(words, "muted"), 2 * row, column)
            value = label("0", "figure")
            value.setAccessibleName(words)
            self._values[field] = value
            grid.addWidget(value, 2 * row + 1, column)
        layout.addLayout(grid)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.recolour()
        self._fill()

    def show_tallies(self, shift: Tally, lot: Tally, *, shift_title: str, lot_title: str) -> None:
        """Set both counts and their titles."""
        self._tallies = {"shift": shift, "lot": lot}
        self._titles = {"shift": shift_title, "lot": lot_title}
        self._fill()

    def recolour(self) -> None:
        """Take the theme's colours."""
        for _, field, colour in _FIGURES:
            if colour:
                self._values[field].setStyleSheet(f"color: {lively(CURRENT.theme, colour).name()};")

    def _toggle(self) -> None:
        self._scope = "lot" if self._scope == "shift" else "shift"
        self._switch.setText("Show shift" if self._scope == "lot" else "Show lot")
        self._fill()
        self.scope_changed.emit(self._scope)

    def _fill(self) -> None:
        tally = self._tallies[self._scope]
        titles = getattr(self, "_titles", {"shift": "THIS SHIFT", "lot": "THIS LOT"})
        self._title.setText(titles[self._scope].upper())
        for _, field, _colour in _FIGURES:
            self._values[field].setText(f"{getattr(tally, field):,}")
        fraction = tally.yield_fraction
        self._values["yield"].setText("–" if fraction is None else f"{100 * fraction:.1f} %")


class Trend(QWidget):
    """Yield and rate of the last hour (pyqtgraph); the chart is made when its library has been imported."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, self._layout = card(self)
        self._layout.setContentsMargins(14, 8, 8, 6)
        outer.addWidget(frame)
        self._heading = label("LAST HOUR: YIELD, RATE", "heading")
        self._layout.addWidget(self._heading)
        self._plot: Any = None
        self._points: list[YieldPoint] = []
        self._spare = label("", "muted")
        self._layout.addWidget(self._spare, 1)
        self.setMinimumHeight(120)

    def make_chart(self) -> None:
        """Make the chart; pyqtgraph must have been imported already (elsewhere than on this thread)."""
        import pyqtgraph as pg  # noqa: PLC0415 - imported before, off the GUI thread

        if self._plot is not None:
            self._layout.removeWidget(self._plot)
            self._plot.deleteLater()
        theme = CURRENT.theme
        self._plot = pg.PlotWidget(background=None)
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.hideButtons()
        self._plot.setYRange(0, 100, padding=0.04)
        self._plot.setXRange(-60, 0, padding=0.01)
        self._plot.showGrid(y=True, alpha=0.15)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(theme.colour("edge"))
            axis.setTextPen(theme.colour("muted"))
        self._plot.getAxis("left").setTicks([[(0, "0"), (50, "50"), (100, "100")]])
        self._plot.getAxis("bottom").setTicks([[(-50, "-50"), (-30, "-30 min"), (-10, "-10")]])
        self._bars = pg.BarGraphItem(x=[], height=[], width=0.8, brush=theme.colour("edge"), pen=None)
        self._curve = pg.PlotDataItem(
            pen=pg.mkPen(theme.colour("accent"), width=2), symbol="o", symbolSize=4, symbolPen=None
        )
        self._curve.setSymbolBrush(theme.colour("accent"))
        self._plot.addItem(self._bars)
        self._plot.addItem(self._curve)
        self._plot.setAccessibleName("Yield over the last hour")
        self._spare.hide()
        self._layout.addWidget(self._plot, 1)
        self._draw()

    def recolour(self) -> None:
        """Take the theme's colours."""
        if self._plot is not None:
            self.make_chart()

    def show_points(self, points: Sequence[YieldPoint], now_s: float) -> None:
        """Set the minutes; ``now_s`` is the present as a POSIX time."""
        self._points, self._now_s = list(points), now_s
        self._draw()

    def _draw(self) -> None:
        if self._plot is None or not hasattr(self, "_now_s"):
            return
        x = [(point.start.timestamp() + 30 - self._now_s) / 60 for point in self._points]
        counts = [point.tally.inspected for point in self._points]
        yields = [100 * (point.tally.yield_fraction or 0.0) for point in self._points]
        top = max(counts, default=1)
        self._bars.setOpts(x=x, height=[60 * count / top for count in counts], width=0.8)
        self._curve.setData(x, yields)
        newest = f" (TO {top}/MIN)" if counts else ""
        self._heading.setText(f"LAST HOUR: YIELD, RATE{newest}")
