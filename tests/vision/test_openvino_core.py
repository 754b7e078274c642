"""OpenVINO's core: one for the process, so that a signal finds the process alive."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from inspector.vision.openvino_core import openvino_core
from tests.bundles import make_bundle

#: Two models of one thread, the first of which ends first, and one that another thread lets go; then a signal.
_ENDS = """
import faulthandler, signal, sys, threading
from pathlib import Path
from inspector.vision.backends import list_devices, load_classifier
from inspector.vision.bundle import Bundle

faulthandler.enable()  # as pytest, and whoever looks for a crash
signal.signal(signal.SIGTERM, lambda *_: print("heard", flush=True))
bundle = Bundle.load(Path(sys.argv[1]))
load = lambda: load_classifier(bundle, device="cpu", precision="fp32")
first, second = load(), load()
del first
list_devices()
del second
kept = [load()]
thread = threading.Thread(target=kept.clear)
thread.start()
thread.join()
signal.raise_signal(signal.SIGTERM)
"""


def test_all_threads_get_the_same() -> None:
    together = threading.Barrier(4)

    def ask(_: int) -> object:
        together.wait()
        return openvino_core()

    with ThreadPoolExecutor(4) as threads:
        assert {id(core) for core in threads.map(ask, range(4))} == {id(openvino_core())}


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_signal_is_heard_after_models_were_changed(tmp_path: Path) -> None:
    model = make_bundle(tmp_path / "spots")
    ended = subprocess.run([sys.executable, "-c", _ENDS, str(model)], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "heard\n"), ended.stderr
