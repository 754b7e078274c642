"""Which blob of this frame is which of the last: tracks on a belt that moves one way."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.domain.records import Frame
    from inspector.domain.trigger.foreground import Blob

#: A track that is not seen for this long is over.
FORGET_AFTER_S = 0.5
#: Two moves are alike where they differ by less than this fraction, or by fewer pixels.
ALIKE, ALIKE_PX = 0.25, 12.0


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
    last_speed: float | None = None  #: the same of its last move alone
    steady: bool = False  #: its last move was as quick as the one before
    moved: bool = False
    seen_before_line: bool = False
    clear_of_sides: bool = False
    counted: bool = False
    fault: str = ""  #: why the part is not judged although it counts
    wait_frames: int | None = None  #: frames still awaited before the sharpest is chosen; None where none is due
    sights: deque[BlobSight] = field(default_factory=deque)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the tracker made of one frame.

    Args:
        known: The things that were known before it.
        seen: Those of them that were in the frame before.
        matched: The things that are in it, each with its blob.
        ended: The things that are over.
        leap_px: How far everything has moved since the frame before; None where each thing was followed by its speed.
        expected: Where each known thing should have been: along the belt, across it, and how far it reaches from there.
    """

    known: list[Track]
    seen: list[Track]
    matched: list[tuple[Track, Blob]]
    ended: list[Track]
    leap_px: float | None
    expected: list[tuple[float, float, float]]

    @property
    def there(self) -> list[Track]:
        """The things that are in the frame."""
        return [track for track, _ in self.matched]

    @property
    def new(self) -> list[tuple[Track, Blob]]:
        """Those of them that were in none before."""
        return [(track, blob) for track, blob in self.matched if track not in self.known]

    def is_piece(self, track: Track) -> bool:
        """Return whether a new thing lies where one was expected: that one has fallen into pieces."""
        return any(
            abs(track.position - position) < reach and abs(track.side - side) < reach
            for position, side, reach in self.expected
        )


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
        self._looked_s: float | None = None  # at the frame before

    def look(
        self,
        frame: Frame,
        measured: list[tuple[float, float, Blob]],
        length: float,
        leap_px: float | None,
    ) -> Look:
        """Take the blobs of a frame, as `update` does, and return all that is to be known of it.

        Args:
            frame: See `update`.
            measured: See `update`.
            length: See `update`.
            leap_px: How far everything should have moved since then; None where each thing has a speed of its own.
        """
        known = list(self.tracks)
        seen = [track for track in known if track.last_s == self._looked_s]
        expected = [self._expected(track, frame.time_s) for track in known]
        moved = None if leap_px is None else leap_of(seen, measured, leap_px)
        matched, ended = self.update(frame, measured, length, moved)
        self._looked_s = frame.time_s
        return Look(known=known, seen=seen, matched=matched, ended=ended, leap_px=moved, expected=expected)

    def update(
        self, frame: Frame, measured: list[tuple[float, float, Blob]], length: float, leap_px: float | None = None
    ) -> tuple[list[tuple[Track, Blob]], list[Track]]:
        """Take the blobs of a frame.

        Args:
            frame: The newest frame; its blobs become sights of the tracks.
            measured: Position along the belt, position across it, and the blob.
            length: Of the region along the belt, in pixels.
            leap_px: How far everything has moved, where that is known better than by the tracks' speeds.

        Returns:
            The tracks that are in this frame with their blobs, and the tracks that have just ended.
        """
        now = frame.time_s
        pairs = []
        for index, track in enumerate(self.tracks):
            for number, (along, across, blob) in enumerate(measured):
                expected = self._predicted(track, now) if leap_px is None else track.position + leap_px
                distance = _distance(along - expected, across - track.side)
                gate = self._gate(track, blob, length, now) if leap_px is None else 0.75 * max(blob.width, blob.height)
                if distance <= gate:
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

    def _expected(self, track: Track, now: float) -> tuple[float, float, float]:
        blob = track.sights[-1].blob
        return self._predicted(track, now), track.side, max(blob.width, blob.height) / 2

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
            changed = abs(speed - track.last_speed) * elapsed if track.last_speed is not None else math.inf
            track.last_speed, track.steady = speed, changed <= max(ALIKE * abs(speed) * elapsed, ALIKE_PX)
            track.speed = speed if track.speed is None else 0.6 * track.speed + 0.4 * speed
            if abs(along - track.born_at) > 8.0 and speed > 0:
                self.belt_speed = speed if self.belt_speed is None else 0.9 * self.belt_speed + 0.1 * speed
        track.position, track.side, track.last_s = along, across, now


def _distance(forward: float, sideways: float) -> float:
    """Things on a belt keep their side, and seldom run backwards."""
    return abs(forward) * (1.0 if forward >= 0 else 1.5) + 1.5 * abs(sideways)


def same_things(gone: list[Track], new: list[Track], leap_px: float) -> dict[int, Track]:
    """Return which of the things that are gone each new one is, by its `id`: the nearest first."""
    pairs = sorted(
        (abs(lost.position + leap_px - track.position), number, lost_number)
        for number, track in enumerate(new)
        for lost_number, lost in enumerate(gone)
    )
    same: dict[int, Track] = {}
    taken: set[int] = set()
    for _, number, lost_number in pairs:
        if id(new[number]) not in same and lost_number not in taken:
            same[id(new[number])] = gone[lost_number]
            taken.add(lost_number)
    return same


def leap_of(tracks: list[Track], measured: list[tuple[float, float, Blob]], expected_px: float) -> float:
    """Return how far everything has moved between two frames: the way by which most things fall on one another.

    Args:
        tracks: In the first frame.
        measured: In the second, as for `Tracker.update`.
        expected_px: By the belt's speed; what is returned is at most one and a half times it, and nothing runs back.
    """

    def fits(way_px: float) -> float:
        return sum(
            max(0.0, 1.0 - _distance(along - track.position - way_px, across - track.side) / (0.25 * blob.width + 1.0))
            for track in tracks
            for along, across, blob in measured
        )

    ways = [along - track.position for track in tracks for along, _, _ in measured]
    near = [way_px for way_px in ways if 0.0 <= way_px <= 1.5 * expected_px]
    return max(near, key=lambda way_px: (fits(way_px), -abs(way_px - expected_px)), default=expected_px)
