"""Whether users are on by the record: who deletes or edits the file of users must not switch them off."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from inspector.people.book import BookFile
from inspector.people.people import Act
from inspector.settings_file import load_settings
from inspector.trail.event import TrailKind, happened
from inspector.trail.waiting import note, waiting
from inspector.trail.written import UNKNOWN

if TYPE_CHECKING:
    from inspector.paths import Home

_log = logging.getLogger(__name__)
_BUSY_S = 2.0
# by the index on kind alone: a station whose users were never on has no such event, and must not wait for a scan
_EVENTS = """
SELECT number, kind, object, who, time_utc, reason FROM audit_events
WHERE kind = ? AND (object = ? OR reason LIKE ?) ORDER BY number DESC LIMIT 5
"""
_KINDS = (TrailKind.PEOPLE, TrailKind.SIGN_IN, TrailKind.OUTSIDE)
_ON, _OFF = (Act.SWITCHED_ON.value, Act.RESTARTED.value), Act.SWITCHED_OFF.value


class _Event(NamedTuple):
    number: int
    kind: str
    on: str
    who: str
    time: str
    reason: str


def book_of(home: Home) -> BookFile:
    """Return the file of users of a data folder; where it says that users are off, the record is asked, too."""
    return BookFile(home.root, on_record=lambda: users_on_record(home))


def users_on_record(home: Home) -> str:
    """Say by what event users are on, where their file says otherwise; that is recorded, once.

    A log that cannot be read knows nothing: where users were never on, its damage must lock nobody out.

    Returns:
        The event, as words; empty where users are off.
    """
    file, said, told = BookFile(home.root).path.name, "", False
    for event in (*_logged(home, file), *_waiting(home.root)):
        if event.kind == TrailKind.OUTSIDE.value:
            told |= event.on == file
        elif event.kind == TrailKind.SIGN_IN.value or event.reason.startswith(_ON):
            said, told = f"{event.reason}: {event.on}, by {event.who}, {event.time[:16].replace('T', ' ')} UTC", False
        elif event.reason.startswith(_OFF):
            said = ""
    if said and not told:
        _log.error("users are on by the record (%s), and not by %s", said, file)
        before, after = {"users": "on"}, {"users": "off, or the file is not there"}
        note(home.root, happened(TrailKind.OUTSIDE, file, before=before, after=after, by=UNKNOWN))
    return said


def _logged(home: Home, file: str) -> list[_Event]:
    settings, _ = load_settings(home.settings)
    path = Path(settings.log_path) if settings.log_path else home.log
    if not path.is_file():
        return []
    try:
        uri = f"file:{quote(str(path.resolve()))}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_S)) as connection:
            connection.text_factory = lambda text: text.decode("utf-8", "replace")
            asked = [(kind.value, file, "%" if kind is TrailKind.SIGN_IN else "users %") for kind in _KINDS]
            rows = [row for query in asked for row in connection.execute(_EVENTS, query)]
    except sqlite3.Error as error:
        _log.warning("the log %s does not say whether users are on: %s", path, error)
        return []
    return sorted(_Event(*row) for row in rows)


def _waiting(root: Path) -> list[_Event]:
    kinds = set(_KINDS)
    return [
        _Event(0, event.kind.value, event.on, event.who, event.time.isoformat(), event.reason)
        for held in waiting(root)
        for event in held.events
        if event.kind in kinds
    ]
