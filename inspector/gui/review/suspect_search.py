"""Runs the search for suspect parts for the Review page: a process, looked at on the worker, shown in a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

from inspector.batch.progress import BatchStage, RunProgress
from inspector.gui.review.suspects_dialog import SuspectsDialog
from inspector.gui.work import Latest
from inspector.replay.process import SuspectProcess, SuspectsTold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from inspector.gui.review.suspects_dialog import SuspectWish
    from inspector.gui.work import Worker
    from inspector.outputs.base import LogQuery
    from inspector.vision.store import ModelStore

_STAGES = {BatchStage.LISTING: "Reading the log", BatchStage.LOADING: "Loading the model"}


class SearchProcess(Protocol):
    """What searches; as `SuspectProcess` does."""

    over: bool

    def poll(self) -> RunProgress | SuspectsTold | None:
        """Return what is new."""
        ...

    def cancel(self) -> None:
        """End it."""
        ...


class SuspectSearch(QObject):
    """Owned by the page, on the GUI thread. One search at a time; its answer stays until the next one.

    Args:
        work: Starts the process and asks it.
        models: Those that may be chosen.
        home: The data folder.
    """

    chosen = Signal(str)  #: id of the inspection that is to be looked at

    def __init__(self, *, work: Worker, models: ModelStore, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work, self._models, self._home = work, models, home
        #: Starts the process with its arguments.
        self.start: Callable[[Sequence[str]], SearchProcess] = SuspectProcess
        self._latest = Latest(work, self._fail)
        self._names = Latest(work)
        self._query: LogQuery | None = None
        self._log: Path | None = None
        self._running: SearchProcess | None = None
        self.dialog: SuspectsDialog | None = None

    def open(self, log: Path, query: LogQuery, since: datetime, parent: QWidget) -> None:
        """Show the dialog, with what was found last.

        Args:
            query: Whose recipe and lot are meant; its time is not.
            since: Is proposed.
        """
        self._log, self._query = log, query
        if self.dialog is None:
            self.dialog = SuspectsDialog(parent)
            self.dialog.wanted.connect(self._begin)
            self.dialog.stop_wanted.connect(self._cancel)
            self.dialog.chosen.connect(self.chosen)
        dialog = self.dialog
        words = f"Of the recipe {query.recipe}" if query.recipe else "Of all recipes"
        words += f", lot {query.lot}" if query.lot else ""
        words += ": all kept pictures are judged again. Nothing is recorded or counted."
        dialog.show_scope(words, since, ())
        self._names.ask(
            lambda: [entry.name for entry in self._models.list() if not entry.fault],
            lambda names: dialog.show_scope(words, since, names),
        )
        dialog.show()
        dialog.activateWindow()

    def poll(self) -> None:
        """Look whether there is news."""
        running = self._running
        if running is not None and not self._latest.busy:
            self._latest.also(running.poll, self._take)

    def release(self) -> None:
        """End at once: the window is closing."""
        running, self._running = self._running, None
        self._latest.forget()
        if running is not None:
            running.cancel()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _begin(self, wish: SuspectWish) -> None:
        if self._log is None or self._query is None or self.dialog is None:
            return
        arguments = ["--home", str(self._home), "--log", str(self._log), "--since", wish.since.isoformat()]
        for option, value in (("--recipe", self._query.recipe), ("--lot", self._query.lot), ("--model", wish.model)):
            arguments += [option, value] if value else []
        if wish.fail_at is not None:
            arguments += ["--fail-at", str(wish.fail_at)]
        self._stop()
        self.dialog.show_progress(0, 0, "Starting")
        start = self.start
        self._latest.ask(lambda: start(arguments), self._started, late=lambda running: self._work.do(running.cancel))

    def _started(self, running: SearchProcess) -> None:
        self._running = running

    def _take(self, news: RunProgress | SuspectsTold | None) -> None:
        if self.dialog is None or news is None:
            return
        if isinstance(news, SuspectsTold):
            self._running = None
            self.dialog.show_answer(news)
            return
        words = _STAGES.get(news.stage, "") if news.stage is not None else ""
        self.dialog.show_progress(news.done, news.total, words or f"{news.done:,} of {news.total:,} pictures")

    def _cancel(self) -> None:
        self._stop()
        if self.dialog is not None:
            self.dialog.show_idle("Stopped; the same search goes on from there")

    def _stop(self) -> None:
        self._latest.forget()
        running, self._running = self._running, None
        if running is not None:
            self._work.do(running.cancel)

    def _fail(self, error: Exception) -> None:
        self._stop()
        if self.dialog is not None:
            self.dialog.show_idle(fault=str(error))
