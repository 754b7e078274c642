"""Banners: what is wrong, and what to do, until it is mended or dismissed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from inspector.gui.widgets.basics import flat_button

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class BannerArea(QWidget):
    """A stack of banners, one for each key."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self._banners: dict[str, tuple[str, QFrame]] = {}
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
        self._layout.addWidget(banner)
        self.show()

    def dismiss(self, key: str) -> None:
        """Remove a banner; nothing happens where there is none."""
        there = self._banners.pop(key, None)
        if there is not None:
            self._layout.removeWidget(there[1])
            there[1].hide()
            there[1].deleteLater()
        if not self._banners:
            self.hide()

    def texts(self) -> dict[str, str]:
        """What is shown, by key."""
        return {key: text for key, (text, _) in self._banners.items()}

    def _build(self, key: str, text: str, state: str, actions: Sequence[tuple[str, Callable[[], None]]]) -> QFrame:
        banner = QFrame(self)
        banner.setObjectName("banner")
        banner.setProperty("state", state)
        layout = QHBoxLayout(banner)
        layout.setContentsMargins(14, 4, 6, 4)
        words = QLabel(text, banner)
        words.setWordWrap(True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(words, 1)
        for name, action in actions:
            button = QPushButton(name, banner)
            button.clicked.connect(action)
            layout.addWidget(button)
        close = flat_button("✕", "Dismiss this message", banner)
        close.clicked.connect(lambda: self.dismiss(key))
        layout.addWidget(close)
        banner.setAccessibleName(text)
        return banner
