"""Too slow, hardly fast enough, in time again: for each the exact moment and the words. No clock runs."""

from __future__ import annotations

import pytest

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.engine.pace import PaceWatch
from inspector.engine.sight import Sight
from inspector.engine.status import Pace

ADVICE = "Slow the line or use a faster device."


def watch(mode: TriggerMode = TriggerMode.PART_CROSSING, *, live: bool = True, **values: float) -> PaceWatch:
    pace = PaceWatch(TriggerConfig(mode=mode, **values))  # type: ignore[arg-type]
    pace.live = live
    return pace


def judged(pace: PaceWatch, now_s: float, took_s: float) -> tuple[Pace, str]:
    """A part is triggered and gets its verdict after so long."""
    pace.part(now_s - took_s, now_s - took_s)
    pace.verdict(now_s, now_s - took_s)
    return pace.state(now_s)


# --- deadline ---------------------------------------------------------------------------------------------------------


def test_the_recipe_s_deadline_is_the_deadline() -> None:
    assert watch(deadline_s=0.1).deadline_s == 0.1
    assert watch(TriggerMode.INTERVAL, interval_s=5.0, deadline_s=0.1).deadline_s == 0.1


@pytest.mark.parametrize(("interval_s", "deadline_s"), [(5.0, 5.0), (0.3, 0.3), (0.01, 0.25)])
def test_at_an_interval_the_next_part_is_there_after_it(interval_s: float, deadline_s: float) -> None:
    assert watch(TriggerMode.INTERVAL, interval_s=interval_s).deadline_s == deadline_s


def test_the_time_between_parts_is_known_from_the_fourth_on() -> None:
    pace = watch()
    for captured_s, deadline_s in [(0.0, 1.0), (2.0, 1.0), (4.5, 1.0), (6.5, 2.0), (12.5, 2.25)]:
        pace.part(captured_s, captured_s)
        assert pace.deadline_s == deadline_s


def test_parts_side_by_side_do_not_follow_one_another_and_the_shortest_deadline_is_a_quarter_of_a_second() -> None:
    pace = watch()
    for number in range(10):
        pace.part(number / 10, number / 10)
    side = watch()
    for number in range(10):
        side.part(2.0 * number, 2.0 * number)
        side.part(2.0 * number + 0.04, 2.0 * number + 0.04)
    assert side.deadline_s == pytest.approx(1.96)
    assert pace.deadline_s == 0.25


def test_parts_that_are_missed_do_not_make_the_deadline_longer() -> None:
    pace = watch()
    for number in range(5):
        judged(pace, 2.0 * number, 0.1)
    assert pace.deadline_s == 2.0
    pace.missed(10.0, "0.9 s without a picture: parts can have passed unseen")
    for number in range(9):
        pace.missed(17.0 + 7.0 * number, "6.9 s without a picture: parts can have passed unseen")
        judged(pace, 17.0 + 7.0 * number, 3.0)
    assert pace.deadline_s == 2.0
    for number in range(9):
        judged(pace, 100.0 + number, 0.1)
        pace.state(100.0 + number)
    assert pace.deadline_s == 1.0


# --- late -------------------------------------------------------------------------------------------------------------


def test_a_verdict_after_the_deadline_is_late_with_the_figures() -> None:
    pace = watch()
    assert pace.lateness(1.0) == ""
    assert pace.lateness(1.01) == "too late: 1.01 s from trigger to verdict, 1.00 s are allowed"


def test_files_have_no_deadline() -> None:
    pace = watch(live=False, deadline_s=0.1)
    assert pace.lateness(10.0) == ""
    pace.missed(0.0, "parts passed")
    pace.frame(0.0, 100)
    assert judged(pace, 100.0, 10.0) == (Pace.IN_TIME, "")
    assert (len(pace._waiting), len(pace._verdicts), len(pace._frames)) == (0, 0, 0)


def test_too_slow_stays_for_two_seconds_and_goes_with_a_verdict_in_time() -> None:
    pace = watch()
    slow = f"Too late: 1.50 s from trigger to verdict, 1.00 s are allowed. {ADVICE}"
    assert judged(pace, 10.0, 1.5) == (Pace.TOO_SLOW, slow)
    assert judged(pace, 11.0, 0.2) == (Pace.TOO_SLOW, slow)
    assert pace.state(11.99) == (Pace.TOO_SLOW, slow)
    assert pace.state(12.0) == (Pace.IN_TIME, "")
    assert judged(pace, 13.0, 0.2) == (Pace.IN_TIME, "")


def test_without_a_verdict_in_time_it_stays_for_five() -> None:
    pace = watch()
    judged(pace, 10.0, 1.5)
    assert pace.state(14.99)[0] is Pace.TOO_SLOW
    assert pace.state(15.0) == (Pace.IN_TIME, "")


def test_a_part_that_waits_is_too_slow_before_it_has_a_verdict() -> None:
    pace = watch()
    pace.part(10.0, 10.0)
    pace.part(10.5, 10.5)
    assert pace.state(11.0) == (Pace.IN_TIME, "")
    assert pace.state(11.1) == (
        Pace.TOO_SLOW,
        f"A part has waited 1.10 s for its verdict, 1.00 s are allowed. {ADVICE}",
    )
    pace.verdict(11.2, 10.0)
    pace.verdict(11.3, 10.5)
    assert pace.state(13.19)[0] is Pace.TOO_SLOW
    assert pace.state(13.2)[0] is not Pace.TOO_SLOW


def test_parts_that_were_missed_are_too_slow() -> None:
    pace = watch()
    pace.missed(10.0, "0.9 s without a picture: parts can have passed unseen")
    assert pace.state(10.0) == (
        Pace.TOO_SLOW,
        f"0.9 s without a picture: parts can have passed unseen. {ADVICE}",
    )
    judged(pace, 10.5, 0.1)
    assert pace.state(12.0) == (Pace.IN_TIME, "")


