"""What every trigger has."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector.domain.config import Crop, TriggerMode
from inspector.domain.ids import new_id
from inspector.domain.records import Box, Frame, Part
from inspector.domain.trigger.events import Pairing
from inspector.domain.trigger_event import TriggerEvent

if TYPE_CHECKING:
    from inspector.domain.config import TriggerConfig
    from inspector.domain.trigger.events import Lapsed, Pair
    from inspector.domain.trigger.foreground import Foreground


class Trigger(ABC):
    """Decides when there is a part. One thread calls `update`; any thread may call `fire`.

    Args:
        region: Region of interest in frame pixels; None for the whole frame.
    """

    def __init__(self, config: TriggerConfig, region: Box | None) -> None:
        self.config = config
        self.region = region
        self.blind = ""  #: why parts can have passed unseen before the last frame; empty where they cannot
        self.events = Pairing.of(config)
        self._last_s: float | None = None
        self._captured_s = self._captured_before_s = 0.0  # of the newest frame, and of the one before

    def update(self, frame: Frame) -> tuple[Part, ...]:
        """Take the next frame.

        Args:
            frame: In the order of capture; its `time_s` must not run backwards.

        Returns:
            The parts that are due now; usually none, sometimes one, rarely more. A part's frame may be an earlier one.
        """
        gap_s = 0.0 if self._last_s is None else max(0.0, frame.time_s - self._last_s)
        self._last_s = frame.time_s
        self._captured_before_s, self._captured_s = self._captured_s, frame.origin.captured_s
        parts = self._detect(frame, gap_s)
        pair = self.events.show(frame)
        if pair is None:
            return parts
        if not parts:
            return (self.asked_for(pair),)
        event, fault = pair.event, parts[0].fault or pair.fault
        first = replace(parts[0], trigger_id=event.id, part_serial=event.part_serial, fault=fault)
        return (first, *parts[1:])

    def fire(self, event: TriggerEvent | None = None, *, fault: str = "") -> str:
        """Ask for a capture by hand: the next frame is a part, in every mode (unless it is one anyway).

        Args:
            event: Whose it is; None for one that comes now.
            fault: As for `Pairing.add`.

        Returns:
            Why it cannot be taken; empty where it was.
        """
        return self.add(event or by_hand_event(), by_hand=True, fault=fault)

    def add(self, event: TriggerEvent, *, by_hand: bool = False, fault: str = "") -> str:
        """Take an event; see `Pairing.add`."""
        return self.events.add(event, by_hand=by_hand, fault=fault)

    def asked_for(self, pair: Pair) -> Part:
        """Return the part of an event whose picture can be used."""
        event, frame = pair.event, pair.picture
        assert isinstance(frame, Frame)
        part = self._part(frame, None, event_trigger(pair), fault=pair.fault)
        behind_s = part.behind_s if pair.by_hand else max(0.0, part.triggered_s - event.at_s)
        return replace(part, behind_s=behind_s, trigger_id=event.id, part_serial=event.part_serial)

    def flush(self) -> tuple[Part, ...]:
        """Return parts that were waiting for further frames; called when there will be none."""
        return ()

    def reset(self) -> None:
        """Forget everything seen; the empty background is learned anew."""
        self.events.clear()
        self._last_s = None
        self.blind = ""

    @property
    def foreground(self) -> Foreground | None:
        """What it looks for parts with; None in modes that do not look at the picture."""
        return None

    @property
    def learning(self) -> bool:
        """True while parts cannot be seen yet, because the empty belt is being learned."""
        return False

    @abstractmethod
    def _detect(self, frame: Frame, gap_s: float) -> tuple[Part, ...]:
        """Return the parts that the mode itself finds.

        Args:
            gap_s: Seconds since the frame before; 0 for the first.
        """

    def _part(self, frame: Frame, centre: tuple[float, float] | None, name: str = "", fault: str = "") -> Part:
        """Make the part, with the region that the recipe wants.

        Args:
            frame: The chosen frame.
            centre: Middle of the part in frame pixels; None where the mode does not know it.
            name: Name of the trigger; empty for the mode's own.
            fault: As in `Part`.
        """
        region = self.region
        config = self.config
        wants_part = config.crop is Crop.PART and config.mode in (TriggerMode.PART_CROSSING, TriggerMode.PART_SETTLED)
        if wants_part and centre is not None:
            region = _square(centre, config.part_size_px, frame.width_px, frame.height_px)
        triggered_s = time.perf_counter()
        # what was awaited while there was no picture has passed since the last one
        since_s = self._captured_before_s if self.blind else self._captured_s
        return Part(
            frame=frame,
            region=region,
            triggered_s=triggered_s,
            behind_s=max(0.0, triggered_s - since_s),
            trigger=name or self.config.mode.value,
            fault=fault,
        )


def by_hand_event() -> TriggerEvent:
    """Return the event of somebody who asks for a capture now."""
    return TriggerEvent(id=new_id(), at_s=time.perf_counter(), time_utc=datetime.now(UTC))


def event_trigger(asked: Pair | Lapsed) -> str:
    """Return the trigger's name in the record of a part that an event asked for."""
    mode = TriggerMode.MANUAL if asked.by_hand else TriggerMode.EXTERNAL
    return mode.value


def without_picture(gap_s: float) -> str:
    """Return what `Trigger.blind` says where there was no picture for so long."""
    return f"{gap_s:.1f} s without a picture: parts can have passed unseen"


def touching_fault(touches: frozenset[str]) -> str:
    """Return why a part that touches sides of the region is not judged; empty where it touches none."""
    if not touches:
        return ""
    sides = " and ".join(sorted(touches))
    return f"not seen whole: the part touches the region's {sides} side. Enlarge the region, or guide the parts."


def _square(centre: tuple[float, float], side: int, width: int, height: int) -> Box:
    """Return a square around a point, shifted to lie inside the picture, cut where the picture is smaller."""
    across, down = min(side, width), min(side, height)
    x = round(min(max(centre[0] - across / 2, 0), width - across))
    y = round(min(max(centre[1] - down / 2, 0), height - down))
    return Box(x=x, y=y, width=across, height=down)
