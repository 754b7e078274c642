"""Asks a cluster who answers: a command of its own beside the window, which imports no Dask."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.domain.counts import counted
from inspector.domain.sentence import sentence
from inspector.gui.work import Latest
from inspector.json_file import JsonError, parse_model
from inspector.programs import station_command
from inspector.runs.answers import AnsweringWorkers, told_fault
from inspector.runs.processes import ProcessError
from inspector.runs.side_process import SideProcess, last_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.gui.station.session import Session
    from inspector.gui.widgets.cluster_line import ClusterLine
    from inspector.paths import Home
    from inspector.settings import Settings

_LOOK_S = 0.2


class ClusterTest(QObject):
    """Tells how many workers of the settings' cluster answer. Lives on the GUI thread; a worker of its own asks.

    Args:
        session: Knows the settings.
        home: The station's data folder.
        command: Runs the program, its own arguments follow; None for this program itself.
    """

    said = Signal(str)  #: who answers, or why nobody does; empty where it has not been asked

    def __init__(self, session: Session, home: Home, command: Sequence[str] | None = None) -> None:
        super().__init__(session)
        self._session, self._home = session, home
        self._command = tuple(station_command() if command is None else command)
        self._outdated = threading.Event()
        self._latest = Latest(session.workers.make("cluster test"), lambda error: self._say(str(error)))
        self._asked = (session.settings.cluster, session.settings.cluster_certificates)
        self.words = ""
        session.settings_changed.connect(lambda _: self._follow())

    def tell(self, line: ClusterLine) -> None:
        """Keep a page's line at what the settings name, and at who answers there."""

        def show(settings: Settings) -> None:
            line.show_address(settings.cluster, settings.cluster_certificates)

        self._session.settings_changed.connect(show)
        show(self._session.settings)
        line.test_wanted.connect(self.ask)
        self.said.connect(line.show_answer)
        line.show_answer(self.words)

    def ask(self) -> None:
        """Ask now."""
        address = self._session.settings.cluster
        self._outdated.set()
        outdated = self._outdated = threading.Event()
        if not address:
            self._latest.forget()
            self._say("")
            return
        self._say(f"{address} is being asked…")
        command = (*self._command, "cluster", "test", address, "--home", str(self._home.root), "--json")
        self._latest.ask(lambda: self._answer(command, outdated), self._say)

    def _follow(self) -> None:
        """Ask anew where the cluster has been changed."""
        wanted = (self._session.settings.cluster, self._session.settings.cluster_certificates)
        if wanted != self._asked:
            self._asked = wanted
            self.ask()

    def _answer(self, command: Sequence[str], outdated: threading.Event) -> str:
        """Run the command to its end, or until nobody wants to know any more; called on the worker."""
        try:
            process = SideProcess(command, name="cluster test")
        except ProcessError as error:
            return str(error)
        try:
            while process.code() is None:
                if self._session.closing or outdated.wait(_LOOK_S):
                    return ""
            out, said = process.output(), process.said()
        finally:
            process.kill()
        if (fault := told_fault(out)) is not None:
            return f"{sentence(fault.what)}. {fault.next_step}".strip()
        try:
            answer = parse_model(out, AnsweringWorkers, where="the answer")
        except JsonError:
            return f"The cluster cannot be asked: {last_word(said)}"
        workers = len(answer.workers)
        answers = "answers" if workers == 1 else "answer"
        return f"{counted(workers, 'worker')} with {counted(answer.cores, 'core')} {answers}."

    def _say(self, words: str) -> None:
        if words != self.words:
            self.words = words
            self.said.emit(words)
