"""An I/O module, a process of its own: verdicts at its coils, each at its time; it is killed and stopped at random."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from inspector.cli import main
from inspector.domain.failing import AlarmKind, FailAlarm, Failing
from inspector.domain.line_outputs import Coil, IoOptions, OutputKind
from inspector.domain.line_protocol import LineProtocol
from inspector.domain.records import Verdict
from inspector.domain.trigger_event import TriggerEvent
from inspector.line import modbus_asked
from inspector.line.conveyor import SPEED, Belt, BeltPart, ModuleServed
from inspector.line.desk import Link
from inspector.line.io_module import runs_of
from inspector.line.polling import ANSWER_S
from inspector.line.service import LineService
from inspector.line.signals import TRIGGER, ModuleState
from inspector.settings import Settings
from inspector.settings_file import load_settings, save_settings
from tests.line.engines import RUNNING, FakeEngine
from tests.line.test_demo_line import ROOT, Controller
from tests.line.test_service import free_port
from tests.waits import WAIT_S, until

_VERDICTS = (Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.PASS, Verdict.ERROR)
EVERY_MS = 200
APART_S = 0.6  # on the simulated belt
DELAY_S, PULSE_S = 0.45, 0.12
PULSES = IoOptions(
    kind=OutputKind.PULSE,
    delay_ms=int(1000 * DELAY_S),
    pulse_ms=int(1000 * PULSE_S),
    review=5,
    alarm=6,
    heartbeat=7,
)
LEVELS = IoOptions(review=5)
#: So far a pulse may lie from where the station's own clock has it, as it is written and read by two processes.
SLACK_S = 0.03


class IoStation:
    """A station without pictures at a module; its verdicts go round."""

    def __init__(self, io: IoOptions) -> None:
        self.port = free_port()
        self.settings = Settings(line_protocol=LineProtocol.IO, line_port=self.port, line_io=io)
        self.verdicts: dict[str, Verdict] = {}
        self.engine = FakeEngine(self._judge)
        self.service = LineService(self.engine, settings=lambda: self.settings)

    def _judge(self, event: TriggerEvent) -> Verdict:
        return self.verdicts.setdefault(event.id, _VERDICTS[len(self.verdicts) % len(_VERDICTS)])

    def is_up(self) -> bool:
        return self.service.status().link is Link.UP

    def fault(self) -> str:
        return self.service.status().fault

    def faults(self) -> tuple[int, int]:
        """Late, unserved; none until the station is at its module."""
        module = self.module()
        return module.late, module.unserved

    def module(self) -> ModuleState:
        return self.service.status().module or ModuleState()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that a busy computer holds up is none that is gone."""
    monkeypatch.setattr(modbus_asked, "ANSWER_S", WAIT_S)


@contextmanager
def station_of(io: IoOptions) -> Iterator[IoStation]:
    station = IoStation(io)
    station.service.start()
    try:
        yield station
    finally:
        station.service.stop()


@contextmanager
def module_of(station: IoStation, folder: Path, every_ms: int = EVERY_MS) -> Iterator[Controller]:
    module = Controller(station.port, folder, "tests.line.module_io")
    module.start(every_ms, 0)
    try:
        yield module
    finally:
        module.kill()


def highs(module: Controller, coil: int) -> list[tuple[float, float]]:
    """When a coil was high: from, to; one that the module's end cut off has no length."""
    spans: list[tuple[float, float]] = []
    for place, level, at in module.lines():
        if int(place) == coil and int(level):
            spans.append((float(at), float(at)))
        elif int(place) == coil and spans:
            spans[-1] = spans[-1][0], float(at)
    return spans


def high(module: Controller, coil: int) -> bool:
    return [int(level) for place, level, _ in module.lines() if int(place) == coil][-1:] == [1]


def without_pulse(station: IoStation, module: Controller, until_s: float) -> int:
    """How many parts that came until then and are not good had no pulse while they were at the gate."""
    reject = [*highs(module, 1), *highs(module, 5)]
    bad = [
        event.at_s + DELAY_S
        for event in station.engine.events
        if event.at_s <= until_s and (event.missed or station.verdicts[event.id] is not Verdict.PASS)
    ]
    assert len(bad) > 3
    at_gate = [(gate_s - SLACK_S, gate_s + PULSE_S + SLACK_S) for gate_s in bad]
    return sum(not any(begun <= to and end >= since for begun, end in reject) for since, to in at_gate)


