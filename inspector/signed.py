"""Signed recipes and models: where only signed ones may run, what was signed is what runs.

A signature is a file of its own in `signatures` of the data folder; neither recipe nor model is touched. It signs a
statement: of which bytes, with which models, when and by whom. A recipe has the signature of its newest version alone,
a model one by its hash; a model of the plant may bring its own, `signature.json` in its folder.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from inspector.domain.causes import cause_of
from inspector.domain.errors import BundleError, InspectorError
from inspector.files import FileError, write_text
from inspector.json_file import JsonAbsentError, JsonError, parse_model, read_model
from inspector.outputs.users_record import book_of
from inspector.paths import shipped_models_dir
from inspector.people.book import PeopleError
from inspector.recipes.recipe import load_recipe
from inspector.settings_file import load_settings
from inspector.signing import TrustedKey, signer_of, station_key, trusted_keys
from inspector.trail.actor import acting
from inspector.trail.event import TrailKind, happened
from inspector.trail.waiting import recorded
from inspector.vision.manifest import MANIFEST_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe
    from inspector.settings import Settings
    from inspector.vision.store import ModelStore

_log = logging.getLogger(__name__)
_FOLDER, _OF_BUNDLE = "signatures", "signature.json"
_SHA256 = Field(pattern=r"^[0-9a-f]{64}$")


class UnsignedError(InspectorError):
    """What should run is not what was signed."""


class SignedStatement(BaseModel):
    """What is signed.

    Args:
        what: “recipe” or “model”.
        name: Of the recipe or the model.
        version: Of the recipe; None for a model.
        sha256: Of the recipe's file, or of the model's manifest, which holds the hashes of all its files.
        models: SHA-256 of the recipe's models, by the names that it calls them by.
        signed: By the station's clock, UTC.
        by: Who signed.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    what: str
    name: str
    version: int | None = None
    sha256: Annotated[str, _SHA256]
    models: dict[str, Annotated[str, _SHA256]] = {}
    signed: AwareDatetime
    by: str


