"""``python -m tests.bench.views``: triggers over five cameras with jitter, losses, damage and delays, through the engine.

Every picture carries the number of its trigger, and the networks are fakes that look at the grey level, so what is counted is what
the line does with the pictures: those that went to another part, and parts without all their pictures that are no ERROR.
"""

from __future__ import annotations

import argparse
import math
import sys
import threading
import time

from inspector.engine.engine import Engine
from inspector.engine.status import EngineStatus, PartInspected
from tests.engine.many_views import Chance, Odds, Outcome, Station
from tests.waits import WAIT_S, until


class Checker:
    """Holds each row against what was exposed, and keeps nothing of it."""

    def __init__(self) -> None:
        self.outcome = Outcome()
        self.chance: Chance | None = None
        self._lock = threading.Lock()

    def on_part(self, event: PartInspected) -> None:
        with self._lock:
            assert self.chance is not None
            self.outcome.add(event, self.chance.expected.pop(event.inspection.trigger_id))

    def on_status(self, status: EngineStatus) -> None:
        """Nothing to look at."""

    def on_frame(self, frame: object) -> None:
        """Nothing to look at."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--triggers", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, default=0.0, help="trigger no more after so long (default: no limit)")
    parser.add_argument("--views", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--by-time", action="store_true", help="the line does not name the pictures' numbers")
    parsed = parser.parse_args()
    station, checker, engine = Station(parsed.views, within_s=0.1), Checker(), Engine()
    checker.chance = chance = Chance(station, Odds(), parsed.seed, named=not parsed.by_time)
    engine.subscribe(checker)
    engine.start(station.job())
    until(lambda: not engine.readiness())
    end_s, number = time.monotonic() + (60 * parsed.minutes or math.inf), 0
    while number < parsed.triggers and time.monotonic() < end_s:
        number += 1
        until(lambda: not engine.readiness())
        engine.trigger(chance.event(number))
        station.log.committed.clear()
    engine.stop(WAIT_S)
    until(lambda: checker.outcome.rows == number)
    outcome = checker.outcome
    print(f"{outcome.rows:,} triggers over {parsed.views + 1} cameras, {outcome.judged:,} judged, the rest ERROR")
    print(f"{outcome.mismatched} pictures went to another part")
    print(f"{outcome.hidden} parts without all their pictures were no ERROR")
    print(f"{outcome.unnamed} errors did not name their view")
    print(f"{outcome.wrong} verdicts were not the worst of their views")
    return 0 if outcome.clean else 1


if __name__ == "__main__":
    sys.exit(main())
