"""``python -m tests.bench.fleet``: rows into PostgreSQL under kills, and what sending costs the line.

``--part kills``: a log of so many rows that wait is sent by ``inspector forward`` to a server of our own that writes to the
disk as outside of tests. Both are killed (kill -9) at random moments, two kills of three the sender's. At the end the ids in
the database are compared with those in the log. Rows are put into the log in large transactions, and its own triggers put
them into the outbox.

``--part line``: the demo line through the real engine, a part every quarter of a second, with ``inspector forward`` beside
it and without, by turns: trigger to committed verdict. In a plant the database is elsewhere: here it does not wait for the
disk, which it shares with the log, and steps back.

``--part stations``: so many simulated stations, each with a log of its own that grows by so many parts a second, and each
with its sender on a thread; all of them and the database share this machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import psutil

from inspector import assembly
from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.ids import new_id
from inspector.engine.engine import Engine
from inspector.engine.status import EngineStatus, PartInspected
from inspector.fleet.address import DatabaseAddress
from inspector.fleet.pusher import Forwarder
from inspector.fleet.schema import upgrade
from inspector.outputs.chain import install
from inspector.outputs.outbox import FLEET, Outbox
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.rows import to_row
from inspector.paths import Home
from inspector.runs.processes import step_back
from inspector.settings import Settings
from inspector.settings_file import save_settings
from tests.fleet.server import PostgresServer, binaries
from tests.outputs.samples import inspection
from tests.waits import until

ROOT = Path(__file__).resolve().parents[2]
_AT_ONCE = 20_000


def fill(path: Path, rows: int) -> None:
    """Put rows into a log whose outbox has a taker."""
    with closing(sqlite3.connect(path)) as log:
        install(log)
        log.execute("PRAGMA synchronous=OFF")
        row = to_row(inspection(1))
        names, signs = ", ".join(f'"{name}"' for name in row), ", ".join(f":{name}" for name in row)
        statement = f"INSERT INTO inspections ({names}) VALUES ({signs})"  # noqa: S608 - names of the schema
        for begin in range(0, rows, _AT_ONCE):
            some = range(begin, min(rows, begin + _AT_ONCE))
            log.executemany(statement, ({**row, "id": new_id(), "part_number": number} for number in some))
            log.commit()


@contextmanager
def station(server: PostgresServer, folder: Path) -> Iterator[Home]:
    """A station that is connected to the server."""
    home = Home(root=folder)
    address = server.address("postgres")
    upgrade(DatabaseAddress.of(address, folder))
    save_settings(Settings(station="Press 1", forward_to=address), home.settings)
    SqliteResultLog(home.log).close()
    Outbox(home.log, FLEET).subscribe()
    yield home


def sender(home: Home) -> subprocess.Popen[bytes]:
    """Start ``inspector forward``."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "inspector", "forward", "--home", str(home.root)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _wait_until(condition: Callable[[], object]) -> None:
    """Look again and again; a bench has no limit of its own."""
    ticks = threading.Event()
    while not condition():
        ticks.wait(0.05)


def _has_sent(outbox: Outbox, rows: int, share: float) -> bool:
    return rows - outbox.waiting() >= share


def under_kills(rows: int, kills: int, seed: int) -> dict[str, object]:
    """Send rows, and kill; return what was counted."""
    chance, folder = random.Random(seed), Path(tempfile.mkdtemp())
    programs = binaries()
    assert programs is not None, "PostgreSQL is not installed"
    server = PostgresServer(programs, durable=True)
    never, processor_s, done = threading.Event(), 0.0, {"sender": 0, "server": 0}
    try:
        with station(server, folder) as home:
            fill(home.log, rows)
            outbox = Outbox(home.log, FLEET)
            begun = time.monotonic()
            process = sender(home)
            # a kill for each share of the rows, so that none comes when all is done
            for number in range(kills):
                _wait_until(partial(_has_sent, outbox, rows, rows * (number + 0.5) / (kills + 1)))
                never.wait(chance.uniform(0.0, 0.5))
                if number % 3 == 2:
                    server.kill()
                    done["server"] += 1
                    server.start()
                else:
                    processor_s += sum(psutil.Process(process.pid).cpu_times()[:2])
                    process.kill()
                    process.wait()
                    done["sender"] += 1
                    process = sender(home)
                assert outbox.waiting(), "a kill came too late"
            _wait_until(lambda: not outbox.waiting())
            seconds = time.monotonic() - begun
            processor_s += sum(psutil.Process(process.pid).cpu_times()[:2])
            process.terminate()
            process.wait()
            with closing(sqlite3.connect(home.log)) as log:
                wanted = {row[0] for row in log.execute("SELECT id FROM inspections")}
            stored = [str(row[0]) for row in server.sql("SELECT id FROM inspector.results")]
            return {
                "rows": rows,
                "kills of the sender": done["sender"],
                "kills of the server": done["server"],
                "lost": len(wanted - set(stored)),
                "doubled": len(stored) - len(set(stored)),
                "not of the log": len(set(stored) - wanted),
                "set aside": len(outbox.set_aside()),
                "rows per second, restarts included": round(rows / seconds),
                "rows per second of the sender's processor time": round(rows / processor_s),
            }
    finally:
        server.close()


