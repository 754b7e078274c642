"""What changes while the line runs in the terminal: its recipe, and how controller, scanner and record are doing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from inspector.cli.common import say
from inspector.domain.errors import InspectorError
from inspector.domain.scanner import ScannerKind
from inspector.recipes.follower import RecipeFollower
from inspector.recipes.recipe import load_recipe, without_password

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.line.service import LineService
    from inspector.outputs.result_log import SqliteResultLog
    from inspector.recipes.recipe import Recipe
    from inspector.recipes.scanned import CodedRecipe
    from inspector.scanners.service import ScannerService

_LOOK_EVERY_S = 1.0


class RunChanges:
    """Asked again and again by whoever runs the line; says what is new.

    Args:
        recipe: In force at first.
        recipes: The folder of recipes.
        log: Of the line.
        line: The controller's protocol.
        scanner: The code scanner.
        as_asked: Returns a recipe with what the options say instead.
        check: Raises where a recipe may not run.
        by_model: The line was asked for with a model instead of a recipe: it keeps it.
    """

    def __init__(
        self,
        recipe: Recipe,
        recipes: Path,
        *,
        log: SqliteResultLog,
        line: LineService,
        scanner: ScannerService,
        as_asked: Callable[[Recipe], Recipe],
        check: Callable[[Recipe], None],
        by_model: bool,
    ) -> None:
        self._recipe, self._recipes = recipe, recipes
        self._log, self._line, self._scanner = log, line, scanner
        self._as_asked, self._by_model = as_asked, by_model
        self._check = check
        self._follower = RecipeFollower(recipe, recipes, check)
        self._next_s = 0.0
        self._said: set[str] = set()
        self._line_said = ""
        self._scanner_said: object = None

    def look(self) -> Recipe | None:
        """Return the recipe that the line must go on with; None where it stays as it is."""
        if (words := self._line.status().summary) != self._line_said:
            self._line_said = words
            say(f"line: {words}")
        self._say_scanner()
        for words in set(self._log.remarks) - self._said:
            say(f"note: {words}")
            self._said.add(words)
        if (scanned := self._scanner.take_change()) is not None:
            wanted = self._scanned(*scanned)
        elif (named := self._line.take_change()) is not None:
            wanted = self._named(named)
        else:
            wanted = None
        return wanted or self._newer()

    def _say_scanner(self) -> None:
        status = self._scanner.status()
        news = (status.kind, status.lost, status.last and (status.last.time_utc, status.last.fault))
        if news == self._scanner_said:
            return
        self._scanner_said = news
        if status.kind is ScannerKind.KEYBOARD:
            say("scanner: one that types as a keyboard needs the window. Use its serial port, or TCP.")
        elif words := status.fault or status.words:
            say(f"scanner: {words}")

    def _scanned(self, wanted: CodedRecipe, code: str) -> Recipe | None:
        if self._by_model:
            say(f"scanner: the code “{code}” changes nothing: the line was asked for with a model, not with a recipe")
            return None
        if wanted.name == self._recipe.name:
            say(f"scanner: the code “{code}” is that of {wanted.name}, which is in use already")
            return None
        try:
            return self._change_to(wanted, f"scanner: the code “{code}” was scanned")
        except InspectorError as error:
            say(f"warning: {error}")
            return None

    def _named(self, wanted: CodedRecipe) -> Recipe | None:
        try:
            return self._change_to(wanted, "line: the controller has named it")
        except InspectorError as error:
            say(f"warning: {error}")
            self._line.refuse_change(wanted.name, str(error))
            return None

    def _change_to(self, wanted: CodedRecipe, why: str) -> Recipe:
        """Use another recipe from now on.

        Raises:
            InspectorError: If it cannot be read, or may not run.
        """
        recipe = without_password(load_recipe(wanted.path), self._recipes, replace=False)
        self._check(recipe)
        say(f"{why}: {recipe.name} is in use instead of {self._recipe.name}")
        self._recipe, self._follower = recipe, RecipeFollower(recipe, self._recipes, self._check)
        return self._as_asked(recipe)

    def _newer(self) -> Recipe | None:
        """Look, at most once a second, for a newer version of the recipe."""
        if self._by_model or time.perf_counter() < self._next_s:
            return None
        self._next_s = time.perf_counter() + _LOOK_EVERY_S
        try:
            newer = self._follower.newer()
        except InspectorError as error:
            say(f"warning: {error}")
            return None
        if newer is None:
            return None
        self._recipe = newer
        say(f"recipe {newer.name}, version {newer.version}, is in use now: model {newer.model}")
        return self._as_asked(newer)
