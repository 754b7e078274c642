"""Writes beside every archive what is in it, as CycloneDX 1.6: packages with licences, files with hashes."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".cdx.json"
_OURS = "inspector-station"


def write_sbom(archive: Path, folder: Path, owned: dict[str, Any], *, version: str) -> Path:
    """Write the bill of materials of an archive.

    Args:
        archive: The finished archive; its hash is in the bill.
        folder: What was packed.
        owned: What `licences.gather` has noted in `owners.json`.
        version: Of the program.

    Returns:
        The file, beside the archive.

    Raises:
        SystemExit: If a file in the folder belongs to nobody, or the bill is not as CycloneDX wants it.
    """
    packages = {key: _package(key, owner) for key, owner in owned["owners"].items()}
    bom = Bom()
    bom.metadata.timestamp = datetime.now(UTC)
    bom.metadata.component = Component(
        name=archive.name, version=version, type=ComponentType.APPLICATION, bom_ref="archive", hashes=[_hash(archive)]
    )
    holds = dict.fromkeys(packages, False)
    for path in sorted(folder.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            continue
        name = path.relative_to(folder).as_posix()
        keys = owners_of(name, owned)
        for key in keys:
            holds[key] = True
        hashes = [] if path.is_symlink() else [_hash(path)]
        owners = [Property(name="inspector:owner", value=key) for key in keys]
        if path.is_symlink():
            owners.append(Property(name="inspector:link", value=path.readlink().as_posix()))
        bom.components.add(
            Component(name=name, type=ComponentType.FILE, bom_ref=f"file:{name}", hashes=hashes, properties=owners)
        )
    modules = {key for keys in owned["places"].values() for key in keys}  # compiled into the programs' archives
    for key, package in packages.items():
        if holds[key] or (key in modules and _holds_programs(folder)):
            bom.components.add(package)
    described = [part for part in bom.components if part.type is not ComponentType.FILE]
    bom.register_dependency(bom.metadata.component, described)
    text = JsonV1Dot6(bom).output_as_string(indent=1)
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if fault is not None:
        raise SystemExit(f"package: the bill of materials is not as CycloneDX wants it: {fault}")
    target = archive.with_name(archive.name + SUFFIX)
    target.write_text(text, encoding="utf-8")
    return target


def owners_of(name: str, owned: dict[str, Any]) -> list[str]:
    """Return whose a file of the package's folder is.

    Args:
        name: Its path in the folder, with ``/``.

    Raises:
        SystemExit: If that is not known.
    """
    inside = name.partition("Contents/")[2].partition("/")[2] or name  # of a bundle of macOS
    inside = inside.removeprefix("_internal/").removesuffix(".exe")
    keys = owned["places"].get(inside)
    if keys:
        return list(keys)
    ours = [key for key, owner in owned["owners"].items() if owner["name"] == _OURS]
    if "/" not in inside or inside.startswith("licences/"):  # the programs, their icons, the texts
        return ours
    near = {key for place, keys in owned["places"].items() if place.rpartition("/")[0] == inside.rpartition("/")[0]
            for key in keys}  # fmt: skip
    if len(near) == 1:  # a link that was made beside what it leads to
        return list(near)
    raise SystemExit(f"package: whose {name} is, is not known; see owners.json")


def load(path: Path) -> dict[str, Any]:
    """Read `owners.json`."""
    owned: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return owned


def _holds_programs(folder: Path) -> bool:
    return any(path.name.partition(".")[0] == "inspector" and path.is_file() for path in folder.rglob("inspector*"))


def _package(key: str, owner: dict[str, Any]) -> Component:
    namespace = "debian" if owner["kind"] == "deb" else None
    return Component(
        name=owner["name"],
        version=owner["version"],
        type=ComponentType.APPLICATION if owner["name"] == _OURS else ComponentType.LIBRARY,
        bom_ref=f"package:{key}",
        licenses=[DisjunctiveLicense(name=owner["licence"])],
        purl=PackageURL(type=owner["kind"], namespace=namespace, name=owner["name"], version=owner["version"]),
    )


def _hash(path: Path) -> HashType:
    with path.open("rb") as file:
        return HashType(alg=HashAlgorithm.SHA_256, content=hashlib.file_digest(file, "sha256").hexdigest())
