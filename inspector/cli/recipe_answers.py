"""What ``inspector recipe history`` prints with ``--json``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.cli.json_answer import JsonAnswer
from inspector.domain.records import Thresholds
from inspector.recipes.promotions import Promotion
from inspector.recipes.recipe import RecipeChange

if TYPE_CHECKING:
    from inspector.recipes.versions import RecipeVersion


class VersionAnswer(JsonAnswer):
    """One version of a recipe; model and thresholds are None where its file cannot be read."""

    version: int
    saved: str  #: ISO 8601
    model: str | None
    thresholds: Thresholds | None
    changed: list[str]
    change: RecipeChange | None
    promotion: Promotion | None
    fault: str

    @staticmethod
    def of(version: RecipeVersion) -> VersionAnswer:
        """Return a version as it is printed."""
        recipe = version.recipe
        return VersionAnswer(
            version=version.version,
            saved=version.saved.isoformat(),
            model=None if recipe is None else recipe.model,
            thresholds=None if recipe is None else recipe.thresholds,
            changed=list(version.changed),
            change=version.change,
            promotion=version.promotion,
            fault=version.fault,
        )


class HistoryAnswer(JsonAnswer):
    """The versions of a recipe, the oldest first."""

    recipe: str
    versions: list[VersionAnswer]
