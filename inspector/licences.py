"""What the program brings along: every package with its version, its licence and the text of that.

A package has a list that its build has made of what is really in it. Otherwise the installed metadata are read.
"""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.json_file import read_model
from inspector.paths import licences_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The list in a package's folder of licences.
INDEX = "index.json"
_OURS = "inspector-station"
#: Of our own extras these are for those who develop or measure, and no part of the program.
_FOR_DEVELOPERS = ("dev", "bench", "mutants")
#: What is longer is the text itself, which some write there.
_LONGEST_NAME = 300
_TEXT = re.compile(r"licen[cs]e|copying|notice|copyright", re.IGNORECASE)
_REQUIREMENT = re.compile(r"([\w.-]+)\s*(?:\[([\w\s,.-]*)\])?")
_NO_TEXT = {".py", ".pyi", ".pyc", ".h", ".so"}


class LicenceError(InspectorError):
    """There is no such package, or its licence cannot be read."""


class BroughtPackage(BaseModel):
    """One package that the program brings along.

    Args:
        name: As its makers call it.
        version: As its makers number it.
        licence: Its name or expression, as its makers wrote it.
        texts: Files of the licence, from the folder of licences; only in a package.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    version: str
    licence: str
    texts: tuple[str, ...] = ()


class LicenceIndex(BaseModel):
    """The list in a package's folder of licences."""

    model_config = ConfigDict(frozen=True)

    packages: tuple[BroughtPackage, ...]


def brought_packages() -> tuple[BroughtPackage, ...]:
    """Return what is brought along, by name.

    Raises:
        JsonError: If a package's list is damaged.
    """
    folder = licences_dir()
    if folder is not None:
        return read_model(folder / INDEX, LicenceIndex).packages
    packages = {
        distribution.name: BroughtPackage(
            name=distribution.name, version=distribution.version, licence=licence_name(distribution)
        )
        for distribution in _installed()
    }
    return tuple(sorted(packages.values(), key=lambda package: package.name.casefold()))


def licence_text(name: str) -> str:
    """Return all that a package says of its licence, as text.

    Raises:
        LicenceError: If there is no such package, or its files cannot be read.
        JsonError: If a package's list is damaged.
    """
    package = next((package for package in brought_packages() if _plain(package.name) == _plain(name)), None)
    if package is None:
        raise LicenceError(f"no package “{name}” is brought along", "“inspector licences” lists them.")
    folder = licences_dir()
    files = [folder / text for text in package.texts] if folder is not None else _texts_of(package.name)
    try:
        texts = [file.read_text(encoding="utf-8", errors="replace").strip("\n") for file in files]
    except OSError as error:
        raise LicenceError(
            f"the licence of {package.name} cannot be read: {cause_of(error)}", "Install the program again."
        ) from error
    head = f"{package.name} {package.version}: {package.licence}"
    return "\n\n".join([head, *(texts or ["Its distribution holds no text of the licence; see its makers' page."])])


def licence_name(distribution: importlib.metadata.Distribution) -> str:
    """Return how a distribution calls its licence."""
    metadata = distribution.metadata
    said = next((metadata[name].strip() for name in ("License-Expression", "License") if name in metadata), "")
    classified = [line.rpartition(" :: ")[2] for line in metadata.get_all("Classifier") or () if "License ::" in line]
    is_name = said not in {"", "UNKNOWN", "Dual License"} and len(said) <= _LONGEST_NAME and "\n" not in said
    return said if is_name else ", ".join(classified) or "see its text"


def licence_files(distribution: importlib.metadata.Distribution) -> list[Path]:
    """Return the files of a distribution that hold its licences and notices; empty ones are left out."""
    files = [file for file in distribution.files or () if _is_text(file)]
    of_metadata = [file for file in files if any(part.endswith(".dist-info") for part in file.parts)]
    paths = [Path(str(distribution.locate_file(file))) for file in of_metadata or files]
    return [path for path in paths if path.is_file() and path.stat().st_size]


def _is_text(file: importlib.metadata.PackagePath) -> bool:
    named = bool(_TEXT.search(file.name)) or "licenses" in file.parts
    return named and file.suffix not in _NO_TEXT


def _texts_of(name: str) -> list[Path]:
    return licence_files(importlib.metadata.distribution(name))


def _installed() -> Iterator[importlib.metadata.Distribution]:
    """Walk through what the program requires, as far as it is installed; all that is, where it is not itself."""
    pending, seen = [(_OURS, "")], set[tuple[str, str]]()
    try:
        importlib.metadata.distribution(_OURS)
    except importlib.metadata.PackageNotFoundError:
        yield from importlib.metadata.distributions()
        return
    while pending:
        name, wanted = pending.pop()
        if (_plain(name), wanted) in seen:
            continue
        seen.add((_plain(name), wanted))
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # an extra that is not installed
        if name != _OURS:
            yield distribution
        for requirement in distribution.requires or ():
            extra = re.search(r"extra\s*==\s*['\"]([\w-]+)['\"]", requirement)
            if extra is None or extra[1] == wanted or (name == _OURS and extra[1] not in _FOR_DEVELOPERS):
                further = _REQUIREMENT.match(requirement)
                if further is not None:
                    pending += [(further[1], extra) for extra in ("", *re.split(r"\s*,\s*", further[2] or ""))]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).casefold()
