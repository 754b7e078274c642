"""Events on their way into the log: a file for each change, written before the change is made.

Nothing is lost where the log is held, full, damaged or on a share that is away: the events wait in the data folder, and
whoever has the log takes them up. A file that is only begun says that its change was not finished.
"""

from __future__ import annotations

import contextlib
import logging
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.domain.ids import new_id
from inspector.files import FileError, write_text
from inspector.json_file import JsonError, read_model
from inspector.trail.actor import STATION
from inspector.trail.event import TrailEvent, TrailKind, happened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_log = logging.getLogger(__name__)

FOLDER = "trail"
_DONE, _BEGUN, _DAMAGED = ".json", ".begun", ".damaged"
#: A change takes seconds; what is only begun after this time was cut short, as by a power cut.
CUT_SHORT_S = 600.0
_PRIVATE = 0o600
_CUT_SHORT = "The program ended while this was being done: look whether it was."


class TrailError(InspectorError):
    """What is to be done cannot be recorded, so it is not done."""


class _File(BaseModel):
    events: tuple[TrailEvent, ...]


@dataclass(frozen=True, slots=True)
class WaitingEvents:
    """Events that were written together.

    Args:
        path: Their file; it goes once they are in the log.
    """

    path: Path
    events: tuple[TrailEvent, ...]


@contextmanager
def recorded(root: Path, *events: TrailEvent) -> Iterator[None]:
    """Record a change: the events are on the disk before the block begins, and stay where it ends well.

    Args:
        root: The data folder.
        events: What the block does; without any, nothing is recorded.

    Raises:
        TrailError: If they cannot be written; the block is not begun.
    """
    if not events:
        yield
        return
    begun = _write(root, events, _BEGUN)
    try:
        yield
    except Exception:
        with contextlib.suppress(OSError):
            begun.unlink(missing_ok=True)
        raise
    try:
        begun.rename(begun.with_suffix(_DONE))
    except OSError as error:  # it is told all the same, as one that was cut short
        _log.warning("the trail's file %s keeps its name: %s", begun, cause_of(error))


def note(root: Path, *events: TrailEvent) -> str:
    """Record what has happened and cannot be refused, as a sign-in that failed or the program's start.

    Returns:
        Why it could not be recorded, as a sentence for the banner; empty where it was. The program log has it too.
    """
    try:
        _write(root, events, _DONE)
    except TrailError as error:
        for lost in events:
            _log.error("not in the audit trail: %s, %s, by %s", lost.kind.title, lost.on, lost.who)
        return str(error)
    return ""


def _write(root: Path, events: tuple[TrailEvent, ...], suffix: str) -> Path:
    path = root / FOLDER / f"{new_id()}{suffix}"
    try:
        write_text(path, _File(events=events).model_dump_json() + "\n", mode=_PRIVATE)
    except FileError as error:
        what = f"the audit trail cannot be written: {error.what}"
        raise TrailError(what, f"Nothing was changed. {error.next_step} Then do it once more.".strip()) from error
    return path


def waits(root: Path) -> bool:
    """Say whether anything waits."""
    return bool(_files(root))


def waiting(root: Path, *, now_s: float | None = None) -> list[WaitingEvents]:
    """Return what waits, the oldest first; a file that cannot be read is set aside, and that is an event too.

    Args:
        root: The data folder; it need not exist.
        now_s: The time, POSIX seconds; None for the clock's.
    """
    now_s = time.time() if now_s is None else now_s
    held: list[WaitingEvents] = []
    for path in sorted(_files(root)):
        if path.suffix == _BEGUN and not _cut_short(path, now_s):
            continue
        try:
            events = read_model(path, _File).events
        except JsonError as error:
            if path.exists():  # else another program has taken it up
                held += _set_aside(root, path, error)
            continue
        if path.suffix == _BEGUN:
            events = tuple(known.model_copy(update={"reason": _cut(known.reason)}) for known in events)
        held.append(WaitingEvents(path, events))
    return held


def _files(root: Path) -> list[Path]:
    try:
        return [path for path in (root / FOLDER).iterdir() if path.suffix in {_DONE, _BEGUN}]
    except OSError:
        return []


def _cut_short(path: Path, now_s: float) -> bool:
    try:
        return abs(now_s - path.stat().st_mtime) > CUT_SHORT_S  # either way: the clock may have been set back
    except OSError:
        return False


def _cut(reason: str) -> str:
    return f"{reason} {_CUT_SHORT}".strip()


def _set_aside(root: Path, path: Path, error: JsonError) -> list[WaitingEvents]:
    _log.error("set aside from the trail: %s", error.what)
    aside = path.with_suffix(_DAMAGED)
    try:
        path.rename(aside)
    except OSError:
        return []
    told = happened(
        TrailKind.TRAIL,
        aside.name,
        reason="A file with an event that had not reached the log is damaged. It is kept, and cannot be read.",
        by=STATION,
    )
    note(root, told)
    return []
