"""What the Batch page asks for, done on a worker: folders are looked at, runs begun, stopped, resumed and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from inspector.gui.work import Latest

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.batch import BatchRequest, BatchRun
    from inspector.domain.class_words import ClassWords
    from inspector.gui.batch.store import BatchStore, Judges, SurveyedFolder
    from inspector.gui.work import Worker
    from inspector.pictures import Place

_Value = TypeVar("_Value")


class BatchDesk(QObject):
    """See the module. Lives on the GUI thread.

    Args:
        store: Used on the page's worker only.
        judges: Lists what can judge; called on the station's worker.
        worker: The page's own; it reads and starts runs.
        work: The station's, which a long look at a folder does not hold up.
    """

    history_read = Signal(list)  #: of BatchRun, newest first
    judges_read = Signal(object)  #: Judges
    begun = Signal(object)  #: BatchRun that was started
    changed = Signal()  #: a run was stopped or resumed
    failed = Signal(str)  #: why something was not done

    def __init__(
        self,
        *,
        store: BatchStore,
        judges: Callable[[], Judges],
        worker: Worker,
        work: Worker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._judges_of, self._worker = store, judges, worker
        self._surveys, self._judges = Latest(worker), Latest(work)

    def read_judges(self) -> None:
        """List what can judge."""
        self._judges.ask(self._judges_of, self.judges_read.emit)

    def survey(
        self,
        folder: Place,
        labels: str | None,
        words: ClassWords | None,
        done: Callable[[SurveyedFolder], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Look at a folder, as in `BatchStore.survey`; only the folder that was chosen last is told of."""
        self._surveys.ask(lambda: self._store.survey(folder, labels, words), done, failed)

    def forget_survey(self) -> None:
        """Another folder is shown: what is being looked at does not matter any more."""
        self._surveys.forget()

    def read_history(self, done: Callable[[list[BatchRun]], None] | None = None) -> None:
        """Read the list of runs.

        Args:
            done: Gets it too, for this once.
        """

        def told(runs: list[BatchRun]) -> None:
            self.history_read.emit(runs)
            if done is not None:
                done(runs)

        self._do(self._store.history, told)

    def start(self, request: BatchRequest) -> None:
        """Start a run."""
        self._do(lambda: self._store.start(request), self.begun.emit)

    def stop(self, run: BatchRun) -> None:
        """End a run after the pictures at hand."""
        self._do(lambda: self._store.stop(run), lambda _: self.changed.emit())

    def resume(self, run: BatchRun) -> None:
        """Go on with a run."""
        self._do(lambda: self._store.resume(run), lambda _: self.changed.emit())

    def delete(self, run: BatchRun, done: Callable[[list[BatchRun]], None]) -> None:
        """Remove a run's results.

        Args:
            run: The run; its pictures stay.
            done: Gets the runs that are left.
        """
        self._do(lambda: self._store.delete(run), done)

    def _do(self, task: Callable[[], _Value], done: Callable[[_Value], None]) -> None:
        self._worker.do(task, done, lambda error: self.failed.emit(str(error)))
