"""Work beside the line: a batch that is killed, or has no memory or disk left, and is run again; one without its window."""

from __future__ import annotations

import csv
import sys
from functools import partial
from typing import TYPE_CHECKING

import cv2
import psutil

from inspector.sources.demo_scene import MIDDLE, DemoScene
from tests.faults import record
from tests.faults.rig import Case, Face, Rig
from tests.waits import until

if TYPE_CHECKING:
    from pathlib import Path

_PICTURES = 40
_MORE_BYTES = 4 << 20  #: what it may take from then on
_ENDS_S = 600.0


def _pictures(rig: Rig) -> Path:
    """Pictures of parts whose names say which are defective."""
    scene = DemoScene(seed=record.SEED, defect_rate=record.DEFECT_RATE, guided=True)
    folder = rig.folder / "pictures"
    folder.mkdir()
    for part in range(1, _PICTURES + 1):
        kind = "bad" if scene.plan(part).defect else "good"
        cv2.imwrite(str(folder / f"{kind}-{part}.png"), MIDDLE.cut(scene.render(scene.frame_of(part))[0]))
    return folder


def _command(rig: Rig, folder: Path, out: Path) -> tuple[str, ...]:
    return ("batch", str(folder), "--model", "demo", "--home", str(rig.home), "--out", str(out), "--progress", "json")


def _rows(out: Path) -> list[dict[str, str]]:
    path = out / "results.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8-sig") as file:
        return [row for row in csv.DictReader(file) if row.get("verdict")]


def _finish(rig: Rig, folder: Path, out: Path, before: list[dict[str, str]]) -> None:
    done = rig.inspector(*_command(rig, folder, out))
    rig.expect(done.returncode == 0, f"run again: {done.returncode} {done.stderr[-300:]}")
    _count(rig, _rows(out), before)


def _count(rig: Rig, rows: list[dict[str, str]], before: list[dict[str, str]]) -> None:
    verdicts = {row["path"]: row["verdict"] for row in rows}
    rig.findings.lost += sum(verdicts.get(row["path"]) != row["verdict"] for row in before[:-1])  # the last may be cut
    rig.findings.twice += len(rows) - len(verdicts)
    rig.findings.unsaid += _PICTURES - len(verdicts)
    rig.findings.wrong += sum(row["verdict"] == "PASS" and "bad" in row["path"] for row in rows)


def _killed(rig: Rig) -> None:
    folder, out = _pictures(rig), rig.folder / "out"
    rig.findings.tries += 1
    batch = rig.process(sys.executable, "-m", "inspector", *_command(rig, folder, out))
    until(lambda: len(_rows(out)) > 1 or batch.poll() is not None)
    batch.kill()
    batch.wait()
    _finish(rig, folder, out, _rows(out))


def _full(rig: Rig) -> None:
    disk, folder = rig.volume("disk"), _pictures(rig)
    disk.fill()
    rig.findings.tries += 1
    done = rig.inspector(*_command(rig, folder, disk.at / "out"))
    rig.expect(done.returncode == 1 and "Traceback" not in done.stderr, f"{done.returncode} {done.stderr[-300:]}")
    rig.expect("disk" in done.stderr or "space" in done.stderr, f"not said: {done.stderr[-300:]}")
    disk.free()
    _finish(rig, folder, disk.at / "out", [])


def _out_of_memory(rig: Rig) -> None:
    """As for a training; what was judged until then stays."""
    folder, out = _pictures(rig), rig.folder / "out"
    batch = rig.process(sys.executable, "-m", "inspector", *_command(rig, folder, out))
    until(lambda: len(_rows(out)) > 1 or batch.poll() is not None)
    for process in (psutil.Process(batch.pid), *psutil.Process(batch.pid).children(recursive=True)):
        most = process.memory_info().vms + _MORE_BYTES
        process.rlimit(psutil.RLIMIT_AS, (most, most))
    rig.findings.tries += 1
    said = batch.communicate(timeout=_ENDS_S)[0]
    rig.expect(batch.returncode in {0, 1, 3}, f"{batch.returncode} {said[-300:]}")
    rig.expect(batch.returncode == 0 or "memory" in said, f"not said: {said[-300:]}")
    _finish(rig, folder, out, _rows(out))


def _window_gone(rig: Rig) -> None:
    """A window that is closed, and one that is killed, leaves the batch to go on."""
    folder, batches = _pictures(rig), rig.home / "batches"
    for number, killed in enumerate((False, True)):
        window = rig.hand("batch", folder)
        rig.findings.tries += 1
        if killed:
            window.kill()
            window.communicate()
        else:
            said = window.communicate("close\n")[0]
            rig.expect(window.returncode == 0, f"the window has ended with {window.returncode}: {said[-300:]}")
        until(partial(_begun, batches, number + 1), limit_s=_ENDS_S)
        out = max(batches.iterdir())
        until(partial(_done, out), limit_s=_ENDS_S)
        _count(rig, _rows(out), [])


def _begun(batches: Path, count: int) -> bool:
    """The batch is a process of its own, which makes its folder when its libraries are loaded."""
    return len(list(batches.iterdir())) == count


def _done(out: Path) -> bool:
    return len(_rows(out)) == _PICTURES


CASES = (
    Case(
        name="a batch is killed (kill -9) and run again",
        promises=(1, 2),
        holds="no row is lost, each picture has one",
        run=_killed,
    ),
    Case(
        name="the disk of a batch is full",
        promises=(2, 3),
        holds="said; run again with room, each picture has one row",
        run=_full,
    ),
    Case(
        name="a batch has no memory left",
        promises=(2, 3),
        holds="it says so or goes on; run again, each picture has one row",
        run=_out_of_memory,
    ),
    Case(
        name="the window is closed, and killed, while a batch runs",
        promises=(1, 2),
        holds="the batch goes on; each picture has one row",
        run=_window_gone,
        faces=(Face.WINDOW,),
    ),
)
