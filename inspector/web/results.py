"""What the log holds, filtered and a page at a time; one part with its picture and its heatmap."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
from pydantic import BaseModel, ConfigDict

from inspector.domain.errors import PictureError
from inspector.outputs.base import LogQuery
from inspector.outputs.counted import Counted
from inspector.outputs.kept import kept_prediction, kept_view
from inspector.pictures import encode_picture, read_picture
from inspector.vision.overlay import displayable, draw_overlay
from inspector.web.asked import PAGE, MissingError, check_names, limit_of, time_of, verdicts_of
from inspector.web.station import PartSummary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.domain.records import Inspection
    from inspector.domain.review import Review
    from inspector.web.station import StationView

_FILTERS = ("since", "until", "recipe", "lot", "part", "nest", "verdict", "before", "limit")


class PartsPage(BaseModel):
    """A page of parts, the newest first."""

    model_config = ConfigDict(frozen=True)

    counts: Counted  #: of all parts that the filters let through, not of this page alone
    parts: list[PartSummary]
    older: str | None  #: id to name as ``before`` for the next page; none on the last one


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which parts a request means.

    Args:
        before: Id of a part; only older ones are meant.
        limit: 1..`MOST`.
    """

    query: LogQuery
    before: str = ""
    limit: int = PAGE

    @classmethod
    def of(cls, said: Mapping[str, str], verdicts: list[str]) -> Asked:
        """Read a request's parameters; empty ones do not restrict.

        Args:
            said: The parameters by name.
            verdicts: Names of verdicts; any of them is meant, and an empty one restricts nothing.

        Raises:
            AskedError: If one is none that is known, or its value cannot be.
        """
        check_names(said, _FILTERS)
        limit, chosen = limit_of(said), verdicts_of(verdicts)
        query = LogQuery(
            since=time_of(said.get("since", "")),
            until=time_of(said.get("until", "")),
            recipe=said.get("recipe") or None,
            lot=said.get("lot") or None,
            part=said.get("part") or None,
            nest=said.get("nest") or None,
            verdicts=chosen or None,
        )
        return cls(query=query, before=said.get("before", ""), limit=limit)


def results(view: StationView, asked: Asked) -> PartsPage:
    """Return a page of parts.

    Raises:
        LogError: If the log cannot be read.
        MissingError: If the part to go on from is not there.
    """
    log = view.log()
    query = asked.query
    if asked.before:
        sequence = log.sequence_of(asked.before)
        if sequence is None:
            raise MissingError(f"there is no part {asked.before[:40]} to go on from", "Begin with the newest.")
        query = replace(query, before=sequence)
    parts = log.recent(query, asked.limit + 1)
    more = len(parts) > asked.limit
    shown = parts[: asked.limit]
    return PartsPage(
        counts=Counted.of(log.tally(asked.query)),
        parts=[PartSummary.of(part) for part in shown],
        older=shown[-1].id if more and shown else None,
    )


def part_of(view: StationView, part_id: str) -> tuple[Inspection, list[Review]]:
    """Return a part, and what people said of it.

    Raises:
        MissingError: If there is no such part.
        LogError: If the log cannot be read.
    """
    reviews = view.reviews()
    part = reviews.inspection(part_id)
    if part is None:
        raise MissingError(f"there is no part {part_id[:40]}", "Look for it under Results.")
    return part, reviews.history(part_id)


def picture_of(
    view: StationView, part_id: str, *, heatmap: bool, width: int | None, opacity: float, place: int = 0
) -> bytes:
    """Return a part's kept picture as a JPEG.

    Args:
        place: Of which view: 0 for the main one, 1 for the first further one.
        heatmap: With the kept heatmap over it, where there is one.
        width: Longest side, pixels; None for the picture's own.
        opacity: Of the heatmap.

    Raises:
        MissingError: If there is no such part, or its picture is not there.
        LogError: If the log cannot be read.
    """
    part, _ = part_of(view, part_id)
    if place and place >= len(part.views):
        raise MissingError(f"this part has no view {place}", "Name one that it has.")
    kept = part.views[place].picture if place else part.picture
    if kept is None:
        raise MissingError("no picture of this part was kept", "Set the archive's policy in Settings.")
    try:
        image = displayable(read_picture(kept.path))
    except PictureError as error:
        raise MissingError("the picture of this part is not there any more", error.next_step) from error
    scale = 1.0 if width is None else width / max(image.shape[:2])
    if scale < 1:
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        image = displayable(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    prediction = None
    if heatmap:
        prediction = kept_view(part.views[place]) if place else kept_prediction(part)
    if prediction is not None:
        image = draw_overlay(image, prediction.heatmap, opacity=opacity, map_box=prediction.map_box)
    return encode_picture(image, ".jpg", quality=90)
