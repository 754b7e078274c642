"""The chosen picture of a batch, as it is or with its heatmap; of two runs side by side where they are compared."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.domain.records import Prediction
from inspector.gui.batch.marks import STATES
from inspector.gui.batch.rows import NO_VERDICT
from inspector.gui.batch.words import points_words, verdict_words
from inspector.gui.theme import CURRENT, lively
from inspector.gui.widgets.basics import OneLine, card, label
from inspector.gui.widgets.picture import PictureView
from inspector.gui.widgets.render import Scene
from inspector.gui.widgets.verdict import ScoreBar

if TYPE_CHECKING:
    from inspector.gui.batch.description import Description, Opinion
    from inspector.gui.batch.picture_reader import PictureReading

_OPACITY = 0.6
#: Room for the name of who says it.
_MODEL_PX = 96
_MODES = (
    ("original", "Original", "The picture alone"),
    ("overlay", "Overlay", "The heatmap over the picture"),
    ("heatmap", "Heatmap", "The heatmap alone"),
)
_NOTHING = "Choose a picture of the list; arrow keys walk through it"


class OpinionLine(QWidget):
    """One line: who, verdict, P(defective) as a number and on a bar with the operating point."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        self.model, self.verdict, self.score = OneLine(), label("", "score"), label("", "score")
        self.model.setFixedWidth(_MODEL_PX)
        self.bar = ScoreBar(self)
        self.verdict.setMinimumWidth(64)
        self.score.setMinimumWidth(44)
        self.score.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for one in (self.model, self.verdict, self.score):
            row.addWidget(one)
        row.addWidget(self.bar, 1)

    def show_say(self, say: Opinion | None, *, named: bool) -> None:
        """Show it; None for nothing.

        Args:
            say: What is said.
            named: Opinion who says it.
        """
        self.model.setVisible(named)
        if say is None:
            self.model.say("")
            self.verdict.setText("")
            self.score.setText("")
            self.bar.show_score(None, None)
            return
        self.model.say(say.model)
        self.verdict.setText(verdict_words(say.verdict))
        state = "idle" if say.verdict == NO_VERDICT else STATES[say.verdict]
        self.verdict.setStyleSheet(f"color: {lively(CURRENT.theme, state).name()};")
        score = None if math.isnan(say.score) else say.score
        self.score.setText("–" if score is None else f"{score:.3f}")
        self.bar.show_score(score, say.points)
        self.bar.setToolTip("" if say.points is None else f"P(defective), from 0 to 1; {points_words(say.points)}")


class PictureCard(QWidget):
    """See the module."""

    mode_changed = Signal(str)  #: "original", "overlay" or "heatmap"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._looked: PictureReading | None = None
        self._told: Description | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        self._stage = QWidget(self)
        row = QHBoxLayout(self._stage)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.views = (PictureView(self._stage), PictureView(self._stage))
        for view in self.views:
            view.setMinimumSize(180, 160)
            row.addWidget(view, 1)
        self.views[1].hide()
        self.views[0].setToolTip("The wheel zooms, dragging pans, a double click fits; H changes what is shown")
        layout.addWidget(self._stage, 1)
        self._build_modes()
        self._said = self._build_words()
        layout.addWidget(self._said)
        self.show_told(None)

    def _build_modes(self) -> None:
        """The buttons lie on the pictures' lower right corner."""
        self._corner = QWidget(self._stage)
        row = QHBoxLayout(self._corner)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.modes: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        for name, words, tip in _MODES:
            button = QPushButton(words, self._corner)
            button.setCheckable(True)
            button.setToolTip(f"{tip} (H)")
            button.setProperty("kind", "mode")
            button.clicked.connect(lambda _=False, name=name: self._set_mode(name))
            group.addButton(button)
            row.addWidget(button)
            self.modes[name] = button
        self.modes["overlay"].setChecked(True)
        self._stage.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the buttons in their corner."""
        if watched is self._stage and event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            size = self._corner.sizeHint()
            left, top = self._stage.width() - size.width() - 10, self._stage.height() - size.height() - 10
            self._corner.setGeometry(left, top, size.width(), size.height())
            self._corner.raise_()
        return super().eventFilter(watched, event)

    def _build_words(self) -> QWidget:
        frame, layout = card(self)
        layout.setContentsMargins(14, 6, 14, 6)
        layout.setSpacing(2)
        self.lines = tuple(OpinionLine(frame) for _ in self.views)
        for line in self.lines:
            layout.addWidget(line)
        self.words = OneLine()
        layout.addWidget(self.words)
        return frame

    # --- showing ------------------------------------------------------------------------------------------------------

    @property
    def mode(self) -> str:
        """What is shown."""
        return next(name for name, button in self.modes.items() if button.isChecked())

    def show_told(self, told: Description | None) -> None:
        """Say what the runs say of the chosen picture; the picture itself comes a little later."""
        self._told, self._looked = told, None
        comparing = told is not None and len(told.says) > 1
        self.views[1].setVisible(comparing)
        self._said.setVisible(told is not None)
        for place, line in enumerate(self.lines):
            line.setVisible(place == 0 or comparing)
            line.show_say(told.says[place] if told is not None and place < len(told.says) else None, named=comparing)
        self._show_words()
        if told is None:
            for view in self.views:
                view.say_when_empty(_NOTHING)
                view.show_scene(None)

    def show_looked(self, looked: PictureReading) -> None:
        """Show what there is of the picture."""
        self._looked = looked
        self._draw()
        self._show_words()

    def next_mode(self) -> None:
        """Go on: original, overlay, heatmap."""
        names = list(self.modes)
        self.modes[names[(names.index(self.mode) + 1) % len(names)]].click()

    def poll(self) -> None:
        """Take what the renderers have finished."""
        if self.isVisible():
            for view in self.views:
                view.poll()

    def release(self) -> None:
        """End the renderers."""
        for view in self.views:
            view.release()

    def _set_mode(self, name: str) -> None:
        self._draw()
        self.mode_changed.emit(name)

    def _show_words(self) -> None:
        told, looked = self._told, self._looked
        if told is None:
            self.words.say("")
            return
        pieces = [told.label, told.reason]
        if looked is not None:
            pieces += ["The file has changed since it was judged."] if looked.changed else []
            pieces += list(dict.fromkeys(one for one in looked.heatmaps if isinstance(one, str)))
        self.words.say(" · ".join(piece for piece in pieces if piece))

    def _draw(self) -> None:
        looked, told = self._looked, self._told
        if looked is None or told is None:
            return
        for place, view in enumerate(self.views[: len(told.says)]):
            if looked.image is None:
                view.say_when_empty(looked.why or "Reading…")
                view.show_scene(None)
            else:
                heatmap = looked.heatmaps[place] if place < len(looked.heatmaps) else None
                view.show_scene(self._scene(looked, heatmap, told, place))

    def _scene(self, looked: PictureReading, heatmap: Prediction | str | None, told: Description, place: int) -> Scene:
        assert looked.image is not None
        name = told.name if len(told.says) == 1 else told.says[place].model
        found = heatmap if isinstance(heatmap, Prediction) else None
        alone = self.mode == "heatmap"
        if self.mode == "original":
            return Scene(image=looked.image, label=name, part=True)
        if found is None:
            waits = " · computing the heatmap" if heatmap is None else " · no heatmap"
            return Scene(image=looked.image, label=name + waits, part=True)
        image = np.zeros(looked.image.shape[:2], np.uint8) if alone else looked.image
        return Scene(image=image, label=name, heatmap=found, opacity=1.0 if alone else _OPACITY, part=True)
