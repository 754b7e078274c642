"""Puts the parts of the station together, without Qt; the window and the commands use the same."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from inspector import __version__
from inspector.domain.config import ArchiveConfig, Crop, KeepPolicy, SourceOptions, TriggerConfig, TriggerMode
from inspector.domain.errors import RecipeError
from inspector.domain.guard import in_force
from inspector.domain.source import DEMO, SourceKind, SourceSpec
from inspector.domain.strangeness import DEFAULT_RATE
from inspector.engine.job import LineJob
from inspector.json_file import faults_in
from inspector.passwords import Passwords
from inspector.paths import Home, shipped_models_dir
from inspector.recipes.recipe import Recipe, load_recipe, without_password

if TYPE_CHECKING:
    from inspector.domain.records import Thresholds
    from inspector.outputs.result_log import SqliteResultLog
    from inspector.settings import Settings
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


def open_log(path: Path, *, read_only: bool = False) -> SqliteResultLog:
    """Open the result log.

    Raises:
        LogError: See `SqliteResultLog`.
    """
    from inspector.outputs.result_log import SqliteResultLog  # after the window's first paint

    return SqliteResultLog(path, read_only=read_only)


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
) -> Classifier:
    """Find, verify and load a model.

    Args:
        model: Name or folder of a bundle.
        home: Where the user's models and the cache are.
        device: "auto", "cpu", "cuda", "gpu" or "npu".
        precision: "auto", "fp32", "bf16" or "int8"; None for auto: what runs fastest here and may judge.
        thresholds: The recipe's operating point, where it has one.
        guard_rate: As in the recipe.

    Raises:
        BundleError: If it cannot be found or used.
        DeviceError: If the device or the precision does not exist here, or the precision may not judge.
    """
    from inspector.vision.backends import load_classifier as load
    from inspector.vision.bundle import Bundle

    entry = model_store(home).find(model)
    bundle = Bundle.load(entry)
    points = in_force(thresholds, bundle.manifest.thresholds, bundle.manifest.good_scale, guard_rate)
    return load(bundle, device=device, precision=precision, cache_dir=home.cache, thresholds=(points,))


def rates_by_size(home: Home) -> dict[int, float]:
    """Return how many parts per second this machine would inspect, by the size of the network's input.

    Raises:
        BundleError: If the demo model, whose graph is measured, is not there.
        DeviceError: If it cannot be compiled.
    """
    from inspector.vision.speed import rates_by_size as measure

    return measure(model_store(home).load(DEMO_MODEL), home.cache)


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
    the whole view is inspected. The demo line: as `demo_recipe`, with that model.

    Raises:
        RecipeError: If the model's name makes no recipe's name.
        SourceError: If the text names no source.
    """
    options = options or SourceOptions()
    spec = SourceSpec.parse(source)
    if spec.kind is SourceKind.DEMO:
        return demo_recipe().model_copy(update={"model": model, "source_options": options})
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
    known = ", ".join(entry.name for entry in list_recipes(home))
    raise RecipeError(
        f"there is no recipe “{name}”; known are {known}", f"Name one of these, or a file in {home.recipes}."
    )


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
    """
    from inspector.outputs.archive import PictureArchive
    from inspector.outputs.pulse import pulse_path
    from inspector.sources.factory import open_source

    return LineJob(
        recipe=recipe,
        station=settings.station,
        lot=lot,
        software_version=__version__,
        open_source=lambda: open_source(
            Passwords(where.home.root).complete(recipe.source),
            recipe.source_options,
            seen=lambda: log.file_keys(str(SourceSpec.parse(recipe.source).absolute())),
        ),
        load_classifier=lambda: load_classifier(
            recipe.model,
            where.home,
            device=settings.device,
            precision=settings.precision,
            thresholds=recipe.thresholds,
            guard_rate=recipe.guard_rate,
        ),
        log=log,
        archive=PictureArchive(where.archive, recipe.archive),
        pulse=pulse_path(log.path),
        max_parts=max_parts,
    )
