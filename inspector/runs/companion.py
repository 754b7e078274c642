"""A command of the station that runs beside it for as long as it is wanted, and is started again where it ends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from inspector.runs.answers import told_fault
from inspector.runs.processes import ProcessError
from inspector.runs.side_process import SideProcess, last_word

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: It is started again after so long, and after twice as long every further time.
_FIRST_WAIT_S = 2.0
_LONGEST_WAIT_S = 60.0
#: One that ran for so long begins with the first wait again.
_WELL_S = 120.0
#: So long it may take to end in order: the window is gone within two seconds.
_END_S = 1.0


class Companion:
    """See the module. Used by one thread at a time, which looks after it about once a second.

    The command may say in one line of JSON on stdout that it is ready, or ``{"error": …}`` and ends. It runs at low
    priority, and must end by itself where this process is gone.

    Args:
        name: What it is, as “page in the browser”.
        now_s: A clock that does not jump, seconds.
    """

    def __init__(self, name: str, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._name, self._now_s = name, now_s
        self._command: tuple[str, ...] = ()
        self._process: SideProcess | None = None
        self._started_s = self._again_s = 0.0
        self._wait_s = _FIRST_WAIT_S
        self._ready = b""
        self.fault = ""  #: why it does not run; stays until it is ready

    @property
    def running(self) -> bool:
        """Whether its process ran when it was looked at last."""
        return self._process is not None

    def want(self, command: Sequence[str]) -> None:
        """Run this from now on, in place of what runs; nothing where it is empty."""
        if tuple(command) != self._command:
            self.again()
            self._command, self.fault = tuple(command), ""

    def again(self) -> None:
        """End what runs; it is started anew at the next look, for instance as what it has read has changed."""
        if self._process is not None:
            self._process.end(wait_s=_END_S)
        self._process, self._ready = None, b""
        self._again_s, self._wait_s = 0.0, _FIRST_WAIT_S

    def look(self) -> bytes:
        """See how it is doing, and start it where it should run and does not.

        Returns:
            The line that says that it is ready; empty where it is not.
        """
        process, now_s = self._process, self._now_s()
        if process is None:
            if self._command and now_s >= self._again_s:
                self._start(now_s)
            return b""
        for line in process.new_lines():
            if told_fault(line) is None:
                self._ready, self.fault = line, ""
        if process.code() is not None:
            self._ended(process, now_s)
        return self._ready

    def end(self) -> None:
        """End it for good."""
        self.want(())

    # --- inside -------------------------------------------------------------------------------------------------------

    def _start(self, now_s: float) -> None:
        try:
            self._process = SideProcess(self._command, name=self._name)
        except ProcessError as error:
            self.fault = str(error)
            self._later(now_s)
        self._started_s = now_s

    def _ended(self, process: SideProcess, now_s: float) -> None:
        told = told_fault(process.output())
        why = f"it ended with code {process.code()}: {last_word(process.said())}"
        self.fault = f"{told.what}. {told.next_step}".strip() if told is not None else why
        process.close()
        self._process, self._ready = None, b""
        if now_s - self._started_s > _WELL_S:
            self._wait_s = _FIRST_WAIT_S
        self._later(now_s)

    def _later(self, now_s: float) -> None:
        self._again_s = now_s + self._wait_s
        self._wait_s = min(2 * self._wait_s, _LONGEST_WAIT_S)
