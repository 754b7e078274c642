"""The buttons that start, pause, stop, cancel and resume a training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from inspector.gui.widgets.basics import label
from inspector.runs.state import ProcessState
from trainer.protocol import Command

if TYPE_CHECKING:
    from inspector.runs.trainings import Training

_TOLD = {
    Command.PAUSE: "It pauses after this step.",
    Command.RUN: "It goes on.",
    Command.STOP: "It ends after this step and makes the model.",
    Command.CANCEL: "It ends after this step. Cancel again to end it at once.",
}


class TrainColumn(QWidget):
    """See the module; the page connects the buttons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(label("3 · TRAIN", "heading"))
        self.start = QPushButton("Start", self)
        self.start.setProperty("kind", "primary")
        self.pause = QPushButton("Pause", self)
        self.stop = QPushButton("Stop, keep best", self)
        self.stop.setToolTip("End the epochs now and make the model of the best one")
        self.cancel = QPushButton("Cancel…", self)
        self.cancel.setToolTip("End the training without a model")
        self.resume = QPushButton("Resume", self)
        self.resume.setToolTip("Go on from what was saved")
        for button in (self.start, self.pause, self.stop, self.cancel, self.resume):
            layout.addWidget(button)
        self.hint = label("", "muted")
        self.hint.setWordWrap(True)
        layout.addWidget(self.hint)
        layout.addStretch(1)

    def say_told(self, command: Command) -> None:
        """Say what follows from a command that was given."""
        self.hint.setText(_TOLD[command])

    def show_state(self, active: Training | None, shown: Training | None) -> None:
        """Offer what can be done.

        Args:
            active: The training that runs; None where none does.
            shown: The one that is looked at.
        """
        for button in (self.pause, self.stop, self.cancel):
            button.setVisible(active is not None)
        self.start.setVisible(active is None)
        self.pause.setText("Go on" if active and active.state is ProcessState.PAUSED else "Pause")
        self.resume.setVisible(active is None and shown is not None and shown.state is ProcessState.DIED)

    def show_start(
        self, *, busy: bool, pictures: bool, reading: bool, asked: bool, faulty: bool, complete: bool
    ) -> None:
        """Say whether a training can start, and if not, what is missing.

        Args:
            busy: Whether a training runs.
            pictures: What was chosen has been looked at.
            reading: They are being looked at.
            asked: Words of their folders or table are to be explained.
            faulty: The pictures cannot be trained on as they are.
            complete: Whether every field has a valid value.
        """
        words = "The line goes on inspecting meanwhile."
        if busy:
            self.hint.setText(words)
            return
        self.start.setEnabled(complete and pictures and not faulty)
        if faulty:
            words = "Correct the pictures first."
        elif reading:
            words = "The pictures are being read; a training can start when that is done."
        elif asked:
            words = "Say what the names mean first."
        elif not pictures:
            words = "Choose pictures first."
        elif not complete:
            words = "Correct the field marked in red under Advanced, or the name."
        self.hint.setText(words)
