"""The views of a part as rows of the log and back."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from inspector.domain.records import Decision, Thresholds, ViewRecord
from inspector.outputs.damage import is_damage
from inspector.outputs.rows import RowError, model_of, picture_of, verdict_of
from inspector.outputs.schema import part_views
from inspector.outputs.view_columns import view_to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from inspector.domain.records import Inspection

_log = logging.getLogger(__name__)
#: How many parts' views are asked for at once.
AT_ONCE = 500


def view_rows(inspection: Inspection) -> list[dict[str, Any]]:
    """Return the rows of a part's views."""
    return [
        {"inspection_id": inspection.id, "place": place} | view_to_json(view)
        for place, view in enumerate(inspection.views)
    ]


def with_views(
    reading: Callable[[], AbstractContextManager[Connection]], parts: Sequence[Inspection]
) -> list[Inspection]:
    """Return parts with their views; where those cannot be read, the program's log says so.

    Args:
        reading: Gives a connection of its own.
        parts: `AT_ONCE` at most.
    """
    if not parts:
        return []
    these = part_views.c.inspection_id.in_([part.id for part in parts])
    statement = select(part_views).where(these).order_by(part_views.c.inspection_id, part_views.c.place)
    views: dict[str, list[ViewRecord]] = {}
    try:
        with reading() as connection:
            for row in connection.execute(statement).mappings():
                views.setdefault(row["inspection_id"], []).append(_view(dict(row)))
    except DBAPIError as error:
        if not is_damage(error):
            raise
        _log.warning("the further views of some parts cannot be read: the log is damaged")
    except (RowError, ValueError, TypeError) as error:
        _log.warning("a row of a part's further views cannot be read: %s", error)
    return [replace(part, views=tuple(views[part.id])) if part.id in views else part for part in parts]


def _view(row: Mapping[str, Any]) -> ViewRecord:
    return ViewRecord(
        name=row["name"],
        source=row["source"],
        decision=Decision(
            verdict=verdict_of(row["verdict"]),
            reason=row["reason"],
            p_defective=row["p_defective"],
            thresholds=Thresholds(
                fail_at=row["fail_at"], review_from=row["review_from"], strange_from=row["strange_from"]
            ),
            strangeness=row["strangeness"],
        ),
        model=model_of(row),
        picture=picture_of(row),
        image_not_saved=row["image_not_saved"],
    )
