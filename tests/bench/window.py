"""``python -m tests.bench.window``: the window on the demo line at 30 fps: start-up, stalls, latency, drops.

First paint and readiness are measured in fresh processes from their start (median of several); stalls are the gaps of
a 5 ms timer on the GUI thread while the line runs; latency is trigger → committed verdict. Memory is that of the process
alone (USS) ten seconds and a tenth of the time after the start, and what it has grown by until the end. The slowest parts are
listed with their stages, as the log has them. The demo line has about a part a second: a p99 needs minutes (``--seconds 300``).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from inspector.gui.station.session import Session

ROOT = Path(__file__).resolve().parents[2]
_TICK_MS = 5


def main() -> int:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the line runs")
    parser.add_argument("--starts", type=int, default=5, help="how many fresh starts")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        _child(Path(arguments.child), arguments.seconds)
    with tempfile.TemporaryDirectory() as folder:
        _start(folder, 1.0)  # compiles and caches, as after an installation
        starts = [_start(folder, 1.0) for _ in range(arguments.starts)]
        long = _start(folder, arguments.seconds)
        slowest = _slowest(Path(folder), int(long["parts"]))
    figures = {
        "first_paint_s": statistics.median(one["first_paint_s"] for one in starts),
        "ready_s": statistics.median(one["ready_s"] for one in starts),
        "torch_imported": any(one["torch"] for one in starts),
        **{key: long[key] for key in ("seconds", "parts", "fps", "dropped", "frames")},
        **{key: long[key] for key in ("latency_p50_ms", "latency_p99_ms")},
        **{key: long[key] for key in ("stall_p50_ms", "stall_p99_ms", "stall_max_ms")},
        **{key: long[key] for key in ("memory_mb", "memory_growth_mb", "handles_growth", "threads_growth")},
        "slowest_parts_ms": slowest,
    }
    print(json.dumps(figures) if arguments.json else "\n".join(f"{key:18}{value}" for key, value in figures.items()))
    return 0


def _slowest(home: Path, parts: int) -> list[dict[str, float]]:
    """The stages of the three slowest of the last parts, by the log; a part counts from 1."""
    from inspector import assembly
    from inspector.paths import Home
    from inspector.settings import Settings

    log = assembly.places(Home(root=home), Settings()).log
    with contextlib.closing(sqlite3.connect(log)) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute("SELECT * FROM inspections ORDER BY rowid DESC LIMIT ?", [parts]).fetchall()[::-1]
    found: list[dict[str, float]] = []
    for number, row in enumerate(rows, 1):
        stages = {
            name: round(value, 1) for name, value in dict(row).items() if name.endswith("_ms") and value is not None
        }
        found.append({"part": number, **stages})
    return sorted(found, key=lambda one: -(one["total_ms"] + one.get("commit_ms", 0.0)))[:3]


def _start(home: str, seconds: float) -> dict[str, float]:
    environment = dict(os.environ)
    if not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    environment["BENCH_STARTED"] = str(time.time())
    command = [sys.executable, "-m", "tests.bench.window", "--child", home, "--seconds", str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=environment)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _stay(code: int) -> None:
    """Takes the place of what ends the program: what was found is printed first."""


def _child(home: Path, seconds: float) -> NoReturn:
    started = float(os.environ["BENCH_STARTED"])
    import psutil
    from PySide6.QtCore import QTimer

    from inspector import app
    from inspector.app import AppOptions
    from inspector.engine.status import EngineStatus, RunState, SourceState
    from inspector.gui.window import MainWindow
    from inspector.overrides import Overrides
    from inspector.paths import Home

    found: dict[str, float] = {}
    gaps: list[float] = []
    make = MainWindow.__init__

    def init(self: MainWindow, session: Session, **keywords: Any) -> None:
        make(self, session, **keywords)
        self.painted.connect(lambda: found.setdefault("first_paint_s", time.time() - started))
        last = [0.0]
        frames = [0]

        def tick() -> None:
            now = time.perf_counter()
            if "measuring" in found:
                gaps.append(1000 * (now - last[0]) - _TICK_MS)
            last[0] = now

        timer = QTimer(self)
        timer.timeout.connect(tick)
        timer.start(_TICK_MS)
        session.frame_arrived.connect(lambda _: frames.__setitem__(0, frames[0] + 1))

        def begin_measuring() -> None:
            found["measuring"] = time.perf_counter()

        def status(now: EngineStatus) -> None:
            if now.state is RunState.RUNNING and now.source_state is SourceState.LIVE and "ready_s" not in found:
                found["ready_s"] = time.time() - started
                QTimer.singleShot(2000, self, begin_measuring)
                QTimer.singleShot(min(int(900 * seconds), int(100 * seconds) + 10_000), self, warm)
                QTimer.singleShot(int(1000 * seconds) + 2000, self, end)

        def size() -> dict[str, float]:
            process = psutil.Process()
            handles = process.num_fds() if hasattr(process, "num_fds") else process.num_handles()
            uss_mb = process.memory_full_info().uss / 1e6
            return {"memory_mb": uss_mb, "handles": float(handles), "threads": float(process.num_threads())}

        def warm() -> None:
            found.update(size())

        def end() -> None:
            grown = size()
            found["memory_growth_mb"] = grown["memory_mb"] - found["memory_mb"]
            found["handles_growth"] = grown["handles"] - found["handles"]
            found["threads_growth"] = grown["threads"] - found["threads"]
            now = session.status()
            found["seconds"] = seconds
            found["parts"], found["fps"], found["dropped"] = now.parts, now.fps, now.dropped
            found["frames"] = frames[0]
            found["latency_p50_ms"] = now.latency_p50_ms or 0.0
            found["latency_p99_ms"] = now.latency_p99_ms or 0.0
            self.leave()

        session.status_changed.connect(status)

    MainWindow.__init__ = init  # type: ignore[method-assign]
    app.end_process = _stay  # type: ignore[attr-defined]
    code = app.main(AppOptions(home=Home(root=home), overrides=Overrides(source="demo:"), start=True))
    ordered = sorted(max(0.0, gap) for gap in gaps) or [0.0]
    found["stall_p50_ms"] = ordered[len(ordered) // 2]
    found["stall_p99_ms"] = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    found["stall_max_ms"] = ordered[-1]
    found["torch"] = "torch" in sys.modules
    found.pop("measuring", None)
    print(json.dumps({key: round(value, 3) if isinstance(value, float) else value for key, value in found.items()}))
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    raise SystemExit(main())
