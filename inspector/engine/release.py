"""The release interlock of a running line: what becomes of its parts while it is not released, and the challenge."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector.domain.challenge import ChallengeWay
from inspector.domain.challenge_attempt import ChallengeOutcome
from inspector.domain.config import TriggerMode
from inspector.domain.errors import EngineError, InspectorError, PictureError
from inspector.domain.joined import joined
from inspector.domain.records import Part
from inspector.domain.release import ReleaseState, StepKind
from inspector.domain.source import SourceSpec, is_live
from inspector.pictures import read_picture
from inspector.release.attempts import begun, ending, entries
from inspector.release.pictures import ChallengeError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.domain.records import Decision, Image
    from inspector.domain.release import Running
    from inspector.engine.board import Board
    from inspector.engine.inspect import Judged
    from inspector.engine.job import LineJob
    from inspector.engine.queues import Unjudged
    from inspector.engine.view_seen import ViewSeen
    from inspector.release.pictures import ShownPicture
    from inspector.trail.actor import Doer

_log = logging.getLogger(__name__)
#: A part that was asked for and never came is no longer waited for.
_COMES_S = 15.0
_MOMENT_S = 0.2


class LineRelease:
    """Owned by a line; any thread may call any method. What it knows is the record's, asked twice a second.

    Args:
        job: Without what the interlock needs, everything is released: lines of tests and benchmarks.
        board: Shows it.
    """

    def __init__(self, job: LineJob, board: Board) -> None:
        self._parts, self._recipe, self._board = job.release, job.recipe, board
        self._lock, self._asking = threading.RLock(), threading.Lock()
        self._running: Running | None = None
        self._noted = False
        self._asked: dict[str, str] = {}  # id of a trigger that asked for a challenge part → of its challenge
        self._comes_s = 0.0  # when a part was asked for, or taken, that is not answered yet; 0 for none
        self._live = is_live(job.recipe.source)
        by_signal = job.recipe.source_options.waits_for_signal(SourceSpec.parse(job.recipe.source).kind)
        mode = job.recipe.trigger.mode
        #: pictures come without a hand: then only one that was asked for is a challenge part
        self._asked_only = mode is TriggerMode.INTERVAL or (mode is TriggerMode.EVERY_PICTURE and not by_signal)
        challenge = job.recipe.challenge
        required = self._parts is not None and challenge.required
        self._state = ReleaseState(known=not required, parts=challenge.parts)
        board.change(release=self._state)

    # --- what is so now -----------------------------------------------------------------------------------------------

    @property
    def holds(self) -> bool:
        """Whether nothing is inspected now: not released, or a challenge is under way."""
        state = self._state
        until = state.standing.until
        return state.holds or (until is not None and datetime.now(UTC) >= until)

    @property
    def wants_part(self) -> bool:
        """Whether the next part that is seen is the challenge's."""
        with self._lock:
            attempt = self._state.attempt
            if attempt is None or attempt.way is not ChallengeWay.CAMERA or attempt.wanted is None:
                return False
            return not self._comes_s or time.perf_counter() - self._comes_s > _COMES_S

    @property
    def waits(self) -> bool:
        """Whether files wait until the line is released."""
        return not self._live and self.holds

    def ask(self, trigger_id: str, take: Callable[[], str]) -> str:
        """Have a trigger show the part that the challenge wants.

        Args:
            take: Takes the trigger; returns why it cannot be, empty where it can. Its part may come before it returns.

        Returns:
            The same.
        """
        with self._lock:
            attempt = self._state.attempt
            self._asked[trigger_id] = attempt.id if attempt is not None else ""
            self._comes_s = time.perf_counter()
        if why := take():
            with self._lock:
                del self._asked[trigger_id]
                self._comes_s = 0.0
        return why

    def sort(self, item: Part | Unjudged) -> Part | Unjudged | None:
        """Say what becomes of a part that was seen; called by the trigger thread.

        Returns:
            The part, marked where it is the challenge's; None where it is not taken.
        """
        if self._parts is None or not self._live:
            return item
        with self._lock:
            if item.trigger_id:  # it was taken when it was asked for
                asked = self._asked.pop(item.trigger_id, None)
                if asked is None:
                    return item
                attempt = self._state.attempt  # of one that was left meanwhile it is nobody's
                return replace(item, challenge=True) if attempt is not None and attempt.id == asked else None
            if not self.holds:
                return item
            if self._asked_only or not self.wants_part or not isinstance(item, Part):
                return None
            self._comes_s = time.perf_counter()
            return replace(item, challenge=True)

    # --- the line's threads -------------------------------------------------------------------------------------------

    def use(self, models: Sequence[str]) -> None:
        """Take the models that judge; called by the inspection thread before any part is judged, and now and then."""
        if self._parts is not None and (self._running is None or self._running.models != tuple(models)):
            self._noted = False
            from inspector.release.record import running  # SQLAlchemy

            self._running = running(self._recipe, models, self._parts.shift_starts)
            self.look()

    def look(self) -> None:
        """Ask the record; where it cannot be asked and has not been, nothing is inspected."""
        if self._parts is None or self._running is None:
            return
        with self._asking:
            try:
                if not self._noted:
                    self._parts.record.note_run(self._running, self._recipe.version)
                    self._noted = True
                standing, fault = self._parts.record.standing(self._running), ""
            except InspectorError as error:
                _log.warning("whether the line is released is not known: %s", error)
                self._show(known=False, fault=str(error))
                return
        self._show(standing=standing, known=True, fault=fault)

    def judge_next(self, judge: Callable[[Image], Judged], stop: threading.Event | None = None) -> None:
        """Judge the next picture of a challenge that is replayed; called by the inspection thread.

        Args:
            stop: Without a picture, wait for this for a moment.
        """
        attempt = self._state.attempt
        part = attempt.wanted if attempt is not None and attempt.way is ChallengeWay.PICTURES else None
        if part is None or self._parts is None:
            if stop is not None:
                stop.wait(_MOMENT_S)
            return
        try:
            path = self._parts.pictures.of_set(part.picture)
            image = read_picture(path, bit_depth=self._recipe.source_options.bit_depth)
        except (ChallengeError, PictureError) as error:
            self._leave(f"{part.called}: {error}")
            return
        judged = judge(image)
        self._answer(judged.decision, part.serial, lambda _: ())
        if self._state.attempt is not None and self._state.attempt.done == (attempt.done if attempt else 0):
            self._leave(self._state.attempt.words)  # a picture does not change: it would be judged so again and again

    def answer(self, item: Part | Unjudged, judged: Judged, views: Sequence[ViewSeen]) -> None:
        """Take what the station says of a challenge part; called by the inspection thread."""
        decision = joined(judged.decision, [(view.name, view.decision) for view in views])
        seen = [("", item), *((view.name, view.part) for view in views)]

        def keep(name: str) -> tuple[ShownPicture, ...]:
            if self._parts is None:
                return ()
            at = datetime.now(UTC)
            return tuple(
                self._parts.pictures.keep(part.pixels(), at, f"{name}-{place}", view)
                for place, (view, part) in enumerate(seen)
                if isinstance(part, Part)
            )

        self._answer(decision, item.part_serial, keep)

    def _answer(self, decision: Decision, serial: str, keep: Callable[[str], tuple[ShownPicture, ...]]) -> None:
        with self._lock:
            attempt, what = self._state.attempt, self._running
        if attempt is None or what is None or self._parts is None:
            return  # it was left meanwhile
        after = attempt.answered(decision.verdict, decision.reason, serial)
        try:
            rows = entries(
                after,
                what,
                self._recipe.version,
                serial=serial,
                p_defective=decision.p_defective,
                pictures=keep(f"{attempt.id}-{len(after.answers):02}"),
            )
            with self._asking:
                self._parts.record.add(*rows)
        except InspectorError as error:
            _log.error("a challenge part is not recorded: %s", error)
            after = replace(attempt, fault=f"the part is not recorded: {error}")
        over = after.outcome is not ChallengeOutcome.GOING_ON
        with self._lock:
            self._comes_s = 0.0
            if self._state.attempt is None or self._state.attempt.id != attempt.id:
                return
        if over:  # the record is asked before anything else is inspected
            self.look()
        self._show(attempt=None if over else after, last=after if over else None)

    # --- hand ---------------------------------------------------------------------------------------------------------

    def begin(self, who: Doer, way: ChallengeWay) -> None:
        """Begin a challenge.

        Raises:
            EngineError: If none can be begun.
        """
        with self._lock:
            if why := self._no_challenge(way):
                raise EngineError(f"no challenge can be begun: {why}", "")
            assert self._parts is not None
            assert self._running is not None
            self._comes_s = 0.0
            self._show(attempt=begun(self._running, who, way, self._parts.record.now()), last=None)

    def leave(self) -> None:
        """Leave the challenge that is under way; the line stays as it is by the record."""
        self._leave("it was left before its end")

    def _no_challenge(self, way: ChallengeWay) -> str:  # noqa: PLR0911 - a line for each reason
        if self._parts is None or self._running is None or not self._state.known:
            return "the model is not loaded yet, or the record cannot be read"
        if not self._state.parts:
            return f"the recipe {self._recipe.name} has no challenge parts; an engineer defines them in Settings"
        if self._state.attempt is not None:
            return "one is under way"
        if way is ChallengeWay.CAMERA:
            return "" if self._live else "the recipe's source is no camera; replay the pictures"
        if self._state.standing.camera_only:
            return "the parts must be shown to the camera"
        if self._recipe.views:
            return "parts with several views must be shown to the cameras"
        bare = [part.name for part in self._state.parts if not self._parts.pictures.has(part.picture)]
        return f"there is no picture of {', '.join(bare)}" if bare else ""

    def _leave(self, words: str) -> None:
        with self._lock:
            attempt, what = self._state.attempt, self._running
            if attempt is None or what is None or self._parts is None:
                return
            self._show(attempt=None, last=replace(attempt, fault=words))
        try:
            with self._asking:
                self._parts.record.add(ending(attempt, what, self._recipe.version, StepKind.DROPPED, words))
        except InspectorError as error:
            _log.warning("that a challenge was left is not recorded: %s", error)

    def _show(self, **changes: object) -> None:
        with self._lock:
            self._state = replace(self._state, **changes)  # type: ignore[arg-type]
            self._board.change(release=self._state)
