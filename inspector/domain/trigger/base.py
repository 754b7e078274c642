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
        self._fired = False

    def update(self, frame: Frame) -> tuple[Part, ...]:
        """Take the next frame.

        Args:
            frame: In the order of capture; its `time_s` must not run backwards.

        Returns:
            The parts that are due now; usually none, sometimes one, rarely more. A part's frame may be an earlier one.
        """
        fired, self._fired = self._fired, False
        parts = self._detect(frame)
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

    @abstractmethod
    def _detect(self, frame: Frame) -> tuple[Part, ...]:
        """Return the parts that the mode itself finds."""

    def _part(self, frame: Frame, centre: tuple[float, float] | None, name: str = "") -> Part:
        """Make the part, with the region that the recipe wants.

        Args:
            frame: The chosen frame.
            centre: Middle of the part in frame pixels; None where the mode does not know it.
            name: Name of the trigger; empty for the mode's own.
        """
        region = self.region
        config = self.config
        wants_part = config.crop is Crop.PART and config.mode in (TriggerMode.PART_CROSSING, TriggerMode.PART_SETTLED)
        if wants_part and centre is not None:
            region = _square(centre, config.part_size_px, frame.width_px, frame.height_px)
        return Part(frame=frame, region=region, triggered_s=time.perf_counter(), trigger=name or self.config.mode.value)


def _square(centre: tuple[float, float], side: int, width: int, height: int) -> Box:
    """Return a square around a point, shifted to lie inside the picture, cut where the picture is smaller."""
    across, down = min(side, width), min(side, height)
    x = round(min(max(centre[0] - across / 2, 0), width - across))
    y = round(min(max(centre[1] - down / 2, 0), height - down))
    return Box(x=x, y=y, width=across, height=down)
