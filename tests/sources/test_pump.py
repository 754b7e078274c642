"""The thread behind a source: what is handed over, what is said when it fails, hangs or ends, and that it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from types import SimpleNamespace

import pytest

from inspector.domain.errors import SourceError, SourceLostError
from inspector.domain.records import BadPicture, Frame
from inspector.sources import pump as pump_module
from inspector.sources.base import SourceEndedError
from inspector.sources.pump import Pump, PumpedSource
from tests.engine.fakes import frame
from tests.waits import WAIT_S

Items = Generator[Frame | BadPicture | None]


def pump_of(produce: Callable[[threading.Event, int], Items], *, keep_newest: bool = False, first: int = 0) -> Pump:
    return Pump("s", produce, first=first, keep_newest=keep_newest, silence_s=WAIT_S)


def read_error(pump: Pump) -> SourceError:
    with pytest.raises(SourceError) as caught:
        pump.read(WAIT_S)
    return caught.value


def test_it_is_open_at_the_first_sign_of_life_and_its_thread_is_named() -> None:
    def produce(stop: threading.Event, first: int) -> Items:
        yield None
        assert stop.wait(WAIT_S)

    pump = pump_of(produce)
    pump.open(WAIT_S)
    assert (pump.thread.name, pump.thread.daemon) == ("source s", True)
    assert pump.read(0.0) is None
    pump.close()
    assert not pump.thread.is_alive()
    assert pump.read(WAIT_S) is None


def test_pictures_come_in_order_and_then_the_end() -> None:
    def produce(stop: threading.Event, first: int) -> Items:
        for number in range(first, first + 3):
            yield frame(number)

    pump = pump_of(produce, first=7)
    pump.open(WAIT_S)
    items = [pump.read(WAIT_S) for _ in range(3)]
    assert [item.sequence for item in items if item is not None] == [7, 8, 9]
    with pytest.raises(SourceEndedError) as ended:
        pump.read(WAIT_S)
    assert str(ended.value) == "s"
    pump.close()


def test_an_end_without_a_picture_is_no_failure_to_open() -> None:
    def produce(stop: threading.Event, first: int) -> Items:
        yield from ()

    pump = pump_of(produce)
    pump.open(WAIT_S)
    with pytest.raises(SourceEndedError):
        pump.read(WAIT_S)


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize(
    ("error", "what", "next_step"),
    [
        (SourceError("it is gone", "Look for it."), "it is gone", "Look for it."),
        (ValueError("odd"), "s failed: ValueError: odd", "It is tried again."),
    ],
)
def test_what_fails_before_the_first_picture_cannot_be_opened_and_after_it_is_lost(
    before: int, error: Exception, what: str, next_step: str
) -> None:
    def produce(stop: threading.Event, first: int) -> Items:
        for number in range(before):
            yield frame(number)
        raise error

    pump = pump_of(produce)
    if before:
        pump.open(WAIT_S)
        assert pump.read(WAIT_S) is not None
        lost = read_error(pump)
        assert type(lost) is SourceLostError
    else:
        with pytest.raises(SourceError) as caught:
            pump.open(WAIT_S)
        lost = caught.value
        assert type(lost) is SourceError
    assert (lost.what, lost.next_step) == (what, next_step)


def test_what_does_not_answer_in_time_says_how_long() -> None:
    come_back = threading.Event()

    def produce(stop: threading.Event, first: int) -> Items:
        assert come_back.wait(WAIT_S)
        yield None

    pump = pump_of(produce)
    with pytest.raises(SourceError) as caught:
        pump.open(0.0625)
    assert caught.value.what == "s does not answer within 0.0625 s"
    assert caught.value.next_step == "Check its cable, power and network."
    come_back.set()
    pump.close()


def test_silence_is_a_loss_that_says_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s, hanging, come_back = 100.0, threading.Event(), threading.Event()
    monkeypatch.setattr(pump_module, "time", SimpleNamespace(perf_counter=lambda: now_s))

    def produce(stop: threading.Event, first: int) -> Items:
        yield frame(0)
        hanging.set()
        assert come_back.wait(WAIT_S)

    pump = Pump("s", produce, first=0, keep_newest=True, silence_s=5.0)
    pump.open(WAIT_S)
    assert hanging.wait(WAIT_S)
    assert pump.read(0.0) is not None
    now_s = 104.5
    assert pump.read(0.0) is None
    now_s = 105.0
    lost = read_error(pump)
    assert type(lost) is SourceLostError
    assert lost.what == "s has not answered for 5 s"
    assert lost.next_step == "Check its cable, power and network; it is tried again by itself."
    now_s = 112.0
    assert read_error(pump).what == "s has not answered for 12 s"
    come_back.set()
    pump.close()


def test_the_newest_picture_replaces_the_one_before() -> None:
    done = threading.Event()

    def produce(stop: threading.Event, first: int) -> Items:
        for number in range(3):
            yield frame(number)
        yield None  # nothing new does not take the picture away
        done.set()
        assert stop.wait(WAIT_S)

    pump = pump_of(produce, keep_newest=True)
    pump.open(WAIT_S)
    assert done.wait(WAIT_S)
    newest = pump.read(0.0)
    assert newest is not None
    assert newest.sequence == 2
    assert pump.read(0.0) is None
    pump.close()


def test_without_that_each_waits_until_the_one_before_is_taken() -> None:
    made: list[int] = []

    def produce(stop: threading.Event, first: int) -> Items:
        for number in range(3):
            made.append(number)
            yield frame(number)

    pump = pump_of(produce)
    pump.open(WAIT_S)
    assert made == [0]
    for number in range(3):
        item = pump.read(WAIT_S)
        assert item is not None
        assert item.sequence == number
    pump.close()


def test_who_closes_it_lets_its_generator_clean_up() -> None:
    cleaned = threading.Event()

    def produce(stop: threading.Event, first: int) -> Items:
        try:
            while True:
                yield frame(0)
        finally:
            cleaned.set()

    pump = pump_of(produce)
    pump.open(WAIT_S)
    pump.close()  # while the generator waits for a taker
    pump.thread.join(WAIT_S)
    assert cleaned.is_set()
    assert not pump.thread.is_alive()


class Script(PumpedSource):
    """Three pictures for each opening; keeps what was taken."""

    def __init__(self) -> None:
        super().__init__("s", live=False, open_limit_s=WAIT_S, silence_s=WAIT_S)
        self.firsts: list[int] = []
        self.taken: list[int] = []
        self.fault: SourceError | None = None

    def _produce(self, stop: threading.Event, first: int) -> Items:
        self.firsts.append(first)
        if self.fault is not None:
            raise self.fault
        for number in range(first, first + 3):
            yield frame(number)

    def _took(self, item: Frame | BadPicture) -> None:
        self.taken.append(item.sequence)


def test_numbers_go_on_after_what_was_taken() -> None:
    source = Script()
    assert source.read(0.0) is None
    source.open()
    assert source.read(WAIT_S) is not None
    source.open()  # it closes itself first; the picture that was not taken comes again
    assert source.read(WAIT_S) is not None
    assert (source.firsts, source.taken) == ([0, 1], [0, 1])
    source.close()
    assert source.read(WAIT_S) is None


def test_what_cannot_be_opened_is_closed() -> None:
    source = Script()
    source.fault = SourceError("it is gone", "Look for it.")
    with pytest.raises(SourceError, match="it is gone"):
        source.open()
    assert source.read(0.0) is None
    source.fault = None
    source.open()
    assert source.read(WAIT_S) is not None
    source.close()
