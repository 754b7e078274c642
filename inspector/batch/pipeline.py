"""Many batches at a time, in order: as many workers as cores, each reading, judging and drawing batches of its own.

Every worker takes a batch through all stages, so that while one reads and decodes another's network runs, and no core
waits for a stage that is behind. Measured on two cores with a network in two streams of a core each: 26.6 pictures/s,
where two threads that decode for a third with the network on both cores came to 17.1, with 3.8 ms more core-time for
each picture (1024² JPEG; three or four workers gained nothing).
"""

from __future__ import annotations

import os
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from inspector.batch.judge import judge_changed
from inspector.batch.room import Room
from inspector.domain.memory import lacked_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from inspector.batch.judge import Job
    from inspector.batch.listing import Listing
    from inspector.batch.rows import Row
    from inspector.vision.classifier import Classifier

#: Files in a batch, at least; one per core keeps every stream of the network busy.
BATCH_FILES = 8
#: So many workers ask the classifier at a time, one of them while another's batch ends; a back end gives up on callers
#: that wait for a minute, and on many cores many would.
CALLERS = 2
#: Batches beyond one per worker that may be done and not yet taken, or wait for a worker.
SPARE_BATCHES = 2
_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


def worker_count() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_order(
    work: Callable[[_Given], _Made], given: Iterable[_Given], *, workers: int, stop: threading.Event
) -> Iterator[_Made]:
    """Work on things in threads and yield what is made in the order of what was given.

    What is given is taken only as room becomes free: never more than ``workers + SPARE_BATCHES`` are in the works or
    wait to be taken, so that a slow taker does not fill the memory. Leaving the iterator ends the threads.

    Args:
        work: What is done; called in several threads.
        given: Iterated in the caller's thread.
        workers: Number of threads.
        stop: When set, nothing more is begun; what is being worked on is still yielded.

    Raises:
        Exception: What ``work`` raised, when its turn comes.
    """
    pending = iter(given)
    waiting: deque[Future[tuple[_Made] | None]] = deque()

    def begin(piece: _Given) -> tuple[_Made] | None:
        return None if stop.is_set() else (work(piece),)

    with ThreadPoolExecutor(workers, thread_name_prefix="batch") as pool:
        try:
            while True:
                room = 0 if stop.is_set() else workers + SPARE_BATCHES - len(waiting)
                waiting.extend(pool.submit(begin, names) for names in islice(pending, room))
                if not waiting:
                    return
                made = waiting.popleft().result()
                if made is not None:
                    yield made[0]
        finally:
            for future in waiting:
                future.cancel()


def judge_listing(
    listing: Listing,
    wanted: Sequence[int],
    job: Job,
    classifier: Classifier,
    *,
    stop: threading.Event,
    workers: int | None = None,
    known: Callable[[int], str] | None = None,
) -> Iterator[list[tuple[int, Row | None]]]:
    """Judge files of a listing.

    Args:
        wanted: Which of them, by index, in the order in which the rows are wanted.
        stop: When set, the batches at hand are finished and no other is begun.
        workers: Threads; None takes as many as there are cores.
        known: Returns the content of a file, by index, that has been judged, as in `judge_changed`; None for none.

    Where memory runs out, fewer files are worked on at a time for a while, and each that lacked it is tried once more,
    alone, before it is an ERROR “out of memory”.

    Yields:
        For one batch after the other, every file's index with its row; None for one that still holds what is known.

    Raises:
        InspectorError: If an overlay cannot be written.
    """
    workers = workers or worker_count()
    shared = SharedJudge(classifier, workers)

    def judge(given: Sequence[tuple[int, str]]) -> list[tuple[int, Row | None]]:
        rows = shared.rows([(listing.names[index], content) for index, content in given], job)
        return list(zip((index for index, _ in given), rows, strict=True))

    return in_order(judge, pieces_of(wanted, workers, known), workers=workers, stop=stop)


def pieces_of(
    wanted: Sequence[int], workers: int, known: Callable[[int], str] | None
) -> Iterator[list[tuple[int, str]]]:
    """Cut files into batches; every file with the content that has been judged, asked as its batch is taken.

    Args:
        wanted: As in `judge_listing`.
        workers: So many are at work at a time.
        known: As in `judge_listing`.
    """
    size = max(1, min(max(BATCH_FILES, workers), -(-len(wanted) // workers)))
    for first in range(0, len(wanted), size):
        yield [(index, known(index) if known else "") for index in wanted[first : first + size]]


class SharedJudge:
    """One classifier, and the threads of a process that ask it.

    Args:
        workers: How many threads there are.
    """

    def __init__(self, classifier: Classifier, workers: int) -> None:
        self._classifier = classifier
        self._turn, self._room = threading.Semaphore(CALLERS), Room(workers)

    def rows(self, files: Sequence[tuple[str, str]], job: Job) -> list[Row | None]:
        """Judge a batch; see `judge_changed`. What lacks memory is tried once more, alone.

        Raises:
            InspectorError: If an overlay cannot be written.
        """
        with self._room.entered() as alone:
            groups = [[file] for file in files] if alone else [files]
            rows = [row for group in groups for row in self._judged(group, job)]
        short = [place for place, row in enumerate(rows) if row is not None and lacked_memory(row.reason)]
        if short:
            self._room.narrow()
            with self._room.entered():
                for place in short:
                    rows[place] = self._judged([files[place]], job)[0]
        return rows

    def _judged(self, files: Sequence[tuple[str, str]], job: Job) -> list[Row | None]:
        return judge_changed(files, job, self._classifier, turn=self._turn)
