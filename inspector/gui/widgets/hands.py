"""Notices that a hand is at the program: a key, a button of the mouse or a finger in any of its windows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QGuiApplication, QWindow

_HANDS = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress, QEvent.Type.TouchBegin})


class HandWatch(QObject):
    """Looks at the events of each window that has ever had the keys: where no window manager gives them back, as in a
    kiosk, a mouse still presses there. A filter on the whole program would see every event of all its widgets.
    """

    touched = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        self._app = app
        app.focusWindowChanged.connect(self._follow)
        self._follow(QGuiApplication.focusWindow())

    def release(self) -> None:
        """Follow no further windows; those before forget it once it is gone."""
        self._app.focusWindowChanged.disconnect(self._follow)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        """Note that a hand is there; nothing is taken."""
        if event.type() in _HANDS:
            self.touched.emit()
        return False

    def _follow(self, window: QWindow | None) -> None:
        if window is not None:
            window.installEventFilter(self)  # once, however often
