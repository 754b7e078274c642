"""Trains the demo network from scratch: first on windows around defects, which is quick, then on whole pictures.

The defect's place is known, so besides the class each cell of the last map is supervised too: the class "defective"
of a cell must be positive where the defect is, and negative elsewhere. That is what makes the heatmap point at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from inspector.vision.network import InspectionNetwork
from inspector.vision.preprocess import Preprocessing
from trainer.demo.crops import MASK_CELLS, Crops

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

#: A cell or window counts as defective when more than this of one of its mask cells is.
DEFECTIVE_FROM = 0.15
GOOD, DEFECTIVE = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One stage of the training.

    Args:
        cells: Side of the window in mask cells (28 is the whole picture).
        steps: Number of optimiser steps.
        batch: Windows per step.
        rate: Peak of the one-cycle learning rate.
    """

    cells: int
    steps: int
    batch: int
    rate: float


#: Windows of 96 px of the 224, then whole pictures.
STAGES = (Phase(cells=12, steps=900, batch=64, rate=1.5e-3), Phase(cells=28, steps=260, batch=32, rate=6e-4))


def new_network(seed: int) -> InspectionNetwork:
    """Return a network with random weights; each residual branch starts at zero (Goyal et al., arXiv 1706.02677)."""
    torch.manual_seed(seed)
    network = InspectionNetwork(2)
    for name, parameter in network.named_parameters():
        if name.endswith("bn3.weight"):
            nn.init.zeros_(parameter)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def fit(
    network: InspectionNetwork, crops: Crops, stage: Phase, *, seed: int, report: Callable[[int, float, float], None]
) -> None:
    """Train in place.

    Args:
        network: Trained in place.
        crops: Training pictures of the network's input size.
        seed: Order of the pictures, windows and augmentation.
        report: Called every 25 steps with the step and the two losses (class, place), averaged over these steps.
    """
    network.train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=stage.rate, weight_decay=1e-2, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, stage.rate, total_steps=stage.steps, pct_start=0.15)
    losses = []
    for step, (pictures, masks) in enumerate(_batches(crops, stage, seed), 1):
        by_class, by_place = _losses(network, pictures, masks)
        optimiser.zero_grad()
        (by_class + 2.0 * by_place).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        losses.append((float(by_class.detach()), float(by_place.detach())))
        if step % 25 == 0:
            report(step, *np.mean(losses[-25:], axis=0))
    network.eval()


def _losses(network: InspectionNetwork, pictures: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
    with torch.autocast("cpu", torch.bfloat16):
        activations = network.trunk(pictures)
    cells = network.location_logits(activations.float())
    labels = (masks.amax((1, 2)) > DEFECTIVE_FROM).long()
    where = (functional.adaptive_max_pool2d(masks[:, None], cells.shape[-2:])[:, 0] > DEFECTIVE_FROM).float()
    by_class = functional.cross_entropy(cells.mean((2, 3)), labels)
    by_place = functional.binary_cross_entropy_with_logits(
        cells[:, DEFECTIVE] - 2.0, where, pos_weight=torch.tensor(4.0)
    )
    return by_class, by_place


def _batches(crops: Crops, stage: Phase, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield (N, 3, H, W) normalised pictures and (N, cells, cells) masks, turned, mirrored, and with other light."""
    rng = np.random.default_rng([seed, stage.cells])
    order: NDArray[np.int64] = np.empty(0, dtype=np.int64)
    for _ in range(stage.steps):
        while len(order) < stage.batch:
            order = np.concatenate([order, rng.permutation(len(crops.kinds))])
        chosen, order = order[: stage.batch], order[stage.batch :]
        pictures, masks = _windows(crops, chosen, stage.cells, rng)
        turns = int(rng.integers(4))
        pictures, masks = np.rot90(pictures, turns, (1, 2)), np.rot90(masks, turns, (1, 2))
        if rng.random() < 0.5:
            pictures, masks = pictures[:, :, ::-1], masks[:, :, ::-1]
        batch = normalised(np.ascontiguousarray(pictures))
        gain = torch.from_numpy(rng.normal(1.0, 0.1, (stage.batch, 1, 1, 1)).astype(np.float32))
        shift = torch.from_numpy(rng.normal(0.0, 0.1, (stage.batch, 1, 1, 1)).astype(np.float32))
        batch = (batch * gain + shift).contiguous(memory_format=torch.channels_last)
        yield batch, torch.from_numpy(np.ascontiguousarray(masks))


def _windows(
    crops: Crops, chosen: NDArray[np.int64], cells: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Cut one window out of each chosen picture; four in five windows of a defective part hold some of the defect."""
    scale = crops.pictures.shape[1] // MASK_CELLS
    last = MASK_CELLS - cells
    pictures = np.empty((len(chosen), cells * scale, cells * scale, 3), dtype=np.uint8)
    masks = np.empty((len(chosen), cells, cells), dtype=np.float32)
    for i, index in enumerate(chosen):
        mask = crops.masks[index]
        row, column = (int(v) for v in rng.integers(0, last + 1, size=2))
        rows, columns = np.nonzero(mask > DEFECTIVE_FROM)
        if len(rows) and last and rng.random() < 0.8:
            aim = int(rng.integers(len(rows)))
            row = int(np.clip(rows[aim] - rng.integers(1, cells - 1), 0, last))
            column = int(np.clip(columns[aim] - rng.integers(1, cells - 1), 0, last))
        top, left, side = row * scale, column * scale, cells * scale
        pictures[i] = crops.pictures[index, top : top + side, left : left + side]
        masks[i] = mask[row : row + cells, column : column + cells]
    return pictures, masks


def normalised(pictures: NDArray[np.uint8]) -> Tensor:
    """Return (N, 3, H, W) float32 RGB, with the manifest's mean and deviation, of (N, H, W, 3) uint8 BGR."""
    preprocessing = Preprocessing()
    tensor = torch.from_numpy(np.ascontiguousarray(pictures[..., ::-1])).permute(0, 3, 1, 2).float() / 255
    mean = torch.tensor(preprocessing.mean).view(1, 3, 1, 1)
    std = torch.tensor(preprocessing.std).view(1, 3, 1, 1)
    return ((tensor - mean) / std).contiguous(memory_format=torch.channels_last)
