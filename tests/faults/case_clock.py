"""The computer's clock: set back and forward while the line runs, summer time, midnight. It takes libfaketime."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.faults.rig import Case, Rig, SkippedError, pause
from tests.faults.station import Station
from tests.waits import until

_LIBRARIES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/local/lib/faketime/libfaketimeMT.so.1")
_HOUR_S = 3600


def _clock(rig: Rig, offset: str, zone: str = "UTC") -> dict[str, str]:
    """A clock of the station's own, as a file that says what it shows."""
    library = next((str(at) for pattern in _LIBRARIES for at in sorted(Path("/").glob(pattern[1:]))), "")
    if not library:
        raise SkippedError("libfaketime is not installed")
    at = rig.folder / "clock"
    at.write_text(offset, encoding="utf-8")
    return {
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": str(at),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "TZ": zone,
    }


def _events(rig: Rig) -> list[str]:
    with closing(sqlite3.connect(f"file:{rig.log}?mode=ro", uri=True)) as log:
        return [words for (words,) in log.execute("SELECT words FROM events WHERE kind = 'clock'")]


def _jumped(offset: str, way: str) -> Callable[[Rig], None]:
    def run(rig: Rig) -> None:
        station = rig.well(lot="clock", environment=_clock(rig, "+0"))
        rig.findings.tries += 1
        (rig.folder / "clock").write_text(offset, encoding="utf-8")
        station.wait_parts(2)
        until(lambda: any(way in words for words in _events(rig)))
        _in_order(rig, station)

    return run


def _passed(start: str, zone: str) -> Callable[[Rig], None]:
    """The line runs over a moment of the clock."""

    def run(rig: Rig) -> None:
        station = rig.well(lot="clock", environment=_clock(rig, start, zone))
        rig.findings.tries += 1
        station.wait_parts(3)
        rig.expect(not _events(rig), f"a jump was recorded: {_events(rig)}")
        _in_order(rig, station)

    return run


def _in_order(rig: Rig, station: Station) -> None:
    pause(0.5)
    rig.end(station)
    numbers = [row.number for row in rig.rows()]
    rig.expect(numbers == sorted(numbers), f"the rows are not in the order of recording: {numbers}")


CASES = (
    Case(
        name="the clock is set back by an hour",
        promises=(2, 3),
        holds="the jump is recorded; rows keep the order of recording",
        run=_jumped(f"-{_HOUR_S}", "back"),
    ),
    Case(
        name="the clock is set forward by a day",
        promises=(2, 3),
        holds="the jump is recorded; rows keep the order of recording",
        run=_jumped(f"+{24 * _HOUR_S}", "forward"),
    ),
    Case(
        name="summer time ends",
        promises=(2,),
        holds="no jump: the record is in UTC",
        run=_passed("@2026-10-25 00:59:45", "Europe/Berlin"),
    ),
    Case(
        name="midnight",
        promises=(2,),
        holds="nothing happens",
        run=_passed("@2026-10-20 23:59:45", "UTC"),
    ),
)
