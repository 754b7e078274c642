"""Gives a recipe the model before back by itself, where the blind audit shows that too many defects pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.audit import escapes_at_least
from inspector.domain.counts import counted
from inspector.domain.errors import InspectorError
from inspector.outputs.base import LogQuery
from inspector.outputs.reviews import ReviewLog
from inspector.recipes.promotions import Promotions, rolled_back
from inspector.recipes.recipe import newest_version
from inspector.recipes.versions import history
from inspector.review.estimate import audit_report
from inspector.review.population import recipe_policies
from inspector.settings_file import load_settings
from inspector.signed import check_model_in, only_signed
from inspector.trail.actor import STATION, by_itself

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.paths import Home
    from inspector.recipes.promotions import Promotion
    from inspector.recipes.recipe import Recipe
    from inspector.vision.store import ModelStore


@dataclass(frozen=True, slots=True, kw_only=True)
class EscapesExceeded:
    """The audit shows more escapes than the recipe's limit.

    Args:
        words: What was found and done, as sentences.
        saved: The recipe with the model before; None where it was not rolled back.
    """

    words: str
    saved: Recipe | None


class EscapeLimit:
    """See the module. Used by one thread.

    Args:
        home: The data folder.
        log: The result log.
        models: Finds and verifies models.
        save: Saves a recipe as its next version, with its `reason` for the trail.
    """

    def __init__(self, home: Home, log: Path, models: ModelStore, save: Callable[..., Recipe]) -> None:
        self._home, self._log, self._models, self._save = home, log, models, save
        self._promotions = Promotions(home)

    def check(self, recipe: Recipe) -> EscapesExceeded | None:
        """Roll back where the audit shows that the escape rate lies above the recipe's limit.

        It may be asked after every judgement: a model whose rate is at its limit is ever rolled back with a probability
        of 5 % at most (`escapes_at_least`). Only parts since the recipe got its model count. It rolls back once by
        itself, until somebody promotes anew. Two that ask at once, as the window and a command, roll back once.

        Args:
            recipe: As it is saved.

        Raises:
            LogError: If the log cannot be read.
            PromotionError: If the record of promotions can be neither read nor written, or another is being made.
            RecipeError: If the recipe cannot be saved.
        """
        limit = recipe.failing.escapes_above / 100
        if not limit:
            return None
        reviews = ReviewLog(self._log)
        query = LogQuery(recipe=recipe.name, after=reviews.last_before(recipe.name, self._since(recipe)))
        report = audit_report(reviews, query, recipe_policies(self._home.recipes))
        estimate, parts = report.estimate, report.population
        least = escapes_at_least(estimate.passed, estimate.rejected, passes=parts.passes, rejects=parts.rejects)
        if least <= limit:
            return None
        why = (
            f"the blind audit shows that {recipe.model} lets at least {100 * least:.1f} % of the defective parts pass "
            f"(95 % confidence, {counted(estimate.passed.judged, 'passed part')} "
            f"audited), above the limit of {100 * limit:g} %"
        )
        with self._promotions.alone():  # another that asks waits, and finds the recipe's next version
            if max(recipe.version, newest_version(recipe.name, self._home.recipes)) != recipe.version:
                return None
            return self._rolled_back(recipe, why)

    def _rolled_back(self, recipe: Recipe, why: str) -> EscapesExceeded:
        made = [promotion for promotion in self._promotions.read() if promotion.recipe == recipe.name]
        undone, fault = self._way_back(recipe, made)
        if undone is None:
            words = (
                f"The recipe {recipe.name} lets too many defects pass: {why}. It is not rolled back by itself: {fault}."
            )
            return EscapesExceeded(words=f"{words} Stop the line, and train anew.", saved=None)
        with by_itself():
            if undone not in self._unsaved(recipe, made):
                self._promotions.record(recipe, undone.from_model, why, who=STATION.name, rollback=True)
            saved = self._save(rolled_back(recipe, undone), reason=why)
        words = f"The recipe {recipe.name} was rolled back by itself from {recipe.model} to {saved.model}: {why}."
        return EscapesExceeded(words=words, saved=saved)

    def _since(self, recipe: Recipe) -> int:
        """Return the version with which the recipe got its model."""
        since = recipe.version
        for known in reversed(history(recipe.name, self._home.recipes)):
            if known.recipe is not None and _means(known.recipe) != _means(recipe):
                break
            since = min(since, known.version)
        return since

    def _way_back(self, recipe: Recipe, made: list[Promotion]) -> tuple[Promotion | None, str]:
        """Return the promotion that is undone, or why none is."""
        unsaved = self._unsaved(recipe, made)
        if made and made[-1].rollback and made[-1].who == STATION.name and not unsaved:
            return None, f"it was rolled back to {recipe.model} by itself already"
        undone = unsaved[-1] if unsaved else self._promotions.undoable(recipe.name, recipe.model)
        if undone is None:
            return None, f"{recipe.model} was not promoted, so there is no model before"
        before = undone.from_model
        if before == recipe.model:
            return None, f"the model before was called {before}, too, and another one of that name is here now"
        try:
            bundle = self._models.load(before)
            if only_signed(load_settings(self._home.settings)[0], self._home):
                check_model_in(bundle.folder, self._home)
        except InspectorError as error:
            return None, f"the model before cannot be used: {error.what}"
        versions = [known.recipe for known in history(recipe.name, self._home.recipes) if known.recipe is not None]
        kept = [old.model_hashes.get(before) for old in versions if old.model == before]
        if {undone.from_sha256, *kept[-1:]} - {"", None, bundle.sha256}:
            return None, f"the model {before} is another one than it was, by its SHA-256"
        return undone, ""

    @staticmethod
    def _unsaved(recipe: Recipe, made: list[Promotion]) -> list[Promotion]:
        """Return the promotions of a model whose roll-back was recorded, but ended before the recipe was saved."""
        if not made or not made[-1].rollback or made[-1].from_model != recipe.model:
            return []
        return [promotion for promotion in made if not promotion.rollback and promotion.to_model == recipe.model]


def _means(recipe: Recipe) -> tuple[str, str | None]:
    """Return which very model a recipe has."""
    return recipe.model, recipe.model_hashes.get(recipe.model)
