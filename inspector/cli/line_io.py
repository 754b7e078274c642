"""``inspector line`` for an I/O module: simulated with a conveyor, asked, and its wiring."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from inspector.cli.common import EXIT_INTERRUPTED, EXIT_OK, emit, say, stop_signals
from inspector.domain.counts import counted

if TYPE_CHECKING:
    import argparse

    from inspector.domain.line_outputs import IoOptions
    from inspector.domain.line_protocol import LineOptions


def simulate_module(parsed: argparse.Namespace, host: str, port: int, io: IoOptions) -> int:
    """Be a module with a conveyor until the last part has left the gate, or a signal."""
    from inspector.line.adapters import LineError
    from inspector.line.conveyor import Belt, ModuleServed

    if parsed.serial or parsed.part_recipe or parsed.first_id:
        raise LineError("a part at a sensor says nothing of itself", "Leave --serial, --part-recipe, --first-id out.")
    if io.wrong:
        raise LineError(f"the wiring cannot be used: {io.wrong}", "Change it: Settings → Line.")
    if io.trigger is None:
        raise LineError("no trigger input is wired", "Set one: Settings → Line; the simulated sensor needs it.")
    belt = Belt(io, every_s=parsed.every_ms / 1000, parts=parsed.parts)
    module = ModuleServed(belt, io, host, port)
    module.start()
    say(f"an I/O module listens on {host}:{port}; parts come once the station is ready")
    seen: Counter[str] = Counter()
    with stop_signals() as stop:
        parts = module.run(stop.wait)
        try:
            for part in parts:
                seen[part.gate] += 1
                if parsed.json:
                    emit({"part": part.number, "gate": part.gate})
                else:
                    print(f"{part.number}: {part.gate}", flush=True)
        finally:
            parts.close()
    told = ", ".join(f"{count:,} {gate}" for gate, count in sorted(seen.items()))
    say(f"{counted(seen.total(), 'part')} at the gate: {told or 'none'}")
    return EXIT_OK if belt.finished else EXIT_INTERRUPTED


def test_module(parsed: argparse.Namespace, host: str, port: int, options: LineOptions) -> int:
    """Ask a module once; nothing is written."""
    from inspector.line.io_module import IoModule

    module = IoModule(host, port, options)
    try:
        levels = module.look()
    finally:
        module.close()
    if parsed.json:
        emit({"levels": levels})
    else:
        high = ", ".join(name for name, level in levels.items() if level) or "nothing"
        print(f"the I/O module answers; high: {high}")
    return EXIT_OK


def print_wiring(parsed: argparse.Namespace, io: IoOptions) -> int:
    """Print which input and coil is what."""
    coils = {coil.value: place for coil, place in io.coils.items()}
    if parsed.json:
        emit(
            {
                "trigger": io.trigger,
                "acknowledge": io.acknowledge,
                "encoder": io.encoder,
                "coils": coils,
                "wrong": io.wrong,
            }
        )
        return EXIT_OK
    print("The module's inputs (the station reads; counted from 0):")
    print(f"  discrete input {'–' if io.trigger is None else io.trigger}  trigger")
    print(f"  discrete input {'–' if io.acknowledge is None else io.acknowledge}  acknowledge (a button)")
    print(f"  input register {'–' if io.encoder is None else io.encoder}  encoder")
    print("The module's coils (the station writes):")
    for name, place in coils.items():
        print(f"  {place:<6} {name}")
    if io.wrong:
        print(f"This cannot be used: {io.wrong}.")
    return EXIT_OK
