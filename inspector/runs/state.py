"""What a process beside the station is doing, or how it ended: one set of states for trainings and batches."""

from __future__ import annotations

from enum import StrEnum


class ProcessState(StrEnum):
    """What a training or a batch is doing; each kind has those that make sense of it."""

    STARTING = "starting"  #: a batch: lists the folder, loads the model
    RUNNING = "running"
    PAUSED = "paused"  #: a training: holds its memory, and goes on when told
    STOPPING = "stopping"  #: a batch: finishes the pictures at hand
    STOPPED = "stopped"  #: a batch: ended when asked, and can go on
    CANCELLED = "cancelled"  #: a training: ended when asked, for good
    DONE = "done"
    FAILED = "failed"
    DIED = "died"  #: a training: the process is gone without a last word, and can go on from what was saved
    BLOCKED = "model changed"  #: a batch: not finished, and cannot go on: its model is gone or another one

    @property
    def active(self) -> bool:
        """True while a process works."""
        return self in _ACTIVE


_ACTIVE = frozenset({ProcessState.STARTING, ProcessState.RUNNING, ProcessState.PAUSED, ProcessState.STOPPING})
