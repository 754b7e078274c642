"""``python -m tests.bench.line_controller``: parts triggered over a protocol of the line, through the real engine and log,
by a controller that is a process of its own.

At random moments the controller is killed or stopped (SIGSTOP), or the cable is pulled: nothing passes for a while, or every connection
ends and what was on its way is lost. The cable is a socat. The camera exposes when it is triggered and the model is none, so what is
measured is what the line adds. After the run every trigger that was taken must have one row, and every result that was read the code of
its own row.

MQTT is not among the protocols: it only sends results, and has no triggers (`tests.bench.mqtt_record`). An I/O module has no ids:
`tests.bench.line_gate` is for it.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from typing import TYPE_CHECKING

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.line_protocol import LineProtocol
from inspector.engine.engine import Engine
from inspector.engine.stages import quantile
from inspector.line.desk import Link
from inspector.line.service import LineService
from inspector.line.signals import CODES
from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from inspector.settings import Settings
from tests.engine.fakes import BAD, GOOD, FakeSource, frame, make_job
from tests.line.cable import Cable
from tests.line.plc_modbus_server import BASE
from tests.line.plc_opcua_server import NODES
from tests.line.plc_s7 import BLOCK
from tests.line.test_demo_line import PROGRAMS, Controller
from tests.line.test_service import free_port
from tests.waits import WAIT_S, until

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.domain.records import BadPicture, Frame
    from inspector.domain.trigger_event import TriggerEvent
    from inspector.engine.status import EngineListener, EngineStatus, PartInspected

_STOPPED_S = 1.2
_MISHAP_EVERY_S = 5.0
_MISHAPS = ("killed", "stopped", "cable_pulled", "cable_torn")


class Camera(FakeSource):
    """Takes a picture when it is told; every third part is defective."""

    def __init__(self) -> None:
        super().__init__([], live=True, ends=False)
        self._wanted = threading.Semaphore(0)
        self._number = 0

    def expose(self) -> None:
        self._wanted.release()

    def read(self, timeout_s: float) -> Frame | BadPicture | None:
        if not self._wanted.acquire(timeout=timeout_s):
            return None
        self._number += 1
        picture = frame(self._number, BAD if self._number % 3 == 0 else GOOD)
        return replace(picture, origin=replace(picture.origin, path=None, file_key=""))


class Timed:
    """The engine, and how long it took from each trigger to the commit of its row."""

    def __init__(self, engine: Engine, camera: Camera) -> None:
        self._engine, self._camera = engine, camera
        self._since_s: dict[str, float] = {}
        self.took_ms: dict[str, float] = {}
        engine.subscribe(self)

    def trigger(self, event: TriggerEvent) -> None:
        self._since_s[event.id] = time.perf_counter()
        self._engine.trigger(event)
        if not event.missed:
            self._camera.expose()

    def readiness(self) -> str:
        return self._engine.readiness()

    def acknowledge(self, by: str, seen: int | None = None) -> tuple[str, ...]:
        return self._engine.acknowledge(by, seen)

    def status(self) -> EngineStatus:
        return self._engine.status()

    def subscribe(self, listener: EngineListener) -> Callable[[], None]:
        return self._engine.subscribe(listener)

    def on_part(self, event: PartInspected) -> None:
        part = event.inspection.trigger_id
        if not event.missed:
            self.took_ms[part] = 1000 * (time.perf_counter() - self._since_s.pop(part))

    def on_status(self, status: EngineStatus) -> None:
        """Nothing to do."""

    def on_frame(self, frame: Frame) -> None:
        """Nothing to do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run; 1 where a part is lost, doubled or told of another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--protocol",
        type=LineProtocol,
        choices=list(PROGRAMS),
        default=LineProtocol.MODBUS,
        help="(default: modbus)",
    )
    parser.add_argument("--triggers", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, default=0.0, help="trigger no more after so long (default: no limit)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--calm", action="store_true", help="kill, stop and pull nothing: for the times")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    chance, most_s = None if arguments.calm else random.Random(arguments.seed), 60 * arguments.minutes or math.inf
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), arguments.protocol, arguments.triggers, most_s, chance)
    print(json.dumps(figures) if arguments.json else "\n".join(f"{key:38}{value}" for key, value in figures.items()))
    return 1 if figures["lost"] or figures["doubled"] or figures["of_another_part"] else 0


