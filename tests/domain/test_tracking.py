"""Tracks: when a thing is the same as in the frame before, and when it is gone."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from inspector.domain.records import Frame
from inspector.domain.trigger.foreground import Blob
from inspector.domain.trigger.tracking import Track, Tracker

LENGTH = 640.0


def frame(time_s: float) -> Frame:
    return Frame(
        image=np.zeros((4, 4), np.uint8),
        sequence=round(1000 * time_s),
        time_s=time_s,
        captured_at=datetime(2026, 1, 31, tzinfo=UTC),
        captured_s=time_s,
        source="scene",
    )


def blob(along: float) -> Blob:
    return Blob(
        centroid=(along, 180.0),
        box_centre=(along, 180.0),
        width=100.0,
        height=100.0,
        area_fraction=0.04,
        touches=frozenset(),
        label=1,
    )


def seen(tracker: Tracker, time_s: float, *places: float) -> tuple[list[Track], list[Track]]:
    """Show the tracker a frame; return the tracks in it, and those that have just ended."""
    pairs, ended = tracker.update(frame(time_s), [(along, 180.0, blob(along)) for along in places], LENGTH)
    return [track for track, _ in pairs], ended


def test_a_track_that_is_not_seen_for_half_a_second_goes_on_and_then_it_is_over() -> None:
    tracker = Tracker(keep=1)
    (track,), _ = seen(tracker, 1.0, 100.0)
    assert seen(tracker, 1.5) == ([], [])
    assert tracker.tracks == [track]
    assert seen(tracker, 1.53) == ([], [track])
    assert tracker.tracks == []


def test_a_thing_at_the_place_of_one_that_is_gone_is_another() -> None:
    tracker = Tracker(keep=1)
    (first,), _ = seen(tracker, 1.0, 100.0)
    seen(tracker, 1.53)
    (second,), _ = seen(tracker, 1.56, 100.0)
    assert second is not first
    assert second.born_s == 1.56


def test_a_thing_that_is_hidden_for_half_a_second_is_the_same_where_it_must_be_by_now() -> None:
    tracker = Tracker(keep=2)
    (track,), _ = seen(tracker, 1.0, 100.0)
    assert seen(tracker, 1.1, 140.0) == ([track], [])
    assert seen(tracker, 1.6, 340.0) == ([track], [])
    assert [sight.frame.time_s for sight in track.sights] == [1.1, 1.6]
