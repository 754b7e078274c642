"""A small station on disk, for tests of its backups."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from inspector import __version__
from inspector.backup.content import BackupChoice
from inspector.backup.restore import Restored, restore
from inspector.backup.write import BackupSource, back_up
from inspector.data_version import stamp_data
from inspector.files import DISK, Disk
from inspector.outputs.base import LogQuery
from inspector.outputs.export import summary
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home
from tests.outputs.samples import inspection

EVERYTHING = BackupChoice(pictures=True, keys=True)


@dataclass(frozen=True)
class SmallStation:
    """A data folder with something of everything."""

    root: Path

    @property
    def home(self) -> Home:
        return Home(root=self.root)

    def source(self) -> BackupSource:
        return BackupSource(
            root=self.root, log=self.home.log, archive=self.home.archive, station="Line 3", program=__version__
        )

    def backed_up(self, target: Path, choice: BackupChoice = EVERYTHING, disk: Disk = DISK) -> Path:
        *_, last = back_up(self.source(), target, choice, disk=disk)
        assert last.file == target
        return target

    def files(self) -> dict[str, bytes]:
        """What lies in it, less the log, its locks and the trail."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not path.name.startswith("results") and "trail" not in path.parts
        }

    def count(self) -> int:
        log = SqliteResultLog(self.home.log, read_only=True)
        try:
            log.verify()
            return summary(log, LogQuery()).inspected
        finally:
            log.close()


def small_station(root: Path, parts: int = 3) -> SmallStation:
    station = SmallStation(root)
    for name, content in {
        "settings.json": json.dumps({"station": "Line 3", "recipe": "Flange"}),
        "recipes/Flange.json": "{}",
        "recipes/history/Flange/1.json": "{}",
        "models/flange/graph.bin": "weights",
        "passwords.json": '{"addresses": {}}',
        "users.json": "{}",
        "promotions.jsonl": "",
        "lot.json": '{"lot": "L 7"}',
        "learning/Flange/1.png": "a picture to be learned",
        "pictures/2026/01/31/FAIL/1.png": "a kept picture",
        "cache/graph.blob": "made again",
        "logs/inspector.log": "of this program's run",
        "trainings/1/request.json": "{}",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    stamp_data(root, __version__)
    log = SqliteResultLog(station.home.log)
    for number in range(parts):
        log.append(inspection(number))
    log.close()
    return station


def restored(path: Path, root: Path, *, program: str = __version__) -> Restored:
    *_, last = restore(path, root, program=program)
    assert isinstance(last, Restored)
    return last
