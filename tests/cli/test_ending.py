"""A stop at any moment is an orderly end: no abort, the exit code that was meant."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.waits import WAIT_S

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
            timeout=WAIT_S,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (int(code), "said\n", "")


_TERMINATED = """
import signal, sys
# a shell starts what is beside it with Ctrl-C ignored, and nohup with a hang-up ignored
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
import inspector.cli
def command(arguments):
    signal.raise_signal(getattr(signal, arguments[0]))
    return 0
inspector.cli.main = command
from inspector.__main__ import main
sys.argv = ["inspector", {name!r}]
sys.exit(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_before_the_command_hears_it_ends_as_ctrl_c_does(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _TERMINATED.replace("{name!r}", repr(name))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")
