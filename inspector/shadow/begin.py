"""A shadow is started, or stopped, by somebody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector.domain.depth import depth_doubt
from inspector.domain.ids import new_id
from inspector.domain.shadow import Shadow, ShadowEvent
from inspector.outputs.shadow_log import ShadowError, ShadowLog
from inspector.shadow.place import ShadowPlace, Wanted
from inspector.signed import check_model
from inspector.trail.actor import STATION, doer
from inspector.trail.event import TrailKind, happened

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import JsonValue

    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe
    from inspector.vision.manifest import Manifest
    from inspector.vision.store import ModelStore


def begin_shadow(
    recipe: Recipe, model: str, *, models: ModelStore, home: Home, log: Path, who: str
) -> tuple[Shadow, list[str]]:
    """Let a candidate judge the recipe's live parts from now on, beside its model in force.

    Args:
        recipe: As it is in force.
        model: Name or folder of the candidate.
        who: Of those who may give a recipe another model.

    Returns:
        The shadow, and what has to be known of the comparison, as sentences.

    Raises:
        ShadowError: If another one runs, or the candidate is the model in force.
        BundleError: If one of the two models cannot be found, or is damaged.
        UnsignedError: If only signed models may judge, and the candidate is not signed.
        LogError: If it cannot be recorded; nothing is started.
        FileError: If the station cannot be told; it is recorded that the shadow has ended.
    """
    candidate, in_force = models.load(model), models.load(recipe.model)
    if candidate.sha256 == in_force.sha256:
        raise ShadowError(f"{model} is the model in force of {recipe.name} already", "Choose another model.")
    check_model(candidate.folder, candidate.sha256, home)
    record = ShadowLog(log)
    end_outdated(log, recipe, in_force.sha256)
    shadow = Shadow(
        id=new_id(),
        recipe=recipe.name,
        recipe_version=recipe.version,
        model=model,
        model_sha256=candidate.sha256,
        in_force=recipe.model,
        in_force_sha256=in_force.sha256,
        began=datetime.now(UTC),
        who=who,
    )
    after: dict[str, JsonValue] = {
        "shadow": model,
        "sha256": candidate.sha256,
        "beside": recipe.model,
        "recipe_version": recipe.version,
    }
    record.start(shadow, happened(TrailKind.SHADOW, recipe.name, after=after, by=doer(who)))
    place = ShadowPlace(log)
    try:
        place.want(Wanted(shadow=shadow.id, recipe=shadow.recipe))
    except Exception:
        end_shadow(record, shadow, ShadowEvent.ENDED, STATION.name, "the station could not be told")
        raise
    return shadow, _doubts(recipe, candidate.manifest, in_force.manifest)


def stop_shadow(log: Path, *, who: str, why: str = "") -> Shadow:
    """End the shadow that runs; what it has said stays.

    Raises:
        ShadowError: If none runs.
        LogError: If it cannot be recorded.
    """
    record = ShadowLog(log)
    running = record.current()
    if running is None:
        raise ShadowError("no shadow runs", "Start one: Settings → Candidates, or “inspector shadow start MODEL”.")
    end_shadow(record, running, ShadowEvent.STOPPED, who, why)
    return running


def end_shadow(record: ShadowLog, shadow: Shadow, event: ShadowEvent, who: str, why: str) -> None:
    """Record that a shadow has ended, and hand nothing over to it any more.

    Raises:
        LogError: If it cannot be recorded.
        FileError: If the station cannot be told.
    """
    before, after = {"shadow": shadow.model}, {"shadow": event.value}
    told = happened(TrailKind.SHADOW, shadow.recipe, before=before, after=after, reason=why, by=doer(who))
    record.end(shadow, event, datetime.now(UTC), who, why, told)
    place = ShadowPlace(record.path)
    wanted = place.wanted()
    if wanted is not None and wanted.shadow == shadow.id:
        place.want(None)
    place.forget(keep="" if wanted is None or wanted.shadow == shadow.id else wanted.shadow)


def outdated(shadow: Shadow, recipe: Recipe, in_force_sha256: str) -> str:
    """Return why a shadow compares with a model that is not in force any more; empty where it is."""
    if recipe.name != shadow.recipe or in_force_sha256 == shadow.in_force_sha256:
        return ""
    return f"{recipe.model} is in force now, {shadow.in_force} was compared with"


def end_outdated(log: Path, recipe: Recipe, in_force_sha256: str) -> None:
    """End the shadow that runs where it compares with a model that is not in force any more.

    Raises:
        LogError: If it cannot be recorded.
        FileError: If the station cannot be told.
    """
    record = ShadowLog(log)
    running = record.current()
    if running is not None and (why := outdated(running, recipe, in_force_sha256)):
        end_shadow(record, running, ShadowEvent.ENDED, STATION.name, why)


def _doubts(recipe: Recipe, candidate: Manifest, in_force: Manifest) -> list[str]:
    said = []
    first, second = candidate.preprocessing.input_size, in_force.preprocessing.input_size
    if first != second:
        said.append(f"The candidate sees {first} × {first} pixels of a part, the model in force {second} × {second}.")
    if doubt := depth_doubt(candidate.trained_bit_depth, recipe.source_options.bit_depth):
        said.append(doubt)
    if recipe.views:
        said.append("The parts have several views: the two are compared by what they say of the first one.")
    return said
