"""The networks that are trained: what is frozen, what learns, and the two baselines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from inspector.vision.graph import BACKBONE, JOINED_LAYER, JUDGED_LAYER, LAYERS, layers_of
from inspector.vision.importer import build_network
from inspector.vision.memory import FINE_CHANNELS
from inspector.vision.network import CUTS, FEATURE_COUNTS, InspectionNetwork
from inspector.vision.weights import load_weights
from trainer.head import Columns

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: Names of the baselines' trunks in manifests.
CNN, GRADIENTS = "cnn-2", "gradient-histograms"
#: The learning rate falls by this factor from each trained stage to the one before it.
_DISCRIMINATION = 0.4
#: The head starts from nothing and may move faster than what was trained before.
_HEAD_FACTOR = 10.0


def backbone(weights: Path, pooling: str, seed: int, name: str = BACKBONE) -> InspectionNetwork:
    """Return a ResNet-50, or the part up to layer3, with the weights of a file and a new head of two classes.

    Args:
        weights: Backbone; its head, of whatever number of classes, is not used.
        pooling: A key of `inspector.vision.pooling.POOLINGS`.
        seed: Seed of the head's random weights.
        name: A key of `inspector.vision.graph.JUDGED_LAYER`: all of it, or what ends with layer3.

    Raises:
        BundleError: If the weights cannot be used.
    """
    drawn = torch.randn(2, FEATURE_COUNTS[JUDGED_LAYER[name]], generator=torch.Generator().manual_seed(seed))
    behind = tuple(f"{part}." for part in ("fc", *LAYERS[len(layers_of(name)) :]))
    state = {name: value for name, value in load_weights(weights).items() if not name.startswith(behind)}
    state |= {"fc.weight": 1e-3 * drawn, "fc.bias": torch.zeros(2)}
    network = build_network(state, 2, source=weights, pooling=pooling, backbone=name)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def judged_by(network: InspectionNetwork) -> tuple[Columns, ...]:
    """Return by which features of a network a head may judge; validation chooses.

    Where layer2 lies beside layer3 also by either alone: of few pictures a head with fewer features may be the better.
    """
    if network.last != JOINED_LAYER:
        return (Columns(network.last, slice(None)),)
    layer2, layer3 = slice(0, FINE_CHANNELS), slice(FINE_CHANNELS, None)
    return Columns("layer2 and layer3", slice(None)), Columns("layer2", layer2), Columns("layer3", layer3)


class TrainedTail(nn.Module):
    """What lies behind a cut of a ResNet-50: activations at the cut → logits."""

    def __init__(self, network: InspectionNetwork, cut: str) -> None:
        super().__init__()
        self.network, self.cut = network, cut

    def forward(self, activations: Tensor) -> Tensor:
        """(N, C, h, w) → (N, 2)."""
        return self.network.activation_logits(self.network.after(self.cut, activations))

    def groups(self) -> list[tuple[list[nn.Parameter], float]]:
        """Return what is trained, with the factor of its learning rate: smaller the further it is from the head."""
        names = layers_of(self.network.backbone)[CUTS.index(self.cut) :]
        groups = [(list(self.network.fc.parameters()), _HEAD_FACTOR)]
        for distance, name in enumerate(reversed(names)):
            parts = [getattr(self.network, name)]
            if name == "layer1":
                parts += [self.network.conv1, self.network.bn1]
            groups.append(([p for part in parts for p in part.parameters()], _DISCRIMINATION**distance))
        return groups


class BaselineCnn(nn.Module):
    """Two convolutions with ReLU and max pooling, average pooling, a linear head: what training from scratch can do."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.first, self.second = nn.Conv2d(3, 32, 3, padding=1), nn.Conv2d(32, 64, 3, padding=1)
        self.fc = nn.Linear(64, 2)

    def trunk(self, pictures: Tensor) -> Tensor:
        """(N, 3, S, S) → (N, 64, S/4, S/4)."""
        x = functional.max_pool2d(torch.relu(self.first(pictures)), 2)
        return functional.max_pool2d(torch.relu(self.second(x)), 2)

    def logits(self, pictures: Tensor) -> Tensor:
        """(N, 3, S, S) → (N, 2)."""
        logits: Tensor = self.fc(self.trunk(pictures).mean((2, 3)))
        return logits

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Return probabilities and Grad-CAM maps, as `InspectionNetwork`."""
        last = self.trunk(pictures)
        probabilities = torch.softmax(self.fc(last.mean((2, 3))), dim=1)
        cells = last.shape[2] * last.shape[3]
        return probabilities, torch.relu(functional.conv2d(last, (self.fc.weight / cells)[:, :, None, None]))


class CnnTail(nn.Module):
    """`BaselineCnn` as the loop wants it: pictures → logits."""

    def __init__(self, network: BaselineCnn) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> Tensor:
        """(N, 3, S, S) → (N, 2)."""
        return self.network.logits(pictures)


class GradientHistograms(nn.Module):
    """A classical baseline: histograms of gradients (Dalal and Triggs, CVPR 2005), mean and spread of the grey values
    in 8 × 8 cells, judged by a linear support vector machine with Platt's sigmoid.

    The score is a sum over cells, so each cell's share is its evidence: the map.
    """  # fmt: skip

    CELLS, BINS = 8, 9
    CHANNELS = BINS + 2

    def __init__(self) -> None:
        super().__init__()
        sobel = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 8
        self.register_buffer("kernels", torch.stack([sobel, sobel.T])[:, None])
        self.register_buffer("weight", torch.zeros(self.CHANNELS, self.CELLS, self.CELLS))
        self.register_buffer("bias", torch.zeros(()))
        self.kernels: Tensor
        self.weight: Tensor
        self.bias: Tensor

    def features(self, pictures: Tensor) -> Tensor:
        """(N, 3, S, S) normalised pictures → (N, 11, 8, 8)."""
        grey = pictures.mean(1, keepdim=True)
        edges = functional.conv2d(grey, self.kernels, padding=1)
        x, y = edges[:, :1], edges[:, 1:]
        size = torch.sqrt(x * x + y * y + 1e-6)
        # soft votes of the unsigned direction, by the squared cosine of its distance to each bin's middle
        votes = []
        for number in range(self.BINS):
            angle = math.pi * number / self.BINS
            along = (x * math.cos(angle) + y * math.sin(angle)) / size
            votes.append(size * along.pow(8))
        kernel = pictures.shape[2] // self.CELLS
        pooled = functional.avg_pool2d(torch.cat([*votes, grey, grey * grey], 1), kernel)[
            ..., : self.CELLS, : self.CELLS
        ]
        histogram, mean, square = pooled[:, : self.BINS], pooled[:, -2:-1], pooled[:, -1:]
        histogram = histogram / (histogram.norm(dim=1, keepdim=True) + 0.05)
        return torch.cat([histogram, mean, torch.sqrt((square - mean * mean).clamp(min=1e-6))], 1)

    def put(self, weight: NDArray[np.float64], bias: float) -> None:
        """Set the linear part: log odds of "defective" = features · weight + bias."""
        shape = (self.CHANNELS, self.CELLS, self.CELLS)
        self.weight.copy_(torch.from_numpy(np.asarray(weight, np.float32).reshape(shape)))
        self.bias.fill_(bias)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Return probabilities and maps, as `InspectionNetwork`."""
        evidence = (self.features(pictures) * self.weight).sum(1, keepdim=True)
        margin = evidence.sum((1, 2, 3)) + self.bias
        probabilities = torch.stack([torch.sigmoid(-margin), torch.sigmoid(margin)], 1)
        return probabilities, torch.relu(torch.cat([-evidence, evidence], 1))


def calibrate(network: nn.Module, temperature: float) -> None:
    """Divide the logits by a temperature, by dividing the head."""
    with torch.no_grad():
        if isinstance(network, GradientHistograms):
            network.weight.div_(temperature)
            network.bias.div_(temperature)
            return
        head = network.head if isinstance(network, InspectionNetwork) else network.fc
        assert isinstance(head, nn.Linear)
        head.weight.div_(temperature)
        head.bias.div_(temperature)
        if isinstance(network, InspectionNetwork) and network.usual is not None:
            network.usual = network.usual / temperature
