"""Shows what stands in the windows in another language, at once: no page is made anew, no verdict is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication, QLineEdit

from inspector.gui.language.spoken import SPOKEN

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from inspector.settings import Language

#: Where a widget or an action has words: how they are asked for, and how they are set.
_WORDS = (
    ("text", "setText"),
    ("placeholderText", "setPlaceholderText"),
    ("toolTip", "setToolTip"),
    ("windowTitle", "setWindowTitle"),
    ("accessibleName", "setAccessibleName"),
    ("accessibleDescription", "setAccessibleDescription"),
)


def speak(language: Language) -> bool:
    """Take another language, and show in it what was shown in the one before; return whether it is another."""
    if not SPOKEN.choose(language):
        return False
    for widget in QApplication.allWidgets():
        _retell(widget)
        for action in widget.actions():
            _retell(action)
        widget.updateGeometry()
        widget.update()
    return True


def _retell(thing: QObject) -> None:
    for ask, tell in _WORDS:
        if ask == "text" and isinstance(thing, QLineEdit):
            continue  # what somebody has typed
        told: Any = getattr(thing, ask, None)
        if callable(told) and hasattr(thing, tell):
            shown = told()
            english = SPOKEN.english_of(shown) if isinstance(shown, str) else None
            if english is not None:
                getattr(thing, tell)(SPOKEN.say(english))
