"""What workers do in tests: rows without a network, from workers that live or die."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.batch.remote import JudgedPiece, WorkerFault
from inspector.batch.rows import make_row
from inspector.domain.policy import error_decision
from inspector.pictures.content import KnownContent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.batch.judge import Job
    from inspector.batch.remote import SentModel
    from inspector.batch.rows import Row

POISON = "poison.png"
DIED = "died"


def judged(model: SentModel, job: Job, files: Sequence[tuple[str, str]]) -> JudgedPiece:
    """Return a row for each file that says that a worker has had it."""
    assert isinstance(job.folder, Path)
    assert job.folder.is_dir()
    return JudgedPiece(rows=tuple(_row(name, model) for name, _ in files))


def dies_once(model: SentModel, job: Job, files: Sequence[tuple[str, str]]) -> JudgedPiece:
    """End the first worker that gets the fifth file, as a power cut does."""
    mark = Path(str(job.folder), DIED)
    if "4.png" in [name for name, _ in files] and not mark.exists():
        mark.touch()
        os._exit(9)
    return judged(model, job, files)


def dies_of_poison(model: SentModel, job: Job, files: Sequence[tuple[str, str]]) -> JudgedPiece:
    """End every worker that gets the poison."""
    if POISON in [name for name, _ in files]:
        os._exit(9)
    return judged(model, job, files)


def always_dies(_model: SentModel, _job: Job, _files: Sequence[tuple[str, str]]) -> JudgedPiece:
    """End every worker."""
    os._exit(9)


def sees_nothing(model: SentModel, job: Job, files: Sequence[tuple[str, str]]) -> JudgedPiece:
    """Return what a worker says that does not have the folder."""
    return JudgedPiece(rows=judged(model, job, files).rows, unseen=True, worker="hall-3")


def cannot_judge(_model: SentModel, _job: Job, _files: Sequence[tuple[str, str]]) -> JudgedPiece:
    """Return what a worker says that cannot load the model."""
    return JudgedPiece(fault=WorkerFault(what="no such device here", next_step="Take another."))


def has_changed(model: SentModel, job: Job, files: Sequence[tuple[str, str]]) -> JudgedPiece:
    """Judge well, and fail the test at the end."""
    if files:
        return judged(model, job, files)
    return JudgedPiece(fault=WorkerFault(what="the model says other things", model_changed=True))


def _row(name: str, model: SentModel) -> Row:
    decision = error_decision("judged by a worker", model.thresholds)
    return make_row(name, KnownContent(None), decision, None, overlay="", model=model.sha256)
