"""Writes a backup beside a station that inspects: the log by one snapshot, then every file, the list of them last."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import sqlite3
import stat
import zipfile
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import uuid4

from inspector.backup.content import BackupChoice, files_of
from inspector.backup.manifest import (
    FORMAT,
    HOME,
    LATEST_S,
    LOG,
    MANIFEST,
    SUFFIX,
    BackedUpFile,
    BackupError,
    BackupHeader,
    is_possible,
)
from inspector.data_version import DATA_VERSION
from inspector.domain.causes import cause_of
from inspector.files import DISK, Disk, FileError, atomic_file, make_folder, remove_leftovers
from inspector.private import FILE_MODE
from inspector.signing import KEY_FILE, TRUSTED_FOLDER, SigningError, station_key
from inspector.trail.waiting import FOLDER

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path
    from typing import BinaryIO

_log = logging.getLogger(__name__)
_CHUNK = 1 << 20
#: Pictures and weights do not become smaller; what they would cost is time.
_PACKED = (".json", ".jsonl", ".csv", ".xml", ".txt", ".html", ".md", ".sqlite3")
_ROOM_BYTES = 50_000_000
#: All pages of the log in one go: a copy in steps would begin again with every part that is recorded meanwhile.
_WHOLE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupProgress:
    """How far a backup, or a restore, is.

    Args:
        done_bytes: Of the files themselves.
        all_bytes: As far as it was known at the start.
        file: The finished backup, or the data folder; None before that.
    """

    done_bytes: int
    all_bytes: int
    files: int = 0
    left_out: int = 0
    file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSource:
    """A station that is backed up.

    Args:
        root: The data folder.
        log: The result log; need not be there.
        archive: The folder of kept pictures; need not be there.
        station: As the settings call it.
        program: Version of this program.
    """

    root: Path
    log: Path
    archive: Path
    station: str
    program: str


def name_for(station: str, now: datetime) -> str:
    """Return the name of a backup that is written into a folder."""
    plain = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in station).strip("-")[:60] or "station"
    return f"{plain}-{now.astimezone(UTC):%Y%m%d-%H%M%S}{SUFFIX}"


def back_up(source: BackupSource, target: Path, choice: BackupChoice, *, disk: Disk = DISK) -> Iterator[BackupProgress]:
    """Write a backup; it has its name only when it is whole and on the disk.

    Args:
        target: The file; an older one of its name is replaced.
        disk: What the operating system does.

    Yields:
        How far it is; the last one names the file.

    Raises:
        BackupError: If the log is damaged, or there is no room.
        FileError: If the file cannot be written.
    """
    make_folder(target.parent)
    remove_leftovers([target.parent])
    walked = list(files_of(source.root, source.archive, choice))
    listed = [(name, path) for name, path in walked if is_possible(name)]
    sizes = {name: _size(path) for name, path in listed}
    log_bytes = _size(source.log) + _size(source.log.with_name(f"{source.log.name}-wal"))
    all_bytes = sum(sizes.values()) + log_bytes
    _refuse_full(target.parent, all_bytes + log_bytes)
    done, left_out = 0, len(walked) - len(listed)
    lines: list[str] = []
    with (
        atomic_file(target, mode=FILE_MODE, disk=disk) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive,
    ):
        trail = f"{HOME}/{FOLDER}/"  # before the log: an event that is taken up meanwhile is in both, never in neither
        order = [entry for entry in listed if entry[0].startswith(trail)]
        order += [(LOG, source.log), *(entry for entry in listed if not entry[0].startswith(trail))]
        for name, path in order:
            try:
                lines.append(_add_log(archive, target, path) if name == LOG else _add(archive, name, path))
            except FileNotFoundError:  # removed meanwhile, as the archive's limits do; no part was inspected yet
                left_out += name != LOG
            done += sizes.get(name, log_bytes)
            yield BackupProgress(done_bytes=done, all_bytes=all_bytes, files=len(lines), left_out=left_out)
        if not choice.keys:
            lines += _add_public_key(archive, source.root, sizes.keys())
        header = BackupHeader(
            format=FORMAT,
            program=source.program,
            data=DATA_VERSION,
            station=source.station,
            time=datetime.now(UTC),
            pictures=choice.pictures,
            keys=choice.keys,
            archive=str(source.archive),
        )
        info = _member(MANIFEST, packed=True)
        archive.writestr(info, "\n".join([header.model_dump_json(), *lines]) + "\n")
    yield BackupProgress(done_bytes=done, all_bytes=done, files=len(lines), left_out=left_out, file=target)


def keep_newest(folder: Path, station: str, count: int) -> list[Path]:
    """Remove the older backups of a station in a folder.

    Args:
        count: So many stay, at least 1.

    Returns:
        Those that were removed.

    Raises:
        FileError: If one cannot be removed.
    """
    stem = name_for(station, datetime.now(UTC))[: -len(f"20260101-000000{SUFFIX}")]
    ours = sorted(path for path in folder.glob(f"*{SUFFIX}") if _is_of(path.name, stem))
    older = ours[: max(0, len(ours) - max(1, count))]
    for path in older:
        try:
            path.unlink()
        except OSError as error:
            raise FileError(path, error) from error
    return older


def snapshot_of(log: Path, target: Path) -> None:
    """Copy a log as it is at one moment, while others write it.

    Args:
        log: SQLite in write-ahead mode: whoever writes does not wait.
        target: Made, mode 600.

    Raises:
        BackupError: If it cannot be read, or is damaged.
        OSError: If the target cannot be written.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
    uri = f"file:{quote(str(log.resolve()))}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=30.0)) as source, closing(sqlite3.connect(target)) as copy:
            copy.execute("PRAGMA journal_mode=OFF")  # no file beside it: a copy that was cut short is thrown away
            copy.execute("PRAGMA synchronous=OFF")
            source.backup(copy, pages=_WHOLE)
            copy.execute("PRAGMA journal_mode=DELETE")
            (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        _refuse_full(target.parent, 0)
        raise BackupError(
            f"the log {log} cannot be read: {cause_of(error)}", "Start the station: it mends a damaged log by itself."
        ) from error
    if verdict != "ok":
        raise BackupError(
            f"the log {log} is damaged: {' '.join(verdict.split())}",
            "Start the station: it mends a damaged log by itself.",
        )


def _add_log(archive: zipfile.ZipFile, target: Path, log: Path) -> str:
    """Put the log as it is now into the archive; its copy lies beside the backup meanwhile."""
    if not log.is_file():
        raise FileNotFoundError(log)
    snapshot = target.with_name(f".{uuid4().hex}.part")
    try:
        snapshot_of(log, snapshot)
        return _add(archive, LOG, snapshot)
    finally:
        snapshot.unlink(missing_ok=True)


def _add_public_key(archive: zipfile.ZipFile, root: Path, there: Collection[str]) -> list[str]:
    """Put the public half of the station's key among the trusted ones: what it has signed counts after a restore."""
    if not (root / KEY_FILE).exists():
        return []
    try:
        key = station_key(root)
    except SigningError as error:  # the record is worth more than the proof of who signed it
        _log.warning("%s: its public half is not in the backup", error.what)
        return []
    name = f"{HOME}/{TRUSTED_FOLDER}/before-restore-{key.public.fingerprint}.pem"
    if name in there:
        return []
    archive.writestr(_member(name, packed=False), key.public_pem)
    digest = hashlib.sha256(key.public_pem).hexdigest()
    return [BackedUpFile(path=name, size=len(key.public_pem), sha256=digest).model_dump_json()]


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    """Put a file into the archive; return its line of the list, of what was read."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        written_s = min(max(0.0, os.fstat(file.fileno()).st_mtime), LATEST_S)
        info = _member(name, packed=path.suffix.lower() in _PACKED or name == LOG)
        with archive.open(info, "w", force_zip64=True) as member:
            for chunk in _chunks(file):
                member.write(chunk)
                digest.update(chunk)
                size += len(chunk)
    listed = BackedUpFile(path=name, size=size, sha256=digest.hexdigest(), modified=written_s)
    return listed.model_dump_json()


def _member(name: str, *, packed: bool) -> zipfile.ZipInfo:
    now = datetime.now(UTC)
    info = zipfile.ZipInfo(name, (max(now.year, 1980), now.month, now.day, now.hour, now.minute, now.second))
    info.external_attr = (stat.S_IFREG | FILE_MODE) << 16
    info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    return info


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0


def _is_of(name: str, stem: str) -> bool:
    when = name.removeprefix(stem).removesuffix(SUFFIX)
    return name.startswith(stem) and len(when) == len("20260101-000000") and when.replace("-", "").isdigit()


def _refuse_full(folder: Path, wanted_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < wanted_bytes + _ROOM_BYTES:
        raise BackupError(
            f"there is no room for the backup in {folder}: it takes up to {(wanted_bytes + _ROOM_BYTES) / 1e9:.2f} GB, "
            f"{free / 1e9:.2f} GB are free",
            "Free space, choose another folder, or leave the pictures out.",
        )
