"""Makes a Debian package with dpkg-deb: the folder under /opt, the commands, the menu entry and its icons."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
#: What Qt and OpenCV take from the system; docs/install.md lists the same under “System libraries”.
DEPENDS = (
    "libdbus-1-3",
    "libegl1",
    "libfontconfig1",
    "libfreetype6",
    "libgl1",
    "libgssapi-krb5-2",
    "libglib2.0-0 | libglib2.0-0t64",
    "libx11-6",
    "libx11-xcb1",
    "libxcb1",
    "libxkbcommon0",
)


def make_deb(folder: Path, out: Path, variant: str, version: str) -> Path:
    """Make the package.

    Args:
        folder: The finished program.
        out: Where it goes.
        variant: "full" or "station-only"; one replaces the other.
        version: Of the program.

    Returns:
        The package.
    """
    name = "inspector-station" if variant == "full" else "inspector-station-only"
    other = "inspector-station-only" if variant == "full" else "inspector-station"
    machine = subprocess.run(["dpkg", "--print-architecture"], check=True, capture_output=True, text=True)
    architecture = machine.stdout.strip()
    target = out / f"{name}_{version}_{architecture}.deb"
    with tempfile.TemporaryDirectory(dir=out) as place:
        root = Path(place) / "root"
        _lay_out(folder, root)
        size_kb = sum(path.lstat().st_size for path in root.rglob("*") if path.is_file()) // 1024
        control = root / "DEBIAN" / "control"
        control.parent.mkdir()
        control.write_text(
            f"Package: {name}\nVersion: {version}\nArchitecture: {architecture}\nSection: science\nPriority: optional\n"
            f"Installed-Size: {size_kb}\nMaintainer: Inspector <inspector-station@localhost>\n"
            f"Depends: libc6 (>= {_libc(folder)}), {', '.join(DEPENDS)}\nConflicts: {other}\nReplaces: {other}\n"
            "Description: visual inspection station\n"
            " Watches a camera, a video or a folder, decides for each part whether it is good, shows where it is not,\n"
            " and keeps one row of record per part.\n",
            encoding="utf-8",
        )
        root.chmod(0o755)
        command = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z1", "--build", root, target]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return target


def _libc(folder: Path) -> str:
    """Return the oldest C library that has every symbol that the libraries of the package take from it, as 2.36."""
    newest = (2, 28)
    for path in folder.rglob("*.so*"):
        if not path.is_symlink():
            said = subprocess.run(["objdump", "-T", path], check=False, capture_output=True, text=True).stdout
            newest = max([newest, *((2, int(minor)) for minor in re.findall(r"GLIBC_2\.(\d+)", said))])
    return f"{newest[0]}.{newest[1]}"


def _lay_out(folder: Path, root: Path) -> None:
    program = root / "opt" / "inspector-station"
    shutil.copytree(folder, program, symlinks=True, copy_function=os.link)
    commands = root / "usr" / "bin"
    commands.mkdir(parents=True)
    for name in ("inspector", "trainer"):
        if (folder / name).is_file():
            (commands / name).symlink_to(f"/opt/inspector-station/{name}")
    share = root / "usr" / "share"
    for place, source, name in (
        ("applications", folder / "inspector-station.desktop", "inspector-station.desktop"),
        ("icons/hicolor/256x256/apps", folder / "inspector.png", "inspector-station.png"),
        ("icons/hicolor/scalable/apps", folder / "inspector.svg", "inspector-station.svg"),
        ("doc/inspector-station", _ROOT / "LICENSE", "copyright"),
    ):
        (share / place).mkdir(parents=True)
        shutil.copy(source, share / place / name)
