"""What the interlock needs of a station, and what a recipe would run; for the line, the window and the commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.release.pictures import ChallengePictures
from inspector.release.record import ReleaseRecord, running

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.domain.release import Running
    from inspector.recipes.recipe import Recipe
    from inspector.settings import Settings
    from inspector.vision.store import ModelStore


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseParts:
    """What the interlock needs.

    Args:
        record: What is released stands there.
        pictures: Of challenge parts.
        shift_starts: Hours of the station's shifts.
    """

    record: ReleaseRecord
    pictures: ChallengePictures
    shift_starts: tuple[int, ...]


def release_parts(root: Path, log: Path, settings: Settings) -> ReleaseParts:
    """Return it.

    Args:
        root: The data folder.
        log: The result log.
        settings: The station's, as they are in force.
    """
    return ReleaseParts(
        record=ReleaseRecord(root, log, settings.station),
        pictures=ChallengePictures(root),
        shift_starts=tuple(settings.shift_starts),
    )


def running_of(recipe: Recipe, models: ModelStore, settings: Settings) -> Running:
    """Return what a recipe would run; no model is loaded.

    Raises:
        BundleError: If a model cannot be found or read.
    """
    used = (recipe.model, *(view.model for view in recipe.views))
    return running(recipe, [models.load(model).sha256 for model in used], settings.shift_starts)
