"""What the newest parts' pictures are like, read beside a running station."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from inspector.domain.picture_measures import PictureMeasures
from inspector.outputs.beside import LogBeside
from inspector.outputs.measure_rows import FIGURES, picture_measures
from inspector.outputs.rows import time_of
from inspector.outputs.schema import inspections, part_views

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredPart:
    """What was recorded of a part's picture.

    Args:
        id: Of the part.
        time_utc: When it was captured.
        measures: Without the pattern.
        strangeness: As in `Decision`, of this view.
        p_defective: As in `Decision`, of this view.
    """

    id: str
    time_utc: datetime
    measures: PictureMeasures
    strangeness: float | None
    p_defective: float | None


def newest_measures(log: Path, recipe: str, place: int, model_sha256: str, limit: int) -> list[MeasuredPart]:
    """Return the newest parts of a recipe that were measured, the oldest first; reads beside a running station.

    Args:
        log: The result log.
        place: Of the view in the recipe, 0 is the main one.
        model_sha256: Of the model that judged this view.
        limit: How many at most.

    Raises:
        LogError: If the log cannot be read.
    """
    beside = LogBeside(log, read_only=True, migrates=False)
    table, part, view = picture_measures.c, inspections.c, part_views.c
    figures = [table[name] for name in FIGURES]
    asked = (
        select(
            part.id,
            part.time_utc,
            func.coalesce(view.strangeness, part.strangeness),
            func.coalesce(view.p_defective, part.p_defective),
            *figures,
        )
        .select_from(inspections)
        .join(picture_measures, (table.inspection_id == part.id) & (table.place == place))
        .outerjoin(part_views, (view.inspection_id == part.id) & (view.place == place))
        .where(part.recipe == recipe)
        .where(func.coalesce(view.model_sha256, part.model_sha256) == model_sha256)
        .order_by(part.time_utc.desc())
        .limit(limit)
    )
    with beside.errors_of("read"), beside.connected() as connection:
        rows = connection.execute(asked).all()
    return [
        MeasuredPart(
            id=row[0],
            time_utc=time_of(row[1]),
            strangeness=row[2],
            p_defective=row[3],
            measures=PictureMeasures(**dict(zip(FIGURES, row[4:], strict=True))),
        )
        for row in reversed(rows)
    ]
