"""part-settled: an indexed station, where a part comes to rest, is captured, and must leave before the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.trigger.base import Trigger, touching_fault, without_picture
from inspector.domain.trigger.foreground import Blob, Foreground

if TYPE_CHECKING:
    from inspector.domain.config import TriggerConfig
    from inspector.domain.records import Box, Frame, Part

#: The region must be empty for this long before the next part is awaited.
EMPTY_S = 0.1
#: Without a picture for longer than this, and than a part rests, one part can have taken the place of another.
BLIND_S = 0.5
#: At rest: the middle moves less than this fraction of the region's width, the area changes less than `_SAME_AREA`.
_SAME_PLACE = 0.01
_SAME_AREA = 0.06


class PartSettled(Trigger):
    """Captures the largest thing in the region once it has stood still for `settle_s`; it must lie whole in the region.

    Args:
        region: Region of interest in frame pixels; None for the whole frame.
    """

    def __init__(self, config: TriggerConfig, region: Box | None) -> None:
        super().__init__(config, region)
        self._foreground = Foreground(config, region)
        self._forget()

    def _forget(self) -> None:
        self._rest: Blob | None = None
        self._rest_since_s = 0.0
        self._captured = False
        self._empty_since_s: float | None = None

    def reset(self) -> None:
        """Forget the background and the part in place."""
        super().reset()
        self._foreground.reset()
        self._forget()

    @property
    def foreground(self) -> Foreground:
        """See `Trigger.foreground`."""
        return self._foreground

    @property
    def learning(self) -> bool:
        """See `Trigger.learning`."""
        return not self._foreground.learned

    def _detect(self, frame: Frame, gap_s: float) -> tuple[Part, ...]:
        blobs = self._foreground.blobs(frame)
        self.blind = ""
        if blobs is None:
            return ()
        if gap_s > max(BLIND_S, self.config.settle_s):
            self.blind = without_picture(gap_s)
        if not blobs:
            self._rest = None
            if self._empty_since_s is None:
                self._empty_since_s = frame.time_s
            if frame.time_s - self._empty_since_s >= EMPTY_S:
                self._captured = False
            return ()
        self._empty_since_s = None
        largest = blobs[0]
        if self._rest is None or not self._at_rest(self._rest, largest, frame):
            self._rest, self._rest_since_s = largest, frame.time_s
        if self._captured or frame.time_s - self._rest_since_s < self.config.settle_s:
            return ()
        self._captured = True
        return (self._part(frame, largest.box_centre, fault=touching_fault(largest.touches)),)

    def _at_rest(self, before: Blob, now: Blob, frame: Frame) -> bool:
        width = self.region.width if self.region is not None else frame.width_px
        moved = max(abs(before.centroid[0] - now.centroid[0]), abs(before.centroid[1] - now.centroid[1]))
        changed = abs(before.area_fraction - now.area_fraction)
        return moved <= _SAME_PLACE * width and changed <= _SAME_AREA * before.area_fraction
