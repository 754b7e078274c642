"""``python -m tests.bench.mqtt_record``: parts are triggered, recorded and published at a mosquitto; what subscribes there must have
every row exactly once.

At random moments the publisher or the broker is killed, the broker stopped (SIGSTOP), or the cable between the two pulled: nothing
passes for a while, or every connection ends and what was on its way is lost. The publisher is `inspector publish`, a process of its
own; the cable is a socat; the engine and the log are real, and the model is none. With ``--calm`` nothing breaks, and it is measured
how long after its trigger a row is received.
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
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.trigger_event import TriggerEvent
from inspector.engine.engine import Engine
from inspector.engine.stages import quantile
from inspector.outputs.base import LogQuery
from inspector.outputs.outbox import MQTT, Outbox
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home
from inspector.settings import Settings
from inspector.settings_file import save_settings
from tests.bench.line_controller import Camera, Timed
from tests.engine.fakes import make_job
from tests.line.cable import Cable
from tests.line.test_service import free_port
from tests.mqtt.broker import Broker, Receiver
from tests.waits import WAIT_S, until

if TYPE_CHECKING:
    from collections.abc import Sequence

TOPIC = "plant/Press 1/part"
_STOPPED_S = 1.2
#: Rows count as taken after ten seconds of a connection, so some connections must live longer.
_MISHAP_AFTER_S = (4.0, 40.0)
_MISHAPS = ("publisher_killed", "broker_killed", "broker_stopped", "cable_pulled", "cable_torn")


class Plant(Receiver):
    """Has of every row what came first, when, and how often it came."""

    def __init__(self, port: int) -> None:
        self.rows: dict[str, tuple[bytes, float]] = {}
        self.times: Counter[str] = Counter()
        self.altered = 0
        super().__init__(port, TOPIC)

    def _on_message(self, _: object, __: object, message: Any) -> None:
        came_s, content = time.perf_counter(), bytes(message.payload)
        said = json.loads(content)
        first, _ = self.rows.setdefault(str(said["id"]), (content, came_s))
        self.times[str(said["id"])] += 1
        self.altered += first != content


class Publishing:
    """The publisher's process."""

    def __init__(self, home: Path) -> None:
        self._command = [sys.executable, "-m", "inspector", "publish", "--home", str(home)]
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(WAIT_S)


