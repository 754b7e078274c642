"""Parts per minute: at once after the start, and of the last minutes only."""

from __future__ import annotations

import pytest

from inspector.domain.throughput import LEAST_S, WINDOW_S, PartsPerMinute


def test_a_rate_begins_at_once_and_follows_the_last_minutes() -> None:
    rate = PartsPerMinute()
    rate.begin(1000.0)
    assert rate.value(1000.0) == 0.0
    rate.add(1001.0)
    assert rate.value(1001.0) == 60 / LEAST_S  # one part in a second is not yet sixty a minute
    for second in range(2, 601):  # one a second for ten minutes
        rate.add(1000.0 + second)
    assert rate.value(1600.0) == pytest.approx(60.0)
    assert rate.value(1600.0 + WINDOW_S / 2) == pytest.approx(30.0)  # none for half the window
    assert rate.value(1600.0 + WINDOW_S) == 0.0
    rate.begin(2000.0)
    assert rate.value(2001.0) == 0.0


@pytest.mark.parametrize("seconds", [12.0, 46.0, 100.0])
def test_a_steady_line_has_its_rate_before_the_window_is_full(seconds: float) -> None:
    rate = PartsPerMinute()
    rate.begin(0.0)
    for number in range(int(seconds / 2)):
        rate.add(2.0 * (number + 1))
    assert rate.value(seconds) == pytest.approx(30.0)
