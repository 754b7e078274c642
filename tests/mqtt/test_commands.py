"""``inspector publish`` and ``inspector mqtt``, as a person at the terminal uses them."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from inspector.cli import main
from inspector.mqtt.status import publish_path
from inspector.outputs.result_log import SqliteResultLog
from inspector.sending.status import only_sender
from inspector.settings_file import load_settings
from tests.mqtt.broker import PASSWORD, USER, Broker, Receiver, password_file
from tests.mqtt.conftest import PART, STATE, MqttBench
from tests.outputs.samples import inspection
from tests.waits import WAIT_S, until


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any, str]:
    code = main([*map(str, arguments), "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out), said.err


def test_from_nothing_to_messages_and_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "broker"
    folder.mkdir()
    broker = Broker(folder, f"password_file {password_file(folder)}", "allow_anonymous true")
    receiver = Receiver(broker.port, "plant/Station 1/part")
    home = ("--home", tmp_path)
    address = broker.address(user=f"{USER}:***@")
    with closing(SqliteResultLog(tmp_path / "results.sqlite3")) as log:
        log.append(inspection(1))
        monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
        assert run(capsys, "mqtt", "connect", address, *home)[:2] == (0, {"broker": address})
        assert load_settings(tmp_path / "settings.json")[0].publish_to == address
        assert PASSWORD not in (tmp_path / "settings.json").read_text()
        log.append(inspection(2))
        assert run(capsys, "publish", "--once", *home)[:2] == (0, {"published": 1})
        assert run(capsys, "mqtt", "history", *home)[:2] == (0, {"added": 2})
        assert run(capsys, "publish", "--once", *home)[:2] == (0, {"published": 2})
        until(lambda: len(receiver.ids("plant/Station 1/part")) == 2)
        code, said, _ = run(capsys, "mqtt", "test", *home)
        assert (code, said) == (0, {"broker": address, "topic": "plant/Station 1", "encryption": ""})
        code, said, _ = run(capsys, "mqtt", "status", *home)
        assert (code, said["waiting"], said["set_aside"], said["faults"]) == (0, 0, [], [])
        assert said["last_said"]["topic"] == "plant/Station 1"
        broker.kill()
        log.append(inspection(3))
        code, said, _ = run(capsys, "publish", "--once", *home)
        assert (code, "nobody takes connections" in said["error"]["what"]) == (1, True)
        assert run(capsys, "mqtt", "test", *home)[0] == 1
        assert run(capsys, "mqtt", "status", *home)[1]["waiting"] == 1
        assert run(capsys, "mqtt", "disconnect", *home)[:2] == (0, {"forgotten": 1})
        assert run(capsys, "publish", "--once", *home)[1]["error"]["what"] == "no broker is set"
    receiver.close()


def test_in_words(bench: MqttBench, receiver: Receiver, capsys: pytest.CaptureFixture[str]) -> None:
    home = ("--home", str(bench.home.root))
    bench.add(1)
    assert main(["publish", "--once", *home]) == 0
    assert capsys.readouterr().out == "1 row published\n"
    assert main(["mqtt", "test", *home]) == 0
    assert "connected (not encrypted); may publish under plant/Press 1" in capsys.readouterr().out
    assert main(["mqtt", "status", *home]) == 0
    assert "Waiting in the log: 0" in capsys.readouterr().out
    assert main(["mqtt", "connect", "amqp://h", *home]) == 1
    assert "is no address of an MQTT broker" in capsys.readouterr().err
    assert main(["mqtt", "schema", *home]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"part", "review", "state", "counts", "head"}


@pytest.mark.low_priority
def test_it_goes_on_until_it_is_told_to_end(bench: MqttBench, receiver: Receiver) -> None:
    command = [sys.executable, "-m", "inspector", "publish", "--home", str(bench.home.root)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    (part,) = bench.add(1)
    until(lambda: receiver.ids(PART) == [part.id])
    again = subprocess.run(command, capture_output=True, text=True, check=False, timeout=WAIT_S)
    assert (again.returncode, "another process sends the rows" in again.stderr) == (1, True)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=WAIT_S)
    assert (process.returncode, "is being published" in said) == (0, True)
    until(lambda: not (receiver.last(STATE) or {"online": True})["online"])
    with only_sender(publish_path(bench.home.log), bench.home.log):
        pass  # it has let go
