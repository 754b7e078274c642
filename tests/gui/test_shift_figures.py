"""The counters while parts come: a part that is recorded while the log is counted is counted once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from inspector.domain.records import Inspection
from inspector.gui.station.events import Counts
from inspector.gui.station.figures import ShiftFigures
from inspector.gui.work import Results, Worker
from inspector.outputs.result_log import SqliteResultLog
from tests.outputs.samples import inspection
from tests.waits import WAIT_S

LOT, SHIFTS = "L1", (6, 14, 22)


class Bench:
    """The figures of a log, whose worker's answers are handed out by the test."""

    def __init__(self, folder: Path) -> None:
        self.results = Results()
        self.worker = Worker("figures", self.results)
        self.log = SqliteResultLog(folder / "results.sqlite")
        self.figures = ShiftFigures(self.worker)
        self.told: list[Counts] = []
        self.figures.counts_changed.connect(self.told.append)
        self.figures.use_log(self.log)
        self.figures.use_recipe("R", LOT)

    def close(self) -> None:
        self.worker.close()
        assert self.worker.join(WAIT_S)
        self.log.close()

    def refresh(self) -> None:
        """Have the log counted; the answer waits for `Results.hand_out`."""
        counted = threading.Event()
        self.figures.refresh_counts(lot=LOT, shift_starts=SHIFTS)
        self.worker.do(counted.set)
        assert counted.wait(WAIT_S)

    def tell(self, part: Inspection) -> None:
        self.figures.add([part], lot=LOT)

    def record(self, number: int) -> Inspection:
        part = inspection(number, lot=LOT)
        self.log.append(part)
        return part

    def counted(self) -> int:
        """How many parts of the lot the counters show."""
        return self.told[-1].lot.inspected


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def test_a_part_that_was_counted_before_it_was_told_is_counted_once(bench: Bench) -> None:
    bench.record(1)
    second = bench.record(2)
    bench.refresh()
    bench.results.hand_out()
    assert bench.counted() == 2
    bench.tell(second)
    assert bench.counted() == 2
    bench.tell(bench.record(3))
    assert bench.counted() == 3


def test_a_part_that_was_told_before_the_count_was_is_not_forgotten(bench: Bench) -> None:
    bench.tell(bench.record(1))
    second = bench.record(2)
    bench.refresh()
    bench.tell(second)  # in the count
    bench.tell(bench.record(3))  # after it
    bench.results.hand_out()
    assert bench.counted() == 3
    bench.refresh()
    bench.results.hand_out()
    assert bench.counted() == 3


def test_what_was_told_before_the_count_was_asked_for_is_what_the_log_says(bench: Bench) -> None:
    bench.tell(inspection(1, lot=LOT))  # no log has it any more
    bench.refresh()
    bench.results.hand_out()
    assert bench.counted() == 0
    bench.tell(bench.record(2))
    assert bench.counted() == 1


def test_a_count_of_a_log_that_was_left_is_not_shown(bench: Bench) -> None:
    bench.record(1)
    bench.refresh()
    bench.figures.use_log(None)
    bench.results.hand_out()
    assert bench.counted() == 0
