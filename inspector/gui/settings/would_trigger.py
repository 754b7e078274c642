"""Where and when a part would be triggered by what is typed: the line's own trigger, on the preview's pictures."""

from __future__ import annotations

import threading
import weakref
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.config import TriggerMode
from inspector.domain.errors import InspectorError
from inspector.domain.trigger import make_trigger
from inspector.domain.trigger.axis import BeltAxis

if TYPE_CHECKING:
    from inspector.domain.config import TriggerConfig
    from inspector.domain.records import Box, Frame, Image, Part
    from inspector.domain.trigger import Trigger
    from inspector.domain.trigger.foreground import InView

#: A trigger is said and marked for so long: of a moving part it is true in a single picture.
_SAID_S, _MARKED_S = 1.0, 0.4
#: A picture is drawn a moment after it was looked at: so many sightings are remembered.
_REMEMBERED = 60
_ASKED = {
    TriggerMode.EXTERNAL: "The line asks for each part; none is looked for in the picture",
    TriggerMode.MANUAL: "A hand asks for each part; none is looked for in the picture",
    TriggerMode.EVERY_PICTURE: "Would trigger: each picture is a part",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What the trigger makes of the newest picture.

    Args:
        words: One sentence, with what was measured and its threshold.
        boxes: Around what is in view and may be a part, in the picture's pixels.
        place: Where a part has just been triggered; None where none was.
        triggers: Whether one was within the last second.
    """

    words: str
    boxes: tuple[Box, ...] = ()
    place: Box | None = None
    triggers: bool = False


class WouldTrigger:
    """Runs a trigger beside the line; any thread may call any method. Nothing is judged or recorded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: tuple[TriggerConfig, Box | None] | None = None
        self._trigger: Trigger | None = None
        self._sighting: Sighting | None = None
        self._of_images: deque[tuple[weakref.ref[Image], Sighting]] = deque(maxlen=_REMEMBERED)
        self._last: tuple[Part, Box | None, float] | None = None  # the newest part, where and when
        self._count = 0

    @property
    def sighting(self) -> Sighting | None:
        """Of the newest picture; None before the first."""
        with self._lock:
            return self._sighting

    def sighting_of(self, image: Image) -> Sighting | None:
        """Return what the trigger made of a picture; None for one that it has not seen, or not lately."""
        with self._lock:
            return next((sighting for seen, sighting in reversed(self._of_images) if seen() is image), None)

    @property
    def looks(self) -> bool:
        """Whether the trigger looks for parts in the picture."""
        with self._lock:
            return self._trigger is not None and self._trigger.foreground is not None

    def set_up(self, config: TriggerConfig, region: Box | None) -> None:
        """Look with these settings from now on; the empty belt that is known stays so within the same region."""
        with self._lock:
            if (config, region) == self._of:
                return
            before, self._trigger = self._trigger, make_trigger(config, region)
            same = self._of is not None and self._of[1] == region
            if same and before is not None and before.foreground and self._trigger.foreground:
                self._trigger.foreground.take_background(before.foreground)
            self._of, self._last, self._count = (config, region), None, 0

    def learn_anew(self) -> None:
        """Take what the next pictures show for the empty belt."""
        with self._lock:
            self._last, self._count = None, 0
            if self._trigger is not None:
                self._trigger.reset()

    def begin(self) -> None:
        """Forget what was seen: another source is shown."""
        self.learn_anew()
        with self._lock:
            self._sighting = None
            self._of_images.clear()

    def look(self, frame: Frame) -> None:
        """Take the next picture."""
        with self._lock:
            trigger = self._trigger
            if trigger is None:
                return
            try:
                parts = trigger.update(frame)
                if parts:
                    self._last = parts[-1], _place(trigger, frame), frame.time_s
                    self._count += len(parts)
                self._sighting = self._seen(trigger, frame)
            except InspectorError as error:
                self._sighting = Sighting(words=str(error))
            self._of_images.append((weakref.ref(frame.image), self._sighting))

    def _seen(self, trigger: Trigger, frame: Frame) -> Sighting:
        config = trigger.config
        if config.mode in _ASKED:
            return Sighting(words=_ASKED[config.mode], triggers=config.mode is TriggerMode.EVERY_PICTURE)
        if config.mode is TriggerMode.INTERVAL:
            return Sighting(words=f"Would trigger every {config.interval_s:g} s, whatever is seen", triggers=True)
        presence = trigger.foreground.presence if trigger.foreground is not None else None
        if trigger.learning or presence is None:
            return Sighting(words="Learning the empty belt: keep parts out of the region")
        measured, boxes = _measured(presence, config), presence.parts
        if self._last is not None and 0 <= frame.time_s - self._last[2] <= _SAID_S:
            part, place, when_s = self._last
            place = place if frame.time_s - when_s <= _MARKED_S else None
            fault = f", as an ERROR ({part.fault.split('.')[0]})" if part.fault else ""
            times = f" ({self._count} so far)" if self._count > 1 else ""
            words = f"Would trigger{fault}{times} · {measured}"
            return Sighting(words=words, boxes=boxes, place=place, triggers=True)
        if not presence.is_part:
            return Sighting(words=f"No part · {measured}", boxes=() if presence.box is None else (presence.box,))
        where = (
            "would trigger as its middle crosses the line"
            if config.mode is TriggerMode.PART_CROSSING
            else f"would trigger once, at rest for {config.settle_s:g} s"
        )
        return Sighting(words=f"Part in view, {where} · {measured}", boxes=boxes)


def _place(trigger: Trigger, frame: Frame) -> Box | None:
    """Return what the trigger has just seen of the part: the thing at its line, else the largest."""
    if trigger.foreground is None:
        return None
    presence = trigger.foreground.presence
    if trigger.config.mode is not TriggerMode.PART_CROSSING:
        return presence.box
    axis = BeltAxis(trigger.config, trigger.region)

    def from_line(box: Box) -> float:
        middle = (box.x + box.width / 2, box.y + box.height / 2)
        return abs(axis.place(middle, frame)[0] - axis.line(frame))

    return min(presence.parts, key=from_line, default=None)


def _measured(presence: InView, config: TriggerConfig) -> str:
    least = f"{100 * config.min_area_fraction:.3g} %"
    if not presence.area_fraction:
        return f"nothing differs from the empty belt, a part is {least} of the region or more"
    weak = "" if presence.is_clear else f", too little of it by {config.foreground_level:g} grey levels"
    percent = 100 * presence.area_fraction
    return f"{percent:.{0 if percent >= 10 else 1}f} % of the region differs{weak}, a part is {least} or more"
