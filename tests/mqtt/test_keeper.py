"""The station keeps ``inspector publish`` running where its settings name a broker, beside what sends to a database."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from inspector import assembly
from inspector.outputs.outbox import FLEET, MQTT, Outbox
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home
from inspector.sending import keeper as module
from inspector.settings import Settings
from inspector.settings_file import save_settings
from tests.children import children_with
from tests.mqtt.broker import Broker, Receiver
from tests.mqtt.conftest import PART, STATE
from tests.outputs.samples import inspection
from tests.waits import until


@pytest.mark.low_priority
def test_a_station_with_a_broker_publishes_by_itself(
    broker: Broker, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOOK_EVERY_S", 0.05)
    home, settings = Home(root=tmp_path), Settings(station="Press 1", publish_to=broker.address())
    save_settings(settings, home.settings)
    senders = assembly.senders(home, settings=lambda: settings, log=lambda: home.log)
    with closing(SqliteResultLog(home.log)) as log:
        for sender in senders:
            sender.start()
        until(lambda: Outbox(home.log, MQTT).is_subscribed())
        assert not Outbox(home.log, FLEET).is_subscribed()
        part = inspection(1)
        log.append(part)
        until(lambda: receiver.ids(PART) == [part.id])
        for sender in senders:
            sender.stop()
    until(lambda: not (receiver.last(STATE) or {"online": True})["online"])
    assert children_with("publish") == []
