"""Which picture belongs to which event of the line: each event has one picture of its own, or none and a reason."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inspector.domain.config import TriggerConfig, TriggerMode

if TYPE_CHECKING:
    from inspector.domain.records import BadPicture, Frame
    from inspector.domain.trigger_event import TriggerEvent

#: So many events wait for their picture; so many pictures that may belong to an event are kept.
MOST_WAITING = 8
#: An id counts as given twice while it is one of the last so many: counters of a controller begin anew.
_IDS = 256
#: A live source must show a picture within this time when somebody asks for one by hand.
BY_HAND_S = 5.0
#: An event may be told so much later than it came, without its picture being an older item.
_TOLD_LATE_S = 0.1
_UNSURE = "a picture was lost while it waited: which one shows the part is not known"
NO_PLACE = f"{MOST_WAITING} triggers wait for their pictures already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapsed:
    """An event that has no picture.

    Args:
        reason: Why, as one sentence.
        by_hand: As in `Pair`.
    """

    event: TriggerEvent
    reason: str
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An event and its picture.

    Args:
        fault: Why the part is not judged all the same; empty where it is.
        by_hand: Somebody asked for it at the station.
    """

    event: TriggerEvent
    picture: Frame | BadPicture
    fault: str = ""
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    event: TriggerEvent
    by_hand: bool
    fault: str

    def lapsed(self, reason: str) -> Lapsed:
        return Lapsed(event=self.event, reason=self.fault or reason, by_hand=self.by_hand)

    def with_picture(self, picture: Frame | BadPicture) -> Pair:
        return Pair(event=self.event, picture=picture, fault=self.fault, by_hand=self.by_hand)


