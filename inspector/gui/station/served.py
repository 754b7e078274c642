"""The page in the browser, as a process of its own beside the window."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from inspector.json_file import parse_model
from inspector.programs import station_command
from inspector.runs.answers import ServedAt
from inspector.runs.companion import Companion

if TYPE_CHECKING:
    from inspector.gui.station.session import Session
    from inspector.gui.station.store import Store
    from inspector.settings import Settings

_LOOK_MS = 1000
#: Settings that are kept while somebody works at the window, which the page reads anew or never.
_NOT_ITS = {"recipe", "reviewer", "language"}


class Served(QObject):
    """Runs ``inspector serve`` while the settings want it. Lives on the GUI thread; its process is a worker's.

    Args:
        session: Tells of changed settings.
        store: The station's files, and what the command line said.
    """

    said = Signal(str)  #: where the page is, or why it is not; empty where it is not wanted

    def __init__(self, session: Session, store: Store) -> None:
        super().__init__(session)
        self._session, self._store = session, store
        self._companion = Companion("page in the browser")
        self._worker = session.workers.make("page in the browser", self._companion.end)
        self._wanted = False
        self._settings = session.settings
        self._looking = False
        self._turn = 0  # which one in turn is wanted
        self.words = ""
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        session.settings_changed.connect(self._follow)
        session.log_opened.connect(self._begin)

    def _begin(self) -> None:
        """Serve from the first opened log on: before it, the window has yet to be painted."""
        if not self._wanted:
            self._follow(self._session.settings)

    def _follow(self, settings: Settings) -> None:
        """Start it anew: it reads settings and password when it starts.

        It stays where only what it does not read has changed. Where nothing has, the password was replaced by another:
        the same stars stand for both.
        """
        before, self._settings = self._settings, settings
        only_others = before.model_copy(update=settings.model_dump(include=_NOT_ITS)) == settings != before
        if only_others and settings.serve is self._wanted:
            return
        self._wanted = settings.serve
        self._turn += 1
        command = self._command() if settings.serve else ()
        self._worker.do(self._companion.again)
        self._worker.do(lambda: self._companion.want(command))
        if settings.serve:
            self._say("It is being started.")
            self._timer.start()
        else:
            self._timer.stop()
            self._say("")
            self._session.fault.emit("network", "")

    def _command(self) -> tuple[str, ...]:
        said, home = self._store.overrides, self._store.home
        options = ["--home", str(home.root)]
        if said.log is not None:
            options += ["--log", str(said.log)]
        if said.recipe:
            options += ["--recipe", said.recipe]
        return (*station_command(), "serve", *options, "--beside", str(os.getpid()), "--json")

    def _look(self) -> None:
        if not self._looking and not self._session.closing:
            self._looking = True
            show = partial(self._show, self._turn)
            self._worker.do(lambda: (self._companion.look(), self._companion.fault), show, self._failed)

    def _show(self, turn: int, answer: tuple[bytes, str]) -> None:
        self._looking = False
        ready, fault = answer
        if not self._wanted or turn != self._turn:  # of the one before, which is being ended
            return
        if fault:
            self._say(f"It cannot be opened: {fault}")
            self._session.fault.emit("network", f"The page in the browser cannot be opened: {fault}")
        elif ready:
            self._say(f"Open at {parse_model(ready, ServedAt, where='what the page says').address}")
            self._session.fault.emit("network", "")

    def _failed(self, error: Exception) -> None:
        self._show(self._turn, (b"", str(error)))

    def _say(self, words: str) -> None:
        if words != self.words:
            self.words = words
            self.said.emit(words)
