"""Trainings and models in the audit trail."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.trail.event import TrailKind, happened
from inspector.trail.waiting import recorded

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from inspector.paths import Home
    from trainer.protocol import TrainRequest


def training_starts(root: Path, request: TrainRequest) -> AbstractContextManager[None]:
    """Record the start of a training, around it.

    Args:
        root: The data folder.
        request: What is trained.
    """
    after = {"data": request.data, "model": request.out}
    return recorded(root, happened(TrailKind.TRAINING, Path(request.out).name, after=after))


def remove_model(root: Path, bundle: Path) -> None:
    """Delete a model, and record it.

    Args:
        root: The data folder.
        bundle: The model's folder.

    Raises:
        TrailError: If it cannot be recorded; the model stays.
        OSError: If the disk refuses.
    """
    with recorded(root, happened(TrailKind.MODEL_REMOVAL, bundle.name, after={"folder": str(bundle)})):
        shutil.rmtree(bundle)


def with_locked(request: TrainRequest, home: Home) -> TrainRequest:
    """Return a request with the list of pictures that no model may learn from, where the station has one."""
    return request.model_copy(update={"locked": str(home.locked)}) if home.locked.is_file() else request
