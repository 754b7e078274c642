"""Judges a candidate by the locked parts for the promotion's dialog: a process, looked at on the worker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from inspector.domain.regression import LockedState
from inspector.gui.widgets.fitted_picture import read_image
from inspector.gui.work import Latest
from inspector.regression.check import RegressionCheck

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QImage

    from inspector.batch.progress import RunProgress
    from inspector.gui.work import Worker
    from inspector.regression.process import CheckProcess

THUMBNAIL_PX = 96
_SHOWN = 200
_EVERY_MS = 200


class LockedCheck(QObject):
    """Owned by the dialog, on the GUI thread.

    Args:
        work: Begins, and asks the process.
        begin: Starts the process, or answers at once; called on the worker.
    """

    moved = Signal(object)  #: RunProgress
    judged = Signal(object)  #: RegressionCheck
    pictured = Signal(object)  #: thumbnails by the id of the inspection
    failed = Signal(object)  #: the exception

    def __init__(self, work: Worker, begin: Callable[[], RegressionCheck | CheckProcess], parent: QObject) -> None:
        super().__init__(parent)
        self._work, self._begin = work, begin
        self._latest = Latest(work, self._fail)
        self._process: CheckProcess | None = None
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self._poll)

    def start(self) -> None:
        """Begin; once."""
        self._latest.ask(self._begin, self._begun, late=self._end)

    def release(self) -> None:
        """Nobody waits for it any more."""
        self._timer.stop()
        self._latest.forget()
        process, self._process = self._process, None
        if process is not None:
            self._work.do(process.cancel)

    def _end(self, begun: RegressionCheck | CheckProcess) -> None:
        if not isinstance(begun, RegressionCheck):
            self._work.do(begun.cancel)

    def _begun(self, begun: RegressionCheck | CheckProcess) -> None:
        if isinstance(begun, RegressionCheck):
            self._take(begun)
        else:
            self._process = begun
            self._timer.start()

    def _poll(self) -> None:
        if self._process is not None and not self._latest.busy:
            self._latest.also(self._process.poll, self._take)

    def _take(self, news: RunProgress | RegressionCheck | None) -> None:
        if isinstance(news, RegressionCheck):
            self._process = None
            self._timer.stop()
            self.judged.emit(news)
            self._latest.also(lambda: _thumbnails(news), self.pictured.emit)
        elif news is not None:
            self.moved.emit(news)

    def _fail(self, error: Exception) -> None:
        self.release()
        self.failed.emit(error)


def _thumbnails(check: RegressionCheck) -> dict[str, QImage]:
    wanted = [part for part in check.parts if part.candidate is not LockedState.HELD][:_SHOWN]
    images = {part.inspection_id: read_image(Path(part.picture), THUMBNAIL_PX) for part in wanted}
    return {part: image for part, image in images.items() if image is not None}
