"""Reads an exported recipe that may be damaged, newer, or made to harm: all of it is checked, nothing is taken."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector import __version__
from inspector.domain.causes import cause_of
from inspector.domain.errors import RecipeError
from inspector.json_file import MAX_BYTES, JsonError, parse_model
from inspector.recipes.recipe import parse_recipe
from inspector.shelf.package import (
    CHALLENGE,
    CHUNK,
    FORMAT,
    LIST,
    MODELS,
    RECIPE,
    SIGNATURE,
    PackageError,
    PackageList,
    PackageSignature,
)
from inspector.signing import signer_of, trusted_keys
from inspector.vision.manifest import MANIFEST_FILE, check_file_name

if TYPE_CHECKING:
    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe

#: A model becomes smaller by less than ten; what would become larger by more than this was made to fill the disk.
_MOST_PACKED = 200
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError),
    *(EOFError, RuntimeError, ValueError, KeyError, OverflowError),
)
_KINDS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What was read of a file; nothing has been taken from it yet.

    Args:
        recipe: As it was written.
        about: Who wrote it, where and when.
        models: Those that lie in it, by the names of their folders.
        signer: What the key that signed it is called here; empty where it is none that is trusted.
    """

    recipe: Recipe
    about: PackageList
    models: tuple[str, ...]
    signer: str

    @property
    def words(self) -> str:
        """Who wrote it, where, when, and who signed it, as a sentence."""
        when = f"{self.about.written.astimezone():%Y-%m-%d %H:%M}"
        signed = f"signed by {self.signer}" if self.signer else "not signed by a key that is trusted here"
        station = f" at {self.about.station}" if self.about.station else ""
        return f"Written by {self.about.by}{station}, {when}; {signed}."


def read_package(path: Path, home: Home) -> Package:
    """Read a file and check all of it; nothing is taken.

    Raises:
        PackageError: If it is damaged, newer than this program, or no such file.
        RecipeError: If the recipe in it cannot be used.
        SigningError: If a key cannot be read.
    """
    with opened_archive(path) as archive:
        return read_archive(archive, path, home)


def opened_archive(path: Path) -> zipfile.ZipFile:
    """Open a file.

    Raises:
        PackageError: If there is none, or it is no archive.
    """
    try:
        return zipfile.ZipFile(path)
    except OSError as error:
        raise PackageError(f"{path} cannot be read: {cause_of(error)}", "Check the path.") from error
    except _UNREADABLE as error:
        raise _damaged(path, "it is no exported recipe, or only a part of one") from error


def read_archive(archive: zipfile.ZipFile, path: Path, home: Home) -> Package:
    """Read and check all of an open file; see `read_package`."""
    members = {member.filename: member for member in archive.infolist()}
    limit = max(_MOST_PACKED * path.stat().st_size, MAX_BYTES)
    if len(members) != len(archive.infolist()) or not {LIST, RECIPE, SIGNATURE} <= set(members):
        raise _damaged(path, "it is no exported recipe, or only a part of one")
    if any(not _is_plain(member) for member in members.values()):
        raise _damaged(path, "it is packed in a way that no exported recipe is")
    if sum(member.file_size for member in members.values()) > limit:
        raise _damaged(path, "it would become far larger than an exported recipe does")
    text = _member(archive, path, LIST)
    about = _list(text, path)
    if set(about.files) != set(members) - {LIST, SIGNATURE}:
        raise _damaged(path, "its list names other files than are in it")
    for name, file in about.files.items():
        if _digest(archive, path, name) != (file.size, file.sha256):
            raise _damaged(path, f"“{name}” is not what was exported: its SHA-256 differs")
    signer = _signer(archive, path, text, home)
    recipe = _recipe(_member(archive, path, RECIPE), about, path)
    _check_pictures(about, recipe, path)
    return Package(recipe=recipe, about=about, models=_models(about, path), signer=signer)


def _list(text: bytes, path: Path) -> PackageList:
    try:
        about = parse_model(text, PackageList, where="its list")
    except JsonError as error:
        raise _damaged(path, error.what) from error
    if about.format > FORMAT:
        raise _newer(path, about)
    return about


def _recipe(content: bytes, about: PackageList, path: Path) -> Recipe:
    try:
        return parse_recipe(content.decode("utf-8"), where=f"in {path.name}")
    except (RecipeError, UnicodeDecodeError) as error:
        if _version(about.program) > _version(__version__):
            raise _newer(path, about) from error
        if isinstance(error, RecipeError):
            raise
        raise _damaged(path, "its recipe is no text") from error


def _models(about: PackageList, path: Path) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for name in about.files:
        if name == RECIPE or name.startswith(CHALLENGE):
            continue
        model, _, inner = name.removeprefix(MODELS).partition("/")
        if not name.startswith(MODELS) or not model or model.startswith(".") or Path(model).name != model:
            raise _damaged(path, f"“{name}” does not belong into an exported recipe")
        if inner != MANIFEST_FILE:
            try:
                check_file_name(inner)
            except ValueError as error:
                raise _damaged(path, str(error)) from error
        names[model] = None
    return tuple(names)


def _check_pictures(about: PackageList, recipe: Recipe, path: Path) -> None:
    """Refuse a picture that no challenge part of the recipe has, and one that is not what its name says."""
    wanted = {part.picture for part in recipe.challenge.parts}
    for name, file in about.files.items():
        picture = name.removeprefix(CHALLENGE)
        if picture != name and (picture not in wanted or Path(picture).stem != file.sha256):
            raise _damaged(path, f"“{name}” is not the picture of a challenge part")


def _signer(archive: zipfile.ZipFile, path: Path, text: bytes, home: Home) -> str:
    """Return what the key is called that has signed the list; empty where none that is trusted has."""
    try:
        file = parse_model(_member(archive, path, SIGNATURE), PackageSignature, where="its signature")
        signature = base64.b64decode(file.signature, validate=True)
    except (JsonError, binascii.Error) as error:
        raise _damaged(path, "its signature cannot be read") from error
    keys = trusted_keys(home.root)
    signer = signer_of(text, signature, keys)
    if signer is None and file.key in {key.fingerprint for key in keys}:
        raise _damaged(path, "it was changed after it was signed")
    return "" if signer is None else signer.name


# --- archive ----------------------------------------------------------------------------------------------------------


def _is_plain(member: zipfile.ZipInfo) -> bool:
    mode = member.external_attr >> 16
    plain = not member.is_dir() and stat.S_IFMT(mode) in {0, stat.S_IFREG} and not member.flag_bits & 0x1
    return plain and member.compress_type in _KINDS


def _member(archive: zipfile.ZipFile, path: Path, name: str) -> bytes:
    try:
        with archive.open(name) as member:
            content = member.read(MAX_BYTES + 1)
    except _UNREADABLE as error:
        raise _damaged(path, f"“{name}” cannot be read") from error
    if len(content) > MAX_BYTES:
        raise _damaged(path, f"“{name}” is too long")
    return content


def _digest(archive: zipfile.ZipFile, path: Path, name: str) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(name) as member:
            while chunk := member.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except _UNREADABLE as error:
        raise _damaged(path, f"“{name}” cannot be read ({cause_of(error)})") from error
    return size, digest.hexdigest()


def _damaged(path: Path, why: str) -> PackageError:
    return PackageError(f"{path.name} cannot be imported: {why}", "Export the recipe once more; nothing was changed.")


def _newer(path: Path, about: PackageList) -> PackageError:
    return PackageError(
        f"{path.name} was written by Inspector {about.program}, this is {__version__}",
        f"Install Inspector {about.program} or newer here.",
    )


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text)[:4])
