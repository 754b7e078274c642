"""The pulse: a thread that writes every second how the line is doing, for those who look from elsewhere."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector.engine.faces import face_of, is_fault
from inspector.engine.status import RunState
from inspector.files import FileError
from inspector.outputs.pulse import EVERY_S, LinePulse, write_pulse

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.engine.board import Board
    from inspector.engine.job import LineJob
    from inspector.engine.status import EngineStatus

_log = logging.getLogger(__name__)


class Pulse:
    """Writes from `start` to `stop`, on a thread of its own: a disk that hangs holds up nothing else.

    Args:
        path: See `inspector.outputs.pulse.pulse_path`.
        job: What runs.
        board: Knows how it is doing.
    """

    def __init__(self, path: Path, job: LineJob, board: Board) -> None:
        self._path, self._job, self._board = path, job, board
        self._lot = job.lot
        self._begun = datetime.now(UTC)
        self._stop = threading.Event()
        self._failed = False
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_s: float) -> bool:
        """Write that the line has ended, and end; False where the disk hangs and the thread was left behind."""
        self._stop.set()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def set_lot(self, lot: str) -> None:
        """Set the lot from now on."""
        self._lot = lot

    def _run(self) -> None:
        while True:
            ending = self._stop.is_set()
            self._write(self._board.status())
            if ending:
                return
            self._stop.wait(EVERY_S)

    def _write(self, status: EngineStatus) -> None:
        try:
            write_pulse(self._path, self._of(status))
        except FileError as error:
            if not self._failed:  # the log has faults of its own, which the line shows
                _log.warning("those who look from elsewhere hear nothing of the line: %s", error)
            self._failed = True
        else:
            self._failed = False

    def _of(self, status: EngineStatus) -> LinePulse:
        job, model, points, face = self._job, status.model, status.thresholds, face_of(status, None)
        unseen = f"{status.unseen} {status.pace_message}".strip()
        source = "" if status.source_state.value == "live" else status.source_message
        faults = (
            status.fault,
            status.model_fault,
            status.view_fault,
            status.log_fault,
            status.release.why,
            source,
            unseen,
            status.archive_fault,
            status.doubt,
            *status.failing.words,
        )
        return LinePulse(
            time_utc=datetime.now(UTC),
            begun_utc=self._begun,
            running=status.state in {RunState.STARTING, RunState.RUNNING, RunState.STOPPING},
            station=job.station,
            software_version=job.software_version,
            face=face.value,
            faulty=is_fault(face),
            faults=tuple(dict.fromkeys(fault for fault in faults if fault)),
            source=status.source,
            source_state=status.source_state.value,
            recipe=job.recipe.name,
            recipe_version=job.recipe.version,
            lot=self._lot,
            model=model.name if model else "",
            model_sha256=model.sha256 if model else "",
            device=model.device if model else "",
            precision=model.precision if model else "",
            fail_at=points.fail_at if points else None,
            review_from=points.review_from if points else None,
            strange_from=points.strange_from if points else None,
            pace=status.pace.value,
            frames_per_s=status.fps,
            dropped=status.dropped,
            waiting=status.waiting,
            restarts=status.restarts,
            parts=status.parts,
            latency_p50_ms=status.latency_p50_ms,
            latency_p99_ms=status.latency_p99_ms,
        )
