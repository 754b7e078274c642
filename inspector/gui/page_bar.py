"""The entries at the left of the window, and the pages that they show; pages are known by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from inspector.gui.language.spoken import say
from inspector.gui.widgets.basics import NavButton
from inspector.gui.widgets.later import LaterPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.gui.widgets.later import Page

_WIDTH_PX = 76


class PageBar(QWidget):
    """See the module. Ctrl+1, Ctrl+2, … show the pages in turn."""

    shown = Signal(str)  #: name of the page that is shown now

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("nav")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(_WIDTH_PX)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 8, 0, 8)
        self._layout.setSpacing(2)
        self._layout.addStretch(1)
        self.stack = QStackedWidget(parent)
        self._pages: dict[str, QWidget] = {}
        self.buttons: dict[str, NavButton] = {}

    @property
    def names(self) -> list[str]:
        """The pages, in the order of the bar."""
        return list(self._pages)

    @property
    def current(self) -> str:
        """The page that is shown; empty before the first one."""
        shown = self.stack.currentWidget()
        return next((name for name, page in self._pages.items() if page is shown), "")

    def add(self, name: str, words: str, page: QWidget) -> None:
        """Add a page with its entry.

        Args:
            name: The page and its icon are known by it.
            words: Text of the entry.
            page: The page, or a `LaterPage` for it.
        """
        number = len(self._pages) + 1
        button = NavButton(words, name, self)
        button.clicked.connect(lambda: self.show_page(name))
        button.setToolTip(say(f"{words} (Ctrl+{number})".replace("\n", " ")))
        QShortcut(QKeySequence(f"Ctrl+{number}"), self, lambda: self.show_page(name))
        self._layout.insertWidget(number - 1, button)
        self.buttons[name] = button
        self._pages[name] = page
        self.stack.addWidget(page)

    def show_page(self, name: str) -> None:
        """Show a page; one that was to be made later is made now. The page before may ask first.

        Raises:
            KeyError: If there is no such page.
        """
        page, before = self._pages[name], self.stack.currentWidget()
        if page is not before and not self.may_leave(lambda: self._show(name)):
            self.buttons[self.current].setChecked(True)
            return
        self._show(name)

    def show_at_once(self, name: str) -> None:
        """Show a page without asking the one before; what is typed there stays there."""
        self._show(name)

    def may_leave(self, go: Callable[[], None]) -> bool:
        """Return True where the shown page may be left at once; otherwise it asks, and ``go`` is called later."""
        shown = self.stack.currentWidget()
        return not isinstance(shown, LaterPage) or shown.made is None or shown.made.leave(go)

    def _show(self, name: str) -> None:
        page = self._pages[name]
        made = page.page() if isinstance(page, LaterPage) else None
        self.stack.setCurrentWidget(page)
        self.buttons[name].setChecked(True)
        self.rest()  # Qt has given the keys to the page's first field
        if made is not None:
            made.enter()
        self.shown.emit(name)

    def rest(self) -> None:
        """Give the keys to the page that is shown, and to none of its fields and buttons."""
        page: QWidget | None = self.stack.currentWidget()
        if isinstance(page, LaterPage):
            page = page.made
        if page is not None:
            page.setFocus()

    def poll(self) -> None:
        """Let the pages that have been made take what is finished."""
        for page in self._made():
            page.poll()

    def release(self) -> None:
        """Let the pages that have been made end their threads."""
        for page in self._made():
            page.release()

    def recolour(self) -> None:
        """Take the icons in the theme's colour."""
        for button in self.buttons.values():
            button.recolour()

    def _made(self) -> list[Page]:
        later: list[LaterPage[Any]] = [page for page in self._pages.values() if isinstance(page, LaterPage)]
        return [page.made for page in later if page.made is not None]
