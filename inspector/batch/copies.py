"""A batch's pictures copied into folders by their verdict, where they keep their paths."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.batch.export import ExportError
from inspector.batch.rows import find_picture, storable
from inspector.domain.causes import cause_of
from inspector.domain.errors import FolderAwayError, PictureError
from inspector.domain.policy import ERROR, VERDICT_NAMES
from inspector.files import FileError, atomic_file, write_text
from inspector.json_file import JsonError, read_json
from inspector.pictures import StorePath
from inspector.pictures.content import Stamp, digest_of, digest_of_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from inspector.batch.table import BatchTable
    from inspector.pictures import Place

#: The folders, by code of the verdict.
FOLDERS = tuple(name.lower() for name in VERDICT_NAMES)
MARK_FILE = "sorted-copies.json"
#: So much stays free for others.
_RESERVE_BYTES = 50_000_000
# FAT keeps times of two seconds
_SAME_TIME_NS = 2_000_000_000
_SAY_EVERY = 500
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyStep:
    """How far the copying is.

    Args:
        done: Pictures that have been looked at.
        total: Pictures that are to be copied.
        copied: Pictures that were not there before.
        there: Were there from an earlier time.
        missing: Paths of pictures that are no longer there.
        changed: Paths of pictures that have changed since they were judged, and are not copied.
    """

    done: int
    total: int
    copied: int = 0
    there: int = 0
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Copy:
    """One picture: where it is and where it goes."""

    source: Place
    target: Path
    now: Stamp


def sorted_copies(
    table: BatchTable, pictures: Place, out: Path, *, indexes: NDArray[np.intp] | None = None
) -> Iterator[CopyStep]:
    """Copy pictures to ``pass``, ``fail``, ``review`` and ``error``; run again, it goes on where it ended.

    Nothing that is there is overwritten. What it would take is asked for before the first byte is written.

    Args:
        pictures: The batch's folder of pictures.
        out: A new or empty folder, or one that these results were copied to before.
        indexes: Which rows; None for all.

    Yields:
        How far it is; the last one says what came of it.

    Raises:
        FolderAwayError: If the store of the pictures cannot be read.
        ExportError: If the folder is one of pictures or holds something else, two pictures would have one name, there
            is not enough space, or a file cannot be written.
    """
    chosen = (table.select() if indexes is None else indexes).tolist()
    try:
        plan = _Plan(table, pictures, out, again=_take_folder(table, pictures, out))
        for place, index in enumerate(chosen):
            if place % _SAY_EVERY == 0:
                yield CopyStep(done=0, total=len(chosen))
            plan.add(index)
        plan.refuse_no_space()
        step = plan.step(len(chosen))
        yield step
        for copy in plan.copies:
            _copy(copy)
            step = replace(step, done=step.done + 1, copied=step.copied + 1)
            yield step
    except (FileError, OSError) as error:
        raise ExportError(
            f"the pictures cannot be copied to {out}: {cause_of(error)}", "Free space or fix permissions, then go on."
        ) from error


def _take_folder(table: BatchTable, pictures: Place, out: Path) -> bool:
    """Make sure that the folder is ours; return whether it was before."""
    if isinstance(pictures, Path) and out.absolute().is_relative_to(pictures.absolute()):
        raise ExportError(
            f"{out} lies within the pictures' folder {pictures}, where the next batch would find the copies",
            "Choose a folder elsewhere.",
        )
    ours = {"pictures": storable(str(pictures.absolute())), "model": table.model}
    mark = out / MARK_FILE
    if out.exists() and any(out.iterdir()):
        try:
            known = read_json(mark)
        except JsonError:
            known = None
        if known != ours:
            raise ExportError(
                f"{out} is not empty, and not a folder of copies of these results", "Choose a new or empty folder."
            )
        return True
    write_text(mark, json.dumps(ours))
    return False


class _Plan:
    """What is to be copied, and what need not or cannot be; nothing is written here."""

    def __init__(self, table: BatchTable, pictures: Place, out: Path, *, again: bool) -> None:
        self.copies: list[_Copy] = []
        self._table, self._pictures, self._out, self._again = table, pictures, out, again
        self._missing: list[str] = []
        self._changed: list[str] = []
        self._there = self._need = 0
        self._taken: dict[str, str] = {}

    def add(self, index: int) -> None:
        """Look at the picture of a row.

        Raises:
            ExportError: If it cannot be copied without harm.
        """
        table, name, code = self._table, self._table.path(index), int(self._table.verdicts[index])
        self._refuse_name(name, code)
        source = find_picture(self._pictures, name)
        now = _stamp_of(source)
        if now is None:
            self._missing.append(name)
            return
        copy = _Copy(source, find_picture(self._out / FOLDERS[code], name), now)
        if code != ERROR and not table.contents.known(index).holds(now, lambda: _digest_of(source)):
            self._changed.append(name)
        elif self._again and copy.target.exists():
            _refuse_other(copy)
            self._there += 1
        else:
            self.copies.append(copy)
            self._need += now.size

    def step(self, total: int) -> CopyStep:
        """Return what is done before the first copy."""
        return CopyStep(
            done=total - len(self.copies),
            total=total,
            there=self._there,
            missing=tuple(self._missing),
            changed=tuple(self._changed),
        )

    def refuse_no_space(self) -> None:
        """Make sure that the disk holds it all.

        Raises:
            ExportError: If it does not.
        """
        free = shutil.disk_usage(self._out).free
        if self.copies and self._need + _RESERVE_BYTES > free:
            raise ExportError(
                f"{len(self.copies)} pictures of {self._need / 1e6:.0f} MB do not fit on the disk of {self._out}: "
                f"{free / 1e6:.0f} MB are free, of which {_RESERVE_BYTES / 1e6:.0f} MB are left to others",
                "Free space, choose another disk, or filter the rows.",
            )

    def _refuse_name(self, name: str, code: int) -> None:
        if Path(name).anchor or ".." in name.split("/"):
            raise ExportError(
                f"{name} leads out of {self._pictures}", "Run the batch again; the results have been altered."
            )
        other = self._taken.setdefault(f"{FOLDERS[code]}/{name}".casefold(), name)
        if other != name:
            raise ExportError(
                f"{name} and {other} differ in capitals only, which many disks do not tell apart",
                "Rename one of the pictures, and run the batch again.",
            )
        if self._again and (elsewhere := _elsewhere(self._out, name, code)):
            raise ExportError(
                f"{elsewhere} is there from an earlier time, and the verdict is {VERDICT_NAMES[code]} by now",
                "Choose a new or empty folder.",
            )


def _elsewhere(out: Path, name: str, code: int) -> Path | None:
    others = (find_picture(out / folder, name) for place, folder in enumerate(FOLDERS) if place != code)
    return next((path for path in others if path.exists()), None)


def _stamp_of(source: Place) -> Stamp | None:
    """Return what is said of a picture; None where it is gone."""
    if isinstance(source, StorePath):
        try:
            return source.stamp()
        except FolderAwayError:
            raise
        except PictureError:
            return None
    try:
        return Stamp.of(source.stat())
    except FileNotFoundError:
        return None


def _digest_of(source: Place) -> str:
    return digest_of(source.read()[1]) if isinstance(source, StorePath) else digest_of_file(source)


def _refuse_other(copy: _Copy) -> None:
    before = Stamp.of(copy.target.stat())
    if before.size != copy.now.size or abs(before.mtime_ns - copy.now.mtime_ns) > _SAME_TIME_NS:
        raise ExportError(
            f"{copy.target} is there and is another file than {copy.source}", "Choose a new or empty folder."
        )


def _copy(copy: _Copy) -> None:
    """Copy under a temporary name, with the times, and rename it where nothing is in the way."""
    if isinstance(copy.source, StorePath):
        _fetch(copy.source.read()[1], copy)
        return
    with copy.source.open("rb") as source, atomic_file(copy.target, lasting=False) as target:
        shutil.copyfileobj(source, target, _BLOCK_BYTES)
        _refuse_taken(copy)
    shutil.copystat(copy.source, copy.target)


def _fetch(content: bytes, copy: _Copy) -> None:
    with atomic_file(copy.target, lasting=False) as target:
        target.write(content)
        _refuse_taken(copy)
    os.utime(copy.target, ns=(copy.now.mtime_ns, copy.now.mtime_ns))


def _refuse_taken(copy: _Copy) -> None:
    if copy.target.exists():
        raise ExportError(f"{copy.target} is there already", "Choose a new or empty folder.")
