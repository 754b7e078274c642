"""How a process of the station ends, whatever its threads are in the middle of."""

from __future__ import annotations

import logging
import os
import sys
import threading


def end_process(code: int) -> None:
    """End the process where a driver's thread hangs, or a worker is inside a library; return where neither is so.

    A thread that the interpreter's end tears out of OpenCV or OpenVINO aborts the process (std::terminate), and the
    exit code with it.

    Args:
        code: Exit code of the process.
    """
    if any(thread is not threading.main_thread() for thread in threading.enumerate()):
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
