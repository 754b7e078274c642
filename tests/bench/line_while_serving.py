"""``python -m tests.bench.line_while_serving``: what 50 uploads at once to the page in the browser cost the line.

The demo line runs at 30 frames per second through the real engine, and inspects a part every quarter of a second. It runs
alone and beside `inspector serve`, to which 50 clients send a picture again and again, by turns: what else the machine
does falls on both. The clients are a process of their own on the same processor, at the lowest priority: in a plant they
are elsewhere. Latency is that from the trigger to the committed verdict.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path

import cv2
import httpx2
import numpy as np
import psutil

from inspector import assembly
from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.records import Frame
from inspector.engine.engine import Engine
from inspector.engine.status import EngineStatus, PartInspected
from inspector.paths import Home
from inspector.settings import Settings

_CLIENTS = 50
_SIZE = (1024, 1024)
_SETTLES_S = 3.0


class Latencies:
    """Keeps the time from the trigger to the commit of every part."""

    def __init__(self) -> None:
        self.taken_ms: list[float] = []

    def on_part(self, event: PartInspected) -> None:
        self.taken_ms.append(event.committed_ms)

    def on_frame(self, frame: Frame) -> None:
        """Not needed."""

    def on_status(self, status: EngineStatus) -> None:
        """Not needed."""


def send(address: str, seconds: float) -> Counter[int]:
    """Send a picture from fifty clients again and again; return the answers by status."""
    noise = np.random.default_rng(0).integers(0, 255, (*_SIZE, 3), dtype=np.uint8)
    picture = cv2.imencode(".jpg", cv2.GaussianBlur(noise, (0, 0), 3))[1].tobytes()
    end, answers = threading.Event(), Counter[int]()

    def client() -> None:
        with httpx2.Client(timeout=120.0) as line:
            while not end.is_set():
                files = {"picture": ("part.jpg", picture, "image/jpeg")}
                answer = line.post(f"{address}inspect", files=files, headers={"accept": "application/json"})
                answers[answer.status_code] += 1
                if answer.status_code == 429:
                    end.wait(float(answer.headers["retry-after"]))

    threads = [threading.Thread(target=client) for _ in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    end.wait(seconds)
    end.set()
    for thread in threads:
        thread.join()
    return answers


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each turn")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--clients", metavar="ADDRESS", help="only send, as the measurement asks of a second process")
    arguments = parser.parse_args()
    if arguments.clients:
        psutil.Process().nice(psutil.IDLE_PRIORITY_CLASS if sys.platform == "win32" else 19)
        print(json.dumps(send(arguments.clients, arguments.seconds)))
        return 0
    seen, engine = Latencies(), Engine()
    told: dict[str, list[float]] = {"alone": [], "beside uploads": []}
    dropped = dict.fromkeys(told, 0)
    with tempfile.TemporaryDirectory() as folder:
        home = Home(root=Path(folder))
        where = assembly.places(home, Settings())
        log = assembly.open_log(where.log)
        engine.subscribe(seen)
        trigger = TriggerConfig(mode=TriggerMode.INTERVAL, interval_s=0.25)
        recipe = assembly.demo_recipe().model_copy(update={"trigger": trigger})
        engine.start(assembly.build_job(recipe, Settings(), where, log))
        server = subprocess.Popen(
            [sys.executable, "-m", "inspector", "serve", "--home", folder, "--port", "0", "--json"],
            stdout=subprocess.PIPE,
        )
        try:
            assert server.stdout is not None
            address = json.loads(server.stdout.readline())["address"]
            wait, answers = threading.Event(), Counter[str]()
            for _ in range(arguments.turns):
                for name in told:
                    senders = None
                    if name != "alone":
                        own = [sys.executable, "-m", "tests.bench.line_while_serving", "--clients", address]
                        lasts_s = f"{_SETTLES_S + arguments.seconds}"
                        senders = subprocess.Popen([*own, "--seconds", lasts_s], stdout=subprocess.PIPE)
                    wait.wait(_SETTLES_S)
                    first, lost = len(seen.taken_ms), engine.status().dropped
                    wait.wait(arguments.seconds)
                    told[name] += seen.taken_ms[first:]
                    dropped[name] += engine.status().dropped - lost
                    if senders is not None:
                        answers.update(json.loads(senders.communicate()[0]))
        finally:
            server.terminate()
            server.wait()
            engine.stop()
            log.close()
    figures = {
        name: {
            "parts": len(taken),
            "dropped": dropped[name],
            **{f"p{share}_ms": round(float(np.percentile(taken, share)), 1) for share in (50, 99)},
        }
        for name, taken in told.items()
    }
    ratio = figures["beside uploads"]["p99_ms"] / figures["alone"]["p99_ms"]
    if arguments.json:
        print(json.dumps({**figures, "ratio": ratio, "answers": dict(answers)}))
    else:
        for name, line in figures.items():
            print(f"{name:15}" + ", ".join(f"{key} {value}" for key, value in line.items()))
        print(f"p99 beside uploads: {ratio:.2f} of that alone; answers by status: {dict(answers)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
