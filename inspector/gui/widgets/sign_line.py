"""The line of a page that says that a model is not signed where only signed ones judge, and lets it be signed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from inspector.gui.widgets.basics import OneLine


class SignLine(QWidget):
    """See the module; hidden where the model may judge."""

    asked = Signal(str)  #: whether this model may judge
    sign_wanted = Signal(str)  #: this model

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        self.words = OneLine()
        row.addWidget(self.words, 1)
        self.button = QPushButton("Sign", self)
        self.button.setToolTip("Say with your name that this model may judge here; the audit trail has it")
        self.button.clicked.connect(lambda: self.sign_wanted.emit(self._model))
        row.addWidget(self.button)
        self.hide()

    def look_at(self, model: str) -> None:
        """Set which model is meant; none for an empty name."""
        if model != self._model:
            self._model = model
            self.hide()
            self.look_again()

    def look_again(self) -> None:
        """Ask once more whether the model may judge."""
        if self._model:
            self.asked.emit(self._model)

    def show_answer(self, model: str, why_not: str) -> None:
        """Say why a model may not judge; nothing where it may, or where another one is meant by now."""
        if model == self._model:
            self._show(why_not, can_sign=True)

    def show_signed(self, model: str) -> None:
        """Say that a model was signed."""
        if model == self._model:
            self._show(f"The model {model} is signed.", can_sign=False)

    def _show(self, words: str, *, can_sign: bool) -> None:
        self.words.say(words)
        self.button.setVisible(can_sign)
        self.setVisible(bool(words))
