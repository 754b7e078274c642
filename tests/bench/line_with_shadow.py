"""``python -m tests.bench.line_with_shadow``: what a candidate that judges the live parts costs the line.

The demo line runs at 30 frames per second through the real engine in turns, alone and with a candidate beside it: the
demo model once more under another hash, in its process at the lowest priority. Latency is that from the trigger to the
committed verdict; compared are the medians over all parts of each kind of turn.

The candidate gets what the line and everything else leave of the processor, and no part while verdicts hardly come in
time. On a computer with nothing left it judges nothing for minutes. A turn with a shadow begins with its first judgement;
where none comes within ``--patience``, it is said what has kept it away, and there is no figure.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from inspector import assembly
from inspector.domain.records import Frame
from inspector.engine.engine import Engine
from inspector.engine.stages import quantile
from inspector.engine.status import EngineStatus, Pace, PartInspected
from inspector.outputs.shadow_log import ShadowLog
from inspector.paths import Home, shipped_models_dir
from inspector.settings import Settings
from inspector.shadow.begin import begin_shadow, stop_shadow
from inspector.shadow.place import ShadowPlace
from inspector.shadow.report import shadow_report
from inspector.shadow.service import ShadowService
from inspector.vision.bundle import ManifestFields, load_manifest, write_bundle
from tests.waits import until

#: A ratio of medians above this is more than turns of the line alone differ among one another.
LIMIT = 1.10


class NoFigureError(Exception):
    """The candidate had no part, or no processor."""


class Times:
    """Takes the latency of every part, and how often the line said whether verdicts come in time."""

    def __init__(self) -> None:
        self.taken: list[float] = []
        self.looks = self.in_time = 0

    def on_part(self, event: PartInspected) -> None:
        self.taken.append(event.committed_ms)

    def on_frame(self, frame: Frame) -> None:
        """Not needed."""

    def on_status(self, status: EngineStatus) -> None:
        self.looks += 1
        self.in_time += status.pace is Pace.IN_TIME


def twin(folder: Path) -> Path:
    """Write the demo model once more, under another name and so another hash."""
    source = shipped_models_dir() / "demo"
    manifest = load_manifest(source)
    fields = manifest.model_dump(exclude={"files", "seal", "format_version", "name"})
    files: dict[str, Path | bytes] = {name: source / name for name in manifest.files}
    write_bundle(folder, ManifestFields(**fields, name=folder.name), files)
    return folder


def wait_for_first(record: ShadowLog, shadow_id: str, service: ShadowService, times: Times, patience_s: float) -> None:
    """Wait until the candidate has judged a part.

    Raises:
        NoFigureError: If it has not within the patience, with what kept it.
    """
    times.looks = times.in_time = 0
    begun_s = time.monotonic()
    try:
        until(lambda: record.table(shadow_id).judged >= 1, patience_s)
    except AssertionError as error:
        waiting = len(ShadowPlace(record.path).waiting(shadow_id))
        raise NoFigureError(
            f"the candidate has judged nothing within {patience_s:.0f} s: its process {'runs' if service.running else 'does not run'}"
            f"{f' ({service.fault})' if service.fault else ''}, {waiting} parts wait for it, verdicts came in time at "
            f"{times.in_time} of {times.looks} looks; load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores"
        ) from error
    print(f"the candidate judges after {time.monotonic() - begun_s:.0f} s", file=sys.stderr)


def figures_of(taken: list[float]) -> dict[str, Any]:
    """Return median, 99th percentile and count."""
    taken = sorted(taken)
    return {"p50_ms": quantile(taken, 0.5), "p99_ms": quantile(taken, 0.99), "parts": len(taken)}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=4, help="of each kind")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each turn")
    parser.add_argument("--patience", type=float, default=600.0, help="for its first judgement, seconds")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    try:
        return measure(arguments)
    except NoFigureError as error:
        print(f"no figure: {error}")
        return 2


def measure(arguments: argparse.Namespace) -> int:
    """Measure and print; return the exit code.

    Raises:
        NoFigureError: If the candidate never judges.
    """
    times, engine, wait = Times(), Engine(), threading.Event()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as ending:
        home = Home(root=Path(folder))
        twin(home.models / "twin")
        where, recipe = assembly.places(home, Settings()), assembly.demo_recipe()
        log = assembly.open_log(where.log)
        service = ShadowService(engine, home.root, log=lambda: where.log)
        service.start()
        ending.callback(log.close)
        ending.callback(service.stop)
        ending.callback(engine.stop)
        engine.subscribe(times)
        engine.start(assembly.build_job(recipe, Settings(), where, log))
        try:
            until(lambda: len(times.taken) >= 5, arguments.patience)
        except AssertionError as error:
            raise NoFigureError(
                f"the line alone has found {len(times.taken)} parts within {arguments.patience:.0f} s: at a load of "
                f"{os.getloadavg()[0]:.0f} on {os.cpu_count()} cores it sees too few frames of each"
            ) from error
        taken: dict[str, list[float]] = {"alone": [], "with a shadow": []}
        shares = []
        for _ in range(arguments.turns):
            for kind, ms in taken.items():
                if kind != "alone":
                    begin_shadow(
                        recipe, "twin", models=assembly.model_store(home), home=home, log=where.log, who="bench"
                    )
                    record = ShadowLog(where.log)
                    running = record.current()
                    assert running is not None
                    wait_for_first(record, running.id, service, times, arguments.patience)
                times.taken.clear()
                wait.wait(arguments.seconds)
                ms.extend(times.taken)
                if kind != "alone":
                    stop_shadow(where.log, who="bench")
                    shares.append(shadow_report(where.log, ShadowLog(where.log).shadows()[-1]).share or 0.0)
                    until(lambda: not service.running, arguments.patience)
    found: dict[str, Any] = {kind: figures_of(ms) for kind, ms in taken.items()}
    ratio = found["with a shadow"]["p50_ms"] / found["alone"]["p50_ms"]
    share = statistics.mean(shares)
    if arguments.json:
        print(json.dumps({**found, "ratio": ratio, "share": share}))
    else:
        for kind, figures in found.items():
            print(f"{kind:14}" + ", ".join(f"{key} {value:.1f}" for key, value in figures.items()))
        print(f"median with a shadow: {ratio:.3f} times that alone; the candidate judged {share:.1%} of the parts")
    return 0 if ratio <= LIMIT and share > 0.0 else 1


if __name__ == "__main__":
    raise SystemExit(main())
