"""part-crossing: parts on a moving belt, each captured once as its centroid crosses the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.quality import sharpness
from inspector.domain.records import Box
from inspector.domain.trigger.arrivals import Arrival, Arrivals
from inspector.domain.trigger.axis import BeltAxis
from inspector.domain.trigger.base import Trigger, touching_fault, without_picture
from inspector.domain.trigger.foreground import Foreground
from inspector.domain.trigger.tracking import Tracker, same_things

if TYPE_CHECKING:
    from inspector.domain.config import TriggerConfig
    from inspector.domain.records import Frame, Part
    from inspector.domain.trigger.foreground import Blob
    from inspector.domain.trigger.tracking import BlobSight, Look, Track

#: A thing that has stood still since it appeared is taken into the background after this time: a mark, a tool left
#: behind, or the place of a part that stood there while the background was learned. A part that has moved never is.
ABSORB_AFTER_S = 3.0
#: A part must have been this fraction of the region's length before the line, to be counted when it is past it.
HYSTERESIS = 0.02
#: A part that moves further than this fraction of the region's length between two frames is not followed over the line.
FOLLOWED = 0.25
#: The same where the belt's speed is not known yet: seconds between two frames.
FOLLOWED_S = 0.5
#: Things that move further than this fraction are told apart by the way that they all have moved.
FAR = 0.08
#: What moves as fast as the parts did, within this fraction, lies on the belt, and is no hand.
SAME_SPEED = 0.2
_NOT_FOLLOWED = "not followed over the line"
_TOO_FAR = "parts move too far from one picture to the next"
_ADVICE = "Slow the belt, take the load off the computer, or use a faster camera."


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
        self._axis = BeltAxis(config, region)
        self._forget()
        self._part_speed: float | None = None  # of those that have crossed the line, along the belt, in pixels a second

    def reset(self) -> None:
        """Forget the background and every track."""
        super().reset()
        self._foreground.reset()
        self._forget()
        self._part_speed = None

    def _forget(self) -> None:
        self._tracker = Tracker(keep=self.config.sharpest_of)
        self._arrivals = Arrivals(FOLLOWED)
        self._looked = False  # whether a frame was looked at with the empty belt known

    def flush(self) -> tuple[Part, ...]:
        """Return the parts that have crossed the line and were waiting for a sharper frame."""
        due = [track for track in self._tracker.tracks if track.wait_frames is not None]
        return tuple(self._capture(track) for track in due)

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
            self._forget()
            return ()
        length = self._axis.length(frame)
        measured = [(*self._axis.place(blob.centroid, frame), blob) for blob in blobs]
        way, leap = gap_s * (self._speed() or 0.0), self._leap(gap_s, length)
        known_way = way if leap or way > FAR * length else None
        look = self._tracker.look(frame, measured, length, known_way)
        if leap:
            self._arrivals.skip()  # what is first seen far inside the region now has leapt, and how far is known
        else:
            self._look_at_arrivals(frame, look, length)
        leaping = self._arrivals.leaping(frame.time_s)
        parts = [self._capture(track) for track in look.ended if track.wait_frames is not None]
        fault = ""
        if leap:
            self.blind, fault = without_picture(gap_s), f"{_NOT_FOLLOWED}: {gap_s:.2f} s without a picture. {_ADVICE}"
        elif leaping:
            self.blind, fault = f"{_TOO_FAR}: parts can have passed unseen", f"{_NOT_FOLLOWED}: {_TOO_FAR}. {_ADVICE}"
        if leap and not leaping:
            parts += self._passed_in(look, self._axis.line(frame), fault)
        for track, blob in look.matched:
            self._judge(track, blob, frame, length, fault, followed=not leaping or track.steady)
        return (*parts, *self._due())

    def _due(self) -> list[Part]:
        """Return the parts that have waited long enough for a sharper frame."""
        parts = []
        for track in self._tracker.tracks:
            if track.wait_frames is None:
                continue
            if track.wait_frames <= 0:
                parts.append(self._capture(track))
            else:
                track.wait_frames -= 1
        return parts

    def _leap(self, gap_s: float, length: float) -> bool:
        """Return whether parts moved too far since the last frame to be followed."""
        speed = self._speed()
        return gap_s > FOLLOWED_S if speed is None else speed * gap_s > FOLLOWED * length

    def _speed(self) -> float | None:
        """Return how fast parts move; where two things are known of it, the faster."""
        return max((speed for speed in (self._part_speed, self._tracker.belt_speed) if speed), default=None)

    def _look_at_arrivals(self, frame: Frame, look: Look, length: float) -> None:
        """Tell what is first seen in a frame, and where."""
        now_s, speed, there = frame.time_s, self._speed() or 0.0, look.there
        missing = [track for track in look.known if track not in there]
        leaving = [track for track in missing if track.position + speed * (now_s - track.last_s) > length]
        lost = [track for track in look.seen if track in missing and track not in leaving and track.clear_of_sides]
        leaving += [track for track, blob in look.matched if self._axis.exit in blob.touches]
        new = [
            Arrival(track=track, at_exit=track in leaving, depth=self._axis.depth(blob, frame) / length)
            for track, blob in look.new
            if self._looked and not blob.touches & self._axis.sides and not look.is_piece(track)
        ]
        self._looked = True
        self._arrivals.update(now_s, new, there, leaving, lost=bool(lost))

    def _passed_in(self, look: Look, line: float, fault: str) -> list[Part]:
        """Return the parts that passed the line while there was no frame: gone since, or first seen behind it."""
        way, there = look.leap_px or 0.0, look.there
        gone = [
            track for track in look.seen if track not in there and track.clear_of_sides and track.position + way >= line
        ]
        behind = [
            (track, blob) for track, blob in look.new if track.position >= line and not blob.touches & self._axis.sides
        ]
        earlier = same_things(gone, [track for track, _ in behind], way)
        passed = []
        for track, blob in behind:
            track.counted = True
            before = earlier.get(id(track))
            if before is None or not before.counted:
                passed.append(self._part(track.sights[-1].frame, blob.box_centre, fault=fault))
            if before is not None:
                before.counted = True
        for track in gone:
            if not track.counted and track.position < line:
                track.counted = True
                sight = track.sights[-1]
                passed.append(self._part(sight.frame, sight.blob.box_centre, fault=fault))
        return passed

    def _judge(self, track: Track, blob: Blob, frame: Frame, length: float, fault: str, *, followed: bool) -> None:
        """Follow one track: where it has been, whether it crosses now, whether it is only a mark."""
        line = self._axis.line(frame)
        if abs(track.position - track.born_at) > 0.02 * length:
            track.moved = True
        if track.position < line - HYSTERESIS * length:
            track.seen_before_line = True
        if not blob.touches & self._axis.sides:
            track.clear_of_sides = True
        if not track.moved and frame.time_s - track.born_s > ABSORB_AFTER_S:
            self._foreground.absorb(blob)
            return
        if track.position < line or not track.seen_before_line or track.counted:
            return
        if track.clear_of_sides or self._on_the_belt(track):
            track.counted, track.fault = True, fault
            if not followed:
                return  # nobody knows whether it was one part or several; `blind` says so
            track.wait_frames = 0 if fault else self.config.sharpest_of // 2
            if track.clear_of_sides and not fault and track.speed is not None and track.speed > 0:
                known = self._part_speed
                self._part_speed = track.speed if known is None else 0.5 * (known + track.speed)

    def _on_the_belt(self, track: Track) -> bool:
        """Return whether a thing moves as the parts did that have crossed the line."""
        known = self._part_speed
        return known is not None and track.speed is not None and abs(track.speed - known) <= SAME_SPEED * known

    def _capture(self, track: Track) -> Part:
        """Choose the sharpest of the kept frames in which the part is whole."""
        track.wait_frames = None
        whole = [sight for sight in track.sights if not sight.blob.touches]
        sights = list(track.sights)[-1:] if track.fault else whole or list(track.sights)
        best = sights[-1] if len(sights) == 1 else max(sights, key=_sharpness)
        return self._part(best.frame, best.blob.box_centre, fault=track.fault or touching_fault(best.blob.touches))


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
