"""Makes a data folder of a backup: beside the one in force, checked, then put in its place, with the old one kept."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.backup.manifest import HOME, LOG, PICTURES, BackupError, BackupHeader
from inspector.backup.opened import opened_backup
from inspector.backup.unfinished import READY
from inspector.backup.write import BackupProgress
from inspector.domain.causes import cause_of
from inspector.files import DISK, FileError, hold
from inspector.outputs.lock import lock_path
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home
from inspector.settings_file import load_settings, save_settings
from inspector.trail.event import TrailKind, happened
from inspector.trail.waiting import note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.backup.manifest import BackedUpFile
    from inspector.backup.opened import OpenedBackup

_ROOM_BYTES = 50_000_000
_ASIDE = ".before-restore-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came of a restore.

    Args:
        home: The data folder that is in force now.
        aside: Where the former one lies; None where there was none.
        remarks: What is to be known, a sentence each.
    """

    home: Path
    aside: Path | None
    header: BackupHeader
    files: int
    remarks: tuple[str, ...] = ()


def restore(path: Path, root: Path, *, program: str) -> Iterator[BackupProgress | Restored]:
    """Put a backup in the place of a data folder.

    Nothing of the folder in force is changed before every file of the backup is written and compared with its hash, and
    its log is opened and brought to this version.

    Args:
        root: The data folder; need not be there.
        program: Version of this program.

    Yields:
        How far it is; the last one is what came of it.

    Raises:
        BackupError: If the backup cannot be used, a station runs, or there is no room; the folder is as it was.
        FileError: If a file cannot be written; the folder is as it was.
        LogError: If its log is newer than this program, or damaged; the folder is as it was.
    """
    root = root.resolve()
    _refuse_running(root)
    with opened_backup(path, program=program) as backup:
        root.parent.mkdir(parents=True, exist_ok=True)
        _refuse_full(root.parent, backup.all_bytes)
        staging = Path(tempfile.mkdtemp(prefix=f".{root.name}.", suffix=".part", dir=root.parent))  # mode 700
        try:
            yield from _extract(backup, staging)
            remarks = _adapt(staging, root, backup.header, path)
            ready, aside = _put_in_place(staging, root)
        except OSError as error:
            raise FileError(Path(error.filename or staging), error) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        yield Restored(home=ready, aside=aside, header=backup.header, files=len(backup.files), remarks=remarks)


# --- inside -----------------------------------------------------------------------------------------------------------


def _extract(backup: OpenedBackup, staging: Path) -> Iterator[BackupProgress]:
    done = 0
    for number, file in enumerate(backup.files, start=1):
        target = _place(staging, file)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(target, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as opened:
            backup.copy(file, opened)
            DISK.flush(opened)
        if file.modified is not None:  # when a version of a recipe was saved
            os.utime(target, (file.modified, file.modified))
        done += file.size
        yield BackupProgress(done_bytes=done, all_bytes=backup.all_bytes, files=number)


def _place(staging: Path, file: BackedUpFile) -> Path:
    """Return where a file goes; its path was checked when the list was read, and leads nowhere else."""
    if file.path == LOG:
        return Home(root=staging).log
    kind, _, inside = file.path.partition("/")
    folder = staging if kind == HOME else Home(root=staging).archive
    assert kind in {HOME, PICTURES}
    return folder.joinpath(*inside.split("/"))


def _adapt(staging: Path, root: Path, header: BackupHeader, path: Path) -> tuple[str, ...]:
    """Open the log, which brings it to this version; let settings that led elsewhere lead to what was restored."""
    home, remarks = Home(root=staging), []
    told = {"station": header.station, "made": header.time.isoformat(timespec="seconds"), "program": header.program}
    note(staging, happened(TrailKind.RESTORE, path.name, after=told))
    if home.log.exists():
        log = SqliteResultLog(home.log)
        try:
            log.verify()
        finally:
            log.close()
    settings, faults = load_settings(home.settings)
    remarks += faults
    changed = {}
    if settings.log_path and home.log.exists():
        changed["log_path"] = ""
        remarks.append(f"The log was at {settings.log_path}; now it is in the data folder.")
    if settings.archive_path and header.pictures:
        changed["archive_path"] = ""
        remarks.append(f"Kept pictures were at {settings.archive_path}; now they are in the data folder.")
    if changed:
        save_settings(settings.model_copy(update=changed), home.settings)
    if not header.keys:
        remarks.append(
            "Passwords and the station's key are not in the backup: type addresses with passwords once more."
        )
    if not header.pictures:
        remarks.append(
            f"Kept pictures are not in the backup. The record has them at {header.archive}; where that folder is gone, "
            f"they are looked for at {Home(root=root).archive}, and nowhere else."
        )
    elif header.archive != str(Home(root=root).archive):
        remarks.append(f"Kept pictures were at {header.archive}; they are found at {Home(root=root).archive} now.")
    return tuple(remarks)


def _put_in_place(staging: Path, root: Path) -> tuple[Path, Path | None]:
    """Set the old folder aside and give the new one its name; cut short between the two, `finish_restore` goes on."""
    now = f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
    ready = root.with_name(f".{root.name}{READY}{now}")
    staging.rename(ready)
    aside = None
    try:
        if root.exists():
            aside = root.with_name(f"{root.name}{_ASIDE}{now}")
            root.rename(aside)
        ready.rename(root)
    except OSError:
        if aside is not None and not root.exists():
            with contextlib.suppress(OSError):
                aside.rename(root)
        shutil.rmtree(ready, ignore_errors=True)
        raise
    DISK.flush_folder(root.parent)
    return root, aside


def _refuse_running(root: Path) -> None:
    """Refuse while a station has the folder: it would go on writing into the one that is set aside."""
    settings, _ = load_settings(Home(root=root).settings)
    log = Path(settings.log_path) if settings.log_path else Home(root=root).log
    if not log.parent.is_dir():
        return
    try:
        file = hold(lock_path(log)) if lock_path(log).exists() else None
    except OSError as error:
        raise BackupError(f"the log {log} cannot be looked at: {cause_of(error)}", "Check its folder.") from error
    if file is not None:
        file.close()
    elif lock_path(log).exists():
        raise BackupError(
            f"a station runs on the data folder {root}", "Close its window, or end its command; then restore."
        )


def _refuse_full(folder: Path, wanted_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < wanted_bytes + _ROOM_BYTES:
        raise BackupError(
            f"there is no room to restore in {folder}: it takes {(wanted_bytes + _ROOM_BYTES) / 1e9:.2f} GB, "
            f"{free / 1e9:.2f} GB are free",
            "Free space; the folder in force stays until the new one is whole.",
        )
