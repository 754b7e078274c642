"""What the section “Candidates” reads and does; used on a worker of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.gui.widgets.fitted_picture import read_image
from inspector.outputs.shadow_log import ShadowLog
from inspector.regression.locked import RegressionSet
from inspector.shadow.begin import begin_shadow, stop_shadow
from inspector.shadow.report import shadow_report

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PySide6.QtGui import QImage

    from inspector.domain.shadow import Shadow
    from inspector.outputs.regression_log import LockedPart
    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe
    from inspector.shadow.report import ShadowReport
    from inspector.vision.store import ModelStore

THUMBNAIL_PX = 56
#: So many locked parts are listed; a recipe rarely has more, and each has a picture.
MOST_LISTED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatesState:
    """What the section shows of a recipe.

    Args:
        models: Names of those that could be candidates.
        running: The shadow that runs at this station, of whatever recipe; None where none does.
        report: Of the newest shadow of the recipe; None where it never had one.
    """

    models: tuple[str, ...]
    running: Shadow | None
    report: ShadowReport | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LockedRow:
    """A locked part as it is listed.

    Args:
        doubted: People do not say any more what it was locked for.
        picture: Small; None where it is missing.
    """

    part: LockedPart
    doubted: bool
    picture: QImage | None


class CandidatesDesk:
    """See the module.

    Args:
        home: The data folder.
        models: Finds models.
        log: Where the result log is now.
    """

    def __init__(self, home: Home, models: ModelStore, log: Callable[[], Path]) -> None:
        self._home, self._models, self._log = home, models, log

    def state(self, recipe: Recipe) -> CandidatesState:
        """Return what is shown of a recipe.

        Raises:
            LogError: If the log cannot be read.
        """
        names = tuple(entry.name for entry in self._models.list() if entry.manifest is not None)
        models = tuple(name for name in names if name != recipe.model)
        log = self._log()
        if not log.is_file():
            return CandidatesState(models=models, running=None, report=None)
        shadows = ShadowLog(log).shadows()
        own = next((shadow for shadow in reversed(shadows) if shadow.recipe == recipe.name), None)
        return CandidatesState(
            models=models,
            running=next((shadow for shadow in reversed(shadows) if shadow.runs), None),
            report=None if own is None else shadow_report(log, own),
        )

    def start(self, recipe: Recipe, model: str, who: str) -> list[str]:
        """Start a shadow; return what has to be known of it.

        Raises:
            InspectorError: See `begin_shadow`.
        """
        return begin_shadow(recipe, model, models=self._models, home=self._home, log=self._log(), who=who)[1]

    def stop(self, who: str, why: str) -> None:
        """End the shadow that runs.

        Raises:
            InspectorError: See `stop_shadow`.
        """
        stop_shadow(self._log(), who=who, why=why)

    def locked(self, recipe: Recipe) -> list[LockedRow]:
        """Return the locked parts of a recipe, the newest first, those that were released at the end.

        Raises:
            LogError: If the log cannot be read.
        """
        regression = RegressionSet(self._home, self._log())
        parts = sorted(regression.parts(recipe.name), key=lambda part: (part.released, -part.confirmed_utc.timestamp()))
        parts = parts[:MOST_LISTED]
        doubted = regression.doubted(parts)
        return [
            LockedRow(
                part=part,
                doubted=part.inspection_id in doubted,
                picture=read_image(regression.pictures(part)[0], THUMBNAIL_PX),
            )
            for part in parts
        ]

    def change(self, recipe: Recipe, parts: Sequence[str], reason: str, who: str, *, release: bool) -> None:
        """Release parts, or lock them again.

        Raises:
            InspectorError: See `RegressionSet.release`.
        """
        regression = RegressionSet(self._home, self._log())
        (regression.release if release else regression.lock_again)(recipe.name, parts, reason, who=who)
