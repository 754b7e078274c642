"""Writes `.ci/locked.txt`: every package of the packaged build with its version and the hash of its file, by pip alone.

`make lock` runs it where the package is built: Linux on x86-64, Python 3.11, with the CPU build of torch. pip resolves
what pyproject.toml asks for and says which files it would install; nothing is installed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKED = ROOT / ".ci" / "locked.txt"
#: Where builds of torch for the CPU lie; an empty TORCH_INDEX: where pip is set up to look anyway.
TORCH_INDEX = os.environ.get("TORCH_INDEX", "https://download.pytorch.org/whl/cpu")
#: Build the program itself, where there is no network to fetch them.
_BUILDS = ("hatchling", "editables")
_HEAD = """\
# The packages of the packaged build, with the SHA-256 of each file: Linux on x86-64, Python 3.11, torch for the CPU.
# Made by `make lock`; `make setup LOCKED=1` installs just these, `make package` refuses others.
"""


def main() -> int:
    """Resolve, and write the file; returns pip's code where that fails."""
    with tempfile.TemporaryDirectory() as place:
        report = Path(place) / "report.json"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        pip += ["--disable-pip-version-check", "--report", str(report)]
        pip += ["--extra-index-url", TORCH_INDEX] if TORCH_INDEX else []
        done = subprocess.run([*pip, f"{ROOT}[dev]", *_BUILDS], check=False)
        if done.returncode != 0:
            return done.returncode
        LOCKED.write_text(locked(json.loads(report.read_text(encoding="utf-8"))), encoding="utf-8")
    print(f"{LOCKED} written")
    return 0


def locked(report: dict) -> str:  # type: ignore[type-arg]
    """Return the text of the file, of pip's report.

    Raises:
        SystemExit: If a file has no hash, as one that pip would build itself, or torch is no build for the CPU.
    """
    lines = []
    for install in report["install"]:
        name, version = install["metadata"]["name"], install["metadata"]["version"]
        if name == "inspector-station":
            continue
        digest = install["download_info"].get("archive_info", {}).get("hashes", {}).get("sha256")
        if digest is None:
            sys.exit(f"lock: {name} {version} has no hash: {install['download_info']['url']}")
        if name == "torch" and not version.endswith("+cpu"):
            sys.exit(f"lock: torch {version} is no build for the CPU; is {TORCH_INDEX} reached?")
        lines.append(f"{name}=={version} --hash=sha256:{digest}")
    return _HEAD + "\n".join(sorted(lines, key=str.casefold)) + "\n"


if __name__ == "__main__":
    sys.exit(main())
