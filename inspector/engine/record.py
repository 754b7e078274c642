"""From a judged part to its committed record."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from inspector.domain.errors import ArchiveError, LogError
from inspector.domain.ids import new_id
from inspector.domain.records import Inspection, Latencies, Part
from inspector.engine.status import PartInspected

if TYPE_CHECKING:
    from inspector.domain.records import ArchivedPicture, Decision, ModelIdentity, Prediction
    from inspector.engine.board import Board
    from inspector.engine.inspect import Judged
    from inspector.engine.job import LineJob
    from inspector.engine.queues import Unjudged

_log = logging.getLogger(__name__)
_FIRST_WAIT_S = 0.1
_LONGEST_WAIT_S = 2.0


class Recorder:
    """Numbers the parts, keeps their pictures, commits their rows, and only then tells.

    Args:
        job: The line's job.
        board: Told after the commit, and of faults of log and archive.
        stop: Ends the waiting for a log that cannot be written.
    """

    def __init__(self, job: LineJob, board: Board, stop: threading.Event) -> None:
        self._job = job
        self._board = board
        self._stop = stop
        self._lock = threading.Lock()
        self._wanted_lot = job.lot
        self._lot: str | None = None
        self._number = 0
        self.uncommitted = 0  #: parts that could not be recorded before the line was stopped

    def set_lot(self, lot: str) -> None:
        """Set the lot of the parts from now on."""
        with self._lock:
            self._wanted_lot = lot

    def record(
        self,
        item: Part | Unjudged,
        judged: Judged,
        model: ModelIdentity | None,
        taken_s: float,
    ) -> bool:
        """Commit one part and tell of it; False where the line stopped before that was possible."""
        inspection_id = new_id()
        decision, prediction = judged.decision, judged.prediction
        origin = item.origin
        picture, not_saved, archive_ms = self._keep(inspection_id, item, decision, prediction)
        wait = _FIRST_WAIT_S
        while True:
            try:
                lot, number = self._next_number()
                inspection = Inspection(
                    id=inspection_id,
                    time_utc=origin.captured_at,
                    station=self._job.station,
                    recipe=self._job.recipe.name,
                    recipe_version=self._job.recipe.version,
                    lot=lot,
                    part_number=number,
                    source=origin.source,
                    source_path=str(origin.path) if origin.path is not None else None,
                    file_key=origin.file_key,
                    trigger=item.trigger,
                    decision=decision,
                    classes=prediction.classes if prediction else None,
                    probabilities=tuple(float(p) for p in prediction.probabilities) if prediction else (),
                    model=model,
                    software_version=self._job.software_version,
                    latencies=_times(item, judged, taken_s, archive_ms),
                    picture=picture,
                    image_not_saved=not_saved,
                )
                ready_s = time.perf_counter()
                self._job.log.append(inspection)
                committed_s = time.perf_counter()
                break
            except LogError as error:
                _log.error("%s", error)
                self._board.change(log_fault=str(error))
                if self._stop.wait(wait):
                    self.uncommitted += 1
                    return False
                wait = min(2 * wait, _LONGEST_WAIT_S)
        self._number = number
        self._board.change(log_fault="")
        commit_ms = 1000 * (committed_s - ready_s)
        self._job.log.note_commit(inspection_id, commit_ms)
        self._board.part_committed(
            PartInspected(
                inspection=inspection,
                part=item if isinstance(item, Part) else None,
                prediction=prediction,
                committed_ms=1000 * (committed_s - item.triggered_s),
                commit_ms=commit_ms,
            )
        )
        return True

    def _keep(
        self, inspection_id: str, item: Part | Unjudged, decision: Decision, prediction: Prediction | None
    ) -> tuple[ArchivedPicture | None, str, float | None]:
        if not isinstance(item, Part):
            return None, "", None
        started_s = time.perf_counter()
        try:
            picture = self._job.archive.keep(
                inspection_id=inspection_id, part=item, prediction=prediction, decision=decision
            )
        except ArchiveError as error:
            self._board.change(archive_fault=str(error))
            return None, str(error), None
        except Exception as error:
            _log.exception("the archive failed")
            text = f"the picture was not kept: {type(error).__name__}: {error}"
            self._board.change(archive_fault=text)
            return None, text, None
        if picture is not None:
            self._board.change(archive_fault="")
        return picture, "", 1000 * (time.perf_counter() - started_s)

    def _next_number(self) -> tuple[str, int]:
        with self._lock:
            lot = self._wanted_lot
        if lot != self._lot:
            self._number = self._job.log.last_part_number(recipe=self._job.recipe.name, lot=lot)
            self._lot = lot
        return lot, self._number + 1


def _times(item: Part | Unjudged, judged: Judged, taken_s: float, archive_ms: float | None) -> Latencies:
    prediction, captured_s = judged.prediction, item.origin.captured_s
    return Latencies(
        trigger_ms=max(0.0, 1000 * (item.triggered_s - captured_s)),
        wait_ms=max(0.0, 1000 * (taken_s - item.triggered_s)),
        preprocess_ms=prediction.preprocess_ms if prediction else None,
        inference_ms=prediction.inference_ms if prediction else None,
        quality_ms=judged.quality_ms,
        decision_ms=judged.decision_ms,
        archive_ms=archive_ms,
        total_ms=max(0.0, 1000 * (time.perf_counter() - captured_s)),
    )
