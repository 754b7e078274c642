"""What is seen while the station learns the good parts, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.domain.counts import counted
from inspector.domain.sentence import sentence
from inspector.gui.first_start.parts import asked
from inspector.gui.training.progress import ProgressCard
from inspector.gui.training.words import percent
from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.path_field import WEIGHTS, PathField
from inspector.gui.words import duration
from inspector.runs.state import ProcessState
from inspector.vision.imagenet import IMAGENET_URL

if TYPE_CHECKING:
    from inspector.runs.trainings import Training
    from trainer.protocol import Result

_ABOUT_WEIGHTS = (
    "The network begins with what it has learnt from everyday pictures (ImageNet): 98 MB, downloaded once. Without a "
    "network, copy the file here and name it."
)
_DOWNLOADED = f"They come from {IMAGENET_URL.partition('://')[2]}. Nothing is sent, and later trainings find them here."


class TeachPanel(QWidget):
    """See the module; the dialog connects the buttons."""

    again_wanted = Signal(str)  #: the file of weights; empty for none

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(10)
        self.progress = ProgressCard(self)
        outer.addWidget(self.progress)
        self.about = label(
            "It takes about a minute. At its end the model is compared, picture by picture, with what was learnt; only "
            "one that judges the same may be used.",
            "muted",
        )
        self.about.setWordWrap(True)
        outer.addWidget(self.about)
        self._card, layout = card(self)
        layout.setContentsMargins(20, 18, 20, 18)
        layout.setSpacing(10)
        outer.addWidget(self._card)
        self.heading = label("", "title")
        self.heading.setWordWrap(True)
        layout.addWidget(self.heading)
        self.words = label()
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        layout.addWidget(self.words)
        self.weights_box = QWidget(self._card)
        inside = QVBoxLayout(self.weights_box)
        inside.setContentsMargins(0, 8, 0, 0)
        self.weights = PathField("File of weights", "empty: downloaded once", "file", self.weights_box, WEIGHTS)
        asked(inside, "Weights of the network", self.weights, _ABOUT_WEIGHTS)
        row = QHBoxLayout()
        self.again = QPushButton("Teach again", self.weights_box)
        self.again.setProperty("kind", "primary")
        self.again.clicked.connect(lambda: self.again_wanted.emit(self.weights.text()))
        row.addWidget(self.again)
        row.addStretch(1)
        inside.addLayout(row)
        layout.addWidget(self.weights_box)
        row = QHBoxLayout()
        self.report = QPushButton("Open report", self._card)
        row.addWidget(self.report)
        row.addStretch(1)
        layout.addLayout(row)
        outer.addStretch(1)
        self.show_training(None, "")

    def ask_for_weights(self) -> None:
        """Ask for the file of weights before anything is downloaded: none are on this computer."""
        for shown in (self.progress, self.about, self.report):
            shown.hide()
        for asked_by in (self._card, self.weights_box):
            asked_by.show()
        self.heading.setText("The network's weights are not on this computer yet")
        self.words.setText(_DOWNLOADED)
        self.again.setText("Teach")

    def show_training(self, training: Training | None, fault: str) -> None:
        """Show how it stands.

        Args:
            training: None while it is being started.
            fault: Why it could not be started.
        """
        result = training.result if training is not None else None
        ended = bool(fault) or (training is not None and not training.active)
        self.progress.setVisible(not ended)
        self.about.setVisible(not ended)
        self._card.setVisible(ended)
        if training is None:
            self.progress.stage.setText("Starting")
            self.progress.left.setText("")
            self.progress.bar.setRange(0, 0)  # a bar that moves
        elif not ended:
            self.progress.show_training(training)
        self.report.setVisible(result is not None)
        self.weights_box.setVisible(ended and result is None)
        if result is not None and training is not None:
            self.heading.setText("It knows good parts now")
            self.words.setText(result_words(training.name, result))
        elif ended:
            self.again.setText("Teach again")
            cancelled = training is not None and training.state is ProcessState.CANCELLED
            self.heading.setText("Cancelled" if cancelled else "That did not work")
            why = fault or (training.why if training is not None else "")
            self.words.setText(f"{sentence(why)}\nThe pictures are kept.".strip())


def result_words(name: str, result: Result) -> str:
    """Say what a model of good parts is worth, and what it will do."""
    figures = result.test
    overkill = figures.confusion.matrix.overkill
    low, high = overkill.interval
    checked = f"The model {name} was made in {duration(result.seconds)}, and judges at the line as it was trained."
    rate = (
        f"Of {counted(overkill.total, 'good part')} that it had not learnt from, {overkill.count} would go to review "
        f"(95 %: {percent(low)} to {percent(high)})."
        if overkill.total
        else "How many good parts go to review is not known yet."
    )
    return (
        f"{checked}\n{rate}\nWhat is unlike these good parts goes to review. Nothing fails yet, as no defect was "
        "shown: judge what goes to review, and train again."
    )