class SignatureFile(BaseModel):
    """A statement with its signature.

    Args:
        statement: `SignedStatement` as JSON: these very bytes are signed.
        signature: Base64.
        key: Fingerprint of the key, to find out which one it was.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    statement: str
    signature: str
    key: str


def only_signed(settings: Settings, home: Home) -> bool:
    """Say whether only signed recipes and models may run: it is set, or people sign in at this station."""
    try:
        return settings.only_signed or book_of(home).read().on
    except PeopleError:  # nobody knows: the stricter of the two
        return True


# --- signing ----------------------------------------------------------------------------------------------------------


def sign_recipe(name: str, home: Home, models: ModelStore) -> SignedStatement:
    """Sign a recipe of the data folder as it is now, and its models.

    A model that is not there is left out: the recipe must be signed again once it is.

    Raises:
        RecipeError: If it cannot be read.
        BundleError: If one of its models is damaged.
        SigningError: If the station's key cannot be used.
        UnsignedError: If the signature cannot be written.
    """
    path = home.recipes / f"{name}.json"
    recipe = load_recipe(path)
    wanted: dict[str, str] = {}
    for model in recipe.models:
        try:
            folder = models.find(model)
        except BundleError as error:
            _log.warning("the recipe %s is signed without its model: %s", name, error.what)
            continue
        wanted[model] = sign_model(folder, home, models).sha256
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    statement = _statement("recipe", recipe.name, digest, version=recipe.version, models=wanted)
    _write(_of_recipe(name, home), statement, home)
    return statement


def sign_model(folder: Path, home: Home, models: ModelStore) -> SignedStatement:
    """Sign a model, whose files are verified; one that a trusted key has signed already keeps that signature.

    Raises:
        BundleError: If it is damaged.
        SigningError: If the station's key cannot be used.
        UnsignedError: If the signature cannot be written.
    """
    bundle = models.load(folder)
    there = _signed_model(folder, bundle.sha256, home, trusted_keys(home.root))
    if there is not None:
        return there
    statement = _statement("model", bundle.manifest.name, bundle.sha256)
    _write(_of_model(bundle.sha256, home), statement, home)
    return statement


def sign_model_by_hand(model: str, home: Home, models: ModelStore) -> SignedStatement:
    """Sign a model that somebody chose; the audit trail has it.

    Args:
        model: Its name, or its folder.

    Raises:
        TrailError: If that cannot be recorded; nothing is signed then.
        BundleError: If it is not there, or damaged.
        SigningError: If the station's key cannot be used.
        UnsignedError: If the signature cannot be written.
    """
    folder = models.find(model)
    with recorded(home.root, happened(TrailKind.SIGNATURE, folder.name, after={"model": str(folder)})):
        return sign_model(folder, home, models)


def sign_all(home: Home, models: ModelStore) -> tuple[str, ...]:
    """Sign every recipe that is there, as where only signed ones may run from now on.

    Returns:
        The names of those that were signed; one that cannot be is left out, and the program's log says why.
    """
    names = sorted(path.stem for path in home.recipes.glob("*.json"))
    return tuple(name for name in names if keep_signed(name, home, models))


def keep_signed(name: str, home: Home, models: ModelStore) -> bool:
    """Sign a recipe that the program has just saved; where that fails, it is said when it is to run.

    Returns:
        Whether it is signed.
    """
    try:
        sign_recipe(name, home, models)
    except (InspectorError, OSError) as error:
        _log.warning("the recipe %s is not signed: %s", name, cause_of(error) if isinstance(error, OSError) else error)
        return False
    return True


# --- checking ---------------------------------------------------------------------------------------------------------


def check_signed(recipe: Recipe, home: Home, models: ModelStore) -> None:
    """Refuse a recipe that is not as it was signed, or whose models are not.

    Args:
        recipe: As it would run; its sources and their options may be others, as asked for on the command line.
        home: The data folder, whose signatures and trusted keys count.
        models: Finds its models.

    Raises:
        UnsignedError: If it was never signed, was changed since, or a key signed it that is not trusted here; likewise
            of its models.
        SigningError: If a key cannot be read.
        BundleError: If a model is not there.
    """
    keys = trusted_keys(home.root)
    path, again = home.recipes / f"{recipe.name}.json", f"inspector recipe sign “{recipe.name}”"
    statement = _read(_of_recipe(recipe.name, home), keys, f"the recipe {recipe.name}", again)
    if statement is None or not path.is_file():
        raise UnsignedError(
            f"the recipe {recipe.name} is not signed, and only signed recipes may run here",
            f"Look through it, then sign it as an engineer: {again}.",
        )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if (statement.what, statement.sha256) != ("recipe", digest) or not alike(load_recipe(path), recipe):
        raise UnsignedError(
            f"the recipe {recipe.name} is not as {statement.by} signed it as version {statement.version} on "
            f"{statement.signed.astimezone():%Y-%m-%d %H:%M}",
            f"Look at what was changed (Settings → Audit trail), then sign it again as an engineer: {again}.",
        )
    for model in recipe.models:
        _check_model(model, recipe, statement, home, models, keys)


def check_model(folder: Path, digest: str, home: Home) -> None:
    """Refuse a model that is to judge pictures without a line, where only signed ones may; those that ship are taken.

    Args:
        folder: The bundle's.
        digest: SHA-256 of the manifest that was loaded.

    Raises:
        UnsignedError: If no key that is trusted here has signed it.
        SigningError: If a key cannot be read.
    """
    if folder.parent != shipped_models_dir() and only_signed(load_settings(home.settings)[0], home):
        _require_signed(folder, digest, home, trusted_keys(home.root))


def check_model_in(folder: Path, home: Home) -> None:
    """Refuse a model by its folder, as `check_model` does once it is loaded.

    Raises:
        BundleError: If its manifest cannot be read.
        UnsignedError: See `check_model`.
        SigningError: If a key cannot be read.
    """
    check_model(folder, _digest(folder), home)


def _digest(folder: Path) -> str:
    try:
        return hashlib.sha256((folder / MANIFEST_FILE).read_bytes()).hexdigest()
    except OSError as error:
        raise BundleError(
            f"the model {folder.name} cannot be read: {cause_of(error)}", "Restore the bundle."
        ) from error


def _require_signed(folder: Path, digest: str, home: Home, keys: tuple[TrustedKey, ...]) -> None:
    if _signed_model(folder, digest, home, keys) is None:
        raise UnsignedError(
            f"the model {folder.name} is not signed", f"Sign it as an engineer: inspector model sign {folder.name}."
        )


def _check_model(
    model: str,
    recipe: Recipe,
    statement: SignedStatement,
    home: Home,
    models: ModelStore,
    keys: tuple[TrustedKey, ...],
) -> None:
    folder = models.find(model)
    digest = _digest(folder)
    again = f"inspector recipe sign “{recipe.name}”"
    if statement.models.get(model) != digest:
        raise UnsignedError(
            f"the model {model} is not the one with which the recipe {recipe.name} was signed",
            f"Restore that model, or sign the recipe again as an engineer, with this one: {again}.",
        )
    _require_signed(folder, digest, home, keys)


def alike(signed: Recipe, recipe: Recipe) -> bool:
    """Say whether a recipe differs from the signed one in where its pictures come from, at most."""
    source = {"source", "source_options"}
    return signed.model_dump(exclude=source) == recipe.model_dump(exclude=source)


# --- files ------------------------------------------------------------------------------------------------------------


def _of_recipe(name: str, home: Home) -> Path:
    return home.root / _FOLDER / "recipes" / f"{name}.json"


def _of_model(digest: str, home: Home) -> Path:
    return home.root / _FOLDER / "models" / f"{digest}.json"


def _signed_model(folder: Path, digest: str, home: Home, keys: tuple[TrustedKey, ...]) -> SignedStatement | None:
    """Return what a trusted key has signed of a model; None where none has."""
    for path in (_of_model(digest, home), folder / _OF_BUNDLE):
        try:
            statement = _read(path, keys, f"the model {folder.name}", f"inspector model sign {folder.name}")
        except UnsignedError as error:  # the other one may count
            _log.info("%s", error)
            continue
        if statement is not None and (statement.what, statement.sha256) == ("model", digest):
            return statement
    return None


def _statement(
    what: str, name: str, digest: str, *, version: int | None = None, models: dict[str, str] | None = None
) -> SignedStatement:
    now = datetime.now(UTC).replace(microsecond=0)
    return SignedStatement(
        what=what, name=name, version=version, sha256=digest, models=models or {}, signed=now, by=acting().name
    )


def _write(path: Path, statement: SignedStatement, home: Home) -> None:
    key, text = station_key(home.root), statement.model_dump_json()
    signature = base64.b64encode(key.sign(text.encode())).decode("ascii")
    made = SignatureFile(statement=text, signature=signature, key=key.public.fingerprint)
    try:
        write_text(path, made.model_dump_json(indent=2) + "\n")
    except FileError as error:
        raise UnsignedError(f"{statement.name} cannot be signed: {error.what}", error.next_step) from error


def _read(path: Path, keys: tuple[TrustedKey, ...], called: str, again: str) -> SignedStatement | None:
    """Read a signature; None where there is none.

    Raises:
        UnsignedError: If it cannot be read, does not fit what it signs, or its key is not trusted here.
    """
    try:
        file = read_model(path, SignatureFile)
        signature = base64.b64decode(file.signature, validate=True)
        if signer_of(file.statement.encode(), signature, keys) is None:
            raise UnsignedError(
                f"the signature of {called} is of no key that is trusted here (the file names {file.key})",
                f"Sign it here as an engineer: {again}. Or put the plant's public key into the folder trusted_keys "
                "of the data folder.",
            )
        return parse_model(file.statement, SignedStatement, where=f"the signature {path}")
    except JsonAbsentError:
        return None
    except (JsonError, binascii.Error, UnicodeError) as error:
        raise UnsignedError(f"the signature {path} of {called} is damaged", f"Sign it again: {again}.") from error
