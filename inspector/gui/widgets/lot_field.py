"""The lot number: in force, or said to be not yet."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from inspector.domain.text import LOT
from inspector.gui.language.spoken import say
from inspector.gui.widgets.basics import label, set_tone
from inspector.gui.widgets.text_field import TextField

_PENDING = "not in force yet:\npress Enter"


class LotEdit(TextField):
    """The field itself; Esc takes back what was typed."""

    taken_back = Signal()

    def event(self, event: QEvent) -> bool:
        """Keep Esc from the page while there is something to take back."""
        escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if escape and event.type() is QEvent.Type.ShortcutOverride and self.property("pending"):
            event.accept()
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show the beginning of what is longer than the field."""
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.setCursorPosition(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take back on Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.taken_back.emit()
        else:
            super().keyPressEvent(event)


class LotField(QWidget):
    """See the module. A lot is wanted on Enter, and when the field is left."""

    wanted = Signal(str)
    entered = Signal()  #: the field has done its work: the keys belong elsewhere

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._in_force = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.edit = LotEdit(LOT, self)
        self.edit.setPlaceholderText(say("Lot number"))
        self.edit.setAccessibleName(say("Lot number"))
        self.edit.setFixedWidth(150)
        row.addWidget(self.edit)
        self.end_button = QPushButton(say("End"), self)
        self.end_button.setProperty("kind", "quiet")
        self.end_button.setAccessibleName(say("End the lot"))
        self.end_button.setToolTip(say("End the lot: parts from now on have none, and its report is written"))
        self.end_button.clicked.connect(lambda: self.wanted.emit(""))
        row.addWidget(self.end_button)
        self.words = label("", "muted")
        set_tone(self.words, "review")
        row.addWidget(self.words)
        self.edit.textChanged.connect(self._mark)
        self.edit.editingFinished.connect(self.finish)
        self.edit.returnPressed.connect(self.entered)
        self.edit.taken_back.connect(self._take_back)
        self._mark()

    def show_lot(self, lot: str) -> None:
        """Set the lot that is in force; what is being typed stays, and is not in force yet."""
        typing = self.pending and self.edit.hasFocus()
        self._in_force = lot
        if not typing:
            self.edit.setText(lot)
        if not self.edit.hasFocus():
            self.edit.setCursorPosition(0)
        self._mark()

    @property
    def pending(self) -> bool:
        """True while what is written is not in force."""
        return self.edit.text().strip() != self._in_force

    def finish(self) -> None:
        """Want what is written, as on Enter."""
        if self.pending:
            self.wanted.emit(self.edit.text().strip())

    def _take_back(self) -> None:
        self.edit.setText(self._in_force)
        self.entered.emit()

    def _mark(self) -> None:
        pending = self.pending
        self.words.setText(say(_PENDING) if pending else "")
        self.words.setVisible(pending)
        self.end_button.setVisible(bool(self._in_force) and not pending)
        in_force = f"Lot {self._in_force} is in force" if self._in_force else "No lot is in force"
        self.edit.setToolTip(say(f"{in_force}. Type the next one and press Enter; Esc takes it back"))
        self.edit.setAccessibleDescription(say(f"{in_force}{'; what is typed is not in force yet' if pending else ''}"))
        if bool(self.edit.property("pending")) != pending:
            self.edit.setProperty("pending", pending)
            self.edit.style().unpolish(self.edit)
            self.edit.style().polish(self.edit)
