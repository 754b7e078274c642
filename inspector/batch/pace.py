"""How far a batch is, and how fast."""

from __future__ import annotations

import time

from inspector.batch.progress import BatchStage, RunProgress

_SAY_EVERY_S = 0.25


class RunPace:
    """How far the judging is, how fast, and whether it is time to say so.

    Args:
        there: Files that have a row already.
        total: All files.
    """

    def __init__(self, there: int, total: int) -> None:
        self.done = there
        self._there, self._total = there, total
        self._begun_s = self._said_s = time.perf_counter()

    def is_due(self) -> bool:
        """Whether so long nothing was said that it is time."""
        return time.perf_counter() - self._said_s >= _SAY_EVERY_S

    def progress(self, waiting: str = "") -> RunProgress:
        """Return how far it is.

        Args:
            waiting: As in `RunProgress`.
        """
        self._said_s = time.perf_counter()
        judged = self.done - self._there
        rate = judged / max(self._said_s - self._begun_s, 1e-6)
        return RunProgress(
            stage=BatchStage.JUDGING,
            done=self.done,
            total=self._total,
            rate=round(rate, 2) if judged else None,
            seconds_left=round((self._total - self.done) / rate, 1) if judged else None,
            waiting=waiting,
        )
