"""The files of a batch, given to the workers of a cluster: few at a time, and none lost or judged twice.

A task is some files; its rows come back to this process, which alone writes. So whatever becomes of a worker, a file
has a row or it has none.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from inspector.batch.judge import forget_overlays
from inspector.batch.pipeline import SPARE_BATCHES, pieces_of
from inspector.batch.remote import JudgedPiece, SentModel, WorkerFault, judge_piece
from inspector.batch.rows import make_row
from inspector.cluster import ClusterError
from inspector.cluster.connection import SOUGHT_S
from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError, ModelChangedError
from inspector.domain.policy import error_decision
from inspector.files import FileError, write_bytes
from inspector.pictures.content import KnownContent

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Sequence

    from inspector.batch.judge import Job
    from inspector.batch.listing import Listing
    from inspector.batch.rows import Row
    from inspector.cluster import Cluster
    from inspector.vision.classifier import Classifier

    Rows = list[tuple[int, Row | None]]

#: So long workers are waited for when none is left.
GONE_S = 300.0
#: Batches that a core of the cluster has at hand: one in work, one that waits for it.
_PER_CORE = 2
_LOOK_S = 0.25
#: So long the batches at hand may take when the end is wanted, and a worker's last test.
_END_S = 60.0
_FETCH_S = 10.0
#: So many results are fetched at a time.
_FETCHED = 64
_KILLED = "every process that judged it ended at once: it needs more memory than there is, or a library fails on it"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """What was given away.

    Args:
        files: By index, each with the content that has been judged.
        accused: Without files: a file at which workers died; this task only finds out whether they live without it.
    """

    files: tuple[tuple[int, str], ...] = ()
    accused: int | None = None


class ClusterJudge:
    """Judges the files of one batch on workers. Used by one thread.

    Args:
        cluster: Connected and checked.
        model_folder: The bundle, which is sent to the workers.
        gone_s: So long workers are waited for when none is left.
        work: What a worker does; a test hands in one that dies.
    """

    def __init__(
        self,
        cluster: Cluster,
        model_folder: Path,
        *,
        gone_s: float = GONE_S,
        work: Callable[[SentModel, Job, Sequence[tuple[str, str]]], JudgedPiece] = judge_piece,
    ) -> None:
        self._cluster, self._client = cluster, cluster.client
        self._model_folder = model_folder
        self._gone_s = gone_s
        self._work = work
        self._gone_since_s: float | None = None
        self._gone_at = datetime.now().astimezone()
        self._sent: Any = None  # Dask's future of the model
        self._flight: dict[Any, _Task] = {}
        self._ended: SimpleQueue[Any] = SimpleQueue()
        self._again: deque[_Task] = deque()
        self._suspects: deque[_Task] = deque()
        self.waiting = ""  #: what is waited for, as a sentence; empty while workers work

    def judge(
        self,
        listing: Listing,
        wanted: Sequence[int],
        job: Job,
        classifier: Classifier,
        *,
        stop: threading.Event,
        known: Callable[[int], str] | None = None,
    ) -> Iterator[Rows]:
        """Judge files of a listing; see `inspector.batch.pipeline.judge_listing`.

        Yields:
            Files with their rows as they come, in no order; now and then an empty list, so that whoever asks can look
            at the time. At the end the workers' models have been tested.

        Raises:
            ClusterError: If no worker is left for long, or a worker cannot judge.
            ModelChangedError: If a worker's model no longer judges as it did.
            InspectorError: If an overlay cannot be written.
        """
        assert job.thresholds is not None
        self._listing, self._job = listing, job
        self._model = SentModel.of(self._model_folder, classifier, job.thresholds)
        fresh = pieces_of(wanted, max(1, self._cores()), known)
        stopped_s: float | None = None
        try:
            while True:
                if not stop.is_set():
                    self._give(fresh)
                if not self._flight and (stop.is_set() or not self._unfinished):
                    break
                for task, future in self._take():
                    yield self._rows(task, future)
                self._look()
                if stop.is_set():
                    stopped_s = stopped_s or time.monotonic()
                    if self._gone_since_s is not None or time.monotonic() - stopped_s > _END_S:
                        break
                yield []
            self._test()
        finally:
            with suppress(Exception):  # a scheduler that is gone has forgotten them
                self._client.cancel([*self._flight, *([self._sent] if self._sent is not None else [])])
            self._flight.clear()

    @property
    def _unfinished(self) -> bool:
        """Whether there is something to be given once workers are there."""
        return bool(self._again or self._suspects or self._gone_since_s is not None)

    # --- giving -------------------------------------------------------------------------------------------------------

    def _give(self, fresh: Iterator[list[tuple[int, str]]]) -> None:
        """Give tasks away as far as there is room. Who is suspected of killing workers is tried with nobody beside."""
        if self._gone_since_s is not None:
            return
        if self._suspects:
            if not self._flight:
                self._submit(self._suspects.popleft())
            return
        room = max(0, _PER_CORE * self._cores() + SPARE_BATCHES - len(self._flight))
        while room and self._again:
            self._submit(self._again.popleft())
            room -= 1
        for files in islice(fresh, room):
            self._submit(_Task(files=tuple(files)))

    def _submit(self, task: _Task) -> None:
        files = tuple((self._listing.names[index], content) for index, content in task.files)
        if self._sent is None or self._sent.status in {"lost", "cancelled", "error"}:
            # a task of its own: each worker gets it once, from another, and it is sent again where all of them are gone
            self._sent = self._client.submit(_itself, self._model, pure=False)
        future = self._client.submit(self._work, self._sent, self._job, files, pure=False)
        self._flight[future] = task
        future.add_done_callback(self._ended.put)

    def _cores(self) -> int:
        return sum(worker.cores for worker in self._cluster.workers())

    # --- taking -------------------------------------------------------------------------------------------------------

    def _take(self) -> list[tuple[_Task, Any]]:
        """Return tasks that have ended, one way or another, each with what came of it; none after a short while."""
        futures = []
        with suppress(Empty):
            futures.append(self._ended.get(timeout=_LOOK_S))
            while len(futures) < _FETCHED:
                futures.append(self._ended.get_nowait())
        if not futures:  # one that was lost with its scheduler may not have said so
            futures = [future for future in self._flight if future.done()]
        futures = [future for future in dict.fromkeys(futures) if future in self._flight]
        finished = [future for future in futures if future.status == "finished"]
        came: dict[Any, Any] = {}
        if finished:
            with suppress(Exception):  # what cannot be fetched is judged again, where workers are
                results = self._cluster.ask(lambda: self._client.gather(finished, asynchronous=True), _FETCH_S)
                came = dict(zip(finished, results or (), strict=results is not None))
        return [(self._flight.pop(future), came.get(future, future)) for future in futures]

    def _rows(self, task: _Task, came: Any) -> Rows:  # noqa: ANN401 - a piece, or Dask's future without one
        """Return the rows of a task; none where it has to be given once more."""
        if isinstance(came, JudgedPiece):
            if came.fault is not None:
                raise _error(came.fault)
            return self._kept(task, came)
        if came.status != "error":
            self._again.append(task)
            return []
        error = came.exception(timeout=_FETCH_S)
        if type(error).__name__ != "KilledWorker":
            raise ClusterError(f"a worker cannot judge: {cause_of(error)}", "See the worker's own log.") from error
        if task.accused is not None:
            raise ClusterError(
                "every worker that loads the model ends at once", "Give them more memory; see the system's log there."
            )
        if len(task.files) > 1:
            self._suspects.extend(_Task(files=(file,)) for file in task.files)
        else:
            _log.warning("workers ended at %s", self._listing.key(task.files[0][0]))
            self._suspects.appendleft(_Task(accused=task.files[0][0]))
        return []

    def _kept(self, task: _Task, piece: JudgedPiece) -> Rows:
        if task.accused is not None:
            decision = error_decision(_KILLED, self._model.thresholds)
            key = self._listing.key(task.accused)
            error = make_row(key, KnownContent(None), decision, None, overlay="", model=self._model.sha256)
            return [(task.accused, error)]
        places = [self._listing.path(index) for index, _ in task.files] if piece.unseen else []
        if any(isinstance(place, Path) and place.exists() for place in places):
            raise ClusterError(
                f"the worker {piece.worker} does not see the pictures in {self._job.folder}",
                "Every worker needs the folder under the same path: a share that is mounted alike.",
            )
        drawn = dict(piece.overlays)
        for (index, _), row in zip(task.files, piece.rows, strict=True):
            if row is not None and row.overlay:
                self._write_overlay(index, row.overlay, drawn[row.overlay])
        return [(index, row) for (index, _), row in zip(task.files, piece.rows, strict=True)]

    def _write_overlay(self, index: int, path: str, content: bytes) -> None:
        """Write what a worker has drawn, in place of what showed another kind of heatmap before."""
        assert self._job.overlays is not None
        target = self._job.overlays.parent / path
        try:
            write_bytes(target, content)
        except FileError as error:
            raise InspectorError(f"the overlay {error.what}", error.next_step) from error
        forget_overlays(self._job.overlays, self._listing.key(index), but=target)

    # --- looking ------------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """See whether there are workers.

        Raises:
            ClusterError: If there has been none for long.
        """
        if self._cluster.workers():
            self._gone_since_s, self.waiting = None, ""
            return
        if self._gone_since_s is None:
            self._gone_since_s, self._gone_at = time.monotonic(), datetime.now().astimezone()
        if self._cluster.connected:
            who, it, waits_s = "no worker answers", "one", self._gone_s
            next_step = "See why the workers have ended, start them, and go on with the batch."
        else:  # sought by Dask, which gives up sooner
            who, it, waits_s = f"{self._cluster.address.text} does not answer", "it", min(self._gone_s, SOUGHT_S)
            next_step = "See why its scheduler has ended, start it, and go on with the batch."
        self.waiting = f"{who}; waiting for {it} until {self._gone_at + timedelta(seconds=waits_s):%H:%M:%S}"
        if self._cluster.lost or time.monotonic() - self._gone_since_s > self._gone_s:
            raise ClusterError(f"{who} any more; the rows so far are there", next_step)

    def _test(self) -> None:
        """Test the models of all workers.

        Raises:
            ModelChangedError: If one no longer judges as it did.
        """
        if self._sent is None or self._gone_since_s is not None:
            return
        tests = [
            self._client.submit(self._work, self._sent, self._job, (), workers=[worker.address], pure=False)
            for worker in self._cluster.workers()
        ]
        for test in tests:
            piece = JudgedPiece()
            with suppress(Exception):  # a worker that is gone meanwhile says nothing any more
                piece = test.result(timeout=_END_S)
            if piece.fault is not None:
                raise _error(piece.fault)


def _itself(model: SentModel) -> SentModel:
    return model


def _error(fault: WorkerFault) -> InspectorError:
    kind = ModelChangedError if fault.model_changed else ClusterError
    return kind(fault.what, fault.next_step)
