"""Where a defect lies, as masks have taught it: two small convolutions on the cells of the memory of good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from inspector.vision.memory import DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The name of the locator in a state dict.
PREFIX = "locator."
_WIDTH = 64


class DefectLocator(nn.Module):
    """Says of each cell how likely a mask would cover it, from the 3 × 3 cells around it, twice over.

    Args:
        middle: (128,) float, mean of the numbers that describe a cell.
        spread: (128,) float above 0, their standard deviation.
        step: In which the numbers are rounded to 8 bits where that is asked for, in spreads; 0: they never are.
    """

    def __init__(self, middle: Tensor, spread: Tensor, step: float = 0.0) -> None:
        super().__init__()
        self.step = step
        self.register_buffer("middle", middle.float().reshape(1, DIMENSIONS, 1, 1))
        self.register_buffer("spread", spread.float().reshape(1, DIMENSIONS, 1, 1))
        self.first = nn.Conv2d(DIMENSIONS, _WIDTH, 3, padding=1)
        self.dropped = nn.Dropout2d(0.1)
        self.last = nn.Conv2d(_WIDTH, 1, 3, padding=1)
        self.middle: Tensor
        self.spread: Tensor

    @classmethod
    def of(cls, state: Mapping[str, Tensor]) -> Self | None:
        """Return the locator that a network's state dict holds; None where it holds none."""
        own = {name.removeprefix(PREFIX): value for name, value in state.items() if name.startswith(PREFIX)}
        if not own:
            return None
        locator = cls(torch.zeros(DIMENSIONS), torch.ones(DIMENSIONS))
        locator.load_state_dict(own, strict=True)
        return locator

    def log_odds(self, cells: Tensor) -> Tensor:
        """(N, 128, h, w) float, from `MemoryOfGood.cells` → (N, 1, h, w) float; what a loss is taken from."""
        odds: Tensor = self.last(self.dropped(torch.relu(self.first((cells - self.middle) / self.spread))))
        return odds

    def forward(self, cells: Tensor, *, rounded: bool = False) -> Tensor:
        """Say how likely each cell lies on a defect.

        Args:
            cells: (N, 128, h, w) float.
            rounded: Compute the first convolution in 8 bits, as an int8 graph does: in float it costs 7 % of that.

        Returns:
            (N, 1, h, w) float, 0..1.
        """
        if not rounded or not self.step:
            return torch.sigmoid(self._last(torch.relu(self.first((cells - self.middle) / self.spread))))
        described = torch.fake_quantize_per_tensor_affine((cells - self.middle) / self.spread, self.step, 0, -128, 127)
        weight = self.first.weight.detach()
        kernels = torch.fake_quantize_per_tensor_affine(weight, float(weight.abs().max()) / 127, 0, -127, 127)
        shallow = torch.relu(functional.conv2d(described, kernels, self.first.bias, padding=1))
        return torch.sigmoid(self._last(shallow))

    def _last(self, shallow: Tensor) -> Tensor:
        """Do what the last convolution does: with one channel it takes twice as long as in two steps, by neighbour."""
        weight = self.last.weight.detach()
        sides = weight.shape[2] * weight.shape[3]
        by_neighbour = functional.conv2d(shallow, weight.reshape(_WIDTH, sides).T[:, :, None, None])
        taken = torch.eye(sides, dtype=weight.dtype, device=weight.device).reshape(1, sides, *weight.shape[2:])
        return functional.conv2d(by_neighbour, taken, self.last.bias, padding=1)
