"""``inspector line``: the line's controller (PLC), for commissioning: simulated, asked, and its registers."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from inspector.cli.common import (
    EXIT_INTERRUPTED,
    EXIT_OK,
    add_json,
    add_places,
    emit,
    home_of,
    positive,
    say,
    settings_of,
    stop_signals,
    text_argument,
)
from inspector.cli.line_io import print_wiring, simulate_module, test_module
from inspector.domain.counts import counted
from inspector.domain.line_protocol import LineOptions, LineProtocol
from inspector.domain.text import WANTED_RECIPE

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from inspector.line.adapters import PlcLink
    from inspector.line.opcua_nodes import OpcUaNode
    from inspector.line.registers import Register
    from inspector.line.simulator import PlcPart

_PROTOCOLS = [
    LineProtocol.MODBUS.value,
    LineProtocol.MODBUS_CLIENT.value,
    LineProtocol.S7.value,
    LineProtocol.OPCUA.value,
    LineProtocol.OPCUA_CLIENT.value,
    LineProtocol.IO.value,
]
_OF_TEXT = [LineProtocol.TEXT.value, LineProtocol.SERIAL.value]
_MOST_ID = 0xFFFFFFFF


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``line`` with its commands."""
    group = commands.add_parser("line", help="the line's controller (PLC): simulate, test, map").add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )
    simulator = group.add_parser(
        "simulate",
        help="trigger and read verdicts as a controller would",
        description="Be the controller (PLC) of a station that runs: set Enable, trigger parts, read and acknowledge "
        "their results, one line for each. A station that is not there is waited for. With the protocol io: be an I/O "
        "module with a conveyor, and tell what its gate did with each part.",
        epilog="Exit codes: 0 all parts have been told of; 1 error; 2 usage; 130 interrupted.",
    )
    simulator.add_argument("--parts", type=positive, metavar="N", help="end after so many (default: at Ctrl-C)")
    simulator.add_argument(
        "--every-ms", type=positive, default=1000, metavar="N", help="least time between two triggers (default: 1000)"
    )
    simulator.add_argument(
        "--poll-ms", type=positive, default=10, metavar="N", help="pause between two exchanges (default: 10)"
    )
    simulator.add_argument(
        "--first-id", type=positive, metavar="N", help="of the first part (default: from the clock, ten a second)"
    )
    simulator.add_argument("--serial", default="", metavar="TEXT", help="number of a part: this, and its id behind it")
    simulator.add_argument("--part-recipe", type=text_argument(WANTED_RECIPE), default="", help="that parts ask for")
    add_json(simulator, "one JSON object per part on stdout")
    simulator.set_defaults(command=run_simulator, json_lines=True)
    test = group.add_parser("test", help="whether a station answers, and what it says; nothing is written")
    add_json(test)
    test.set_defaults(command=test_station)
    for parser in (simulator, test):
        parser.add_argument("--protocol", choices=[*_PROTOCOLS, *_OF_TEXT], help="(default: the setting)")
        parser.add_argument("--host", help="of the station; serial: the port at this end (default: the setting)")
        parser.add_argument("--port", type=positive, help="(default: the setting, or the protocol's)")
        add_places(parser)
        parser.add_argument("--certificates", metavar="FOLDER", help="of OPC UA (default: the setting)")
    table = group.add_parser("map", help="print the register map, nodes of OPC UA, or an I/O module's wiring")
    table.add_argument("--protocol", choices=_PROTOCOLS, default=LineProtocol.MODBUS.value, help="(default: modbus)")
    add_places(table)
    add_json(table)
    table.set_defaults(command=print_map)


def run_simulator(parsed: argparse.Namespace) -> int:
    """Simulate until every part has been told of, or a signal."""
    from inspector.line.simulator import SimulatedPlc, simulate

    where = _where(parsed)
    if where.protocol is LineProtocol.IO:
        return simulate_module(parsed, where.host, where.port, where.options.io)
    first = parsed.first_id or time.time_ns() // 100_000_000 % _MOST_ID + 1
    ids = map(str, _numbers(first))
    link = _link(where)
    plc = SimulatedPlc(
        ids if parsed.parts is None else islice(ids, parsed.parts),
        every_s=parsed.every_ms / 1000,
        serial=lambda part: f"{parsed.serial}{part}" if parsed.serial else "",
        recipe=parsed.part_recipe,
    )
    times: list[float] = []
    with stop_signals() as stop:
        told = simulate(
            link,
            plc,
            stop=stop.wait,
            say=lambda why: say(why or "the station answers"),
            poll_s=parsed.poll_ms / 1000,
        )
        try:
            for part in told:
                _tell(parsed, part)
                if part.seen_ms is not None:
                    times.append(part.seen_ms)
        finally:
            told.close()
            link.close()
    _say_times(times)
    return EXIT_OK if plc.finished else EXIT_INTERRUPTED


def test_station(parsed: argparse.Namespace) -> int:
    """Ask once."""
    from inspector.line.registers import STATUS_BITS

    where = _where(parsed)
    if where.protocol is LineProtocol.IO:
        return test_module(parsed, where.host, where.port, where.options)
    link = _link(where)
    try:
        outputs = link.look()
    finally:
        link.close()
    levels = {name: bool(getattr(outputs, name)) for name in STATUS_BITS}
    if parsed.json:
        emit({"levels": levels, "waiting": outputs.waiting, "missed": outputs.missed})
    else:
        high = ", ".join(name for name, level in levels.items() if level) or "nothing"
        print(f"the station answers; high: {high}; results waiting: {outputs.waiting}; missed: {outputs.missed}")
    return EXIT_OK


