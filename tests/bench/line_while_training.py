"""``python -m tests.bench.line_while_training``: what a training beside it costs the line.

The demo line runs at 30 frames per second through the real engine, alone, then while the trainer's worker trains
layer4 on MVTec AD bottle at low priority, and alone again. Frames that reached the trigger are counted, not frames that
were delivered; latency is that from the trigger to the committed verdict.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from inspector import assembly
from inspector.domain.records import Frame
from inspector.engine.engine import Engine
from inspector.engine.status import EngineStatus, PartInspected
from inspector.paths import Home
from inspector.settings import Settings
from tests.conftest import find_test_data
from trainer.protocol import Epoch, Failed, Progress, RunFolder, TrainRequest


class Count:
    """Counts what passes."""

    def __init__(self) -> None:
        self.frames = self.parts = 0

    def on_frame(self, frame: Frame) -> None:
        self.frames += 1

    def on_part(self, event: PartInspected) -> None:
        self.parts += 1

    def on_status(self, status: EngineStatus) -> None:
        """Not needed."""


def measure(engine: Engine, count: Count, seconds: float) -> dict[str, Any]:
    """Count for a while."""
    wait = threading.Event()
    frames, parts, dropped, began = count.frames, count.parts, engine.status().dropped, time.perf_counter()
    wait.wait(seconds)
    took, status = time.perf_counter() - began, engine.status()
    lost = status.dropped - dropped
    return {
        "frames_per_s": (count.frames - frames - lost) / took,
        "parts_per_min": 60 * (count.parts - parts) / took,
        "dropped": lost,
        "latency_p50_ms": status.latency_p50_ms,
        "latency_p99_ms": status.latency_p99_ms,
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    root = find_test_data()
    if root is None:
        parser.error("set INSPECTOR_TEST_DATA")
    count, engine, found = Count(), Engine(), {}
    with tempfile.TemporaryDirectory() as folder:
        home = Home(root=Path(folder))
        where = assembly.places(home, Settings())
        log = assembly.open_log(where.log)
        engine.subscribe(count)
        engine.start(assembly.build_job(assembly.demo_recipe(), Settings(), where, log))
        threading.Event().wait(5.0)
        found["alone"] = measure(engine, count, arguments.seconds)
        training = RunFolder(Path(folder) / "training")
        weights = root.parent / "weights" / "resnet50-imagenet-pqf.npz"
        asked = {"data": str(root / "bottle"), "out": f"{folder}/m", "weights": str(weights), "method": "layer4"}
        training.write_request(TrainRequest.model_validate(asked | {"epochs": 200, "patience": 200}))
        worker = subprocess.Popen([sys.executable, "-m", "trainer", "worker", str(training.path)])
        try:
            while not any(isinstance(one, Progress | Failed) for one in training.reports()):
                threading.Event().wait(0.2)
            found["training"] = measure(engine, count, arguments.seconds)
            epochs = sum(isinstance(one, Epoch) for one in training.reports())
        finally:
            worker.kill()
            worker.wait()
        threading.Event().wait(2.0)
        found["alone again"] = measure(engine, count, arguments.seconds / 2)
        engine.stop()
        log.close()
    ratio = found["training"]["frames_per_s"] / found["alone"]["frames_per_s"]
    if arguments.json:
        print(json.dumps({**found, "ratio": ratio, "epochs": epochs}))
    else:
        for name, figures in found.items():
            print(f"{name:12}" + ", ".join(f"{key} {value:.1f}" for key, value in figures.items()))
        print(f"frame rate while training: {100 * ratio:.1f} % of that alone; {epochs} epochs were trained meanwhile")
    return 0 if ratio >= 0.8 and epochs else 1


if __name__ == "__main__":
    raise SystemExit(main())
