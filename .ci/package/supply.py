"""Checks what a package says of what it brings along: licences in it, a bill of materials beside each archive."""

from __future__ import annotations

import hashlib
import json
import tarfile
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_ARCHIVES = ("*.tar.gz", "*.zip", "*.deb")
_BILL, _INDEX, _OFFER = ".cdx.json", "index.json", "OFFER.txt"
#: Whose licence (LGPL) asks for its text and the offer of the sources.
_LGPL = ("PySide6_Essentials",)


class SupplyError(Exception):
    """What a package says of what it brings along is missing or wrong."""


def check_licences(folder: Path) -> str:
    """Check the folder of licences in a package.

    Raises:
        SupplyError: If it, the list, a text, or the offer for what is under the LGPL is missing or empty.
    """
    for name in (_INDEX, _OFFER):
        if not (folder / name).is_file() or not (folder / name).stat().st_size:
            raise SupplyError(f"{folder / name} is missing or empty")
    packages = json.loads((folder / _INDEX).read_text(encoding="utf-8"))["packages"]
    for package in packages:
        texts = [folder / text for text in package["texts"]]
        if not texts or any(not text.is_file() or not text.stat().st_size for text in texts):
            raise SupplyError(f"{package['name']} {package['version']} has no text of its licence in {folder}")
    names = {package["name"].replace("-", "_").casefold() for package in packages}
    missing = [name for name in _LGPL if name.casefold() not in names]
    if missing:
        raise SupplyError(f"{folder / _INDEX} does not name {', '.join(missing)}")
    return f"licences of {len(packages)} packages"


def check_bills(folder: Path) -> str:
    """Check the bill of materials beside each archive of a folder: of this very file, and of what is in it.

    Raises:
        SupplyError: If there is no archive, or one whose bill is missing, of another file, or names what is not in it.
    """
    archives = sorted(path for pattern in _ARCHIVES for path in folder.glob(pattern))
    if not archives:
        raise SupplyError(f"there is no archive in {folder}")
    for archive in archives:
        bill = archive.with_name(archive.name + _BILL)
        if not bill.is_file():
            raise SupplyError(f"{bill.name} does not lie beside {archive.name}")
        said = json.loads(bill.read_text(encoding="utf-8"))
        with archive.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if [each["content"] for each in said["metadata"]["component"]["hashes"]] != [digest]:
            raise SupplyError(f"{bill.name} is the bill of another {archive.name}")
        named = {part["name"] for part in said["components"] if part["type"] == "file"}
        absent = named - _inside(archive) if archive.suffix != ".deb" else set[str]()
        if not named or absent:
            raise SupplyError(f"{bill.name} names no file, or what is not in the archive: {sorted(absent)[:3]}")
    return f"bills of {', '.join(archive.name for archive in archives)}"


def _inside(archive: Path) -> set[str]:
    """Return the names in an archive, below its one folder."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as packed:
            names = packed.namelist()
    else:
        with tarfile.open(archive) as packed:
            names = packed.getnames()
    return {name.partition("/")[2] for name in names}
