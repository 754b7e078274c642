"""Builds a package with PyInstaller, makes it lighter, weighs it, and puts it into archives with checksums.

`make package` runs it; INSPECTOR_VARIANT is "full" (default) or "station-only".
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NAME = "inspector-station"
#: Megabytes (10⁶ bytes) of the folder, for Linux.
LIMITS_MB = {"full": 900, "station-only": 350}
_LISTED = 25
_LICENCES = """\
What this program brings along is under licences of its own. The list is what "inspector licences" prints; the window
shows it under F1, "About and licences". The texts lie in the folder "_internal/licences", one folder for each package.
What the LGPL gives you, and the offer of sources, stands in "_internal/licences/OFFER.txt".
"""
_LINUX = sys.platform.startswith("linux")


def main() -> int:
    """Build; returns 1 where the package is heavier than it may be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "package", help="where packages go")
    parser.add_argument("--no-archive", action="store_true", help="make the folder only")
    parser.add_argument("--opencv", choices=("built", "wheel"), default="built" if _LINUX else "wheel")
    parser.add_argument("--unlocked", action="store_true", help="take what is installed, whatever .ci/locked.txt says")
    parsed = parser.parse_args()
    variant = os.environ.get("INSPECTOR_VARIANT", "full")
    if variant not in LIMITS_MB:
        sys.exit(f"package: INSPECTOR_VARIANT is “{variant}”; it may be {' or '.join(LIMITS_MB)}")
    _refuse_cuda(variant)
    if _LINUX and not parsed.unlocked:
        _refuse_unlocked()
    folder = _build(parsed.out / variant, own_opencv=parsed.opencv == "built")
    if _LINUX:
        from lighten import lighten  # noqa: PLC0415 - beside this file

        lighten(folder)
    total_mb = weigh(folder)
    limit = LIMITS_MB[variant]
    print(f"{total_mb:.0f} MB in all; the limit of the {variant} package is {limit} MB", flush=True)
    if not parsed.no_archive:
        for archive in _archives(folder, parsed.out, variant):
            print(f"{archive}  {archive.stat().st_size / 1e6:.0f} MB", flush=True)
    if _LINUX and total_mb > limit:
        print(f"package: {total_mb - limit:.0f} MB too heavy", file=sys.stderr)
        return 1
    return 0


def _refuse_cuda(variant: str) -> None:
    if variant == "full":
        import torch  # noqa: PLC0415 - seconds

        if torch.version.cuda is not None:
            sys.exit(
                f"package: torch {torch.__version__} is a CUDA build, several GB. Install the CPU build: pip install "
                '"torch==2.13.*" "torchvision==0.28.*" --index-url https://download.pytorch.org/whl/cpu'
            )


def _refuse_unlocked() -> None:
    """Refuse to pack another version than the locked one."""
    lines = (ROOT / ".ci" / "locked.txt").read_text(encoding="utf-8").splitlines()
    locked = dict(line.split(" ")[0].split("==") for line in lines if not line.startswith("#"))
    other = []
    for name, version in locked.items():
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            installed = "not installed"
        if installed != version:
            other.append(f"{name} {installed}, locked {version}")
    if other:
        sys.exit(
            f"package: installed is {'; '.join(other)}. Install what is locked: make clean setup LOCKED=1; or "
            "lock what is newer: make lock; or pack what is installed: make package UNLOCKED=1"
        )


def _build(place: Path, *, own_opencv: bool) -> Path:
    if importlib.util.find_spec("PyInstaller") is None:
        sys.exit('package: PyInstaller is missing; pip install -e ".[dev]"')
    environment = os.environ | {"INSPECTOR_SUPPLY": str(place / "supply")}  # where `_archives` looks for it
    if own_opencv:
        import opencv  # noqa: PLC0415 - beside this file

        environment["PYTHONPATH"] = str(opencv.build())
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN"]
    command += ["--workpath", str(place / "work"), "--distpath", str(place), str(ROOT / "build_spec.spec")]
    subprocess.run(command, check=True, cwd=ROOT, env=environment)
    shutil.rmtree(place / "work")
    folder = place / NAME
    if _LINUX:
        for name in ("inspector-station.desktop", "inspector.svg", "inspector.png"):
            source = ROOT / ("resources/icons" if name.startswith("inspector.") else ".ci/package") / name
            shutil.copy(source, folder / name)
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE")
    (folder / "THIRD-PARTY-LICENCES.txt").write_text(_LICENCES, encoding="utf-8")
    return folder


