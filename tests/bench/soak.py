"""``python -m tests.bench.soak``: the demo line for hours, as fast as it runs: what grows, what slows down.

500,000 frames are 4.6 hours of the line at its 30 frames a second (``--frames 864000`` are eight). Trigger, network,
archive and log are real; only the source may be shortened: ``--loop N`` renders N frames of the demo line once and shows
them over and over, so that the renderer of the scene, which no real line has, does not set the pace. At the seam the belt
jumps.

Memory is that of the process alone (USS). Growth is the median of the last tenth of the samples less that of the tenth
after the warm-up, so that neither the one-time caches nor a single moment decide.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from inspector import assembly
from inspector.domain.records import Frame, Origin
from inspector.domain.source_options import SourceOptions
from inspector.engine.engine import Engine
from inspector.engine.job import LineJob
from inspector.engine.memory import use_frames_again
from inspector.engine.status import EngineStatus, PartInspected
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home
from inspector.settings import Settings
from inspector.sources.base import SourceEndedError
from inspector.sources.demo import DemoSource

_SAMPLES = 60
_TOLD = 12
_WARM_UP = 0.1
_LIMIT_MB = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The process at one moment."""

    seconds: float
    frames: int
    parts: int
    uss_mb: float
    rss_mb: float
    handles: int
    threads: int
    latency_p50_ms: float
    latency_p99_ms: float
    wal_mb: float
    log_mb: float


class CountedDemo:
    """The demo line, not paced, for so many frames or seconds; with ``loop`` the first are shown over and over."""

    name, live, left_out = "demo:", False, ()

    def __init__(self, frames: int, lasts_s: float, loop: int, options: SourceOptions) -> None:
        self._frames, self._loop = frames, loop
        self._lasts_s, self._ends_s = lasts_s, float("inf")
        self._demo = DemoSource(options)
        self._kept: list[Frame] = []
        self._next = 0

    def open(self) -> None:
        self._demo.open()
        while len(self._kept) < self._loop:
            made = self._demo.read(1.0)
            assert made is not None
            self._kept.append(made)
        self._ends_s = time.perf_counter() + self._lasts_s

    def read(self, timeout_s: float) -> Frame | None:
        if self._next >= self._frames or time.perf_counter() >= self._ends_s:
            raise SourceEndedError
        number, self._next = self._next, self._next + 1
        if not self._loop:
            return self._demo.read(timeout_s)
        return Frame(
            image=self._kept[number % self._loop].image,
            sequence=number,
            time_s=number / 30.0,
            origin=Origin(captured_at=datetime.now(UTC), captured_s=time.perf_counter(), source=self.name),
        )

    def close(self) -> None:
        self._demo.close()


class Count:
    """Counts frames and parts, and wakes the sampler at every so many frames or seconds."""

    def __init__(self, every: int, every_s: float) -> None:
        self.frames = self.parts = 0
        self._every, self._every_s = every, every_s
        self._next_s = time.perf_counter() + every_s
        self.due = threading.Semaphore(0)

    def on_frame(self, frame: Frame) -> None:
        self.frames += 1
        if self.frames % self._every == 0 or time.perf_counter() >= self._next_s:
            self._next_s = time.perf_counter() + self._every_s
            self.due.release()

    def on_part(self, event: PartInspected) -> None:
        self.parts += 1

    def on_status(self, status: EngineStatus) -> None:
        """Not needed."""


def sample(engine: Engine, count: Count, log: Path, began_s: float) -> Sample:
    process, status = psutil.Process(), engine.status()
    memory = process.memory_full_info()
    wal = log.with_name(log.name + "-wal")
    return Sample(
        seconds=round(time.perf_counter() - began_s, 1),
        frames=count.frames,
        parts=count.parts,
        uss_mb=round(memory.uss / 1e6, 1),
        rss_mb=round(memory.rss / 1e6, 1),
        handles=process.num_fds() if hasattr(process, "num_fds") else process.num_handles(),
        threads=process.num_threads(),
        latency_p50_ms=round(status.latency_p50_ms or 0.0, 2),
        latency_p99_ms=round(status.latency_p99_ms or 0.0, 2),
        wal_mb=round(wal.stat().st_size / 1e6, 2) if wal.exists() else 0.0,
        log_mb=round(log.stat().st_size / 1e6, 2),
    )