def test_each_part_has_its_pulse_at_the_gate(tmp_path: Path) -> None:
    with station_of(PULSES) as station, module_of(station, tmp_path) as module:
        until(lambda: len(station.engine.events) >= 15)
        triggers = [event.at_s for event in station.engine.events[:15]]
        until(lambda: time.perf_counter() > triggers[-1] + DELAY_S + 2 * PULSE_S)
        until(lambda: without_pulse(station, module, triggers[-1]) <= sum(station.faults()))
        until(lambda: len(highs(module, 0)) >= 5)
        until(lambda: high(module, 2))
        counted = station.faults()
        station.service.stop()
        until(lambda: not any(high(module, coil) for coil in range(8)))  # a station that ends lets them fall
        rejects = [*highs(module, 1), *highs(module, 5)]
        waiting = [gate_s + DELAY_S for gate_s in triggers]
    for begun, _ in rejects:  # a pulse has a part, which is not good
        assert any(gate_s - SLACK_S <= begun for gate_s in waiting)
    assert sum(counted) or len(rejects) <= 1 + sum(verdict is not Verdict.PASS for verdict in station.verdicts.values())


@pytest.mark.skipif(os.name != "posix", reason="stops processes by signals")
def test_a_module_that_is_killed_and_stopped_leaves_no_part_unsignalled_uncounted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(modbus_asked, "ANSWER_S", ANSWER_S)
    chance = random.Random(3)
    with station_of(PULSES) as station, module_of(station, tmp_path) as module:
        for turn in range(6):
            until(station.is_up)
            begun = len(station.engine.events)
            until(lambda begun=begun: len(station.engine.events) > begun + chance.randrange(1, 6))  # type: ignore[misc]
            pause_s = chance.uniform(0.0, EVERY_MS / 1000)
            threading.Event().wait(pause_s)
            if turn % 2:
                module.kill()
                until(lambda: "no answer from the I/O module" in station.fault())
                module.start(EVERY_MS, 0)
            else:
                module.send(signal.SIGSTOP)
                if turn % 4:
                    threading.Event().wait(pause_s)
                else:
                    until(lambda: "no answer from the I/O module" in station.fault())
                module.send(signal.SIGCONT)
        until(station.is_up)
        begun = len(station.engine.events)
        until(lambda: len(station.engine.events) > begun + 3)
        until_s = time.perf_counter()
        until(lambda: time.perf_counter() > until_s + DELAY_S + 3 * PULSE_S)
        until(lambda: without_pulse(station, module, until_s) <= sum(station.faults()))
        assert station.faults()[1] > 0


def test_levels_stand_until_the_next_part(tmp_path: Path) -> None:
    with station_of(LEVELS) as station, module_of(station, tmp_path, every_ms=400) as module:
        until(lambda: len(station.engine.events) >= 6)
        until(lambda: sum(len(highs(module, coil)) for coil in (0, 1, 5)) >= 5)
        rises = [
            (float(at), int(place)) for place, level, at in module.lines() if int(level) and int(place) in {0, 1, 5}
        ]
        verdicts = list(station.verdicts.values())
        counted = station.faults()
    coils = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.REVIEW: 5, Verdict.ERROR: 1}
    assert sum(counted) or [place for _, place in rises[:5]] == [coils[verdict] for verdict in verdicts[:5]]


def test_without_a_trigger_input_every_part_of_the_line_has_its_pulse(tmp_path: Path) -> None:
    io = IoOptions(trigger=None, kind=OutputKind.PULSE, delay_ms=300, pulse_ms=1000, ready=2)
    with station_of(io) as station, module_of(station, tmp_path, every_ms=0) as module:
        until(lambda: station.is_up() and high(module, 2))  # though the recipe takes no external trigger
        station.engine.inspect(None, Verdict.FAIL)
        until(lambda: highs(module, 1) or sum(station.faults()))
        assert not highs(module, 0)
        assert station.engine.events == []


def test_what_the_module_does_not_have_is_named(tmp_path: Path) -> None:
    with station_of(IoOptions(ready=40)) as station, module_of(station, tmp_path):
        until(lambda: "does not give coil 40 (function 1): it has no such address" in station.fault())
        station.settings = station.settings.model_copy(update={"line_io": IoOptions(trigger=99)})
        until(lambda: "does not give discrete input 99 (function 2): it has no such address" in station.fault())
        station.settings = station.settings.model_copy(update={"line_io": IoOptions(ready=1)})
        until(lambda: "the wiring cannot be used: coil 1 cannot say NOK and READY" in station.fault())
        station.settings = station.settings.model_copy(update={"line_io": IoOptions()})
        until(station.is_up)
        until(lambda: station.fault() == "" and set(station.module().wires) == _WIRED)


