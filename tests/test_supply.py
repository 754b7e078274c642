"""What a package brings along: its licences, the bill of materials beside it, the lock of its build, advisories."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import re
import sys
import tarfile
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from inspector import licences as shown
from inspector.cli import main
from inspector.licences import LicenceError, brought_packages, licence_text

ROOT = Path(__file__).resolve().parent.parent
LOCKED = ROOT / ".ci" / "locked.txt"


def _module(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.rpartition("/")[2], ROOT / ".ci" / f"{path}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    return _module("package/licences")


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    return _module("package/sbom")


def _file_of(name: str, wanted: str) -> Path:
    distribution = importlib.metadata.distribution(name)
    file = next(file for file in distribution.files or () if file.as_posix() == wanted)
    return Path(str(distribution.locate_file(file)))


# --- licences ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def collected(tmp_path: Path) -> list[tuple[str, str]]:
    """What a build collects: (place in the package, file)."""
    return [
        ("numpy/__init__.py", str(_file_of("numpy", "numpy/__init__.py"))),
        ("serial/__init__.py", str(_file_of("pyserial", "serial/__init__.py"))),
        ("PySide6/__init__.py", str(_file_of("PySide6-Essentials", "PySide6/__init__.py"))),
        ("json", json.__file__),
        ("resources/fonts/OFL.txt", str(ROOT / "resources" / "fonts" / "OFL.txt")),
        ("inspector/cli", str(ROOT / "inspector" / "cli" / "__init__.py")),
    ]


def test_every_package_of_a_build_has_its_texts(
    licences: ModuleType, collected: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {place: Path(file) for place, file, _ in licences.gather(collected, tmp_path)}
    assert "licences/OFFER.txt" in files
    monkeypatch.setattr(shown, "licences_dir", lambda: files["licences/index.json"].parent)
    packages = {package.name: package for package in brought_packages()}
    assert set(packages) == {
        *("numpy", "pyserial", "PySide6_Essentials", "Python", "Inter", "inspector-station", "pyinstaller")
    }
    assert "LGPL-3.0" in packages["PySide6_Essentials"].licence
    for name, words in (
        ("pyserial", "Chris Liechti"),
        ("pyside6-essentials", "GNU LESSER GENERAL PUBLIC LICENSE"),
        ("Python", "PYTHON SOFTWARE FOUNDATION LICENSE"),
        ("Inter", "SIL OPEN FONT LICENSE"),
        ("inspector-station", "Apache License"),
    ):
        assert words in licence_text(name), name


def test_a_package_without_a_text_fails_the_build(
    licences: ModuleType, collected: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(licences, "_OWN_TEXTS", {})
    with pytest.raises(SystemExit, match=r"pyserial 3\.\d+ has no licence text"):
        licences.gather(collected, tmp_path)


def test_a_file_that_is_nobodys_fails_the_build(licences: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "libunknown.so.1").write_bytes(b"?")
    with pytest.raises(SystemExit, match=r"libunknown\.so\.1"):
        licences.gather([("libunknown.so.1", str(tmp_path / "libunknown.so.1"))], tmp_path / "work")


def test_an_installation_from_source_lists_what_it_requires(capsys: pytest.CaptureFixture[str]) -> None:
    names = {package.name for package in brought_packages()}
    assert {"numpy", "PySide6_Essentials", "pydantic_core", "torch"} <= names
    assert not {"pytest", "ruff", "inspector-station"} & names
    assert all(package.licence for package in brought_packages())
    assert main(["licences"]) == 0
    assert re.search(r"^numpy \S+ +BSD", capsys.readouterr().out, flags=re.MULTILINE)
    assert main(["licences", "NumPy"]) == 0
    assert "Redistribution and use" in capsys.readouterr().out
    with pytest.raises(LicenceError, match="no package “nothing”"):
        licence_text("nothing")


# --- the bill of materials --------------------------------------------------------------------------------------------


def _packed(
    licences: ModuleType, sbom: ModuleType, collected: list[tuple[str, str]], place: Path
) -> tuple[Path, Path, dict[str, Any]]:
    """Pack the files as a build does; return folder, archive and what is known of owners."""
    folder = place / "inspector-station"
    texts = licences.gather(collected, place / "supply")
    for name, file in (*collected, *((name, file) for name, file, _ in texts)):
        target = folder / "_internal" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(Path(file).read_bytes())
    (folder / "inspector").write_bytes(b"the program")
    archive = place / "station.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(folder, folder.name)
    return folder, archive, sbom.load(place / "supply" / "owners.json")


def test_the_bill_says_what_is_in_the_archive(
    licences: ModuleType, sbom: ModuleType, collected: list[tuple[str, str]], tmp_path: Path
) -> None:
    folder, archive, owned = _packed(licences, sbom, collected, tmp_path)
    bill = json.loads(sbom.write_sbom(archive, folder, owned, version="1.2.3").read_text(encoding="utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    about = bill["metadata"]["component"]
    assert (about["name"], about["version"]) == ("station.tar.gz", "1.2.3")
    assert about["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(archive.read_bytes()).hexdigest()}]
    files = {part["name"]: part for part in bill["components"] if part["type"] == "file"}
    with tarfile.open(archive) as packed:
        held = {
            entry.name.partition("/")[2]: hashlib.sha256(stream.read()).hexdigest()
            for entry in packed
            if (stream := packed.extractfile(entry)) is not None
        }
    assert {name: part["hashes"][0]["content"] for name, part in files.items()} == held
    index = json.loads((folder / "_internal" / "licences" / "index.json").read_text(encoding="utf-8"))
    assert {(part["name"], part["version"]) for part in bill["components"] if part["type"] != "file"} == {
        (package["name"], package["version"]) for package in index["packages"]
    }


def test_a_file_that_came_into_the_folder_unseen_fails_the_build(
    licences: ModuleType, sbom: ModuleType, collected: list[tuple[str, str]], tmp_path: Path
) -> None:
    folder, archive, owned = _packed(licences, sbom, collected, tmp_path)
    (folder / "_internal" / "unseen").mkdir()
    (folder / "_internal" / "unseen" / "lib.so").write_bytes(b"?")
    with pytest.raises(SystemExit, match=r"unseen/lib\.so"):
        sbom.write_sbom(archive, folder, owned, version="1.2.3")


def _small_package(place: Path) -> tuple[Path, Path]:
    """A package with one library, and its archive; return the folder of licences and the archive."""
    texts = place / "package" / "inspector-station" / "_internal" / "licences"
    (texts / "Qt").mkdir(parents=True)
    (texts / "Qt" / "LGPL.txt").write_text("the text", encoding="utf-8")
    (texts / "OFFER.txt").write_text("the offer", encoding="utf-8")
    qt = {"name": "PySide6_Essentials", "version": "6", "licence": "LGPL-3.0", "texts": ["Qt/LGPL.txt"]}
    (texts / "index.json").write_text(json.dumps({"packages": [qt]}), encoding="utf-8")
    archive = place / "station.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(place / "package" / "inspector-station", "inspector-station")
    return texts, archive


def _bill(archive: Path, *files: str) -> None:
    """Write a bill in the shape of `sbom.write_sbom`, which has its own test."""
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    parts = [{"type": "file", "name": name} for name in files]
    said = {"metadata": {"component": {"hashes": [{"alg": "SHA-256", "content": digest}]}}, "components": parts}
    archive.with_name(f"{archive.name}.cdx.json").write_text(json.dumps(said), encoding="utf-8")


def test_the_proof_of_a_package_asks_for_a_bill_beside_each_archive(tmp_path: Path) -> None:
    supply, (texts, archive) = _module("package/supply"), _small_package(tmp_path)
    with pytest.raises(supply.SupplyError, match="does not lie beside station"):
        supply.check_bills(tmp_path)
    _bill(archive, "_internal/licences/OFFER.txt")
    assert supply.check_bills(tmp_path) == "bills of station.tar.gz"
    for named in ((), ("elsewhere.so",)):
        _bill(archive, *named)
        with pytest.raises(supply.SupplyError, match="names no file, or what is not in the archive"):
            supply.check_bills(tmp_path)
    archive.write_bytes(archive.read_bytes() + b"more")
    with pytest.raises(supply.SupplyError, match="the bill of another"):
        supply.check_bills(tmp_path)
    with pytest.raises(supply.SupplyError, match="no archive"):
        supply.check_bills(texts)


def test_the_proof_of_a_package_asks_for_the_texts_of_licences(tmp_path: Path) -> None:
    supply, (texts, _) = _module("package/supply"), _small_package(tmp_path)
    assert supply.check_licences(texts) == "licences of 1 packages"
    (texts / "Qt" / "LGPL.txt").write_bytes(b"")
    with pytest.raises(supply.SupplyError, match="PySide6_Essentials 6 has no text of its licence"):
        supply.check_licences(texts)
    (texts / "index.json").write_text('{"packages": []}', encoding="utf-8")
    with pytest.raises(supply.SupplyError, match="does not name PySide6_Essentials"):
        supply.check_licences(texts)
    (texts / "OFFER.txt").unlink()
    with pytest.raises(supply.SupplyError, match=r"OFFER\.txt is missing"):
        supply.check_licences(texts)


# --- the lock ---------------------------------------------------------------------------------------------------------


def _locked() -> dict[str, str]:
    lines = [line for line in LOCKED.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    parts = [re.fullmatch(r"([\w.-]+)==(\S+) --hash=sha256:[0-9a-f]{64}", line) for line in lines]
    assert [line for line, part in zip(lines, parts, strict=True) if part is None] == []
    return {canonicalize_name(part[1]): part[2] for part in parts if part is not None}


def test_the_lock_holds_all_that_the_project_asks_for_and_it_fits() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *extras["dev"]]
    asked += [line for extra in Requirement(extras["dev"][0]).extras for line in extras[extra]]
    locked = _locked()
    wrong = [
        line
        for line in map(Requirement, asked)
        if line.name != "inspector-station"
        and not line.specifier.contains(locked.get(canonicalize_name(line.name), "0"), prereleases=True)
    ]
    assert wrong == []
    assert locked["torch"].endswith("+cpu")


def test_a_file_without_a_hash_is_not_locked() -> None:
    lock = _module("lock")
    entry = {"metadata": {"name": "x", "version": "1"}, "download_info": {"url": "file:///x", "dir_info": {}}}
    with pytest.raises(SystemExit, match="x 1 has no hash"):
        lock.locked({"install": [entry]})


# --- advisories -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "code", "wanted", "words"),
    [
        ("", 0, 0, "no weakness is known"),
        ("Found 2 known vulnerabilities in 1 package", 1, 1, "Found 2"),
        ("requests.exceptions.ConnectionError: Max retries exceeded", 1, 0, "SKIPPED"),
        ("TypeError: nothing", 1, 2, "has failed"),
    ],
)
def test_advisories_fail_where_one_is_known_and_never_for_want_of_a_network(
    said: str, code: int, wanted: int, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    program = f"import sys; print({said!r}, file=sys.stderr); sys.exit({code})"
    assert _module("advisories").main([sys.executable, "-c", program]) == wanted
    assert words in "".join(capfd.readouterr())
