"""How long the commit of a part took: known only after it, so it stands beside the row, which never changes."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError

from inspector.outputs.damage import is_damage
from inspector.outputs.schema import commit_times

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from inspector.domain.records import Inspection

_log = logging.getLogger(__name__)


def write_commit_times(connection: Connection, took_ms: Mapping[str, float]) -> None:
    """Write how long commits took, by the parts' ids; in a transaction of the caller's."""
    if took_ms:
        rows = [{"inspection_id": part, "commit_ms": took} for part, took in took_ms.items()]
        connection.execute(insert(commit_times).on_conflict_do_nothing(), rows)


def with_commit_times(
    reading: Callable[[], AbstractContextManager[Connection]], parts: Sequence[Inspection]
) -> list[Inspection]:
    """Return parts with the times of their commits; where those cannot be read, the program's log says so.

    Args:
        reading: Gives a connection of its own.
        parts: `inspector.outputs.view_rows.AT_ONCE` at most.
    """
    unknown = [part.id for part in parts if part.latencies.commit_ms is None]
    if not unknown:
        return list(parts)
    statement = select(commit_times).where(commit_times.c.inspection_id.in_(unknown))
    times: dict[str, float] = {}
    try:
        with reading() as connection:
            times.update({row.inspection_id: row.commit_ms for row in connection.execute(statement)})
    except DBAPIError as error:
        if not is_damage(error):
            raise
        _log.warning("the times of some commits cannot be read: the log is damaged")
    return [
        replace(part, latencies=replace(part.latencies, commit_ms=times[part.id])) if part.id in times else part
        for part in parts
    ]
