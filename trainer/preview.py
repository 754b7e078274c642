"""A grid of what the network will see: pictures and their augmented views."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.errors import BundleError
from inspector.files import FileError
from inspector.pictures import write_picture
from inspector.vision.preprocess import Preprocessing, ResizePolicy
from trainer.augment import PRESETS, views

if TYPE_CHECKING:
    from pathlib import Path

    from trainer.dataset import Dataset
    from trainer.protocol import TrainRequest

_SIDE = 160
_VIEWS = 6


def write_preview(dataset: Dataset, request: TrainRequest, folder: Path) -> Path:
    """Write ``augmentation-PRESET.png``: a row per class and type, the plain picture first.

    Args:
        dataset: One good picture and one of up to three defect types are shown.
        request: Its preset, strength, policy and seed are used.
        folder: Takes the PNG files.

    Returns:
        The file.

    Raises:
        BundleError: If it cannot be written.
    """
    preprocessing = Preprocessing(input_size=_SIDE, resize_policy=ResizePolicy(request.policy))
    kinds = sorted({sample.defect for sample in dataset.samples}, key=lambda kind: (kind != "good", kind))[:4]
    chosen = [next(sample for sample in dataset.samples if sample.defect == kind) for kind in kinds]
    augmentation = PRESETS[request.preset].scaled(request.strength)
    rows = []
    for number, sample in enumerate(chosen):
        rng = np.random.default_rng([request.seed, number])
        seen = views(sample.picture(), preprocessing, augmentation, _VIEWS, rng)
        rows.append(np.concatenate([np.pad(tile, ((2, 2), (2, 2), (0, 0))) for tile in seen], axis=1))
    target = folder / f"augmentation-{request.preset}.png"
    try:
        write_picture(target, np.ascontiguousarray(np.concatenate(rows, axis=0)))
    except FileError as error:
        raise BundleError(f"the preview {error.what}", f"{error.next_step} Or name another folder.") from error
    return target
