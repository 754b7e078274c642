"""Follows the language that the settings name, and changes it for an operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from inspector.gui.language.retold import speak

if TYPE_CHECKING:
    from inspector.gui.station.session import Session
    from inspector.gui.widgets.language_button import LanguageButton
    from inspector.settings import Language, Settings


class LanguageDesk(QObject):
    """Lives on the GUI thread.

    Args:
        session: Tells of settings, and saves them.
        button: Says which language is in force, and which one is wanted.
    """

    def __init__(self, session: Session, button: LanguageButton) -> None:
        super().__init__(session)
        self._session, self._button = session, button
        button.wanted.connect(self._want)
        session.settings_changed.connect(self._follow)

    def _want(self, language: Language) -> None:
        settings = self._session.settings.model_copy(update={"language": language})
        self._session.apply_settings(settings, lambda: None)

    def _follow(self, settings: Settings) -> None:
        if speak(settings.language):
            self._button.show_language()
            self._session.status_changed.emit(self._session.status())
