"""What is done a little later: a page that is made when it is first wanted, a call after a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject


def soon(parent: QObject, milliseconds: int, call: Callable[[], object]) -> None:
    """Call something once, on this thread, from the event loop.

    The timer belongs to the parent. `QTimer.singleShot` makes one that deletes itself: PySide 6.11 crashed while it
    did, beside working threads (in `Shiboken::BindingManager::releaseWrapper`).

    Args:
        parent: Without it nothing is called any more.
        milliseconds: Delay.
        call: Called once, without arguments.
    """
    timer = QTimer(parent, singleShot=True, interval=milliseconds)
    timer.timeout.connect(lambda: call())  # noqa: PLW0108 - a signal's emit is not connected as it is
    timer.start()


class Page(QWidget):
    """A page of the window; what it need not do, it need not say."""

    def enter(self) -> None:
        """The page is shown."""

    def leave(self, go: Callable[[], None]) -> bool:  # noqa: ARG002 - for pages that ask
        """Another page is wanted: return True where this one may be left at once.

        Args:
            go: Called later, where the page asks first.
        """
        return True

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
