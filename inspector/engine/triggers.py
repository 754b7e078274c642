"""What the line makes of its triggers: whether one can be taken, and the part of each that has no picture."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from inspector.domain.config import TriggerMode
from inspector.domain.records import BadPicture, Origin, Thresholds
from inspector.domain.source import SourceSpec, shown
from inspector.domain.trigger.base import by_hand_event, event_trigger
from inspector.domain.trigger.events import BY_HAND_S, MOST_WAITING, NO_PLACE, Lapsed
from inspector.engine.inspect import not_judged
from inspector.engine.next_serial import NextSerial
from inspector.engine.predictor import STOPPED
from inspector.engine.queues import Unjudged, unjudged, unreadable
from inspector.engine.status import RunState, SourceState
from inspector.sources.base import AskedSource

if TYPE_CHECKING:
    from inspector.domain.records import Frame, Part
    from inspector.domain.trigger import Trigger
    from inspector.domain.trigger.events import Pair
    from inspector.domain.trigger_event import TriggerEvent
    from inspector.engine.board import Board
    from inspector.engine.queues import Mailbox, PartQueue
    from inspector.engine.record import Recorder
    from inspector.engine.release import LineRelease
    from inspector.engine.status import EngineStatus
    from inspector.engine.views import LineViews
    from inspector.recipes.recipe import Recipe

NO_LINE = "the line does not run"
_STATES = {
    RunState.IDLE: NO_LINE,
    RunState.STARTING: "the line is starting",
    RunState.STOPPING: "the line is stopping",
    RunState.FAULT: "the line has a fault",
}
_SOURCES = {
    SourceState.NONE: "the source is not open",
    SourceState.CONNECTING: "the source is being opened",
    SourceState.LOST: "the source is lost",
    SourceState.ENDED: "the source has ended",
}


def not_ready(status: EngineStatus) -> str:
    """Return why a line in this state can take no trigger; empty where it can."""
    if status.state is not RunState.RUNNING:
        return f"{_STATES[status.state]}{f': {status.fault}' if status.fault else ''}"
    if status.source_state is not SourceState.LIVE:
        return status.source_message or _SOURCES[status.source_state]
    return status.model_fault or status.log_fault or status.release.why or status.failing.no_trigger


class LineTriggers:
    """The events of one line. Any thread may call any method; none waits.

    Args:
        recipe: In force.
        trigger: Gives each event its picture.
        frames: Whoever waits for one there looks at the events then.
        parts: Where parts without a picture go.
        recorder: Of the line; used here only once that has ended.
        board: Told of triggers that could not be taken.
        views: Told of each trigger that is taken.
        release: Takes triggers for the challenge; while it holds, no other is taken, and none is recorded.
    """

    def __init__(
        self,
        recipe: Recipe,
        trigger: Trigger,
        frames: Mailbox,
        parts: PartQueue,
        recorder: Recorder,
        board: Board,
        views: LineViews,
        release: LineRelease,
    ) -> None:
        self._views, self._release = views, release
        self._recipe = recipe
        self._trigger = trigger
        self._frames = frames
        self._parts = parts
        self._recorder = recorder
        self._board = board
        self.source: object = None  #: of the line, once there is one
        options, kind = recipe.source_options, SourceSpec.parse(recipe.source).kind
        self._asks = trigger.events.asked = options.waits_for_event(kind)
        trigger.events.by_signal = options.waits_for_signal(kind) and not self._asks
        self.serials = NextSerial(needed=recipe.needs_scan)  #: what was scanned for the next part

    def readiness(self) -> str:
        """Return why the next trigger cannot be taken; empty where it can."""
        mode = self._recipe.trigger.mode
        if mode is not TriggerMode.EXTERNAL:
            return f"the recipe {self._recipe.name} takes no external trigger: its trigger is {mode.value}"
        why = not_ready(self._board.state()) or self._views.not_ready
        if why:
            return why
        if len(self._trigger.events) >= MOST_WAITING:
            return NO_PLACE
        return f"{MOST_WAITING} parts wait for inspection already" if self._parts.full else ""

    def add(self, event: TriggerEvent) -> bool:
        """Take an event, or put its ERROR into the queue; False where this line records nothing any more."""
        if self._release.holds:
            return self._show(event)
        wanted, name = event.recipe, self._recipe.name
        serial, fault = self.serials.take(event.part_serial)  # also of a part that is missed: it has passed
        event = replace(event, part_serial=serial)
        if wanted not in ("", name):
            fault = f"the line wants the recipe “{wanted}”, in force is “{name}”"
        why = event.missed or self.readiness() or self._take(event, fault=fault)
        if not why:
            self._ask_camera(event, event.at_s + self._recipe.trigger.frame_within_s)
            self._frames.wake()
            return True
        if not self._parts.put(self._missed(event, why)):
            return False
        self._board.trigger_missed()
        return True

    def _show(self, event: TriggerEvent) -> bool:
        """Take an event for the challenge part that is to be shown; no other is a part, and none makes a row."""
        event = replace(event, missed="", recipe="")
        if self._release.wants_part and not self._release.ask(event.id, partial(self._take, event)):
            self._ask_camera(event, event.at_s + self._recipe.trigger.frame_within_s)
            self._frames.wake()
        else:
            self._board.trigger_missed()
        return True

    def fire(self) -> str:
        """Ask for a capture by hand; return why that cannot be, empty where it can."""
        holds = self._release.holds
        if holds and not self._release.wants_part:
            return self._board.state().release.why
        serial, fault = self.serials.take()
        event = replace(by_hand_event(), part_serial=serial)
        take = partial(self._take, event, by_hand=True, fault=fault)
        why = self._release.ask(event.id, take) if holds else take()
        if why:
            self.serials.put_back()
        else:
            self._ask_camera(event, event.at_s + BY_HAND_S)
        return why

    def taken(self, item: Part | Unjudged) -> Part | Unjudged | None:
        """Return a part that the trigger has seen, named; None where it is not taken, as nothing is released."""
        return self._release.sort(self.named(item))

    def named(self, item: Part | Unjudged) -> Part | Unjudged:
        """Give a part that the trigger itself has seen the code that was scanned for it; others have theirs."""
        if item.trigger_id:
            return item
        serial, fault = self.serials.take(item.part_serial)
        if isinstance(item, Unjudged):
            return replace(item, part_serial=serial)
        return replace(item, part_serial=serial, fault=item.fault or fault)

    def _take(self, event: TriggerEvent, *, by_hand: bool = False, fault: str = "") -> str:
        with self._views.order:  # before the main view, which may be asked for its verdict at once
            self._views.add(event, by_hand=by_hand, fault=fault)
            return self._trigger.add(event, by_hand=by_hand, fault=fault)

    def _ask_camera(self, event: TriggerEvent, until_s: float) -> None:
        """Have the camera take the picture of an event, where it takes none by itself."""
        if self._asks and isinstance(self.source, AskedSource):
            self.source.ask_for_picture(event.id, until_s)

    def give_up(self, reason: str, *, for_good: bool = False) -> None:
        """Let the events lapse that wait for a picture; see `Pairing.give_up`."""
        self._trigger.events.give_up(reason, for_good=for_good)
        if for_good:
            self._views.give_up(reason)
        self._frames.wake()

    def due(self, *, drained: bool, live: bool) -> list[Part | Unjudged]:
        """Return the parts of events that found a picture which was there before them, or have none.

        Args:
            drained: Whether every picture that has come was looked at.
            live: Whether the source waits for nobody.
        """
        now_s = time.perf_counter() if drained else 0.0
        paired, lapsed = self._trigger.events.due(now_s, live=live)
        return [*map(self._part_of, paired), *map(self._unseen, lapsed)]

    def is_gap(self, item: Frame | BadPicture, *, live: bool) -> bool:
        """Return whether an item only leaves a gap: a camera's damaged picture, where the trigger looks for parts."""
        looks = self._recipe.trigger.mode not in (TriggerMode.EXTERNAL, TriggerMode.EVERY_PICTURE)
        return live and looks and isinstance(item, BadPicture)

    def of_bad(self, picture: BadPicture, *, live: bool) -> list[Part | Unjudged]:
        """Return the part of a picture that cannot be read; none where it is nobody's.

        Args:
            live: Whether it is a camera's: then it is a part only if an event asked for it, or every picture is one.
        """
        external = self._recipe.trigger.mode is TriggerMode.EXTERNAL
        pair = self._trigger.events.show(picture, to_hand=external)
        if pair is not None:
            return [self._part_of(pair)]
        return [] if external or self.is_gap(picture, live=live) else [unreadable(picture, time.perf_counter())]

    def record_missed(self, event: TriggerEvent) -> bool:
        """Record an event that came after the line's end; False where the log cannot be written."""
        if self._release.holds:
            return True  # it did not inspect, and does not: nothing is counted
        return self._record(self._missed(event, event.missed or self.readiness() or NO_LINE))

    def record_left_over(self) -> None:
        """Record the parts of events that still wait after the line's end: nobody else will."""
        for item in self._parts.take_asked_for():
            if not item.challenge:
                self._record(unjudged(item, STOPPED))

    def _record(self, item: Unjudged) -> bool:
        status = self._board.state()
        thresholds = status.thresholds or self._recipe.thresholds or Thresholds(fail_at=0.5)
        return self._recorder.record(item, not_judged(item.reason, thresholds), status.model, time.perf_counter())

    def _missed(self, event: TriggerEvent, why: str) -> Unjudged:
        unseen = self._unseen(Lapsed(event=event, reason=f"missed trigger: {why}"))
        return replace(unseen, missed=bool(event.missed))

    def _unseen(self, lapsed: Lapsed) -> Unjudged:
        event, source = lapsed.event, shown(self._recipe.source)
        origin = Origin(captured_at=event.time_utc, captured_s=event.at_s, source=source)
        return _without_verdict(lapsed, origin, lapsed.reason)

    def _part_of(self, pair: Pair) -> Part | Unjudged:
        if isinstance(pair.picture, BadPicture):
            return _without_verdict(pair, pair.picture.origin, pair.fault or pair.picture.reason)
        return self._trigger.asked_for(pair)


def _without_verdict(asked: Pair | Lapsed, origin: Origin, reason: str) -> Unjudged:
    now_s = time.perf_counter()
    return Unjudged(
        reason=reason,
        origin=origin,
        triggered_s=now_s,
        trigger=event_trigger(asked),
        behind_s=max(0.0, now_s - asked.event.at_s),
        trigger_id=asked.event.id,
        part_serial=asked.event.part_serial,
    )
