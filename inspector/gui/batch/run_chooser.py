"""Which run is looked at, which one is laid beside it, which one is deleted: the dialogs and what they lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.gui.batch.runs_dialog import RunsDialog
from inspector.gui.batch.words import begun_words, named
from inspector.gui.widgets.question import Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from inspector.batch import BatchRun
    from inspector.gui.batch.store import BatchStore


class RunChooser(QObject):
    """See the module; owned by the page.

    Args:
        store: Reads and deletes runs, on the page's worker.
        do: Has the worker do a task and hands its value on; what goes wrong is shown by the page.
        parent: Of the dialogs.
    """

    taken = Signal(object)  #: BatchRun that is to be shown
    compare_wanted = Signal(str)  #: id of the run that is to be laid beside
    deleted = Signal(str)  #: id of a run that is gone
    history_read = Signal(list)  #: of BatchRun, newest first

    def __init__(
        self, store: BatchStore, do: Callable[[Callable[[], object], Callable[..., None]], None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._store, self._do, self._parent = store, do, parent
        self._history: list[BatchRun] = []
        self.dialog: RunsDialog | None = None
        self.question: Question | None = None

    def refresh(self) -> None:
        """Read the list of runs."""
        self._do(self._store.runs.history, self._on_history)

    def ask_run(self) -> None:
        """Ask which run is to be shown."""

        def show(runs: list[BatchRun]) -> None:
            self._on_history(runs)
            hint = "Results stay until they are deleted. A run goes on while this page or the window is closed."
            if not runs:
                hint = "There is none yet. Choose a folder and press Inspect."
            self.dialog = RunsDialog("Runs", hint, runs, "Show", deletes=True, parent=self._parent)
            self.dialog.taken.connect(self._take)
            self.dialog.delete_wanted.connect(self._ask_delete)
            self.dialog.open()

        self._do(self._store.runs.history, show)

    def ask_other(self, here: BatchRun) -> None:
        """Ask which run is to be laid beside one."""

        def show(runs: list[BatchRun]) -> None:
            self._on_history(runs)
            others = [run for run in runs if run.pictures == here.pictures and run.id != here.id]
            hint = f"Another run of {here.record.folder} is laid beside that of {named(here)} at {begun_words(here)}."
            if not others:
                hint = "There is no other run of this folder. Choose another recipe or model above, and press Inspect."
            self.dialog = RunsDialog("Compare with", hint, others, "Compare", parent=self._parent)
            self.dialog.taken.connect(self.compare_wanted)
            self.dialog.open()

        self._do(self._store.runs.history, show)

    def _on_history(self, runs: list[BatchRun]) -> None:
        self._history = runs
        self.history_read.emit(runs)

    def _run(self, identity: str) -> BatchRun | None:
        return next((one for one in self._history if one.id == identity), None)

    def _take(self, identity: str) -> None:
        run = self._run(identity)
        if run is not None:
            self.taken.emit(run)

    def _ask_delete(self, identity: str) -> None:
        run = self._run(identity)
        if run is None:
            return
        words = f"The results of {named(run)} on {run.record.folder} are removed; the pictures stay. "
        title = f"Delete the run of {begun_words(run)}?"
        self.question = Question(title, f"{words}This cannot be undone.", "Delete", parent=self._parent)
        self.question.accepted.connect(lambda: self._do(lambda: self._store.delete(run), self._on_deleted(identity)))
        self.question.open()

    def _on_deleted(self, identity: str) -> Callable[[list[BatchRun]], None]:
        def done(runs: list[BatchRun]) -> None:
            self._on_history(runs)
            if self.dialog is not None:
                self.dialog.show_runs(runs)
            self.deleted.emit(identity)

        return done
