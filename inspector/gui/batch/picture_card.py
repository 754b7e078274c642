"""The chosen picture of a batch, as it is or with its heatmap; of two runs side by side where they are compared."""

from __future__ import annotations

import math
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from inspector.domain.records import Prediction
from inspector.gui.batch.marks import STATES
from inspector.gui.batch.rows import NO_VERDICT
from inspector.gui.batch.words import points_words, verdict_words
from inspector.gui.widgets.basics import OneLine, card, label, set_tone
from inspector.gui.widgets.kind_button import KindButton
from inspector.gui.widgets.picture import PictureView
from inspector.gui.widgets.render import Scene
from inspector.gui.widgets.teach_bar import TeachBar
from inspector.gui.widgets.verdict import ScoreBar

if TYPE_CHECKING:
    from inspector.domain.heatmap import HeatmapKind
    from inspector.domain.records import Image
    from inspector.gui.batch.description import Description, Opinion
    from inspector.gui.batch.picture_reader import PictureReading

_OPACITY = 0.6
#: Room for the name of who says it.
_MODEL_PX = 96
_NOTHING = "Choose a picture of the list; arrow keys walk through it"


class PictureMode(Enum):
    """What is shown of a picture."""

    ORIGINAL = "The picture alone"
    OVERLAY = "The heatmap over the picture"
    HEATMAP = "The heatmap alone"


