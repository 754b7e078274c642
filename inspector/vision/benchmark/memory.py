"""Peak memory of one contender, in a process that does nothing else."""

from __future__ import annotations

import multiprocessing
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.domain.errors import ClassifierError
from inspector.vision.benchmark.contenders import build

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

    from inspector.domain.records import Image
    from inspector.vision.benchmark.contenders import Entrant
    from inspector.vision.bundle import Bundle

_TIMEOUT_S = 120.0
_BYTES_PER_MB = 1e6


def peak_memory_mb(entry: Entrant, bundle: Bundle, images: Sequence[Image]) -> float:
    """Load a contender in a new process, let it judge the pictures twice, and return the process's peak.

    Args:
        images: One or more; about as many as the contender takes at once.

    Returns:
        The largest resident memory, interpreter and libraries included, 10^6 bytes.

    Raises:
        ClassifierError: If the process fails or does not answer, or this is a packaged program, which cannot start its
            interpreter for it.
    """
    if getattr(sys, "frozen", False):
        raise ClassifierError(f"the memory of {entry} is not measured in the packaged program", "")
    context = multiprocessing.get_context("spawn")  # a forked process would count what this one holds
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(theirs, entry, bundle, list(images)), daemon=True)
    process.start()
    theirs.close()
    try:
        answer: Any = ours.recv() if ours.poll(_TIMEOUT_S) else f"no answer within {_TIMEOUT_S:.0f} s"
    except EOFError:
        answer = "it ended without an answer"
    finally:
        ours.close()
        process.kill()
        process.join()
        process.close()
    if isinstance(answer, str):
        raise ClassifierError(f"the memory of {entry} was not measured: {answer}", "")
    return float(answer) / _BYTES_PER_MB


def _measure(answer: Connection, entry: Entrant, bundle: Bundle, images: list[Image]) -> None:
    """What the new process does."""
    try:
        contender = build(entry, bundle)
        for _ in range(2):
            contender.judge(images)
        answer.send(_peak_bytes())
    except Exception as error:  # noqa: BLE001 - the other process says it
        answer.send(str(error) or type(error).__name__)


def _peak_bytes() -> int:
    """The largest resident memory that this process ever had."""
    system = platform.system()
    if system == "Linux":
        # not getrusage: its figure is inherited from the process that started this one
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    if system == "Windows":
        import psutil  # only here

        return int(psutil.Process().memory_info().peak_wset)
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS counts bytes
