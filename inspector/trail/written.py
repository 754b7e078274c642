"""Files that the program writes, settings and recipes: recorded as they are written, and looked at as they are read.

Of each the text that was written last is kept. A file that reads otherwise was changed outside the program.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError
from inspector.files import FileError, make_folder, write_text
from inspector.json_file import JsonError, parse_json
from inspector.paths import Home
from inspector.trail.actor import STATION, Doer
from inspector.trail.event import TrailEvent, TrailKind, happened
from inspector.trail.waiting import FOLDER, note, recorded

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import JsonValue

_log = logging.getLogger(__name__)
_KEPT, _FRESH, _SUFFIX = "written", ".new", ".json"
_PRIVATE = 0o600
_MOST_BYTES = 4_000_000
_LOOKS = 3
#: Nobody knows who it was.
UNKNOWN = Doer(name="unknown")


def write_recorded(root: Path, path: Path, text: str, *events: TrailEvent) -> None:
    """Write a file of the data folder, and record it.

    Args:
        root: The data folder.
        path: The file, in it.
        text: Its content.
        events: What this changes.

    Raises:
        TrailError: If it cannot be recorded; the file is as it was.
        FileError: If it cannot be written; it is as it was, and nothing is recorded.
    """
    begin(root)
    with recorded(root, *events):
        kept = _kept(root, path)
        fresh = kept.with_name(kept.name + _FRESH)
        write_text(fresh, text, mode=_PRIVATE)
        write_text(path, text)
        with contextlib.suppress(FileNotFoundError):  # whoever read the file meanwhile has done so
            fresh.replace(kept)


def remove_recorded(root: Path, path: Path, *events: TrailEvent) -> None:
    """Remove a file of the data folder, and record it.

    Args:
        root: The data folder.
        path: The file, in it.
        events: What this changes.

    Raises:
        TrailError: If it cannot be recorded; the file is as it was.
        FileError: If it cannot be removed; it is as it was, and nothing is recorded.
    """
    begin(root)
    with recorded(root, *events):
        try:
            path.unlink()
        except OSError as error:
            raise FileError(path, error) from error
        with contextlib.suppress(OSError):  # where it stays, the file counts as removed outside the program
            _kept(root, path).unlink()


def look(root: Path, *paths: Path) -> None:
    """Look whether files are as the program has written them; what is not is recorded, and from then on known.

    It never fails: whoever reads the file must be able to, on a full or read-only disk too.

    Args:
        root: The data folder.
        paths: Files in it; they need not exist.
    """
    try:
        begin(root)
        changed = [event for path in paths if (event := _look(root, path)) is not None]
    except (OSError, InspectorError) as error:
        _log.warning("not looked whether files were changed outside the program: %s", error)
        return
    if changed:
        note(root, *changed)


def look_at_all(root: Path) -> None:
    """Look at the settings and at every recipe, also at those that are not there any more; see `look`."""
    kept = root / FOLDER / _KEPT
    gone = (root / path.relative_to(kept) for path in kept.rglob(f"*{_SUFFIX}"))
    look(root, *sorted({*_watched(root), *gone}))


def begin(root: Path) -> None:
    """Begin the trail of a data folder in which nothing was recorded yet: what is there now counts as written.

    Raises:
        TrailError: If it cannot be written.
        FileError: Likewise.
    """
    kept = root / FOLDER / _KEPT
    if kept.is_dir():
        return
    there = _watched(root)
    words = "The trail begins here: what was done before is not in it."
    files: dict[str, JsonValue] = {"files": [path.relative_to(root).as_posix() for path in there]}
    with recorded(root, happened(TrailKind.TRAIL, "data folder", after=files, reason=words, by=STATION)):
        make_folder(kept)
        for path in there:
            write_text(_kept(root, path), _text(path) or "", mode=_PRIVATE)


def _watched(root: Path) -> list[Path]:
    home = Home(root=root)
    settings = [home.settings] if home.settings.is_file() else []
    return settings + sorted(home.recipes.glob(f"*{_SUFFIX}"))


def _look(root: Path, path: Path) -> TrailEvent | None:
    kept = _kept(root, path)
    for _ in range(_LOOKS):  # the two are not read in one moment, and the program may write both in between
        before, now = _text(kept), _text(path)
        if now == before:
            return None
    fresh = kept.with_name(kept.name + _FRESH)
    if now is not None and now == _text(fresh):  # the program is writing it, or was cut short
        with contextlib.suppress(FileNotFoundError):
            fresh.replace(kept)
        return None
    if now is None:
        kept.unlink(missing_ok=True)
    else:
        write_text(kept, now, mode=_PRIVATE)
    return happened(
        TrailKind.OUTSIDE, path.relative_to(root).as_posix(), before=_state(before), after=_state(now), by=UNKNOWN
    )


def _kept(root: Path, path: Path) -> Path:
    return root / FOLDER / _KEPT / path.relative_to(root)


def _text(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8", "backslashreplace")
    except (FileNotFoundError, NotADirectoryError):
        return None


def _state(text: str | None) -> dict[str, JsonValue]:
    """Return what a file says; of one that is no JSON object, or is not there, that."""
    if text is None:
        return {"file": "not there"}
    try:
        state = parse_json(text, where="the file")
    except JsonError:
        state = None
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {**state, "file": digest} if isinstance(state, dict) else {"file": digest, "content": "no JSON object"}
