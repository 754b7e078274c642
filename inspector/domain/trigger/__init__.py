"""When there is a part: fed with frames and their times, says which frame shows a new part, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.trigger.base import Trigger
from inspector.domain.trigger.crossing import PartCrossing
from inspector.domain.trigger.settled import PartSettled
from inspector.domain.trigger.simple import EveryPicture, External, Interval, Manual

if TYPE_CHECKING:
    from inspector.domain.records import Box

__all__ = ["Trigger", "make_trigger"]


def make_trigger(config: TriggerConfig, region: Box | None) -> Trigger:
    """Return the trigger of a recipe.

    Args:
        region: Region of interest in frame pixels; None for the whole frame.
    """
    kinds: dict[TriggerMode, type[Trigger]] = {
        TriggerMode.PART_CROSSING: PartCrossing,
        TriggerMode.PART_SETTLED: PartSettled,
        TriggerMode.INTERVAL: Interval,
        TriggerMode.MANUAL: Manual,
        TriggerMode.EVERY_PICTURE: EveryPicture,
        TriggerMode.EXTERNAL: External,
    }
    return kinds[config.mode](config, region)
