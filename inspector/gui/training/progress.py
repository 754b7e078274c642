"""What is seen of a training while it runs: how far it is, its curves, its confusion matrix on validation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from inspector.gui.theme import CURRENT, lively
from inspector.gui.training.words import escape_words, progress_words
from inspector.gui.widgets.basics import OneLine, card, label, set_tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.runs.trainings import Training
    from trainer.protocol import Epoch

_STEPS = 1000
_LIVE_PX = 310


class ProgressCard(QWidget):
    """Stage, bar, time left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        row = QHBoxLayout()
        row.setSpacing(14)
        self.stage = OneLine("")
        row.addWidget(self.stage, 1)
        self.bar = QProgressBar(frame)
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(10)
        self.bar.setAccessibleName("Progress of the training")
        row.addWidget(self.bar, 1)
        self.left = label("", "muted")
        self.left.setMinimumWidth(80)
        self.left.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.left)
        layout.addLayout(row)

    def show_training(self, training: Training) -> None:
        """Show how far it is."""
        words, share, left = progress_words(training)
        self.stage.say(words)
        self.left.setText(left)
        self.bar.setRange(0, 0 if share is None else _STEPS)  # 0 to 0 is a bar that moves
        if share is not None:
            self.bar.setValue(round(_STEPS * share))


