"""A line for a text that stands in a record: as long as it may be, and without what cannot be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QToolTip

from inspector.gui.language.spoken import say

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from inspector.domain.text import TextKind


class TextField(QLineEdit):
    """Takes what is typed, pasted or sent by a scanner, less control characters and halves of characters.

    Args:
        kind: What is typed here.
    """

    def __init__(self, kind: TextKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        self.setMaxLength(kind.longest)
        self.textChanged.connect(self._clean)
        self.inputRejected.connect(self._say_longest)

    def _say_longest(self) -> None:
        words = f"At most {self._kind.longest} characters; what came after them is left out."
        QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), say(words), self)

    def _clean(self, text: str) -> None:
        kept = self._kind.cleaned(text)
        if kept != text:
            place = self.cursorPosition() - (len(text) - len(kept))
            self.setText(kept)
            self.setCursorPosition(max(0, place))
