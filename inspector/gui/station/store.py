"""Everything that the window reads from disk or loads; called on the session's workers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import cv2

from inspector import __version__, assembly
from inspector.data_version import stamp_data
from inspector.domain.errors import InspectorError, PictureError, SourceError
from inspector.domain.joined import worst_place
from inspector.domain.records import Verdict
from inspector.domain.sentence import sentence
from inspector.domain.shifts import shift_start
from inspector.domain.source import SourceKind, kind_of
from inspector.files import remove_leftovers
from inspector.gui.station.events import Failure, failure_of
from inspector.last_lot import write_lot
from inspector.overrides import NOTHING_SAID
from inspector.passwords import Passwords
from inspector.settings_file import save_settings
from inspector.trail.program import lot_changed
from inspector.trail.waiting import note
from inspector.trial import TrialJudge

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QImage

    from inspector.assembly import RecipeEntry
    from inspector.domain.challenge import ChallengePart, KnownAs
    from inspector.domain.config import TriggerMode
    from inspector.domain.records import Decision, Image, Inspection, Prediction
    from inspector.domain.source_options import SourceOptions
    from inspector.engine.job import LineJob
    from inspector.engine.status import PartInspected
    from inspector.gui.station.preview import Preview
    from inspector.outputs.result_log import SqliteResultLog
    from inspector.overrides import Overrides
    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe
    from inspector.recipes.versions import RecipeVersion
    from inspector.regression.locked import RegressionSet
    from inspector.release.parts import ReleaseParts
    from inspector.review.escape_limit import EscapesExceeded
    from inspector.settings import Settings
    from inspector.sources.base import Source
    from inspector.sources.cameras import CameraInfo
    from inspector.trail.actor import Doer
    from inspector.trail.event import TrailEvent
    from inspector.vision.manifest import Manifest
    from inspector.vision.store import ModelEntry

_THUMBNAIL_PX = 190


class Store:
    """The station's files.

    Args:
        settings: The settings to begin with.
        overrides: What the command line says instead.
    """

    def __init__(self, home: Home, settings: Settings, overrides: Overrides = NOTHING_SAID) -> None:
        self.home = home
        self.settings = settings
        self.overrides = overrides
        self.people = assembly.people(home)
        self._asked_source = ""  # the command line's, its password kept apart
        self._trials = TrialJudge(home, lambda: self.in_force)

    @property
    def in_force(self) -> Settings:
        """The settings with what the command line says instead; not to be saved."""
        return self.overrides.applied(self.settings)

    @property
    def places(self) -> assembly.Places:
        """Where log and pictures are."""
        return assembly.places(self.home, self.in_force)

    def regression(self) -> RegressionSet:
        """Return the locked parts of the log in force."""
        from inspector.regression.locked import RegressionSet

        return RegressionSet(self.home, self.places.log)

    def first_recipe(self) -> Recipe:
        """Return the recipe to begin with: the command line's, else the last one, else the demo line."""
        said = self.overrides
        if said.model and said.source:
            return self.as_asked(assembly.recipe_for(said.model, said.source))
        if said.source and not said.recipe and kind_of(said.source) is SourceKind.DEMO:
            recipe = assembly.demo_recipe()
        else:
            recipe = assembly.find_recipe(said.recipe or self.settings.recipe, self.home)
        return self.as_asked(recipe)

    def as_asked(self, recipe: Recipe) -> Recipe:
        """Return a recipe with the command line's source, which goes before its own; no password in it is shown."""
        if self.overrides.source and not self._asked_source:
            self._asked_source = Passwords(self.home.root).hide(self.overrides.source)
        return recipe.model_copy(update={"source": self._asked_source or recipe.source})

    def open_log(self) -> SqliteResultLog:
        """Open the log; the data folder is from now on this program's."""
        stamp_data(self.home.root, __version__)
        remove_leftovers(self.home.written_often)
        return assembly.open_log(self.places.log)

    def note(self, *events: TrailEvent) -> str:
        """Record what has happened in the audit trail; return why it could not be, empty where it was."""
        return note(self.home.root, *events)

    def keep_lot(self, before: str, lot: str) -> None:
        """Record that one lot ends and another one begins, and keep that one for the next start.

        Raises:
            InspectorError: If it cannot be recorded or kept; it is in force all the same.
        """
        lost = self.note(*lot_changed(before, lot))
        write_lot(self.home.last_lot, lot)
        if lost:
            raise InspectorError(f"the lot {lot or 'none'} is in force, but not in the audit trail", lost)

    def take_up_trail(self) -> int:
        """Bring the events that wait into the log; return how many still wait."""
        from inspector.outputs.trail_log import take_up

        return take_up(self.home.root, self.places.log)

    def check_may_run(self, recipe: Recipe) -> None:
        """Raise where only signed recipes may run, and this one is not; see `assembly.check_may_run`."""
        assembly.check_may_run(recipe, self.in_force, self.home)

    def build_job(self, recipe: Recipe, log: SqliteResultLog, lot: str) -> LineJob:
        """Return the job for the line."""
        return assembly.build_job(recipe, self.in_force, self.places, log, lot=lot)

    def recipes(self) -> list[RecipeEntry]:
        """List the recipes."""
        return assembly.list_recipes(self.home)

    def recipe(self, entry: RecipeEntry) -> Recipe:
        """Load a recipe of the list, and remember it as the last one."""
        recipe = assembly.demo_recipe() if entry.path is None else assembly.stored_recipe(entry.path, self.home)
        self._remember(recipe.name)
        return recipe

    def save_recipe(self, recipe: Recipe, reason: str = "") -> Recipe:
        """Save a recipe, as the next version where one of its name is there; see `Shelf.save`."""
        from inspector.shelf.shelf import Shelf

        saved = Shelf(self.home, log=self.places.log).save(recipe, reason=reason)
        self._remember(saved.name)
        return saved

    def save_settings(self, settings: Settings) -> None:
        """Save the settings.

        Raises:
            FileError: If they cannot be written.
            PasswordError: If the password in them cannot be kept.
        """
        if settings.only_signed and not self.settings.only_signed:
            assembly.sign_all_recipes(self.home)
        self.settings = save_settings(settings, self.home.settings)

    def models(self) -> list[ModelEntry]:
        """List the models."""
        return assembly.model_store(self.home).list()

    def pictures(self, paths: list[Path]) -> list[Path]:
        """Return the files, and the pictures of the folders among them."""
        from inspector.pictures import find_pictures

        files: list[Path] = []
        for path in paths:
            files += find_pictures(path, recursive=True) if path.is_dir() else [path]
        return files

    def try_picture(self, path: Path, recipe: Recipe) -> tuple[Image | None, Decision, Prediction | None]:
        """Judge a file with the recipe's model; nothing is recorded."""
        trial = self._trials.judge_file(path, recipe)
        return trial.image, trial.decision, trial.prediction

    def model_manifest(self, model: str) -> Manifest:
        """Return what a model says of itself."""
        from inspector.vision.bundle import load_manifest

        return load_manifest(assembly.model_store(self.home).find(model))

    def why_unsigned(self, model: str) -> str:
        """Say why a model may not judge, where only signed ones may; empty where it may."""
        from inspector.signed import UnsignedError, check_model_in

        try:
            check_model_in(assembly.model_store(self.home).find(model), self.home)
        except UnsignedError:
            return f"The model {model} is not signed, and only signed models judge here."
        return ""

    def sign_model(self, model: str) -> None:
        """Sign a model for who acts; the audit trail has it."""
        from inspector.signed import sign_model_by_hand

        sign_model_by_hand(model, self.home, assembly.model_store(self.home))

    def versions(self, recipe: str) -> list[RecipeVersion]:
        """Read the versions of a recipe, the oldest first."""
        from inspector.recipes.promotions import Promotions
        from inspector.recipes.versions import history

        return history(recipe, self.home.recipes, Promotions(self.home).read())

    def preview(self, source: str, options: SourceOptions, after: Preview | None) -> Preview:
        """Begin a live preview of a source; its thread does the rest."""
        from inspector.gui.station.preview import Preview

        return Preview(lambda: self.open_source(source, options), after)

    def open_source(self, source: str, options: SourceOptions) -> Source:
        """Return a source with its password, not opened yet, to look at it while no line runs.

        A folder's files count as new, whatever the log says.
        """
        from inspector.sources.factory import open_source

        return open_source(Passwords(self.home.root).complete(source), options.without_line())

    def source_fault(self, source: str, mode: TriggerMode) -> str:
        """Say why a source that was typed cannot deliver; empty where it can."""
        from inspector.sources.check import check_source

        try:
            check_source(source, mode, lacks_password=Passwords(self.home.root).lacks)
        except SourceError as error:
            return sentence(error)
        return ""

    def has_recipe(self, name: str) -> bool:
        """Say whether a recipe of a name is saved."""
        return (self.home.recipes / f"{name}.json").exists()

    def optics_changed(self, who: Doer, words: str) -> None:
        """Record that lens or lamp were changed."""
        from inspector.release.acts import optics_changed

        optics_changed(self._release().record, who, words)

    def withdraw_challenge(self, recipe: Recipe, who: Doer, reason: str) -> None:
        """Record that a recipe is meant to run without a challenge."""
        from inspector.release.acts import withdraw
        from inspector.release.parts import running_of

        running = running_of(recipe, assembly.model_store(self.home), self.in_force)
        withdraw(self._release().record, running, recipe.version, who, reason)

    def challenge_picture(self, part: ChallengePart) -> QImage | None:
        """Read the picture of a challenge part, small; None where it has none, or that is gone."""
        from inspector.pictures import read_picture

        if not part.picture:
            return None
        return draw_thumbnail(read_picture(self._release().pictures.of_set(part.picture)), None)

    def take_challenge_parts(self, paths: list[Path], expected: KnownAs, taken: frozenset[str]) -> list[ChallengePart]:
        """Copy pictures of challenge parts, and return the parts."""
        from inspector.release.sets import parts_of

        return list(parts_of(paths, expected, self._release().pictures, taken))

    def check_escapes(self, name: str, seen: tuple[str, int]) -> tuple[EscapesExceeded | None, tuple[str, int]]:
        """Look whether the audit of a recipe shows too many escapes; if so it may be rolled back.

        Args:
            seen: What was looked at before: recipe with version, and its newest review; the same is not looked at anew.

        Returns:
            What was found and done; and what was looked at now.
        """
        from inspector.outputs.reviews import ReviewLog
        from inspector.review.escape_limit import EscapeLimit
        from inspector.shelf.shelf import Shelf

        log, recipe = self.places.log, assembly.find_recipe(name, self.home)
        now = (f"{name} {recipe.version}", ReviewLog(log, read_only=True).newest() if log.is_file() else 0)
        if now == seen or not log.is_file():
            return None, seen
        return EscapeLimit(self.home, log, assembly.model_store(self.home), Shelf(self.home).save).check(recipe), now

    def _release(self) -> ReleaseParts:
        from inspector.release.parts import release_parts

        return release_parts(self.home.root, self.places.log, self.in_force)

    def cameras(self) -> list[str]:
        """List the cameras as sources with their names."""
        from inspector.sources.cameras import list_every_camera

        return [camera.source for camera in list_every_camera()[0]]

    def look_for_cameras(self, producer: str) -> tuple[list[CameraInfo], list[str]]:
        """Look for every camera, also where there is no GenTL producer; return why some could not be looked for."""
        from inspector.sources.cameras import list_every_camera

        return list_every_camera(producer, say_without_producer=True)

    def failures_of(self, events: list[PartInspected], *, thumbnails: bool) -> list[Failure]:
        """Make the strip's entries of parts that are still in memory; with ``thumbnails`` off those come later."""
        made = [failure_of(event) for event in events]
        return self.with_thumbnails(made) if thumbnails else made

    def last_failures(self, log: SqliteResultLog, recipe: str, limit: int) -> list[Failure]:
        """Read a recipe's last parts of the shift that did not pass, with thumbnails of what was kept of them."""
        begun = shift_start(datetime.now().astimezone(), self.settings.shift_starts)
        bad = frozenset({Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR})
        inspections = log.recent(replace(log.recorded_since(begun), recipe=recipe, verdicts=bad), limit)
        return [Failure(inspection, self.thumbnail(inspection)) for inspection in inspections]

    def with_thumbnails(self, failures: list[Failure]) -> list[Failure]:
        """Draw the thumbnails that are missing."""
        return [
            replace(failure, thumbnail=draw_thumbnail(failure.image, failure.prediction))
            if failure.thumbnail is None and failure.image is not None
            else failure
            for failure in failures
        ]

    def thumbnail(self, inspection: Inspection) -> QImage | None:
        """Make a thumbnail of a kept picture; None where it is gone."""
        image, prediction = self._kept(inspection)
        return None if image is None else draw_thumbnail(image, prediction)

    def full_failure(self, failure: Failure) -> Failure:
        """Read a failure's picture from the archive.

        Raises:
            PictureError: If it was not kept, or is gone.
        """
        image, prediction = self._kept(failure.inspection)
        if image is None:
            raise PictureError(
                "the picture of this part is not there any more", "Set the archive's policy and limits in Settings."
            )
        return replace_failure(failure, image, prediction)

    def close(self) -> None:
        """Release the model of trials."""
        self._trials.close()

    def _remember(self, name: str) -> None:
        if name != self.settings.recipe:
            self.save_settings(self.settings.model_copy(update={"recipe": name}))

    def _kept(self, inspection: Inspection) -> tuple[Image | None, Prediction | None]:
        from inspector.outputs.kept import kept_prediction, kept_view
        from inspector.pictures import read_picture

        view = None
        if inspection.views:
            verdicts = [(view.decision.verdict, view.picture is not None) for view in inspection.views]
            view = inspection.views[worst_place(verdicts)]
        picture = view.picture if view is not None else inspection.picture
        if picture is None:
            return None, None
        try:
            image = read_picture(picture.path)
        except PictureError:
            return None, None
        return image, kept_view(view) if view is not None else kept_prediction(inspection)


def replace_failure(failure: Failure, image: Image, prediction: Prediction | None) -> Failure:
    """Return the failure with its picture."""
    return replace(failure, image=image, prediction=prediction)


def draw_thumbnail(image: Image, prediction: Prediction | None) -> QImage:
    """Return a small picture, with the heatmap of a prediction where there is one."""
    from inspector.gui.widgets.render import to_qimage  # the overlay is not needed at start-up
    from inspector.vision.overlay import displayable, draw_overlay

    scale = _THUMBNAIL_PX / max(image.shape[:2])
    if scale < 1:
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    small = displayable(image)
    if prediction is not None:
        small = draw_overlay(small, prediction.heatmap, map_box=prediction.map_box, full_scale=1.0, contour=False)
    return to_qimage(small)