_WIRED = {TRIGGER, "ok", "nok", "ready"}


def test_a_line_that_stops_takes_ready_away_and_the_parts_are_rejected(tmp_path: Path) -> None:
    with station_of(PULSES) as station, module_of(station, tmp_path) as module:
        until(lambda: high(module, 2))
        station.engine.not_ready = "it is stopped"
        until(lambda: not high(module, 2))
        missed = len([event for event in station.engine.events if event.missed])
        until(lambda: len([event for event in station.engine.events if event.missed]) > missed + 1)
        begun_s = time.perf_counter()
        until(lambda: any(since > begun_s for since, _ in highs(module, 1)) or sum(station.faults()))


def test_what_failures_have_set_off_is_an_alarm_until_it_is_acknowledged(tmp_path: Path) -> None:
    with station_of(PULSES) as station, module_of(station, tmp_path, every_ms=0) as module:
        until(lambda: high(module, 2))
        assert not high(module, 6)
        alarm = FailAlarm(number=1, kind=AlarmKind.IN_A_ROW, since=datetime.now(UTC), count=3)
        station.engine.become(replace(RUNNING, failing=Failing(alarms=(alarm,))))
        until(lambda: high(module, 6))
        station.engine.become(RUNNING)
        until(lambda: not high(module, 6))


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="presses the button by a signal")
def test_a_button_acknowledges_what_failures_have_set_off_and_one_that_is_held_does_so_once(tmp_path: Path) -> None:
    wired = replace(PULSES, acknowledge=1)

    def fail(number: int) -> None:
        alarm = FailAlarm(number=number, kind=AlarmKind.IN_A_ROW, since=datetime.now(UTC), count=3)
        station.engine.become(replace(RUNNING, failing=Failing(alarms=(alarm,))))

    with station_of(wired) as station, module_of(station, tmp_path, every_ms=0) as module:
        until(station.is_up)
        fail(1)
        until(lambda: high(module, 6))
        module.send(signal.SIGUSR1)
        until(lambda: not high(module, 6))
        assert station.engine.acknowledged == [("the button at the machine", 1)]
        fail(2)  # the button is still held: that is no press
        until(lambda: high(module, 6))
        until(lambda: station.module().wires.get("acknowledge"))
        assert station.module().places["acknowledge"] == "input 1"
        module.send(signal.SIGUSR1)
        until(lambda: not station.module().wires.get("acknowledge", True))
        beats = len(highs(module, 7))
        until(lambda: len(highs(module, 7)) > beats + 1)  # a hand is slower than the time of debouncing
        assert station.engine.status().failing.waits
        module.send(signal.SIGUSR1)
        until(lambda: not station.engine.status().failing.waits)
    assert len(station.engine.acknowledged) == 2


def test_a_module_that_is_not_there_is_said_and_found_once_it_is(tmp_path: Path) -> None:
    with station_of(PULSES) as station:
        until(station.fault)
        assert station.fault() == (
            f"The line is not told: no answer from the I/O module 127.0.0.1:{station.port}: the other side takes no "
            "connection. Check address, port and cable; it is tried again every second."
        )
        assert (set(station.module().places), station.module().wires) == ({*_WIRED, "review", "alarm", "heartbeat"}, {})
        seen = [station.service.status()]

        def is_up() -> bool:
            seen[:] = [station.service.status()]
            return seen[0].link is Link.UP

        with module_of(station, tmp_path):
            until(is_up)
        assert seen[0].module is not None
        assert set(seen[0].module.wires) == set(seen[0].module.places)  # a link that is up has its levels


def test_coils_beside_one_another_are_written_together() -> None:
    wired = {Coil.OK: 3, Coil.NOK: 0, Coil.READY: 1, Coil.ALARM: 9}
    assert runs_of(wired) == [(0, [Coil.NOK, Coil.READY]), (3, [Coil.OK]), (9, [Coil.ALARM])]