def print_map(parsed: argparse.Namespace) -> int:
    """Print."""
    if parsed.protocol == LineProtocol.OPCUA:
        return _print_nodes(parsed)
    if parsed.protocol == LineProtocol.OPCUA_CLIENT:
        return _print_plain_nodes(parsed, settings_of(home_of(parsed)).line_nodes)
    if parsed.protocol == LineProtocol.IO:
        return print_wiring(parsed, settings_of(home_of(parsed)).line_io)
    from inspector.line.registers import CONTROL, STATUS

    if parsed.json:
        emit({"control": [_described(value) for value in CONTROL], "status": [_described(value) for value in STATUS]})
        return EXIT_OK
    for title, table in (("The controller writes", CONTROL), ("The station writes", STATUS)):
        print(f"{title} (holding registers, counted from 0):")
        _print_table(table)
    return EXIT_OK


def _print_nodes(parsed: argparse.Namespace) -> int:
    from inspector.line.opcua_nodes import ENABLE, METHODS, NAMESPACE, SAID, VISION, VISION_NAMESPACE

    def described(nodes: Sequence[OpcUaNode]) -> list[dict[str, str]]:
        return [{"id": node.id, "name": node.name, "type": node.type, "meaning": node.meaning} for node in nodes]

    nodes = (ENABLE, *METHODS, *SAID)
    if parsed.json:
        vision = {"model": VISION_NAMESPACE, "nodes": described(VISION)}
        emit({"namespace": NAMESPACE, "nodes": described(nodes), "vision": vision})
        return EXIT_OK
    print(f"Nodes of the namespace {NAMESPACE}, whose index is 2:")
    for node in nodes:
        print(f"  {node.id:<24} {node.type:<7} {node.meaning}")
    print(f"Nodes of OPC 40100-1 there, of the model {VISION_NAMESPACE}:")
    for node in VISION:
        print(f"  {node.id}  {node.type}\n      {node.meaning}")
    return EXIT_OK


def _print_plain_nodes(parsed: argparse.Namespace, template: str) -> int:
    from inspector.line.plain_nodes import control_nodes, status_nodes

    tables = {"control": control_nodes(template), "status": status_nodes(template)}
    if parsed.json:
        emit(
            {
                name: [{"id": node.id, **_described(node.register), "type": node.type} for node in nodes]
                for name, nodes in tables.items()
            }
        )
        return EXIT_OK
    for title, nodes in zip(("The controller writes", "The station writes"), tables.values(), strict=True):
        print(f"{title} (nodes in the controller, of this type or a wider one):")
        for node in nodes:
            print(f"  {node.id:<32} {node.type:<7} {node.register.meaning}")
            for number, name in enumerate(node.register.bits):
                print(f"    bit {number:<2} {name}")
    return EXIT_OK


def _print_table(table: Sequence[Register]) -> None:
    for value in table:
        last = value.address + value.count - 1
        place = f"{value.address}" if value.count == 1 else f"{value.address}-{last}"
        print(f"  {place:<8} {value.name:<14} {value.kind.value:<7} {value.meaning}")
        for number, name in enumerate(value.bits):
            print(f"  {value.address}.{number:<4} {name}")


def _described(value: Register) -> dict[str, object]:
    return {
        "address": value.address,
        "registers": value.count,
        "name": value.name,
        "type": value.kind.value,
        "meaning": value.meaning,
        "bits": list(value.bits),
    }


def _numbers(first: int) -> Iterator[int]:
    number = first
    while True:
        yield number
        number = number % _MOST_ID + 1


@dataclass(frozen=True, slots=True)
class _Where:
    """Whom to ask, or where to listen."""

    protocol: LineProtocol
    host: str
    port: int
    options: LineOptions


def _where(parsed: argparse.Namespace) -> _Where:
    from inspector.line.adapters import LineError

    settings = settings_of(home_of(parsed))
    protocol = LineProtocol(parsed.protocol) if parsed.protocol else settings.line_protocol
    if protocol is LineProtocol.OFF:
        raise LineError("no protocol of the line is set", "Name it: --protocol, or Settings → Line.")
    port = parsed.port or (settings.line_port if protocol is settings.line_protocol else None) or protocol.port
    options = settings.line_options
    if parsed.certificates is not None:
        options = replace(options, certificates=parsed.certificates)
    return _Where(protocol, parsed.host or settings.line_host, port, options)


def _link(where: _Where) -> PlcLink:
    from inspector.line.adapters import connect

    return connect(where.protocol, where.host, where.port, where.options)


def _tell(parsed: argparse.Namespace, part: PlcPart) -> None:
    result = part.result
    if parsed.json:
        emit(
            {
                "id": part.id,
                "code": result.code.name if result else None,
                "score": result.score if result else None,
                "part_number": result.part_number if result else None,
                "took_ms": result.took_ms if result else None,
                "seen_ms": round(part.seen_ms, 3) if part.seen_ms is not None else None,
            }
        )
    elif result is None:
        print(f"{part.id}: not taken", flush=True)
    else:
        score = "" if result.score is None else f", score {result.score:.4f}"
        number = f", part {result.part_number}" if result.part_number else ""  # lines of text do not tell it
        seen = "was waiting" if part.seen_ms is None else f"after {part.seen_ms:.0f} ms"
        print(f"{part.id}: {result.code.name}{score}{number}, {seen}", flush=True)


def _say_times(times: list[float]) -> None:
    if times:
        times.sort()
        p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
        say(f"{counted(len(times), 'result')}; trigger → result p50 {p50:.1f} ms, p99 {p99:.1f} ms")