def main(argv: Sequence[str] | None = None) -> int:
    """Run; 1 where a row is lost, or came altered."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--triggers", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, default=0.0, help="trigger no more after so long (default: no limit)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--calm", action="store_true", help="kill, stop and pull nothing: for the times")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        chance, most_s = None if arguments.calm else random.Random(arguments.seed), 60 * arguments.minutes or math.inf
        figures = measure(Path(folder), arguments.triggers, most_s, chance)
    print(json.dumps(figures) if arguments.json else "\n".join(f"{key:38}{value}" for key, value in figures.items()))
    return 1 if figures["lost"] or figures["altered"] or figures["of_no_row"] else 0


def measure(folder: Path, triggers: int, most_s: float, chance: random.Random | None) -> dict[str, float]:
    """Record and publish so many parts; return what was counted.

    Args:
        most_s: Trigger no more after so long.
        chance: None where nothing is to break.
    """
    home = Home(root=folder / "home")
    home.root.mkdir()
    (folder / "broker").mkdir()
    camera, engine, timed = Camera(), Engine(), None
    begun_s, mishaps = time.monotonic(), Counter[str]()
    with ExitStack() as stack:
        log = stack.enter_context(closing(SqliteResultLog(home.log)))
        Outbox(home.log, MQTT).subscribe()
        broker = stack.enter_context(closing(Broker(folder / "broker")))
        plant = stack.enter_context(closing(Plant(broker.port)))
        port = free_port()
        cable = stack.enter_context(Cable.tcp(port, broker.port))
        reached = broker.port if chance is None else port
        save_settings(Settings(station="Press 1", publish_to=f"mqtt://127.0.0.1:{reached}/plant"), home.settings)
        publishing = Publishing(home.root)
        stack.callback(publishing.kill)
        trigger = TriggerConfig(mode=TriggerMode.EXTERNAL, frame_within_s=30.0, deadline_s=60.0)
        job = make_job(camera, log)  # type: ignore[arg-type]
        engine.start(replace(job, recipe=job.recipe.model_copy(update={"trigger": trigger})))
        stack.callback(engine.stop, WAIT_S)
        timed = Timed(engine, camera)
        until(lambda: not engine.readiness())
        done = threading.Event()
        breaking = threading.Thread(target=_break, args=(chance, broker, cable, publishing, done, mishaps))
        breaking.start()
        since_s = _trigger_all(timed, triggers, begun_s + most_s, plant if chance is None else None)
        triggers = len(since_s)
        until(lambda: len(timed.took_ms) >= triggers)
        recorded_s = time.monotonic() - begun_s
        done.set()
        breaking.join()
        until(lambda: len(plant.rows) >= triggers or Outbox(home.log, MQTT).waiting() == 0, limit_s=1800.0)
        rows = {row.id: row.trigger_id for row in log.rows(LogQuery())}
    added = sorted(
        1000 * (plant.rows[row][1] - since_s[part]) - timed.took_ms[part]
        for row, part in rows.items()
        if row in plant.rows
    )
    return {
        "triggers": triggers,
        "rows": len(rows),
        "received": len(plant.rows),
        "lost": len(rows.keys() - plant.rows.keys()),
        "of_no_row": len(plant.rows.keys() - rows.keys()),
        "altered": plant.altered,
        "came_again": sum(plant.times.values()) - len(plant.times),
        **({"added_p50_ms": round(quantile(added, 0.5), 2), "added_p99_ms": round(quantile(added, 0.99), 2)}
           if chance is None else {}),
        **mishaps,
        "recorded_s": round(recorded_s, 1),
        "seconds": round(time.monotonic() - begun_s, 1),
    }  # fmt: skip


def _trigger_all(timed: Timed, triggers: int, end_s: float, plant: Plant | None) -> dict[str, float]:
    """Trigger one part after the other; return when each was.

    Args:
        plant: Has received the part before, where its times are wanted; None for as fast as it goes.
    """
    since_s: dict[str, float] = {}
    chance, pause = random.Random(1), threading.Event()
    for number in range(1, triggers + 1):
        if time.monotonic() > end_s:
            break
        until(lambda: not timed.readiness())
        since_s[str(number)] = at_s = time.perf_counter()
        timed.trigger(TriggerEvent(id=str(number), at_s=at_s, time_utc=datetime.now(UTC)))
        if plant is not None:
            until(lambda number=number: len(plant.rows) >= number)  # type: ignore[misc]
            pause.wait(chance.uniform(0.005, 0.05))
    return since_s


def _break(
    chance: random.Random | None,
    broker: Broker,
    cable: Cable,
    publishing: Publishing,
    done: threading.Event,
    mishaps: Counter[str],
) -> None:
    if chance is None:
        return
    mishaps.update(dict.fromkeys(_MISHAPS, 0))
    while not done.wait(chance.uniform(*_MISHAP_AFTER_S)):
        mishap, pause = chance.choice(_MISHAPS), threading.Event()
        mishaps[mishap] += 1
        if mishap == "publisher_killed":
            publishing.kill()
            publishing.start()
        elif mishap == "broker_killed":
            broker.kill()
            pause.wait(_STOPPED_S)
            broker.start()
        elif mishap == "broker_stopped":
            broker.stop()
            pause.wait(_STOPPED_S)
            broker.go_on()
        elif mishap == "cable_pulled":
            cable.pull()
            pause.wait(_STOPPED_S)
            cable.put_back()
        else:
            cable.tear()
            pause.wait(_STOPPED_S)
            cable.plug()


if __name__ == "__main__":
    sys.exit(main())