def many(stations: int, rate: int, seconds: int) -> dict[str, object]:
    """Let stations record and send; return what arrived, and how far sending fell behind."""
    programs = binaries()
    assert programs is not None, "PostgreSQL is not installed"
    server = PostgresServer(programs)
    server.sql(f"ALTER SYSTEM SET max_connections = {stations + 50}")
    server.kill()
    server.start()
    stop, most = threading.Event(), 0
    try:
        address = server.address("postgres")
        folder = Path(tempfile.mkdtemp())
        upgrade(DatabaseAddress.of(address, folder))
        homes = [Home(root=folder / f"{number}") for number in range(stations)]
        senders = []
        for number, home in enumerate(homes):
            home.root.mkdir()
            settings = Settings(station=f"Press {number}", forward_to=address)
            SqliteResultLog(home.log).close()
            Outbox(home.log, FLEET).subscribe()
            forwarder = Forwarder(home.root, home.log, partial(_itself, settings))
            senders.append(threading.Thread(target=forwarder.run, args=(stop,), daemon=True))
        for thread in senders:
            thread.start()
        began_s, ticks = time.monotonic(), threading.Event()
        for second in range(1, seconds + 1):
            for home in homes:
                fill(home.log, rate)
            most = max(most, second * rate * stations - _count(server, "*"))
            ticks.wait(max(0.0, began_s + second - time.monotonic()))
        fed_s, wanted = time.monotonic() - began_s, seconds * rate * stations
        _wait_until(lambda: _count(server, "*") >= wanted)
        behind_s = time.monotonic() - began_s - fed_s
        ids, distinct = _count(server, "*"), _count(server, "DISTINCT (station_key, id)")
        stop.set()
        for thread in senders:
            thread.join(10.0)
    finally:
        stop.set()
        server.close()
    return {
        "stations": stations,
        "parts a second, all together": round(wanted / fed_s),
        "seconds": round(fed_s, 1),
        "most that waited at the end of a second": most,
        "seconds until the last was there": round(behind_s, 1),
        "lost": wanted - distinct,
        "doubled": ids - distinct,
    }


def _count(server: PostgresServer, what: str) -> int:
    (count,) = server.sql(f"SELECT count({what}) FROM inspector.results")[0]  # noqa: S608 - what stands above
    assert isinstance(count, int)
    return count


def _itself(settings: Settings) -> Settings:
    return settings


@dataclass
class Times:
    """Takes the times of a line's parts."""

    total_ms: list[float]

    def on_part(self, event: PartInspected) -> None:
        self.total_ms.append(event.committed_ms)

    def on_status(self, status: EngineStatus) -> None:
        """Not needed."""

    def on_frame(self, frame: object) -> None:
        """Not needed."""


def one_line(home: Home, parts: int) -> list[float]:
    """Run the demo line; return its times from trigger to committed verdict."""
    settings = Settings(station="Press 1")
    with closing(assembly.open_log(home.log)) as log:
        engine, times = Engine(), Times([])
        engine.subscribe(times)
        trigger = TriggerConfig(mode=TriggerMode.INTERVAL, interval_s=0.25)
        recipe = assembly.demo_recipe().model_copy(update={"trigger": trigger})
        job = assembly.build_job(recipe, settings, assembly.places(home, settings), log)
        engine.start(replace(job, max_parts=parts))
        engine.wait_ended(600.0)
        engine.stop()
    return times.total_ms


def beside_the_line(parts: int, turns: int) -> dict[str, object]:
    """Run the line in turns; return its times."""
    programs = binaries()
    assert programs is not None, "PostgreSQL is not installed"
    server = PostgresServer(programs)
    step_back(server.pid)  # and all that it starts from now on
    alone: list[float] = []
    beside: list[float] = []
    try:
        with station(server, Path(tempfile.mkdtemp())) as home:
            other = Home(root=Path(tempfile.mkdtemp()))
            one_line(other, 20)  # the compiled graph is kept from here on
            for turn in range(2 * turns):
                if turn % 4 in (0, 3):
                    alone += one_line(other, parts)
                    continue
                process = sender(home)
                try:
                    beside += one_line(home, parts)
                    until(lambda: not Outbox(home.log, FLEET).waiting())
                finally:
                    process.terminate()
                    process.wait()
            arrived = server.sql("SELECT count(*) FROM inspector.results")[0][0]
    finally:
        server.close()
    p50, p99 = (np.percentile(alone, q) for q in (50, 99))
    q50, q99 = (np.percentile(beside, q) for q in (50, 99))
    return {
        "parts each": len(alone),
        "arrived": arrived,
        "alone, p50 ms": round(float(p50), 1),
        "alone, p99 ms": round(float(p99), 1),
        "with the sender, p50 ms": round(float(q50), 1),
        "with the sender, p99 ms": round(float(q99), 1),
        "p99 with to without": round(float(q99 / p99), 2),
    }


def main() -> int:
    """Run and print; 1 where a row was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("kills", "line", "stations"), required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--parts", type=int, default=200, help="of the line, in each turn")
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument("--stations", type=int, default=100)
    parser.add_argument("--rate", type=int, default=10, help="parts a second of each station")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.part == "kills":
        figures = under_kills(arguments.rows, arguments.kills, arguments.seed)
    elif arguments.part == "stations":
        figures = many(arguments.stations, arguments.rate, arguments.seconds)
    else:
        figures = beside_the_line(arguments.parts, arguments.turns)
    print(json.dumps(figures) if arguments.json else "\n".join(f"{key:50}{value}" for key, value in figures.items()))
    return 1 if any(figures.get(bad) for bad in ("lost", "doubled", "not of the log", "set aside")) else 0


if __name__ == "__main__":
    raise SystemExit(main())
