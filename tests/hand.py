"""A hand at the real window, for the scripts that drive it: waits for what is seen, and photographs the screen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget


def rest(milliseconds: int) -> None:
    """Let the window work; unlike QTest.qWait this leaves Python's lock to the line's threads meanwhile."""
    loop, timer = QEventLoop(), QTimer(singleShot=True, interval=milliseconds)  # not QTimer.singleShot: see `soon`
    timer.timeout.connect(loop.quit)
    timer.start()
    loop.exec()


def wait(condition: Callable[[], object], seconds: float = 120.0, what: str = "") -> None:
    """Let the window work until something is so.

    Raises:
        TimeoutError: If it has not become so.
    """
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            msg = f"waited {seconds:g} s in vain{f' for {what}' if what else ''}"
            raise TimeoutError(msg)
        rest(20)


def photograph(window: QWidget, path: Path) -> None:
    """Photograph what the screen shows where a window is, with all that lies over it."""
    rest(300)
    frame = window.frameGeometry()
    path.parent.mkdir(parents=True, exist_ok=True)
    screen = window.screen()
    screen.grabWindow(0, frame.x(), frame.y(), frame.width(), frame.height()).save(str(path))
    print(path, flush=True)
