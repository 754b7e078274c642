"""What is wrong with a broker is said: address, port, certificate, password, rights, silence."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from inspector.mqtt import connection as module
from inspector.mqtt.address import BrokerAddress
from inspector.mqtt.faults import BrokerError
from inspector.mqtt.publisher import try_broker
from tests.mqtt.broker import PASSWORD, USER, Broker, certificate, password_file
from tests.mqtt.conftest import MqttBench
from tests.waits import until


def tried(address: str, home: Path) -> tuple[str, str]:
    return try_broker(BrokerAddress.of(address, home), "Press 1")


def refusal(address: str, home: Path) -> str:
    with pytest.raises(BrokerError) as caught:
        tried(address, home)
    assert caught.value.next_step
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Broker]:
    """A broker that knows one user, who may publish under plant only."""
    folder = tmp_path / "broker"
    folder.mkdir()
    rights = folder / "rights"
    rights.write_text(f"user {USER}\ntopic readwrite plant/#\n", encoding="utf-8")
    rights.chmod(0o600)
    broker = Broker(folder, f"password_file {password_file(folder)}", f"acl_file {rights}")
    yield broker
    broker.close()


def user(password: str = PASSWORD) -> str:
    return f"{USER}:{quote(password, safe='')}@"


def test_a_broker_that_takes_it_is_well(broker: Broker, tmp_path: Path) -> None:
    assert tried(broker.address(), tmp_path) == ("plant/Press 1", "")


def test_user_and_password(guarded: Broker, tmp_path: Path) -> None:
    assert tried(guarded.address(user=user()), tmp_path) == ("plant/Press 1", "")
    for wrong in ("", user("another"), f"{USER}@", "nobody:x@"):
        assert "refuses the user or the password" in refusal(guarded.address(user=wrong), tmp_path)


def test_a_right_that_the_user_has_not(guarded: Broker, tmp_path: Path) -> None:
    other = guarded.address(user=user()).replace("/plant", "/hall")
    assert "does not let this user publish to hall/Press 1/test" in refusal(other, tmp_path)


def test_host_and_port(broker: Broker, tmp_path: Path) -> None:
    assert "no computer of the name no-such-host.invalid is known" in refusal("mqtt://no-such-host.invalid", tmp_path)
    assert f"no computer of the name {'x' * 70} is known" in refusal(f"mqtt://{'x' * 70}", tmp_path)
    broker.kill()
    assert f"nobody takes connections at 127.0.0.1, port {broker.port}" in refusal(broker.address(), tmp_path)


def test_certificates(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    other, _ = certificate(tmp_path, "another.plant")
    broker = Broker(tmp_path, f"certfile {cert}", f"keyfile {key}", f"cafile {cert}")
    right = broker.address(scheme="mqtts", host="localhost")
    try:
        topic, encryption = tried(f"{right}?ca={cert}", tmp_path)
        assert (topic, encryption[:4]) == ("plant/Press 1", "TLSv")
        assert "signed by itself, and not known here" in refusal(right, tmp_path)
        assert "cannot prove that it is the one that is meant" in refusal(f"{right}?ca={other}", tmp_path)
        by_number = broker.address(scheme="mqtts", host="127.0.0.1")
        assert "its certificate is not that of 127.0.0.1" in refusal(f"{by_number}?ca={cert}", tmp_path)
        assert "ends the connection before it answers" in refusal(broker.address(host="localhost"), tmp_path)
        assert "cannot be read: it is not there" in refusal(f"{right}?ca={tmp_path}/none.pem", tmp_path)
        assert "it is no PEM file of that kind" in refusal(f"{right}?ca={tmp_path}/mosquitto.conf", tmp_path)
        assert "it is no PEM file of that kind" in refusal(f"{right}?ca={cert}&client={cert}", tmp_path)
    finally:
        broker.close()


def test_a_station_s_own_certificate(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    mine, my_key = certificate(tmp_path, "press1")
    both = tmp_path / "press1.pem"
    both.write_text(mine.read_text() + my_key.read_text())
    demands = ("require_certificate true", "use_identity_as_username true")
    broker = Broker(tmp_path, f"certfile {cert}", f"keyfile {key}", f"cafile {mine}", *demands)
    address = broker.address(scheme="mqtts", host="localhost") + f"?ca={cert}"
    try:
        assert tried(f"{address}&client={both}", tmp_path)[0] == "plant/Press 1"
        assert refusal(address, tmp_path)
    finally:
        broker.close()


def test_tls_where_the_broker_speaks_none(broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = broker.address(scheme="mqtts", host="localhost").replace("localhost", "127.0.0.1")
    said = refusal(address, tmp_path)
    assert "does not speak TLS" in said or "is not reached" in said


def test_one_that_hangs_is_said(broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broker.stop()
    with monkeypatch.context() as short:
        short.setattr(module, "_ANSWER_S", 0.5)
        assert "does not answer" in refusal(broker.address(), tmp_path)
    broker.go_on()
    assert tried(broker.address(), tmp_path)


def test_what_is_wrong_stands_in_the_status_and_is_gone_when_it_is_mended(guarded: Broker, tmp_path: Path) -> None:
    bench = MqttBench(tmp_path, guarded.address(user=user("wrong")))
    bench.add(1)
    with bench.running():
        until(lambda: "refuses the user or the password" in bench.status().error)
        assert bench.status().waiting == 1
        assert "***" in bench.status().broker
        assert "wrong" not in bench.status().model_dump_json()
        bench.set(publish_to=guarded.address(user=user()))
        until(lambda: "nobody subscribes" in bench.status().error)
    bench.close()


def test_without_the_library_the_extra_is_named(
    broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "paho.mqtt.client", None)
    assert "inspector-station[line]" in refusal(broker.address(), tmp_path)


def test_a_password_that_is_not_known_here(tmp_path: Path) -> None:
    assert "is not known on this computer" in refusal("mqtt://station:***@127.0.0.1/plant", tmp_path)
