"""One product's recipe: what the line looks at, when there is a part, which model judges it, what is kept."""

from __future__ import annotations

import glob
import os
import re
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_validator,
)

from inspector.domain.about import About, check_limits
from inspector.domain.challenge import ChallengeConfig
from inspector.domain.config import (
    ABOUT_GUARD_RATE,
    ABOUT_HEATMAP,
    ABOUT_MODEL,
    ABOUT_SOURCE,
    ABOUT_SPARES,
    ArchiveConfig,
    QualityLimits,
    TriggerConfig,
    TriggerMode,
)
from inspector.domain.errors import RecipeError
from inspector.domain.failing import FailConfig
from inspector.domain.guard import check_guard_rate
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.nest import ABOUT_NEST, checked_nest_pattern
from inspector.domain.part_code import ABOUT_CODE_REGION, CodeConfig, CodeKinds
from inspector.domain.records import Box, Thresholds
from inspector.domain.scanner import RECIPE_CODE
from inspector.domain.source import SourceKind, SourceSpec
from inspector.domain.source_options import SourceOptions
from inspector.domain.strangeness import DEFAULT_RATE
from inspector.domain.text import MODEL, PERSON, PLACE, REASON, RECIPE_NAME
from inspector.domain.watching import WatchConfig
from inspector.files import FileError, write_text
from inspector.json_file import JsonError, parse_model, read_model
from inspector.passwords import PasswordError, Passwords
from inspector.recipes.points import as_written, own_points
from inspector.recipes.told import saved_events
from inspector.recipes.views import MOST_VIEWS, RecipeView, fault_of_views, named_source
from inspector.trail.waiting import TrailError
from inspector.trail.written import look, write_recorded

if TYPE_CHECKING:
    from collections.abc import Callable
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

    _points_read = field_validator("before", "after", "own_before", mode="before")(own_points)
    _points_written = field_serializer("before", "after", "own_before")(as_written)


class Recipe(BaseModel):
    """A validated recipe; every inspection records its name and version."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    format_version: int = FORMAT_VERSION
    name: Annotated[
        str, AfterValidator(RECIPE_NAME.checked), About("Recipe", description="Another name makes a new recipe.")
    ]
    version: _Version = 1
    source: Annotated[str, AfterValidator(named_source), ABOUT_SOURCE]
    source_options: SourceOptions = SourceOptions()
    region: Annotated[Box | None, About("Region", empty="whole picture")] = None
    trigger: TriggerConfig = TriggerConfig()
    model: Annotated[str, AfterValidator(MODEL.checked), ABOUT_MODEL]
    thresholds: Annotated[Thresholds | None, About(empty="the model's own")] = None
    guard_rate: Annotated[float, AfterValidator(check_guard_rate), ABOUT_GUARD_RATE] = DEFAULT_RATE
    spares_outside: Annotated[bool, ABOUT_SPARES] = True
    code: CodeConfig = CodeConfig()
    code_region: Annotated[Box | None, ABOUT_CODE_REGION] = None
    needs_scan: Annotated[
        bool,
        About("A scanned code is needed", description="a part for which the station's scanner has read none is ERROR"),
    ] = False
    scanned_code: Annotated[
        str,
        AfterValidator(RECIPE_CODE.checked),
        About(
            "Code of this recipe",
            description="scanning it changes to this recipe; * stands for any characters; no other recipe may have it",
            empty="none",
        ),
    ] = ""
    nest_pattern: Annotated[str, AfterValidator(checked_nest_pattern), ABOUT_NEST] = ""
    heatmap: Annotated[HeatmapKind, ABOUT_HEATMAP] = HeatmapKind.DEFECT
    quality: QualityLimits = QualityLimits()
    archive: ArchiveConfig = ArchiveConfig()
    failing: FailConfig = FailConfig()
    challenge: ChallengeConfig = ChallengeConfig()
    watch: WatchConfig = WatchConfig()
    views: Annotated[tuple[RecipeView, ...], Field(max_length=MOST_VIEWS)] = ()
    model_hashes: Annotated[
        dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]],
        Field(description="SHA-256 of its models by name: no other model of that name is loaded"),
    ] = {}
    change: Annotated[
        RecipeChange | None, Field(description="of the operating point, by this version; empty: it was not changed")
    ] = None

    _points_read = field_validator("thresholds", mode="before")(own_points)
    _points_written = field_serializer("thresholds")(as_written)

    @property
    def code_region_used(self) -> Box | None:
        """Where the code is looked for; None where none is read, or in what the model sees."""
        return None if self.code.kinds is CodeKinds.OFF else self.code_region

    @field_validator("format_version")
    @classmethod
    def _known_format(cls, value: int) -> int:
        if value != FORMAT_VERSION:
            msg = f"recipe format {value} is not known; this program reads format {FORMAT_VERSION}"
            raise ValueError(msg)
        return value

    @field_validator("trigger")
    @classmethod
    def _suits_what_starts_pictures(cls, value: TriggerConfig, info: ValidationInfo) -> TriggerConfig:
        options, source = info.data.get("source_options"), info.data.get("source")
        if options is None or source is None or not options.waits_for_event(kind := SourceSpec.parse(source).kind):
            return value
        if value.mode not in (TriggerMode.EXTERNAL, TriggerMode.MANUAL):
            camera, demo = "“A picture starts”, source_options.frame_start", "“The belt stops”, source_options.indexed"
            msg = (
                f"mode must be external or manual where each trigger of the line starts a picture "
                f"({demo if kind is SourceKind.DEMO else camera}); {value.mode.value} would wait for pictures that "
                f"nobody asks for"
            )
            raise ValueError(msg)
        return value

    @field_validator("region", "code_region")
    @classmethod
    def _region_of_a_picture(cls, value: Box | None) -> Box | None:
        if value is not None:
            check_limits(value)
        return value

    @model_validator(mode="after")
    def _views_can_be_matched(self) -> Self:
        if fault := self.views_fault:
            raise ValueError(fault)
        return self

    @property
    def views_fault(self) -> str:
        """Why its views cannot be matched to one another; empty where they can."""
        return fault_of_views(self.views, self.source, self.trigger.mode)

    def of_view(self, view: RecipeView) -> Recipe:
        """Return the recipe of one view alone; what is the same for all views is as it is here."""
        alone = {name: getattr(view, name) for name in RecipeView.model_fields if name != "name"}
        return self.model_copy(
            update=alone | {"views": (), "spares_outside": False, "code": CodeConfig(), "code_region": None}
        )

    @property
    def models(self) -> tuple[str, ...]:
        """The models of all its views, the main one's first, each once."""
        return tuple(dict.fromkeys((self.model, *(view.model for view in self.views))))

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources of all its views, the main one first."""
        return (self.source, *(view.source for view in self.views))

    def with_sources(self, change: Callable[[str], str]) -> Recipe:
        """Return the recipe with every source's text changed."""
        views = tuple(view.model_copy(update={"source": change(view.source)}) for view in self.views)
        return self.model_copy(update={"source": change(self.source), "views": views})


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
    """Return a recipe whose sources have no password; that is kept apart, for the data folder (`Passwords`).

    Args:
        folder: Where recipes are, in the data folder.
        replace: The recipe's password goes before one that is kept for the same camera.

    Raises:
        RecipeError: If the password cannot be kept.
    """
    try:
        passwords = Passwords(folder.parent)
        hidden = recipe.with_sources(lambda source: passwords.hide(source, replace=replace))
    except PasswordError as error:
        raise RecipeError(f"the password in the recipe {recipe.name}: {error.what}", error.next_step) from error
    return recipe if hidden == recipe else hidden


