"""One product's recipe: what the line looks at, when there is a part, which model judges it, what is kept."""

from __future__ import annotations

import glob
import os
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from inspector.domain.about import About, check_limits
from inspector.domain.config import (
    ABOUT_GUARD_RATE,
    ABOUT_HEATMAP,
    ABOUT_MODEL,
    ABOUT_SOURCE,
    ArchiveConfig,
    QualityLimits,
    SourceOptions,
    TriggerConfig,
)
from inspector.domain.errors import RecipeError, SourceError
from inspector.domain.guard import check_guard_rate
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.records import Box, Thresholds
from inspector.domain.source import SourceSpec
from inspector.domain.strangeness import DEFAULT_RATE
from inspector.domain.text import MODEL, PERSON, PLACE, REASON, RECIPE_NAME
from inspector.files import FileError, write_text
from inspector.json_file import JsonError, parse_model, read_model
from inspector.passwords import PasswordError, Passwords

if TYPE_CHECKING:
    from pathlib import Path

FORMAT_VERSION = 1
#: Versions are counted one by one.
MOST_VERSIONS = 1_000_000_000
_Count = Annotated[int, Field(ge=0, le=2**53)]
_Share = Annotated[float, Field(ge=0, le=1)]
_Version = Annotated[int, Field(ge=1, le=MOST_VERSIONS)]


def _checked_rate(rate: float | None) -> float | None:
    return None if rate is None else check_guard_rate(rate)


class ChangeEvidence(BaseModel):
    """What labelled parts said of an operating point when it was chosen."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    source: Annotated[str, AfterValidator(PLACE.checked), Field(description="which parts, in words")]
    good: Annotated[_Count, Field(description="good parts")]
    good_failed: Annotated[_Count, Field(description="of these rejected")]
    defective: Annotated[_Count, Field(description="defective parts")]
    defective_passed: Annotated[_Count, Field(description="of these passed")]
    looked_at: Annotated[_Count, Field(description="parts that would have gone to review, or were errors")]
    escapes_95: Annotated[tuple[_Share, _Share], Field(description="95 % interval of the escape rate")]
    overkill_95: Annotated[tuple[_Share, _Share], Field(description="95 % interval of the overkill rate")]
    good_held: Annotated[
        _Count | None, Field(description="good parts that only the guard sent to review; none: not counted")
    ] = None
    defective_held: Annotated[
        _Count | None, Field(description="defective parts that would have passed without the guard; none: not counted")
    ] = None
    unmeasured: Annotated[
        _Count | None, Field(description="parts whose strangeness is not recorded; none: not counted")
    ] = None


class RecipeChange(BaseModel):
    """Who changed the operating point with a recipe's version, when, why and on what evidence.

    The two thresholds hold a limit of strangeness only where the recipe itself had a fixed one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    author: Annotated[str, Field(min_length=1), AfterValidator(PERSON.checked)]
    reason: Annotated[str, Field(min_length=1), AfterValidator(REASON.checked)]
    time: AwareDatetime
    model: Annotated[str, AfterValidator(MODEL.checked), Field(description="the recipe's model")]
    before: Annotated[Thresholds, Field(description="in force before")]
    after: Annotated[Thresholds, Field(description="in force from this version on")]
    guard_before: Annotated[
        float | None, AfterValidator(_checked_rate), Field(description="guard rate before; none: not recorded")
    ] = None
    guard_after: Annotated[
        float | None, AfterValidator(_checked_rate), Field(description="guard rate from this version on; likewise")
    ] = None
    own_before: Annotated[
        Thresholds | None, Field(description="the recipe's own before; none: it had the model's. Taking back sets it")
    ] = None
    evidence: Annotated[ChangeEvidence | None, Field(description="none: no labelled parts were at hand")] = None
    takes_back: Annotated[_Version | None, Field(description="the version whose change this takes back")] = None


