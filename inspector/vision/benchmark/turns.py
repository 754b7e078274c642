"""Contenders that take turns: within every round each judges or computes for about the same time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.domain.records import Image
    from inspector.vision.benchmark.contenders import Answer, Contender, Entrant
    from inspector.vision.benchmark.throughput import GraphRunner

_LEAST_PICTURES = 2
_MOST_PICTURES = 4096


class Seat(Protocol):
    """Somebody who takes turns."""

    @property
    def name(self) -> str:
        """What is measured, for the progress."""
        ...

    @property
    def times_s(self) -> list[float]:
        """Seconds per picture, one per round."""
        ...

    def turn(self, slice_s: float) -> None:
        """Work for about so long, and note the time per picture."""
        ...


@dataclass(slots=True, kw_only=True)
class ContenderSeat:
    """A contender with the pictures that it judges.

    Args:
        name: Shown beside the progress.
        entry: What it was built from.
        images: One or more; they are judged in a circle.
    """

    name: str
    entry: Entrant
    contender: Contender
    images: Sequence[Image]
    times_s: list[float] = field(default_factory=list)
    calls_s: list[float] = field(default_factory=list)
    _per_picture_s: float = 0.0
    _next: int = 0

    def judge_all(self) -> list[Answer]:
        """Judge every picture once; the turns' length is planned by the time that it takes."""
        self.contender.judge(self.images[: self.entry.batch])  # the first call compiles and chooses kernels
        start = time.perf_counter()
        judgements = self.contender.judge(self.images)
        self._per_picture_s = (time.perf_counter() - start) / len(self.images)
        return judgements

    def warm_up(self) -> None:
        """Judge a batch twice; see `judge_all`, which does more."""
        pictures = list(islice(cycle(self.images), self.entry.batch))
        self.contender.judge(pictures)
        start = time.perf_counter()
        self.contender.judge(pictures)
        self._per_picture_s = (time.perf_counter() - start) / len(pictures)

    def turn(self, slice_s: float) -> None:
        """See `Seat.turn`; one at a time, every call is noted too."""
        count = max(_LEAST_PICTURES, min(_MOST_PICTURES, round(slice_s / max(self._per_picture_s, 1e-6))))
        batch = self.entry.batch
        count = -(-count // batch) * batch
        first = self._next % len(self.images)
        pictures = list(islice(cycle(self.images), first, first + count))
        self._next += count
        start = time.perf_counter()
        if batch > 1:
            self.contender.judge(pictures)
        else:
            for picture in pictures:
                before = time.perf_counter()
                self.contender.judge([picture])
                self.calls_s.append(time.perf_counter() - before)
        self.times_s.append((time.perf_counter() - start) / count)


@dataclass(slots=True, kw_only=True)
class GraphSeat:
    """A graph alone.

    Args:
        name: Shown beside the progress.
    """

    name: str
    runner: GraphRunner
    times_s: list[float] = field(default_factory=list)
    _per_picture_s: float = 0.0

    def turn(self, slice_s: float) -> None:
        """See `Seat.turn`."""
        if not self._per_picture_s:
            self._per_picture_s = 1.0 / self.runner.rate(slice_s / 4)
        count = self.runner.whole(max(1, round(slice_s / self._per_picture_s)))
        self.times_s.append(self.runner.seconds(count) / count)


def take_turns(
    seats: Sequence[Seat], *, rounds: int, slice_s: float, progress: Callable[[int, int, str], None] | None = None
) -> None:
    """Let everybody take a turn, round after round, so that a change of the machine's speed meets all alike.

    Args:
        seats: Who takes part; each is warm.
        rounds: One or more.
        slice_s: About how long a turn takes, seconds.
        progress: Told before every turn of the rounds done, the rounds in all, and whose turn it is.
    """
    for number in range(rounds):
        for seat in seats:
            if progress is not None:
                progress(number, rounds, seat.name)
            seat.turn(slice_s)