def save_recipe(recipe: Recipe, folder: Path, *, reason: str = "") -> Path:
    """Write a recipe as ``folder/NAME.json`` and keep every version in ``folder/history``.

    A password in its source is kept apart; versions of before that was so lose theirs too.

    Args:
        reason: For the audit trail.

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
        write_text(history, text)
        write_recorded(folder.parent, target, text, *saved_events(_before(target), recipe, reason))
        _clear_history(recipe.name, folder)
    except (FileError, TrailError) as error:
        raise RecipeError(f"the recipe {recipe.name} cannot be saved: {error.what}", error.next_step) from error
    return target


def _before(target: Path) -> Recipe | None:
    """Return the recipe that is there; None where there is none that can be read."""
    look(target.parents[1], target)
    try:
        return load_recipe(target)
    except RecipeError:
        return None


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


def newest_version(name: str, folder: Path) -> int:
    """Return the highest version of a recipe that was kept, also of one that was deleted since; 0 where none was."""
    kept = re.compile(rf"{re.escape(name)}\.v(\d{{1,9}})\.json")
    names = (path.name for path in (folder / "history").glob(f"{glob.escape(name)}.v*.json"))
    return max((int(match[1]) for match in map(kept.fullmatch, names) if match), default=0)


def save_next_version(recipe: Recipe, folder: Path, *, reason: str = "") -> Recipe:
    """Write a recipe as the version after all that were kept of its name, also of one that was deleted.

    A record of a change that the version there has already is that version's, and is left out of the next.

    Args:
        reason: For the audit trail.

    Returns:
        The recipe as it was written.

    Raises:
        RecipeError: If it cannot be written, or the one that is there cannot be read.
    """
    recipe = without_password(recipe, folder)
    there, newest = folder / f"{recipe.name}.json", newest_version(recipe.name, folder)
    if there.is_file():
        before = load_recipe(there)
        change = recipe.change if recipe.change != before.change else None
        recipe = recipe.model_copy(update={"version": max(before.version, newest) + 1, "change": change})
    elif newest:
        recipe = recipe.model_copy(update={"version": newest + 1})
    save_recipe(recipe, folder, reason=reason)
    return recipe
