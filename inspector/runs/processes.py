"""Processes beside the station: started detached at low priority, and recognised again later."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from pydantic import BaseModel, ConfigDict

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: How far they step back, on systems with niceness.
NICE = 10
_LAST = 19
#: Two readings of a process's start differ by rounding and by corrections of the clock, not by more.
_SAME_START_S = 2.0


class ProcessError(InspectorError):
    """A process cannot be started."""


class ProcessMark(BaseModel):
    """Which process it is."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    pid: int
    created: float  #: its start time, POSIX seconds: a pid alone may be another process's by now


def launch(command: Sequence[str], *, name: str, out: int, errors: int) -> subprocess.Popen[bytes]:
    """Start a process that outlives this one and leaves the processor to the line.

    Args:
        command: Program and arguments.
        name: Of the thread that collects it when it ends, so that no zombie stays.
        out: Descriptor of the file that takes stdout.
        errors: Descriptor of the file that takes stderr.

    Raises:
        ProcessError: If it cannot be started.
    """
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    try:
        process = subprocess.Popen(  # noqa: S603 - one of our own programs
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=errors,
            start_new_session=True,
            creationflags=flags,
        )
    except OSError as error:
        raise ProcessError(
            f"{command[0]} cannot be started: {cause_of(error)}", "Install the program again."
        ) from error
    step_back(process.pid)
    threading.Thread(target=process.wait, name=name, daemon=True).start()
    return process


def step_back(pid: int) -> None:
    """Give a process a low priority, so that it leaves the processor to the line."""
    with contextlib.suppress(psutil.Error, OSError):
        process = psutil.Process(pid)
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else max(NICE, process.nice()))
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        # Linux shares the processor between sessions first, and by niceness within one only; see sched(7), autogroup.
        # A session of others, as that of a terminal, keeps its share: the line may run there.
        if os.getsid(pid) == pid:
            Path(f"/proc/{pid}/autogroup").write_text(str(NICE), encoding="ascii")


def step_back_further() -> None:
    """Give this thread, and those that it starts, the lowest priority: long computing in a process that must answer.

    After `step_back` a process still gets a tenth of what a line gets. Nothing is changed but on Linux: elsewhere a
    priority is a process's.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LAST)


def mark_of(pid: int) -> ProcessMark:
    """Return what a running process is recognised by.

    Raises:
        ProcessError: If it has ended.
    """
    try:
        return ProcessMark(pid=pid, created=psutil.Process(pid).create_time())
    except psutil.Error as error:
        raise ProcessError(f"the process {pid} has ended already", "Start it again.") from error


def is_alive(mark: ProcessMark) -> bool:
    """True where that very process runs."""
    try:
        process = psutil.Process(mark.pid)
        same: bool = abs(process.create_time() - mark.created) < _SAME_START_S
        alive: bool = process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
    return same and alive


def kill_tree(mark: ProcessMark, *, wait_s: float = 5.0) -> None:
    """End a process and its children at once; nothing happens where it has ended.

    Args:
        mark: Which one; another that has its number by now is left alone.
        wait_s: So long its end is waited for.
    """
    if is_alive(mark):
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(mark.pid)
            for member in (*process.children(recursive=True), process):
                with contextlib.suppress(psutil.NoSuchProcess):  # it has ended meanwhile; the others have not
                    member.kill()
            process.wait(wait_s)


def ask_to_end(mark: ProcessMark) -> bool:
    """Tell a process to finish what it is at and end; return whether it was told: Windows knows no such request."""
    if sys.platform != "win32" and is_alive(mark):
        with contextlib.suppress(OSError):
            os.kill(mark.pid, signal.SIGTERM)
            return True
    return False
