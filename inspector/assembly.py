"""Puts the parts of the station together, without Qt; the window and the commands use the same."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from inspector import __version__
from inspector.domain.config import ArchiveConfig, Crop, KeepPolicy, TriggerConfig, TriggerMode
from inspector.domain.errors import RecipeError
from inspector.domain.guard import in_force
from inspector.domain.part_code import CodeConfig, CodeKinds
from inspector.domain.source import DEMO, SourceKind, SourceSpec
from inspector.domain.source_options import SourceOptions
from inspector.domain.strangeness import DEFAULT_RATE
from inspector.engine.job import LineJob, ViewJob
from inspector.json_file import faults_in
from inspector.outputs.users_record import users_on_record
from inspector.passwords import Passwords
from inspector.paths import Home, shipped_models_dir
from inspector.people.people import Act, People
from inspector.people.told import people_event
from inspector.recipes.recipe import Recipe, load_recipe, without_password
from inspector.trail.event import TrailKind, happened
from inspector.trail.waiting import note
from inspector.trail.written import look

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.backup.keeper import BackupKeeper
    from inspector.domain.records import Thresholds
    from inspector.outputs.result_log import SqliteResultLog
    from inspector.people.people import PeopleEvent
    from inspector.proof.keeper import HeadKeeper
    from inspector.sending.keeper import SenderKeeper
    from inspector.settings import Settings
    from inspector.sources.base import Source
    from inspector.vision.classifier import Classifier
    from inspector.vision.manifest import Manifest
    from inspector.vision.store import ModelStore

DEMO_RECIPE = "Demo line"
DEMO_MODEL = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a station keeps its record and pictures.

    Args:
        log: The result log.
        archive: The folder of kept pictures.
    """

    home: Home
    log: Path
    archive: Path


def places(home: Home, settings: Settings) -> Places:
    """Return the station's places: the settings' before the data folder's."""
    return Places(
        home=home,
        log=Path(settings.log_path) if settings.log_path else home.log,
        archive=Path(settings.archive_path) if settings.archive_path else home.archive,
    )


def senders(
    home: Home, *, settings: Callable[[], Settings], log: Callable[[], Path]
) -> tuple[SenderKeeper | BackupKeeper, ...]:
    """Return what keeps running beside the station to send on what is recorded, and to back it up.

    Args:
        settings: The station's, as they are in force.
        log: Where the result log is.
    """
    from inspector.backup.keeper import BackupKeeper
    from inspector.fleet.kept import FORWARD
    from inspector.mqtt.kept import PUBLISH
    from inspector.sending.keeper import SenderKeeper

    keepers = [SenderKeeper(sending, home.root, settings=settings, log=log) for sending in (FORWARD, PUBLISH)]
    return (*keepers, BackupKeeper(home.root, settings=settings, log=log))


def head_keeper(home: Home, *, settings: Callable[[], Settings], log: Callable[[], Path]) -> HeadKeeper:
    """Return what signs the record's head beside the station.

    Args:
        settings: The station's, as they are in force.
        log: Where the result log is.
    """
    from inspector.proof.keeper import HeadKeeper

    return HeadKeeper(home.root, settings=settings, log=log)


def open_log(path: Path, *, read_only: bool = False) -> SqliteResultLog:
    """Open the result log.

    Raises:
        LogError: See `SqliteResultLog`.
    """
    from inspector.outputs.result_log import SqliteResultLog  # after the window's first paint

    return SqliteResultLog(path, read_only=read_only)


def people(home: Home) -> People:
    """Return the users of this station; what is done about them goes into its audit trail."""

    def told(event: PeopleEvent) -> None:
        note(home.root, people_event(event))
        if event.act is Act.SWITCHED_ON:
            sign_all_recipes(home)

    return People(home.root, told=told, on_record=lambda: users_on_record(home))


def sign_all_recipes(home: Home) -> None:
    """Sign what is there, as from now on only signed recipes may run; recorded."""
    from inspector.signed import sign_all

    note(
        home.root, happened(TrailKind.SIGNATURE, "all recipes", after={"signed": [*sign_all(home, model_store(home))]})
    )


def model_store(home: Home) -> ModelStore:
    """Return the models that this station finds by name: the user's, then the shipped ones, then ``./models``."""
    from inspector.vision.store import ModelStore

    folders = [home.models, shipped_models_dir()]
    here = Path.cwd() / "models"
    if here.is_dir() and here.resolve() not in {folder.resolve() for folder in folders}:
        folders.append(here)
    return ModelStore(folders)


