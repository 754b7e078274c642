"""``python -m tests.bench.line_gate``: parts pass a sensor and a reject gate of an I/O module, through the real engine and log.

The module is a process of its own, and is killed or stopped (SIGSTOP) at random moments. The camera exposes when it is
triggered and every third part is defective. What the module has seen at its coils is held against the log: a part that is not
good must have had its pulse while it was at the gate, or be counted as a line fault.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from typing import TYPE_CHECKING

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.line_outputs import IoOptions, OutputKind
from inspector.domain.line_protocol import LineProtocol
from inspector.domain.records import Verdict
from inspector.engine.engine import Engine
from inspector.line.service import LineService
from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from inspector.settings import Settings
from tests.bench.line_controller import Camera, Timed
from tests.engine.fakes import make_job
from tests.line.test_demo_line import Controller
from tests.line.test_service import free_port
from tests.waits import WAIT_S, until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.domain.trigger_event import TriggerEvent

EVERY_MS, DELAY_S, PULSE_S = 200, 0.6, 0.12
_KILL_EVERY_S, _LONGEST_STOP_S = 8.0, 1.2
#: Two processes write and read the clock beside the pulse itself.
_SLACK_S = 0.02


class Named(logging.Handler):
    """Keeps which parts were named as line faults."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        words = record.getMessage()
        if words.startswith("at the line's gate: part "):
            self.parts.add(words.split()[5])


class Edges(Timed):
    """Keeps when each part came."""

    def __init__(self, engine: Engine, camera: Camera) -> None:
        super().__init__(engine, camera)
        self.at_s: dict[str, float] = {}

    def trigger(self, event: TriggerEvent) -> None:
        self.at_s[event.id] = event.at_s
        super().trigger(event)


def main(argv: Sequence[str] | None = None) -> int:
    """Run; 1 where a part that is not good had no pulse, or was let through by OK, and was not counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), arguments.parts, arguments.seed)
    print(json.dumps(figures) if arguments.json else "\n".join(f"{key:38}{value}" for key, value in figures.items()))
    return 1 if figures["without_pulse_and_not_counted"] or figures["of_these_not_counted"] else 0


def measure(folder: Path, parts: int, seed: int) -> dict[str, int]:
    """Let so many parts pass; return what was counted."""
    camera, engine, chance = Camera(), Engine(), random.Random(seed)
    io = IoOptions(kind=OutputKind.PULSE, delay_ms=int(1000 * DELAY_S), pulse_ms=int(1000 * PULSE_S))
    settings = Settings(line_protocol=LineProtocol.IO, line_port=free_port(), line_io=io)
    assert settings.line_port is not None
    kills, stops, named = 0, 0, Named()
    logging.getLogger("inspector.line.io_module").addHandler(named)
    with closing(SqliteResultLog(folder / "results.sqlite3")) as log:
        job = make_job(camera, log)  # type: ignore[arg-type]
        trigger = TriggerConfig(mode=TriggerMode.EXTERNAL, frame_within_s=30.0, deadline_s=60.0)
        job = replace(job, recipe=job.recipe.model_copy(update={"trigger": trigger}))
        edges = Edges(engine, camera)
        service = LineService(edges, settings=lambda: settings)
        service.use_recipe("", trigger)
        service.start()
        engine.start(job)
        until(lambda: not engine.readiness())
        module, pause = Controller(settings.line_port, folder, "tests.line.module_io"), threading.Event()
        module.start(EVERY_MS, 0)
        try:
            while len(edges.at_s) < parts:
                pause.wait(chance.uniform(0.2, 2 * _KILL_EVERY_S))
                if chance.random() < 0.5:
                    module.send(SIGSTOP)
                    pause.wait(chance.uniform(0.0, _LONGEST_STOP_S))
                    module.send(SIGCONT)
                    stops += 1
                else:
                    module.kill()
                    kills += 1
                    module.start(EVERY_MS, 0)
            end_s = time.perf_counter()
            until(lambda: time.perf_counter() > end_s + DELAY_S + 4 * PULSE_S)
            state = service.status().module
        finally:
            module.kill()
            engine.stop(WAIT_S)
            service.stop()
        rows = {row.trigger_id: row.decision.verdict for row in log.rows(LogQuery())}
    assert state is not None
    came = {part: at_s for part, at_s in edges.at_s.items() if at_s <= end_s}
    reject, accept = _spans(module, 1), _spans(module, 0)
    bad = {part: at_s + DELAY_S for part, at_s in came.items() if rows.get(part) is not Verdict.PASS}
    without = {part for part, gate_s in bad.items() if not _met(gate_s, reject, _SLACK_S)}
    opened = {part for part, gate_s in bad.items() if _met(gate_s, accept, -_SLACK_S)}
    return {
        "parts": len(came),
        "without_a_row": len(set(came) - set(rows)),
        "not_good": len(bad),
        "with_their_pulse": len(bad) - len(without),
        "without_their_pulse": len(without),
        "counted_without_signal": state.unserved,
        "counted_without_verdict": state.late,
        "without_pulse_and_not_counted": len(without - named.parts),
        "not_good_while_ok_was_high": len(opened),
        "of_these_not_counted": len(opened - named.parts),
        "kills": kills,
        "stops": stops,
    }


def _spans(module: Controller, coil: int) -> list[tuple[float, float]]:
    """When a coil was high; one that a kill has cut off has no length."""
    spans: list[tuple[float, float]] = []
    for place, level, at in module.lines():
        if int(place) == coil and int(level):
            spans.append((float(at), float(at)))
        elif int(place) == coil and spans:
            spans[-1] = spans[-1][0], float(at)
    return spans


def _met(gate_s: float, spans: list[tuple[float, float]], slack_s: float) -> bool:
    """Whether one of these was high while a part was at the gate."""
    since_s, to_s = gate_s - slack_s, gate_s + PULSE_S + slack_s
    return any(begun_s <= to_s and end_s >= since_s for begun_s, end_s in spans)


if __name__ == "__main__":
    sys.exit(main())