def measure(
    folder: Path, protocol: LineProtocol, triggers: int, most_s: float, chance: random.Random | None
) -> dict[str, float]:
    """Trigger so many parts; return what was counted.

    Args:
        most_s: Trigger no more after so long.
        chance: Of mishaps; None where nothing is killed, stopped or pulled.
    """
    camera, engine = Camera(), Engine()
    near, far, cable = _wired(protocol, folder, calm=chance is None)
    port = {"line_port": near} if isinstance(near, int) else {"line_host": str(near)}
    settings = Settings(line_protocol=protocol, line_base=BASE, line_block=BLOCK, line_nodes=NODES, **port)
    with ExitStack() as stack:
        log = stack.enter_context(closing(SqliteResultLog(folder / "results.sqlite3")))
        job = make_job(camera, log)  # type: ignore[arg-type]
        trigger = TriggerConfig(mode=TriggerMode.EXTERNAL, frame_within_s=30.0, deadline_s=60.0)
        job = replace(job, recipe=job.recipe.model_copy(update={"trigger": trigger}))
        timed = Timed(engine, camera)
        service = LineService(timed, settings=lambda: settings)
        service.use_recipe("", trigger)
        if cable is not None:
            stack.enter_context(cable)
        service.start()
        engine.start(job)
        until(lambda: not engine.readiness() and (protocol.asks or service.status().link in {Link.WAITING, Link.UP}))
        controller = Controller(far, folder, PROGRAMS[protocol])
        begun_s = time.monotonic()
        try:
            mishaps = _drive(controller, triggers, begun_s + most_s, chance, cable)
        finally:
            controller.kill()
            engine.stop(WAIT_S)
            service.stop()
        seconds = time.monotonic() - begun_s
    return _counted(controller, timed, folder) | mishaps | {"seconds": round(seconds, 1)}


def _wired(protocol: LineProtocol, folder: Path, *, calm: bool) -> tuple[int | Path, int | Path, Cable | None]:
    """Return the station's end, the controller's, and the cable between them; TCP needs none where it is not pulled."""
    if protocol is LineProtocol.SERIAL:
        near, far = folder / "station", folder / "plc"
        return near, far, Cable.serial(near, far)
    station, plc = free_port(), free_port()
    if calm:
        return station, station, None
    return station, plc, Cable.tcp(station, plc) if protocol.asks else Cable.tcp(plc, station)


def _drive(
    controller: Controller, triggers: int, end_s: float, chance: random.Random | None, cable: Cable | None
) -> dict[str, float]:
    """Let the controllers trigger, one after the other; return how often each mishap befell them."""
    counted = Counter(dict.fromkeys(_MISHAPS, 0)) if chance is not None else Counter[str]()
    pause, begun = threading.Event(), 0
    controller.start(1, triggers, poll_s=0.0)
    assert controller.process is not None
    while ["done"] not in controller.lines()[-1:]:
        if time.monotonic() > end_s:  # one more part reads what waits before it
            controller.kill()
            controller.start(controller.last("T") + 1, 1, poll_s=0.0)
            end_s, chance = math.inf, None
        elif _wait(controller.process, 0.0):  # killed, or one of text, which ends with its connection
            begun = controller.last("T")
            controller.start(begun + 1, triggers - begun if end_s < math.inf or chance else 1, poll_s=0.0)
        elif chance is None:
            _wait(controller.process, min(60.0, max(0.0, end_s - time.monotonic())))
        elif controller.last("T") <= begun:
            pause.wait(0.1)
        elif not _wait(controller.process, chance.uniform(0.2, 2 * _MISHAP_EVERY_S)):
            mishap = chance.choice(_MISHAPS)
            counted[mishap] += 1
            _befall(mishap, controller, cable, pause)
    return dict(counted)


def _befall(mishap: str, controller: Controller, cable: Cable | None, pause: threading.Event) -> None:
    assert cable is not None
    if mishap == "killed":
        controller.kill()
    elif mishap == "stopped":
        controller.send(SIGSTOP)
        pause.wait(_STOPPED_S)
        controller.send(SIGCONT)
    elif mishap == "cable_pulled":
        cable.pull()
        pause.wait(_STOPPED_S)
        cable.put_back()
    else:
        cable.tear()
        pause.wait(_STOPPED_S)
        cable.plug()


def _wait(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _counted(controller: Controller, timed: Timed, folder: Path) -> dict[str, float]:
    with closing(SqliteResultLog(folder / "results.sqlite3", read_only=True)) as log:
        rows = [(row.trigger_id, CODES[row.decision.verdict]) for row in log.rows(LogQuery())]
    counted, codes, lines = Counter(part for part, _ in rows), dict(rows), controller.lines()
    taken = {line[1] for line in lines if line[0] == "A"}
    read = [line for line in lines if line[0] == "R"]
    told = {line[1] for line in read}
    added = sorted(float(line[3]) - timed.took_ms[line[1]] for line in read if len(line) == 4)
    whole = sorted(float(line[3]) for line in read if len(line) == 4)
    return {
        "triggers": controller.last("T"),
        "rows": len(rows),
        "taken": len(taken),
        "missed": len(controller.told("M")),
        "results_read": len(told),
        "lost": len(taken - set(counted)) + len(taken - told),
        "doubled": sum(count > 1 for count in counted.values()),
        "of_another_part": sum(codes.get(line[1]) != int(line[2]) for line in read),
        "added_p50_ms": round(quantile(added, 0.50), 2),
        "added_p99_ms": round(quantile(added, 0.99), 2),
        "trigger_to_result_p50_ms": round(quantile(whole, 0.50), 2),
        "trigger_to_result_p99_ms": round(quantile(whole, 0.99), 2),
    }


if __name__ == "__main__":
    sys.exit(main())
