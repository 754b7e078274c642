"""Takes an exported recipe into the station's, with its models."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from inspector import assembly
from inspector.domain.causes import cause_of
from inspector.domain.errors import BundleError, RecipeError
from inspector.files import DISK, atomic_file, make_folder
from inspector.json_file import faults_in
from inspector.recipes.recipe import Recipe
from inspector.recipes.scanned import coded_recipes
from inspector.release.pictures import ChallengePictures
from inspector.shelf.opened import opened_archive, read_archive
from inspector.shelf.package import CHALLENGE, CHUNK, MODELS, PackageError, with_models
from inspector.shelf.shelf import Shelf
from inspector.trail.event import TrailKind, happened
from inspector.trail.waiting import recorded
from inspector.vision.bundle import Bundle
from inspector.vision.manifest import MANIFEST_FILE

if TYPE_CHECKING:
    import zipfile
    from typing import BinaryIO

    from pydantic import JsonValue

    from inspector.paths import Home
    from inspector.shelf.opened import Package


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenPackage:
    """What came of an import.

    Args:
        recipe: As it was saved.
        notes: What somebody must know of it, in sentences.
    """

    recipe: Recipe
    notes: tuple[str, ...]


def take_package(path: Path, home: Home, *, name: str = "", replace: bool = False) -> TakenPackage:
    """Take a recipe from a file into the station's, with its models and the pictures of its challenge parts.

    A model that is here already is not taken twice.

    Where another model of that name is here, the file's gets a part of its hash behind its name, and the recipe names
    that. A scanned code that is another recipe's is left out.

    Args:
        path: The file.
        name: What the recipe is to be called; empty for the name in the file.
        replace: It becomes the next version of the recipe of its name.

    Raises:
        PackageError: As `read_package`; or if a recipe of its name is there, and is not to be replaced.
        BundleError: If a model in it cannot be used.
        ChallengeError: If a picture of a challenge part cannot be kept.
        RecipeError: If it cannot be saved.
    """
    with opened_archive(path) as archive:
        package = read_archive(archive, path, home)
        recipe = _renamed(package.recipe, name) if name else package.recipe
        _refuse_taken(recipe.name, home, replace=replace)
        names, notes = {model: model for model in recipe.models}, [package.words]
        for model in package.models:
            names[model] = _take_model(archive, package, model, home)
            if names[model] != model:
                notes.append(f"Another model {model} is here, so the file's is called {names[model]}.")
        pictures = ChallengePictures(home.root)
        for file in package.about.files:
            if file.startswith(CHALLENGE):
                pictures.put(file.removeprefix(CHALLENGE), archive.read(file))
    recipe = with_models(recipe, names)
    recipe, more = _fitted(recipe, home)
    saved = Shelf(home).save(recipe.model_copy(update={"change": None}), reason=f"imported from {path.name}")
    return TakenPackage(recipe=saved, notes=(*notes, *more))


def _renamed(recipe: Recipe, name: str) -> Recipe:
    try:
        return Recipe.model_validate(recipe.model_dump() | {"name": name})
    except ValidationError as error:
        raise RecipeError(f"no recipe can be called “{name}”: {faults_in(error)}", "Choose another name.") from error


def _refuse_taken(name: str, home: Home, *, replace: bool) -> None:
    taken = {entry.name.casefold(): entry.name for entry in assembly.list_recipes(home)}
    there = taken.get(name.casefold())
    if there is not None and not (replace and there == name):
        raise PackageError(
            f"there is a recipe “{there}” already",
            "Import it under another name, or as the next version of that one.",
        )


def _take_model(archive: zipfile.ZipFile, package: Package, model: str, home: Home) -> str:
    """Put a model beside the station's own; return what it is called here."""
    digest = package.about.files[f"{MODELS}{model}/{MANIFEST_FILE}"].sha256
    for name in (model, f"{model}-{digest[:8]}"):
        target = home.models / name
        if target.exists():
            try:
                if Bundle.load(target).sha256 == digest:
                    return name
            except BundleError:  # what lies there is not touched
                continue
            continue
        _put_model(archive, package, model, target, home)
        return name
    raise BundleError(
        f"the model {model} cannot be taken: {home.models} holds others of its names", "Move them away first."
    )


def _put_model(archive: zipfile.ZipFile, package: Package, model: str, target: Path, home: Home) -> None:
    make_folder(home.models)
    staging = Path(tempfile.mkdtemp(prefix=".import.", suffix=".part", dir=home.models))
    prefix = f"{MODELS}{model}/"
    try:
        staging.chmod(0o755)  # mkdtemp makes it private
        for name in package.about.files:
            if name.startswith(prefix):
                with atomic_file(staging / name.removeprefix(prefix)) as file:
                    _copy(archive, name, file)
        digest = Bundle.load(staging).sha256
        told: dict[str, JsonValue] = {"from": f"recipe {package.recipe.name}", "folder": str(target), "sha256": digest}
        with recorded(home.root, happened(TrailKind.MODEL_IMPORT, target.name, after=told)):
            staging.rename(target)
            DISK.flush_folder(home.models)
    except OSError as error:
        raise BundleError(
            f"the model {model} cannot be written: {cause_of(error)}", "Free space, or fix permissions."
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _fitted(recipe: Recipe, home: Home) -> tuple[Recipe, list[str]]:
    """Return a recipe as it can be saved here, and what somebody must know of it."""
    notes = []
    codes = {other.code: other.name for other in coded_recipes(home.recipes) if other.name != recipe.name}
    if recipe.scanned_code in codes:
        notes.append(f"Its code “{recipe.scanned_code}” is that of {codes[recipe.scanned_code]}, and was left out.")
        recipe = recipe.model_copy(update={"scanned_code": ""})
    store = assembly.model_store(home)
    for model in recipe.models:
        try:
            store.find(model)
        except BundleError:
            notes.append(f"Its model {model} is not here: import it before the line starts.")
    pictures = ChallengePictures(home.root)
    if bare := [part.called for part in recipe.challenge.parts if part.picture and not pictures.has(part.picture)]:
        notes.append(
            f"The pictures of its challenge parts {', '.join(bare)} are not here: show the parts to the camera."
        )
    return recipe, notes


def _copy(archive: zipfile.ZipFile, name: str, target: BinaryIO) -> None:
    with archive.open(name) as member:
        shutil.copyfileobj(member, target, CHUNK)
