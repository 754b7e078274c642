"""The disks of log and archive: deleted, replaced, locked, full, read-only, stalled, gone."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

from tests.faults.rig import Case, Face, Rig, faulted, pause

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.station import Station
    from tests.faults.volumes import Volume

_BOTH = (Face.HEADLESS, Face.WINDOW)
_LOG, _ARCHIVE = "the log|result log|recorded", "picture|archive"
_WAIT = "NOT RECORDED; parts wait and are written once they can be"


def _delete(rig: Rig, _: Station) -> None:
    for path in rig.log.parent.glob(rig.log.name + "*"):
        path.unlink()


def _replace(rig: Rig, _: Station) -> None:
    other = rig.folder / "other.sqlite3"
    other.write_bytes(b"something else entirely, of no use to anybody\n" * 100)
    other.replace(rig.log)


def _take_away(rig: Rig, _: Station) -> None:
    rig.log.unlink()


def _lock(rig: Rig, _: Station) -> None:
    script = (
        "import sqlite3, sys\nlog = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "log.execute('BEGIN IMMEDIATE')\nprint('locked', flush=True)\ninput()\n"
    )

    holder = rig.process(sys.executable, "-c", script, str(rig.log))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "locked\n"
    rig.holder = holder


def _unlock(rig: Rig, _: Station) -> None:
    assert rig.holder is not None
    rig.holder.kill()
    rig.holder.wait()


def _nothing(_: Rig, __: Station) -> None:
    """It heals by itself."""


def _log_on(*, stalling: bool = False) -> Callable[[Rig], None]:
    def prepare(rig: Rig) -> None:
        rig.disk = rig.volume("disk", stalling=stalling)
        rig.log = rig.disk.at / "results.sqlite3"

    return prepare


def _archive_on(*, stalling: bool = False) -> Callable[[Rig], None]:
    def prepare(rig: Rig) -> None:
        rig.disk = rig.volume("disk", stalling=stalling)
        rig.settings(json.dumps({"archive_path": str(rig.disk.at / "archive")}))

    return prepare


def _with_disk(act: Callable[[Volume], None]) -> Callable[[Rig, Station], None]:
    def run(rig: Rig, _: Station) -> None:
        assert rig.disk is not None
        act(rig.disk)

    return run


def _read_only(disk: Volume) -> None:
    disk.set_read_only(read_only=True)


def _writable(disk: Volume) -> None:
    disk.set_read_only(read_only=False)


_FILL, _FREE = _with_disk(lambda disk: disk.fill()), _with_disk(lambda disk: disk.free())
_FORBID, _ALLOW = _with_disk(_read_only), _with_disk(_writable)
_STALL, _GO_ON = _with_disk(lambda disk: disk.stall()), _with_disk(lambda disk: disk.go_on())
_VANISH, _APPEAR = _with_disk(lambda disk: disk.vanish()), _with_disk(lambda disk: disk.appear())


def _turned_read_only(rig: Rig) -> None:
    _log_on(stalling=True)(rig)
    assert rig.disk is not None
    station = rig.well(lot="faulted")
    rig.findings.tries += 1
    began_s = time.perf_counter()
    rig.disk.abort()
    rig.findings.shown_s.append(station.wait_said(_LOG, began_s))
    pause(4.0)
    code = station.stop()
    rig.expect(code == 1, f"exit code {code}, although parts could not be recorded")
    rig.expect("could not be inspected and recorded" in "\n".join(station.errors), "not said how many were lost")
    rig.disk.vanish()
    rig.disk.appear()
    rig.check(station, said=True)


CASES = (
    Case(
        name="the log's file is deleted",
        promises=(1, 3),
        holds="NOT RECORDED; the rows are saved, the log is opened again",
        run=faulted(inject=_delete, mend=_nothing, shown=_LOG),
        short=True,
    ),
    Case(
        name="another file lies under the log's name",
        promises=(1, 3),
        holds="NOT RECORDED; the rows are saved beside it, a new log is begun",
        run=faulted(inject=_replace, mend=_take_away, shown=_LOG),
        faces=_BOTH,
    ),
    Case(
        name="another program holds the log",
        promises=(1, 3),
        holds=_WAIT,
        run=faulted(inject=_lock, mend=_unlock, shown=_LOG),
        faces=_BOTH,
    ),
    Case(
        name="the log's disk is full",
        promises=(1, 3),
        holds=_WAIT,
        run=faulted(prepare=_log_on(), inject=_FILL, mend=_FREE, shown=_LOG),
        short=True,
    ),
    Case(
        name="the log's file system turns read-only after an error",
        promises=(1, 3),
        holds="NOT RECORDED; it says how many parts could not be recorded; no row is lost",
        run=_turned_read_only,
    ),
    Case(
        name="the log's disk stalls",
        promises=(1, 3),
        holds=_WAIT,
        run=faulted(prepare=_log_on(stalling=True), inject=_STALL, mend=_GO_ON, shown=_LOG, lasts_s=4.0),
    ),
    Case(
        name="the log's disk vanishes and comes back",
        promises=(1, 3),
        holds="NOT RECORDED; no row is lost, wherever the log is opened again",
        run=faulted(prepare=_log_on(), inject=_VANISH, mend=_APPEAR, shown=_LOG),
    ),
    Case(
        name="the archive's disk is full",
        promises=(1, 3),
        holds="said; verdicts and rows go on, and each row says why it has no picture",
        run=faulted(prepare=_archive_on(), inject=_FILL, mend=_FREE, shown=_ARCHIVE),
        faces=_BOTH,
    ),
    Case(
        name="the archive's disk turns read-only",
        promises=(1, 3),
        holds="said; verdicts and rows go on",
        run=faulted(prepare=_archive_on(stalling=True), inject=_FORBID, mend=_ALLOW, shown=_ARCHIVE),
        faces=_BOTH,
    ),
    Case(
        name="the archive's disk stalls",
        promises=(1, 3),
        holds="said; no verdict is late in silence",
        run=faulted(prepare=_archive_on(stalling=True), inject=_STALL, mend=_GO_ON, shown=_ARCHIVE, lasts_s=4.0),
        faces=_BOTH,
    ),
    Case(
        name="the archive's disk vanishes and comes back",
        promises=(1, 3),
        holds="verdicts and rows go on",
        run=faulted(prepare=_archive_on(), inject=_VANISH, mend=_APPEAR, shown=_ARCHIVE),
    ),
)