def test_the_simulated_gate_sees_what_was_high_while_a_part_was_there() -> None:
    belt = Belt(PULSES, every_s=0.2, parts=3)
    assert belt.step(0.0) == []
    assert not belt.sensor(0.0)  # Ready is awaited
    belt.wrote(2, True, 0.1)
    for at_s in (1.0, 1.2, 1.4):
        belt.step(at_s)
        assert belt.sensor(at_s)
    assert not belt.sensor(1.1)
    belt.wrote(0, True, 1.46)
    belt.wrote(0, False, 1.5)
    belt.wrote(1, True, 1.6)
    gone = belt.step(1.63)
    belt.wrote(1, False, 1.7)
    gone += [*belt.step(1.8), *belt.step(2.5)]
    assert [(part.number, part.gate) for part in gone] == [(1, "OK"), (2, "NOK"), (3, "none")]
    assert belt.finished
    assert BeltPart(1, 0.0, {Coil.OK, Coil.ERROR}).gate == "ERROR"


def _home_of(station: IoStation, folder: Path) -> list[str]:
    save_settings(station.settings, folder / "settings.json")
    assert load_settings(folder / "settings.json") == (station.settings, [])
    return ["--home", str(folder)]


@pytest.mark.parametrize(
    "io", [LEVELS, PULSES, IoOptions(kind=OutputKind.PULSE, encoder=4, delay_counts=SPEED // 2, pulse_ms=120)]
)
def test_the_simulated_gate_does_with_each_part_what_the_station_says(io: IoOptions) -> None:
    parts: list[BeltPart] = []
    with station_of(io) as station:
        module = ModuleServed(Belt(io, every_s=APART_S, parts=None), io, "127.0.0.1", station.port)
        module.start()
        for part in module.run(threading.Event().wait):
            parts.append(part)
            right = {part.gate for part in parts if part.gate == _name_of(part, station)}
            if len(parts) >= 5 and right == set(_names(_VERDICTS, io)):
                break
            assert len(parts) < 60
        names = [_name_of(part, station) for part in parts]
        assert all(part.gate != "OK" or name == "OK" for part, name in zip(parts, names, strict=True))
        wrong = sum(name not in ("", "OK", part.gate) for part, name in zip(parts, names, strict=True))
        until(lambda: wrong <= sum(station.faults()))  # what was missed is counted once its time has passed


def _name_of(part: BeltPart, station: IoStation) -> str:
    """What the gate should be told of a part; empty for one that a busy station did not see at the sensor."""
    its = [event for event in station.engine.events if 0 <= event.at_s - part.triggered_s < APART_S]
    verdicts = [verdict for event in its if not event.missed and (verdict := station.verdicts.get(event.id))]
    return _names(verdicts, station.settings.line_io)[0] if verdicts else ""


def _names(verdicts: Sequence[Verdict], io: IoOptions) -> list[str]:
    words = {Verdict.PASS: "OK", Verdict.FAIL: "NOK", Verdict.REVIEW: "REVIEW" if io.review else "NOK"}
    return [words.get(verdict, "NOK") for verdict in verdicts]


def test_the_command_is_a_module_with_a_conveyor(tmp_path: Path) -> None:
    with station_of(LEVELS) as station:
        command = [*_home_of(station, tmp_path), "--parts", "5", "--every-ms", "300", "--json"]
        done = subprocess.run(
            [sys.executable, "-m", "inspector", "line", "simulate", *command],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=WAIT_S,
            check=True,
        )
        wanted = _names(list(station.verdicts.values()), LEVELS)
        faults = sum(station.faults())
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [part["part"] for part in told] == [1, 2, 3, 4, 5]
    gates = [part["gate"] for part in told]
    assert (
        faults or [gate for gate in gates if gate != "none"] == wanted
    )  # a busy station may not see one at the sensor
    assert faults or "none" in gates or "5 parts at the gate: 2 NOK, 2 OK, 1 REVIEW" in done.stderr


def test_the_commands_know_the_module(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with station_of(PULSES) as station, module_of(station, tmp_path, every_ms=0) as module:
        home = _home_of(station, tmp_path)
        until(lambda: high(module, 2))
        assert main(["line", "test", *home]) == 0
        assert "the I/O module answers; high: ready" in capsys.readouterr().out
        assert main(["line", "map", "--protocol", "io", *home]) == 0
        assert "  5      review\n" in capsys.readouterr().out
        assert main(["line", "map", "--protocol", "io", "--json", *home]) == 0
        assert json.loads(capsys.readouterr().out)["coils"]["alarm"] == 6
        station.service.stop()
        module.kill()
        assert main(["line", "test", *home]) == 1
        assert "no answer from the I/O module" in capsys.readouterr().err
        assert main(["line", "simulate", *home, "--serial", "A"]) == 1
        assert "says nothing of itself" in capsys.readouterr().err
