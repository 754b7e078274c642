"""Which run is looked at, which one is laid beside it, which one is deleted: the dialogs and what they lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.gui.batch.runs_dialog import RunsDialog
from inspector.gui.batch.words import begun_words, named
from inspector.gui.widgets.question import Question

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from inspector.batch import BatchRun
    from inspector.gui.batch.desk import BatchDesk


class RunChooser(QObject):
    """See the module; owned by the page.

    Args:
        desk: Reads the list of runs, and deletes.
        parent: The window's part that the dialogs belong to.
    """

    taken = Signal(object)  #: BatchRun that is to be shown
    compare_wanted = Signal(str)  #: id of the run that is to be laid beside
    deleted = Signal(str)  #: id of a run that is gone

    def __init__(self, desk: BatchDesk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._parent = desk, parent
        self.dialog: RunsDialog | None = None
        self.question: Question | None = None

    def ask_run(self) -> None:
        """Ask which run is to be shown."""
        self._desk.read_history(self._show_runs)

    def ask_other(self, here: BatchRun) -> None:
        """Ask which run is to be laid beside one."""
        self._desk.read_history(lambda runs: self._show_others(runs, here))

    def _show_runs(self, runs: list[BatchRun]) -> None:
        hint = "Results stay until they are deleted. A run goes on while this page or the window is closed."
        if not runs:
            hint = "There is none yet. Choose a folder and press Inspect."
        self.dialog = RunsDialog("Runs", hint, runs, "Show", deletes=True, parent=self._parent)
        self.dialog.taken.connect(self.taken)
        self.dialog.delete_wanted.connect(self._ask_delete)
        self.dialog.open()

    def _show_others(self, runs: list[BatchRun], here: BatchRun) -> None:
        others = [run for run in runs if run.pictures == here.pictures and run.id != here.id]
        hint = f"Another run of {here.record.folder} is laid beside that of {named(here)} at {begun_words(here)}."
        if not others:
            hint = "There is no other run of this folder. Choose another recipe or model above, and press Inspect."
        self.dialog = RunsDialog("Compare with", hint, others, "Compare", parent=self._parent)
        self.dialog.taken.connect(lambda run: self.compare_wanted.emit(run.id))
        self.dialog.open()

    def _ask_delete(self, run: BatchRun) -> None:
        words = f"The results of {named(run)} on {run.record.folder} are removed; the pictures stay. "
        title = f"Delete the run of {begun_words(run)}?"
        self.question = Question(title, f"{words}This cannot be undone.", "Delete", parent=self._parent)
        self.question.accepted.connect(lambda: self._desk.delete(run, lambda runs: self._on_deleted(run, runs)))
        self.question.open()

    def _on_deleted(self, run: BatchRun, runs: list[BatchRun]) -> None:
        self._desk.history_read.emit(runs)
        if self.dialog is not None:
            self.dialog.show_runs(runs)
        self.deleted.emit(run.id)
