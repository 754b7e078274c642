"""An event of the audit trail as a row of the log, and back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from inspector.json_file import JsonError, parse_json
from inspector.outputs.rows import RowError, time_of, time_text
from inspector.trail.event import TrailEvent, TrailKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

#: What befell the record, by the kind under which the log has it; all else is `TrailKind.RECORD`.
KINDS = {"clock": TrailKind.CLOCK}
#: Of a row whose time cannot be read.
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TrailRow:
    """An event in the log.

    Args:
        number: Its place, counted from 1 in the order of the commits; None for one that waits for the log.
        fault: Why the row cannot be read; empty where it can.
    """

    number: int | None
    event: TrailEvent
    fault: str = ""


def event_row(event: TrailEvent) -> dict[str, str]:
    """Return an event as a row of the log."""
    return {
        "id": event.id,
        "time_utc": time_text(event.time),
        "who": event.who,
        "role": event.role,
        "kind": event.kind.value,
        "object": event.on,
        "before": json.dumps(event.before, ensure_ascii=False),
        "after": json.dumps(event.after, ensure_ascii=False),
        "reason": event.reason,
    }


def trail_row(row: Mapping[str, Any]) -> TrailRow:
    """Return a row as an event; one that no program wrote so is told as what it is, and not left out."""
    try:
        event = TrailEvent.model_validate(
            {
                **{name: row[name] for name in ("id", "who", "role", "kind", "reason")},
                "time": time_of(row["time_utc"]),
                "on": row["object"],
                "before": _object(row["before"]),
                "after": _object(row["after"]),
            }
        )
    except (ValueError, TypeError, RowError, JsonError) as error:
        return TrailRow(row["number"], _unreadable(row), fault=str(error))
    return TrailRow(row["number"], event)


def _object(text: object) -> JsonValue:
    return parse_json(str(text), where="what changed")


def _unreadable(row: Mapping[str, Any]) -> TrailEvent:
    try:
        time = time_of(row["time_utc"])
    except RowError:
        time = _BEGIN
    return TrailEvent(
        id=str(row["id"])[:36] or "?",
        time=time,
        who=str(row["who"]),
        kind=TrailKind.RECORD,
        on=str(row["object"]),
        reason="This row of the trail is damaged.",
        after={name: str(row[name]) for name in ("kind", "before", "after", "reason")},
    )


#: Of a file that was changed outside the program; of no interest to people beside what changed in it.
DIGEST = "file"

#: Of the trail as a table.
COLUMNS = ("number", "time_utc", "who", "role", "kind", "on", "before", "after", "reason", "id")


def json_of(row: TrailRow) -> dict[str, JsonValue]:
    """Return an event as the documented JSON object."""
    event = row.event
    return {
        "number": row.number,
        "time_utc": time_text(event.time),
        "who": event.who,
        "role": event.role,
        "kind": event.kind.value,
        "on": event.on,
        "before": dict(event.before),
        "after": dict(event.after),
        "reason": event.reason,
        "id": event.id,
    }


def cells_of(row: TrailRow) -> list[str]:
    """Return an event as the cells of a table's row, see `COLUMNS`."""
    values = json_of(row)
    cells = []
    for name in COLUMNS:
        value = values[name]
        cells.append(json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value_words(value))
    return cells


def change_words(event: TrailEvent) -> str:
    """Say what changed: “fail_at 0.5 → 0.6; guard_rate 0.01 → 0.02”."""
    pieces = []
    names = dict.fromkeys((*event.before, *event.after))
    for name in names if len(names) == 1 else (name for name in names if name != DIGEST):
        old, new = value_words(event.before.get(name)), value_words(event.after.get(name))
        if name in event.before:
            pieces.append(
                f"{name} {old or '–'} → {new or '–'}" if name in event.after else f"{name} {old or '–'} → gone"
            )
        elif new:  # of something new, what is empty says nothing
            pieces.append(f"{name} {new}")
    return "; ".join(pieces)


def line_of(row: TrailRow) -> str:
    """Return an event as a line for the terminal, in local time."""
    event = row.event
    when = f"{event.time.astimezone():%Y-%m-%d %H:%M:%S}"
    who = f"{event.who} ({event.role})" if event.role else event.who
    pieces = (event.on, change_words(event), f"“{event.reason}”" if event.reason else "")
    return f"{when}  {who:16}  {event.kind.title:24}  {'. '.join(piece for piece in pieces if piece)}"


def value_words(value: JsonValue) -> str:
    """Return a value of an event as text; empty where there is none."""
    if value is None or value in ([], {}):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
