"""From a judged part to its committed record."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.errors import ArchiveError, LogError
from inspector.domain.ids import new_id
from inspector.domain.joined import joined
from inspector.domain.nest import nest_of
from inspector.domain.policy import error_decision
from inspector.domain.records import Inspection, Latencies, Part, Verdict, ViewRecord
from inspector.engine.clock import ClockWatch, set_back
from inspector.engine.queues import Unjudged
from inspector.engine.status import PartInspected
from inspector.engine.view_seen import ViewSeen, main_view
from inspector.engine.watchdog import Watched
from inspector.outputs.base import LogQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.domain.records import ArchivedPicture, Decision, ModelIdentity, Prediction
    from inspector.engine.board import Board
    from inspector.engine.inspect import Judged
    from inspector.engine.job import LineJob
    from inspector.engine.pace import PaceWatch
    from inspector.engine.watchdog import Watchdog

_log = logging.getLogger(__name__)
_FIRST_WAIT_S = 0.1
_LONGEST_WAIT_S = 2.0
_NO_MEMORY = "out of memory: a part waits to be recorded. Close other programs."


class Faults:
    """What is said of log and archive, by the thread that writes and by the one that looks.

    Args:
        board: It shows the faults of log and archive.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self._lock = threading.Lock()
        self._part_waits = False  # for the log; only its commit says that all is well
        self._picture_broke = False
        self._archive_said = False

    def log_refused(self, why: str) -> None:
        """A part could not be committed, and waits."""
        with self._lock:
            self._part_waits = True
            self._board.change(log_fault=why)

    def log_wrote(self) -> None:
        """A part was committed."""
        with self._lock:
            self._part_waits = False
            self._board.change(log_fault="")

    def log_in_doubt(self, why: str) -> None:
        """The next part could not be committed."""
        with self._lock:
            self._board.change(log_fault=why)

    def log_well(self) -> None:
        """The next part can be committed, as far as one can tell without one."""
        with self._lock:
            if not self._part_waits:
                self._board.change(log_fault="")

    def archive_refused(self, why: str) -> None:
        """A picture was not kept; where that is said already, it is not said in other words for every part."""
        with self._lock:
            if not self._archive_said:
                self._say_of_archive(why)

    def archive_in_doubt(self, why: str) -> None:
        """The next picture could not be kept."""
        with self._lock:
            self._say_of_archive(why)

    def archive_broke(self, why: str) -> None:
        """The archive failed in a way that only a picture can show to be over."""
        with self._lock:
            self._picture_broke = True
            self._say_of_archive(why)

    def archive_kept(self) -> None:
        """A picture was kept."""
        with self._lock:
            self._picture_broke = False
            self._say_of_archive("")

    def archive_well(self) -> None:
        """The next picture can be kept, as far as one can tell without one."""
        with self._lock:
            if not self._picture_broke:
                self._say_of_archive("")

    def _say_of_archive(self, why: str) -> None:
        self._archive_said = bool(why)
        self._board.change(archive_fault=why)


