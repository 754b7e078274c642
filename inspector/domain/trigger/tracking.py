"""Which blob of this frame is which of the last: tracks on a belt that moves one way."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.domain.records import Frame
    from inspector.domain.trigger.foreground import Blob

#: A track that is not seen for this long is over.
FORGET_AFTER_S = 0.5


@dataclass(slots=True)
class BlobSight:
    """A track in one frame."""

    frame: Frame
    blob: Blob


@dataclass(slots=True)
class Track:
    """One thing that moves through the view; positions are along the belt, in frame pixels."""

    born_s: float
    born_at: float
    position: float
    side: float
    last_s: float
    speed: float | None = None  #: pixels per second along the belt
    moved: bool = False
    seen_before_line: bool = False
    clear_of_sides: bool = False
    counted: bool = False
    fault: str = ""  #: why the part is not judged although it counts
    wait_frames: int | None = None  #: frames still awaited before the sharpest is chosen; None where none is due
    sights: deque[BlobSight] = field(default_factory=deque)


class Tracker:
    """Assigns blobs to tracks, nearest to the predicted place first.

    The prediction uses the track's own speed, or the belt's (the running mean over all tracks) while a track is young;
    times come from the frames, so that dropped frames do no harm.

    Args:
        keep: How many sights of each track are kept.
    """

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self.tracks: list[Track] = []
        self.belt_speed: float | None = None

    def update(
        self, frame: Frame, measured: list[tuple[float, float, Blob]], length: float
    ) -> tuple[list[tuple[Track, Blob]], list[Track]]:
        """Take the blobs of a frame.

        Args:
            frame: The newest frame; its blobs become sights of the tracks.
            measured: Position along the belt, position across it, and the blob.
            length: Of the region along the belt, in pixels.

        Returns:
            The tracks that are in this frame with their blobs, and the tracks that have just ended.
        """
        now = frame.time_s
        pairs = []
        for index, track in enumerate(self.tracks):
            for number, (along, across, blob) in enumerate(measured):
                distance = self._distance(track, along, across, now)
                if distance <= self._gate(track, blob, length, now):
                    pairs.append((distance, index, number))
        taken_tracks: set[int] = set()
        taken_blobs: set[int] = set()
        matched: list[tuple[Track, Blob]] = []
        for _, index, number in sorted(pairs):
            if index in taken_tracks or number in taken_blobs:
                continue
            taken_tracks.add(index)
            taken_blobs.add(number)
            along, across, blob = measured[number]
            self._advance(self.tracks[index], along, across, now)
            matched.append((self.tracks[index], blob))
        for number, (along, across, blob) in enumerate(measured):
            if number not in taken_blobs:
                track = Track(born_s=now, born_at=along, position=along, side=across, last_s=now)
                self.tracks.append(track)
                matched.append((track, blob))
        for track, blob in matched:
            track.sights.append(BlobSight(frame, blob))
            while len(track.sights) > self._keep:
                track.sights.popleft()
        ended = [track for track in self.tracks if now - track.last_s > FORGET_AFTER_S]
        self.tracks = [track for track in self.tracks if now - track.last_s <= FORGET_AFTER_S]
        return matched, ended

    def _predicted(self, track: Track, now: float) -> float:
        speed = track.speed if track.speed is not None else (self.belt_speed or 0.0)
        return track.position + speed * (now - track.last_s)

    def _distance(self, track: Track, along: float, across: float, now: float) -> float:
        forward = along - self._predicted(track, now)
        # things on a belt keep their side, and seldom run backwards
        return abs(forward) * (1.0 if forward >= 0 else 1.5) + 1.5 * abs(across - track.side)

    def _gate(self, track: Track, blob: Blob, length: float, now: float) -> float:
        extent = max(blob.width, blob.height)
        if track.speed is None and self.belt_speed is None:
            return max(extent, 0.35 * length)
        missed = max(0.0, now - track.last_s) * abs(track.speed or self.belt_speed or 0.0)
        return max(0.75 * extent, 0.1 * length) + 0.25 * missed

    def _advance(self, track: Track, along: float, across: float, now: float) -> None:
        elapsed = now - track.last_s
        if elapsed > 0:
            speed = (along - track.position) / elapsed
            track.speed = speed if track.speed is None else 0.6 * track.speed + 0.4 * speed
            if abs(along - track.born_at) > 8.0 and speed > 0:
                self.belt_speed = speed if self.belt_speed is None else 0.9 * self.belt_speed + 0.1 * speed
        track.position, track.side, track.last_s = along, across, now
