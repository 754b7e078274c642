"""The lights of the header: the state of one thing as a dot and a word; pressed, a panel says more and leads on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from inspector.gui.language.spoken import say
from inspector.gui.theme import CURRENT, SMALL_PX, TARGET_PX, font, lively
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.over_panel import OverPanel

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_WIDEST_PX, _PANEL_PX = 260, 420
#: The verdict is never covered: its panel, and the gaps beside it.
_VERDICT_PX = 330 + 20
#: Longer words, such as a path or a hash, may be broken anywhere.
_LONGEST_WORD = 40


class PillPanel(OverPanel):
    """What a light has to say, and a button that leads to where it is set.

    Args:
        heading: Which light it is.
        lead: Words on the button.
    """

    def __init__(self, heading: str, lead: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.said = ""  #: the words, as they were given
        self.setFixedWidth(_PANEL_PX)
        self.clear_px = _VERDICT_PX
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addWidget(label(heading.upper(), "heading"))
        self.words = label()
        self.words.setWordWrap(True)
        layout.addWidget(self.words)
        row = QHBoxLayout()
        self.lead = QPushButton(say(lead), self)
        row.addWidget(self.lead, 1)
        self.copy = QPushButton(say("Copy"), self)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.said))
        row.addWidget(self.copy)
        layout.addLayout(row)

    def say(self, words: str) -> None:
        """Set what is said."""
        if words == self.said:
            return
        self.said = words
        lines = [[_breakable(word) for word in line.split(" ")] for line in words.splitlines()]
        self.words.setText("\n".join(" ".join(line) for line in lines))
        self.words.setAccessibleName(words)
        self.adjustSize()


def _breakable(word: str) -> str:
    return word if len(word) <= _LONGEST_WORD else "\u200b".join(word)


class Pill(QAbstractButton):
    """A rounded label with a coloured dot.

    Args:
        name: Which light it is.
        lead: Words on the panel's button.
    """

    led = Signal()  #: the panel's button was pressed

    def __init__(self, text: str, name: str, lead: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._state = "idle"
        self.setText(say(text))
        self.setAccessibleName(say(name))
        self.setFont(font(SMALL_PX))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.panel = PillPanel(name, lead, self)
        self.panel.lead.clicked.connect(self._lead)
        self.clicked.connect(self._open)

    @property
    def state(self) -> str:
        """Its colour, as given to `show_state`."""
        return self._state

    def show_state(self, text: str, state: str, tip: str = "") -> None:
        """Set text and colour ("good", "fail", "review", "idle"), and what the panel says."""
        text, tip = say(text), say(tip)
        if (text, state) != (self.text(), self._state):
            self._state = state
            self.setText(text)
            self.updateGeometry()
            self.update()
        self.setToolTip(tip or text)
        self.setAccessibleDescription(tip or text)
        self.panel.say(tip or text)

    def sizeHint(self) -> QSize:
        """Size of the text with the dot."""
        metrics = self.fontMetrics()
        return QSize(min(_WIDEST_PX, metrics.horizontalAdvance(self.text()) + 38), TARGET_PX)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        theme = CURRENT.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.hasFocus() or self.underMouse()
        painter.setPen(QPen(theme.colour("accent" if chosen else "edge"), 2 if self.hasFocus() else 1))
        high = (self.height() - 28) / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, high + 0.5, -1, -high - 0.5), 14, 14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(lively(theme, self._state))
        painter.drawEllipse(QRectF(12, self.height() / 2 - 4, 8, 8))
        painter.setPen(theme.colour("text"))
        area = self.rect().adjusted(27, 0, -10, 0)
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)

    def _open(self) -> None:
        self.panel.open_over(self)

    def _lead(self) -> None:
        self.panel.hide()
        self.led.emit()
