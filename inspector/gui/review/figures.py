"""The figures beside the review: how many wait, the last judgements; read on a thread of their own."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from inspector.domain.review import QueueKind
from inspector.gui.review.lessons import Lessons, read_lessons
from inspector.gui.review.recent_card import JudgedPart, last_judged
from inspector.gui.review.words import QUEUES
from inspector.gui.work import Errand, Latest, Results, Worker
from inspector.outputs.base import LogQuery
from inspector.review.estimate import audit_report
from inspector.review.queues import NOBODY, QueueRequest, build_queue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtGui import QImage

    from inspector.domain.classes import Classes
    from inspector.domain.review import Standing
    from inspector.outputs.reviews import ReviewLog
    from inspector.review.estimate import AuditReport
    from inspector.review.learning import LearningSet
    from inspector.review.population import PolicyOf

#: The class of models that know no types of defects.
_PLAIN = "defective"
_END_S = 0.5
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresRequest:
    """Which figures are request.

    Args:
        log: The record of inspections and reviews.
        query: Recipe, lot and time.
        reviewer: Who asks; empty for nobody yet.
        sample: How many passed parts the blind audit draws.
        learning: The set to be learned of the recipe that is loaded; None where there is none.
        second_opinion: Count parts that somebody else has judged, too.
        confirmed: Learn from confirmed failures and reviews too.
    """

    log: ReviewLog
    query: LogQuery
    reviewer: str
    sample: int
    second_opinion: bool
    learning: LearningSet | None
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFigures:
    """What the log says at one moment.

    Args:
        counts: How many wait in each queue.
        types: Types of defects that a judgement can name: the model's classes, then what was named before.
        recent: The last judgements, newest first.
        audit: What the blind audit shows.
    """

    counts: dict[QueueKind, int]
    types: tuple[str, ...]
    recent: list[JudgedPart]
    audit: AuditReport


def read_figures(request: FiguresRequest, policy_of: PolicyOf) -> ReviewFigures:
    """Read all of them; called on the figures' thread.

    Args:
        request: Of which parts, and for whom.
        policy_of: What each version of a recipe kept of its pictures.

    Raises:
        LogError: If the log cannot be read.
    """
    log, query = request.log, request.query
    failures = QueueRequest(
        kind=QueueKind.FAILURES,
        reviewer=request.reviewer or NOBODY,
        query=query,
        sample=request.sample,
        second_opinion=request.second_opinion,
    )
    queues = {kind: build_queue(log, replace(failures, kind=kind), policy_of) for kind in QUEUES}
    recent = last_judged(log, query, judged_by=request.reviewer if request.second_opinion else None)
    waiting = log.inspections([queue.ids[0] for queue in queues.values() if queue.ids])
    parts = [*waiting.values(), *(judged.inspection for judged in recent)]
    classes = next((part.classes for part in parts if part.classes is not None), None)
    named = log.standings(LogQuery(recipe=query.recipe)).values()
    return ReviewFigures(
        counts={kind: len(queue.ids) for kind, queue in queues.items()},
        types=types_of(classes, named),
        recent=recent,
        audit=audit_report(log, query, policy_of),
    )


def types_of(classes: Classes | None, standings: Iterable[Standing]) -> tuple[str, ...]:
    """Return the types of defects: the model's, then those that people have named, the most frequent first."""
    named = Counter(name for standing in standings for name in standing.defect_types)
    learnt = [name for name in classes.defects if name != _PLAIN] if classes is not None else []
    most_first = sorted(named.items(), key=lambda counted: (-counted[1], counted[0]))
    return tuple(dict.fromkeys([*learnt, *(name for name, _ in most_first)]))


class FiguresReader(QObject):
    """Owned by the page, on the GUI thread; its own thread reads.

    Args:
        policy_of: What each version of a recipe kept of its pictures.
    """

    read = Signal(object)  #: ReviewFigures
    learned = Signal(object, str)  #: Lessons or None, and why they cannot be read or written
    failed = Signal(str)

    def __init__(self, policy_of: PolicyOf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._policy_of = policy_of
        self._results = Results()
        self._worker = Worker("review figures", self._results)
        self._latest = Latest(self._worker)
        self._closing = threading.Event()
        self._images: dict[str, QImage] = {}

    def do(
        self, task: Callable[[], _Value], done: Callable[[_Value], None], failed: Callable[[Exception], None]
    ) -> None:
        """Do something else with the set to be learned, in turn with the reading."""
        self._worker.do(task, done, failed)

    def ask(self, request: FiguresRequest) -> None:
        """Read other figures than before; what is still being read of the old ones is not told."""
        self._latest.forget()
        self.ask_again(request)

    def ask_again(self, request: FiguresRequest) -> None:
        """Read the figures anew; what is being read is told, what was not begun is dropped."""
        policy_of, learning, images, closing = self._policy_of, request.learning, self._images, self._closing
        reading = Errand(task=lambda: read_figures(request, policy_of), done=self.read.emit, failed=self._fail)
        if learning is None:
            self._latest.want(reading, Errand(task=lambda: None, done=lambda _: self.learned.emit(None, "")))
            return
        lessons = Errand(
            task=lambda: read_lessons(learning, request.log, images, confirmed=request.confirmed, closing=closing),
            done=self._learn,
            failed=lambda error: self.learned.emit(None, str(error)),
        )
        self._latest.want(reading, lessons)

    def poll(self) -> None:
        """Hand out what is finished."""
        self._results.hand_out()

    def close(self) -> None:
        """End the thread after what it is at; waited for shortly."""
        self._latest.forget()
        self._closing.set()
        self._worker.close()
        self._worker.join(_END_S)

    def _learn(self, lessons: Lessons) -> None:
        self._images = lessons.images
        self.learned.emit(lessons, "")

    def _fail(self, error: Exception) -> None:
        self.failed.emit(str(error))
