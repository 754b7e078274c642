"""part-crossing: parts on a moving belt, each captured once as its centroid crosses the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.config import Direction
from inspector.domain.quality import sharpness
from inspector.domain.records import Box
from inspector.domain.trigger.base import Trigger
from inspector.domain.trigger.foreground import Blob, Foreground
from inspector.domain.trigger.tracking import Sight, Track, Tracker

if TYPE_CHECKING:
    from inspector.domain.config import TriggerConfig
    from inspector.domain.records import Frame, Part

#: A thing that has stood still since it appeared is taken into the background after this time: a mark, a tool left
#: behind, or the place of a part that stood there while the background was learned. A part that has moved never is.
ABSORB_AFTER_S = 3.0
#: A part must have been this fraction of the region's length before the line, to be counted when it is past it.
HYSTERESIS = 0.02
_SIDES = {
    Direction.RIGHT: frozenset({"top", "bottom"}),
    Direction.LEFT: frozenset({"top", "bottom"}),
    Direction.DOWN: frozenset({"left", "right"}),
    Direction.UP: frozenset({"left", "right"}),
}


class PartCrossing(Trigger):
    """Foreground against the learned empty belt; a track is counted once, when its centroid passes the line.

    What touches a side of the region (across the direction of travel) from its first sight to its last is not a part
    but a hand or a tool that reaches in; parts must lie clear of the region's sides.

    Args:
        region: Region of interest in frame pixels; None for the whole frame.
    """

    def __init__(self, config: TriggerConfig, region: Box | None) -> None:
        super().__init__(config, region)
        self._foreground = Foreground(config, region)
        self._tracker = Tracker(keep=config.sharpest_of)

    def reset(self) -> None:
        """Forget the background and every track."""
        super().reset()
        self._foreground.reset()
        self._tracker = Tracker(keep=self.config.sharpest_of)

    def flush(self) -> tuple[Part, ...]:
        """Return the parts that have crossed the line and were waiting for a sharper frame."""
        due = [track for track in self._tracker.tracks if track.wait_frames is not None]
        return tuple(self._capture(track) for track in due)

    def _detect(self, frame: Frame) -> tuple[Part, ...]:
        blobs = self._foreground.blobs(frame)
        if blobs is None:
            self._tracker = Tracker(keep=self.config.sharpest_of)
            return ()
        length, line = self._line(frame)
        measured = [(*self._along(blob.centroid, frame), blob) for blob in blobs]
        tracked, ended = self._tracker.update(frame, measured, length)
        parts = [self._capture(track) for track in ended if track.wait_frames is not None]
        for track, blob in tracked:
            self._judge(track, blob, frame, length, line)
        for track in self._tracker.tracks:
            if track.wait_frames is None:
                continue
            if track.wait_frames <= 0:
                parts.append(self._capture(track))
            else:
                track.wait_frames -= 1
        return tuple(parts)

    def _judge(self, track: Track, blob: Blob, frame: Frame, length: float, line: float) -> None:
        """Follow one track: where it has been, whether it crosses now, whether it is only a mark."""
        if abs(track.position - track.born_at) > 0.02 * length:
            track.moved = True
        if track.position < line - HYSTERESIS * length:
            track.seen_before_line = True
        if not blob.touches & _SIDES[self.config.direction]:
            track.clear_of_sides = True
        if not track.moved and frame.time_s - track.born_s > ABSORB_AFTER_S:
            self._foreground.absorb(blob)
            return
        if track.position >= line and track.seen_before_line and track.clear_of_sides and not track.counted:
            track.counted = True
            track.wait_frames = self.config.sharpest_of // 2

    def _capture(self, track: Track) -> Part:
        """Choose the sharpest of the kept frames."""
        track.wait_frames = None
        sights = list(track.sights)
        best = sights[-1] if len(sights) == 1 else max(sights, key=_sharpness)
        return self._part(best.frame, best.blob.box_centre)

    def _line(self, frame: Frame) -> tuple[float, float]:
        """Return the region's length along the belt, and where the line is along it, in pixels."""
        box = self.region or Box(x=0, y=0, width=frame.width_px, height=frame.height_px)
        sideways = self.config.direction in (Direction.RIGHT, Direction.LEFT)
        length = float(box.width if sideways else box.height)
        return length, self.config.line_fraction * length

    def _along(self, point: tuple[float, float], frame: Frame) -> tuple[float, float]:
        """Return how far a point is along the belt from the region's entry, and across it, in pixels."""
        box = self.region or Box(x=0, y=0, width=frame.width_px, height=frame.height_px)
        x, y = point[0] - box.x, point[1] - box.y
        return {
            Direction.RIGHT: (x, y),
            Direction.LEFT: (box.width - x, y),
            Direction.DOWN: (y, x),
            Direction.UP: (box.height - y, x),
        }[self.config.direction]


def _sharpness(sight: Sight) -> float:
    """Sharpness of the part itself in a frame."""
    blob = sight.blob
    around = Box(
        x=round(blob.box_centre[0] - blob.width / 2),
        y=round(blob.box_centre[1] - blob.height / 2),
        width=max(1, round(blob.width)),
        height=max(1, round(blob.height)),
    ).clipped(sight.frame.width_px, sight.frame.height_px)
    return sharpness(sight.frame.image) if around is None else sharpness(around.cut(sight.frame.image))
