"""Broker and publisher are killed and stopped: nothing is lost; what comes twice is the very same."""

from __future__ import annotations

import random
import subprocess
import sys
from contextlib import suppress

import pytest

from inspector.mqtt import connection
from inspector.mqtt import publisher as module
from tests.mqtt.broker import Broker, Receiver
from tests.mqtt.conftest import PART, MqttBench
from tests.waits import WAIT_S, until


@pytest.mark.slow
def test_a_broker_that_is_killed_stopped_and_started_again_loses_nothing(
    bench: MqttBench, broker: Broker, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_HELD_S", 3.0)
    monkeypatch.setattr(connection, "_ANSWER_S", 2.0)
    monkeypatch.setattr("inspector.sending.back_off._LONGEST_WAIT_S", 1.0)
    chance, ids = random.Random(7), []
    with bench.running() as publisher:
        for turn in range(6):
            ids += [part.id for part in bench.add(chance.randint(20, 60))]
            sent = publisher.sent
            until(lambda sent=sent: publisher.sent > sent)  # type: ignore[misc]
            if turn % 3 == 2:
                broker.stop()
                ids += [part.id for part in bench.add(10)]
                until(lambda: "does not answer" in bench.status().error)
                broker.go_on()
            else:
                broker.kill()
                ids += [part.id for part in bench.add(10)]
                broker.start()
        until(lambda: set(receiver.ids(PART)) == set(ids))
        until(lambda: bench.outbox.waiting() == 0)
    assert len(receiver.ids(PART)) == len(ids)
    assert bench.outbox.set_aside() == []


@pytest.mark.slow
@pytest.mark.low_priority
def test_a_publisher_that_is_killed_loses_nothing(bench: MqttBench, receiver: Receiver) -> None:
    command = [sys.executable, "-m", "inspector", "publish", "--home", str(bench.home.root)]
    ids: list[str] = []
    for _ in range(3):
        ids += [part.id for part in bench.add(200)]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        seen = len(receiver.said(PART))
        until(lambda seen=seen: len(receiver.said(PART)) > seen + 20)  # type: ignore[misc]
        process.kill()
        process.wait(WAIT_S)
    with suppress(subprocess.TimeoutExpired):
        subprocess.run([*command, "--once"], check=True, timeout=WAIT_S, stdout=subprocess.DEVNULL)
    until(lambda: len(receiver.ids(PART)) == len(ids))
    assert set(receiver.ids(PART)) == set(ids)
    assert bench.outbox.waiting() == 0
