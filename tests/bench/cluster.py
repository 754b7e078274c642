"""What a cluster costs and what it survives: against one process, with a model that does nothing, with a worker killed.

``python -m tests.bench.cluster efficiency|overhead|names|killed [--model B]``
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from inspector.batch.judge import Job
from inspector.batch.listing import Listing
from inspector.batch.remote import JudgedPiece
from inspector.batch.rows import make_row
from inspector.batch.spread import ClusterJudge
from inspector.cluster import ClusterAddress, connect
from inspector.domain.policy import error_decision
from inspector.domain.records import Thresholds
from inspector.paths import shipped_models_dir
from inspector.pictures import find_pictures
from inspector.pictures.content import TICK_NS, KnownContent
from inspector.vision.backends import load_classifier
from inspector.vision.bundle import Bundle
from inspector.vision.processor import this_processor
from tests.bundles import make_bundle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.batch.remote import SentModel

_POINTS = Thresholds(fail_at=0.5)


def nothing(model: SentModel, _job: Job, files: Sequence[tuple[str, str]]) -> JudgedPiece:
    """Return rows as of pictures that cannot be read, without looking at them."""
    decision = error_decision("not looked at", model.thresholds)
    return JudgedPiece(
        rows=tuple(
            make_row(name, KnownContent(None), decision, None, overlay="", model=model.sha256) for name, _ in files
        )
    )


def copies(source: Path, folder: Path, count: int) -> None:
    """Fill a folder with copies of real pictures, each with some bytes of its own at its end."""
    originals = [path for path in find_pictures(source, recursive=True) if "ground_truth" not in path.parts]
    folder.mkdir(parents=True)
    for number in range(count):
        original = originals[number % len(originals)]
        (folder / f"{number}{original.suffix}").write_bytes(original.read_bytes() + number.to_bytes(4, "big"))
    threading.Event().wait(2 * TICK_NS / 1e9)  # of a file that has just been written, results.csv leaves out a time


def batch(pictures: Path, out: Path, model: str, *options: str) -> list[str]:
    """Return the command."""
    places = ["--out", str(out), "--home", str(out.parent / "home"), "--progress", "json"]
    return [sys.executable, "-m", "inspector", "batch", str(pictures), "--model", model, *places, *options]


def efficiency(pictures: Path, model: str, rounds: int, count: int) -> None:
    """The judging's rate by local:2 against one process on the same cores, by turns."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "parts"
        copies(pictures, folder, count)
        ratios = []
        for turn in range(rounds):
            rates = []
            ways: tuple[tuple[str, ...], ...] = ((), ("--cluster", "local:2"))
            for way in ways if turn % 2 == 0 else ways[::-1]:
                out = Path(scratch) / f"out{turn}-{len(way)}"
                done = subprocess.run(
                    batch(folder, out, model, "--precision", "int8", *way), capture_output=True, check=True, text=True
                )
                words = [json.loads(line) for line in done.stdout.splitlines()]
                rates.append((len(way), [word["rate"] for word in words if word.get("rate")][-1]))
            alone, spread = (rate for _, rate in sorted(rates))
            ratios.append(spread / alone)
            same = (Path(scratch) / f"out{turn}-0/results.csv").read_bytes() == (
                Path(scratch) / f"out{turn}-2/results.csv"
            ).read_bytes()
            print(f"alone {alone:.1f}/s, local:2 {spread:.1f}/s, ratio {spread / alone:.3f}, byte for byte {same}")
        print(f"median ratio {statistics.median(ratios):.3f} of {rounds} rounds")


def spread_nothing(count: int) -> None:
    """Names through the cluster with a model that does nothing: time for each, memory of client and scheduler."""
    with tempfile.TemporaryDirectory() as scratch, connect(ClusterAddress.parse("local:2")) as cluster:
        bundle = make_bundle(Path(scratch) / "spots")
        classifier = load_classifier(Bundle.load(bundle), device="cpu", precision="fp32", thresholds=(_POINTS,))
        listing = Listing(Path(scratch), tuple(f"part-{number:07}.png" for number in range(count)))
        judge = ClusterJudge(cluster, bundle, work=nothing)
        process, job, done, said = psutil.Process(), Job(folder=Path(scratch), thresholds=_POINTS), 0, 0
        began_s, cpu = time.perf_counter(), process.cpu_times()
        for rows in judge.judge(listing, range(count), job, classifier, stop=threading.Event()):
            done += len(rows)
            if done >= said + count // 10:
                said = done
                print(f"{done:>9,} names, {process.memory_info().rss / 1e6:.0f} MB", flush=True)
        spent_s, after = time.perf_counter() - began_s, process.cpu_times()
        own_s = after.user + after.system - cpu.user - cpu.system
        print(f"{count / spent_s:.0f} names/s; {1e3 * own_s / count:.3f} ms of this process's core for each")
        classifier.close()


def killed(pictures: Path, model: str, count: int) -> None:
    """A folder on two workers, one of them killed in the middle."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, out = Path(scratch) / "parts", Path(scratch) / "out"
        copies(pictures, folder, count)
        command = batch(folder, out, model, "--precision", "int8", "--cluster", "local:2")
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        victims: list[int] = []
        last: dict[str, object] = {}
        for line in process.stdout:
            last = json.loads(line)
            done = last.get("done", 0)
            if not victims and isinstance(done, int) and done > count // 2:
                workers = [
                    child
                    for child in psutil.Process(process.pid).children(recursive=True)
                    if "spawn_main" in " ".join(child.cmdline())
                ]
                victims.append(workers[0].pid)
                workers[0].kill()
                print(f"killed the worker {workers[0].pid} after {done} of {count}", flush=True)
        with (out / "results.csv").open(encoding="utf-8-sig", newline="") as file:
            names = Counter(row["path"] for row in csv.DictReader(file))
        lost = count - len(names)
        doubled = sum(number - 1 for number in names.values())
        errors = last.get("error")
        print(f"exit {process.wait()}; {len(names)} rows, {lost} lost, {doubled} doubled, {errors} errors")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("efficiency", "overhead", "names", "killed"))
    parser.add_argument("--pictures", type=Path, default=Path(os.environ.get("INSPECTOR_TEST_DATA", ".")) / "bottle")
    parser.add_argument("--model", default=str(shipped_models_dir() / "demo"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=0, help="pictures or names (default: 1600, 20000, 1000000, 10000)")
    parsed = parser.parse_args()
    counts = {"efficiency": 1600, "overhead": 20_000, "names": 1_000_000, "killed": 10_000}
    count = parsed.count or counts[parsed.what]
    print(f"{this_processor().kind.value}, {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}")
    if parsed.what == "efficiency":
        efficiency(parsed.pictures, parsed.model, parsed.rounds, count)
    elif parsed.what == "killed":
        killed(parsed.pictures, parsed.model, count)
    else:
        spread_nothing(count)


if __name__ == "__main__":
    main()
