"""``inspector line``, against a station in this process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.cli import main
from inspector.domain.line_protocol import LineProtocol
from inspector.domain.records import Verdict
from inspector.line.desk import Link
from inspector.line.service import LineService
from inspector.settings import Settings
from inspector.settings_file import save_settings
from tests.line.engines import FakeEngine
from tests.line.test_service import free_port
from tests.waits import until


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A data folder whose settings name the port of a station that runs."""
    settings = Settings(line_protocol=LineProtocol.MODBUS, line_port=free_port())
    save_settings(settings, tmp_path / "settings.json")
    service = LineService(
        FakeEngine(lambda event: Verdict.FAIL if event.id == "8" else Verdict.PASS), settings=lambda: settings
    )
    service.start()
    until(lambda: service.status().link is Link.WAITING)
    yield tmp_path
    service.stop()


def test_simulate_tells_of_each_part(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    command = (
        "line",
        "simulate",
        "--home",
        str(home),
        "--parts",
        "3",
        "--first-id",
        "7",
        "--every-ms",
        "1",
        "--poll-ms",
        "1",
    )
    assert main([*command, "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(part["id"], part["code"], part["score"]) for part in told] == [
        ("7", "OK", 0.25),
        ("8", "NOK", 0.25),
        ("9", "OK", 0.25),
    ]
    assert all(part["seen_ms"] >= 0 for part in told)
    assert main([*command]) == 0
    captured = capsys.readouterr()
    assert [line.partition(",")[0] for line in captured.out.splitlines()] == ["7: OK", "8: NOK", "9: OK"]
    assert "3 results; trigger → result p50" in captured.err


def test_test_says_which_levels_are_high(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    assert main(["line", "test", "--home", str(home), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert {name for name, high in said["levels"].items() if high} == {"online"}  # nobody has set Enable
    assert (said["waiting"], said["missed"]) == (0, 0)
    assert main(["line", "test", "--home", str(home)]) == 0
    assert "high: online; results waiting: 0; missed: 0" in capsys.readouterr().out


def test_a_station_that_is_not_there_or_has_no_protocol_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    port = str(free_port())
    assert main(["line", "test", "--home", str(tmp_path), "--protocol", "modbus", "--port", port]) == 1
    assert f"127.0.0.1:{port} takes no connection" in capsys.readouterr().err
    assert main(["line", "simulate", "--home", str(tmp_path)]) == 1
    assert "no protocol of the line is set" in capsys.readouterr().err


def test_the_map_is_printed_for_people_and_for_programs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["line", "map"]) == 0
    assert "108      result_code    uint16  0 none, 1 OK, 2 NOK, 3 REVIEW, 4 ERROR" in capsys.readouterr().out
    assert main(["line", "map", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [value["address"] for value in said["status"]][:3] == [100, 101, 102]
    assert said["control"][0]["bits"] == ["enable", "trigger", "result_ack", "alarm_ack"]


def test_the_nodes_of_opc_ua_are_printed_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["line", "map", "--protocol", "opcua"]) == 0
    said_to_people = capsys.readouterr().out
    assert "ns=2;s=Line.result_code  UInt16  0 none, 1 OK, 2 NOK, 3 REVIEW, 4 ERROR" in said_to_people
    assert "ns=2;s=VisionSystem.ResultManagement.ReleaseResultHandle  Method" in said_to_people
    assert main(["line", "map", "--protocol", "opcua", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["vision"]["model"] == "http://opcfoundation.org/UA/MachineVision"
    assert "SystemState" in {node["name"] for node in said["vision"]["nodes"]}
    assert {"id": "ns=2;s=Line.valid", "name": "valid", "type": "Boolean", "meaning": "bit 5 of status"} in said[
        "nodes"
    ]