class Pairing:
    """Gives every event a picture: the one that it names, else the first that was captured at or after it.

    An event that came by hand takes the next picture, whenever that was captured; of a camera that runs freely it is
    one captured after it, as what was captured before may show the part before. A picture belongs to one event only.
    Any thread may call any method; every time is passed in.

    Args:
        within_s: An event's picture must be captured so long after it at the latest.
        age_s: It may have been captured so long before the event came.
        by_line: Whether events of the line are expected: pictures are kept that may belong to one which is told later.
    """

    def __init__(self, within_s: float, age_s: float, *, by_line: bool = True) -> None:
        #: Whether each picture is one that somebody asked for: then one that is lost shifts all that follow
        self.by_signal = False
        #: Whether the station asks the camera for each event's picture: then it carries the event's id
        self.asked = False
        #: Whether the pictures are a camera's, and wait for nobody
        self.live = False
        self._within_s = within_s
        self._age_s = age_s
        self._keeps = by_line
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._ids: deque[str] = deque(maxlen=_IDS)
        self._early: deque[Frame | BadPicture] = deque(maxlen=MOST_WAITING)  # that belong to no event so far
        self._paired: list[Pair] = []
        self._lapsed: list[Lapsed] = []
        self._sequence: int | None = None
        self._missed_until_s: float | None = None  # when the first picture was captured after some that were lost
        self._closed = ""

    @classmethod
    def of(cls, config: TriggerConfig) -> Pairing:
        """Return the pairing of a recipe."""
        by_line = config.mode is TriggerMode.EXTERNAL
        return cls(config.frame_within_s, config.frame_age_s, by_line=by_line)

    def add(self, event: TriggerEvent, *, by_hand: bool = False, fault: str = "") -> str:
        """Take an event; return why it cannot be taken, empty where it was.

        Args:
            by_hand: Somebody asks for it at the station.
            fault: Why the part will not be judged. It takes its picture nevertheless, so that no other event gets it.
        """
        with self._lock:
            if self._closed:
                return self._closed
            if len(self._waiting) >= MOST_WAITING:
                return NO_PLACE
            if event.id in self._ids:
                fault = fault or f"the trigger {event.id} was given twice"
            self._ids.append(event.id)
            waiting = _Waiting(event=event, by_hand=by_hand, fault=fault)
            picture = None if by_hand else self._early_for(event)
            if picture is None:
                self._waiting.append(waiting)
                return ""
            self._early = deque((kept for kept in self._early if kept is not picture), maxlen=MOST_WAITING)
            if event.frame_id is None and self._is_unsure(event, picture):
                waiting = replace(waiting, fault=fault or _UNSURE)
            self._paired.append(waiting.with_picture(picture))
            return ""

    def show(self, picture: Frame | BadPicture, *, to_hand: bool = True) -> Pair | None:
        """Take the next picture; return whose it is, None where it is nobody's so far.

        Args:
            picture: In the order of capture.
            to_hand: Whether it may be the one that somebody asked for by hand.
        """
        with self._lock:
            self._miss(picture)
            captured_s = picture.origin.captured_s
            self._lapse([item for item in self._by_line() if captured_s > self._until_s(item, live=True)], "")
            for waiting in self._candidates(picture, to_hand=to_hand):
                self._waiting.remove(waiting)
                return waiting.with_picture(picture)
            if self._keeps and not self.asked:
                self._early.append(picture)
            while self._early and captured_s - self._early[0].origin.captured_s > self._kept_s(self._early[0]):
                self._early.popleft()
            return None

    def due(self, now_s: float, *, live: bool) -> tuple[tuple[Pair, ...], tuple[Lapsed, ...]]:
        """Return the events that found a picture which was there before them, and those that have waited too long.

        Args:
            now_s: All pictures up to this time have been shown.
            live: Whether the source waits for nobody: then one that was asked for by hand must come in time, too.
        """
        with self._lock:
            self._lapse([item for item in self._waiting if now_s > self._until_s(item, live=live)], "")
            return self._taken()

    def give_up(self, reason: str, *, for_good: bool = False) -> None:
        """Let every event of the line lapse that waits, and forget what was seen.

        Args:
            reason: Why no picture will come.
            for_good: Take no further event either, and let those that came by hand lapse, too.
        """
        with self._lock:
            self._lapse(list(self._waiting) if for_good else self._by_line(), reason)
            self._early.clear()
            self._sequence = self._missed_until_s = None
            if for_good:
                self._closed = reason

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            for kept in (self._waiting, self._ids, self._early, self._paired, self._lapsed):
                kept.clear()
            self._sequence = self._missed_until_s = None

    def patience_s(self, now_s: float, most_s: float) -> float:
        """Return how long the next picture may be waited for until `due` must be asked again."""
        with self._lock:
            if self._paired or self._lapsed:
                return 0.0
            ends = (self._until_s(item, live=True) for item in self._waiting)
            return max(0.0, min((most_s, *(end_s - now_s for end_s in ends))))

    def __len__(self) -> int:
        with self._lock:
            return len(self._waiting)

    # --- under the lock -----------------------------------------------------------------------------------------------

    def _by_line(self) -> list[_Waiting]:
        return [item for item in self._waiting if not item.by_hand]

    def _until_s(self, waiting: _Waiting, *, live: bool) -> float:
        if waiting.by_hand:
            return waiting.event.at_s + BY_HAND_S if live else float("inf")
        return waiting.event.at_s + self._within_s

    def _kept_s(self, picture: Frame | BadPicture) -> float:
        named_s = self._within_s if picture.origin.frame_id is not None else _TOLD_LATE_S
        return max(self._age_s, named_s)

    def _lapse(self, these: list[_Waiting], reason: str) -> None:
        for waiting in these:
            self._waiting.remove(waiting)
            limit_s = BY_HAND_S if waiting.by_hand else self._within_s
            self._lapsed.append(waiting.lapsed(reason or f"no picture of its own within {limit_s:g} s"))

    def _miss(self, picture: Frame | BadPicture) -> None:
        """Let events lapse that wait for the first picture after them, where pictures are missing before this item."""
        before, self._sequence = self._sequence, picture.sequence
        missing = 0 if before is None or not self.by_signal else max(0, picture.sequence - before - 1)
        if missing:
            self._missed_until_s = picture.origin.captured_s
            self._lapse([item for item in self._by_line() if item.event.frame_id is None], _UNSURE)

    def _is_unsure(self, event: TriggerEvent, picture: Frame | BadPicture) -> bool:
        """Return whether a picture that was lost may have been the event's, and not this one."""
        until_s = self._missed_until_s
        return until_s is not None and event.at_s - self._age_s <= until_s <= picture.origin.captured_s

    def _early_for(self, event: TriggerEvent) -> Frame | BadPicture | None:
        if event.frame_id is not None:
            return next((picture for picture in self._early if picture.origin.frame_id == event.frame_id), None)
        return next((picture for picture in self._early if self._suits(event, picture)), None)

    def _candidates(self, picture: Frame | BadPicture, *, to_hand: bool) -> list[_Waiting]:
        """Return who may have a picture, first the one whose it is."""
        if self.asked:
            return [item for item in self._waiting if item.event.id == picture.origin.trigger_id]
        number = picture.origin.frame_id
        named = [item for item in self._by_line() if number is not None and item.event.frame_id == number]
        in_turn = [item for item in self._by_line() if item.event.frame_id is None and self._suits(item.event, picture)]
        by_hand = [item for item in self._waiting if item.by_hand and to_hand]
        if self.live and not self.by_signal:
            by_hand = [item for item in by_hand if item.event.at_s <= picture.origin.captured_s]
        return named + in_turn + by_hand

    def _suits(self, event: TriggerEvent, picture: Frame | BadPicture) -> bool:
        return event.at_s - self._age_s <= picture.origin.captured_s <= event.at_s + self._within_s

    def _taken(self) -> tuple[tuple[Pair, ...], tuple[Lapsed, ...]]:
        paired, self._paired = tuple(self._paired), []
        lapsed, self._lapsed = tuple(self._lapsed), []
        return paired, lapsed
