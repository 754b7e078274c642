"""Faults that a station can make for itself, beside its own work: in a folder of its own, on the built-in demo line.

What needs an administrator (full, stalled and vanishing disks) or somebody's hand (cameras, power) is not among them;
the dossier says so.
"""

from __future__ import annotations

import csv
import shutil
import sqlite3
import subprocess
import tempfile
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inspector.assembly import demo_recipe
from inspector.domain.counts import counted
from inspector.domain.errors import BundleError
from inspector.dossier.result import Came, DossierLine, Qualify
from inspector.files import make_folder, write_bytes
from inspector.json_file import JsonError, parse_json
from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home, shipped_models_dir
from inspector.pictures import encode_picture
from inspector.programs import station_command
from inspector.proof.check import RecordCheck
from inspector.vision.bundle import verify_bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PARTS = 12
_WITHIN_S = 240.0
_MOST_SAID = 240
_AGAIN = "inspector dossier self-checks"
#: What the station cannot try by itself.
NOT_TRIED = (
    "Not tried here, as it takes an administrator or a hand: disks that are full, stall or vanish; cameras that are "
    "switched off; a power cut; the line's controller. The project's harness (make faults) tries them."
)


def self_checks() -> Iterator[DossierLine]:
    """Make the faults, one after the other, and say of each whether what must hold did."""
    with tempfile.TemporaryDirectory(prefix="inspector-self-check-") as place:
        home = Home(root=Path(place) / "home")
        yield _line("Killed while it records: nothing that was told is lost", _guarded(lambda: _killed(home)))
        yield _line("A second station on the same record is refused", _guarded(lambda: _second(home)))
        yield _line("A row that is changed afterwards is found", _guarded(lambda: _altered(home)))
        yield _line("A model with a changed bit is refused", _guarded(lambda: _flipped(Path(place))))
        yield _line("A black and a broken picture are never a PASS", _guarded(lambda: _spoilt(Path(place))))


def _killed(home: Home) -> tuple[bool, str]:
    process = subprocess.Popen(  # noqa: S603 - the program itself
        [*_run(home), "--max-parts", "1000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    told = []
    latest = threading.Timer(_WITHIN_S, process.kill)
    latest.start()
    try:
        assert process.stdout is not None
        for line in process.stdout:
            told.append(_told_id(line))
            if len(told) >= _PARTS:
                break
    finally:
        latest.cancel()
        process.kill()
        rest, _ = process.communicate()
    for line in rest.splitlines():
        with suppress(JsonError):  # it was cut off in the middle of a line
            told.append(_told_id(line))
    if len(told) < _PARTS:
        return False, f"the demo line inspected {counted(len(told), 'part')} and ended"
    with closing(SqliteResultLog(home.log, read_only=True)) as log:
        rows = [row.id for row in log.rows(LogQuery())]
    lost = [part for part in told if part not in set(rows)]
    check = RecordCheck(home.log, pictures=False)
    for _ in check.steps():
        pass
    holds = not lost and len(rows) == len(set(rows)) and check.report.whole
    return holds, f"{len(told)} told, {len(rows)} recorded, {len(lost)} lost; {check.report.verdict()}"


def _told_id(line: str) -> str:
    part = parse_json(line, where="a line of the station")
    return str(part["id"]) if isinstance(part, dict) else ""


def _second(home: Home) -> tuple[bool, str]:
    with closing(SqliteResultLog(home.log)):
        done = _ran([*_run(home), "--max-parts", "1"])
    return done.returncode != 0, f"it ended with exit code {done.returncode}: {_last(done.stderr)}"


def _altered(home: Home) -> tuple[bool, str]:
    changed = home.root / "changed.sqlite3"
    with closing(sqlite3.connect(home.log)) as log, closing(sqlite3.connect(changed)) as copy:
        log.backup(copy)
        triggers = copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            copy.execute(f'DROP TRIGGER "{name}"')
        copy.execute("UPDATE inspections SET reason = 'edited' WHERE rowid = (SELECT min(rowid) FROM inspections)")
        copy.commit()
    check = RecordCheck(changed, pictures=False)
    for _ in check.steps():
        pass
    changes = check.report.changes
    return bool(changes), changes[0].words if changes else "the change was not found"


def _flipped(place: Path) -> tuple[bool, str]:
    model = place / "model"
    shutil.copytree(shipped_models_dir() / "demo", model)
    graph = max(model.glob("*.bin"), key=lambda path: path.stat().st_size)
    content = bytearray(graph.read_bytes())
    content[len(content) // 2] ^= 1
    write_bytes(graph, bytes(content))
    try:
        verify_bundle(model)
    except BundleError as error:
        return True, error.what
    return False, "it was taken"


def _spoilt(place: Path) -> tuple[bool, str]:
    folder, out, home = place / "spoilt", place / "spoilt-results", place / "second home"
    make_folder(folder)
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8)
    write_bytes(folder / "black.png", encode_picture(np.zeros((300, 300, 3), np.uint8), ".png"))
    whole = encode_picture(noise, ".png")
    write_bytes(folder / "broken.png", whole[: len(whole) // 2])
    options = ["--model", "demo", "--out", str(out), "--home", str(home)]
    done = _ran([*station_command(), "batch", str(folder), *options])
    try:
        with (out / "results.csv").open(encoding="utf-8-sig", newline="") as file:
            told = [f"{row['path']}: {row['verdict']}" for row in csv.DictReader(file)]
    except OSError:
        return False, f"there is no result: {_last(done.stderr)}"
    return len(told) == 2 and all(words.endswith("ERROR") for words in told), ", ".join(told)


def _run(home: Home, *options: str) -> list[str]:
    source = ("--source", demo_recipe().source)
    return [*station_command(), "run", "--headless", "--json", *source, "--home", str(home.root), *options]


def _ran(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=_WITHIN_S, check=False)  # noqa: S603


def _last(words: str) -> str:
    lines = [line for line in words.splitlines() if line.strip()]
    if not lines:
        return "it said nothing"
    return lines[-1] if len(lines[-1]) <= _MOST_SAID else f"{lines[-1][:_MOST_SAID].rpartition(' ')[0]} …"


def _guarded(check: Callable[[], tuple[bool, str]]) -> tuple[bool, str] | str:
    """Return what came of a check; the words alone where it could not be made."""
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - the other checks are made all the same
        return f"could not be tried: {type(error).__name__}: {error}"


def _line(name: str, came: tuple[bool, str] | str) -> DossierLine:
    if isinstance(came, str):
        shown, said = Came.NOT_SHOWN, came
    else:
        shown, said = (Came.MET if came[0] else Came.NOT_MET), came[1]
    return DossierLine(stage=Qualify.OPERATION, name=name, asked="must hold", said=said, shown=shown, again=_AGAIN)
