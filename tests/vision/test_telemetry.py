"""The station sends nothing to anybody."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_telemetry_of_openvino_and_nncf_is_not_loaded() -> None:
    code = (
        "import sys, threading\n"
        "from inspector.vision.backends import list_devices\n"
        "list_devices()\n"
        "import nncf\n"
        "print(sys.modules['openvino_telemetry'], [one.name for one in threading.enumerate()])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "None ['MainThread']"
