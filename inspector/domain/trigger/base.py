"""What every trigger has."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from inspector.domain.config import Crop, TriggerMode
from inspector.domain.records import Box, Part

if TYPE_CHECKING:
    from inspector.domain.config import TriggerConfig
    from inspector.domain.records import Frame


class Trigger(ABC):
    """Decides when there is a part. One thread calls `update`; any thread may call `fire`.

    Args:
        region: Region of interest in frame pixels; None for the whole frame.
    """

    def __init__(self, config: TriggerConfig, region: Box | None) -> None:
        self.config = config
        self.region = region
        self.blind = ""  #: why parts can have passed unseen before the last frame; empty where they cannot
        self._fired = False
        self._last_s: float | None = None
        self._captured_s = self._captured_before_s = 0.0  # of the newest frame, and of the one before

    def update(self, frame: Frame) -> tuple[Part, ...]:
        """Take the next frame.

        Args:
            frame: In the order of capture; its `time_s` must not run backwards.

        Returns:
            The parts that are due now; usually none, sometimes one, rarely more. A part's frame may be an earlier one.
        """
        fired, self._fired = self._fired, False
        gap_s = 0.0 if self._last_s is None else max(0.0, frame.time_s - self._last_s)
        self._last_s = frame.time_s
        self._captured_before_s, self._captured_s = self._captured_s, frame.origin.captured_s
        parts = self._detect(frame, gap_s)
        if fired and not parts:
            parts = (self._part(frame, None, "manual"),)
        return parts

    def fire(self) -> None:
        """Ask for a capture by hand: the next frame is a part, in every mode (unless it is one anyway)."""
        self._fired = True

    def flush(self) -> tuple[Part, ...]:
        """Return parts that were waiting for further frames; called when there will be none."""
        return ()

    def reset(self) -> None:
        """Forget everything seen; the empty background is learned anew."""
        self._fired = False
        self._last_s = None
        self.blind = ""

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
