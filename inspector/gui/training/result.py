"""What came of a training: figures beside the current model's, sample pictures, and what is done with the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from inspector.gui.training.words import FIGURES, figure, labels_words, rest_words
from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.fitted_picture import FittedPicture
from inspector.gui.widgets.sign_line import SignLine
from inspector.gui.widgets.thumb_strip import ThumbStrip
from inspector.gui.words import duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QImage

    from inspector.gui.training.flips import Flip
    from inspector.gui.widgets.thumb_strip import Thumb
    from inspector.runs.trainings import Training
    from trainer.evaluation import Evaluation

_TIPS = {
    "report": "Read the whole report; from a browser it prints well",
    "promote": "Give this model to the recipe; used from the next part on, recorded, and can be rolled back",
    "keep": "Leave the model where it is, change nothing",
    "delete": "Remove the model and its training",
    "back": "Give the recipe the model back that it had before",
}
#: So many labels that look wrong are named in the tip.
_NAMED = 10


class ResultCard(QWidget):
    """See the module; the page connects the buttons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown, self._judged = "", 0
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        self.title = label("", "heading")
        layout.addWidget(self.title)
        layout.addLayout(self._build_buttons(frame))
        self.sign_line = SignLine(frame)
        layout.addWidget(self.sign_line)
        row = QHBoxLayout()
        row.setSpacing(24)
        left = QVBoxLayout()
        left.addLayout(self._build_table())
        self.growth = label("")
        self.growth.setWordWrap(True)
        left.addWidget(self.growth)
        self.note = label("", "muted")
        self.note.setWordWrap(True)
        left.addWidget(self.note)
        self.labels = label("", "muted")
        self.labels.setWordWrap(True)
        left.addWidget(self.labels)
        self.look_button = QPushButton("Look at these labels…", frame)
        self.look_button.setToolTip("Picture by picture: is the label right? The next training takes what you say")
        left.addWidget(self.look_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.rest = label("", "muted")
        self.rest.setWordWrap(True)
        left.addWidget(self.rest)
        self.rest_button = QPushButton("Try the rest…", frame)
        self.rest_button.setToolTip("Set the same training up with a work budget that reaches all of it")
        left.addWidget(self.rest_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.flips_words = label("", "heading")
        left.addWidget(self.flips_words)
        self.flips = ThumbStrip("Test pictures that change sides", counts=True, parent=frame)
        left.addWidget(self.flips)
        left.addStretch(1)
        row.addLayout(left)
        right = QVBoxLayout()
        self._samples_words = label("SAMPLE PREDICTIONS", "heading")
        right.addWidget(self._samples_words)
        self.samples = FittedPicture("Sample predictions", frame)
        right.addWidget(self.samples, 1)
        row.addLayout(right, 1)
        layout.addLayout(row)
        self.show_samples(None)
        self.show_way_back(None)

    def _build_buttons(self, frame: QWidget) -> QHBoxLayout:
        buttons = QHBoxLayout()
        self.buttons: dict[str, QPushButton] = {}
        words = (("promote", "Promote…"), ("keep", "Keep"), ("report", "Open report"), ("back", "Roll back"))
        for key, text in (*words, ("delete", "Delete…")):
            button = QPushButton(text, frame)
            button.setToolTip(_TIPS[key])
            self.buttons[key] = button
            buttons.addWidget(button)
        self.buttons["promote"].setProperty("kind", "primary")
        buttons.insertStretch(4, 1)
        return buttons

    def show_result(self, training: Training, current_model: str) -> None:
        """Show a training that ended well, beside the name of the recipe's model."""
        result = training.result
        if result is None:
            return
        took = duration(result.seconds)
        self.title.setText(f"RESULT: {training.name}, {result.method}, {took}".upper())
        self._heads[0].setText(training.name)
        self._heads[1].setText(current_model)
        self._fill(0, result.test)
        self.labels.setText(labels_words(result))
        suspects = result.labels.suspects[:_NAMED] if result.labels is not None else ()
        self.labels.setToolTip("\n".join(f"{suspect.name}: {suspect.evidence}" for suspect in suspects))
        self.labels.setVisible(bool(self.labels.text()))
        if training.id != self._shown:
            self._shown, self._judged = training.id, 0
        self.show_judged(training.id, self._judged)
        self.look_button.setVisible(bool(self.labels.text()))
        self.rest.setText(rest_words(result))
        for widget in (self.rest, self.rest_button):
            widget.setVisible(result.can_go_on)
        self.sign_line.look_at(training.name)
        inside = training.name == current_model
        self._heads[1].setVisible(not inside)
        for values in self._values.values():
            values[1].setVisible(not inside)
        growth = result.growth
        worse = growth.worse if growth is not None else ""
        self.growth.setText(growth.sentence if growth is not None else "")
        self.growth.setVisible(growth is not None)
        self.buttons["promote"].setEnabled(not inside and not worse)
        self.buttons["promote"].setToolTip(worse or _TIPS["promote"])
        self.buttons["promote"].setText("Promoted" if inside else "Promote…")
        self.buttons["delete"].setEnabled(not inside)

    def show_judged(self, training_id: str, judged: int) -> None:
        """Show of how many labels that look wrong something is said."""
        if training_id == self._shown:
            self._judged = judged
            self.look_button.setText(f"Look at these labels… ({judged} judged)" if judged else "Look at these labels…")

    def show_current(self, figures: Evaluation | None, note: str) -> None:
        """Show the current model's figures on the same test pictures; or None, and why not."""
        self._fill(1, figures)
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def show_flips(self, flips: Sequence[Flip], thumbs: Sequence[Thumb]) -> None:
        """Show the test pictures that the two models judge differently."""
        better = sum(flip.better for flip in flips)
        words = f"CHANGED SIDES: {better} NOW RIGHT, {len(flips) - better} NOW WRONG" if flips else ""
        self.flips_words.setText(words)
        self.flips_words.setToolTip("\n".join(f"{flip.name}: {flip.words}" for flip in flips))
        self.flips_words.setVisible(bool(flips))
        self.flips.show_thumbs(thumbs)

    def show_samples(self, image: QImage | None) -> None:
        """Show the grid of sample predictions; None where there is none."""
        self.samples.show_image(image)
        self._samples_words.setVisible(image is not None)

    def show_way_back(self, model: str | None) -> None:
        """Offer the way back to a model; None where there is none."""
        self.buttons["back"].setVisible(model is not None)
        self.buttons["back"].setText(f"Roll back to {model}")

    def _build_table(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(22)
        grid.setVerticalSpacing(5)
        for column in (1, 2):
            grid.setColumnMinimumWidth(column, 120)
        right = Qt.AlignmentFlag.AlignRight
        self._heads = [label("", "muted"), label("", "muted")]
        for column, head in enumerate(self._heads, 1):
            grid.addWidget(head, 0, column, right)
        self._values: dict[str, tuple[QLabel, QLabel]] = {}
        for row, (words, key, _) in enumerate(FIGURES, 1):
            grid.addWidget(label(words, "muted"), row, 0)
            pair = (label("–"), label("–"))
            for column, value in enumerate(pair, 1):
                value.setAccessibleName(f"{words}, {'candidate' if column == 1 else 'current model'}")
                value.setAlignment(right)
                grid.addWidget(value, row, column, right)
            self._values[key] = pair
        return grid

    def texts(self, column: int) -> dict[str, str]:
        """Return what the table shows, by figure: column 0 the candidate, 1 the current model."""
        return {key: pair[column].text() for key, pair in self._values.items()}

    def _fill(self, column: int, figures: Evaluation | None) -> None:
        for _, key, kind in FIGURES:
            self._values[key][column].setText(figure(figures, key, kind))
