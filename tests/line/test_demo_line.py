"""The demo line, driven by a controller in a process of its own, which is killed and stopped at random."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from inspector.assembly import recipe_for
from inspector.domain.line_protocol import LineProtocol
from inspector.domain.records import Verdict
from inspector.domain.source_options import SourceOptions
from inspector.line.signals import CODES, ResultCode
from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from inspector.recipes.recipe import save_recipe
from inspector.settings import Settings
from inspector.settings_file import save_settings
from tests.line.cable import Cable
from tests.line.test_service import free_port
from tests.waits import WAIT_S, until

ROOT = Path(__file__).resolve().parents[2]
PARTS = 24
#: A controller of each protocol that has the hand-shake.
PROGRAMS = {
    LineProtocol.MODBUS: "tests.line.plc",
    LineProtocol.MODBUS_CLIENT: "tests.line.plc_modbus_server",
    LineProtocol.S7: "tests.line.plc_s7",
    LineProtocol.OPCUA: "tests.line.opcua_plc",
    LineProtocol.OPCUA_CLIENT: "tests.line.plc_opcua_server",
    LineProtocol.TEXT: "tests.line.plc_text",
    LineProtocol.SERIAL: "tests.line.plc_text",
}


class Controller:
    """The controller's process, and what every one of them has printed; the one before has ended when one is started.

    Args:
        port: Where the station is, or where it listens itself; a serial port's path.
    """

    def __init__(self, port: int | Path, folder: Path, module: str = "tests.line.plc") -> None:
        self._port, self._folder, self._module = port, folder, module
        self._before: list[list[str]] = []
        self._said: Path | None = None
        self._runs = 0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, first: int, count: int, *, poll_s: float = 0.005) -> None:
        self._before, self._said = self.lines(), self._folder / f"plc-{self._runs}.txt"
        self._runs, said = self._runs + 1, self._said
        command = [sys.executable, "-m", self._module, str(self._port), str(first), str(count), str(poll_s)]
        with said.open("wb") as out:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=out)

    def send(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(WAIT_S)

    @property
    def ended(self) -> bool:
        """Whether its process has."""
        return self.process is None or self.process.poll() is not None

    def lines(self) -> list[list[str]]:
        """What was printed, the last line too where it is whole."""
        text = self._said.read_text(encoding="ascii") if self._said else ""
        return self._before + [line.split() for line in text[: text.rfind("\n") + 1].splitlines()]

    def last(self, kind: str) -> int:
        """The id of the last line of a kind; 0 without one."""
        return max(map(int, self.told(kind)), default=0)

    def told(self, kind: str) -> list[str]:
        return [line[1] for line in self.lines() if line[0] == kind]


@contextmanager
def driven(protocol: LineProtocol, port: int, folder: Path) -> Iterator[Controller]:
    """A controller that is gone afterwards."""
    controller = Controller(port, folder, PROGRAMS[protocol])
    try:
        yield controller
    finally:
        controller.kill()


@contextmanager
def station(protocol: LineProtocol, home: Path) -> Iterator[int]:
    """The demo line headless, its belt stopping for triggers; yields the protocol's port."""
    port, recipe = free_port(), recipe_for("demo", "demo:", SourceOptions(indexed=True, tags=True))
    trigger = replace(recipe.trigger, deadline_s=60.0, frame_within_s=30.0)
    code = replace(recipe.code, budget_ms=5000)
    (home / "recipes").mkdir(parents=True)
    save_recipe(recipe.model_copy(update={"name": "Gate", "trigger": trigger, "code": code}), home / "recipes")
    save_settings(Settings(line_protocol=protocol, line_port=port), home / "settings.json")
    command = [sys.executable, "-m", "inspector", "run", "--headless", "--recipe", "Gate", "--home", str(home)]
    with (home / "run.txt").open("wb") as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said)
    try:
        yield port
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(WAIT_S) == 130, (home / "run.txt").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="stops processes by signals")
@pytest.mark.parametrize("protocol", [LineProtocol.MODBUS, LineProtocol.OPCUA])
def test_no_part_is_lost_doubled_or_told_of_another_while_the_controller_is_killed_and_stopped(
    protocol: LineProtocol, tmp_path: Path
) -> None:
    chance, home = random.Random(7), tmp_path / "home"
    with ExitStack() as stack:
        port = stack.enter_context(station(protocol, home))
        controller = stack.enter_context(driven(protocol, port, tmp_path))
        controller.start(1, PARTS)
        for after in sorted(chance.sample(range(2, PARTS), 5)):
            until(lambda after=after: len(set(controller.told("R"))) >= after)  # type: ignore[misc]
            if chance.random() < 0.5:
                controller.kill()
                begun = len(set(controller.told("T")))
                controller.start(begun + 1, PARTS - begun)
            else:
                controller.send(signal.SIGSTOP)
                until(lambda: "asked nothing" in (home / "run.txt").read_text(encoding="utf-8"))
                controller.send(signal.SIGCONT)
        until(lambda: ["done"] in controller.lines())
    with closing(SqliteResultLog(home / "results.sqlite3", read_only=True)) as log:
        rows = list(log.rows(LogQuery()))
    counted = Counter(row.trigger_id for row in rows)
    taken = controller.told("A")
    assert set(taken) <= set(counted)
    assert set(counted) <= set(controller.told("T"))
    assert set(counted.values()) == {1}
    serials = [row.part_serial for row in rows if row.part_serial]
    assert serials == sorted(set(serials))  # read from the tags, in the order in which the parts came
    assert set(serials) <= {f"F-{part:06}" for part in range(1, len(rows) + 1)}
    verdicts = {row.trigger_id: row.decision.verdict for row in rows}
    assert sum(verdict is not Verdict.ERROR for verdict in verdicts.values()) <= len(serials)
    results = [(line[1], ResultCode(int(line[2]))) for line in controller.lines() if line[0] == "R"]
    assert {part for part, _ in results} >= set(taken)
    assert all(code is CODES[verdicts[part]] for part, code in results)
    assert Verdict.FAIL in verdicts.values() or Verdict.PASS in verdicts.values()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("socat") is None, reason="needs socat")