def load_classifier(
    model: str,
    home: Home,
    *,
    device: str = "auto",
    precision: str | None = None,
    thresholds: Thresholds | None = None,
    guard_rate: float = DEFAULT_RATE,
    asks_signature: bool = True,
) -> Classifier:
    """Find, verify and load a model.

    Args:
        model: Name or folder of a bundle.
        home: Where the user's models and the cache are.
        device: "auto", "cpu", "cuda", "gpu" or "npu".
        precision: "auto", "fp32", "bf16" or "int8"; None for auto: what runs fastest here and may judge.
        asks_signature: False where the line has asked, or the record has its hash.

    Raises:
        BundleError: If it cannot be found or used.
        UnsignedError: If only signed models may judge, and this one is not.
        DeviceError: If the device or the precision does not exist here, or the precision may not judge.
    """
    from inspector.signed import check_model
    from inspector.vision.backends import load_classifier as load

    bundle = model_store(home).load(model)
    if asks_signature:
        check_model(bundle.folder, bundle.sha256, home)
    points = in_force(thresholds, bundle.manifest.thresholds, bundle.manifest.good_scale, guard_rate)
    return load(bundle, device=device, precision=precision, cache_dir=home.cache, thresholds=(points,))


def rates_by_size(home: Home) -> dict[int, float]:
    """Return how many parts per second this machine would inspect, by the size of the network's input.

    Raises:
        BundleError: If the demo model, whose graph is measured, is not there.
        DeviceError: If it cannot be compiled.
    """
    from inspector.vision import speed

    return speed.rates_by_size(model_store(home).load(DEMO_MODEL), home.cache)


def model_manifest(model: str, home: Home) -> tuple[Path, Manifest]:
    """Return a model's folder and manifest; nothing else of it is read.

    Raises:
        BundleError: If it cannot be found or read.
    """
    from inspector.vision.bundle import load_manifest

    folder = model_store(home).find(model)
    return folder, load_manifest(folder)


def demo_recipe() -> Recipe:
    """Return the recipe of the built-in demo line."""
    return Recipe(
        name=DEMO_RECIPE,
        source=str(DEMO),
        trigger=TriggerConfig(mode=TriggerMode.PART_CROSSING, crop=Crop.PART, part_size_px=400),
        model=DEMO_MODEL,
        archive=ArchiveConfig(keep=KeepPolicy.FAILURES, max_size_gb=2.0),
    )


def recipe_for(model: str, source: str, options: SourceOptions | None = None) -> Recipe:
    """Return a recipe for a model on a source where the user has written none.

    Folders: every picture is a part. Cameras, videos, streams: parts that cross the middle of the view, left to right,
    the whole view is inspected. The demo line: as `demo_recipe`, with that model; where its belt stops for
    triggers, the line triggers, and a tag on the part is read.

    Raises:
        RecipeError: If the model's name makes no recipe's name.
        SourceError: If the text names no source.
    """
    options = options or SourceOptions()
    spec = SourceSpec.parse(source)
    if spec.kind is SourceKind.DEMO:
        recipe = demo_recipe().model_copy(update={"model": model, "source_options": options})
        return _triggered_by_line(recipe) if options.indexed else recipe
    mode = TriggerMode.EVERY_PICTURE if spec.kind is SourceKind.FOLDER else TriggerMode.PART_CROSSING
    name = Path(model).name or model
    try:
        return Recipe(name=name, source=source, source_options=options, trigger=TriggerConfig(mode=mode), model=model)
    except ValidationError as error:
        raise RecipeError(
            f"no recipe can be made for the model {model}: {faults_in(error)}", "Write one (--recipe)."
        ) from error


@dataclass(frozen=True, slots=True)
class RecipeEntry:
    """A recipe file in the data folder.

    Args:
        name: The recipe's name; the file's where it cannot be read.
        path: The file; None for the built-in demo line.
        fault: Why it cannot be used; empty where it can.
    """

    name: str
    path: Path | None
    fault: str = ""


def _triggered_by_line(recipe: Recipe) -> Recipe:
    """Return the demo line's recipe where the line triggers each part, which then lies in the middle."""
    from inspector.sources.demo_scene import MIDDLE, TAG_PLACE

    update: dict[str, object] = {
        "trigger": TriggerConfig(mode=TriggerMode.EXTERNAL, frame_within_s=5.0, deadline_s=5.0),
        "region": MIDDLE,
    }
    if recipe.source_options.tags:
        update |= {"code": CodeConfig(kinds=CodeKinds.DATA_MATRIX), "code_region": TAG_PLACE}
    return recipe.model_copy(update=update)


def list_recipes(home: Home) -> list[RecipeEntry]:
    """Return the recipes of the data folder by name; the built-in demo line is first, unless there is one saved."""
    entries = [] if (home.recipes / f"{DEMO_RECIPE}.json").is_file() else [RecipeEntry(DEMO_RECIPE, None)]
    for path in sorted(home.recipes.glob("*.json")):
        try:
            entries.append(RecipeEntry(load_recipe(path).name, path))
        except RecipeError as error:
            entries.append(RecipeEntry(path.stem, path, str(error)))
    return entries


