"""Which model a recipe was given, when, by whom and why: an append-only record, and the way back."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, ConfigDict

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.domain.records import Thresholds
from inspector.files import FileError, append_line
from inspector.json_file import JsonError, parse_model
from inspector.user import user_name

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe

_log = logging.getLogger(__name__)


class PromotionError(InspectorError):
    """A promotion cannot be recorded, or its record cannot be read."""


class Promotion(BaseModel):
    """One change of a recipe's model."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    time: AwareDatetime
    who: str
    recipe: str
    from_model: str
    to_model: str
    why: str
    from_thresholds: Thresholds | None = None  #: the recipe's own operating point before; the way back restores it
    rollback: bool = False


class Promotions:
    """The record ``promotions.jsonl``: lines are added, never changed. Used on the window's worker."""

    def __init__(self, home: Home) -> None:
        self._path: Path = home.root / "promotions.jsonl"

    def record(self, recipe: Recipe, to_model: str, why: str, *, rollback: bool = False) -> Promotion:
        """Add a promotion; it is on the disk when this returns.

        Args:
            recipe: The recipe as it is before.
            to_model: Name of the new model.
            why: Reason, in the user's words.
            rollback: True for the way back.

        Raises:
            PromotionError: If it cannot be written.
        """
        made = Promotion(
            time=datetime.now(UTC),
            who=user_name(),
            recipe=recipe.name,
            from_model=recipe.model,
            to_model=to_model,
            why=why,
            from_thresholds=recipe.thresholds,
            rollback=rollback,
        )
        try:
            append_line(self._path, made.model_dump_json())
        except FileError as error:
            raise PromotionError(
                f"the promotion of {to_model} cannot be recorded: {error.what}",
                f"Nothing was changed. {error.next_step} Then promote again.",
            ) from error
        return made

    def read(self) -> list[Promotion]:
        """Return all promotions, the oldest first; a line that is none is left out.

        Raises:
            PromotionError: If the record cannot be read.
        """
        try:
            lines = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise PromotionError(
                f"the record {self._path} cannot be read: {cause_of(error)}", "Check the file's permissions."
            ) from error
        promotions: list[Promotion] = []
        for number, line in enumerate(lines, 1):
            try:
                promotions.append(parse_model(line, Promotion, where=f"line {number} of {self._path}"))
            except JsonError as error:
                _log.warning("left out of the promotions: %s", error.what)
        return promotions

    def way_back(self, recipe: Recipe) -> Promotion:
        """Return the promotion that rolling a recipe back undoes; see `undoable`.

        Raises:
            PromotionError: If there is none, or the record cannot be read.
        """
        undone = self.undoable(recipe.name, recipe.model)
        if undone is None:
            raise PromotionError(
                f"there is no promotion of {recipe.model} in the recipe {recipe.name} to be rolled back",
                "Choose the model in Model and thresholds.",
            )
        return undone

    def undoable(self, recipe: str, model: str) -> Promotion | None:
        """Return the promotion that a roll-back of a recipe would undo.

        Args:
            recipe: The recipe's name.
            model: The model that it has now.

        Returns:
            The last promotion that has not been rolled back; None where there is none, or the recipe's model has been
            changed otherwise since.

        Raises:
            PromotionError: If the record cannot be read.
        """
        made: list[Promotion] = []
        for promotion in self.read():
            if promotion.recipe != recipe:
                continue
            if not promotion.rollback:
                made.append(promotion)
            elif made:
                made.pop()
        return made[-1] if made and made[-1].to_model == model else None


def promoted(recipe: Recipe, model: str) -> Recipe:
    """Return the recipe with another model; the old one's threshold is dropped, as the new one brings its own."""
    return recipe.model_copy(update={"model": model, "thresholds": None})


def rolled_back(recipe: Recipe, undone: Promotion) -> Recipe:
    """Return the recipe with the model and threshold that it had before a promotion."""
    return recipe.model_copy(update={"model": undone.from_model, "thresholds": undone.from_thresholds})
