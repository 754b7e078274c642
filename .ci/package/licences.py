"""Finds whose the files of a package are, and gathers the licences of all of them; used by build_spec.spec.

Every file that PyInstaller collects belongs to a distribution of Python, to Python itself, to a package of the system,
or to this program. One that belongs to nobody, and one whose owner has no licence text, fail the build.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector import __version__
from inspector.licences import INDEX, BroughtPackage, LicenceIndex, licence_files, licence_name

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ROOT / ".ci" / "package" / "texts"
#: Texts from the sources of what has none in its distribution.
_OWN_TEXTS = {"pyserial": "pyserial", "pydot": "pydot", "PySide6_Essentials": "Qt", "shiboken6": "Qt"}
_OURS = "inspector-station"
#: Files of ours that are not: their folder, name, licence, text.
_IN_RESOURCES = {
    "resources/fonts": ("Inter", "OFL-1.1", "resources/fonts/OFL.txt"),
    "resources/opcua": ("OPC UA nodeset for machine vision", "MIT", "resources/opcua/LICENSE.txt"),
}


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Whose a file is.

    Args:
        name: As its makers call it.
        version: As its makers number it.
        licence: Its name or expression.
        kind: “pypi”, “deb” or “generic”, as in package URLs.
        texts: The files of its licence, absolute.
    """

    name: str
    version: str
    licence: str
    kind: str
    texts: tuple[str, ...]

    @property
    def key(self) -> str:
        """By which it is told from the others."""
        return f"{self.name}-{self.version}"


class Owners:
    """Finds the owner of a file; reads the installed metadata once."""

    def __init__(self) -> None:
        self._files: dict[str, importlib.metadata.Distribution] = {}
        self._places: dict[str, importlib.metadata.Distribution] = {}
        for distribution in importlib.metadata.distributions():
            for file in distribution.files or ():
                self._files.setdefault(str(Path(str(distribution.locate_file(file))).resolve()), distribution)
            place = getattr(distribution, "_path", None)
            if place is not None:
                self._places[str(Path(place).resolve())] = distribution
        self._known: dict[str, Owner] = {}

    def of(self, file: Path) -> list[Owner]:
        """Return whose a file is; of an OpenCV that was built here, FFmpeg's makers' too.

        Raises:
            SystemExit: If it is nobody's, or its owner has no licence text.
        """
        path = file.resolve()
        distribution = self._files.get(str(path)) or self._places.get(str(path.parent))
        if distribution is not None:
            return [self._distribution(distribution)]
        if path.is_relative_to(ROOT / "build" / "opencv"):
            place = ROOT / "build" / "opencv" / path.relative_to(ROOT / "build" / "opencv").parts[0]
            return [self._distribution(importlib.metadata.distribution("opencv-python-headless")), _ffmpeg(place)]
        if path.name == "base_library.zip":  # made by PyInstaller of Python's own modules
            return [_python()]
        if path.is_relative_to(ROOT) and not path.is_relative_to(Path(sys.prefix).resolve()):
            return [_ours(path)]
        if path.is_relative_to(Path(sys.base_prefix).resolve()):
            return [_python()]
        return [self._of_system(file)]

    def _distribution(self, distribution: importlib.metadata.Distribution) -> Owner:
        name = distribution.name
        if name not in self._known:
            texts = licence_files(distribution)
            if not texts and name in _OWN_TEXTS:
                texts = sorted((TEXTS / _OWN_TEXTS[name]).iterdir())
            if not texts:
                sys.exit(
                    f"package: {name} {distribution.version} has no licence text in its distribution. Put the text "
                    f"from its sources into {TEXTS}, and name it in {Path(__file__).name}; or leave the package out."
                )
            self._known[name] = Owner(
                name=name,
                version=distribution.version,
                licence=licence_name(distribution),
                kind="pypi",
                texts=tuple(str(text) for text in texts),
            )
        return self._known[name]

    def _of_system(self, file: Path) -> Owner:
        if shutil.which("dpkg-query") is None:
            sys.exit(f"package: whose {file} is, and under which licence, is not known; leave it out, or say it here")
        spelled = {str(file), str(file.resolve())}
        spelled |= {path.removeprefix("/usr") for path in spelled} | {f"/usr{path}" for path in spelled}
        for path in sorted(spelled):
            if path not in self._known:
                said = subprocess.run(["dpkg-query", "--search", path], check=False, capture_output=True, text=True)
                if said.returncode != 0:
                    continue
                self._known[path] = _debian(said.stdout.partition(": ")[0].partition(",")[0])
            return self._known[path]
        sys.exit(f"package: {file} belongs to no distribution of Python and to no package of the system; leave it out")


