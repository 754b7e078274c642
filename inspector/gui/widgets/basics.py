"""Small building blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from inspector.gui.language.spoken import say
from inspector.gui.theme import CURRENT, TARGET_PX, TINY_PX, font
from inspector.gui.widgets.icons import icon

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QPaintEvent


def card(parent: QWidget | None = None) -> tuple[QFrame, QVBoxLayout]:
    """Return a panel with its layout."""
    frame = QFrame(parent)
    frame.setObjectName("card")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(14, 12, 14, 12)
    layout.setSpacing(6)
    return frame, layout


def label(text: str = "", kind: str = "", parent: QWidget | None = None) -> QLabel:
    """Return a label; kinds are those of the theme's style sheet."""
    words = QLabel(say(text), parent)
    if kind:
        words.setProperty("kind", kind)
    return words


def scrolled(inside: QWidget, parent: QWidget) -> QScrollArea:
    """Return an area in which a widget can be scrolled up and down."""
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    return area


def set_tone(words: QLabel, tone: str) -> None:
    """Colour a label by the theme, in both palettes: "good", "fail", "review", "error", "muted" or "text"."""
    if words.property("tone") != tone:
        words.setProperty("tone", tone)
        words.style().unpolish(words)
        words.style().polish(words)


class OneLine(QLabel):
    """A label that takes what room there is; what has none ends in dots, and the tip says all."""

    def __init__(self, kind: str = "muted", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", kind)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def say(self, words: str) -> None:
        """Set the words."""
        said = say(words)
        self.setText(said)
        self.setToolTip(said)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        words = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, words)


def seen(widget: QWidget) -> bool:
    """Say whether anything of a widget can be on the screen: its page is shown, its window neither hidden nor covered.

    Whether a window that others cover counts as exposed depends on the platform (Wayland, macOS and Windows say so).
    """
    window = widget.window()
    handle = window.windowHandle()
    return widget.isVisible() and not window.isMinimized() and handle is not None and handle.isExposed()


class NavButton(QToolButton):
    """One entry of the page bar.

    Args:
        picture: The name of its icon, see `icon`.
    """

    def __init__(self, name: str, picture: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self.setText(say(name))
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setIconSize(QSize(24, 24))
        self.setFixedSize(75, 60 + 14 * name.count("\n"))
        self.setFont(font(TINY_PX))
        self.setAccessibleName(say(name.replace("\n", " ")))
        self.recolour()

    def recolour(self) -> None:
        """Take the icon in the theme's colour."""
        self.setIcon(icon(self._picture, CURRENT.theme.colour("text")))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw, with a bar at the left of the page that is shown."""
        if self.isChecked():
            painter = QPainter(self)
            painter.fillRect(self.rect(), CURRENT.theme.colour("field"))
            painter.fillRect(0, 0, 3, self.height(), CURRENT.theme.colour("accent"))
            painter.end()
        super().paintEvent(event)


def flat_button(text: str, tip: str, parent: QWidget | None = None) -> QToolButton:
    """Return a flat button that is large enough to be pressed."""
    button = QToolButton(parent)
    button.setText(text)
    button.setToolTip(say(tip))
    button.setAccessibleName(say(tip))
    button.setMinimumSize(TARGET_PX, TARGET_PX)
    return button


def covering(box: QRectF, picture: QImage) -> QRectF:
    """Return the middle of a picture in a box's shape."""
    scale = min(picture.width() / box.width(), picture.height() / box.height())
    width, height = box.width() * scale, box.height() * scale
    return QRectF((picture.width() - width) / 2, (picture.height() - height) / 2, width, height)
