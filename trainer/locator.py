"""Learns where defects lie from the masks of those that have one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
import torch
from torch.nn import functional

from inspector.pictures import read_picture
from inspector.vision.locator import DefectLocator
from inspector.vision.memory import DIMENSIONS
from inspector.vision.network import InspectionNetwork
from inspector.vision.preprocess import fit
from trainer.memory import cells_of, drawn
from trainer.protocol import Progress

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from numpy.typing import NDArray

    from inspector.vision.preprocess import Preprocessing
    from trainer.dataset import Sample
    from trainer.methods import Trained
    from trainer.protocol import Report

#: Masks that it takes at least; fewer say less of the place than the memory of good does.
LEAST_MASKS = 6
_EPOCHS, _BATCH, _RATE, _DECAY = 16, 16, 3e-3, 1e-3
_MOST_WEIGHT = 30.0
_LEAST_SPREAD = 1e-6
_STAGE = "where defects lie"


class MaskedCells(NamedTuple):
    """What it learns from.

    Args:
        cells: (N, 128, h, w) float for each graph of the bundle.
        cover: (N, h, w) float32, which share of a cell the mask covers; 0 on good pictures.
    """

    cells: Sequence[NDArray[np.floating]]
    cover: NDArray[np.float32]


def locate(trained: Trained, samples: Sequence[Sample], seed: int) -> Generator[Report, None, DefectLocator | None]:
    """Learn the place of defects; the value is None where too few pictures have masks, or the network is no ResNet-50.

    Args:
        trained: With its memory of good; its graphs see the pictures as the line will.
        samples: None that is tested. Good pictures have no mask; defective ones without a mask are left out, as their
            places are not known.
        seed: Of weights, order and flips.

    Raises:
        PictureError: If a picture or a mask cannot be read.
    """
    masked = [sample for sample in samples if sample.defective and sample.mask is not None]
    if not isinstance(trained.network, InspectionNetwork) or trained.remembered is None or len(masked) < LEAST_MASKS:
        return None
    size = trained.preprocessing.input_size
    good = [sample for sample in samples if not sample.defective]
    chosen = [*drawn(good, size, seed), *drawn(masked, size, seed)]
    described = yield from cells_of(trained, trained.network, chosen)
    side = round(described[0].shape[1] ** 0.5)
    cells = [np.moveaxis(each, 2, 1).reshape(len(chosen), DIMENSIONS, side, side) for each in described]
    cover = np.stack([covered(sample, trained.preprocessing, side) for sample in chosen])
    locator = yield from _learn(MaskedCells(cells, cover), seed)
    return locator


def covered(sample: Sample, preprocessing: Preprocessing, side: int) -> NDArray[np.float32]:
    """Return (side, side) float32, which share of each cell of the network's square the mask covers.

    Raises:
        PictureError: If it cannot be read.
    """
    if sample.mask is None:
        return np.zeros((side, side), np.float32)
    mask = read_picture(sample.mask)
    plane = mask if mask.ndim == 2 else mask[..., :3].max(axis=2)
    # what a letterbox leaves free is no defect
    around = preprocessing.model_copy(update={"mean": (0.0, 0.0, 0.0)})
    shows = None if preprocessing.part_side is None else sample.picture()
    square = fit(np.where(plane > 0, 255, 0).astype(np.uint8), around, shows=shows)[..., 0]
    return np.asarray(cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA), np.float32) / 255.0


def _learn(learnt: MaskedCells, seed: int) -> Generator[Report, None, DefectLocator]:
    """Fit by weighted cross-entropy: a covered cell counts by the root of how rare it is."""
    some = learnt.cells[0][:: max(1, len(learnt.cover) // 50)].astype(np.float32)
    torch.manual_seed(seed)
    middle, spread = some.mean(axis=(0, 2, 3)), some.std(axis=(0, 2, 3)) + _LEAST_SPREAD
    reach = float(np.abs((some - middle[:, None, None]) / spread[:, None, None]).max())
    locator = DefectLocator(torch.from_numpy(middle), torch.from_numpy(spread), step=reach / 127)
    cover = torch.from_numpy(learnt.cover)
    weight = ((1.0 - cover).sum() / cover.sum().clamp(min=1.0)).clamp(1.0, _MOST_WEIGHT).sqrt()
    count = len(cover)
    steps = _EPOCHS * -(-count // _BATCH)
    optimiser = torch.optim.AdamW(locator.parameters(), lr=_RATE, weight_decay=_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=steps)
    rng = np.random.default_rng([seed, 41])
    for epoch in range(_EPOCHS):
        for batch in np.array_split(rng.permutation(count), -(-count // _BATCH)):
            # of each picture now what one graph sees, now what the other does: the line may run either
            graph = learnt.cells[int(rng.integers(len(learnt.cells)))]
            sides = [side for side in (2, 3) if rng.random() < 0.5]
            cells = torch.from_numpy(graph[batch].astype(np.float32)).flip(sides)
            wanted = cover[torch.from_numpy(batch)][:, None].flip(sides)
            loss = functional.binary_cross_entropy_with_logits(locator.log_odds(cells), wanted, pos_weight=weight)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
        yield Progress(stage=_STAGE, done=epoch + 1, total=_EPOCHS)
    return locator.eval().requires_grad_(requires_grad=False)