def weigh(folder: Path) -> float:
    """Print what weighs how much.

    Returns:
        All of it, in megabytes.
    """
    weights: dict[str, int] = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            inside = path.relative_to(folder).parts
            key = "/".join(inside[1:2] if inside[0] == "_internal" and len(inside) > 2 else inside[-1:])
            weights[key] = weights.get(key, 0) + path.stat().st_size
    ordered = sorted(weights.items(), key=lambda one: -one[1])
    for name, size in ordered[:_LISTED]:
        print(f"{size / 1e6:8.1f} MB  {name}")
    rest = ordered[_LISTED:]
    print(f"{sum(size for _, size in rest) / 1e6:8.1f} MB  {len(rest)} others")
    return sum(weights.values()) / 1e6


def _archives(folder: Path, out: Path, variant: str) -> list[Path]:
    """Make the platform's archives, each with a file of its SHA-256 beside it."""
    sys.path.insert(0, str(ROOT))
    from sbom import load, write_sbom  # noqa: PLC0415 - beside this file

    from inspector import __version__  # noqa: PLC0415 - these sources, not an installed copy

    system = {"linux": "linux", "darwin": "macos", "win32": "windows"}.get(sys.platform, sys.platform)
    stem = (
        f"{NAME if variant == 'full' else 'inspector-station-only'}-{__version__}-{system}-{platform.machine().lower()}"
    )
    if sys.platform == "win32":
        made = [_zip(folder, out / f"{stem}.zip")]
    else:
        application = folder.with_name("Inspector.app")
        folder = application if application.is_dir() else folder
        made = [_tar(folder, out / f"{stem}.tar.gz")]
    owned = load(out / variant / "supply" / "owners.json")
    write_sbom(made[0], folder, owned, version=__version__)
    made.append(
        _devices(out, owned, __version__, f"{NAME}-intel-devices-{__version__}-{system}-{platform.machine().lower()}")
    )
    if shutil.which("dpkg-deb"):
        from debian import make_deb  # noqa: PLC0415 - beside this file

        made.append(make_deb(folder, out, variant, __version__))
        write_sbom(made[-1], folder, owned, version=__version__)  # it holds the same, and the commands' links
    for archive in made:
        with archive.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        archive.with_name(archive.name + ".sha256").write_text(f"{digest}  {archive.name}\n", encoding="ascii")
    return made


def _devices(out: Path, owned: dict[str, Any], version: str, stem: str) -> Path:
    """Make the archive of OpenVINO's libraries for Intel's GPUs and NPUs, to be unpacked where the package was."""
    from contents import openvino_devices  # noqa: PLC0415 - beside this file
    from sbom import write_sbom  # noqa: PLC0415 - beside this file

    with tempfile.TemporaryDirectory(dir=out) as place:
        libraries = Path(place) / NAME / "_internal" / "openvino" / "libs"
        libraries.mkdir(parents=True)
        for path in openvino_devices():
            shutil.copy(path, libraries / path.name)
        folder = Path(place) / NAME
        windows = sys.platform == "win32"
        archive = _zip(folder, out / f"{stem}.zip") if windows else _tar(folder, out / f"{stem}.tar.gz")
        write_sbom(archive, folder, owned, version=version)
        return archive


def _tar(folder: Path, target: Path) -> Path:
    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        return entry

    with tarfile.open(target, "w:gz", compresslevel=6) as archive:
        archive.add(folder, folder.name, filter=plain)
    return target


def _zip(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, Path(folder.name) / path.relative_to(folder))
    return target


if __name__ == "__main__":
    sys.exit(main())
