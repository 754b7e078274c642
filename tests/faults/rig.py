"""What a case is made of, and what it works with: a fresh station's home, its disks, its display, and what came of it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from inspector import assembly
from inspector.domain.part_code import CodeConfig, CodeKinds
from inspector.domain.source_options import SourceOptions
from inspector.recipes.recipe import save_recipe
from inspector.sources.demo_scene import TAG_PLACE
from tests import ports
from tests.faults import record
from tests.faults.station import ROOT, Station
from tests.faults.volumes import Volume, why_no_volumes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

RECIPE = "Faults"
INTERRUPTED = 130
#: Pictures a second of the demo line: a part about every four seconds, which busy processors follow too.
_FPS = 7.0
_STARTS = 4
_LEARNS_S = 30.0


class Face(Enum):
    """How the station runs."""

    HEADLESS = "headless"
    WINDOW = "window"


class SkippedError(Exception):
    """What a case needs is not here; the text says what."""


@dataclass(slots=True)
class Findings:
    """What came of a case.

    Args:
        tries: How often the fault was injected.
        lost: Parts that were told and are not in the record.
        wrong: PASS of a defective part, or of one that nobody knows.
        twice: Parts with two rows.
        unsaid: Parts without a row of which nothing was said.
        shown_s: Each time from a fault to the word that says so.
        healed_s: Each time from the end of its cause until the station was well again.
        broken: What else did not hold, in words.
    """

    tries: int = 0
    lost: int = 0
    wrong: int = 0
    twice: int = 0
    unsaid: int = 0
    shown_s: list[float] = field(default_factory=list)
    healed_s: list[float] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Whether everything held; times are figures, no judgement."""
        return not (self.lost or self.wrong or self.twice or self.unsaid or self.broken)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One fault.

    Args:
        name: What breaks.
        promises: Of docs/promises.md that it tries.
        holds: What must hold, in words.
        run: Injects it and checks.
        faces: How the station runs meanwhile.
        live: Whether pictures come at the camera's pace, as on a belt; otherwise the demo line waits for whoever looks.
        short: Whether `make test` runs it too, headless.
        again: Whether it is repeated at random moments in the long form.
    """

    name: str
    promises: tuple[int, ...]
    holds: str
    run: Callable[[Rig], None]
    faces: tuple[Face, ...] = (Face.HEADLESS,)
    live: bool = False
    short: bool = False
    again: bool = False


class Rig:
    """One case's surroundings; everything that it started has ended after `close`.

    Args:
        folder: Empty; on an ordinary disk.
        face: How stations are started.
        seed: Of the random moments.
        display: Of the window.
        live: See `Case.live`.
        rounds: How often what is repeated at random moments is tried on one log.
    """

    def __init__(
        self, folder: Path, *, face: Face, seed: int, display: str = "", live: bool = False, rounds: int = 3
    ) -> None:
        self.folder, self.face, self.rounds = folder, face, rounds
        self.home = folder / "home"
        self.log = self.home / "results.sqlite3"
        self.random = random.Random(seed)
        self.findings = Findings()
        self.display = display if face is Face.WINDOW else ""
        self.live = live
        self.disk: Volume | None = None  #: that breaks
        self.holder: subprocess.Popen[str] | None = None  #: of a lock; or the camera
        self.port = 0
        self.filmed_s = 0.0  #: since when there is a camera
        self._volumes: list[Volume] = []
        self._stations: list[Station] = []
        self._processes: list[subprocess.Popen[str]] = []
        self.home.mkdir(parents=True)

    # --- what it works with -------------------------------------------------------------------------------------------

    def volume(self, name: str, *, stalling: bool = False, size_mb: int = 96) -> Volume:
        """Make a disk that can break."""
        if why := why_no_volumes(stalling=stalling):
            raise SkippedError(why)
        try:
            made = Volume(self.folder / name, stalling=stalling, size_mb=size_mb)
        except RuntimeError as error:
            raise SkippedError(str(error)) from error
        self._volumes.append(made)
        return made

    def recipe(self, source: str = "demo:", model: str = "demo") -> None:
        """Save the recipe: parts of the demo line, known by the code on their tag."""
        demo = assembly.demo_recipe()
        options = SourceOptions()
        if source == "demo:":
            options = SourceOptions(
                seed=record.SEED,
                defect_rate=record.DEFECT_RATE,
                tags=True,
                fps=_FPS if self.live else None,
                as_fast_as_possible=not self.live,
            )
        update = {
            "name": RECIPE,
            "source": source,
            "model": model,
            "source_options": options,
            "code": CodeConfig(kinds=CodeKinds.DATA_MATRIX, budget_ms=2000),
            "code_region": TAG_PLACE,
        }
        save_recipe(demo.model_copy(update=update), self.home / "recipes")

    def start(
        self,
        *,
        lot: str = "",
        wrap: Sequence[str] = (),
        environment: dict[str, str] | None = None,
        log: Path | None = None,
    ) -> Station:
        """Start a station; the recipe is made where there is none."""
        if not (self.home / "recipes").exists():
            self.recipe()
        at = log or self.log
        before: frozenset[str] = frozenset()
        with suppress(sqlite3.DatabaseError):  # one that is damaged on purpose
            before = frozenset(row.id for row in self.rows())
        station = Station(
            self.home,
            recipe=RECIPE,
            lot="" if self.display else lot,
            window=self.display,
            log=None if at == self.home / "results.sqlite3" else at,
            wrap=wrap,
            environment=environment,
        )
        station.before = before
        self._stations.append(station)
        return station

    def well(self, *, lot: str = "", environment: dict[str, str] | None = None) -> Station:
        """Start a station and wait until it has inspected a part.

        Where the processor is so busy that it has not seen the empty belt in time, it says so, and is started again.
        """
        for _ in range(_STARTS):
            station = self.start(lot=lot, environment=environment)
            station.wait_begun(_LEARNS_S)
            if station.counted:
                station.wait_well(time.perf_counter())
                return station
            if station.code is not None:
                break
            station.stop()
        msg = f"the station does not come to inspect: {station.words} {station.errors[-3:]}"
        raise AssertionError(msg)

    def process(self, *command: str, **more: str) -> subprocess.Popen[str]:
        """Start a program beside the station; it can be told something."""
        made = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **more},
        )
        self._processes.append(made)
        return made

    def inspector(self, *arguments: str, limit_s: float = 240.0, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the station to its end."""
        return subprocess.run(
            (sys.executable, "-m", "inspector", *arguments),
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **more},
            timeout=limit_s,
            check=False,
        )

    def hand(self, what: str, folder: Path, *more: str) -> subprocess.Popen[str]:
        """Open a window in which a hand begins a batch or a training; it has begun when this returns."""
        if not (self.home / "recipes").exists():
            self.recipe()
            self.settings(f'{{"recipe": "{RECIPE}"}}')
        command = ("-m", "tests.faults.hand", str(self.home), what, str(folder), *more)
        window = self.process(sys.executable, *command, DISPLAY=self.display, QT_QPA_PLATFORM="xcb")
        assert window.stdout is not None
        said = next((line for line in iter(window.stdout.readline, "") if line == "begun\n"), "")
        assert said, f"the window has ended with {window.wait()}, and begun nothing"
        return window

    def settings(self, text: str) -> None:
        """Write the station's settings, as JSON."""
        (self.home / "settings.json").write_text(text, encoding="utf-8")

    # --- what came of it ----------------------------------------------------------------------------------------------

    def expect(self, holds: object, words: str) -> None:
        """Note what did not hold."""
        if not holds:
            self.findings.broken.append(words)

    def rows(self) -> list[record.Row]:
        """Every row that is anywhere: in the log, or in one that was set aside; each once."""
        found: dict[str, record.Row] = {}
        for path in sorted(self.log.parent.glob("results*.sqlite3")):
            with nullcontext() if path == self.log else suppress(sqlite3.DatabaseError):  # set aside, it may be empty
                for row in record.rows_of(path):
                    found.setdefault(row.id, row)
        return list(found.values())

    def check(self, station: Station, *, said: bool = False) -> list[record.Row]:
        """Compare what a station told with the record.

        Args:
            said: Whether it was said that parts can have passed unseen.

        Returns:
            The rows of its run.
        """
        rows, told, findings = self.rows(), station.told, self.findings
        findings.lost += record.lost(told, rows)
        findings.wrong += record.wrong(told, rows)
        own = [row for row in rows if row.id not in station.before]
        findings.twice += record.twice(own)
        if station.window:
            findings.lost += max(0, station.counted - len(own))
        if not said:
            findings.unsaid += record.unaccounted(own)
        return own

    def end(self, station: Station, *, said: bool = False) -> None:
        """Stop a station in order, and compare."""
        code = station.stop()
        self.expect(code == (0 if station.window else INTERRUPTED), f"exit code {code} at an orderly stop")
        aborted = [line for line in station.errors if "terminate called" in line or "Traceback" in line]
        self.expect(not aborted, f"said at the end: {aborted}")
        self.check(station, said=said)

    def close(self) -> None:
        """End everything."""
        for process in self._processes:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
            process.kill()
            process.communicate()
        for volume in self._volumes:
            volume.go_on()
        for station in self._stations:
            station.send(signal.SIGCONT)
            station.kill()
        for volume in self._volumes:
            volume.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def faulted(
    *,
    inject: Callable[[Rig, Station], None],
    mend: Callable[[Rig, Station], None],
    shown: str,
    prepare: Callable[[Rig], None] = lambda _: None,
    lasts_s: float = 1.5,
) -> Callable[[Rig], None]:
    """Return a case's run: all is well, the fault comes, is said, stays, goes, and the station is well by itself.

    Args:
        inject: Lets the fault begin.
        mend: Takes its cause away.
        shown: What must be said, as a regular expression.
        prepare: What stands before the station starts.
        lasts_s: How long parts pass meanwhile.
    """

    def run(rig: Rig) -> None:
        prepare(rig)
        station = rig.well(lot="faulted")
        rig.findings.tries += 1
        began_s = time.perf_counter()
        inject(rig, station)
        rig.findings.shown_s.append(station.wait_said(shown, began_s))
        pause(lasts_s)
        rig.expect(station.code is None, "the station has ended")
        ended_s = time.perf_counter()
        mend(rig, station)
        rig.findings.healed_s.append(station.wait_well(ended_s))
        station.wait_parts(1)
        rig.end(station, said=True)

    return run


def pause(seconds: float) -> None:
    """Let the line run on with its fault; nothing is compared with the time that this takes."""
    threading.Event().wait(seconds)


def free_port() -> int:
    """See `tests.ports`."""
    return ports.free_port()
