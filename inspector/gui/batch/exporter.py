"""Writes exports of a batch on a worker of their own, one at a time: tables, sorted copies, the report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.batch import CopyStep, Step, export_csv, export_excel, sorted_copies, write_report
from inspector.domain.counts import counted
from inspector.gui.batch.heatmaps import HeatmapError
from inspector.trail.event import TrailKind, happened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from inspector.batch import BatchRun
    from inspector.gui.batch.heatmaps import RunModels
    from inspector.gui.batch.rows import Rows
    from inspector.gui.work import Worker
    from inspector.trail.event import TrailEvent


class ExportKind(Enum):
    """What can be written of a batch."""

    CSV = "csv"
    EXCEL = "excel"
    COPIES = "copies"
    REPORT = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJob:
    """One export; all that it needs, so that the page may show something else meanwhile.

    Args:
        kind: The kind of file, or copies.
        path: The file; of copies the folder.
        rows: Those that are shown; the report is of the whole run.
        who: Name of who asks for it.
    """

    kind: ExportKind
    path: Path
    run: BatchRun
    rows: Rows
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportState:
    """How far an export is, or what came of it.

    Args:
        words: What the page shows of it.
        running: Whether it is still being written.
        made: What was written; None while it is being written, and where nothing came of it.
    """

    words: str
    running: bool
    made: Path | None = None


class Exporter(QObject):
    """See the module. Lives on the GUI thread.

    Args:
        models: Loads the model that judged, for the heatmaps of a report.
        worker: Used for exports only.
        closing: Whether the window closes: what is being written is then given up.
        note: Takes what the audit trail is told, and returns why it could not be.
    """

    changed = Signal(object)  #: ExportState

    def __init__(
        self,
        *,
        models: RunModels,
        worker: Worker,
        closing: Callable[[], bool],
        note: Callable[[TrailEvent], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._note = note
        self._models, self._worker, self._closing = models, worker, closing
        self._job: ExportJob | None = None
        self._step: Step | CopyStep | None = None
        self._cancelled = False

    @property
    def running(self) -> bool:
        """True while something is being written."""
        return self._job is not None

    def write(self, job: ExportJob) -> None:
        """Write an export, unless one is being written."""
        if self.running:
            return
        self._job, self._cancelled, self._step = job, False, None
        self.changed.emit(ExportState(words=f"Writing {job.path}…", running=True))
        self._worker.do(lambda: self._told(job, self._work(job)), lambda words: self._done(job, words), self._failed)

    def cancel(self) -> None:
        """End what is being written; a file that was there before stays as it was."""
        self._cancelled = True

    def poll(self) -> None:
        """Say how far it is."""
        job, step = self._job, self._step
        if job is not None and step is not None and step.total:
            words = f"Writing {job.path}: {step.done:,} of {step.total:,}"
            self.changed.emit(ExportState(words=words, running=True))

    def _told(self, job: ExportJob, words: str) -> str:
        """Record what was written; return what came of it. On the worker."""
        if not words:
            return ""
        told = happened(TrailKind.EXPORT, f"batch {job.run.id}", after={"to": str(job.path)})
        return f"{words} {self._note(told)}".rstrip()

    def _work(self, job: ExportJob) -> str:
        """Write; return what came of it, empty where it was given up. On the worker."""
        if job.kind is ExportKind.REPORT:
            return self._report(job)
        table, indexes = job.rows.table, job.rows.indexes
        if job.kind is ExportKind.COPIES:
            steps: Iterator[Step | CopyStep] = sorted_copies(table, job.run.pictures, job.path, indexes=indexes)
        elif job.kind is ExportKind.EXCEL:
            steps = export_excel(table, job.path, job.run.record, indexes=indexes)
        else:
            steps = export_csv(table, job.path, indexes=indexes)
        last = self._through(steps)
        return _outcome_words(job, last) if last is not None else ""

    def _report(self, job: ExportJob) -> str:
        """Write the report, with heatmaps where the model is still there."""
        classifier, fault = None, ""
        try:
            classifier = self._models.load(job.run)
        except HeatmapError as error:
            fault = f" It has no heatmaps: {error.what}."
        try:
            steps = write_report(
                job.rows.table,
                job.path,
                pictures=job.run.pictures,
                record=job.run.record,
                classifier=classifier,
                who=job.who,
            )
            last = self._through(steps)
        finally:
            if classifier is not None:
                classifier.close()
        return f"Report written to {job.path}.{fault}" if last is not None else ""

    def _through(self, steps: Iterator[Step | CopyStep]) -> Step | CopyStep | None:
        """Go through an export; None where it was given up."""
        last = None
        for step in steps:
            if self._cancelled or self._closing():
                return None
            self._step = last = step
        return last

    def _done(self, job: ExportJob, words: str) -> None:
        self._job = None
        state = ExportState(words=words or "Cancelled.", running=False, made=job.path if words else None)
        self.changed.emit(state)

    def _failed(self, error: Exception) -> None:
        self._job = None
        self.changed.emit(ExportState(words=str(error), running=False))


def _outcome_words(job: ExportJob, last: Step | CopyStep) -> str:
    if not isinstance(last, CopyStep):
        return f"{counted(last.total, 'row')} written to {job.path}."
    words = f"{counted(last.copied, 'picture')} copied to {job.path}"
    for count, what in (
        (last.there, "were there already"),
        (len(last.missing), "are not in their folder any more"),
        (len(last.changed), "have changed since and were not copied"),
    ):
        words += f"; {count:,} {what}" if count else ""
    return f"{words}."
