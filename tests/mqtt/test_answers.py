"""A broker that does not answer is said long before the connection ends, and the connection stays."""

from __future__ import annotations

import pytest

from inspector.mqtt.answers import AnswerWatch
from tests.mqtt.broker import Broker, Receiver
from tests.mqtt.conftest import PART, STATE, MqttBench
from tests.waits import until


class Clocked:
    """A watch whose time passes when the test says so."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.told: list[bool] = []
        self.watch = AnswerWatch(self.told.append, lambda: self.now_s)

    def passes(self, seconds: float) -> None:
        self.now_s += seconds
        self.watch.look()

    def answers_after(self, seconds: float) -> None:
        self.watch.asked()
        self.passes(seconds)
        self.watch.heard()


def test_a_broker_is_asked_for_a_word_where_nothing_is_said() -> None:
    clocked = Clocked()
    assert not clocked.watch.wants_word()
    clocked.passes(0.31)
    assert clocked.watch.wants_word()
    clocked.watch.asked()
    assert not clocked.watch.wants_word()  # one answer at a time is owed
    clocked.watch.heard()
    assert not clocked.watch.wants_word()
    clocked.passes(5.0)
    assert clocked.told == []  # nothing was asked


def test_silence_is_told_once_and_taken_back_with_the_answer() -> None:
    clocked = Clocked()
    clocked.watch.asked()
    clocked.passes(0.39)
    assert clocked.told == []
    clocked.passes(0.02)
    clocked.passes(5.0)
    assert clocked.told == [True]
    clocked.watch.heard()
    clocked.passes(0.1)
    assert clocked.told == [True, False]


def test_the_first_question_counts_though_others_follow() -> None:
    clocked = Clocked()
    for _ in range(5):
        clocked.watch.asked()
        clocked.passes(0.1)
    assert clocked.told == [True]


@pytest.mark.parametrize(("takes_s", "bears_s"), [(0.001, 0.4), (0.1, 0.4), (0.3, 0.9), (2.0, 6.0)])
def test_a_broker_far_away_has_its_own_pace(takes_s: float, bears_s: float) -> None:
    clocked = Clocked()
    clocked.answers_after(takes_s)
    clocked.told.clear()  # the first of the slow ones is told: nothing is known of its pace
    clocked.watch.asked()
    clocked.passes(bears_s - 0.01)
    assert clocked.told == []
    clocked.passes(0.02)
    assert clocked.told == [True]


def test_a_broker_that_hangs_is_said_and_the_connection_stays(
    bench: MqttBench, broker: Broker, receiver: Receiver
) -> None:
    bench.add(1)
    with bench.running():
        until(lambda: len(receiver.ids(PART)) == 1)
        until(lambda: bench.status().sent == 1 and not bench.status().error)
        for more in (0, 2):  # while nothing is published, and while something is
            broker.stop()
            bench.add(more)
            until(lambda: "does not answer" in bench.status().error)
            assert bench.status().error_since_utc is not None
            broker.go_on()
            until(lambda: not bench.status().error)
        until(lambda: len(receiver.ids(PART)) == 3)
        assert [state["online"] for state in receiver.said(STATE)].count(False) == 0
