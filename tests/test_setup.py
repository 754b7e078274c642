"""What `make` shows while it sets up: a line for each step, and pip's own word where it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PIP = """#!/bin/sh
case "$*" in *--editable*) ;; *) exit 0 ;; esac
echo "Collecting numpy>=2"
echo "  Downloading numpy.whl (16 MB)"
echo "Collecting PySide6-Essentials (from inspector)"
echo "Installing collected packages: numpy, PySide6-Essentials"
test {code} = 0 || echo "ERROR: No space left on device" >&2
exit {code}
"""


def _program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="a script for sh")
@pytest.mark.parametrize("code", [0, 3])
def test_the_set_up_says_what_it_does(tmp_path: Path, code: int) -> None:
    """With stand-ins for pip and for the list of system libraries: nothing is installed."""
    _program(tmp_path / "venv" / "bin" / "python", PIP.format(code=code))
    _program(tmp_path / "bin" / "dpkg-query", "#!/bin/sh\nprintf 'install ok installed'\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INSPECTOR_")}
    done = subprocess.run(
        ["sh", str(ROOT / ".ci" / "setup"), str(tmp_path / "venv")],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**kept, "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}", "PYTHON": sys.executable},
    )
    lines = [line.removeprefix("setup: ").strip() for line in done.stderr.splitlines()]
    assert done.returncode == code
    assert lines[:2] == [
        "bringing pip up to date",
        "installing the Python packages: a minute or two the first time, 1.5 to 6 GB",
    ]
    assert {"numpy>=2", "PySide6-Essentials", "unpacking what was fetched"} <= set(lines)
    assert lines[-1] == ("done" if code == 0 else "the packages could not be installed; pip says why above")
    assert ("ERROR: No space left on device" in lines) is (code != 0)