def make_job(home: Home, log: SqliteResultLog, source: CountedDemo) -> LineJob:
    where = assembly.places(home, Settings())
    whole = assembly.build_job(assembly.demo_recipe(), Settings(), where, log)
    return LineJob(
        recipe=whole.recipe,
        station=whole.station,
        lot="soak",
        software_version=whole.software_version,
        open_source=lambda: source,
        load_classifier=whole.load_classifier,
        log=log,
        archive=whole.archive,
    )


def soak(frames: int, lasts_s: float, loop: int, seed: int, *, told: bool) -> list[Sample]:
    """Run the line and return the samples, oldest first."""
    options = SourceOptions(seed=seed, defect_rate=0.05, as_fast_as_possible=True)
    source = CountedDemo(frames, lasts_s, loop, options)
    use_frames_again()  # as `inspector run` does
    count, engine, samples = Count(max(1, frames // _SAMPLES), lasts_s / _SAMPLES), Engine(), []
    with tempfile.TemporaryDirectory() as folder:
        home = Home(root=Path(folder))
        path = assembly.places(home, Settings()).log
        log = assembly.open_log(path)
        engine.subscribe(count)
        began_s = time.perf_counter()
        engine.start(make_job(home, log, source))
        while not engine.wait_ended(0.0):
            if count.due.acquire(timeout=0.5):
                samples.append(sample(engine, count, path, began_s))
                if told and len(samples) % (_SAMPLES // _TOLD) == 0:
                    print(json.dumps(asdict(samples[-1])), flush=True)
        fault = engine.status().fault
        engine.stop()
        log.close()
    if fault:
        raise SystemExit(fault)
    return samples


def growth(samples: list[Sample]) -> dict[str, float]:
    """Compare the last tenth with the tenth after the warm-up."""
    tenth = max(1, len(samples) // 10)
    first = samples[int(_WARM_UP * len(samples)) :][:tenth]
    last = samples[-tenth:]
    names = ("uss_mb", "rss_mb", "handles", "threads", "latency_p50_ms", "latency_p99_ms")
    return {
        name: round(
            statistics.median(getattr(one, name) for one in last)
            - statistics.median(getattr(one, name) for one in first),
            2,
        )
        for name in names
    }


def main() -> int:
    """Run, print, and say whether memory, handles and threads stayed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=20_000)
    parser.add_argument("--minutes", type=float, help="for so long instead, however many frames that are")
    parser.add_argument("--loop", type=int, default=0, help="so many frames are rendered once; 0: every frame is new")
    parser.add_argument("--seed", type=int, default=4242)
    parser.add_argument("--json", action="store_true", help="one object at the end, nothing else")
    arguments = parser.parse_args()
    lasts_s = 60.0 * arguments.minutes if arguments.minutes else float("inf")
    frames = 1 << 62 if arguments.minutes else arguments.frames
    samples = soak(frames, lasts_s, arguments.loop, arguments.seed, told=not arguments.json)
    grown = growth(samples)
    last = samples[-1]
    figures = {
        "frames": last.frames,
        "parts": last.parts,
        "frames_per_s": round(last.frames / last.seconds, 1),
        "growth": grown,
        "last": asdict(last),
    }
    print(json.dumps(figures) if arguments.json else "\n".join(f"{key:14}{value}" for key, value in figures.items()))
    steady = grown["uss_mb"] < _LIMIT_MB and abs(grown["handles"]) <= 2 and abs(grown["threads"]) <= 2
    return 0 if steady and last.parts > 0 else 1


if __name__ == "__main__":
    raise SystemExit(main())