class Curves(QWidget):
    """Loss and F1 by epoch (pyqtgraph); the chart is made when its library has been imported."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, self._layout = card(self)
        outer.addWidget(frame)
        self._heading = label("LOSS AND F1", "heading")
        self._layout.addWidget(self._heading)
        self._plot: Any = None
        self._epochs: list[Epoch] = []
        self._theme = CURRENT.theme
        self.legend = label("", "muted")
        self.legend.setProperty("rich", True)
        for words in (self._heading, self.legend):
            words.setWordWrap(True)  # else a long line widens the page
        self._spare = label("", "muted")
        self._layout.addWidget(self._spare, 1)
        self._layout.addWidget(self.legend)
        self.setFixedHeight(_LIVE_PX)

    @property
    def drawn(self) -> int:
        """How many epochs the chart shows."""
        return 0 if self._plot is None else len(self._loss.getData()[0] if self._epochs else ())

    def make_chart(self) -> None:
        """Make the chart; pyqtgraph must have been imported already (elsewhere than on this thread)."""
        import pyqtgraph as pg  # 0.3 s; never on another thread, see docs/decisions/0007-qt-on-the-gui-thread.md

        if self._plot is not None:
            self._layout.removeWidget(self._plot)
            self._plot.deleteLater()
        self._theme = theme = CURRENT.theme
        plot = self._plot = pg.PlotWidget(background=None)
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(x=False, y=False)
        plot.hideButtons()
        plot.showGrid(y=True, alpha=0.15)
        plot.setAccessibleName("Loss and F1 by epoch")
        # F1 has an axis of its own: a loss of 5 would press it flat
        right = pg.ViewBox(enableMouse=False, enableMenu=False)
        plot.showAxis("right")
        plot.scene().addItem(right)
        plot.getAxis("right").linkToView(right)
        right.setXLink(plot.getViewBox())
        right.setYRange(0, 1, padding=0.02)
        plot.getViewBox().sigResized.connect(lambda box: right.setGeometry(box.sceneBoundingRect()))
        for side, words in (("left", "loss"), ("bottom", "epoch"), ("right", "F1")):
            axis = plot.getAxis(side)
            axis.setPen(theme.colour("edge"))
            axis.setTextPen(theme.colour("muted"))
            axis.enableAutoSIPrefix(False)
            axis.setLabel(words)
        self._training = pg.PlotCurveItem(pen=pg.mkPen(theme.colour("muted"), width=2))
        self._loss = pg.PlotCurveItem(pen=pg.mkPen(theme.colour("accent"), width=2))
        self._f1 = pg.PlotCurveItem(pen=pg.mkPen(lively(theme, "good"), width=2))
        plot.addItem(self._training)
        plot.addItem(self._loss)
        right.addItem(self._f1)
        plot.setStyleSheet("background: transparent; border: 0;")
        self._spare.hide()
        self._layout.insertWidget(1, plot, 1)
        self._draw()

    def show_epochs(self, epochs: Sequence[Epoch]) -> None:
        """Set the epochs of one setting."""
        if list(epochs) != self._epochs:
            self._epochs = list(epochs)
            self._draw()

    def changeEvent(self, event: QEvent) -> None:
        """Take the theme's colours when they change."""
        super().changeEvent(event)
        recoloured = event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange)
        if recoloured and self._theme is not CURRENT.theme:
            self._theme = CURRENT.theme
            if self._plot is not None:
                self.make_chart()
            else:
                self._draw()

    def _draw(self) -> None:
        epochs, theme = self._epochs, CURRENT.theme
        where = f", {epochs[-1].setting}, EPOCH {epochs[-1].epoch} OF AT MOST {epochs[-1].epochs}" if epochs else ""
        self._heading.setText(f"LOSS AND F1{where}".upper())
        best = max(epochs, key=lambda epoch: (epoch.best, epoch.epoch), default=None)
        words = (
            (theme.colour("muted"), "training loss"),
            (theme.colour("accent"), "validation loss"),
            (
                lively(theme, "good"),
                "validation F1"
                + (f" {epochs[-1].validation_f1:.2f} (best model: epoch {best.epoch})" if epochs and best else ""),
            ),
        )
        self.legend.setText(
            "&nbsp;&nbsp;&nbsp;".join(f'<span style="color:{colour.name()}">━ {text}</span>' for colour, text in words)
        )
        if self._plot is None:
            return
        x = [epoch.epoch for epoch in epochs]
        self._training.setData(x, [epoch.training_loss for epoch in epochs])
        self._loss.setData(x, [epoch.validation_loss for epoch in epochs])
        self._f1.setData(x, [epoch.validation_f1 for epoch in epochs])
        step = max(1, len(x) // 10)
        self._plot.getAxis("bottom").setTickSpacing(step, step)
        self._plot.setXRange(1, max(2, x[-1] if x else 2), padding=0.02)


class ConfusionCard(QWidget):
    """The confusion matrix of the last epoch on the validation pictures, and what it allows to be claimed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        self.heading = label("VALIDATION", "heading")
        layout.addWidget(self.heading)
        grid = QGridLayout()
        grid.setColumnStretch(0, 1)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(10)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for column, words in enumerate(("said good", "said defective"), 1):
            grid.addWidget(label(words, "muted"), 0, column, right)
        self._values: dict[str, QLabel] = {}
        rows = (("good", "good_passed", "good_rejected"), ("defective", "defective_passed", "defective_found"))
        for row, (words, *keys) in enumerate(rows, 1):
            grid.addWidget(label(words), row, 0)
            for column, key in enumerate(keys, 1):
                value = label("–", "figure")
                value.setAccessibleName(key.replace("_", " "))
                self._values[key] = value
                grid.addWidget(value, row, column, right)
        layout.addLayout(grid)
        self.words = label("", "muted")
        self.words.setWordWrap(True)
        layout.addWidget(self.words)
        layout.addStretch(1)
        self.setFixedWidth(290)
        self.setFixedHeight(_LIVE_PX)

    def texts(self) -> dict[str, str]:
        """Return what the four cells show, by name: "good_passed", "defective_found", …"""
        return {cell: value.text() for cell, value in self._values.items()}

    def show_epoch(self, epoch: Epoch | None, claim: float) -> None:
        """Show an epoch's matrix; the escape rate that is to be claimed decides the words."""
        counts = epoch.confusion if epoch is not None else None
        self.heading.setText(f"VALIDATION, THRESHOLD {epoch.threshold:.2f}" if epoch is not None else "VALIDATION")
        for key, value in self._values.items():
            number = None if counts is None else int(getattr(counts, key))
            value.setText("–" if number is None else str(number))
            wrong = {"good_rejected": "review", "defective_passed": "fail"}.get(key)
            set_tone(value, wrong if wrong and number else "text")
        self.words.setText(
            escape_words(counts.matrix.escapes, claim) if counts is not None else "Shown after the first epoch."
        )


class EpochsRow(QWidget):
    """What the epochs of a training show: curves, and the matrix of one of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        self.curves = Curves(self)
        self.confusion = ConfusionCard(self)
        row.addWidget(self.curves, 1)
        row.addWidget(self.confusion)
