"""part-crossing: parts on a moving belt, each captured once as its centroid crosses the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.config import Direction
from inspector.domain.quality import sharpness
from inspector.domain.records import Box
from inspector.domain.trigger.base import Trigger, touching_fault
from inspector.domain.trigger.foreground import Blob, Foreground
from inspector.domain.trigger.tracking import BlobSight, Track, Tracker

if TYPE_CHECKING:
    from inspector.domain.config import TriggerConfig
    from inspector.domain.records import Frame, Part

#: A thing that has stood still since it appeared is taken into the background after this time: a mark, a tool left
#: behind, or the place of a part that stood there while the background was learned. A part that has moved never is.
ABSORB_AFTER_S = 3.0
#: A part must have been this fraction of the region's length before the line, to be counted when it is past it.
HYSTERESIS = 0.02
#: A part that moves further than this fraction of the region's length between two frames is not followed over the line.
FOLLOWED = 0.25
#: The same where the belt's speed is not known yet: seconds between two frames.
FOLLOWED_S = 0.5
#: What moves as fast as the parts did, within this fraction, lies on the belt, and is no hand.
SAME_SPEED = 0.2
_SIDES = {
    Direction.RIGHT: frozenset({"top", "bottom"}),
    Direction.LEFT: frozenset({"top", "bottom"}),
    Direction.DOWN: frozenset({"left", "right"}),
    Direction.UP: frozenset({"left", "right"}),
}


class PartCrossing(Trigger):
    """Foreground against the learned empty belt; a track is counted once, when its centroid passes the line.

    What touches a side of the region (across the direction of travel) from its first sight to its last is a hand or a
    tool that reaches in, unless it moves as the parts do. A part that is never whole in the frames around the line, and
    one that moved too far between two frames to be followed, is captured with a fault: it counts, and is not judged.

    Args:
        region: Region of interest in frame pixels; None for the whole frame.
    """

    def __init__(self, config: TriggerConfig, region: Box | None) -> None:
        super().__init__(config, region)
        self._foreground = Foreground(config, region)
        self._tracker = Tracker(keep=config.sharpest_of)
        self._part_speed: float | None = None  # of those that have crossed the line, along the belt, in pixels a second

    def reset(self) -> None:
        """Forget the background and every track."""
        super().reset()
        self._foreground.reset()
        self._tracker = Tracker(keep=self.config.sharpest_of)
        self._part_speed = None

    def flush(self) -> tuple[Part, ...]:
        """Return the parts that have crossed the line and were waiting for a sharper frame."""
        due = [track for track in self._tracker.tracks if track.wait_frames is not None]
        return tuple(self._capture(track) for track in due)

    @property
    def learning(self) -> bool:
        """See `Trigger.learning`."""
        return not self._foreground.learned

    def _detect(self, frame: Frame, gap_s: float) -> tuple[Part, ...]:
        blobs = self._foreground.blobs(frame)
        self.blind_s = 0.0
        if blobs is None:
            self._tracker = Tracker(keep=self.config.sharpest_of)
            return ()
        length, line = self._line(frame)
        measured = [(*self._along(blob.centroid, frame), blob) for blob in blobs]
        before, leap = list(self._tracker.tracks), self._leap(gap_s, length)
        tracked, ended = self._tracker.update(frame, measured, length)
        parts = [self._capture(track) for track in ended if track.wait_frames is not None]
        if leap:
            self.blind_s = gap_s
            parts += self._passed_in(gap_s, before, tracked, line)
        for track, blob in tracked:
            self._judge(track, blob, frame, length, line, "" if not leap else _gap_fault(gap_s))
        for track in self._tracker.tracks:
            if track.wait_frames is None:
                continue
            if track.wait_frames <= 0:
                parts.append(self._capture(track))
            else:
                track.wait_frames -= 1
        return tuple(parts)

    def _leap(self, gap_s: float, length: float) -> bool:
        """Return whether parts moved too far since the last frame to be followed."""
        speed = self._part_speed or self._tracker.belt_speed
        return gap_s > FOLLOWED_S if speed is None else speed * gap_s > FOLLOWED * length

    def _passed_in(
        self, gap_s: float, before: list[Track], tracked: list[tuple[Track, Blob]], line: float
    ) -> list[Part]:
        """Return the parts that passed the line while there was no frame: gone since, or first seen behind it."""
        there = [track for track, _ in tracked]
        way = gap_s * (self._part_speed or self._tracker.belt_speed or 0.0)
        gone = [
            track for track in before if track not in there and track.clear_of_sides and track.position + way >= line
        ]
        passed = []
        for track, blob in tracked:
            if track in before or track.position < line or blob.touches & _SIDES[self.config.direction]:
                continue
            track.counted = True
            earlier = min(gone, key=lambda lost: abs(lost.position + way - track.position), default=None)
            if earlier is not None:
                gone.remove(earlier)
            if earlier is None or not earlier.counted:
                passed.append(self._part(track.sights[-1].frame, blob.box_centre, fault=_gap_fault(gap_s)))
            if earlier is not None:
                earlier.counted = True
        for track in gone:
            if not track.counted:
                track.counted = True
                sight = track.sights[-1]
                passed.append(self._part(sight.frame, sight.blob.box_centre, fault=_gap_fault(gap_s)))
        return passed

    def _judge(self, track: Track, blob: Blob, frame: Frame, length: float, line: float, fault: str) -> None:
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
        if track.position < line or not track.seen_before_line or track.counted:
            return
        if track.clear_of_sides or self._on_the_belt(track):
            track.counted, track.fault = True, fault
            track.wait_frames = self.config.sharpest_of // 2
            if track.clear_of_sides and not fault and track.speed is not None and track.speed > 0:
                known = self._part_speed
                self._part_speed = track.speed if known is None else 0.8 * known + 0.2 * track.speed

    def _on_the_belt(self, track: Track) -> bool:
        """Return whether a thing moves as the parts did that have crossed the line."""
        known = self._part_speed
        return known is not None and track.speed is not None and abs(track.speed - known) <= SAME_SPEED * known

    def _capture(self, track: Track) -> Part:
        """Choose the sharpest of the kept frames in which the part is whole."""
        track.wait_frames = None
        whole = [sight for sight in track.sights if not sight.blob.touches]
        sights = whole or list(track.sights)
        best = sights[-1] if len(sights) == 1 else max(sights, key=_sharpness)
        return self._part(best.frame, best.blob.box_centre, fault=track.fault or touching_fault(best.blob.touches))

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


def _gap_fault(gap_s: float) -> str:
    return (
        f"not followed over the line: {gap_s:.2f} s without a picture. "
        "Slow the belt, take the load off the computer, or use a faster camera."
    )


def _sharpness(sight: BlobSight) -> float:
    """Sharpness of the part itself in a frame."""
    blob = sight.blob
    around = Box(
        x=round(blob.box_centre[0] - blob.width / 2),
        y=round(blob.box_centre[1] - blob.height / 2),
        width=max(1, round(blob.width)),
        height=max(1, round(blob.height)),
    ).clipped(sight.frame.width_px, sight.frame.height_px)
    return sharpness(sight.frame.image) if around is None else sharpness(around.cut(sight.frame.image))
