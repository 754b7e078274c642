"""part-settled, interval: the exact number of parts."""

from __future__ import annotations

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.trigger import make_trigger
from tests.domain.scenes import Scene, Thing, count

SETTLED = TriggerConfig(mode=TriggerMode.PART_SETTLED, settle_s=0.3)


def indexed(t: float) -> tuple[float, float] | None:
    """Comes in from the left, stands from 1.5 s to 3 s, leaves, and again every 3 s."""
    phase = (t - 1.0) % 3.0
    if t < 1.0:
        return None
    if phase < 0.5:
        return -60 + 760 * phase, 180.0
    return (320.0, 180.0) if phase < 2.0 else (320 + 800 * (phase - 2.0), 180.0)


def test_each_part_that_comes_to_rest_is_captured_once() -> None:
    assert count(make_trigger(SETTLED, None), Scene([Thing(indexed)]), range(30 * 13)) == 4


def test_a_part_that_stays_for_long_is_captured_once() -> None:
    scene = Scene([Thing(lambda t: (320.0, 180.0) if t > 1 else None)])
    assert count(make_trigger(SETTLED, None), scene, range(30 * 20)) == 1


def test_a_part_that_passes_without_rest_is_not_captured() -> None:
    scene = Scene([Thing(lambda t: (-60 + 300 * (t - 1), 180.0))])
    assert count(make_trigger(SETTLED, None), scene, range(30 * 4)) == 0


def test_a_hand_that_moves_is_not_captured_and_the_part_it_leaves_is() -> None:
    def hand(t: float) -> tuple[float, float] | None:
        return (320 + 200 * (t - 1.5), 60 + 100 * (1 - abs(t - 1.5) * 2)) if 1.0 < t < 2.0 else None

    scene = Scene([Thing(hand, height=220), Thing(lambda t: (320.0, 200.0) if t > 1.5 else None)])
    assert count(make_trigger(SETTLED, None), scene, range(30 * 5)) == 1


def test_a_flicker_of_the_lamp_does_not_capture_again() -> None:
    scene = Scene([Thing(lambda t: (320.0, 180.0) if t > 1 else None)], lamp=lambda t: 0.75 if 3.0 < t < 3.3 else 1.0)
    assert count(make_trigger(SETTLED, None), scene, range(30 * 6)) == 1


def test_interval_keeps_its_beat() -> None:
    trigger = make_trigger(TriggerConfig(mode=TriggerMode.INTERVAL, interval_s=0.5), None)
    assert count(trigger, Scene([]), range(30 * 5)) == 10


def test_interval_starts_anew_after_a_gap() -> None:
    trigger = make_trigger(TriggerConfig(mode=TriggerMode.INTERVAL, interval_s=0.5), None)
    assert count(trigger, Scene([]), [0, 1, 300, 301, 315]) == 3


def test_manual_captures_nothing_by_itself() -> None:
    assert count(make_trigger(TriggerConfig(mode=TriggerMode.MANUAL), None), Scene([Thing(indexed)]), range(60)) == 0
