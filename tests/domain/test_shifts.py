"""A shift begins at its hour on the wall's clock, also in the night in which the clock changes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest

from inspector.domain.shifts import shift_start

#: Central Europe as POSIX says it: the clock goes forward on the last Sunday of March, back on the last of October.
BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("this system's zone cannot be set by a program")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", BERLIN)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("now", "begun"),
    [
        # 28 March, 22:00 was in winter time, and it is summer time at 5:30
        (datetime(2026, 3, 29, 3, 30, tzinfo=UTC), datetime(2026, 3, 28, 21, tzinfo=UTC)),
        (datetime(2026, 3, 29, 4, 0, tzinfo=UTC), datetime(2026, 3, 29, 4, tzinfo=UTC)),
        # 24 October, 22:00 was in summer time, and it is winter time at 5:30
        (datetime(2026, 10, 25, 4, 30, tzinfo=UTC), datetime(2026, 10, 24, 20, tzinfo=UTC)),
        (datetime(2026, 10, 25, 5, 0, tzinfo=UTC), datetime(2026, 10, 25, 5, tzinfo=UTC)),
        (datetime(2026, 7, 1, 12, 0, tzinfo=UTC), datetime(2026, 7, 1, 12, tzinfo=UTC)),
    ],
)
@pytest.mark.usefixtures("in_berlin")
def test_the_shift_of_the_night_in_which_the_clock_changes(now: datetime, begun: datetime) -> None:
    assert shift_start(now.astimezone(), (6, 14, 22)) == begun


@pytest.mark.usefixtures("in_berlin")
def test_the_shift_after_the_change_begins_at_its_hour_on_the_wall() -> None:
    start = shift_start(datetime(2026, 3, 29, 10, 0, tzinfo=UTC), (6, 14, 22))
    assert (start.hour, start.utcoffset()) == (6, timedelta(hours=2))
    start = shift_start(datetime(2026, 3, 29, 3, 30, tzinfo=UTC), (6, 14, 22))
    assert (start.hour, start.utcoffset()) == (22, timedelta(hours=1))


@pytest.mark.usefixtures("in_berlin")
def test_an_hour_that_comes_twice_begins_one_shift() -> None:
    starts = {
        shift_start(datetime(2026, 10, 25, 0, tzinfo=UTC) + timedelta(minutes=10 * step), (2, 14))
        for step in range(6 * 3)
    }
    assert starts == {datetime(2026, 10, 25, 0, tzinfo=UTC)}


def test_the_zone_may_be_another_than_the_computers() -> None:
    zone = timezone(timedelta(hours=9))
    assert shift_start(datetime(2026, 7, 1, 0, tzinfo=UTC), (6,), zone) == datetime(2026, 7, 1, 6, tzinfo=zone)
