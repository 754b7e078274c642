"""A recipe as one file, with its models or without: signed as it is written, and checked whole before it is taken.

The file is a ZIP archive: ``recipe.json``, the files of its models under ``models/NAME``, the pictures of its challenge
parts under ``challenge``, ``package.json`` with the hash of each, and ``signature.json`` with the station's signature
of those very bytes.
"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from inspector import __version__, assembly
from inspector.domain.errors import BundleError, InspectorError
from inspector.files import FileError, atomic_file
from inspector.model_hashes import with_hashes
from inspector.paths import shipped_models_dir
from inspector.release.pictures import ChallengePictures
from inspector.signing import station_key
from inspector.trail.actor import acting
from inspector.trail.event import TrailKind, happened
from inspector.trail.waiting import recorded
from inspector.vision.manifest import MANIFEST_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe
    from inspector.settings import Settings
    from inspector.vision.bundle import Bundle

FORMAT = 2
#: Of a file without pictures of challenge parts, which older programs read, too.
_WITHOUT_PICTURES = 1
SUFFIX = ".recipe"
RECIPE, LIST, SIGNATURE, MODELS, CHALLENGE = "recipe.json", "package.json", "signature.json", "models/", "challenge/"
CHUNK = 1 << 20


class PackageError(InspectorError):
    """The file of a recipe cannot be written, or cannot be taken."""


class PackedFile(BaseModel):
    """One file in it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PackageList(BaseModel):
    """What the file says of itself.

    Args:
        format: Of the file.
        program: Version of the program that wrote it.
        station: The station's name.
        by: Who wrote it.
        written: By the station's clock, UTC.
        files: What is in it, by path.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int
    program: str
    station: str
    by: str
    written: AwareDatetime
    files: dict[str, PackedFile]


class PackageSignature(BaseModel):
    """The signature of what the file says of itself.

    Args:
        signature: Base64.
        key: Fingerprint of the key, to find out which one it was.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    signature: str
    key: str


def write_package(name: str, path: Path, home: Home, settings: Settings, *, models: bool = True) -> Recipe:
    """Write a recipe as one file, signed with the station's key; recorded in the audit trail.

    The pictures of its challenge parts go along. Locked parts do not: they are rows of this station's record.

    Args:
        path: The file; an older one is replaced.
        models: With the models that it names; those that come with the program are left out.

    Returns:
        The recipe as it is in the file.

    Raises:
        RecipeError: If there is no such recipe.
        BundleError: If a model that is wanted is not here, or damaged, or another than the recipe means.
        ChallengeError: If the picture of a challenge part is gone, or another one.
        PackageError: If the file cannot be written.
        SigningError: If the station's key cannot be used.
    """
    store = assembly.model_store(home)
    recipe = with_hashes(assembly.find_recipe(name, home), store)
    bundles: dict[str, Bundle] = {}
    for model in recipe.models if models else ():
        bundle = store.load(model)
        if (wanted := recipe.model_hashes.get(model, bundle.sha256)) != bundle.sha256:
            raise BundleError(
                f"the model {model} here is another one than {name} wants (SHA-256 {wanted[:12]}…)",
                "Restore that model, or export the recipe without its model.",
            )
        if bundle.folder.parent != shipped_models_dir():
            bundles[model] = bundle
    recipe, pictures = _by_name(recipe), ChallengePictures(home.root)
    shown = [pictures.of_set(part.picture) for part in recipe.challenge.parts if part.picture]
    key, told = station_key(home.root), happened(TrailKind.EXPORT, f"recipe {name}", after={"to": str(path)})
    try:
        with (
            recorded(home.root, told),
            atomic_file(path) as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        ):
            about = PackageList(
                format=FORMAT if shown else _WITHOUT_PICTURES,
                program=__version__,
                station=settings.station,
                by=acting().name,
                written=datetime.now(UTC).replace(microsecond=0),
                files=dict(_pack(archive, recipe, bundles, shown)),
            )
            text = about.model_dump_json(indent=2) + "\n"
            signature = base64.b64encode(key.sign(text.encode())).decode("ascii")
            signed = PackageSignature(signature=signature, key=key.public.fingerprint)
            archive.writestr(LIST, text)
            archive.writestr(SIGNATURE, signed.model_dump_json(indent=2) + "\n")
    except FileError as error:
        raise PackageError(f"the recipe {name} cannot be exported: {error.what}", error.next_step) from error
    return recipe


def _by_name(recipe: Recipe) -> Recipe:
    """Return a recipe whose models are named as their folders: a place on this computer says nothing elsewhere."""
    names = {model: Path(model).name for model in recipe.models}
    return with_models(recipe, names)


def with_models(recipe: Recipe, names: dict[str, str]) -> Recipe:
    """Return a recipe with other names for its models."""
    views = tuple(view.model_copy(update={"model": names[view.model]}) for view in recipe.views)
    hashes = {names[model]: digest for model, digest in recipe.model_hashes.items()}
    return recipe.model_copy(update={"model": names[recipe.model], "views": views, "model_hashes": hashes})


def _pack(
    archive: zipfile.ZipFile, recipe: Recipe, bundles: dict[str, Bundle], pictures: Sequence[Path]
) -> Iterator[tuple[str, PackedFile]]:
    text = (recipe.model_dump_json(indent=2) + "\n").encode()
    archive.writestr(RECIPE, text)
    yield RECIPE, PackedFile(size=len(text), sha256=hashlib.sha256(text).hexdigest())
    for model, bundle in bundles.items():
        for name in (MANIFEST_FILE, *bundle.manifest.files):
            yield _pack_file(archive, f"{MODELS}{Path(model).name}/{name}", bundle.folder / name)
    for picture in sorted(set(pictures)):
        yield _pack_file(archive, f"{CHALLENGE}{picture.name}", picture)


def _pack_file(archive: zipfile.ZipFile, path: str, file: Path) -> tuple[str, PackedFile]:
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as source, archive.open(path, "w", force_zip64=True) as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    return path, PackedFile(size=size, sha256=digest.hexdigest())
