"""The button by which whoever stands there chooses a language; each is named in itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QMenu, QPushButton

from inspector.gui.language.spoken import SPOKEN, say, why_not
from inspector.settings import Language

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_NAMES = {Language.ENGLISH: "English", Language.GERMAN: "Deutsch", Language.CHINESE: "简体中文"}


class LanguageButton(QPushButton):
    """Says which language is in force; pressed, it offers the others."""

    wanted = Signal(object)  #: Language

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.menu_shown: QMenu | None = None  #: the last one
        self.set_quiet(quiet=True)
        self.setToolTip(say("Language"))
        self.clicked.connect(self._open)
        self.show_language()

    def show_language(self) -> None:
        """Say which language is in force."""
        self.setText(_NAMES[SPOKEN.language])
        self.setAccessibleName(say("Language"))
        self.setAccessibleDescription(_NAMES[SPOKEN.language])

    def set_quiet(self, *, quiet: bool) -> None:
        """Look like the small words of a bar, or like the buttons of the operator view, whose letters grow."""
        self.setProperty("kind", "quiet" if quiet else "")
        self.style().polish(self)

    def _open(self) -> None:
        menu = self.menu_shown = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.setToolTipsVisible(True)
        for language, name in ((Language.SYSTEM, say("as the computer")), *_NAMES.items()):
            action = menu.addAction(name)
            action.triggered.connect(lambda _=False, language=language: self.wanted.emit(language))
            why = why_not(language)
            action.setEnabled(not why)
            action.setToolTip(say(why))
        size = menu.sizeHint()
        above = self.mapToGlobal(QPoint(self.width() - size.width(), -size.height()))
        menu.popup(above if above.y() > 0 else self.mapToGlobal(QPoint(0, self.height())))
