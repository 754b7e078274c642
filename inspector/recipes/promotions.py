"""Which model a recipe was given, when, by whom and why: an append-only record, and the way back."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, ConfigDict, RootModel

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.domain.records import Thresholds
from inspector.files import FileError, append_line, hold, make_folder
from inspector.json_file import JsonError, parse_model
from inspector.recipes.recipe import newest_version
from inspector.trail.actor import doer
from inspector.trail.event import TrailKind, happened
from inspector.trail.waiting import TrailError, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic import JsonValue

    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe

_log = logging.getLogger(__name__)
#: Who records meanwhile is done within this time, saving included.
_WAIT_S, _LOOK_EVERY_S = 20.0, 0.05


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
    regression: str = ""  #: what the model made of the locked parts, as a sentence; empty where it was not asked
    signed: str = ""  #: the reason of who signed for parts that the model loses; empty where it loses none
    version: int | None = None  #: the recipe's before; none on old lines, and of a recipe that was renamed since
    from_sha256: str = ""  #: of the model before, as the recipe had it; empty where it did not say


class _Renamed(BaseModel):
    """The promotions of a recipe before this line are those of its new name."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    time: AwareDatetime
    who: str
    renamed_from: str
    recipe: str


class _RecordedLine(RootModel[Promotion | _Renamed]):
    """A line of the record."""


class Promotions:
    """The record ``promotions.jsonl``: lines are added, never changed. Used on the window's worker."""

    def __init__(self, home: Home) -> None:
        self._root: Path = home.root
        self._recipes: Path = home.recipes
        self._path: Path = home.root / "promotions.jsonl"
        self._alone = threading.local()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other threads and processes from recording meanwhile, as until the recipe is saved.

        Raises:
            PromotionError: If somebody else takes too long.
        """
        if getattr(self._alone, "held", False):
            yield
            return
        path, until_s, pause = self._path.with_suffix(".lock"), time.monotonic() + _WAIT_S, threading.Event()
        try:
            make_folder(self._root)
            while (lock := hold(path)) is None:
                if time.monotonic() > until_s:
                    raise PromotionError(
                        "another model is just being promoted or rolled back", "Look what came of it, then try again."
                    )
                pause.wait(_LOOK_EVERY_S)
        except OSError as error:
            raise PromotionError(f"{path} cannot be written: {cause_of(error)}", "Check its permissions.") from error
        except FileError as error:
            raise PromotionError(error.what, error.next_step) from error
        with lock:
            self._alone.held = True
            try:
                yield
            finally:
                self._alone.held = False

    def record(
        self,
        recipe: Recipe,
        to_model: str,
        why: str,
        *,
        who: str,
        rollback: bool = False,
        regression: str = "",
        signed: str = "",
    ) -> Promotion:
        """Add a promotion; it is on the disk when this returns.

        Args:
            recipe: The recipe as it is before.
            to_model: Name of the new model.
            why: Reason, in the user's words.
            who: Name of who acts.
            rollback: True for the way back.
            regression: What the model made of the recipe's locked parts.
            signed: Why it is promoted although it loses some of them; an event of its own in the audit trail.

        Raises:
            PromotionError: If it cannot be written, or the recipe has a later version by now.
        """
        made = Promotion(
            time=datetime.now(UTC),
            who=who,
            recipe=recipe.name,
            from_model=recipe.model,
            to_model=to_model,
            why=why,
            from_thresholds=recipe.thresholds,
            rollback=rollback,
            regression=regression,
            signed=signed,
            version=recipe.version,
            from_sha256=recipe.model_hashes.get(recipe.model, ""),
        )
        kind = TrailKind.ROLL_BACK if rollback else TrailKind.PROMOTION
        before, after = {"model": recipe.model}, {"model": to_model}
        told = [happened(kind, recipe.name, before=before, after=after, reason=why, by=doer(who))]
        if signed:
            said: dict[str, JsonValue] = {"model": to_model, "signed for": regression}
            told.insert(0, happened(TrailKind.REGRESSION, recipe.name, after=said, reason=signed, by=doer(who)))
        try:
            with self.alone():
                newest = newest_version(recipe.name, self._recipes)
                if newest > recipe.version:
                    raise PromotionError(
                        f"the recipe {recipe.name} was saved meanwhile: it is version {newest} now, not "
                        f"{recipe.version}",
                        "Look what it is now, then try again.",
                    )
                with recorded(self._root, *told):
                    append_line(self._path, made.model_dump_json())
        except (FileError, TrailError) as error:
            raise PromotionError(
                f"the promotion of {to_model} cannot be recorded: {error.what}",
                f"Nothing was changed. {error.next_step} Then promote again.",
            ) from error
        return made

    def rename(self, recipe: str, to: str, *, who: str) -> None:
        """Give the promotions of a recipe so far to another name; the model before is found under it.

        Raises:
            PromotionError: If it cannot be written.
        """
        if not any(promotion.recipe == recipe for promotion in self.read()):
            return
        line = _Renamed(time=datetime.now(UTC), who=who, renamed_from=recipe, recipe=to)
        try:
            with self.alone():
                append_line(self._path, line.model_dump_json())
        except FileError as error:
            raise PromotionError(
                f"the promotions of {recipe} cannot go with it: {error.what}", error.next_step
            ) from error

    def read(self) -> list[Promotion]:
        """Return all promotions, the oldest first, each under its recipe's name of now; other lines are left out.

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
                told = parse_model(line, _RecordedLine, where=f"line {number} of {self._path}").root
            except JsonError as error:
                _log.warning("left out of the promotions: %s", error.what)
                continue
            if isinstance(told, Promotion):
                promotions.append(told)
                continue
            moved = {"recipe": told.recipe, "version": None}
            own = [made.model_copy(update=moved) for made in promotions if made.recipe == told.renamed_from]
            # behind those of a deleted recipe of that name, as these are what it has now
            promotions = [*(made for made in promotions if made.recipe != told.renamed_from), *own]
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
    """Return the recipe with another model; the old one's threshold is dropped, as the new one brings its own.

    Which model of that name is meant follows from what is there when the recipe is saved.
    """
    return recipe.model_copy(update={"model": model, "thresholds": None, "model_hashes": _but(recipe, model)})


def rolled_back(recipe: Recipe, undone: Promotion) -> Recipe:
    """Return the recipe with the model and threshold that it had before a promotion."""
    hashes = _but(recipe, undone.from_model)
    return recipe.model_copy(
        update={"model": undone.from_model, "thresholds": undone.from_thresholds, "model_hashes": hashes}
    )


def _but(recipe: Recipe, model: str) -> dict[str, str]:
    return {name: digest for name, digest in recipe.model_hashes.items() if name != model}
