"""What a worker process does first; Dask calls `dask_setup` in it."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from typing import Any

#: In the environment of a worker that `inspector.cluster.connect` has started: how many there are.
SHARES = "INSPECTOR_CLUSTER_WORKERS"


def cores_of(number: int, workers: int, cores: list[int]) -> list[int]:
    """Return the cores of one of several workers: its share, at least one."""
    if workers >= len(cores):
        return [cores[number % len(cores)]]
    return cores[number * len(cores) // workers : (number + 1) * len(cores) // workers]


def dask_setup(worker: Any) -> None:  # noqa: ANN401 - distributed.Worker
    """Leave Ctrl-C to whoever started it, and keep to a share of the cores where there is one.

    Args:
        worker: Dask's; its name is its number where `connect` has started it.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    shares = os.environ.get(SHARES, "")
    if shares.isdecimal() and str(worker.name).isdecimal() and hasattr(os, "sched_setaffinity"):
        share = cores_of(int(worker.name), int(shares), sorted(os.sched_getaffinity(0)))
        with contextlib.suppress(OSError):  # a container may forbid it; then they share all
            for thread in os.listdir("/proc/self/task"):  # noqa: PTH208 - names are enough
                os.sched_setaffinity(int(thread), share)