class Recorder:
    """Numbers the parts, keeps their pictures, commits their rows, and only then tells.

    Args:
        board: Told after the commit, and of faults of log and archive.
        stop: Ends the waiting for a log that cannot be written.
        pace: Says when a verdict is too late.
        watchdog: Told while a disk is waited for.
    """

    def __init__(self, job: LineJob, board: Board, stop: threading.Event, pace: PaceWatch, watchdog: Watchdog) -> None:
        self._pace = pace
        self._job = job
        self._board = board
        self._stop = stop
        self._watchdog = watchdog
        self._lock = threading.Lock()
        self._wanted_lot = job.lot
        self._lot: str | None = None
        self._number = 0
        self._faults = Faults(board)
        self._clock = ClockWatch()
        self._jumps: list[str] = []  # that are not in the log yet
        self._begun = False
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
        views: Sequence[ViewSeen] = (),
    ) -> bool:
        """Commit one part and tell of it; False where the line stopped before that was possible.

        Args:
            item: Of the main view.
            judged: On the main view.
            model: Of the main view.
            taken_s: When the inspection took it up.
            views: What the further views have seen: the verdict is the worst of all.
        """
        inspection_id = new_id()
        prediction, origin = judged.prediction, item.origin
        decision = joined(judged.decision, [(view.name, view.decision) for view in views])
        picture, not_saved, archive_ms = self._keep(inspection_id, item, decision, prediction)
        seen = (main_view(item, judged, model), *views) if views else ()
        records = self._keep_views(inspection_id, seen, decision, (picture, not_saved))
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
                    trigger_id=item.trigger_id,
                    part_serial=item.part_serial,
                    nest=nest_of(
                        self._job.recipe.nest_pattern, item.part_serial, origin.path.name if origin.path else ""
                    ),
                    views=records,
                    measures=judged.measures,
                )
                ready_s = time.perf_counter()
                late = self._pace.lateness(ready_s - item.since_s)
                if late and decision.verdict is not Verdict.ERROR:
                    decision = error_decision(
                        f"{late}; it would have been {decision.verdict.value}", decision.thresholds
                    )
                    if picture is None and not not_saved:
                        picture, not_saved, _ = self._keep(inspection_id, item, decision, prediction)
                        records = self._keep_views(inspection_id, seen, decision, (picture, not_saved))
                    inspection = replace(
                        inspection, decision=decision, picture=picture, image_not_saved=not_saved, views=records
                    )
                with self._watchdog.at(Watched.COMMIT):
                    self._job.log.append(inspection)
                committed_s = time.perf_counter()
                break
            except (LogError, MemoryError) as error:
                why = str(error) if isinstance(error, LogError) else _NO_MEMORY
                _log.error("%s", why)
                self._faults.log_refused(why)
                if self._stop.wait(wait):
                    self.uncommitted += 1
                    return False
                wait = min(2 * wait, _LONGEST_WAIT_S)
        self._number = number
        self._faults.log_wrote()
        commit_ms = 1000 * (committed_s - ready_s)
        self._job.log.note_commit(inspection_id, commit_ms)
        self._board.part_committed(
            PartInspected(
                inspection=inspection,
                part=item if isinstance(item, Part) else None,
                prediction=prediction,
                captured_s=origin.captured_s,
                committed_ms=1000 * (committed_s - item.triggered_s),
                commit_ms=commit_ms,
                views=seen,
                missed=isinstance(item, Unjudged) and item.missed,
            )
        )
        return True

    def check(self) -> None:
        """Look whether the next part can be recorded, and say so; called by a thread of its own."""
        try:
            with self._watchdog.at(Watched.COMMIT):
                self._job.log.check()
                self._note_jumps()
        except LogError as error:
            self._faults.log_in_doubt(str(error))
        else:
            self._faults.log_well()
        try:
            with self._watchdog.at(Watched.ARCHIVE):
                self._job.archive.check()
        except ArchiveError as error:
            self._faults.archive_in_doubt(str(error))
        else:
            self._faults.archive_well()

    def say_silent_disks(self) -> None:
        """Say where a disk does not answer. What waits for it says when it has: its commit, its picture, the check."""
        if why := self._watchdog.silent_disk(Watched.COMMIT):
            self._faults.log_in_doubt(why)
        if why := self._watchdog.silent_disk(Watched.ARCHIVE):
            self._faults.archive_in_doubt(why)

    def _note_jumps(self) -> None:
        """Record where the clock jumped, also while the station did not run."""
        now = datetime.now(UTC)
        jumps = [self._clock.look(now, monotonic())]
        if not self._begun:
            newest = self._job.log.recent(LogQuery(), 1)
            jumps += [set_back(part.time_utc, now) for part in newest]
            self._begun = True
        self._jumps += [words for words in jumps if words]
        while self._jumps:
            _log.warning("%s", self._jumps[0])
            self._job.log.note_event("clock", self._jumps[0])
            del self._jumps[0]

    def _keep_views(
        self,
        inspection_id: str,
        views: Sequence[ViewSeen],
        decision: Decision,
        main: tuple[ArchivedPicture | None, str],
    ) -> tuple[ViewRecord, ...]:
        """Keep the views' pictures where the part's is kept, and return what is recorded of them.

        Args:
            views: All of them, the main one first.
            main: What became of its picture.
        """
        records = []
        for place, view in enumerate(views):
            picture, not_saved = main
            if place:
                picture, not_saved, _ = self._keep(inspection_id, view.part, decision, view.prediction, place)
            records.append(
                ViewRecord(
                    name=view.name,
                    source=view.source,
                    decision=view.decision,
                    model=view.model,
                    picture=picture,
                    image_not_saved=not_saved,
                    measures=view.measures,
                )
            )
        return tuple(records)

    def _keep(
        self,
        inspection_id: str,
        item: Part | Unjudged | None,
        decision: Decision,
        prediction: Prediction | None,
        view: int = 0,
    ) -> tuple[ArchivedPicture | None, str, float | None]:
        if not isinstance(item, Part):
            return None, "", None
        started_s = time.perf_counter()
        try:
            with self._watchdog.at(Watched.ARCHIVE):
                picture = self._job.archive.keep(
                    inspection_id=inspection_id, part=item, prediction=prediction, decision=decision, view=view
                )
        except ArchiveError as error:
            self._faults.archive_refused(str(error))
            return None, str(error), None
        except Exception as error:
            _log.exception("the archive failed")
            text = f"the picture was not kept: {type(error).__name__}: {cause_of(error)}"
            self._faults.archive_broke(text)
            return None, text, None
        if picture is not None:
            self._faults.archive_kept()
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
