"""The hand-overs of the line: what is dropped is counted, what may not be dropped waits."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from inspector.domain.records import Origin, Part
from inspector.engine.queues import Mailbox, PartQueue, Unjudged
from tests.engine.fakes import frame
from tests.waits import WAIT_S, until


def part(number: int) -> Part:
    return Part(frame=frame(number), region=None, triggered_s=0.0, trigger="manual")


def unjudged(number: int) -> Unjudged:
    return Unjudged(
        reason="cut short",
        triggered_s=float(number),
        trigger="manual",
        origin=Origin(captured_at=datetime.now(UTC), captured_s=0.0, source="fake", path=None, file_key=""),
    )


def test_each_frame_that_a_newer_one_overwrites_is_counted_once() -> None:
    mailbox = Mailbox()
    frames = [frame(number) for number in range(4)]
    assert [mailbox.put_newest(item) for item in frames[:3]] == [0, 1, 1]
    assert mailbox.take(0.0) is frames[2]
    assert mailbox.put_newest(frames[3]) == 0  # it was taken, so nothing was lost


def test_every_file_that_waits_is_counted_where_a_live_frame_overwrites_them() -> None:
    mailbox, running = Mailbox(capacity=3), threading.Event()
    for number in range(3):
        mailbox.put_waiting(frame(number), running)
    newest = frame(3)
    assert mailbox.put_newest(newest) == 3
    assert mailbox.take(0.0) is newest
    assert mailbox.take(0.0) is None


def test_files_come_out_in_order_and_none_is_lost() -> None:
    mailbox, running = Mailbox(capacity=2), threading.Event()
    frames = [frame(0), frame(1)]
    for item in frames:
        mailbox.put_waiting(item, running)
    mailbox.close()
    assert not mailbox.finished
    assert [mailbox.take(0.0), mailbox.take(0.0)] == frames
    assert mailbox.finished


def test_two_files_wait_where_nothing_else_is_said() -> None:
    mailbox, stopped = Mailbox(), threading.Event()

    def put_three() -> None:
        for number in range(3):
            mailbox.put_waiting(frame(number), stopped)

    waiting = threading.Thread(target=put_three)
    waiting.start()
    until(lambda: len(mailbox._items) == 2)
    assert mailbox.take(0.0) is not None
    waiting.join(WAIT_S)
    assert not waiting.is_alive()
    assert len(mailbox._items) == 2


def test_a_file_that_waits_for_room_is_handed_over_when_the_line_stops() -> None:
    mailbox, stopped = Mailbox(capacity=1), threading.Event()
    mailbox.put_waiting(frame(0), stopped)
    stopped.set()
    mailbox.put_waiting(frame(1), stopped)
    assert len(mailbox._items) == 2


@pytest.mark.parametrize("queue", [Mailbox(), PartQueue()])
def test_who_waits_for_something_is_woken_by_the_close(queue: Mailbox | PartQueue) -> None:
    taken: list[object] = []
    taking = threading.Thread(target=lambda: taken.append(queue.take(2 * WAIT_S)))
    taking.start()
    queue.close()
    taking.join(WAIT_S)
    assert taken == [None]
    assert queue.finished


@pytest.mark.parametrize("item", [part(0), unjudged(0)])
def test_who_waits_for_a_part_is_woken_by_it(item: Part | Unjudged) -> None:
    queue = PartQueue()
    taken: list[object] = []
    taking = threading.Thread(target=lambda: taken.append(queue.take(2 * WAIT_S)))
    taking.start()
    assert queue.put(item)
    taking.join(WAIT_S)
    assert taken == [item]


def test_eight_parts_wait_and_what_is_unjudged_always_finds_room() -> None:
    queue = PartQueue()
    parts = [part(number) for number in range(9)]
    assert [queue.put(item) for item in parts] == [True] * 8 + [False]
    extra = unjudged(9)
    assert queue.put(extra)
    assert len(queue) == 9
    assert [queue.take(0.0) for _ in range(10)] == [*parts[:8], extra, None]
    assert not queue.finished  # it may still be filled
    queue.close()
    assert queue.finished


def test_what_is_unjudged_takes_no_part_s_room() -> None:
    queue = PartQueue(capacity=1)
    assert queue.put(unjudged(0))
    assert queue.put(part(1))
    assert not queue.put(part(2))
    assert isinstance(queue.take(0.0), Unjudged)
    assert not queue.put(part(3))
    assert isinstance(queue.take(0.0), Part)
    assert queue.put(part(4))


def test_a_part_that_waits_for_room_gets_it_and_counts() -> None:
    queue, stopped = PartQueue(capacity=1), threading.Event()
    parts = [part(0), part(1)]
    assert queue.put_waiting(parts[0], stopped)
    put: list[bool] = []
    putting = threading.Thread(target=lambda: put.append(queue.put_waiting(parts[1], stopped)))
    putting.start()
    assert queue.take(WAIT_S) is parts[0]
    putting.join(WAIT_S)
    assert put == [True]
    assert not queue.put(part(2))
    assert queue.take(0.0) is parts[1]


def test_a_part_that_waits_for_room_is_given_back_when_the_line_stops() -> None:
    queue, stopped = PartQueue(capacity=1), threading.Event()
    assert queue.put_waiting(part(0), stopped)
    stopped.set()
    assert not queue.put_waiting(part(1), stopped)
    assert len(queue) == 1
    assert queue.take(0.0) is not None
    assert queue.put_waiting(part(2), stopped)  # with room the stop does not matter


def test_a_closed_queue_is_finished_when_it_is_empty() -> None:
    queue = PartQueue()
    queue.put(part(0))
    queue.close()
    assert not queue.finished
    assert queue.take(0.0) is not None
    assert queue.finished
