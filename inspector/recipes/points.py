"""Thresholds as a recipe has them: without what it says of the whole part beside them."""

from __future__ import annotations

from dataclasses import replace

from inspector.domain.records import Thresholds


def own_points(points: object) -> object:
    """Refuse what a recipe says of the whole part beside its thresholds, and not in them."""
    if isinstance(points, dict) and "spares_outside" in points:
        msg = "spares_outside is a field of the recipe itself, not of its thresholds"
        raise ValueError(msg)
    return replace(points, spares_outside=False) if isinstance(points, Thresholds) else points


def as_written(points: Thresholds | None) -> dict[str, float | None] | None:
    """Return thresholds as a recipe writes them."""
    if points is None:
        return None
    return {"fail_at": points.fail_at, "review_from": points.review_from, "strange_from": points.strange_from}
