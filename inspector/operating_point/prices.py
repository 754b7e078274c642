"""The prices of errors and the assumed share of defective parts, remembered for each recipe."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from inspector.domain.errors import RecipeError
from inspector.domain.outcome import Prices
from inspector.files import FileError, write_text
from inspector.json_file import JsonAbsentError, JsonError, read_model

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger(__name__)
_DEFAULTS = Prices()
_Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class RecipePrices(BaseModel):
    """The file of a recipe; see `inspector.domain.outcome.Prices`."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    escape: _Price = _DEFAULTS.escape
    false_reject: _Price = _DEFAULTS.false_reject
    review: _Price = _DEFAULTS.review
    defective_share: Annotated[float, Field(ge=0, le=1)] = _DEFAULTS.defective_share
    claim: Annotated[float, Field(gt=0, lt=1, description="escape rate that is to be shown")] = 0.01

    def prices(self) -> Prices:
        """Return the prices."""
        return Prices(
            escape=self.escape,
            false_reject=self.false_reject,
            review=self.review,
            defective_share=self.defective_share,
        )


def load_prices(recipe: str, recipes: Path) -> RecipePrices:
    """Return what was last set for a recipe; where there is nothing that can be used, the defaults.

    Args:
        recipe: The recipe's name.
        recipes: The folder of recipes.
    """
    path = _file(recipe, recipes)
    try:
        return read_model(path, RecipePrices)
    except JsonAbsentError:
        return RecipePrices()
    except JsonError as error:
        _log.warning("the prices %s", error.what)
        return RecipePrices()


def save_prices(prices: RecipePrices, recipe: str, recipes: Path) -> None:
    """Remember the prices of a recipe; the file is replaced in one step.

    Raises:
        RecipeError: If it cannot be written.
    """
    path = _file(recipe, recipes)
    try:
        write_text(path, prices.model_dump_json(indent=2) + "\n")
    except FileError as error:
        raise RecipeError(f"the prices of {recipe} cannot be kept: {error.what}", error.next_step) from error


def _file(recipe: str, recipes: Path) -> Path:
    return recipes / "prices" / f"{recipe}.json"
