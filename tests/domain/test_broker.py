"""Addresses of MQTT brokers, as people type them."""

from __future__ import annotations

import pytest

from inspector.domain.broker import BrokerSpec, checked_broker


def test_an_address_says_all() -> None:
    spec = BrokerSpec.parse(
        "mqtts://st%40tion:p@ss:wo/rd@broker.plant:8884/plant/hall%202/?ca=/etc/a.pem&client=/b.pem"
    )
    assert (spec.host, spec.port, spec.encrypted) == ("broker.plant", 8884, True)
    assert (spec.user, spec.password, spec.prefix) == ("st@tion", "p@ss:wo/rd", "plant/hall 2")
    assert (spec.ca, spec.client) == ("/etc/a.pem", "/b.pem")
    assert "p@ss" not in repr(spec)


@pytest.mark.parametrize(("text", "port"), [("mqtt://h", 1883), ("mqtts://h", 8883), ("mqtt://[::1]:1884", 1884)])
def test_what_is_left_out_is_usual(text: str, port: int) -> None:
    spec = BrokerSpec.parse(text)
    assert (spec.port, spec.prefix, spec.user, spec.password) == (port, "inspector", "", "")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "h",
            "h:1883",
            "mqtt:/h",
            "mqtt://",
            "mqtt://:1883",
            "http://h",
            "mqtt://h:0",
            "mqtt://h:x",
            "mqtt://h:70000",
        ),
        *("mqtt://h/a b", "mqtt://h/a/+/b", "mqtt://h/%23", "mqtt://h/a//b", "mqtt://h/a#b", "mqtt://h?ca=/a.pem"),
        *("mqtts://h?cafile=/a.pem", "mqtts://h?ca"),
    ],
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        checked_broker(text)


def test_a_refusal_shows_no_password() -> None:
    with pytest.raises(ValueError) as caught:
        checked_broker("amqp://u:s3cr3t@h/t")
    assert "s3cr3t" not in str(caught.value)
    assert checked_broker("") == ""
