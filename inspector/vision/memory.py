"""A memory of good: how far each cell of a picture lies from the cells of good pictures, within the one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

#: Channels of layer2 and layer3, whose maps are looked at.
FINE_CHANNELS, COARSE_CHANNELS = 512, 1024
#: Numbers that describe a cell.
DIMENSIONS = 128
#: The name of the memory in a state dict.
PREFIX = "memory."
_SEED = 20220601
_NEIGHBOURS = 3
#: Rows that are compared with at once: so many distances stay in a core's cache until the least is taken.
_ROWS_AT_ONCE = 256
_MOST_LOG_ODDS = 9.0
#: Nothing is divided by less, and no root is taken of less.
LEAST = 1e-12


class CellProjection(nn.Module):
    """Describes each cell of layer2's map by 128 numbers: what layer2 and layer3 say there, averaged over 3 × 3 cells
    and projected at random (Johnson and Lindenstrauss 1984), as PatchCore does (Roth et al., arXiv 2106.08265, 3.1).

    Projecting, averaging and enlarging commute: projected first, fewer numbers are averaged, and fewer enlarged.
    """  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        rng = np.random.default_rng(_SEED)
        for name, channels in (("fine", FINE_CHANNELS), ("coarse", COARSE_CHANNELS)):
            drawn = rng.standard_normal((DIMENSIONS, channels, 1, 1)) / np.sqrt(DIMENSIONS)
            self.register_buffer(name, torch.from_numpy(drawn.astype(np.float32)))
        self.fine: Tensor
        self.coarse: Tensor

    def forward(self, layer2: Tensor, layer3: Tensor) -> Tensor:
        """(N, 512, h, w) and (N, 1024, h/2, w/2) float → (N, 128, h, w) float."""
        fine = _averaged(functional.conv2d(layer2, self.fine))
        coarse = _averaged(functional.conv2d(layer3, self.coarse))
        size = (int(layer2.shape[2]), int(layer2.shape[3]))
        return fine + functional.interpolate(coarse, size=size, mode="bilinear", align_corners=False)


class WholePicture(nn.Module):
    """How far a picture lies as a whole from good ones: Mahalanobis' distance of the mean of its cells.

    The strangest cell alone says little where good parts vary much: each patch of a wrong product may be known from
    somewhere. What the picture is made of, all in all, is not.

    Args:
        middle: (128,) float32, the mean of good pictures.
        whitening: (128, 128) float32: the distance is the length of what this makes of the difference to the middle.
    """

    def __init__(self, middle: NDArray[np.float32], whitening: NDArray[np.float32]) -> None:
        super().__init__()
        self.register_buffer("middle", torch.from_numpy(np.asarray(middle, np.float32)))
        self.register_buffer("whitening", torch.from_numpy(np.asarray(whitening, np.float32)))
        self.middle: Tensor
        self.whitening: Tensor

    def forward(self, cells: Tensor) -> Tensor:
        """(N, 128, h, w) float → (N,) float, 0 or more."""
        there = (cells.mean((2, 3)) - self.middle) @ self.whitening
        return torch.sqrt((there * there).sum(1).clamp(min=LEAST))


class MemoryOfGood(nn.Module):
    """The cells of good pictures, and the distance to the nearest of them.

    Args:
        rows: (M, 128) float32. Where the place counts, the last two are the cell's place, see `places`, times that.
        scale: What one unit of strangeness is, as a distance; above 0.
        position: How much a cell's place counts, 0 or more.
        steepness: Above 0 the memory judges: the log odds of P(defective) are so many times the logarithm of the
            strangeness, even odds at 1. 0: the classifier judges.
        with_head: Whether the classifier's log odds are added to those of the memory.
        step: Of the numbers that describe a cell, where they are rounded to 8 bits, as in an int8 graph; else 0.
        whole: The measure of the whole picture; None in models of before.
    """

    def __init__(
        self,
        rows: NDArray[np.float32],
        scale: float = 1.0,
        position: float = 0.0,
        *,
        steepness: float = 0.0,
        with_head: bool = False,
        step: float = 0.0,
        whole: WholePicture | None = None,
    ) -> None:
        super().__init__()
        self.step = step
        self._placed = position > 0.0  # asked of the host: a look into a buffer would stop a GPU
        self.judges, self.with_head = steepness > 0.0, with_head
        self.projection = CellProjection()
        self.whole = whole
        middle = np.asarray(rows, np.float64).mean(axis=0)
        self.register_buffer("rows", torch.from_numpy((rows - middle).astype(np.float32)))
        self.register_buffer("middle", torch.from_numpy(middle.astype(np.float32))[None, :, None, None])
        self.register_buffer("scale", torch.tensor(float(scale)))
        self.register_buffer("position", torch.tensor(float(position)))
        self.register_buffer("steepness", torch.tensor(float(steepness)))
        self.register_buffer("head", torch.tensor(float(with_head)))
        self.rows: Tensor
        self.middle: Tensor
        self.scale: Tensor
        self.position: Tensor
        self.steepness: Tensor
        self.head: Tensor

    @classmethod
    def of(cls, state: Mapping[str, Tensor]) -> Self | None:
        """Return the memory that a network's state dict holds; None where it holds none."""
        own = {name.removeprefix(PREFIX): value for name, value in state.items() if name.startswith(PREFIX)}
        if not own:
            return None
        own = {"head": torch.zeros(()), **own}  # models of good parts alone, from before there were few defects
        middle, whitening = own.get("whole.middle"), own.get("whole.whitening")
        memory = cls(
            np.zeros(tuple(own["rows"].shape), np.float32),
            position=float(own["position"]),
            steepness=float(own["steepness"]),
            with_head=bool(own["head"]),
            whole=None if middle is None or whitening is None else WholePicture(middle.numpy(), whitening.numpy()),
        )
        memory.load_state_dict(own, strict=True)
        return memory

    def judge(self, steepness: float, *, with_head: bool = False) -> None:
        """Let P(defective) come from the strangeness: alone, as there is no defect to learn from, or with a head.

        Args:
            steepness: As of the class, above 0.
            with_head: As of the class.
        """
        self.judges, self.with_head = True, with_head
        self.steepness.fill_(steepness)
        self.head.fill_(float(with_head))

    def judged(
        self, strangeness: Tensor, logits: Tensor | None = None, whole: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Judge by the strangest cell and the whole picture, and by what a head says.

        Args:
            strangeness: (N, 1, h, w) float, above 0.
            logits: (N, 2) float of good and defective, of the head; None: the memory judges alone.
            whole: (N,) float, above 0; None without that measure.

        Returns:
            Probabilities (N, 2) of good and defective, neither 0 nor 1; and maps (N, 2, h, w): nothing speaks for good,
            the strangeness for defective.
        """
        strangest = strangeness.amax((1, 2, 3))
        margin = self.steepness * torch.log(strangest if whole is None else torch.maximum(strangest, whole))
        if logits is not None:
            margin = margin + logits[:, 1] - logits[:, 0]
        margin = margin.clamp(-_MOST_LOG_ODDS, _MOST_LOG_ODDS)
        probabilities = torch.stack([torch.sigmoid(-margin), torch.sigmoid(margin)], 1)
        return probabilities, torch.cat([torch.zeros_like(strangeness), strangeness], 1)

    def cells(self, layer2: Tensor, layer3: Tensor) -> Tensor:
        """Describe the cells of pictures; see `CellProjection`."""
        described: Tensor = self.projection(layer2, layer3)
        return described

    def forward(self, cells: Tensor) -> Tensor:
        """Measure how strange each cell is.

        Args:
            cells: (N, 128, h, w) float, from `cells`.

        Returns:
            (N, 1, h, w) float, 0 or more.
        """
        if self._placed:
            there = places(int(cells.shape[2]), int(cells.shape[3]), cells.device) * self.position
            # added, not put beside them: a graph in 8 bits takes 6 % longer with a concatenation
            kept = (torch.arange(DIMENSIONS, device=cells.device) < DIMENSIONS - 2).to(cells)[None, :, None, None]
            cells = cells * kept + functional.pad(there, (0, 0, 0, 0, DIMENSIONS - 2, 0))
        cells = cells - self.middle  # else the difference of two large squares would be told
        if self.step:
            cells = torch.fake_quantize_per_tensor_affine(cells, self.step, 0, -128, 127)
        # |a - b|² = |a|² - 2ab + |b|²: the distances to rows are a product of matrices
        pieces = self.rows.chunk(-(-len(self.rows) // _ROWS_AT_ONCE))
        nearest = torch.stack([self._products(cells, rows) for rows in pieces])
        squares = nearest.amin(0) + (cells * cells).sum(1, keepdim=True)
        return torch.sqrt(squares.clamp(min=LEAST)) / self.scale

    def _products(self, cells: Tensor, rows: Tensor) -> Tensor:
        """(N, 128, h, w) and (M, 128) float → (N, 1, h, w) float: the least |b|² - 2ab of any row b, see `forward`."""
        if self.step:  # in the same steps, so that a remembered cell lies on its row; OpenVINO keeps such rows as bytes
            rows = torch.fake_quantize_per_tensor_affine(rows, self.step, 0, -127, 127)
        kernels = -2.0 * rows[:, :, None, None]
        return functional.conv2d(cells, kernels, (kernels * kernels).sum((1, 2, 3)) / 4).amin(1, keepdim=True)


def places(height: int, width: int, device: torch.device | None = None) -> Tensor:
    """Return where cells lie: (1, 2, height, width) float, y and x from -1 to 1; None is the CPU."""
    y, x = (torch.linspace(-1, 1, count, device=device) for count in (height, width))
    return torch.stack(torch.meshgrid(y, x, indexing="ij"))[None]


def _averaged(maps: Tensor) -> Tensor:
    return functional.avg_pool2d(maps, _NEIGHBOURS, stride=1, padding=_NEIGHBOURS // 2, count_include_pad=False)
