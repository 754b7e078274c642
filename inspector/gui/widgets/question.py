"""A dialog that asks before something is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout

from inspector.domain.text import REASON
from inspector.gui.language.spoken import say
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.text_field import TextField

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


def replace_question(recipe: str, parent: QWidget) -> Question:
    """Return what is asked before a recipe takes the place of another one of its name."""
    words = "There is a recipe of this name. It gets a new version; the versions before it are kept."
    return Question(f"Replace the recipe “{recipe}”?", words, "Replace", parent=parent)


class Question(QDialog):
    """Asks before something is done; `accepted` says that it was wanted.

    Args:
        title: The question, as a sentence.
        words: What follows from a yes.
        yes: Words on the button that does it.
        reason: Words in the empty field for a reason, which is then needed; empty for no such field.
    """

    def __init__(self, title: str, words: str, yes: str, *, reason: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say(title))
        self.setMinimumSize(480, 260)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(label(title, "title"))
        text = label(words)
        text.setWordWrap(True)
        layout.addWidget(text)
        self.reason = TextField(REASON, self)
        self.reason.setPlaceholderText(say(reason))
        self.reason.setAccessibleName(say(reason))
        self.reason.setVisible(bool(reason))
        layout.addWidget(self.reason)
        layout.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        no = QPushButton(say("Back"), self)
        no.clicked.connect(self.reject)
        row.addWidget(no)
        self.yes_button = QPushButton(say(yes), self)
        self.yes_button.setProperty("kind", "primary")
        self.yes_button.clicked.connect(self.accept)
        self.yes_button.setEnabled(not reason)
        row.addWidget(self.yes_button)
        layout.addLayout(row)
        if reason:
            self.reason.textChanged.connect(lambda text: self.yes_button.setEnabled(bool(text.strip())))
            self.yes_button.setDefault(True)
            self.reason.setFocus()
        else:
            no.setDefault(True)
            no.setFocus()
