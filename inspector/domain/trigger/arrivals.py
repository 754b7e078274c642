"""Whether parts come in by the entry, and can be followed from there; else they leap from one picture to the next."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.domain.trigger.tracking import Track

#: Two leaps within this time, in seconds, are no chance; they are remembered for as long.
LEAPS_WITHIN_S = 2.0
_LEAPS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A thing that is in a frame, and was in none before.

    Args:
        at_exit: It touches the side by which parts leave.
        depth: How far it must have moved since the last frame to be seen so far in, as a fraction of the region.
    """

    track: Track
    at_exit: bool
    depth: float


class Arrivals:
    """Notices that parts leap: they are first seen far inside the region, and cannot be followed from there.

    What is put on the belt inside the region is followed from there, and is no leap; neither is what leaves before that
    can be told.

    Args:
        followed: Whatever comes in by the entry and moves less than this fraction of the region's length between two
            frames can be followed.
    """

    def __init__(self, followed: float) -> None:
        self._followed = followed
        self._doubtful: list[tuple[Track, int]] = []  # with how often it was seen since
        self._leaps_s: deque[float] = deque(maxlen=_LEAPS)

    def update(
        self, now_s: float, new: Sequence[Arrival], there: Sequence[Track], leaving: Sequence[Track], *, lost: bool
    ) -> None:
        """Take the next frame.

        Args:
            now_s: Its time.
            new: What is first seen in it.
            there: New things and known ones that the frame shows.
            leaving: What touches the exit, or would have passed it by now.
            lost: Whether something that was in the last frame is not in it: together with an arrival far inside the
                region, that is a leap.
        """
        doubtful = []
        for track, times in self._doubtful:
            if track in leaving:
                continue
            if track in there and not times:
                doubtful.append((track, 1))
            elif track not in there or not track.steady:
                self._leaps_s.append(now_s)
        far_in = [arrival.track for arrival in new if arrival.depth > self._followed and not arrival.at_exit]
        if far_in and lost:
            self._leaps_s.extend([now_s] * _LEAPS)
        self._doubtful = doubtful + [(track, 0) for track in far_in]

    def skip(self) -> None:
        """Take a frame that shows nothing of this."""
        self._doubtful = []

    def leaping(self, now_s: float) -> bool:
        """Return whether parts leap at the moment."""
        return len(self._leaps_s) == _LEAPS and now_s - self._leaps_s[0] <= LEAPS_WITHIN_S
