"""A short run of the benchmark that kills the line with -9: nothing that was printed is lost."""

from __future__ import annotations

import sys

import pytest

from tests.bench.kill9 import measure


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_three_kills_lose_nothing() -> None:
    figures = measure(rounds=3, seed=1)
    assert figures["rounds"] == 3
    assert figures["printed"] > 0
    assert (figures["printed_but_not_logged"], figures["rounds_with_wrong_counters"]) == (0, 0)