def _debian(package: str) -> Owner:
    name = package.partition(":")[0]
    asked = ["dpkg-query", "--show", "--showformat", "${Version}", package]
    version = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    text = Path("/usr/share/doc") / name / "copyright"
    if not text.is_file():
        sys.exit(f"package: the package {name} of the system has no licence text at {text}")
    named = re.findall(r"^License: *(\S.*)$", text.read_text(encoding="utf-8", errors="replace"), flags=re.MULTILINE)
    licence = " AND ".join(dict.fromkeys(named)) or "see its text"
    return Owner(name=name, version=version, licence=licence, kind="deb", texts=(str(text),))


def _python() -> Owner:
    version = ".".join(str(number) for number in sys.version_info[:3])
    places = [Path(sys.base_prefix) / "LICENSE.txt", Path(importlib.__file__).parents[1] / "LICENSE.txt"]
    places += [Path(f"/usr/share/doc/python{version.rpartition('.')[0]}/copyright")]
    text = next((place for place in places if place.is_file()), None)
    if text is None:
        sys.exit(f"package: Python's own licence is not at {', '.join(str(place) for place in places)}")
    return Owner(name="Python", version=version, licence="PSF-2.0", kind="generic", texts=(str(text),))


def _ours(path: Path) -> Owner:
    for folder, (name, licence, text) in _IN_RESOURCES.items():
        if path.is_relative_to(ROOT / folder):
            return Owner(name=name, version=__version__, licence=licence, kind="generic", texts=(str(ROOT / text),))
    return Owner(name=_OURS, version=__version__, licence="Apache-2.0", kind="generic", texts=(str(ROOT / "LICENSE"),))


def _ffmpeg(place: Path) -> Owner:
    """Return the owner of the FFmpeg in an OpenCV that was built here; its build keeps version and licence."""
    version = (place / "ffmpeg-version").read_text(encoding="utf-8").strip()
    texts = (str(TEXTS / "FFmpeg" / "LGPL-2.1.txt"), str(place / "ffmpeg-licence.md"))
    return Owner(name="FFmpeg", version=version, licence="LGPL-2.1-or-later", kind="generic", texts=texts)


def gather(collected: Iterable[tuple[str, str]], work: Path) -> list[tuple[str, str, str]]:
    """Find the owner of each file, write list and texts.

    Args:
        collected: (place in the package, file), of everything that PyInstaller collects; modules by their source.
        work: Takes the texts, and `owners.json`: which places in the package are whose, for `sbom.py`.

    Returns:
        The list and the texts as PyInstaller's (place, file, kind).

    Raises:
        SystemExit: If a file is nobody's, or an owner has no text.
    """
    owners, places, everybody = Owners(), dict[str, list[str]](), dict[str, Owner]()
    bootloader = str(importlib.metadata.distribution("pyinstaller").locate_file("PyInstaller/__init__.py"))
    ours = str(ROOT / "inspector" / "__init__.py")
    programs = [(name, file) for name in ("inspector", "trainer") for file in (bootloader, ours)]
    for place, file in (*collected, *programs):
        for owner in owners.of(Path(file)):
            everybody[owner.key] = owner
            keys = places.setdefault(Path(place).as_posix(), [])
            if owner.key not in keys:
                keys.append(owner.key)
    folder = work / "licences"
    shutil.rmtree(folder, ignore_errors=True)
    packages = [_written(owner, folder) for _, owner in sorted(everybody.items(), key=lambda item: item[0].casefold())]
    shutil.copy(TEXTS / "OFFER.txt", folder / "OFFER.txt")
    (folder / INDEX).write_text(LicenceIndex(packages=tuple(packages)).model_dump_json(indent=1), encoding="utf-8")
    listed = {"owners": {key: asdict(owner) for key, owner in everybody.items()}, "places": places}
    (work / "owners.json").write_text(json.dumps(listed), encoding="utf-8")
    print(f"licences of {len(packages)} packages gathered", flush=True)
    return [
        (f"licences/{path.relative_to(folder).as_posix()}", str(path), "DATA")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


def _written(owner: Owner, folder: Path) -> BroughtPackage:
    """Copy the texts of an owner; return its line of the list."""
    own = re.sub(r"[^\w.+-]", "_", owner.key)
    (folder / own).mkdir(parents=True, exist_ok=True)
    texts: dict[str, bytes] = {}
    for text in map(Path, owner.texts):
        content = text.read_bytes()
        if content in texts.values():
            continue  # the same text twice, in metadata and module
        inside = text.parts[text.parts.index("licenses") + 1 :] if "licenses" in text.parts else text.parts[-1:]
        name = "_".join(inside)[-120:]
        texts[name if name not in texts else f"{len(texts)}-{name}"] = content
    for name, content in texts.items():
        (folder / own / name).write_bytes(content)
    return BroughtPackage(
        name=owner.name, version=owner.version, licence=owner.licence, texts=tuple(f"{own}/{name}" for name in texts)
    )