@pytest.mark.parametrize("protocol", [LineProtocol.MODBUS, LineProtocol.OPCUA])
def test_the_simulated_controller_has_every_verdict_of_the_demo_line_though_the_cable_is_pulled(
    protocol: LineProtocol, tmp_path: Path
) -> None:
    home, count, plug = tmp_path / "home", 14, free_port()
    command = [sys.executable, "-m", "inspector", "line", "simulate", "--home", str(home), "--json"]
    command += ["--protocol", protocol.value, "--port", str(plug), "--first-id", "1", "--parts", str(count)]
    with station(protocol, home) as port, Cable.tcp(plug, port) as cable, (tmp_path / "told.txt").open("w+b") as told:
        process = subprocess.Popen(command, cwd=ROOT, stdout=told, stderr=subprocess.PIPE)
        until(lambda: (tmp_path / "told.txt").read_bytes().count(b"\n") >= 3)
        cable.pull()
        until(lambda: "asked nothing" in (home / "run.txt").read_text(encoding="utf-8"))
        cable.put_back()
        _, said = process.communicate(timeout=WAIT_S)
        assert process.returncode == 0, said.decode()
    assert "the station answers" in said.decode()
    parts = [json.loads(line) for line in (tmp_path / "told.txt").read_text(encoding="utf-8").splitlines()]
    assert [part["id"] for part in parts] == [str(number) for number in range(1, count + 1)]
    with closing(SqliteResultLog(home / "results.sqlite3", read_only=True)) as log:
        rows = {row.trigger_id: row for row in log.rows(LogQuery())}
    assert len(rows) == count
    assert all(part["code"] == CODES[rows[part["id"]].decision.verdict].name for part in parts)
    assert [rows[part["id"]].part_serial for part in parts] == [f"F-{number:06}" for number in range(1, count + 1)]
    assert "NOK" in {part["code"] for part in parts}  # it rejects
