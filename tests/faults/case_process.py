"""The process: killed, frozen, ended in order at any moment, by a signal, or with its display."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from tests.faults import record
from tests.faults.rig import INTERRUPTED, Case, Face, Rig, SkippedError, pause

_LATEST_S = 6.0
_LONGEST_FREEZE_S = 3.0
_BUSY_S = 30.0


def _killed(rig: Rig) -> None:
    """On one log: round after round is killed, the first from its start on, the others from their first part on."""
    for number in range(rig.rounds):
        lot = f"round {number}"
        station = rig.well(lot=lot) if number else rig.start(lot=lot)
        pause(rig.random.uniform(0.0, _LATEST_S))
        rig.findings.tries += 1
        station.send(signal.SIGKILL)
        station.wait()
        if rig.log.exists():
            rig.check(station)
    last = rig.well(lot="last")
    rig.end(last)


def _frozen(rig: Rig) -> None:
    """What passes meanwhile has no row: then it is said that parts passed."""
    station = rig.well(lot="frozen")
    for _ in range(rig.rounds):
        pause(rig.random.uniform(0.0, 2.0))
        rig.findings.tries += 1
        from_s, before = time.perf_counter(), len(rig.rows())
        station.send(signal.SIGSTOP)
        pause(rig.random.uniform(0.2, _LONGEST_FREEZE_S))
        station.send(signal.SIGCONT)
        station.wait_parts(2)
        rows = rig.rows()[max(0, before - 1) :]
        if not station.said_between(from_s, time.perf_counter()):
            rig.findings.unsaid += record.unaccounted(rows)
    rig.end(station, said=True)


def _from_the_start(rig: Rig) -> None:
    """Parts pass while libraries and model are loaded, and before the empty belt was seen."""
    for _ in range(rig.rounds):
        rig.findings.tries += 1
        station = rig.start(lot="start")
        station.wait_parts(2)
        rig.end(station, said=True)


def _busy(rig: Rig) -> None:
    """Four programs for each processor want it; what cannot be judged in time is an ERROR, or it is said."""
    station = rig.well(lot="busy")
    rig.findings.tries += 1
    from_s, before = time.perf_counter(), len(rig.rows())
    others = [rig.process(sys.executable, "-c", "while True: pass") for _ in range(4 * (os.cpu_count() or 1))]
    pause(_BUSY_S)
    for other in others:
        other.kill()
    ended_s = time.perf_counter()
    rig.findings.healed_s.append(station.wait_well(ended_s))
    station.wait_parts(1)
    rows = rig.rows()[max(0, before - 1) :]
    if not station.said_between(from_s, time.perf_counter()):
        rig.findings.unsaid += record.unaccounted(rows)
    rig.end(station, said=True)


def _ended(number: signal.Signals) -> Callable[[Rig], None]:
    def run(rig: Rig) -> None:
        for round_ in range(rig.rounds):
            lot = f"round {round_}"
            station = rig.start(lot=lot) if round_ == 0 else rig.well(lot=lot)
            pause(rig.random.uniform(0.0, _LATEST_S))
            rig.findings.tries += 1
            station.send(number)
            code = station.wait()
            # a window that is not there yet is interrupted like a command
            wanted = {0, INTERRUPTED} if station.window else {INTERRUPTED}
            rig.expect(code in wanted, f"exit code {code} after {number.name}: {station.errors[-3:]}")
            bad = [line for line in station.errors if "terminate called" in line or "Traceback" in line]
            rig.expect(not bad, f"said at the end: {bad}")
            if rig.log.exists():
                rig.check(station)

    return run


def _display_gone(rig: Rig) -> None:
    """As when the display server ends: the process ends too, and with it what was not told."""
    if not shutil.which("xdotool"):
        raise SkippedError("xdotool is not installed")
    station = rig.well()
    rig.findings.tries += 1
    environment = {**os.environ, "DISPLAY": rig.display}
    search = ["xdotool", "search", "--onlyvisible", "--pid", str(station.pid)]
    windows = subprocess.run(search, capture_output=True, text=True, check=False, env=environment).stdout.split()
    rig.expect(windows, "no window is found")
    for window in windows:
        subprocess.run(["xdotool", "windowkill", window], check=False, capture_output=True, env=environment)
    station.wait()
    rig.check(station)
    last = rig.well()
    rig.end(last)


_BOTH = (Face.HEADLESS, Face.WINDOW)

CASES = (
    Case(
        name="killed (kill -9)",
        promises=(1, 2),
        holds="what was told is in the log; the next start counts on",
        run=_killed,
        faces=_BOTH,
        short=True,
        again=True,
    ),
    Case(
        name="frozen (SIGSTOP) and let go on",
        promises=(2, 3),
        holds="each part has one row, or it is said that parts passed unseen",
        run=_frozen,
        live=True,
        faces=_BOTH,
        again=True,
    ),
    Case(
        name="parts pass while the station starts",
        promises=(2, 3),
        holds="STARTING until parts can be seen and judged; what is judged has one row",
        run=_from_the_start,
        live=True,
    ),
    Case(
        name="the processor is far too busy",
        promises=(2, 3),
        holds="TOO SLOW; each part has one row, or it is said that parts passed unseen; goes on by itself",
        run=_busy,
        live=True,
    ),
    Case(
        name="ended by SIGTERM",
        promises=(1, 2),
        holds="an orderly end: parts that wait are judged, or ERROR",
        run=_ended(signal.SIGTERM),
        faces=_BOTH,
        again=True,
    ),
    Case(
        name="the terminal is closed (SIGHUP)",
        promises=(1, 2),
        holds="as SIGTERM",
        run=_ended(signal.SIGHUP),
    ),
    Case(
        name="the window's display is gone",
        promises=(1, 2),
        holds="what was counted is in the log; the next start counts on",
        run=_display_gone,
        faces=(Face.WINDOW,),
    ),
)
