"""Reads a backup that may be damaged, newer, or made to harm: nothing is taken from it before all of it is checked."""

from __future__ import annotations

import hashlib
import re
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from inspector.backup.manifest import FORMAT, MANIFEST, BackedUpFile, BackupError, BackupHeader
from inspector.data_version import DATA_VERSION
from inspector.domain.causes import cause_of
from inspector.json_file import JsonError, parse_model

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

_CHUNK = 1 << 20
_LONGEST_LIST = 1 << 30
#: A log becomes smaller by ten; what would become larger by more than this was made to fill the disk.
_MOST_PACKED = 200
#: What the library makes of an archive that is damaged, or made to harm.
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError),
    *(EOFError, RuntimeError, ValueError, KeyError, OverflowError),
)
#: The others may take more memory than there is, whatever their size.
_KINDS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_AGAIN = "Take another backup; this one is left as it is."


class OpenedBackup:
    """A backup whose list is read and checked; used by one thread.

    Args:
        archive: The open archive.
        path: For messages.
        program: Version of this program.

    Raises:
        BackupError: If it is damaged, newer than this program, or not one that this program can have written.
    """

    def __init__(self, archive: zipfile.ZipFile, path: Path, *, program: str) -> None:
        self._archive, self._path = archive, path
        members = archive.infolist()
        self.header, self.files = self._read_list(members)
        self._refuse_newer(program)
        self._check(members)

    @property
    def all_bytes(self) -> int:
        """How much its files take on a disk."""
        return sum(file.size for file in self.files)

    def copy(self, file: BackedUpFile, target: BinaryIO) -> None:
        """Write one of its files, and compare it with its hash; no more is written than its size.

        Raises:
            BackupError: If it is not what the list says.
            OSError: If it cannot be written.
        """
        digest, size = hashlib.sha256(), 0
        try:
            with self._archive.open(file.path) as member:
                while chunk := member.read(min(_CHUNK, file.size - size + 1)):
                    size += len(chunk)
                    if size > file.size:
                        break
                    digest.update(chunk)
                    target.write(chunk)
        except _UNREADABLE as error:
            raise self._damaged(f"“{file.path}” cannot be read ({cause_of(error)})") from error
        if (size, digest.hexdigest()) != (file.size, file.sha256):
            raise self._damaged(f"“{file.path}” is not what was backed up: its SHA-256 differs")

    # --- inside -------------------------------------------------------------------------------------------------------

    def _read_list(self, members: list[zipfile.ZipInfo]) -> tuple[BackupHeader, tuple[BackedUpFile, ...]]:
        if not members or members[-1].filename != MANIFEST:
            raise self._damaged("it has no list of its files at its end: it is no backup, or only a part of one")
        if any(member.compress_type not in _KINDS for member in members):
            raise self._damaged("it is packed in a way that no backup is")
        if members[-1].file_size > min(_LONGEST_LIST, _MOST_PACKED * self._path.stat().st_size):
            raise self._damaged(f"its list is said to be {members[-1].file_size} bytes long")
        try:
            with self._archive.open(MANIFEST) as member:
                first, *lines = member.read(members[-1].file_size).splitlines()
            header = parse_model(first, BackupHeader, where="its first line")
            files = tuple(parse_model(line, BackedUpFile, where="a line of its list") for line in lines)
        except (JsonError, *_UNREADABLE) as error:
            raise self._damaged(f"its list cannot be used: {cause_of(error)}") from error
        return header, files

    def _refuse_newer(self, program: str) -> None:
        header = self.header
        newer = header.format > FORMAT or header.data > DATA_VERSION or _version(header.program) > _version(program)
        if newer:
            raise BackupError(
                f"the backup {self._path.name} was written by Inspector {header.program}, this is {program}",
                f"Install Inspector {header.program} or newer, and restore it with that.",
            )

    def _check(self, members: list[zipfile.ZipInfo]) -> None:
        """Hold the archive against the list: the same files once each, plain ones, as large as they are said to be."""
        sizes = {file.path: file.size for file in self.files}
        if len({path.casefold() for path in sizes}) != len(self.files):
            raise self._damaged("its list names a file twice")
        names = [member.filename for member in members[:-1]]
        if sorted(names) != sorted(sizes):
            other = sorted(set(names) ^ set(sizes))[:1] or ["a file twice"]
            raise self._damaged(f"archive and list differ: {other[0]}")
        for member in members[:-1]:
            mode = member.external_attr >> 16
            if member.is_dir() or (stat.S_IFMT(mode) not in {0, stat.S_IFREG}) or member.flag_bits & 0x1:
                raise self._damaged(f"“{member.filename}” is no plain file")
            if member.file_size != sizes[member.filename]:
                raise self._damaged(f"“{member.filename}” has another size than listed")
        parents = {path.rpartition("/")[0] for path in sizes}
        if parents & set(sizes):
            raise self._damaged("a file of it is a folder, too")
        if self.all_bytes > _MOST_PACKED * self._path.stat().st_size:
            raise self._damaged(
                f"it would become {self.all_bytes / 1e9:.1f} GB, far more than a backup of its size does"
            )

    def _damaged(self, why: str) -> BackupError:
        return BackupError(f"the backup {self._path.name} cannot be used: {why}", _AGAIN)


@contextmanager
def opened_backup(path: Path, *, program: str) -> Iterator[OpenedBackup]:
    """Open a backup and check its list.

    Args:
        program: Version of this program.

    Raises:
        BackupError: See `OpenedBackup`, or if there is no such file.
    """
    try:
        archive = zipfile.ZipFile(path)
    except OSError as error:
        raise BackupError(f"the backup {path} cannot be read: {cause_of(error)}", "Check the path.") from error
    except _UNREADABLE as error:
        raise BackupError(
            f"the backup {path.name} cannot be used: it is no backup, or only a part of one", _AGAIN
        ) from error
    with archive:
        yield OpenedBackup(archive, path, program=program)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text)[:4])
