"""Runs a reviewer's walk in the window: its wishes on workers, its results on the GUI thread."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.domain.errors import ReviewError
from inspector.gui.review.part_reader import PartReader
from inspector.gui.review.words import NOTICES, withdrawn_words, written_words
from inspector.gui.work import Latest
from inspector.outputs.reviews import ReviewLog
from inspector.review.carry_out import carry_out
from inspector.review.walk import Walk
from inspector.review.wishes import (
    Commit,
    Notice,
    PassedOver,
    QueueNotes,
    ReadQueue,
    WishFailed,
    Withdraw,
    Withdrawn,
    Written,
)

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.domain.review import QueueKind
    from inspector.gui.work import Worker
    from inspector.review.population import PolicyOf
    from inspector.review.queues import QueueRequest
    from inspector.review.wishes import WalkEvent, Wish, WishOutcome

_WITHIN_S = 1.5


class WalkRunner(QObject):
    """Owns a walk and is its port, on the GUI thread.

    Args:
        work: Reads queues, and writes.
        policy_of: What each version of a recipe kept of its pictures.
    """

    opened = Signal()  #: a log, of which queues can be opened now
    failed = Signal(str)  #: why a log cannot be opened
    changed = Signal()  #: something else is to be shown
    message = Signal(str, str, bool)  #: words, a verdict's colour or "", and whether writing can be tried again
    judged = Signal(object)  #: Written
    withdrawn = Signal(object)  #: Withdrawn
    name_wanted = Signal()  #: somebody without a name wants to judge

    def __init__(self, *, work: Worker, policy_of: PolicyOf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work, self._policy_of = work, policy_of
        self._opening = Latest(work, lambda error: self.failed.emit(str(error)))
        self.log: ReviewLog | None = None  #: None while it is opened, or cannot be
        self._ended = threading.Event()  # nothing is on its way to the disk; set by the worker
        self._ended.set()
        self.walk = Walk(self, now=lambda: datetime.now(UTC), elapsed_s=time.perf_counter)
        self.reader = PartReader(self.walk, self)

    def use_log(self, path: Path | None) -> None:
        """Open the reviews of another log, or of none."""
        self.log = None
        self._opening.forget()
        if path is not None:
            self._opening.ask(lambda: ReviewLog(path), self._use)

    def open(self, request: QueueRequest, instead: tuple[QueueKind, ...] = ()) -> None:
        """Walk a queue of the log that is open, or another as `Walk.open` says; without a log there is none."""
        self.reader.begin(self.log)
        self.walk.open(request, instead)

    def poll(self) -> None:
        """Take what the reader has finished, and let an answer go whose time is over."""
        self.reader.poll()
        self.walk.tick()

    def release(self) -> None:
        """End the reader; a judgement that is on its way to the disk is waited for."""
        self.reader.close()
        self._ended.wait(_WITHIN_S)

    def _use(self, log: ReviewLog) -> None:
        self.log = log
        self.opened.emit()

    # --- the walk's port ----------------------------------------------------------------------------------------------

    def carry_out(self, wish: Wish) -> None:
        """Have the worker do what is wished."""
        log, policy_of = self.log, self._policy_of
        if log is None and isinstance(wish, ReadQueue):
            return
        writes = isinstance(wish, Commit | Withdraw)
        if writes:
            self._ended.clear()

        def task() -> WishOutcome:
            try:
                if log is None:
                    raise ReviewError("there is no log", "Mend it first; then what was inspected can be reviewed.")
                return carry_out(wish, log, policy_of, pictures=True)
            finally:
                if writes:
                    self._ended.set()

        self._work.do(task, self.walk.take, lambda error: self.walk.fail(wish, str(error)))

    def show(self) -> None:
        """Read what is wanted next, and have the page show what is there."""
        self.reader.want()
        self.changed.emit()

    def tell(self, event: WalkEvent) -> None:
        """Say what has happened."""
        match event:
            case Notice.NAME_MISSING:
                self.name_wanted.emit()
            case Notice():
                self.message.emit(*NOTICES[event], False)
            case QueueNotes():
                self.message.emit(" ".join(event.notes), "", False)
            case PassedOver():
                self.message.emit(f"A part was passed over: {event.why}.", "review", False)
            case WishFailed():
                words = f"Not recorded: {event.words}" if event.in_hand else event.words
                self.message.emit(words, "fail", event.in_hand)
            case Written():
                self.reader.forget_thumbnail(event.review.inspection_id)
                words = written_words(event.review, event.inspection, event.meanwhile)
                self.message.emit(words, "review" if event.meanwhile else "", False)
                self.judged.emit(event)
            case Withdrawn():
                self.message.emit(withdrawn_words(event.review), "", False)
                self.withdrawn.emit(event)
