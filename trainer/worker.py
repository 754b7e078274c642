"""A training that is driven from elsewhere: see `trainer.protocol.RunFolder`."""

from __future__ import annotations

import contextlib
import sys
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, BinaryIO

import psutil

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.json_file import JsonError
from inspector.private import refuse_foreign
from trainer.protocol import Failed, Result, Started

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from inspector.cluster import Cluster
    from trainer.protocol import Report, RunFolder

_OUT_OF_MEMORY = (
    "the machine has not enough memory for this training",
    "Choose a smaller input, a smaller batch or fewer views, or close other programs.",
)


def work(
    folder: RunFolder, cluster_of: Callable[[int], AbstractContextManager[Cluster | None]] = lambda _: nullcontext()
) -> int:
    """Train what the folder asks for, write the reports, heed the commands; go on from checkpoints that are there.

    The caller's priority is left as it is; see `step_back`.

    Args:
        cluster_of: Given how many devices are asked for, connects to the cluster that trains side by side what depends
            on no other; the default has it done here.

    Returns:
        0 when it is done, 1 when it failed or was cancelled; the last report says why.

    Raises:
        ForeignError: If somebody else could have written the folder, its request or its command.
    """
    refuse_foreign(folder.path, folder.request_file, folder.command_file)
    process = psutil.Process()
    with folder.reports_file.open("ab") as file:
        _write(file, Started(pid=process.pid, created=process.create_time(), time=time.time()))
        failed = _train(folder, file, cluster_of)
        if failed is None:
            return 0
        _write(file, failed)
        print(f"error: {failed.what}. {failed.next_step}", file=sys.stderr)
        return 1


def _train(  # noqa: C901, PLR0911 - every way in which it can end
    folder: RunFolder, file: BinaryIO, cluster_of: Callable[[int], AbstractContextManager[Cluster | None]]
) -> Failed | None:
    try:
        request = folder.request()
        from trainer.fit import CancelledError  # torch takes seconds
        from trainer.loop import train
    except JsonError as error:
        return Failed(what=f"the request {error.what}", next_step="Start a new one.")
    try:
        with cluster_of(request.devices) as cluster:
            for report in train(request, command=folder.command, checkpoints=folder.checkpoints, cluster=cluster):
                _write(file, report)
                if isinstance(report, Result) and not report.can_go_on:  # else what was tried need not be tried again
                    for checkpoint in folder.checkpoints.glob("*"):
                        checkpoint.unlink()
    except CancelledError as error:
        return Failed(what=error.what, next_step=error.next_step, cancelled=True)
    except InspectorError as error:
        return Failed(what=error.what, next_step=error.next_step)
    except MemoryError:
        return Failed(what=_OUT_OF_MEMORY[0], next_step=_OUT_OF_MEMORY[1])
    except RuntimeError as error:  # torch says so in its own words
        if "memory" in str(error).lower():
            return Failed(what=f"{_OUT_OF_MEMORY[0]}: {error}", next_step=_OUT_OF_MEMORY[1])
        _write(file, Failed(what=f"the training failed: {error}", next_step="Send the folder of this training."))
        raise
    except OSError as error:
        return Failed(
            what=f"{error.filename or 'a file'} cannot be used: {cause_of(error)}",
            next_step="Free space or mend permissions, and resume.",
        )
    return None


def _write(file: BinaryIO, report: Report) -> None:
    file.write(report.model_dump_json().encode() + b"\n")
    file.flush()


def step_back() -> None:
    """Leave the processor to the line: this process goes on at low priority, for good."""
    process = psutil.Process()
    with contextlib.suppress(psutil.Error, OSError):
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else max(15, process.nice()))
