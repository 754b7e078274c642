"""A broker, what subscribes at it, and a station that publishes there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from inspector.domain.records import Inspection, Verdict
from inspector.mqtt.publisher import Publisher
from inspector.mqtt.status import PublishStatus, read_publish
from inspector.outputs.outbox import MQTT, Outbox
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home
from inspector.settings import Settings
from inspector.settings_file import load_settings, save_settings
from tests.mqtt.broker import Broker, Receiver
from tests.outputs.samples import inspection
from tests.waits import until

PART, REVIEW = "plant/Press 1/part", "plant/Press 1/review"
STATE, COUNTS, HEAD = "plant/Press 1/state", "plant/Press 1/counts", "plant/Press 1/head"


class MqttBench:
    """One station and what it publishes."""

    def __init__(self, folder: Path, address: str) -> None:
        self.home = Home(root=folder)
        self.log = SqliteResultLog(self.home.log)
        self.outbox = Outbox(self.home.log, MQTT)
        self.outbox.subscribe()
        self._number = 0
        save_settings(Settings(station="Press 1", publish_to=address), self.home.settings)

    def settings(self) -> Settings:
        return load_settings(self.home.settings)[0]

    def set(self, **changes: str) -> None:
        save_settings(self.settings().model_copy(update=changes), self.home.settings)

    def add(self, count: int, verdict: Verdict = Verdict.PASS) -> list[Inspection]:
        parts = [inspection(self._number + number, verdict) for number in range(1, count + 1)]
        self._number += count
        for part in parts:
            self.log.append(part)
        return parts

    def publisher(self) -> Publisher:
        return Publisher(self.home.root, self.home.log, self.settings)

    def send(self) -> int:
        """Publish what waits; return how many rows that were."""
        publisher = self.publisher()
        publisher.run_once(threading.Event())
        return publisher.sent

    @contextmanager
    def running(self) -> Iterator[Publisher]:
        """Publish on a thread as long as the block lasts."""
        stop, publisher = threading.Event(), self.publisher()
        thread = threading.Thread(target=publisher.run, args=(stop,))
        thread.start()
        try:
            yield publisher
        finally:
            stop.set()
            thread.join()

    def status(self) -> PublishStatus:
        until(lambda: read_publish(self.home.log) is not None)
        status = read_publish(self.home.log)
        assert status is not None
        return status

    def close(self) -> None:
        self.log.close()


@pytest.fixture
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    broker = Broker(tmp_path_factory.mktemp("broker"))
    yield broker
    broker.close()


@pytest.fixture
def receiver(broker: Broker) -> Iterator[Receiver]:
    receiver = Receiver(broker.port, PART, REVIEW, STATE, COUNTS, HEAD)
    yield receiver
    receiver.close()


@pytest.fixture
def bench(broker: Broker, tmp_path: Path) -> Iterator[MqttBench]:
    bench = MqttBench(tmp_path, broker.address())
    yield bench
    bench.close()
