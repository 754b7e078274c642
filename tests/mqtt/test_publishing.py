"""What is recorded arrives at those who subscribe: whole, in order, in spite of what cannot be taken."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from inspector.domain.records import Verdict
from inspector.domain.review import Judgement
from inspector.mqtt import publisher as module
from inspector.mqtt.address import BrokerAddress
from inspector.mqtt.connection import BrokerConnection
from inspector.mqtt.faults import BrokerError
from inspector.mqtt.messages import Topics, schemas
from inspector.mqtt.presence import Presence
from inspector.mqtt.status import publish_faults
from inspector.outputs.pulse import pulse_path, write_pulse
from inspector.outputs.reviews import ReviewLog
from inspector.outputs.rows import to_row
from inspector.proof.heads import head_of, sign_head
from inspector.signing import station_key
from tests.mqtt.broker import Broker, Receiver
from tests.mqtt.conftest import COUNTS, HEAD, PART, REVIEW, STATE, MqttBench
from tests.outputs.by_hand import by_hand
from tests.outputs.pulses import pulse
from tests.outputs.samples import inspection
from tests.review.parts import said
from tests.waits import until

jsonschema = pytest.importorskip("jsonschema")


def test_parts_and_reviews_arrive_with_all_their_columns(bench: MqttBench, receiver: Receiver) -> None:
    part, failed = bench.add(1)[0], bench.add(1, Verdict.FAIL)[0]
    odd = replace(inspection(3, Verdict.ERROR), lot="Ünal 😀", source_path="/a\\b'\";--", probabilities=())
    bench.log.append(odd)
    review = said(failed.id, Judgement.DEFECTIVE, defect_type="dirt")
    ReviewLog(bench.log.path).add(review)
    assert bench.send() == 4
    until(lambda: len(receiver.said(PART)) == 3 and receiver.said(REVIEW))
    described = schemas()
    for message, sent in zip(receiver.said(PART), (part, failed, odd), strict=True):
        jsonschema.validate(message, described["part"])
        wanted = to_row(sent) | {"probabilities": list(sent.probabilities), "version": 1}
        wanted["class_names"] = list(sent.classes.names if sent.classes else ())
        assert message == {name: value for name, value in wanted.items() if name != "commit_ms"} | {
            "station_key": message["station_key"]
        }
    (stored,) = receiver.said(REVIEW)
    jsonschema.validate(stored, described["review"])
    assert (stored["id"], stored["inspection_id"], stored["judgement"]) == (review.id, failed.id, "defective")
    assert (stored["blind"], stored["defect_type"]) == (False, "dirt")
    assert bench.send() == 0
    assert (bench.status().waiting, publish_faults(bench.status())) == (0, [])


def test_the_schemas_refuse_what_is_none() -> None:
    described = schemas()
    assert set(described) == {"part", "review", "state", "counts", "head"}
    for schema in described.values():
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"version": 1}, schema)


def test_the_state_says_online_and_what_the_line_does_and_offline_at_the_end(
    bench: MqttBench, broker: Broker, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.outputs.pulse.STALE_S", 600.0)  # however long the publisher takes to read it
    with bench.running():
        until(lambda: receiver.last(STATE))
        first = receiver.last(STATE)
        assert first is not None
        assert (first["online"], first["line"], first["station"]) == (True, None, "Press 1")
        write_pulse(pulse_path(bench.home.log), pulse(time_utc=datetime.now(UTC), lot="L7"))
        until(lambda: (receiver.last(STATE) or {})["line"])
        state = receiver.last(STATE)
        assert state is not None
        jsonschema.validate(state, schemas()["state"])
        assert (state["line"]["lot"], state["line"]["running"], state["line"]["heard"]) == ("L7", True, True)
    until(lambda: not (receiver.last(STATE) or {"online": True})["online"])
    late = Receiver(broker.port, STATE)  # it is kept for those who come later
    until(lambda: late.last(STATE))
    late.close()
    last = late.last(STATE)
    assert last is not None
    jsonschema.validate(last, schemas()["state"])
    assert (last["online"], bool(last["time_utc"])) == (False, True)


def test_where_the_connection_is_lost_the_broker_says_offline(
    bench: MqttBench, broker: Broker, receiver: Receiver
) -> None:
    topics = Topics.of("plant", "Press 1")
    presence = Presence(topics, "key-0001", "Press 1", bench.home.log)
    address = BrokerAddress.of(broker.address(), bench.home.root)
    connection = BrokerConnection(address, client_id="x", will=presence.offline(said=False))
    presence.say(connection)
    until(lambda: (receiver.last(STATE) or {"online": False})["online"])
    connection.abort()
    until(lambda: not (receiver.last(STATE) or {"online": True})["online"])
    last = receiver.last(STATE)
    assert last is not None
    jsonschema.validate(last, schemas()["state"])
    assert last["time_utc"] is None


def test_counts_are_those_of_the_log(bench: MqttBench, receiver: Receiver) -> None:
    write_pulse(pulse_path(bench.home.log), pulse(time_utc=datetime.now(UTC), recipe="R", lot="L1"))
    bench.add(3)
    bench.add(2, Verdict.FAIL)
    with bench.running():
        until(lambda: (receiver.last(COUNTS) or {"inspected": 0})["inspected"] == 5)
        bench.add(1, Verdict.ERROR)
        until(lambda: (receiver.last(COUNTS) or {"inspected": 0})["inspected"] == 6)
    counts = receiver.last(COUNTS)
    assert counts is not None
    jsonschema.validate(counts, schemas()["counts"])
    assert [counts[name] for name in ("passed", "failed", "review", "error")] == [3, 2, 0, 1]
    assert (counts["recipe"], counts["lot"]) == ("R", "L1")


def test_where_the_record_ends_is_told_as_it_was_signed(bench: MqttBench, receiver: Receiver) -> None:
    def entries() -> int:
        return int((receiver.last(HEAD) or {"entries": 0})["entries"])

    root, log = bench.home.root, bench.home.log
    bench.add(2)
    first = sign_head(log, root, "Press 1", "end of a run")
    with bench.running():
        until(lambda: entries() == first.entries)
        bench.add(1)
        last = sign_head(log, root, "Press 1", "end of a shift")
        until(lambda: entries() == last.entries)
    head = receiver.last(HEAD)
    assert head is not None
    jsonschema.validate(head, schemas()["head"])
    assert head_of(head["text"]) == last
    assert (head["hash"], head["signature"]) == (last.hash, last.signature)
    assert last.is_signed_by(station_key(root).public)


def test_what_nobody_subscribes_to_waits_until_somebody_does(bench: MqttBench, broker: Broker) -> None:
    parts = bench.add(2)
    with pytest.raises(BrokerError, match=r"nobody subscribes to plant/Press 1/part"):
        bench.send()
    assert bench.outbox.waiting() == 2
    late = Receiver(broker.port, PART)
    assert bench.send() == 2
    until(lambda: late.ids(PART) == [part.id for part in parts])
    late.close()


def test_what_no_message_can_say_is_set_aside_and_the_rest_arrives(bench: MqttBench, receiver: Receiver) -> None:
    parts = bench.add(30)
    with by_hand(bench.log.path) as spoilt:
        for number, change in {
            9: "lot = CAST(x'4cff' AS TEXT)",
            15: "time_utc = 'yesterday'",
            20: "verdict = 'MAYBE'",
            21: "part_number = 1.5",
            26: "probabilities = '[1,'",
        }.items():
            spoilt.execute(f"UPDATE inspections SET {change} WHERE id = ?", (parts[number].id,))
        spoilt.execute("DELETE FROM inspections WHERE id = ?", (parts[4].id,))
        spoilt.commit()
    assert bench.send() == 24
    bad = [4, 9, 15, 20, 21, 26]
    until(lambda: receiver.ids(PART) == [part.id for number, part in enumerate(parts) if number not in bad])
    aside = {row.row_id: row.why for row in bench.outbox.set_aside()}
    assert set(aside) == {parts[number].id for number in bad}
    assert aside[parts[4].id] == "it is no longer in the log"
    assert "verdict" in aside[parts[20].id]
    assert (bench.status().set_aside, bench.status().waiting) == (6, 0)
    assert any("refuses 6 rows for good" in fault for fault in publish_faults(bench.status()))


def test_what_is_longer_than_the_broker_takes_is_set_aside_and_arrives_once_it_does(tmp_path: Path) -> None:
    folder = tmp_path / "broker"
    folder.mkdir()
    small = Broker(folder, "max_packet_size 4000")
    receiver, bench = Receiver(small.port, PART), MqttBench(tmp_path, small.address())
    bench.log.append(replace(inspection(1), source_path="/" + "long/" * 1000))
    (part,) = bench.add(1)
    assert bench.send() == 1
    until(lambda: receiver.ids(PART) == [part.id])
    (aside,) = bench.outbox.set_aside()
    assert aside.why == "it is longer than the broker takes"
    receiver.close()
    small.close()
    (folder / "large").mkdir()
    large = Broker(folder / "large")
    bench.set(publish_to=large.address())
    receiver = Receiver(large.port, PART)
    assert bench.send() == 1
    until(lambda: receiver.ids(PART) == [aside.row_id])
    assert bench.outbox.set_aside() == []
    receiver.close()
    large.close()
    bench.close()


def test_a_row_at_which_the_broker_ends_the_connection_is_set_aside_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.sending.back_off._FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(module, "_HELD_S", 0.0)
    folder = tmp_path / "broker"
    folder.mkdir()
    rude = Broker(folder, "message_size_limit 4000")  # it refuses in a way that MQTT 5 does not know
    receiver, bench = Receiver(rude.port, PART), MqttBench(tmp_path, rude.address())
    before = bench.add(3)
    bench.log.append(replace(inspection(7), source_path="/" + "long/" * 1000))
    after = bench.add(3)
    with bench.running():
        until(lambda: receiver.ids(PART) == [part.id for part in (*before, *after)])
        until(bench.outbox.set_aside)
    (aside,) = bench.outbox.set_aside()
    assert aside.why == "the broker ends the connection when it gets it"
    receiver.close()
    rude.close()
    bench.close()


def test_rows_are_taken_once_the_broker_has_had_them_for_a_while(
    bench: MqttBench, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = bench.add(2)
    with bench.running() as publisher:
        until(lambda: publisher.sent == 2)
        assert bench.outbox.waiting() == 2
        monkeypatch.setattr(module, "_HELD_S", 0.0)
        until(lambda: bench.outbox.waiting() == 0)
    until(lambda: receiver.ids(PART) == [part.id for part in parts])


def test_it_goes_to_the_new_broker_and_ends_where_there_is_none(bench: MqttBench, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Broker(tmp_path / "other")
    receiver = Receiver(other.port, "hall/Press 2/part")
    publisher = bench.publisher()
    thread = threading.Thread(target=publisher.run, args=(threading.Event(),))
    thread.start()
    bench.set(publish_to=other.address().replace("/plant", "/hall"), station="Press 2")
    (part,) = bench.add(1)
    until(lambda: receiver.ids("hall/Press 2/part") == [part.id])
    bench.set(publish_to="")
    thread.join()
    assert not bench.status().running
    receiver.close()
    other.close()


def test_nothing_waits_for_more_to_be_sent(bench: MqttBench, broker: Broker) -> None:
    connection = BrokerConnection(BrokerAddress.of(broker.address(), bench.home.root), client_id="x")
    used = connection._client.socket()
    assert isinstance(used, socket.socket)
    assert used.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    connection.close()
    connection.abort()


@pytest.mark.parametrize(
    ("station", "base"), [("Press 1", "plant/Press 1"), ("A/B+#", "plant/A-B--"), ("Süd 😀", "plant/Süd 😀")]
)
def test_a_station_s_name_is_one_level(station: str, base: str) -> None:
    topics = Topics.of("plant", station)
    assert (topics.base, topics.state) == (base, f"{base}/state")
