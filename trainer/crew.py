"""Independent trainings side by side on the workers of a cluster: one on each worker at a time."""

from __future__ import annotations

import contextlib
import queue
import secrets
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from inspector.cluster import ClusterError
from inspector.domain.causes import cause_of
from inspector.domain.counts import counted
from inspector.files import write_text
from inspector.vision.torchvision_compat import import_torchvision
from trainer.fit import cancelled
from trainer.protocol import Command, Paused, Progress, parse_report
from trainer.shift import BEAT_S, Heard, Unit, UnitOutcome, hear, work_off

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    from inspector.cluster import Cluster
    from trainer.protocol import Report

#: So many workers may be lost with the same training before it is given up.
MOST_LOST = 3
#: So long it is waited for a worker where none is left, seconds.
NO_WORKER_S = 120.0
_LOOK_S = 0.2


@dataclass(slots=True)
class _Assigned:
    """A training at work: on which worker, as Dask's future."""

    number: int
    worker: str
    future: Any


@dataclass(slots=True)
class _UnitRound:
    """The trainings of one round, by their numbers."""

    waiting: deque[int]
    running: list[_Assigned] = field(default_factory=list)
    lost: dict[int, int] = field(default_factory=dict)
    outcomes: dict[int, UnitOutcome] = field(default_factory=dict)


