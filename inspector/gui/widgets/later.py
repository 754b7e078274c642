"""A page that is made when it is first wanted, so that the window need not wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable

_Page = TypeVar("_Page", bound=QWidget)


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
