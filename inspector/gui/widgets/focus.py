"""Keeps the keys away from what nobody chose: where a field or button goes, the focus does not jump to the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable


class FocusKeeper(QObject):
    """Qt gives the focus of a widget that is disabled or hidden to its neighbour, where a key would change something.

    Args:
        window: Only what happens in it counts.
        rest: Puts the focus where no key changes anything.
    """

    def __init__(self, window: QWidget, rest: Callable[[], None]) -> None:
        super().__init__(window)
        self._window, self._rest = window, rest
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._moved)

    def _moved(self, old: QWidget | None, now: QWidget | None) -> None:
        if old is None or now is None or now.window() is not self._window or old.window() is not self._window:
            return
        if not old.isEnabled() or not old.isVisible():
            self._rest()
