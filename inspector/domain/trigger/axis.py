"""The region as parts travel through it: where the entry, the sides and the exit are, and how far in something is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.config import Direction
from inspector.domain.records import Box

if TYPE_CHECKING:
    from inspector.domain.config import TriggerConfig
    from inspector.domain.records import Frame
    from inspector.domain.trigger.foreground import Blob

_EXIT = {Direction.RIGHT: "right", Direction.LEFT: "left", Direction.DOWN: "bottom", Direction.UP: "top"}
_SIDEWAYS = (Direction.RIGHT, Direction.LEFT)


class BeltAxis:
    """Turns places in the frame into ways along the belt; everything in frame pixels.

    Args:
        config: Its direction, line and smallest part are used.
        region: None for the whole frame.
    """

    def __init__(self, config: TriggerConfig, region: Box | None) -> None:
        self._config = config
        self._region = region
        sideways = config.direction in _SIDEWAYS
        self.sides = frozenset({"top", "bottom"} if sideways else {"left", "right"})  #: across the direction of travel
        self.exit = _EXIT[config.direction]  #: the side by which parts leave

    def length(self, frame: Frame) -> float:
        """Return the region's length along the belt."""
        box = self._box(frame)
        return float(box.width if self._config.direction in _SIDEWAYS else box.height)

    def line(self, frame: Frame) -> float:
        """Return how far in the line is."""
        return self._config.line_fraction * self.length(frame)

    def place(self, point: tuple[float, float], frame: Frame) -> tuple[float, float]:
        """Return how far a point is along the belt from the region's entry, and across it."""
        box = self._box(frame)
        x, y = point[0] - box.x, point[1] - box.y
        return {
            Direction.RIGHT: (x, y),
            Direction.LEFT: (box.width - x, y),
            Direction.DOWN: (y, x),
            Direction.UP: (box.height - y, x),
        }[self._config.direction]

    def depth(self, blob: Blob, frame: Frame) -> float:
        """Return how far in a thing's front is, beyond where it would be if the least of it could be seen."""
        box = self._box(frame)
        along, across = (blob.width, blob.height) if self._config.direction in _SIDEWAYS else (blob.height, blob.width)
        least = self._config.min_area_fraction * box.width * box.height / max(1.0, across)
        return self.place(blob.box_centre, frame)[0] + along / 2 - min(least, along)

    def _box(self, frame: Frame) -> Box:
        return self._region or Box(x=0, y=0, width=frame.width_px, height=frame.height_px)
