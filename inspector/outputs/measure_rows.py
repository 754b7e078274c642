"""What the parts' pictures are like, beside the rows: a table, written in their commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, Float, Integer, String, Table
from sqlalchemy.dialects.sqlite import insert

from inspector.outputs.schema import metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from inspector.domain.records import Inspection

#: What the parts' pictures are like, by view: written in the commit of the row (migration 0017). Figures for engineers:
#: neither chained nor kept from changes.
picture_measures = Table(
    "picture_measures",
    metadata,
    Column("inspection_id", String(36), primary_key=True),
    Column("place", Integer, primary_key=True),  # of the view in the recipe, 0 is the main one
    *(
        Column(name, Float)
        for name in ("brightness", "contrast", "sharpness", "noise", "red", "blue", "x", "y", "angle", "grain")
    ),
    sqlite_with_rowid=False,
)
#: Fields of `PictureMeasures` that are recorded.
FIGURES = tuple(column.name for column in picture_measures.columns)[2:]


def write_measures(connection: Connection, inspection: Inspection) -> None:
    """Write what a part's pictures are like, in the transaction of its row; nothing where none was measured."""
    seen = [view.measures for view in inspection.views] or [inspection.measures]
    rows = [
        {"inspection_id": inspection.id, "place": place} | {name: getattr(measures, name) for name in FIGURES}
        for place, measures in enumerate(seen)
        if measures is not None
    ]
    if rows:
        connection.execute(insert(picture_measures).on_conflict_do_nothing(), rows)