class Recipe(BaseModel):
    """A validated recipe; every inspection records its name and version."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    format_version: int = FORMAT_VERSION
    name: Annotated[
        str, AfterValidator(RECIPE_NAME.checked), About("Recipe", description="Another name makes a new recipe.")
    ]
    version: _Version = 1
    source: Annotated[str, ABOUT_SOURCE]
    source_options: SourceOptions = SourceOptions()
    region: Annotated[Box | None, About("Region", empty="whole picture")] = None
    trigger: TriggerConfig = TriggerConfig()
    model: Annotated[str, AfterValidator(MODEL.checked), ABOUT_MODEL]
    thresholds: Annotated[Thresholds | None, About(empty="the model's own")] = None
    guard_rate: Annotated[float, AfterValidator(check_guard_rate), ABOUT_GUARD_RATE] = DEFAULT_RATE
    heatmap: Annotated[HeatmapKind, ABOUT_HEATMAP] = HeatmapKind.DEFECT
    quality: QualityLimits = QualityLimits()
    archive: ArchiveConfig = ArchiveConfig()
    change: Annotated[
        RecipeChange | None, Field(description="of the operating point, by this version; empty: it was not changed")
    ] = None

    @field_validator("format_version")
    @classmethod
    def _known_format(cls, value: int) -> int:
        if value != FORMAT_VERSION:
            msg = f"recipe format {value} is not known; this program reads format {FORMAT_VERSION}"
            raise ValueError(msg)
        return value

    @field_validator("source")
    @classmethod
    def _names_a_source(cls, value: str) -> str:
        try:
            SourceSpec.parse(value)
        except SourceError as error:
            raise ValueError(str(error)) from error
        return value

    @field_validator("region")
    @classmethod
    def _region_of_a_picture(cls, value: Box | None) -> Box | None:
        if value is not None:
            check_limits(value)
        return value


def load_recipe(path: Path) -> Recipe:
    """Read and validate a recipe file.

    Args:
        path: A JSON file.

    Raises:
        RecipeError: If the file cannot be read, is not JSON, has an unknown key or a value outside its range; the text
            names every key concerned.
    """
    try:
        return read_model(path, Recipe)
    except JsonError as error:
        raise RecipeError(f"the recipe {error.what}", error.next_step) from error


def parse_recipe(text: str, *, where: str) -> Recipe:
    """Validate a recipe's JSON text; see `load_recipe`.

    Raises:
        RecipeError: As for `load_recipe`.
    """
    try:
        return parse_model(text, Recipe, where=where)
    except JsonError as error:
        raise RecipeError(f"the recipe {error.what}", error.next_step) from error


def without_password(recipe: Recipe, folder: Path, *, replace: bool = True) -> Recipe:
    """Return a recipe whose source has no password; that is kept apart, for the data folder (`Passwords`).

    Args:
        folder: Where recipes are, in the data folder.
        replace: The recipe's password goes before one that is kept for the same camera.

    Raises:
        RecipeError: If the password cannot be kept.
    """
    try:
        source = Passwords(folder.parent).hide(recipe.source, replace=replace)
    except PasswordError as error:
        raise RecipeError(f"the password in the recipe {recipe.name}: {error.what}", error.next_step) from error
    return recipe if source == recipe.source else recipe.model_copy(update={"source": source})


def save_recipe(recipe: Recipe, folder: Path) -> Path:
    """Write a recipe as ``folder/NAME.json`` and keep every version in ``folder/history``.

    A password in its source is kept apart; versions of before that was so lose theirs too.

    Returns:
        The recipe's file.

    Raises:
        RecipeError: If it cannot be written.
    """
    recipe = without_password(recipe, folder)
    text = recipe.model_dump_json(indent=2) + "\n"
    target = folder / f"{recipe.name}.json"
    history = folder / "history" / f"{recipe.name}.v{recipe.version}.json"
    try:
        for path in (history, target):
            write_text(path, text)
        _clear_history(recipe.name, folder)
    except FileError as error:
        raise RecipeError(f"the recipe {recipe.name} cannot be saved: {error.what}", error.next_step) from error
    return target


def _clear_history(name: str, folder: Path) -> None:
    """Take passwords out of the kept versions; each keeps the time at which it was saved."""
    for path in (folder / "history").glob(f"{glob.escape(name)}.v*.json"):
        try:
            before = load_recipe(path)
        except RecipeError:  # the history says so where it is shown
            continue
        cleared = without_password(before, folder, replace=False)
        if cleared != before:
            saved = path.stat()
            write_text(path, cleared.model_dump_json(indent=2) + "\n")
            os.utime(path, ns=(saved.st_atime_ns, saved.st_mtime_ns))


def save_next_version(recipe: Recipe, folder: Path) -> Recipe:
    """Write a recipe as the version after the one of its name that is there; see `save_recipe`.

    A record of a change that the version there has already is that version's, and is left out of the next.

    Returns:
        The recipe as it was written.

    Raises:
        RecipeError: If it cannot be written, or the one that is there cannot be read.
    """
    recipe = without_password(recipe, folder)
    there = folder / f"{recipe.name}.json"
    if there.is_file():
        before = load_recipe(there)
        change = recipe.change if recipe.change != before.change else None
        recipe = recipe.model_copy(update={"version": before.version + 1, "change": change})
    save_recipe(recipe, folder)
    return recipe


class RecipeFollower:
    """Notices that somebody else has given a recipe another version, as a promotion from the command line.

    Owned by whoever runs the recipe; asked about once a second.

    Args:
        recipe: As it is in force.
        folder: Where recipes are.
    """

    def __init__(self, recipe: Recipe, folder: Path) -> None:
        self._recipe = recipe
        self._path = folder / f"{recipe.name}.json"
        self._seen = self._state()

    def newer(self) -> Recipe | None:
        """Return the recipe where its file holds a later version than the one in force, once; else None.

        Raises:
            RecipeError: If the file has changed and cannot be used; the recipe in force stays so.
        """
        state = self._state()
        if state is None or state == self._seen:
            return None
        self._seen = state
        changed = load_recipe(self._path)
        if changed.version <= self._recipe.version:
            return None
        self._recipe = changed
        return changed

    def _state(self) -> tuple[int, int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino
