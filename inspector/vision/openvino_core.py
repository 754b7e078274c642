"""OpenVINO's one core of this process."""

from __future__ import annotations

import threading
from typing import Any

_lock = threading.Lock()
_core: Any = None


def openvino_core() -> Any:  # noqa: ANN401 - openvino.Core
    """Return the `openvino.Core` of this process; it is made once, and lives as long as the process.

    Each core's CPU plug-in gives the thread that makes it a stack for signals, and frees that stack with the core
    (`SigAltStackSetup` in OpenVINO's CPU plug-in). Where cores end in another order than they began, or on another
    thread, the thread is left with a stack that is gone, and the next SIGTERM or Ctrl-C ends the process without a word
    (seen with 2026.1: segmentation fault).
    """
    import openvino as ov  # 0.1 s

    global _core  # noqa: PLW0603 - one for the process is the purpose
    with _lock:
        if _core is None:
            _core = ov.Core()
    return _core
