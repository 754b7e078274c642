"""What is done with whole recipes: every version stays readable, and the audit trail is told."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from pydantic import ValidationError

from inspector import assembly
from inspector.domain.counts import counted
from inspector.domain.errors import InspectorError, RecipeError
from inspector.files import FileError
from inspector.json_file import faults_in
from inspector.model_hashes import with_hashes
from inspector.operating_point.choice import chosen
from inspector.recipes.promotions import Promotions, promoted
from inspector.recipes.recipe import Recipe, load_recipe, newest_version, save_next_version, save_recipe
from inspector.recipes.scanned import check_own_code
from inspector.recipes.told import removed_event
from inspector.recipes.versions import history
from inspector.regression.locked import RegressionSet
from inspector.settings_file import load_settings
from inspector.signed import keep_signed
from inspector.trail.actor import acting
from inspector.trail.waiting import TrailError
from inspector.trail.written import remove_recorded

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.domain.records import Thresholds
    from inspector.paths import Home
    from inspector.recipes.versions import RecipeVersion

_log = logging.getLogger(__name__)
_KEPT = re.compile(r"(.+)\.v\d{1,9}\.json")


class Shelf:
    """The recipes of one data folder. Used by one thread at a time.

    Args:
        home: The data folder.
        in_use: The recipe with which the station works, or would begin; it can be neither deleted nor renamed. None
            where the caller sees to that.
        log: The result log, which has the recipes' locked parts; None: that of the settings.
    """

    def __init__(self, home: Home, *, in_use: str | None = None, log: Path | None = None) -> None:
        self._home, self._in_use, self._log = home, in_use, log

    def save(self, recipe: Recipe, *, reason: str = "") -> Recipe:
        """Save a recipe as its next version, with the hashes of its models, and sign it.

        The built-in one is version 1, which gets its file before it is changed. A recipe with locked parts gets another
        model by a promotion alone, which has been recorded before it is saved: that one judges them.

        Args:
            reason: For the audit trail.

        Raises:
            RecipeError: If it cannot be saved, its scanned code is another's, or its model is another without a
                promotion.
        """
        check_own_code(recipe, self._home.recipes)
        self._check_promoted(with_hashes(recipe, assembly.model_store(self._home)))
        return self._save(self._with_reason(recipe, reason), reason)

    def copy(self, name: str, to: str) -> Recipe:
        """Save a copy under another name; a code that is scanned for the first stays with it.

        Raises:
            RecipeError: If there is none, or the other name is taken or none.
        """
        recipe = assembly.find_recipe(name, self._home)
        made = self._called(recipe, to, scanned_code="")
        return self.save(made, reason=f"copy of {name}, version {recipe.version}")

    def rename(self, name: str, to: str) -> Recipe:
        """Give a recipe another name: its versions under the old one are kept, as rows of the record name them.

        Its locked parts, its promotions, what it has to learn, its good parts and its prices go with it.

        Raises:
            RecipeError: As `copy`; or if it is built in or in use.
        """
        path = self._own(name, "renamed")
        recipe = load_recipe(path)
        made = self._called(recipe, to)
        self._take_along(name, made.name)
        try:
            self._remove(path, recipe, f"renamed to {made.name}")
            try:
                check_own_code(made, self._home.recipes)
                saved = self._save(made, f"renamed from {name}, version {recipe.version}")
            except RecipeError:
                self._save(recipe, f"not renamed to {made.name}")
                raise
        except RecipeError:
            self._take_along(made.name, name)
            raise
        prices = self._home.recipes / "prices"
        for old, new in (
            (self._home.learning / name, self._home.learning / saved.name),
            (self._home.good_parts / name, self._home.good_parts / saved.name),
            (prices / f"{name}.json", prices / f"{saved.name}.json"),
        ):
            try:
                if old.exists() and not new.exists():
                    old.rename(new)
            except OSError as error:
                _log.warning("%s stays under the recipe's old name: %s", old, error)
        return saved

    def delete(self, name: str) -> None:
        """Take a recipe away; its versions are kept, and it can be brought back.

        Raises:
            RecipeError: If there is none, or it is built in or in use, or cannot be removed.
        """
        path = self._own(name, "deleted")
        try:
            recipe = load_recipe(path)
        except RecipeError:  # one that cannot be used is taken away too
            recipe = None
        self._remove(path, recipe, "deleted; its versions are kept", name=name)

    def deleted(self) -> tuple[str, ...]:
        """Return the names of the recipes of which only versions are left, by name."""
        kept = {match[1] for path in (self._home.recipes / "history").glob("*.json") if (match := _named(path))}
        there = {entry.name for entry in assembly.list_recipes(self._home)}
        return tuple(sorted(kept - there, key=str.casefold))

    def versions(self, name: str) -> list[RecipeVersion]:
        """Return the versions of a recipe that were kept, also of a deleted one, the oldest first.

        Raises:
            RecipeError: If they cannot be read.
        """
        return history(name, self._home.recipes, Promotions(self._home).read())

    def restore(self, name: str, version: int | None = None) -> Recipe:
        """Save an earlier version as the next one; of a deleted recipe, which is there again, None is the newest.

        Raises:
            RecipeError: If there is no such version, or it cannot be read or saved.
        """
        kept = [known for known in self.versions(name) if version in {None, known.version}]
        if not kept:
            wanted = f"version {version} of {name}" if version is not None else f"any version of {name}"
            raise RecipeError(f"{wanted} was not kept", f"See “inspector recipe history {name}”.")
        chosen = kept[-1]
        if chosen.recipe is None:
            raise RecipeError(
                f"version {chosen.version} of {name} cannot be restored: {chosen.fault}", "Choose another version."
            )
        made = chosen.recipe.model_copy(update={"change": None})
        return self.save(made, reason=f"version {chosen.version} restored")

    def take_model(self, name: str, why: str) -> Recipe:
        """Give a recipe the model of its own model's name that is here now; recorded as a promotion.

        Raises:
            RecipeError: If there is no such recipe, it has locked parts, or it cannot be saved.
            BundleError: If that model is not here, or damaged.
            PromotionError: If it cannot be recorded.
        """
        recipe = assembly.find_recipe(name, self._home)
        assembly.model_store(self._home).load(recipe.model)
        taken = promoted(recipe, recipe.model).model_copy(update={"model_hashes": {}})
        self._check_promoted(with_hashes(taken, assembly.model_store(self._home)))
        Promotions(self._home).record(recipe, recipe.model, why, who=acting().name)
        return self._save(taken, "")

    # --- inside -------------------------------------------------------------------------------------------------------

    def _save(self, recipe: Recipe, reason: str) -> Recipe:
        folder, built_in = self._home.recipes, assembly.demo_recipe()
        if recipe.name == built_in.name and not newest_version(recipe.name, folder):
            save_recipe(built_in, folder)
        recipe = with_hashes(recipe, assembly.model_store(self._home))
        saved = save_next_version(recipe, folder, reason=reason)
        keep_signed(saved.name, self._home, assembly.model_store(self._home))
        return saved

    def _with_reason(self, recipe: Recipe, reason: str) -> Recipe:
        """Return a recipe that says who gave it other thresholds, and why, where only the reason is known so far."""
        before = self._before(recipe.name)
        if not reason or before is None or recipe.change != before.change:
            return recipe
        if (recipe.thresholds, recipe.guard_rate) == (before.thresholds, before.guard_rate):
            return recipe
        moved = recipe.guard_rate if recipe.guard_rate != before.guard_rate else None
        try:
            old, new = (self._points_of(side) for side in (before, recipe))
            made = chosen(before, new, old, author=acting().name, reason=reason, guard_rate=moved)
        except InspectorError as error:  # the model is gone, or the same point is written out now
            _log.warning("the change of %s is told by its reason alone: %s", recipe.name, error.what)
            return recipe
        return recipe.model_copy(update={"change": made.change})

    def _points_of(self, recipe: Recipe) -> Thresholds:
        if recipe.thresholds is not None:
            return recipe.thresholds
        return assembly.model_store(self._home).load(recipe.model).manifest.thresholds

    def _check_promoted(self, recipe: Recipe) -> None:
        """Refuse another model where parts are locked, unless the newest promotion gives the recipe this one."""
        before = self._before(recipe.name)
        if before is None or _same_model(before, recipe):
            return
        made = [promotion for promotion in Promotions(self._home).read() if promotion.recipe == recipe.name]
        newest = made[-1] if made else None
        if (
            newest is not None
            and (newest.from_model, newest.to_model) == (before.model, recipe.model)
            and (newest.rollback or newest.version == before.version)  # else it was one of long ago
        ):
            return
        regression = self._regression()
        try:
            regression.update(recipe.name)
            locked = sum(not part.released for part in regression.parts(recipe.name))
        except InspectorError as error:
            raise RecipeError(
                f"{recipe.name} keeps {before.model}: whether parts are locked is not known: {error.what}",
                error.next_step,
            ) from error
        if locked and not (self._home.recipes / f"{recipe.name}.json").is_file():
            raise RecipeError(
                f"{recipe.name} is a deleted recipe with {counted(locked, 'locked part')}, and had {before.model}",
                "Bring it back and promote the model then, or choose another name.",
            )
        if locked:
            raise RecipeError(
                f"{recipe.name} has {counted(locked, 'locked part')}, by which another model is judged first",
                f"Promote it: Settings → Training, or “inspector model promote {recipe.model}”; where it loses parts, "
                "sign for it with a reason.",
            )

    def _before(self, name: str) -> Recipe | None:
        """Return the recipe of a name as it was saved last, also of one that was deleted."""
        path = self._home.recipes / f"{name}.json"
        if path.is_file():
            return load_recipe(path)
        kept = [known.recipe for known in history(name, self._home.recipes) if known.recipe is not None]
        if kept:
            return kept[-1]
        return assembly.demo_recipe() if name == assembly.DEMO_RECIPE else None

    def _regression(self) -> RegressionSet:
        log = self._log or assembly.places(self._home, load_settings(self._home.settings)[0]).log
        return RegressionSet(self._home, log)

    def _take_along(self, name: str, to: str) -> None:
        """Give the locked parts and the record of promotions to another name; both or neither."""
        try:
            self._regression().rename(name, to)
        except InspectorError as error:
            raise RecipeError(f"the locked parts of {name} cannot go with it: {error.what}", error.next_step) from error
        try:
            Promotions(self._home).rename(name, to, who=acting().name)
        except InspectorError as error:
            self._regression().rename(to, name)
            raise RecipeError(error.what, error.next_step) from error

    def _called(self, recipe: Recipe, name: str, **update: object) -> Recipe:
        """Return a recipe under a name that is free; its versions begin anew."""
        try:
            made = Recipe.model_validate(recipe.model_dump() | {"name": name, "version": 1, "change": None} | update)
        except ValidationError as error:
            raise RecipeError(
                f"no recipe can be called “{name}”: {faults_in(error)}", "Choose another name."
            ) from error
        taken = {entry.name.casefold(): entry.name for entry in assembly.list_recipes(self._home)}
        if made.name.casefold() in taken:
            raise RecipeError(f"there is a recipe “{taken[made.name.casefold()]}” already", "Choose another name.")
        return made

    def _own(self, name: str, done: str) -> Path:
        path = self._home.recipes / f"{name}.json"
        if name == self._in_use:
            raise RecipeError(
                f"the recipe {name} cannot be {done}: the station works with it", "Choose another recipe first."
            )
        if not path.is_file():
            if name == assembly.DEMO_RECIPE:
                raise RecipeError(f"the recipe {name} cannot be {done}: it comes with the program", "Copy it instead.")
            assembly.find_recipe(name, self._home)  # says which there are
        return path

    def _remove(self, path: Path, recipe: Recipe | None, reason: str, *, name: str = "") -> None:
        try:
            remove_recorded(self._home.root, path, removed_event(recipe, name or path.stem, reason))
        except (FileError, TrailError) as error:
            raise RecipeError(f"the recipe {path.stem} cannot be removed: {error.what}", error.next_step) from error


def _named(path: Path) -> re.Match[str] | None:
    return _KEPT.fullmatch(path.name)


def _same_model(before: Recipe, recipe: Recipe) -> bool:
    """Say whether two recipes mean the same model; without a hash its name counts."""
    if before.model != recipe.model:
        return False
    hashes = {before.model_hashes.get(before.model), recipe.model_hashes.get(recipe.model)} - {None}
    return len(hashes) <= 1
