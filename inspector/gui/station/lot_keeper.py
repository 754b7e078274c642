"""Follows the lot: takes up one that a command has begun, and writes the report of one that has ended."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from inspector.gui.widgets.later import soon
from inspector.gui.work import Latest
from inspector.last_lot import read_lot

if TYPE_CHECKING:
    from inspector.gui.station.session import Session
    from inspector.gui.station.store import Store
    from inspector.gui.work import Worker
    from inspector.reports.files import ReportFiles
    from inspector.reports.span import ReportSpan

_EVERY_S = 1.0
#: Parts that were triggered before a lot ended are judged and recorded within this time.
_AFTER_MS = 1500


class LotKeeper(QObject):
    """Lives on the GUI thread.

    Args:
        session: Tells which lot is in force, and puts another one in force.
        store: The station's files; used on the worker.
        worker: For the reports alone: a large lot takes seconds.
    """

    ended = Signal(object)  #: ReportFiles of the lot that has ended
    failed = Signal(str)  #: why there is no report

    def __init__(self, session: Session, store: Store, worker: Worker) -> None:
        super().__init__(session)
        self._session, self._store, self._worker = session, store, worker
        self._latest = Latest(session.work, lambda _: None)  # what is wrong with the file is said at the start
        self._lot = session.lot
        self._seen: str | None = None  # what the file said last
        self._next_s = perf_counter()
        session.lot_changed.connect(self._on_lot)
        session.polled.connect(self._look)

    def write(self, span: ReportSpan, *, checks: bool) -> ReportFiles:
        """Write a report, as a page and on paper; called on a worker.

        Args:
            checks: Whether the record is checked, see `inspector.reports.files.write_report`.
        """
        from inspector.gui.paper import print_pdf
        from inspector.reports.files import write_report  # OpenCV and more
        from inspector.reports.span import ReportMaker

        store = self._store
        files = write_report(
            span,
            store.places.log,
            store.home,
            ReportMaker(
                station=store.in_force.station,
                by=self._session.people.actor.name,
                shift_starts=store.in_force.shift_starts,
            ),
            checks=checks,
        )
        print_pdf(files.html, files.pdf, title=files.report.title, foot=files.report.foot)
        return files

    def write_span(self, span: dict[str, Any]) -> ReportFiles:
        """Write a report, the record checked; likewise.

        Args:
            span: What it is about, as `inspector.reports.span.ReportSpan` takes it.
        """
        from inspector.reports.span import ReportSpan

        return self.write(ReportSpan(**span), checks=True)

    def write_lot(self, lot: str) -> ReportFiles:
        """Write the report of a lot; likewise."""
        return self.write_span({"lot": lot})

    def _on_lot(self, lot: str) -> None:
        ended, self._lot = self._lot, lot
        if ended and ended != lot:
            soon(self, _AFTER_MS, lambda: self._report(ended))

    def _report(self, lot: str) -> None:
        if self._session.closing:
            return
        what = f"The lot {lot} has ended, and its report could not be written"

        def write() -> ReportFiles:
            from inspector.reports.span import ReportSpan

            return self.write(ReportSpan(lot=lot), checks=False)

        self._worker.do(write, self.ended.emit, lambda error: self.failed.emit(f"{what}: {error}"))

    def _look(self) -> None:
        """Look whether somebody else has written another lot."""
        if perf_counter() < self._next_s or self._session.closing or self._latest.busy:
            return
        self._next_s = perf_counter() + _EVERY_S
        self._latest.also(lambda: read_lot(self._store.home.last_lot), self._on_read)

    def _on_read(self, lot: str) -> None:
        before, self._seen = self._seen, lot
        if before is not None and lot not in {before, self._session.lot}:
            self._session.set_lot(lot, recorded=True)
