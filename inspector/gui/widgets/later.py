"""A page that is made when it is first wanted, so that the window need not wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable


class Page(QWidget):
    """A page of the window; what it need not do, it need not say."""

    def enter(self) -> None:
        """The page is shown."""

    def poll(self) -> None:
        """Take what threads and processes have finished; called at every beat of the session, also while hidden."""

    def release(self) -> None:
        """End the page's own threads: the window is closing."""


_Page = TypeVar("_Page", bound=Page)


class LaterPage(QWidget, Generic[_Page]):
    """Stands in the place of a page and fills itself with it.

    Args:
        make: Makes the page; called once.
    """

    def __init__(self, make: Callable[[], _Page], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make = make
        self.made: _Page | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def page(self) -> _Page:
        """Return the page; made now if need be."""
        if self.made is None:
            self.made = self._make()
            self._layout.addWidget(self.made)
        return self.made
