"""A stop at any moment is an orderly end: no abort, the exit code that was meant."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_SCRIPT = """
import sys, threading, time
import inspector.cli
def busy():
    import numpy
    while True:
        numpy.ones((300, 300)) @ numpy.ones((300, 300))
def command(arguments):
    for _ in range(4):
        threading.Thread(target=busy, daemon=True).start()
    print("said")
    return int(arguments[0])
inspector.cli.main = command
from inspector.__main__ import main
sys.argv = ["inspector", {code!r}]
sys.exit(main())
"""


def test_a_process_whose_threads_are_inside_a_library_ends_with_its_code() -> None:
    for code in ("0", "3", "130"):
        done = subprocess.run(
            [sys.executable, "-c", _SCRIPT.replace("{code!r}", repr(code))],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (int(code), "said\n", "")
