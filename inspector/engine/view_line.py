"""A further view of the line's parts: a small line of its own that answers for each trigger."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from inspector.domain.errors import EngineError, InspectorError
from inspector.domain.guard import in_force
from inspector.domain.memory import reason_of
from inspector.domain.records import Frame, Part, Thresholds
from inspector.domain.source import SourceSpec, shown
from inspector.domain.trigger.base import event_trigger
from inspector.domain.trigger.events import BY_HAND_S, MOST_WAITING, Pairing
from inspector.engine.board import Board
from inspector.engine.capture import keep_open
from inspector.engine.feed import Feed
from inspector.engine.inspect import not_judged
from inspector.engine.line_model import LineModel
from inspector.engine.predictor import STOPPED
from inspector.engine.queues import OVERFLOW
from inspector.engine.status import SourceState
from inspector.engine.view_seen import ViewSeen
from inspector.sources.base import AskedSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.domain.errors import SourceCutShortError
    from inspector.domain.trigger.events import Pair
    from inspector.domain.trigger_event import TriggerEvent
    from inspector.engine.job import LineJob, ViewJob
    from inspector.engine.status import EngineStatus, PartInspected
    from inspector.sources.base import Source

_log = logging.getLogger(__name__)
_TICK_S = 0.2
_CLOSE_S = 0.3
_HANGS_S = 15.0
#: So many triggers are remembered for which nobody has asked for the answer.
_MOST_ANSWERS = 64
_LATE = "no verdict in time"


def check_guarded(view: str, thresholds: Thresholds) -> None:
    """Refuse a view that would pass a picture in which there is no part.

    Raises:
        EngineError: If nothing of the view goes to REVIEW as unlike good parts.
    """
    if thresholds.strange_from is None:
        raise EngineError(
            f"the view {view} has no guard, so it could pass a picture in which there is no part",
            "Where several views see a part, the model of each needs a memory of good, and each a guard rate above 0: "
            "train the model again, or set the rate.",
        )


class _TriggerAnswer:
    """What a view says of one trigger, once it does."""

    def __init__(self, event: TriggerEvent) -> None:
        self.event = event
        self.given = threading.Event()
        self.seen: ViewSeen | None = None


class ViewLine:
    """One view. Made with the line; `start` is called by its inspection thread, the rest by any thread.

    Args:
        view: Its source and its model.
        job: For what all views have in common, such as the time limit of a prediction.
        changed: Called when `fault` may be another one.
    """

    def __init__(self, view: ViewJob, job: LineJob, changed: Callable[[], None]) -> None:
        self._view, self._job, self._changed = view, job, changed
        self._board = Board()
        self._board.begin(source=shown(view.recipe.source), source_state=SourceState.CONNECTING)
        self._board.subscribe(self)
        self._feed = Feed(view.recipe, self._board)
        self._events = Pairing.of(view.recipe.trigger)
        options, kind = view.recipe.source_options, SourceSpec.parse(view.recipe.source).kind
        self._asks = self._events.asked = options.waits_for_event(kind)
        self._events.by_signal = options.waits_for_signal(kind) and not self._asks
        self._wake = threading.Condition()
        self._answers: deque[_TriggerAnswer] = deque(maxlen=_MOST_ANSWERS)
        self._pairs: deque[Pair] = deque()
        self._woken = False
        self._stop = threading.Event()
        self._thresholds = view.recipe.thresholds or Thresholds(fail_at=0.5)
        self._source: Source | None = None
        self._called_s: float | None = None
        self._model: LineModel | None = None
        self._threads: tuple[threading.Thread, ...] = ()

    @property
    def name(self) -> str:
        """The view's name."""
        return self._view.name

    @property
    def fault(self) -> str:
        """Why no part can be judged at this view at the moment; empty where it can, and while its source is opened."""
        status = self._board.state()
        if status.model_fault or status.fault:
            return status.model_fault or status.fault
        if status.source_state in (SourceState.LOST, SourceState.ENDED):
            return status.source_message or "the source has ended"
        return ""

    @property
    def not_ready(self) -> str:
        """Why the next trigger cannot be taken; empty where it can."""
        opening = self._board.state().source_state is not SourceState.LIVE
        return self.fault or ("the source is being opened" if opening else "")

    @property
    def model_sha256(self) -> str:
        """Which model judges it; empty while none is loaded."""
        return self._model.identity.sha256 if self._model is not None else ""

    @property
    def doubt(self) -> str:
        """As `LineModel.doubt`."""
        return self._model.doubt if self._model is not None else ""

    def start(self) -> None:
        """Load the model and open the source.

        Raises:
            EngineError: If the model cannot be loaded, or has no guard.
        """
        try:
            model = self._model = LineModel(self._line_job(), self._board)
            recipe, scale = self._view.recipe, model.identity.good_scale
            self._thresholds = in_force(recipe.thresholds, model.thresholds, scale, recipe.guard_rate)
        except InspectorError as error:
            raise EngineError(f"the view {self.name}: {error.what}", error.next_step) from error
        check_guarded(self.name, self._thresholds)
        self._threads = tuple(
            threading.Thread(target=self._guarded, args=(work,), name=f"{what} {self.name}", daemon=True)
            for what, work in (("view capture", self._capture), ("view", self._answer_all))
        )
        for thread in self._threads:
            thread.start()

    def add(self, event: TriggerEvent, *, by_hand: bool, fault: str) -> None:
        """Take a trigger; this never waits. Its answer is there for `seen_of`."""
        answer = _TriggerAnswer(event)
        with self._wake:
            self._answers.append(answer)
        why = self.not_ready or self._events.add(event, by_hand=by_hand, fault=fault)
        source: object = self._source
        if why:
            self._answer(event, self.unseen(why))
        elif self._asks and isinstance(source, AskedSource):
            limit_s = BY_HAND_S if by_hand else self._view.recipe.trigger.frame_within_s
            source.ask_for_picture(event.id, event.at_s + limit_s)
        self._look_again()

    def seen_of(self, trigger_id: str, until_s: float) -> ViewSeen | None:
        """Return what was seen of a trigger's part; None where it was not told of it. Asked once for each trigger.

        Args:
            until_s: It waits for the answer until then at most.
        """
        with self._wake:
            answer = next((answer for answer in self._answers if answer.event.id == trigger_id), None)
        if answer is None:
            return None
        answer.given.wait(max(0.0, until_s - time.perf_counter()))
        with self._wake:
            if answer in self._answers:  # it may have been forgotten for newer ones meanwhile
                self._answers.remove(answer)
        return answer.seen or self.unseen(self.fault or _LATE)

    def unseen(self, why: str) -> ViewSeen:
        """Return the ERROR of a part that was not seen here."""
        decision = not_judged(why, self._thresholds).decision
        model = self._model.identity if self._model is not None else None
        return ViewSeen(name=self.name, source=self._board.state().source, decision=decision, model=model)

    def give_up(self, reason: str) -> None:
        """Take no further trigger; those that wait have no picture any more."""
        self._events.give_up(reason, for_good=True)
        self._look_again()

    def close(self) -> None:
        """End the threads, release source and model; what hangs is left behind."""
        self._stop.set()
        self.give_up(STOPPED)
        if self._model is not None:
            self._model.give_up()
        source = self._source
        if source is not None:
            self._shut(source)
        for thread in self._threads:
            thread.join(_CLOSE_S)
        if self._model is not None:
            self._model.close(_CLOSE_S)

    def on_status(self, status: EngineStatus) -> None:  # noqa: ARG002 - `fault` reads it
        """Say that something has changed."""
        self._changed()

    def on_part(self, event: PartInspected) -> None:
        """Views commit no parts."""

    def on_frame(self, frame: Frame) -> None:
        """Nobody looks at single pictures of a view."""

    # --- capture ------------------------------------------------------------------------------------------------------

    def _capture(self) -> None:
        keep_open(self._stop, read=self._read, close=self._close_source, ended=self._ended, lost=self._lost)

    def _read(self) -> None:
        source = self._source = self._source or self._view.open_source()
        self._called_s = time.perf_counter()
        self._events.live = source.live
        source.open()
        if not self._stop.is_set():
            self._board.change(source_state=SourceState.LIVE, source_message="")
            self._feed.opened(time.perf_counter())
        while not self._stop.is_set():
            self._called_s = time.perf_counter()
            item = source.read(_TICK_S)
            if item is None:
                self._feed.waited(time.perf_counter())
                continue
            self._feed.arrived(item, time.perf_counter())
            pair = self._events.show(item)
            if pair is not None:
                self._take(pair)

    def _close_source(self) -> None:
        self._called_s = None
        if self._source is not None:
            self._shut(self._source)

    def _shut(self, source: Source) -> None:
        try:
            source.close()
        except Exception:
            _log.exception("the source of the view %s could not be closed", self.name)

    def _ended(self, error: SourceCutShortError | None) -> None:
        self._board.change(source_state=SourceState.ENDED, source_message=str(error or ""))
        self._events.give_up(str(error or "the source has ended"))
        self._look_again()

    def _lost(self, why: str) -> None:
        if not self._stop.is_set():
            _log.warning("the view %s: %s", self.name, why)
            self._board.change(source_state=SourceState.LOST, source_message=why)
        self._events.give_up(why)
        self._look_again()

    # --- answers ------------------------------------------------------------------------------------------------------

    def _take(self, pair: Pair) -> None:
        with self._wake:
            if len(self._pairs) < MOST_WAITING:
                self._pairs.append(pair)
                self._wake.notify_all()
                return
        self._answer(pair.event, self.unseen(OVERFLOW))

    def _look_again(self) -> None:
        with self._wake:
            self._woken = True
            self._wake.notify_all()

    def _answer_all(self) -> None:
        events = self._events
        while True:
            with self._wake:
                wait_s = events.patience_s(time.perf_counter(), _TICK_S)
                self._wake.wait_for(lambda: bool(self._pairs) or self._woken, wait_s)
                self._woken = False
                pair = self._pairs.popleft() if self._pairs else None
            paired, lapsed = events.due(time.perf_counter(), live=True)
            for late in lapsed:
                self._answer(late.event, self.unseen(late.reason))
            for early in paired:
                self._take(early)
            if pair is not None:
                self._answer(pair.event, self._seen(pair))
            elif self._stop.is_set():
                return
            elif not paired:
                self._check_source_answers()
                assert self._model is not None
                self._model.look_after(idle=True)

    def _seen(self, pair: Pair) -> ViewSeen:
        """Judge a trigger's picture; whatever breaks is an ERROR."""
        picture, model = pair.picture, self._model
        assert model is not None
        if not isinstance(picture, Frame):
            return self.unseen(pair.fault or picture.reason)
        try:
            part = Part(
                frame=picture,
                region=self._view.recipe.region,
                triggered_s=time.perf_counter(),
                trigger=event_trigger(pair),
                fault=pair.fault,
                trigger_id=pair.event.id,
                part_serial=pair.event.part_serial,
            )
            why = part.fault or self._feed.still or (STOPPED if self._stop.is_set() else "")
            judged = not_judged(why, self._thresholds) if why else model.judge(part.pixels(), self._thresholds)
        except Exception as error:
            return self.unseen(reason_of(error))
        return ViewSeen(
            name=self.name,
            source=picture.origin.source,
            decision=judged.decision,
            model=model.identity,
            part=part,
            prediction=judged.prediction,
            measures=judged.measures,
        )

    def _answer(self, event: TriggerEvent, seen: ViewSeen) -> None:
        with self._wake:
            answer = next((answer for answer in self._answers if answer.event is event), None)
        if answer is not None and not answer.given.is_set():
            answer.seen = seen
            answer.given.set()

    def _check_source_answers(self) -> None:
        called_s = self._called_s
        if called_s is not None and time.perf_counter() - called_s > _HANGS_S:
            why = f"{shown(self._view.recipe.source)} does not answer. Check its cable and power."
            self._board.change(source_state=SourceState.LOST, source_message=why)

    def _guarded(self, work: Callable[[], None]) -> None:
        """Run a thread's work; if it dies, no part is judged any more."""
        try:
            work()
        except Exception as error:
            _log.exception("the view %s broke", self.name)
            self._board.change(fault=f"it broke: {reason_of(error)}. Stop and start the line.")

    def _line_job(self) -> LineJob:
        view = self._view
        return replace(self._job, recipe=view.recipe, load_classifier=view.load_classifier, views=())
