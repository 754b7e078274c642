"""Tracks: when a thing is the same as in the frame before, and when it is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from inspector.domain.records import Frame, Origin
from inspector.domain.trigger.foreground import Blob
from inspector.domain.trigger.tracking import Track, Tracker

LENGTH = 640.0


def frame(time_s: float) -> Frame:
    return Frame(
        image=np.zeros((4, 4), np.uint8),
        sequence=round(1000 * time_s),
        time_s=time_s,
        origin=Origin(captured_at=datetime(2026, 1, 31, tzinfo=UTC), captured_s=time_s, source="scene"),
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


def test_a_track_keeps_its_last_sights() -> None:
    tracker = Tracker(keep=2)
    for number in range(4):
        (track,), _ = seen(tracker, number / 10, 10.0 * number)
        assert (track.position, track.side, track.last_s) == (10.0 * number, 180.0, number / 10)
    assert [(sight.frame.time_s, sight.blob.centroid) for sight in track.sights] == [
        (0.2, (20.0, 180.0)),
        (0.3, (30.0, 180.0)),
    ]


def test_a_new_track_has_been_nowhere_yet() -> None:
    (track,), _ = seen(Tracker(keep=1), 1.5, 100.0)
    assert (track.born_s, track.born_at, track.position, track.side, track.last_s) == (1.5, 100.0, 100.0, 180.0, 1.5)
    assert (track.speed, track.moved, track.seen_before_line, track.clear_of_sides) == (None, False, False, False)
    assert (track.counted, track.wait_frames) == (False, None)


def test_a_track_s_speed_is_a_running_mean_and_the_belt_s_a_slower_one() -> None:
    tracker = Tracker(keep=1)
    (track,), _ = seen(tracker, 0.0, 0.0)
    seen(tracker, 0.5, 50.0)
    assert (track.speed, tracker.belt_speed) == (100.0, 100.0)
    seen(tracker, 1.0, 125.0)
    assert track.speed == pytest.approx(0.6 * 100 + 0.4 * 150)
    assert tracker.belt_speed == pytest.approx(0.9 * 100 + 0.1 * 150)
    seen(tracker, 1.0, 130.0)  # no time has passed
    assert track.speed == pytest.approx(120.0)
    assert track.position == 130.0


@pytest.mark.parametrize(("place", "belt"), [(8.0, None), (8.5, 85.0), (-20.0, None)])
def test_only_what_has_moved_forward_says_how_fast_the_belt_is(place: float, belt: float | None) -> None:
    tracker = Tracker(keep=1)
    seen(tracker, 0.0, 0.0)
    seen(tracker, 0.1, place)
    assert tracker.belt_speed == (None if belt is None else pytest.approx(belt))


def pairs_up(tracker: Tracker, time_s: float, along: float, across: float = 180.0, size: float = 100.0) -> bool:
    """Whether a thing at that place is taken for the one track there is."""
    (track,) = tracker.tracks
    thing = replace(blob(along), width=size, height=size / 2)
    found, _ = tracker.update(frame(time_s), [(along, across, thing)], LENGTH)
    return found[0][0] is track


@pytest.mark.parametrize(
    ("along", "across", "size", "same"),
    [
        (300.0, 180.0, 100.0, True),
        (300.0 + 224.0, 180.0, 100.0, True),  # 0.35 of the length
        (300.0 + 224.5, 180.0, 100.0, False),
        (300.0 - 149.0, 180.0, 100.0, True),  # backwards counts one and a half times
        (300.0 - 150.0, 180.0, 100.0, False),
        (300.0, 180.0 + 149.0, 100.0, True),  # so does sideways
        (300.0, 180.0 - 150.0, 100.0, False),
        (300.0 + 250.0, 180.0, 250.0, True),  # a large thing may move by its own size
        (300.0 + 250.5, 180.0, 250.0, False),
    ],
)
def test_while_no_speed_is_known_a_thing_may_be_far_from_where_it_was(
    along: float, across: float, size: float, same: bool
) -> None:
    tracker = Tracker(keep=1)
    seen(tracker, 0.0, 300.0)
    assert pairs_up(tracker, 0.1, along, across, size) is same


@pytest.mark.parametrize(
    ("along", "size", "same"),
    [
        (240.0 + 84.0, 100.0, True),  # predicted at 240; 0.75 of its size, and a quarter of the way it went
        (240.0 + 85.5, 100.0, False),
        (240.0 - 56.0, 100.0, True),
        (240.0 - 57.0, 100.0, False),
        (240.0 + 73.0, 40.0, True),  # at least a tenth of the length
        (240.0 + 74.5, 40.0, False),
    ],
)
def test_with_a_known_speed_a_thing_is_near_where_it_must_be(along: float, size: float, same: bool) -> None:
    tracker = Tracker(keep=1)
    seen(tracker, 0.0, 100.0)
    seen(tracker, 0.25, 200.0)  # 400 pixels a second
    assert pairs_up(tracker, 0.35, along, 180.0, size) is same


def test_a_young_track_is_expected_at_the_belt_s_speed() -> None:
    tracker = Tracker(keep=1)
    seen(tracker, 0.0, 0.0)
    (first,), _ = seen(tracker, 0.1, 40.0)
    (young, again), _ = seen(tracker, 0.2, 400.0, 80.0)[0][::-1], None
    assert again is first
    assert young.speed is None
    seen(tracker, 0.3, 440.0)  # just where it must be: 100 pixels on would be too far without
    assert young.position == 440.0


def test_each_thing_goes_to_the_nearest_track_and_a_track_takes_one_thing() -> None:
    tracker = Tracker(keep=1)
    (left, right), _ = seen(tracker, 0.0, 100.0, 200.0)
    found, ended = seen(tracker, 0.1, 205.0, 110.0, 160.0)
    assert found[:2] == [right, left]
    assert (left.position, right.position) == (110.0, 205.0)
    assert found[2].position == 160.0
    assert found[2] not in (left, right)
    assert ended == []
    assert tracker.tracks == [left, right, found[2]]
