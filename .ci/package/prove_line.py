"""Steps of the proof with a controller (PLC) and a broker: all of them on the loopback of the packaged station."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from machine import DATA, USER, Machine, ProofError, end, until  # beside this file

if TYPE_CHECKING:
    from collections.abc import Iterator

_PARTS = 5
_PORTS = {"modbus": 5020, "opcua": 4840}
_BROKER = 1883
_LISTEN = f"""
import paho.mqtt.subscribe
for told in paho.mqtt.subscribe.simple("plant/Proof/part", qos=1, msg_count={_PARTS}, port={_BROKER}):
    print(told.payload.decode())
"""


@contextmanager
def _station(machine: Machine, home: str, protocol: str, *connect: str, beside: int | None = None) -> Iterator[int]:
    """The demo line of the package, headless, triggered over a protocol; yields a process on its loopback.

    Args:
        connect: A command that is run before it.
        beside: As in `Machine.command`.
    """
    from inspector.assembly import recipe_for  # noqa: PLC0415 - OpenVINO
    from inspector.domain.line_protocol import LineProtocol  # noqa: PLC0415
    from inspector.domain.source_options import SourceOptions  # noqa: PLC0415
    from inspector.recipes.recipe import save_recipe  # noqa: PLC0415
    from inspector.settings import Settings  # noqa: PLC0415
    from inspector.settings_file import save_settings  # noqa: PLC0415

    folder, recipe = machine.inside(home), recipe_for("demo", "demo:", SourceOptions(indexed=True, tags=True))
    trigger = replace(recipe.trigger, deadline_s=60.0, frame_within_s=30.0)
    (folder / "recipes").mkdir(parents=True)
    save_recipe(recipe.model_copy(update={"name": "Gate", "trigger": trigger}), folder / "recipes")
    settings = Settings(line_protocol=LineProtocol(protocol), line_port=_PORTS[protocol], station="Proof")
    save_settings(settings, folder / "settings.json")
    subprocess.run(["chown", "-R", f"{USER}:{USER}", folder], check=True)
    if connect:
        machine.run(*connect, "--home", home, beside=beside)
    command = machine.command("run", "--headless", "--recipe", "Gate", "--home", home, beside=beside)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": {"PATH": os.environ["PATH"]}}
    with subprocess.Popen(command, **quiet) as process:  # type: ignore[call-overload]
        try:
            _await_network(process)
            yield process.pid
        finally:
            end(process)


def _await_network(process: subprocess.Popen[bytes]) -> None:
    """Wait until a process has left the network of this one: what comes beside it would look for it there."""
    own, its = Path("/proc/self/ns/net"), Path(f"/proc/{process.pid}/ns/net")
    until(lambda: process.poll() is not None or its.readlink() != own.readlink(), "a network of its own", 20)


def _triggered(machine: Machine, home: str, protocol: str, beside: int) -> list[str]:
    """Let the package's own controller trigger parts; return the verdicts that it was told.

    Raises:
        ProofError: If they are not those of the log, or one is missing.
    """
    controller = ("line", "simulate", "--parts", str(_PARTS), "--every-ms", "200", "--json", "--home", home)
    said = machine.run(*controller, beside=beside)
    told = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    verdicts = [part["code"] for part in told]
    names = {"PASS": "OK", "FAIL": "NOK"}
    logged = sorted(names.get(verdict, verdict) for verdict, count in machine.rows(home).items() for _ in range(count))
    if len(told) != _PARTS or sorted(verdicts) != logged or "ERROR" in verdicts:
        raise ProofError(f"over {protocol} the controller was told {told}; the log holds {logged}")
    return verdicts


def step_controller(machine: Machine, _: Path) -> str:
    """A controller triggers parts and is told their verdicts, over each protocol; one that is not there is said."""
    found = []
    for protocol, port in _PORTS.items():
        absent = machine.run("line", "test", "--protocol", protocol, "--port", "9", code=1)
        if "127.0.0.1:9 takes no connection" not in absent:
            raise ProofError(f"a station that is not there, over {protocol}: {absent}")
        home = f"{DATA}/{protocol}"
        with _station(machine, home, protocol) as beside:
            found.append(f"{protocol} at {port}: {', '.join(_triggered(machine, home, protocol, beside))}")
    return "; ".join(found)


def step_plant(machine: Machine, out: Path) -> str:
    """What a controller triggers arrives at an MQTT broker, a mosquitto of this computer, once for each part."""
    program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise ProofError("mosquitto is missing: apt-get install mosquitto")
    home = f"{DATA}/plant"
    configuration, heard = out / "mosquitto.conf", out / "heard.txt"
    configuration.write_text(f"listener {_BROKER} 127.0.0.1\nallow_anonymous true\nuser root\n", encoding="ascii")
    with ExitStack() as stack:
        loopback = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
        broker = subprocess.Popen([*loopback, program, "-c", configuration], stderr=subprocess.DEVNULL)
        stack.callback(broker.kill)
        here = ["nsenter", "--target", str(broker.pid), "--net"]
        until(lambda: _listens(here), "the broker", 20)
        ear = subprocess.Popen([*here, sys.executable, "-c", _LISTEN], stdout=stack.enter_context(heard.open("wb")))
        stack.callback(ear.kill)
        connect = ("mqtt", "connect", f"mqtt://127.0.0.1:{_BROKER}/plant")
        beside = stack.enter_context(_station(machine, home, "modbus", *connect, beside=broker.pid))
        until((machine.inside(home) / "results.publish.json").is_file, "the publisher beside the line", 60)
        verdicts = _triggered(machine, home, "modbus", beside)
        try:
            ear.wait(60)
        except subprocess.TimeoutExpired:
            raise ProofError(f"{_PARTS} parts were recorded, and not published within a minute") from None
    parts = [json.loads(line) for line in heard.read_text(encoding="utf-8").splitlines()]
    names = {"PASS": "OK", "FAIL": "NOK"}
    if [names.get(part["verdict"], part["verdict"]) for part in parts] != verdicts:
        raise ProofError(f"the controller was told {verdicts}, the broker {parts}")
    if len({part["id"] for part in parts}) != _PARTS:
        raise ProofError(f"parts arrived twice: {parts}")
    return f"{len(parts)} parts at the broker: {', '.join(verdicts)}"


def _listens(here: list[str]) -> bool:
    knock = f"import socket; socket.create_connection(('127.0.0.1', {_BROKER}), 1)"
    return subprocess.run([*here, sys.executable, "-c", knock], check=False, stderr=subprocess.DEVNULL).returncode == 0