class OpinionLine(QWidget):
    """One line: who, verdict, P(defective) as a number and on a bar with the operating point."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        self.model, self.verdict, self.score = OneLine(), label("", "score"), label("", "score")
        self.model.setFixedWidth(_MODEL_PX)
        # one that ignores its own width is given none, though its width is fixed
        self.model.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.bar = ScoreBar(self)
        self.verdict.setMinimumWidth(64)
        self.score.setMinimumWidth(44)
        self.score.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for words in (self.model, self.verdict, self.score):
            row.addWidget(words)
        row.addWidget(self.bar, 1)
        self.strangeness = label("", "muted")
        self.strangeness.setToolTip("How unlike good parts it looks")
        row.addWidget(self.strangeness)

    def show_opinion(self, opinion: Opinion | None, *, named: bool) -> None:
        """Show what a run says of the picture.

        Args:
            opinion: None for nothing.
            named: Whether the model's name is shown: where two runs are compared.
        """
        self.model.setVisible(named)
        if opinion is None:
            self.model.say("")
            self.verdict.setText("")
            self.score.setText("")
            self.strangeness.hide()
            self.bar.show_score(None, None)
            return
        self.model.say(opinion.model)
        self.verdict.setText(verdict_words(opinion.verdict))
        state = "idle" if opinion.verdict == NO_VERDICT else STATES[opinion.verdict]
        set_tone(self.verdict, state)
        score = None if math.isnan(opinion.score) else opinion.score
        self.score.setText("–" if score is None else f"{score:.3f}")
        self.strangeness.setVisible(not math.isnan(opinion.strangeness))
        self.strangeness.setText(f"strangeness {opinion.strangeness:.2f}")
        self.bar.show_score(score, opinion.points)
        self.bar.setToolTip(
            "" if opinion.points is None else f"P(defective), from 0 to 1; {points_words(opinion.points)}"
        )


class PictureCard(QWidget):
    """See the module."""

    mode_changed = Signal(object)  #: PictureMode, by hand

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading: PictureReading | None = None
        self._description: Description | None = None
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
        self._words_card = self._build_words()
        layout.addWidget(self._words_card)
        self.show_description(None)

    def _build_modes(self) -> None:
        """The buttons lie on the pictures' lower right corner."""
        self._corner = QWidget(self._stage)
        row = QHBoxLayout(self._corner)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.kind_button = KindButton(self._corner, short=True)
        self.kind_button.setProperty("kind", "mode")
        self.kind_button.changed.connect(self._on_kind)
        row.addWidget(self.kind_button)
        self.modes: dict[PictureMode, QPushButton] = {}
        group = QButtonGroup(self)
        for mode in PictureMode:
            button = QPushButton(mode.name.capitalize(), self._corner)
            button.setCheckable(True)
            button.setToolTip(f"{mode.value} (H)")
            button.setProperty("kind", "mode")
            button.clicked.connect(lambda _=False, mode=mode: self._set_mode(mode))
            group.addButton(button)
            row.addWidget(button)
            self.modes[mode] = button
        self.modes[PictureMode.OVERLAY].setChecked(True)
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
        self.teach = TeachBar(frame)
        layout.addWidget(self.teach)
        return frame

    # --- showing ------------------------------------------------------------------------------------------------------

    @property
    def mode(self) -> PictureMode:
        """What is shown."""
        return next(mode for mode, button in self.modes.items() if button.isChecked())

    @property
    def reading(self) -> PictureReading | None:
        """What there is of the chosen picture so far."""
        return self._reading

    def show_description(self, description: Description | None) -> None:
        """Say what the runs say of the chosen picture; the picture itself comes a little later."""
        self._description, self._reading = description, None
        opinions = description.opinions if description is not None else ()
        comparing = len(opinions) > 1
        self.views[1].setVisible(comparing)
        self._words_card.setVisible(description is not None)
        for place, line in enumerate(self.lines):
            line.setVisible(place == 0 or comparing)
            line.show_opinion(opinions[place] if place < len(opinions) else None, named=comparing)
        self._show_words()
        if description is None:
            for view in self.views:
                view.say_when_empty(_NOTHING)
                view.show_scene(None)

    def show_picture(self, reading: PictureReading) -> None:
        """Show what there is of the picture."""
        self._reading = reading
        self._draw()
        self._show_words()

    def next_mode(self) -> None:
        """Go on: original, overlay, heatmap."""
        modes = list(PictureMode)
        self.modes[modes[(modes.index(self.mode) + 1) % len(modes)]].click()

    def poll(self) -> None:
        """Take what the renderers have finished."""
        if self.isVisible():
            for view in self.views:
                view.poll()

    def release(self) -> None:
        """End the renderers."""
        for view in self.views:
            view.release()

    def _on_kind(self, kind: HeatmapKind) -> None:
        for view in self.views:
            view.want_heatmap(kind)

    def _set_mode(self, mode: PictureMode) -> None:
        self.kind_button.setEnabled(mode is not PictureMode.ORIGINAL)
        self._draw()
        self.mode_changed.emit(mode)

    def _show_words(self) -> None:
        description, reading = self._description, self._reading
        if description is None:
            self.words.say("")
            return
        pieces = [description.label, description.reason]
        if reading is not None:
            pieces += ["The file has changed since it was judged."] if reading.changed else []
            pieces += list(dict.fromkeys(heatmap for heatmap in reading.heatmaps if isinstance(heatmap, str)))
        self.words.say(" · ".join(piece for piece in pieces if piece))

    def _draw(self) -> None:
        reading, description = self._reading, self._description
        if reading is None or description is None:
            return
        for place, view in enumerate(self.views[: len(description.opinions)]):
            if reading.image is None:
                view.say_when_empty(reading.why or "Reading…")
                view.show_scene(None)
            else:
                heatmap = reading.heatmaps[place] if place < len(reading.heatmaps) else None
                name = description.name if len(description.opinions) == 1 else description.opinions[place].model
                view.show_scene(self._scene(reading.image, heatmap, name))

    def _scene(self, image: Image, heatmap: Prediction | str | None, name: str) -> Scene:
        if self.mode is PictureMode.ORIGINAL:
            return Scene(image=image, label=name, part=True)
        if not isinstance(heatmap, Prediction):
            waits = " · computing the heatmap" if heatmap is None else " · no heatmap"
            return Scene(image=image, label=name + waits, part=True)
        if self.mode is PictureMode.HEATMAP:
            nothing = np.zeros(image.shape[:2], np.uint8)
            return Scene(image=nothing, label=name, heatmap=heatmap, opacity=1.0, part=True)
        return Scene(image=image, label=name, heatmap=heatmap, opacity=_OPACITY, part=True)
