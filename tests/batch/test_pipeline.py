"""Many batches at a time: in order, bounded, and stopped in the middle."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from inspector.batch import Job, Listing, in_order, judge_listing, list_pictures
from inspector.batch.pipeline import BATCH_FILES, SPARE_BATCHES
from inspector.pictures import write_picture
from tests.engine.fakes import FakeClassifier
from tests.waits import WAIT_S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORKERS = 2


def folder_of(path: Path, count: int) -> Listing:
    """Even numbers are bright, which the fake finds defective."""
    for number in range(count):
        write_picture(path / f"part {number}.png", np.full((8, 8), 60 if number % 2 else 200, np.uint8))
    return list_pictures(path)


def test_what_is_done_first_waits_for_what_was_given_first() -> None:
    second_done = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            assert second_done.wait(WAIT_S)
        if number == 1:
            second_done.set()
        return number * 10

    assert list(in_order(work, range(20), workers=WORKERS, stop=threading.Event())) == [10 * n for n in range(20)]


def test_a_slow_taker_is_not_run_away_from() -> None:
    taken, begun, most_ahead = 0, 0, 0
    lock = threading.Lock()

    def given() -> Iterator[int]:
        nonlocal begun, most_ahead
        for number in range(60):
            with lock:
                begun += 1
                most_ahead = max(most_ahead, begun - taken)
            yield number

    for number in in_order(lambda number: number, given(), workers=WORKERS, stop=threading.Event()):
        assert number == taken
        with lock:
            taken += 1
    # one more was taken from the iterator than given back at the moment of counting
    assert most_ahead == WORKERS + SPARE_BATCHES
    assert taken == 60


def test_stop_finishes_what_is_at_hand_and_begins_nothing() -> None:
    stop, go_on, both_run = threading.Event(), threading.Event(), threading.Barrier(WORKERS + 1)
    worked: list[int] = []

    def work(number: int) -> int:
        worked.append(number)
        both_run.wait(WAIT_S)
        assert go_on.wait(WAIT_S)
        return number

    made: list[int] = []
    taker = threading.Thread(target=lambda: made.extend(in_order(work, range(100), workers=WORKERS, stop=stop)))
    taker.start()
    both_run.wait(WAIT_S)  # both workers are in the middle of one; two more wait for them
    stop.set()
    go_on.set()
    taker.join(WAIT_S)
    assert not taker.is_alive()
    assert (made, sorted(worked)) == ([0, 1], [0, 1])


def test_what_breaks_is_raised_in_its_turn_and_the_threads_end() -> None:
    before = set(threading.enumerate())

    def work(number: int) -> int:
        if number == 3:
            raise ValueError("the disk is full")
        return number

    made: list[int] = []
    with pytest.raises(ValueError, match="disk is full"):
        made.extend(in_order(work, range(50), workers=WORKERS, stop=threading.Event()))
    assert made == [0, 1, 2]
    assert set(threading.enumerate()) <= before


def test_leaving_early_ends_the_threads() -> None:
    before = set(threading.enumerate())
    running = in_order(lambda number: number, range(1000), workers=WORKERS, stop=threading.Event())
    assert next(running) == 0
    running.close()  # type: ignore[attr-defined]
    assert set(threading.enumerate()) <= before


def test_every_file_has_its_row_in_the_order_of_the_listing(tmp_path: Path) -> None:
    listing = folder_of(tmp_path, 37)
    batches = list(
        judge_listing(
            listing, range(37), Job(folder=tmp_path), FakeClassifier(), stop=threading.Event(), workers=WORKERS
        )
    )
    assert max(len(batch) for batch in batches) == BATCH_FILES
    rows = [pair for batch in batches for pair in batch]
    assert [index for index, _ in rows] == list(range(37))
    assert [row.path for _, row in rows if row] == [f"part {number}.png" for number in range(37)]
    assert [row.verdict for _, row in rows if row] == ["PASS" if number % 2 else "FAIL" for number in range(37)]


def test_the_workers_judge_at_the_same_time(tmp_path: Path) -> None:
    listing = folder_of(tmp_path, 16)
    both_inside = threading.Barrier(WORKERS)

    def act(call: int) -> None:
        if call <= WORKERS:
            both_inside.wait(WAIT_S)

    classifier = FakeClassifier(act)
    batches = judge_listing(
        listing, range(16), Job(folder=tmp_path), classifier, stop=threading.Event(), workers=WORKERS
    )
    assert {row.verdict for batch in batches for _, row in batch if row} == {"PASS", "FAIL"}
    assert not both_inside.broken
