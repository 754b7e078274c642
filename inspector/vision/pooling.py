"""The named part between the last feature map and the head, and the closed form of its Grad-CAM."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import MappingProxyType
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Mapping


class Pooling(nn.Module, ABC):
    """Turns the activations of the last convolution into one feature vector, and knows its own derivative.

    Grad-CAM (Selvaraju et al., arXiv 1610.02391, eq. 1 and 2) weights channel c for class k by the mean over all cells
    of d logit_k / d A_c, and takes relu(Σ_c weight_kc · A_c). With a linear head, d logit_k / d A_c is the head's
    weight w_kc times d pooled_c / d A_c, so only the latter, averaged over the cells, depends on the pooling. A new
    pooling states that in `mean_gradient`, and the maps of all classes follow without a backward pass.
    """

    #: The name under which a manifest asks for it.
    name: str

    @abstractmethod
    def forward(self, activations: Tensor) -> Tensor:
        """Pool.

        Args:
            activations: (N, C, h, w) float, 0 or more.

        Returns:
            (N, C) float.
        """

    @abstractmethod
    def mean_gradient(self, activations: Tensor) -> Tensor:
        """The mean over all cells of d pooled_c / d A_c.

        Args:
            activations: (N, C, h, w) float, 0 or more.

        Returns:
            (N, C) float, or (1, C) where it is the same for every picture.
        """

    def logits(self, activations: Tensor, head: nn.Module, linear: nn.Linear) -> Tensor:  # noqa: ARG002 - others need it
        """Class logits of the activations.

        Args:
            activations: (N, C, h, w) float, 0 or more.
            head: What makes logits of pooled features: the linear layer, with dropout before it or not.
            linear: The linear layer itself.

        Returns:
            (N, K) float.
        """
        logits: Tensor = head(self(activations))
        return logits

    def weighted(self, activations: Tensor) -> Tensor:
        """Each cell's activations, as far as the features depend on them: (N, C, h, w) float → the same shape."""
        return activations * self.mean_gradient(activations)[:, :, None, None]

    def evidence(self, activations: Tensor, head_weight: Tensor) -> Tensor:
        """The Grad-CAM map of every class before its relu, in closed form; see `maps`."""
        return nn.functional.conv2d(self.weighted(activations), head_weight[:, :, None, None])

    def maps(self, activations: Tensor, head_weight: Tensor, usual: Tensor | None = None) -> Tensor:
        """The Grad-CAM map of every class, in closed form.

        Args:
            activations: (N, C, h, w) float, 0 or more.
            head_weight: (K, C) float, the weight of the linear head.
            usual: (1, K, h, w) float, the evidence that good parts show at each cell, to be taken off.

        Returns:
            (N, K, h, w) float, 0 or more, not normalised.
        """
        evidence = self.evidence(activations, head_weight)
        return torch.relu(evidence if usual is None else evidence - usual)


class AveragePooling(Pooling):
    """Global average pooling, as in torchvision's ResNet; here Grad-CAM is CAM divided by the number of cells."""

    name = "average"

    def forward(self, activations: Tensor) -> Tensor:
        """Average over the cells; see `Pooling.forward`."""
        return activations.mean(dim=(2, 3))

    def mean_gradient(self, activations: Tensor) -> Tensor:
        """1 / (h·w) for every channel; see `Pooling.mean_gradient`."""
        cells = activations.shape[2] * activations.shape[3]
        return activations.new_full((1, activations.shape[1]), 1.0 / cells)

    def evidence(self, activations: Tensor, head_weight: Tensor) -> Tensor:
        """The same as the general form with the constant factor drawn into the head; see `Pooling.evidence`."""
        cells = activations.shape[2] * activations.shape[3]
        return nn.functional.conv2d(activations, (head_weight / cells)[:, :, None, None])


class GeneralisedMeanPooling(Pooling):
    """Generalised mean (A^p)^(1/p) with p = 3 (Radenović et al., arXiv 1711.02512): between average and maximum.

    A small defect fills few of the cells; the average dilutes it, the generalised mean less so.
    """

    name = "generalised-mean"
    exponent = 3.0
    _LEAST = 1e-6  # the derivative of the root is infinite at 0

    def forward(self, activations: Tensor) -> Tensor:
        """Generalised mean over the cells; see `Pooling.forward`."""
        powers = activations.clamp(min=self._LEAST) ** self.exponent
        return powers.mean(dim=(2, 3)) ** (1.0 / self.exponent)

    def mean_gradient(self, activations: Tensor) -> Tensor:
        """pooled^(1-p) · mean(A^(p-1)) / (h·w); see `Pooling.mean_gradient`."""
        cells = activations.shape[2] * activations.shape[3]
        inside = (activations > self._LEAST).to(activations.dtype)
        slopes = (inside * activations.clamp(min=self._LEAST) ** (self.exponent - 1.0)).mean(dim=(2, 3))
        return self.forward(activations) ** (1.0 - self.exponent) * slopes / cells


class MixPooling(AveragePooling):
    """Pools verdicts instead of features: half the mean of all cells' logits, half the mean of the strongest 5 %.

    The head is applied to every cell, so a defect of a few cells is not diluted by the rest of the picture. Its
    gradient with respect to a cell is w_k · (1/2n + [cell is among the strongest] / 2m), with n cells of which m are
    the strongest; the mean of that over all cells is w_k / n, so the Grad-CAM map is that of average pooling: the
    cells' logits without the bias, divided by n, which is the evidence itself.
    """

    name = "mix"
    strongest = 0.05

    def logits(self, activations: Tensor, head: nn.Module, linear: nn.Linear) -> Tensor:
        """Mix the mean and the strongest of the cells' logits; see `Pooling.logits`."""
        if isinstance(head, nn.Sequential) and isinstance(head[0], nn.Dropout):
            activations = nn.functional.dropout2d(activations, head[0].p, self.training)
        cells = nn.functional.conv2d(activations, linear.weight[:, :, None, None], linear.bias).flatten(2)
        count = max(1, round(self.strongest * int(cells.shape[2])))  # a tracer gives a tensor here
        top = cells.topk(count, dim=2).values
        return 0.5 * (cells.mean(dim=2) + top.mean(dim=2))


#: Every pooling by its name; what a manifest may name.
POOLINGS: Mapping[str, type[Pooling]] = MappingProxyType(
    {kind.name: kind for kind in (AveragePooling, GeneralisedMeanPooling, MixPooling)}
)
