"""What the audit trail is told of a recipe that is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.recipes.points import as_written
from inspector.trail.event import TrailEvent, TrailKind, happened

if TYPE_CHECKING:
    from pydantic import JsonValue

    from inspector.recipes.recipe import Recipe, RecipeChange

#: What decides is told apart from the rest, and so is what of the pictures is kept.
_APART = (
    (TrailKind.OPERATING_POINT, ("thresholds", "guard_rate")),
    (TrailKind.RETENTION, ("archive",)),
)

#: What a verdict hangs on, as people call it. The challenge has a reason of its own.
_DECIDES = {
    "model": "model",
    "thresholds": "thresholds",
    "guard_rate": "guard rate",
    "spares_outside": "heat outside the part",
    "region": "region",
    "trigger": "trigger",
    "quality": "picture quality",
    "needs_scan": "need of a scanned code",
    "views": "views",
}


def decides_otherwise(before: Recipe, after: Recipe) -> str:
    """Return what of a recipe decides otherwise than before, as “region, trigger”: it needs a reason. Else empty."""
    if before.name != after.name:
        return ""
    return ", ".join(words for name, words in _DECIDES.items() if getattr(before, name) != getattr(after, name))


def saved_events(before: Recipe | None, after: Recipe, why: str = "") -> list[TrailEvent]:
    """Return the events of a recipe's next version, each with what it changes; the operating point with its reason.

    Args:
        before: None where it is new.
        why: It is saved, as “version 3 restored”; empty for nothing.
    """
    old: dict[str, JsonValue] = before.model_dump(mode="json", exclude={"change"}) if before is not None else {}
    new: dict[str, JsonValue] = after.model_dump(mode="json", exclude={"change"})
    versions = old.pop("version", None), new.pop("version")
    parts: list[tuple[TrailKind, dict[str, JsonValue], dict[str, JsonValue]]] = []
    if before is not None:
        for kind, names in _APART:
            parts.append((kind, {name: old.pop(name) for name in names}, {name: new.pop(name) for name in names}))
    if old != new or all(first == second for _, first, second in parts):
        parts.append((TrailKind.RECIPE, old, new))
    change = after.change if before is None or after.change != before.change else None
    reason = change.reason if change is not None else ""
    if change is not None and parts and parts[0][0] is TrailKind.OPERATING_POINT:
        _say_in_force(change, *parts[0][1:])
    return [
        happened(
            kind,
            after.name,
            before=first | ({"version": versions[0]} if before is not None else {}),
            after=second | {"version": versions[1]},
            reason=(reason if kind is TrailKind.OPERATING_POINT else "") or why,
        )
        for kind, first, second in parts
        if first != second or kind is TrailKind.RECIPE
    ]


def _say_in_force(change: RecipeChange, old: dict[str, JsonValue], new: dict[str, JsonValue]) -> None:
    """Put the thresholds that were in force where the recipe had none of its own: those of its model."""
    for side, points in ((old, change.before), (new, change.after)):
        if side["thresholds"] is None:
            side["thresholds"] = dict(as_written(points) or {})


def removed_event(recipe: Recipe | None, name: str, why: str) -> TrailEvent:
    """Return the event of a recipe that is taken away.

    Args:
        recipe: As it was; None where its file cannot be read.
        name: What it was called.
        why: What became of it.
    """
    before: dict[str, JsonValue] = recipe.model_dump(mode="json", exclude={"change"}) if recipe is not None else {}
    return happened(TrailKind.RECIPE, name, before=before, reason=why)
