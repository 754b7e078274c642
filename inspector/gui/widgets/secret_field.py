"""The line for a PIN or password: shows dots, and keeps what is typed where it can be overwritten.

A text field of Qt keeps its text in memory that nobody overwrites, and hands out copies. Here single keys go into one
buffer, which is wiped when it is taken or the field is hidden.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from inspector.gui.language.spoken import say
from inspector.gui.theme import CURRENT, SMALL_PX, TARGET_PX, font
from inspector.people.hashing import MOST_SECRET

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QInputMethodEvent, QKeyEvent, QMouseEvent, QPaintEvent

_DOT_PX, _GAP_PX = 8, 7


class SecretField(QWidget):
    """See the module.

    Args:
        words: What is typed here, for a screen reader and in the empty field.
    """

    changed = Signal()
    entered = Signal()  #: Enter was pressed
    moved = Signal(int)  #: an arrow key: 1 down, -1 up

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buffer = bytearray(MOST_SECRET)  # never grows: what grows leaves a copy behind
        self._size = 0
        self._words = words
        self.setAccessibleName(say(words))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        self.setInputMethodHints(Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhSensitiveData)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setFixedHeight(TARGET_PX)
        self.setMinimumWidth(160)

    @property
    def length(self) -> int:
        """How many bytes are typed."""
        return self._size

    def press(self, letters: str) -> None:
        """Add what a key or a button of the pad stands for."""
        for letter in letters:
            raw = letter.encode("utf-8", "ignore")
            if letter.isprintable() and self._size + len(raw) <= MOST_SECRET:
                self._buffer[self._size : self._size + len(raw)] = raw
                self._size += len(raw)
        self._tell()

    def back(self) -> None:
        """Take the last character away."""
        while self._size:
            self._size -= 1
            last, self._buffer[self._size] = self._buffer[self._size], 0
            if last & 0xC0 != 0x80:  # the first byte of a character
                break
        self._tell()

    def clear(self) -> None:
        """Overwrite what is typed."""
        for place in range(self._size):
            self._buffer[place] = 0
        self._size = 0
        self._tell()

    def take(self) -> bytearray:
        """Return what is typed, for whoever wipes it; here it is gone."""
        taken = bytearray(self._size)
        for place in range(self._size):
            taken[place] = self._buffer[place]
        self.clear()
        return taken

    def fits(self, other: SecretField) -> bool:
        """Return whether the same is typed in another field."""
        return self._size == other.length and all(
            self._buffer[place] == other.letter(place) for place in range(self._size)
        )

    def letter(self, place: int) -> int:
        """Return a byte of what is typed."""
        return self._buffer[place]

    # --- events -------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take a key."""
        moves = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Backspace:
            self.back()
        elif event.key() in moves:
            self.moved.emit(moves[Qt.Key(event.key())])
        elif (
            event.text().isprintable() and event.text() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self.press(event.text())
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Take what an input method has composed, as a letter with its accent."""
        self.press(event.commitString())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the keys."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        super().mousePressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Keep nothing that nobody sees."""
        super().hideEvent(event)
        self.clear()

    def sizeHint(self) -> QSize:
        """Room for sixteen characters."""
        return QSize(16 * (_DOT_PX + _GAP_PX) + 24, TARGET_PX)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw a dot for each byte, as many as there is room for."""
        theme = CURRENT.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focus = self.hasFocus()
        painter.setPen(QPen(theme.colour("accent" if focus else "edge"), 2 if focus else 1))
        painter.setBrush(theme.colour("field"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        if not self._size:
            painter.setPen(theme.colour("muted"))
            painter.setFont(font(SMALL_PX))
            painter.drawText(self.rect().adjusted(12, 0, -8, 0), Qt.AlignmentFlag.AlignVCenter, say(self._words))
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("text"))
        room = max(1, (self.width() - 24) // (_DOT_PX + _GAP_PX))
        for place in range(min(self._size, room)):
            left = 12 + place * (_DOT_PX + _GAP_PX)
            painter.drawEllipse(QRectF(left, (self.height() - _DOT_PX) / 2, _DOT_PX, _DOT_PX))

    def _tell(self) -> None:
        self.setAccessibleDescription(say(f"{self._size} typed"))
        self.update()
        self.changed.emit()


class PinPad(QWidget):
    """Keys for a finger; those of the keyboard go on working, as no key here takes the focus."""

    def __init__(self, field: SecretField, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "Clear", "0", "←"]
        actions = {"Clear": field.clear, "←": field.back}
        self.keys: dict[str, QPushButton] = {}
        for place, key in enumerate(keys):
            button = QPushButton(say(key), self)
            button.setAutoDefault(False)
            button.setMinimumSize(72, 52)
            button.setAccessibleName(say("Delete the last" if key == "←" else key))
            button.clicked.connect(actions.get(key) or partial(field.press, key))
            button.clicked.connect(lambda _=False: field.setFocus())
            grid.addWidget(button, place // 3, place % 3)
            self.keys[key] = button
