"""A batch's pictures copied into folders by their verdict, where they keep their paths."""

from __future__ import annotations

import json
import shutil
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inspector.batch.confusion import ERROR
from inspector.batch.export import ExportError
from inspector.batch.results import VERDICTS
from inspector.batch.rows import find_picture
from inspector.pictures import write_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from inspector.batch.table import BatchTable

#: The folders, by code of the verdict.
FOLDERS = tuple(name.lower() for name in VERDICTS)
MARK_FILE = "sorted-copies.json"
#: So much stays free for others.
_RESERVE_BYTES = 50_000_000
# FAT keeps times of two seconds
_SAME_TIME_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyStep:
    """How far the copying is.

    Args:
        done: Pictures that have been looked at.
        total: All pictures.
        copied: Newly copied.
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

    source: Path
    target: Path


def sorted_copies(
    table: BatchTable, pictures: Path, out: Path, *, indexes: NDArray[np.intp] | None = None
) -> Iterator[CopyStep]:
    """Copy pictures to ``pass``, ``fail``, ``review`` and ``error``; run again, it goes on where it ended.

    Nothing that is there is overwritten. What it would take is asked for before the first byte is written.

    Args:
        table: The results.
        pictures: The batch's folder of pictures.
        out: A new or empty folder, or one that these results were copied to before.
        indexes: Which rows; None for all.

    Yields:
        How far it is; the last one says what came of it.

    Raises:
        ExportError: If the folder is one of pictures or holds something else, two pictures would have one name, there
            is not enough space, or a file cannot be written.
    """
    chosen = (table.select() if indexes is None else indexes).tolist()
    try:
        again = _take_folder(table, pictures, out)
        step = CopyStep(done=0, total=len(chosen))
        yield step
        wanted, step = _wanted(table, pictures, out, chosen, again=again)
        _refuse_no_space(wanted, out)
        for copy in wanted:
            _copy(copy)
            step = replace(step, done=step.done + 1, copied=step.copied + 1)
            yield step
    except OSError as error:
        raise ExportError(
            f"the pictures cannot be copied to {out}: {error}", "Free space or fix permissions, then go on."
        ) from error
    yield step


def _take_folder(table: BatchTable, pictures: Path, out: Path) -> bool:
    """Make sure that the folder is ours; return whether it was before."""
    if out.absolute().is_relative_to(pictures.absolute()):
        raise ExportError(
            f"{out} lies within the pictures' folder {pictures}, where the next batch would find the copies",
            "Choose a folder elsewhere.",
        )
    ours = {"pictures": str(pictures.absolute()), "model": table.model}
    mark = out / MARK_FILE
    if out.exists() and any(out.iterdir()):
        try:
            known = json.loads(mark.read_bytes())
        except (FileNotFoundError, ValueError):
            known = None
        if known != ours:
            raise ExportError(
                f"{out} is not empty, and not a folder of copies of these results", "Choose a new or empty folder."
            )
        return True
    write_bytes(mark, json.dumps(ours).encode())
    return False


def _wanted(
    table: BatchTable, pictures: Path, out: Path, chosen: Sequence[int], *, again: bool
) -> tuple[list[_Copy], CopyStep]:
    """Return what is to be copied, and what need not or cannot be."""
    wanted: list[_Copy] = []
    missing, changed, there = [], [], 0
    taken: dict[str, str] = {}
    for index in chosen:
        name, code = table.path(index), int(table.verdicts[index])
        if name.startswith("/") or ".." in name.split("/"):
            raise ExportError(f"{name} leads out of {pictures}", "Run the batch again; the results have been altered.")
        copy = _Copy(find_picture(pictures, name), find_picture(out / FOLDERS[code], name))
        other = taken.setdefault(f"{FOLDERS[code]}/{name}".casefold(), name)
        if other != name:
            raise ExportError(
                f"{name} and {other} differ in capitals only, which many disks do not tell apart",
                "Rename one of the pictures, and run the batch again.",
            )
        if again and (elsewhere := _elsewhere(out, name, code)):
            raise ExportError(
                f"{elsewhere} is there from an earlier time, and the verdict is {VERDICTS[code]} by now",
                "Choose a new or empty folder.",
            )
        try:
            status = copy.source.stat()
        except FileNotFoundError:
            missing.append(name)
            continue
        known = (int(table.sizes[index]), int(table.mtimes_ns[index]))
        if code != ERROR and (status.st_size, status.st_mtime_ns) != known:
            changed.append(name)
        elif again and copy.target.exists():
            _refuse_other(copy)
            there += 1
        else:
            wanted.append(copy)
    done = len(chosen) - len(wanted)
    step = CopyStep(done=done, total=len(chosen), there=there, missing=tuple(missing), changed=tuple(changed))
    return wanted, step


def _elsewhere(out: Path, name: str, code: int) -> Path | None:
    others = (find_picture(out / folder, name) for place, folder in enumerate(FOLDERS) if place != code)
    return next((path for path in others if path.exists()), None)


def _refuse_other(copy: _Copy) -> None:
    before, now = copy.target.stat(), copy.source.stat()
    if before.st_size != now.st_size or abs(before.st_mtime - now.st_mtime) > _SAME_TIME_S:
        raise ExportError(
            f"{copy.target} is there and is another file than {copy.source}", "Choose a new or empty folder."
        )


def _refuse_no_space(wanted: Sequence[_Copy], out: Path) -> None:
    need = sum(copy.source.stat().st_size for copy in wanted)
    free = shutil.disk_usage(out).free
    if wanted and need + _RESERVE_BYTES > free:
        raise ExportError(
            f"{len(wanted)} pictures of {need / 1e6:.0f} MB do not fit on the disk of {out}: "
            f"{free / 1e6:.0f} MB are free, of which {_RESERVE_BYTES / 1e6:.0f} MB are left to others",
            "Free space, choose another disk, or filter the rows.",
        )


def _copy(copy: _Copy) -> None:
    """Copy under a temporary name, with the times, and rename it where nothing is in the way."""
    copy.target.parent.mkdir(parents=True, exist_ok=True)
    partial = copy.target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        shutil.copy2(copy.source, partial)
        if copy.target.exists():
            raise ExportError(f"{copy.target} is there already", "Choose a new or empty folder.")
        partial.replace(copy.target)
    finally:
        partial.unlink(missing_ok=True)