def stored_recipe(path: Path, home: Home) -> Recipe:
    """Return a recipe of the data folder; a password that an earlier version left in it is not told any further.

    Raises:
        RecipeError: If it cannot be used.
    """
    look(home.root, path)
    return without_password(load_recipe(path), home.recipes, replace=False)


def find_recipe(name: str, home: Home) -> Recipe:
    """Return a recipe by file, or by its name in the data folder; empty and “Demo line” give the built-in one.

    Raises:
        RecipeError: If there is none, or it cannot be used.
    """
    path = Path(name)
    if name and (path.suffix == ".json" or path.is_file()):
        return load_recipe(path)
    stored = home.recipes / f"{unicodedata.normalize('NFC', name)}.json"
    if name and stored.is_file():
        return stored_recipe(stored, home)
    if name in {"", DEMO_RECIPE}:
        return demo_recipe()
    raise RecipeError(
        f"there is no recipe “{name}”; known are {', '.join(entry.name for entry in list_recipes(home))}",
        f"Name one of these, or a file in {home.recipes}.",
    )


def check_may_run(recipe: Recipe, settings: Settings, home: Home) -> None:
    """Refuse a recipe with another model than it names; where only signed ones may run, also what is not as signed.

    Raises:
        UnsignedError: See `check_signed`; or WrongModelError, see `check_models`.
    """
    from inspector.model_hashes import check_models
    from inspector.signed import check_signed, only_signed

    check_models(recipe, model_store(home))
    if only_signed(settings, home) and not _comes_with_program(recipe, home):
        check_signed(recipe, home, model_store(home))


def _comes_with_program(recipe: Recipe, home: Home) -> bool:
    """Say whether a recipe is the built-in one, with the model that ships: neither was made here, nor can be signed."""
    from inspector.signed import alike

    built_in = not (home.recipes / f"{recipe.name}.json").exists() and alike(demo_recipe(), recipe)
    return built_in and model_store(home).find(recipe.model).parent == shipped_models_dir()


def build_job(
    recipe: Recipe,
    settings: Settings,
    where: Places,
    log: SqliteResultLog,
    *,
    lot: str = "",
    max_parts: int | None = None,
) -> LineJob:
    """Return the job that runs a recipe on this station.

    Args:
        recipe: What is looked at, when there is a part, and which model judges it.
        settings: The station's, as they are in force.
        log: Open for writing.
        lot: Stands in every row until it is changed; empty for none.
        max_parts: The line stops after so many parts; None for no end.

    Raises:
        RecipeError: If its views cannot be matched to one another, as with another source than the recipe's own.
        UnsignedError: If only signed recipes may run, and this one, or a model of it, is not as it was signed.
    """
    if recipe.views_fault:
        raise RecipeError(
            f"the recipe {recipe.name} cannot be run: {recipe.views_fault}", "Correct its views, source or trigger."
        )
    check_may_run(recipe, settings, where.home)
    from inspector.model_hashes import check_models
    from inspector.outputs.archive import PictureArchive
    from inspector.outputs.pulse import pulse_path
    from inspector.release.parts import release_parts
    from inspector.sources.factory import open_source

    def opener(recipe: Recipe, seen: Callable[[], tuple[str, ...]] = tuple) -> Callable[[], Source]:
        source = Passwords(where.home.root).complete
        return lambda: open_source(source(recipe.source), recipe.source_options, seen=seen)

    def loader(recipe: Recipe) -> Callable[[], Classifier]:
        def load() -> Classifier:  # a running line loads its model anew at times
            check_models(recipe, model_store(where.home))
            return load_classifier(
                recipe.model,
                where.home,
                device=settings.device,
                precision=settings.precision,
                thresholds=recipe.thresholds,
                guard_rate=recipe.guard_rate,
                asks_signature=False,
            )

        return load

    return LineJob(
        recipe=recipe,
        station=settings.station,
        lot=lot,
        software_version=__version__,
        open_source=opener(recipe, seen=lambda: log.file_keys(str(SourceSpec.parse(recipe.source).absolute()))),
        load_classifier=loader(recipe),
        log=log,
        archive=PictureArchive(where.archive, recipe.archive),
        pulse=pulse_path(log.path),
        release=release_parts(where.home.root, where.log, settings),
        max_parts=max_parts,
        views=tuple(
            ViewJob(name=view.name, recipe=alone, open_source=opener(alone), load_classifier=loader(alone))
            for view, alone in ((view, recipe.of_view(view)) for view in recipe.views)
        ),
    )
