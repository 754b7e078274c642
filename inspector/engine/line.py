"""One run of the line: six threads, each with one task, from the first frame to the last commit."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.config import TriggerMode
from inspector.domain.errors import InspectorError
from inspector.domain.guard import in_force
from inspector.domain.memory import ran_out_of_memory
from inspector.domain.records import BadPicture, Frame, Part, Thresholds
from inspector.domain.source import SourceSpec
from inspector.domain.trigger import make_trigger
from inspector.domain.trigger.events import MOST_WAITING
from inspector.engine.capture import keep_open
from inspector.engine.feed import Feed
from inspector.engine.hand_over import HandOver
from inspector.engine.housekeeping import keep_house
from inspector.engine.line_model import LineModel
from inspector.engine.pace import PaceWatch
from inspector.engine.predictor import STOPPED
from inspector.engine.queues import Mailbox, PartQueue, Unjudged, unjudged
from inspector.engine.record import Recorder
from inspector.engine.release import LineRelease
from inspector.engine.sight import Sight
from inspector.engine.slowness import Slowness, Trouble
from inspector.engine.status import RunState, SourceState
from inspector.engine.triggers import LineTriggers
from inspector.engine.views import LineViews
from inspector.engine.watchdog import DISKS_EVERY_S, LOOKS_EVERY_S, Watchdog, Watched

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.domain.errors import SourceCutShortError
    from inspector.engine.board import Board
    from inspector.engine.job import LineJob
    from inspector.sources.base import Source

_log = logging.getLogger(__name__)
_TICK_S = 0.2
#: So many frames of a camera wait where the trigger is held up for a moment: 0.1 s of them at 30 per second.
_FRAMES_WAIT = 3
#: The capture thread must come back from the source within this time, or the source counts as lost.
_SOURCE_HANGS_S = 15.0
#: So long after the stop, parts that wait are judged; then they become ERROR, which takes a commit each.
_DRAIN_S = 1.0
_NO_MEMORY = "out of memory: a picture was not looked at, parts can have passed"


class Line:
    """A run. Made by `Engine.start`; its threads start at once.

    Args:
        board: Where to say what happens.
    """

    def __init__(self, job: LineJob, board: Board) -> None:
        self._job = job
        self._board = board
        self._stop = threading.Event()
        self._abandon = threading.Event()  # gives up what cannot be recorded
        self._ready = threading.Event()  # the model is loaded
        self._finished = threading.Event()
        self._drain_until_s: float | None = None
        external = job.recipe.trigger.mode is TriggerMode.EXTERNAL  # then each frame may be a part that was asked for
        self._mailbox = Mailbox(newest=MOST_WAITING if external else _FRAMES_WAIT)
        self._parts = PartQueue()
        self._trigger = make_trigger(job.recipe.trigger, job.recipe.region)
        self._learns = self._trigger.learning  # the empty belt, while the model is loaded
        self._slowness = Slowness(board)
        self._watchdog = Watchdog()
        self._pace = PaceWatch(job.recipe.trigger, self._slowness.advice)
        by_signal = job.recipe.source_options.waits_for_signal(SourceSpec.parse(job.recipe.source).kind)
        self._sight = Sight(by_signal=by_signal)
        self._feed = Feed(job.recipe, board)
        self._recorder = Recorder(job, board, self._abandon, self._pace, self._watchdog)
        self._views = LineViews(job, board)
        self.release = LineRelease(job, board)
        self.triggers = LineTriggers(
            job.recipe, self._trigger, self._mailbox, self._parts, self._recorder, board, self._views, self.release
        )
        self._over = HandOver(self.triggers, self._parts, self._pace, board, self._ready, self._stop)
        self._source: Source | None = None
        self._source_called_s: float | None = None
        self._opened = False  # before
        self._model: LineModel | None = None
        self._committed = 0
        self._fault = ""
        self._threads = [
            threading.Thread(target=self._guarded, args=(work,), name=name, daemon=True)
            for name, work in (
                ("capture", self._capture),
                ("trigger", self._watch_frames),
                ("inspection", self._inspect),
                ("housekeeping", lambda: keep_house(self._job, self._stop, self._board)),
                ("watch", self._watch),
                ("disks", self._watch_disks),
            )
        ]

    def start(self) -> None:
        """Start the threads; whoever made the line knows it by then, so nothing said to it is lost."""
        for thread in self._threads:
            thread.start()

    def request_stop(self, drain_s: float = _DRAIN_S) -> None:
        """Ask for the end: nothing further is captured; parts that wait are still judged, for so long."""
        drain_until_s = time.perf_counter() + drain_s
        self._drain_until_s = min(drain_until_s, self._drain_until_s or drain_until_s)
        self._stop.set()
        self._ready.set()
        self._close_source()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end; True where every thread has ended. What cannot be recorded in time is given up."""
        now_s = time.perf_counter()
        deadline, drained_s = now_s + timeout_s, (self._drain_until_s or now_s) - now_s
        if not self._finished.wait(max(0.0, min(drained_s, timeout_s))) and self._model is not None:
            self._model.give_up()
        self._finished.wait(max(0.0, deadline - 0.4 - time.perf_counter()))
        self._abandon.set()
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.perf_counter()))
        return not any(thread.is_alive() for thread in self._threads)

    def wait(self, timeout_s: float | None) -> bool:
        """Wait until the line has ended by itself; False where it has not within the time."""
        return self._finished.wait(timeout_s)

    @property
    def fault(self) -> str:
        """Why the line broke; empty where it did not."""
        return self._fault

    @property
    def doubt(self) -> str:
        """Which parts should be inspected again, as the model had changed; empty where none should."""
        return f"{self._model.doubt if self._model is not None else ''} {self._views.doubt}".strip()

    @property
    def uncommitted(self) -> int:
        """How many parts could not be recorded before the end."""
        # with a limit reached, what waits is more than was asked for
        limit = self._job.max_parts
        done = self.release.waits or (limit is not None and self._committed >= limit)
        left = 0 if done else len(self._parts)
        return self._recorder.uncommitted + left

    @property
    def alive(self) -> bool:
        """True until the line has ended."""
        return not self._finished.is_set()

    def set_lot(self, lot: str) -> None:
        """Set the lot from now on."""
        self._recorder.set_lot(lot)

    def _guarded(self, work: Callable[[], None]) -> None:
        """Run a thread's work; if it dies, the line stops and says so."""
        try:
            work()
        except InspectorError as error:
            self._break(str(error))
        except Exception as error:
            _log.exception("the line broke")
            self._break(
                f"unexpected {type(error).__name__} in the {threading.current_thread().name} thread: {cause_of(error)}"
            )
        finally:
            if threading.current_thread().name == "inspection":
                self._stop.set()
                self._parts.close()
                self._finished.set()

    def _break(self, why: str) -> None:
        if not self._fault:
            self._fault = why
            self._board.change(state=RunState.FAULT, fault=why)
        self.request_stop()

    # --- capture ------------------------------------------------------------------------------------------------------

    def _capture(self) -> None:
        try:
            keep_open(self._stop, read=self._read_source, close=self._close_source, ended=self._ended, lost=self._lost)
        finally:
            self._mailbox.close()

    def _open_source(self) -> None:
        if self._source is None:
            self._source = self.triggers.source = self._job.open_source()
        self._source_called_s = time.perf_counter()
        self._pace.live = self._trigger.events.live = self._source.live
        self._source.open()
        if self._opened:
            self._board.restarted(f"{self._source.name} was opened again")
        self._opened = True
        if not self._stop.is_set():
            self._board.change(source_state=SourceState.LIVE, source_message="")
            self._feed.opened(time.perf_counter())

    def _read_source(self) -> None:
        self._open_source()
        source = self._source
        assert source is not None
        live = source.live
        expected: int | None = None
        damaged = 0  # since the last whole picture, where the trigger looks for parts itself
        while not self._stop.is_set():
            self._source_called_s = time.perf_counter()
            item = source.read(_TICK_S)
            self._board.change(left_out=source.left_out)
            if item is None:
                self._feed.waited(time.perf_counter())
                continue
            missed = damaged + (max(0, item.sequence - expected) if expected is not None and live else 0)
            expected = item.sequence + 1
            self._feed.arrived(item, time.perf_counter())
            if live:
                missed += self._mailbox.put_newest(item)
            else:
                self._mailbox.put_waiting(item, self._stop)
            damaged = missed + 1 if self.triggers.is_gap(item, live=live) else 0
            if isinstance(item, Frame):
                self._board.frame_arrived(item, missed)
                if self._ready.is_set():
                    self._pace.frame(time.perf_counter(), missed)

    def _ended(self, cut_short: SourceCutShortError | None) -> None:
        why = str(cut_short or "")
        self._fault = self._fault or why  # parts that were captured are judged before the line ends with the fault
        self._board.change(source_state=SourceState.ENDED, source_message=why)

    def _lost(self, why: str) -> None:
        self._source_called_s = None
        self.triggers.give_up(why)
        if not self._stop.is_set():
            _log.warning("%s", why)
            self._board.change(source_state=SourceState.LOST, source_message=why)

    def _close_source(self) -> None:
        self._source_called_s = None
        if self._source is not None:
            try:
                self._source.close()
            except Exception:
                _log.exception("the source could not be closed")

    # --- trigger ------------------------------------------------------------------------------------------------------

    def _watch_frames(self) -> None:
        try:
            while not self._stop.is_set() and not self._mailbox.finished:
                item = self._mailbox.take(self._trigger.events.patience_s(time.perf_counter(), _TICK_S))
                self._check_source_answers()
                if not (self._pace.live and self._learns):
                    self._ready.wait()
                if isinstance(item, BadPicture):
                    self._sight.damaged(item.reason)
                    for part in self.triggers.of_bad(item, live=self._pace.live):
                        self._hand_over(part)
                elif item is not None:
                    self._look(item)
                self._answer_triggers(drained=item is None)
            for left in self._trigger.flush():
                self._hand_over(left)
        finally:
            self.triggers.give_up("the line stopped before a picture came", for_good=True)
            self._answer_triggers(drained=False)
            self._parts.close()

    def _answer_triggers(self, *, drained: bool) -> None:
        for item in self.triggers.due(drained=drained, live=self._pace.live):
            self._hand_over(item)

    def _look(self, frame: Frame) -> None:
        try:
            with self._watchdog.at(Watched.TRIGGER):
                parts = self._trigger.update(frame)
        except Exception as error:
            if not (self._pace.live and ran_out_of_memory(error)):
                raise
            self._pace.missed(time.perf_counter(), _NO_MEMORY, Trouble.MEMORY)
            return
        for part in parts:
            self._hand_over(replace(part, fault=part.fault or self._feed.still))
        now_s = time.perf_counter()
        self._sight.looked(now_s, frame.sequence)
        if self._trigger.blind and self._ready.is_set():
            self._pace.missed(now_s, self._trigger.blind, Trouble.SPARSE)
        self._say_sight(now_s)

    def _say_sight(self, now_s: float) -> None:
        """Say whether parts can pass unseen, and whether verdicts come in time."""
        live = self._source is not None and self._source.live
        unseen = self._sight.unseen(now_s, live=live, learning=self._trigger.learning)
        pace, why = self._pace.state(now_s)
        self._board.change(unseen=unseen, silent=self._sight.silent(now_s, live=live), pace=pace, pace_message=why)

    def _check_source_answers(self) -> None:
        called_s = self._source_called_s
        if called_s is not None and time.perf_counter() - called_s > _SOURCE_HANGS_S:
            self._board.change(
                source_state=SourceState.LOST,
                source_message=f"{self._source.name if self._source else 'the source'} does not answer. "
                "Check its cable and power; stop and start the line if it stays so.",
            )

    def _hand_over(self, seen: Part | Unjudged) -> None:
        if missed := self._over.take(seen, live=self._source is None or self._source.live):
            self._pace.missed(time.perf_counter(), missed)

    # --- inspection ---------------------------------------------------------------------------------------------------

    def _inspect(self) -> None:
        model = self._model = LineModel(self._job, self._board)
        try:
            recipe, identity = self._job.recipe, model.identity
            spares = recipe.spares_outside and identity.may_spare
            thresholds = in_force(
                recipe.thresholds, model.thresholds, identity.good_scale, recipe.guard_rate, spares_outside=spares
            )
            self._views.start(thresholds)
            self._board.change(model=model.identity, thresholds=thresholds)
            self.release.use((model.identity.sha256, *self._views.models))
            self._say_sight(time.perf_counter())  # before anything says that the line runs
            if not self._stop.is_set():
                self._board.change(state=RunState.RUNNING)
            self._ready.set()
            self._judge_all(model, thresholds)
        finally:
            self._ready.set()
            self._views.close()
            model.close(timeout_s=0.3)

    def _judge_all(self, model: LineModel, thresholds: Thresholds) -> None:
        limit = self._job.max_parts
        while not self._parts.finished:
            self.release.use((model.identity.sha256, *self._views.models))
            if self.release.waits:
                if self._stop.is_set():
                    return  # files that wait are seen again at the next start
                self.release.judge_next(partial(model.judge, thresholds=thresholds), self._stop)
                continue
            item = self._parts.take(_TICK_S)
            if item is None:
                self.release.judge_next(partial(model.judge, thresholds=thresholds))
                if self._abandon.is_set():
                    return
                if not self._stop.is_set():
                    model.look_after(idle=True)
                continue
            self._board.waiting(len(self._parts))
            if self._drain_until_s is not None and time.perf_counter() > self._drain_until_s:
                item = unjudged(item, STOPPED)
            self._judge(item, model, thresholds)
            if not self._stop.is_set():  # files wait, a part does not
                model.look_after(idle=not self._pace.live or not len(self._parts))
            if limit is not None and self._committed >= limit:
                self.request_stop()
                return  # what waits is more than was asked for

    def _judge(self, item: Part | Unjudged, model: LineModel, thresholds: Thresholds) -> None:
        taken_s = time.perf_counter()
        with self._watchdog.at(Watched.INSPECTION):
            item, judged = model.judge_part(item, thresholds, patient=not self._pace.live)
        views = self._views.seen_of(item, self._pace.deadline_s)
        if item.challenge:
            self.release.answer(item, judged, views)
        elif self._recorder.record(item, judged, model.identity, taken_s, views):
            self._committed += 1
        now_s = time.perf_counter()
        self._pace.verdict(now_s, item.since_s)
        self._say_sight(now_s)

    # --- watch --------------------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        """Say within a second what keeps parts from being seen and judged; nothing here waits for a disk."""
        while not self._finished.wait(LOOKS_EVERY_S):
            now_s = time.perf_counter()
            self._slowness.look()
            self._say_sight(now_s)
            self._watchdog.look(now_s)
            self._recorder.say_silent_disks()
            if fault := self._watchdog.fault():
                self._break(fault)

    def _watch_disks(self) -> None:
        """Say what keeps parts from being recorded, also while none comes."""
        while not self._finished.wait(DISKS_EVERY_S):
            self._recorder.check()
            self.release.look()