# --- strained ---------------------------------------------------------------------------------------------------------


def test_the_light_is_amber_when_verdicts_take_more_than_half_of_the_time() -> None:
    pace = watch(deadline_s=1.0)
    for number in range(4):
        assert judged(pace, 10.0 + number, 0.6) == (Pace.IN_TIME, "")  # too few to say
    assert judged(pace, 14.0, 0.6) == (Pace.STRAINED, "Verdicts take up to 0.60 s; 1.00 s are allowed.")
    for number in range(19):
        judged(pace, 15.0 + number, 0.5)
    assert pace.state(33.0)[0] is Pace.STRAINED  # one of twenty is its 95th percentile, nearest rank
    assert judged(pace, 34.0, 0.5) == (Pace.IN_TIME, "")


def test_verdicts_of_half_a_minute_ago_say_nothing() -> None:
    pace = watch(deadline_s=1.0)
    for _ in range(5):
        judged(pace, 10.0, 0.6)
    assert pace.state(40.0)[0] is Pace.STRAINED
    assert pace.state(40.01) == (Pace.IN_TIME, "")


def test_the_light_is_amber_when_more_than_a_tenth_of_the_pictures_is_dropped() -> None:
    pace = watch()
    for number in range(27):
        pace.frame(10.0 + number / 100, 0)
    pace.frame(10.3, 3)  # 3 of 31
    assert pace.state(10.3) == (Pace.IN_TIME, "")
    pace.frame(10.4, 1)  # 4 of 33
    assert pace.state(10.4) == (Pace.STRAINED, "4 of the last 33 pictures were skipped.")
    assert pace.state(12.25)[0] is Pace.STRAINED
    assert pace.state(12.35) == (Pace.IN_TIME, "")


def test_two_pictures_that_are_dropped_are_no_strain() -> None:
    pace = watch()
    pace.frame(10.0, 2)
    assert pace.state(10.0) == (Pace.IN_TIME, "")
    pace.frame(10.1, 1)
    assert pace.state(10.1) == (Pace.STRAINED, "3 of the last 5 pictures were skipped.")
    pace.frame(12.05, 0)
    assert len(pace._frames) == 2  # those of the last two seconds


# --- sight ------------------------------------------------------------------------------------------------------------


def test_a_live_source_is_seen_with_its_first_picture_and_a_known_belt() -> None:
    sight = Sight()
    assert sight.unseen(0.0, live=True, learning=False) == "Waiting for the first picture: parts are not seen yet."
    sight.looked(1.0, 0)
    learning = "Learning the empty belt: let it run without parts. They are not seen yet."
    assert sight.unseen(1.0, live=True, learning=True) == learning
    assert sight.unseen(1.0, live=True, learning=False) == ""


def test_within_a_second_without_a_picture_parts_are_not_seen() -> None:
    sight = Sight()
    sight.looked(1.0, 0)
    assert sight.unseen(1.7, live=True, learning=False) == ""
    assert sight.unseen(1.8, live=True, learning=False) == "No picture for 1 s: parts are not seen."
    assert sight.unseen(3.6, live=True, learning=True) == "No picture for 3 s: parts are not seen."
    sight.looked(4.0, 1)
    assert sight.unseen(4.0, live=True, learning=False) == ""


def test_where_only_damaged_pictures_come_it_is_said_why_parts_are_not_seen() -> None:
    sight, why = Sight(), "the picture is not whole: 3 packets lost. Check the cable."
    sight.damaged(why)
    told = "The picture is not whole: 3 packets lost. Check the cable."
    assert sight.unseen(0.5, live=True, learning=False) == told
    sight.looked(1.0, 1)
    sight.damaged(why)
    assert sight.unseen(1.5, live=True, learning=False) == ""  # whole ones come in between
    assert sight.unseen(4.0, live=True, learning=False) == f"No whole picture for 3 s: parts are not seen. {told}"
    sight.looked(4.1, 9)
    assert sight.unseen(5.6, live=True, learning=False) == "No picture for 2 s: parts are not seen."


def test_a_slow_camera_may_take_twice_its_usual_time() -> None:
    sight = Sight()
    for number in range(3):
        sight.looked(2.0 * number, number)
    assert sight.unseen(8.0, live=True, learning=False) == ""
    assert sight.unseen(8.01, live=True, learning=False) == "No picture for 4 s: parts are not seen."
    for number in range(6):
        sight.looked(9.0 + number / 10, 3 + number)
    assert sight.unseen(10.6, live=True, learning=False) == "No picture for 1 s: parts are not seen."


def test_a_camera_that_waits_for_a_signal_may_be_silent() -> None:
    sight = Sight(by_signal=True)
    assert sight.unseen(100.0, live=True, learning=False) == ""
    sight.looked(101.0, 0)
    assert (sight.unseen(200.0, live=True, learning=False), sight.silent(200.0, live=True)) == ("", False)


def test_files_wait_until_they_are_looked_at() -> None:
    sight = Sight()
    assert sight.unseen(100.0, live=False, learning=False) == ""
    assert sight.unseen(100.0, live=False, learning=True).startswith("Learning the empty belt")


def test_pictures_that_were_dropped_do_not_make_a_camera_slow() -> None:
    sight = Sight()
    for number in range(5):
        sight.looked(6.0 * number, 180 * number)  # thirty a second, and the trigger comes every six seconds
    assert sight.unseen(24.69, live=True, learning=False) == ""
    assert sight.unseen(24.71, live=True, learning=False) == "No picture for 1 s: parts are not seen."