class Crew:
    """The workers of a cluster, as a training uses them. Owned by the thread that trains.

    Args:
        cluster: Connected and checked.
        command: Asked now and then: pause, stop (each keeps its best), cancel.
        checkpoints: Folder of checkpoints; a worker uses it where it sees the same folder. None keeps none.
    """

    def __init__(self, cluster: Cluster, command: Callable[[], Command], checkpoints: Path | None) -> None:
        import_torchvision()  # before a worker's network comes that is made of it
        self._cluster, self._command, self._checkpoints = cluster, command, checkpoints
        self._topic = f"trainer-{secrets.token_hex(8)}"
        self._said: queue.SimpleQueue[tuple[str, int, Report]] = queue.SimpleQueue()
        self._told = Command.RUN
        self._rounds = 0
        self._orders = ""
        self._orders_given: queue.SimpleQueue[tuple[str, Command] | None] = queue.SimpleQueue()
        self._probe = self._leave_probe()
        self._cluster.client.subscribe_topic(self._topic, self._hear_report)
        self._beat = threading.Thread(target=self._tell_workers, name="crew", daemon=True)
        self._beat.start()

    def run(self, units: Sequence[Unit]) -> Generator[Report, None, list[Any]]:
        """Have all of them done; the value is what each came to, in their order.

        Yields:
            How far each is, as `Progress` with its lane, and what it reports.

        Raises:
            InspectorError: What broke in one of them; the others are ended.
            ClusterError: If no worker is left, or workers die of a training.
            CancelledError: If cancelled.
        """
        now = _UnitRound(waiting=deque(range(len(units))))
        self._rounds += 1
        self._orders = f"{self._topic}-{self._rounds}"
        self._give(self._command())
        done_s = time.monotonic()
        try:
            while len(now.outcomes) < len(units):
                yield from self._obey()
                free = self._free(now)
                if free or now.running:
                    done_s = time.monotonic()
                elif time.monotonic() - done_s > NO_WORKER_S:
                    raise ClusterError(
                        f"no worker of {self._cluster.address.text} has been there for {NO_WORKER_S:.0f} s",
                        "Start workers, and then the same training again: with checkpoints it goes on from them.",
                    )
                while free and now.waiting:
                    self._start(now, now.waiting.popleft(), free.pop(), units)
                yield from self._reports(units)
                self._gather(now, units)
            yield from self._reports(units)
        finally:
            if now.running:
                self._give(Command.CANCEL)
            for running in now.running:
                running.future.cancel()
        return [now.outcomes[number].value for number in range(len(units))]

    def close(self) -> None:
        """End what still runs, and stop listening."""
        self._orders_given.put(None)
        self._beat.join(BEAT_S)
        with contextlib.suppress(Exception):  # whatever Dask makes of a scheduler that is gone
            self._cluster.client.unsubscribe_topic(self._topic)
        if self._probe is not None:
            with contextlib.suppress(OSError):
                self._probe[0].unlink()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _obey(self) -> Generator[Report]:
        told = self._command()
        if told is not self._told:
            before = self._told
            self._give(told)
            if Command.PAUSE in {before, told}:
                yield Paused(paused=told is Command.PAUSE)
        if told is Command.CANCEL:
            raise cancelled()

    def _free(self, now: _UnitRound) -> list[str]:
        """Return workers without a training; what runs on one that is gone waits again."""
        there = {worker.address for worker in self._cluster.workers()}
        for running in [each for each in now.running if each.worker not in there and not each.future.done()]:
            now.running.remove(running)
            running.future.cancel()
            self._lose(now, running.number)
        return sorted(there - {running.worker for running in now.running}, reverse=True)

    def _lose(self, now: _UnitRound, number: int) -> None:
        now.lost[number] = now.lost.get(number, 0) + 1
        if now.lost[number] >= MOST_LOST:
            raise ClusterError(
                f"{counted(now.lost[number], 'worker')} died at the same training",
                "Most often memory has run out: give each worker more, or choose a smaller input or fewer views.",
            )
        now.waiting.appendleft(number)

    def _start(self, now: _UnitRound, number: int, worker: str, units: Sequence[Unit]) -> None:
        heard = Heard(
            topic=self._topic,
            orders=self._orders,
            number=number,
            told=self._told,
            checkpoints=None if self._probe is None else self._checkpoints,
            probe=self._probe,
        )
        future = self._cluster.client.submit(
            work_off,
            units[number],
            heard,
            key=f"{self._topic}-{number}-{now.lost.get(number, 0)}-{secrets.token_hex(4)}",
            workers=[worker],
            allow_other_workers=False,
            pure=False,
            retries=0,
        )
        now.running.append(_Assigned(number=number, worker=worker, future=future))

    def _reports(self, units: Sequence[Unit]) -> Generator[Report]:
        """Pass on what the workers have said; wait a moment for it."""
        with contextlib.suppress(queue.Empty):
            while True:
                orders, number, report = self._said.get(timeout=_LOOK_S)
                if orders != self._orders:  # a training of a round that broke was still ending
                    continue
                if isinstance(report, Progress):
                    yield report.model_copy(update={"lane": units[number].words})
                elif not isinstance(report, Paused) and units[number].tells:
                    yield report
                if self._said.empty():
                    return

    def _gather(self, now: _UnitRound, units: Sequence[Unit]) -> None:
        for running in [each for each in now.running if each.future.done()]:
            now.running.remove(running)
            if running.future.status != "finished":
                error = running.future.exception() if running.future.status == "error" else None
                if error is not None and "Killed" not in type(error).__name__:
                    raise ClusterError(
                        f"the training “{units[running.number].words}” broke on a worker: {cause_of(error)}",
                        "Send what the worker's log says.",
                    ) from error
                self._lose(now, running.number)
                continue
            outcome: UnitOutcome = running.future.result()
            if outcome.error is not None:
                raise outcome.error(f"{units[running.number].words}: {outcome.what}", outcome.next_step)
            now.outcomes[running.number] = outcome

    def _hear_report(self, event: tuple[float, list[Any]]) -> None:
        orders, number, line = event[1]
        self._said.put((orders, int(number), parse_report(line)))

    def _give(self, told: Command) -> None:
        self._told = told
        self._orders_given.put((self._orders, told))

    def _tell_workers(self) -> None:
        """Say what is told, and say it again and again: whoever hears nothing for long ends its training."""
        given: tuple[str, Command] | None = ("", Command.RUN)
        while given is not None:
            with contextlib.suppress(Exception):  # whatever Dask makes of a scheduler that is gone; the next time
                self._cluster.client.run(hear, *given, on_error="ignore")
            with contextlib.suppress(queue.Empty):
                given = self._orders_given.get(timeout=BEAT_S)

    def _leave_probe(self) -> tuple[Path, str] | None:
        if self._checkpoints is None:
            return None
        token = secrets.token_hex(16)
        path = self._checkpoints / f"{self._topic}.txt"
        write_text(path, token)
        return path, token
