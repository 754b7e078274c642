"""The hand-overs of the line: what is dropped is counted, what may not be dropped waits."""

from __future__ import annotations

import threading

from inspector.engine.queues import Mailbox
from tests.engine.fakes import frame


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
