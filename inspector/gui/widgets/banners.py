"""Banners: what is wrong, and what to do, until it is mended or dismissed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from inspector.gui.language.spoken import say
from inspector.gui.theme import TEXT_PX, font
from inspector.gui.widgets.basics import flat_button
from inspector.gui.widgets.later import soon

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QResizeEvent


#: More would take the page's room; the others are a button away.
_SHOWN = 2
_STATES = ("fail", "review", "idle")


class BannerArea(QWidget):
    """A stack of banners, one for each key; of many the gravest and newest are shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self._banners: dict[str, tuple[str, QFrame]] = {}
        self._px = TEXT_PX
        self._all = False  # whether all of them are shown
        self.more = flat_button("", "Show all messages, or the gravest ones", self)
        self.more.clicked.connect(self._toggle)
        self._layout.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_banner(
        self,
        key: str,
        text: str,
        *,
        state: str = "fail",
        actions: Sequence[tuple[str, Callable[[], None]]] = (),
    ) -> None:
        """Show a banner, or change the one with that key.

        Args:
            key: Banners with the same key replace one another.
            text: What happened and what to do.
            state: "fail", "review" or "idle".
            actions: Buttons: words and what they do.
        """
        there = self._banners.get(key)
        if there is not None and there[0] == text:
            return
        self.dismiss(key)
        banner = self._build(key, text, state, actions)
        self._banners[key] = (text, banner)
        self._layout.insertWidget(self._layout.count() - 1, banner)
        self._choose()
        self.show()

    def dismiss(self, key: str) -> None:
        """Remove a banner; nothing happens where there is none."""
        there = self._banners.pop(key, None)
        if there is not None:
            self._layout.removeWidget(there[1])
            there[1].hide()
            there[1].deleteLater()
        self._choose()
        if not self._banners:
            self.hide()

    def set_size(self, px: int) -> None:
        """Set how large the letters are, also of what is shown later."""
        if px != self._px:
            self._px = px
            self.more.setFont(font(px))
            for _, banner in self._banners.values():
                self._size(banner)
            soon(self, 0, self._fit)

    def _size(self, banner: QFrame) -> None:
        for widget in (*banner.findChildren(QLabel), *banner.findChildren(QAbstractButton)):
            widget.setFont(font(self._px))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give each banner the height that its words need at the width that it has now."""
        super().resizeEvent(event)
        soon(self, 0, self._fit)

    def _fit(self) -> None:
        margins = self.contentsMargins()
        width = self.width() - margins.left() - margins.right()
        for _, banner in self._banners.values():
            layout = banner.layout()
            if layout is not None:
                banner.setMinimumHeight(layout.totalHeightForWidth(width))

    def _toggle(self) -> None:
        self._all = not self._all
        self._choose()

    def _choose(self) -> None:
        """Show the gravest and newest of the banners, and say how many others there are."""
        frames = [banner for _, banner in reversed(self._banners.values())]
        ranked = sorted(frames, key=lambda banner: _STATES.index(banner.property("state")))
        hidden = len(frames) - _SHOWN
        self._all = self._all and hidden > 0
        for place, banner in enumerate(ranked):
            banner.setVisible(self._all or place < _SHOWN)
        more = "1 more message" if hidden == 1 else f"{hidden} more messages"
        words = say("Show fewer" if self._all else more)
        self.more.setText(words)
        self.more.setAccessibleName(words)
        self.more.setVisible(hidden > 0)
        soon(self, 0, self._fit)

    def texts(self) -> dict[str, str]:
        """What is said, by key."""
        return {key: text for key, (text, _) in self._banners.items()}

    def _build(self, key: str, text: str, state: str, actions: Sequence[tuple[str, Callable[[], None]]]) -> QFrame:
        banner = QFrame(self)
        banner.setObjectName("banner")
        banner.setProperty("state", state)
        layout = QHBoxLayout(banner)
        layout.setContentsMargins(14, 4, 6, 4)
        words = QLabel(say(text), banner)
        words.setWordWrap(True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(words, 1)
        for name, action in actions:
            button = QPushButton(say(name), banner)
            button.clicked.connect(action)
            layout.addWidget(button)
        close = flat_button("✕", "Dismiss this message", banner)
        close.clicked.connect(lambda: self.dismiss(key))
        layout.addWidget(close)
        banner.setAccessibleName(say(text))
        self._size(banner)
        return banner
