"""The real station as a process, and what it says of itself: its lines, its faults, and the file beside its log."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.waits import until

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).resolve().parents[2]
_FIGURES = re.compile(r"^\d+ parts? · ")
_TALLY = re.compile(r"^\d+ parts? inspected: ")
_LOOK_S = 0.05
#: A station that twenty other programs leave a hundredth of a processor takes minutes to start.
_PATIENCE_S = 600.0
#: What it says comes line by line; so long after the first one all are there.
_SETTLES_S = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What the station said from a time on.

    Args:
        at_s: By `time.perf_counter`.
        words: Its faults, one a line; empty while all is well.
    """

    at_s: float
    words: str


class Station:
    """`inspector run` as a process.

    Args:
        home: Its data folder.
        recipe: Of that folder.
        lot: Of its parts; in the window it is left out.
        window: The display of the window (as ``:99``); empty for headless.
        log: Where its log is; None for the data folder's.
        wrap: A command before it, as ``prlimit``.
        environment: More of it.
    """

    def __init__(
        self,
        home: Path,
        *,
        recipe: str,
        lot: str = "",
        window: str = "",
        log: Path | None = None,
        wrap: Sequence[str] = (),
        environment: dict[str, str] | None = None,
    ) -> None:
        self.log = log or home / "results.sqlite3"
        self.lot = lot
        self._pulse = self.log.with_name(f"{self.log.stem}.line.json")
        command = [*wrap, sys.executable, "-m", "inspector", "run", "--recipe", recipe, "--home", str(home)]
        command += ["--log", str(self.log)] if log else []
        if not window:
            command += ["--headless", "--json", *(["--lot", lot] if lot else [])]
        self.window = bool(window)
        self._lock = threading.Lock()
        self._told: list[dict[str, Any]] = []
        self._moments: list[Moment] = []
        self._pulse_parts = 0
        self.before: frozenset[str] = frozenset()  #: ids of the rows that were there at its start
        self.errors: list[str] = []  #: every line of its error output
        self._over = threading.Event()
        more = {"DISPLAY": window, "QT_QPA_PLATFORM": "xcb"} if window else {}
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **more, **(environment or {})},
        )
        works = [self._read_parts, self._read_errors, *([self._watch_pulse] if window else [])]
        self._threads = [threading.Thread(target=work, daemon=True) for work in works]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """How it has ended; None while it runs."""
        return self._process.poll()

    @property
    def told(self) -> list[dict[str, Any]]:
        """Each part that it has printed as a whole line; of a window, none."""
        with self._lock:
            return list(self._told)

    @property
    def counted(self) -> int:
        """How many parts it says it has inspected."""
        with self._lock:
            return max(len(self._told), self._pulse_parts)

    @property
    def moments(self) -> list[Moment]:
        """What it has said, oldest first."""
        with self._lock:
            return list(self._moments)

    @property
    def words(self) -> str:
        """What it says now."""
        settled_s = time.perf_counter() - _SETTLES_S
        return next((moment.words for moment in reversed(self.moments) if moment.at_s < settled_s), "")

    def wait_begun(self, learns_s: float) -> None:
        """Wait until it has inspected a part, has ended, or says for long that it does not know the empty belt."""

        def late() -> bool:
            moments = self.moments
            return "empty belt" in self.words and time.perf_counter() - moments[0].at_s > learns_s

        self._until(lambda: self.counted or self.code is not None or late())

    def wait_parts(self, more: int) -> None:
        """Wait for so many further parts."""
        wanted = self.counted + more
        self._until(lambda: self.counted >= wanted or self.code is not None)
        self._still_there()

    def wait_said(self, pattern: str, since_s: float) -> float:
        """Wait until a fault is said; return how long after a time that was."""
        looked = re.compile(pattern, re.IGNORECASE | re.DOTALL)

        def first() -> Moment | None:
            moments = self.moments
            ends = [moment.at_s for moment in moments[1:]] + [float("inf")]
            return next(
                (m for m, end in zip(moments, ends, strict=True) if end > since_s and looked.search(m.words)), None
            )

        self._until(lambda: first() is not None or self._over.is_set())
        moment = first()
        if moment is None:
            msg = f"“{pattern}” was never said; the last words: {self.words or 'none'} {self.errors[-3:]}"
            raise AssertionError(msg)
        return max(0.0, moment.at_s - since_s)

    def wait_well(self, since_s: float) -> float:
        """Wait until nothing is said and a further part was told; return how long after a time the last word ended."""
        before = self.counted
        self._until(lambda: (not self.words and self.counted > before) or self.code is not None)
        self._still_there()
        well_s = time.perf_counter()
        for moment in reversed(self.moments):
            if moment.words:
                break
            well_s = moment.at_s
        return max(0.0, well_s - since_s)

    def said_between(self, from_s: float, to_s: float) -> bool:
        """Whether anything was said at any time between two."""
        moments = self.moments
        ends = [moment.at_s for moment in moments[1:]] + [float("inf")]
        return any(m.words and end > from_s and m.at_s < to_s for m, end in zip(moments, ends, strict=True))

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    def wait(self) -> int:
        """Wait for its end, and until everything that it said was read; return its exit code."""
        until(lambda: self.code is not None, limit_s=_PATIENCE_S)
        self._over.set()
        for thread in self._threads:
            thread.join()
        for pipe in (self._process.stdout, self._process.stderr):
            assert pipe is not None
            pipe.close()
        return self._process.returncode

    def stop(self) -> int:
        """Ask it to end, and wait for that."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """End it at once, if it still runs."""
        if self.code is None:
            self._process.kill()
        self.wait()

    def _until(self, condition: Callable[[], object]) -> None:
        try:
            until(condition, limit_s=_PATIENCE_S)
        except AssertionError as error:
            msg = f"{error}; it says: {self.words or 'nothing'}; {self.counted} parts; {self.errors[-2:]}"
            raise AssertionError(msg) from error

    def _still_there(self) -> None:
        if self.code is not None:
            msg = f"the station has ended by itself with code {self.code}: {self.errors[-5:]}"
            raise AssertionError(msg)

    def _read_parts(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.endswith("\n") and line.startswith("{"):  # a kill cuts the last one off
                with self._lock:
                    self._told.append(json.loads(line))

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        for raw in self._process.stderr:
            line = raw.rstrip("\n")
            with self._lock:
                self.errors.append(line)
            if self.window or _TALLY.match(line):
                continue
            now_s = time.perf_counter()
            with self._lock:
                if _FIGURES.match(line):  # begins what is said from now on
                    self._moments.append(Moment(at_s=now_s, words=""))
                elif self._moments and not line.startswith(("model ", "note: ", "not taken: ", "log: ")):
                    last = self._moments.pop()
                    self._moments.append(Moment(at_s=last.at_s, words=f"{last.words}\n{line}".strip()))
        self._over.set()

    def _watch_pulse(self) -> None:
        while not self._over.wait(_LOOK_S) and self.code is None:
            with suppress(OSError, ValueError):  # not there yet, or on a disk that breaks
                pulse = json.loads(self._pulse.read_text(encoding="utf-8"))
                words = "\n".join([*([pulse["face"]] if pulse["faulty"] else []), *pulse["faults"]])
                with self._lock:
                    self._pulse_parts = pulse["parts"]
                    if not self._moments or self._moments[-1].words != words:
                        self._moments.append(Moment(at_s=time.perf_counter(), words=words))
        self._over.set()
