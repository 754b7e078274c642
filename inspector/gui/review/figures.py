"""The figures beside the review: how many wait, the last judgements; read on a thread of their own."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from inspector.domain.review import QueueKind
from inspector.gui.review.learning_card import Lessons, read_lessons
from inspector.gui.review.recent_card import Said, last_said
from inspector.gui.review.walk import NOBODY
from inspector.gui.review.words import QUEUES
from inspector.gui.work import Results, Worker
from inspector.outputs.base import LogQuery
from inspector.review.estimate import audit_report
from inspector.review.queues import QueueRequest, build_queue

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Of what figures are wanted.

    Args:
        log: The record.
        query: Recipe, lot and time.
        reviewer: Who asks; empty for nobody yet.
        sample: Of the blind audit.
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
class Figures:
    """What the log says at one moment.

    Args:
        counts: How many wait in each queue.
        types: Types of defects that a judgement can name: the model's classes, then what was named before.
        recent: The last judgements, newest first.
        audit: What the blind audit shows.
    """

    counts: dict[QueueKind, int]
    types: tuple[str, ...]
    recent: list[Said]
    audit: AuditReport


def read_figures(wanted: Wanted, policy_of: PolicyOf) -> Figures:
    """Read all of them; called on the figures' thread.

    Args:
        wanted: Of what.
        policy_of: What each version of a recipe kept of its pictures.

    Raises:
        LogError: If the log cannot be read.
    """
    log, query = wanted.log, wanted.query
    request = QueueRequest(
        kind=QueueKind.FAILURES,
        reviewer=wanted.reviewer or NOBODY,
        query=query,
        sample=wanted.sample,
        second_opinion=wanted.second_opinion,
    )
    queues = {kind: build_queue(log, replace(request, kind=kind), policy_of) for kind in QUEUES}
    recent = last_said(log, query, judged_by=wanted.reviewer if wanted.second_opinion else None)
    waiting = log.inspections([found.ids[0] for found in queues.values() if found.ids])
    judged = [*waiting.values(), *(one.inspection for one in recent)]
    classes = next((part.classes for part in judged if part.classes is not None), None)
    named = log.standings(LogQuery(recipe=query.recipe)).values()
    return Figures(
        counts={kind: len(found.ids) for kind, found in queues.items()},
        types=types_of(classes, named),
        recent=recent,
        audit=audit_report(log, query, policy_of),
    )


def types_of(classes: Classes | None, standings: Iterable[Standing]) -> tuple[str, ...]:
    """Return the types of defects: the model's, then those that people have named, the most frequent first."""
    named = Counter(name for one in standings for name in one.defect_types)
    learnt = [name for name in classes.defects if name != _PLAIN] if classes is not None else []
    return tuple(
        dict.fromkeys([*learnt, *(name for name, _ in sorted(named.items(), key=lambda one: (-one[1], one[0])))])
    )


class FiguresReader(QObject):
    """Owned by the page, on the GUI thread. One reading at a time; of those asked for meanwhile only the last is done.

    Args:
        policy_of: What each version of a recipe kept of its pictures.
    """

    read = Signal(object)  #: Figures
    learned = Signal(object, str)  #: Lessons or None, and why they cannot be read or written
    failed = Signal(str)

    def __init__(self, policy_of: PolicyOf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._policy_of = policy_of
        self._results = Results()
        self._worker = Worker("review figures", self._results)
        self._next: Wanted | None = None
        self._busy = False
        self._closing = threading.Event()
        self._images: dict[str, QImage] = {}

    def do(self, task: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[Exception], None]) -> None:
        """Do something else with the set to be learned, in turn with the reading."""
        self._worker.do(task, done, failed)

    def ask(self, wanted: Wanted) -> None:
        """Ask for the figures."""
        self._next = wanted
        self._go_on()

    def poll(self) -> None:
        """Hand out what is finished."""
        self._results.hand_out()

    def close(self) -> None:
        """End the thread after what it is at; waited for shortly."""
        self._next = None
        self._closing.set()
        self._worker.close()
        self._worker.join(_END_S)

    def _go_on(self) -> None:
        wanted, policy_of = self._next, self._policy_of
        if self._busy or wanted is None:
            return
        self._next, self._busy = None, True
        self._worker.do(lambda: read_figures(wanted, policy_of), self.read.emit, self._failed)
        learning, images, closing = wanted.learning, self._images, self._closing
        if learning is None:
            self._worker.do(lambda: None, self._done)
            return
        self._worker.do(
            lambda: read_lessons(learning, wanted.log, images, confirmed=wanted.confirmed, closing=closing),
            self._done,
            self._not_learned,
        )

    def _done(self, lessons: Lessons | None) -> None:
        self._busy = False
        if lessons is not None:
            self._images = lessons.images
        self.learned.emit(lessons, "")
        self._go_on()

    def _not_learned(self, error: Exception) -> None:
        self._busy = False
        self.learned.emit(None, str(error))
        self._go_on()

    def _failed(self, error: Exception) -> None:
        self.failed.emit(str(error))
