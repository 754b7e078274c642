"""The inspection network: a ResNet-50, whole or up to layer3, whose forward pass also returns Grad-CAM maps."""

from __future__ import annotations

from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor, nn

from inspector.domain.errors import BundleError
from inspector.vision.graph import BACKBONE, JOINED_LAYER, JUDGED_LAYER, LAYERS, layers_of
from inspector.vision.pooling import POOLINGS
from inspector.vision.torchvision_compat import import_torchvision

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.vision.locator import DefectLocator
    from inspector.vision.memory import MemoryOfGood

#: Channels of the layers that can be judged by.
FEATURE_COUNTS: Mapping[str, int] = MappingProxyType({"layer3": 1024, "layer4": 2048, JOINED_LAYER: 1536})
#: Where the network can be cut in two; layer1 includes the stem. One that judges by layer2 and layer3 together can also
#: be cut behind these two, at `JOINED_LAYER`.
CUTS = ("input", *LAYERS)


class LayersTogether(nn.Module):
    """Puts the map of layer2 beside that of layer3, for a head that judges by both.

    Layer2 tells edges and texture, layer3 shapes. Of each 2 × 2 cells of layer2 the strongest is taken, so that the two
    maps have the same cells, and one Grad-CAM map in closed form says where.
    """

    def forward(self, layer2: Tensor, layer3: Tensor) -> Tensor:
        """(N, 512, h', w') and (N, 1024, h, w) float, h = ⌈h'/2⌉ → (N, 1536, h, w) float."""
        odd = (0, int(layer2.shape[3]) % 2, 0, int(layer2.shape[2]) % 2)
        # nothing is below 0; a pooling that rounds its size up takes OpenVINO longer
        even = nn.functional.pad(layer2, odd) if any(odd) else layer2
        return torch.cat([nn.functional.max_pool2d(even, 2), layer3], dim=1)


class InspectionNetwork(nn.Module):
    """torchvision's ResNet-50 with a linear head, under torchvision's state-dict names (conv1 … layer4, fc).

    Args:
        class_count: Number of classes K, 2 or more.
        pooling: Name of the pooling between map and head, one of `inspector.vision.pooling.POOLINGS`.
        dropout: Probability of dropout before the head, 0..1; above 0 the head is ``fc.1`` as in
            ``Sequential(Dropout, Linear)``, else ``fc``.
        backbone: A key of `inspector.vision.graph.JUDGED_LAYER`: the whole ResNet-50, or what of it ends with layer3,
            judged by that alone or by layer2 and layer3 together.

    Raises:
        BundleError: If the pooling or the backbone is not known.
        ValueError: If a number is outside its range.
    """

    layer1: nn.Sequential
    layer2: nn.Sequential
    layer3: nn.Sequential
    #: Not there where the backbone ends with layer3.
    layer4: nn.Sequential

    def __init__(
        self, class_count: int, pooling: str = "average", dropout: float = 0.0, backbone: str = BACKBONE
    ) -> None:
        super().__init__()
        if class_count < 2 or not 0.0 <= dropout < 1.0:
            msg = f"a network needs at least 2 classes and a dropout in 0..1, got {class_count} and {dropout}"
            raise ValueError(msg)
        if pooling not in POOLINGS:
            raise BundleError(
                f"the pooling “{pooling}” is not known; known are {', '.join(POOLINGS)}", "Update the program."
            )
        if backbone not in JUDGED_LAYER:
            raise BundleError(
                f"the backbone “{backbone}” is not known; known are {', '.join(JUDGED_LAYER)}", "Update the program."
            )
        self.backbone, self.last = backbone, JUDGED_LAYER[backbone]
        trunk = import_torchvision().models.resnet50(weights=None)
        self.conv1, self.bn1, self.relu, self.maxpool = trunk.conv1, trunk.bn1, trunk.relu, trunk.maxpool
        for name in layers_of(backbone):
            setattr(self, name, getattr(trunk, name))
        self.together = LayersTogether()
        self.pooling = POOLINGS[pooling]()
        linear = nn.Linear(FEATURE_COUNTS[self.last], class_count)
        self.fc: nn.Module = nn.Sequential(nn.Dropout(dropout), linear) if dropout else linear
        #: (1, K, h, w) evidence for each class that good parts show at each cell, which the maps leave out; None where
        #: it is not known, as of a network whose layers were trained.
        self.usual: Tensor | None
        self.register_buffer("usual", None)
        self.memory: MemoryOfGood | None = None
        self.locator: DefectLocator | None = None

    @classmethod
    def blank(cls, class_count: int, pooling: str = "average", dropout: float = 0.0, backbone: str = BACKBONE) -> Self:
        """Return a network whose tensors hold nothing yet, for weights to be loaded into: drawing random ones first
        takes longer than loading.

        Args:
            class_count: As in `InspectionNetwork`.
            pooling: As in `InspectionNetwork`.
            dropout: As in `InspectionNetwork`.
            backbone: As in `InspectionNetwork`.

        Raises:
            BundleError: As of the class.
            ValueError: Likewise.
        """  # fmt: skip
        with torch.device("meta"):
            network = cls(class_count, pooling, dropout, backbone)
        return network.to_empty(device="cpu")

    @property
    def head(self) -> nn.Linear:
        """The linear layer at the end."""
        last = self.fc[1] if isinstance(self.fc, nn.Sequential) else self.fc
        assert isinstance(last, nn.Linear)
        return last

    @property
    def judged_layer(self) -> nn.Module:
        """The part whose map is judged."""
        layer: nn.Module = self.together if self.last == JOINED_LAYER else getattr(self, self.last)[-1]
        return layer

    def trunk(self, pictures: Tensor) -> Tensor:
        """Activations of the layer that is judged by, the last one.

        Args:
            pictures: (N, 3, H, W) float, preprocessed.

        Returns:
            (N, 2048, ⌈H/32⌉, ⌈W/32⌉) float, 0 or more; (N, 1024, ⌈H/16⌉, ⌈W/16⌉) where that is layer3, and 1536
            channels where that is layer2 and layer3 together.
        """
        return self.after("input", pictures)

    def until(self, cut: str, pictures: Tensor) -> Tensor:
        """Run the part before a cut.

        Args:
            cut: One of `CUTS`, or `JOINED_LAYER`: the activations after this part are returned.
            pictures: (N, 3, H, W) float, preprocessed.

        Returns:
            (N, C, h, w) float.
        """
        return self.between("input", cut, pictures)

    def after(self, cut: str, activations: Tensor) -> Tensor:
        """Run the part behind a cut, up to the activations of the last layer; see `until`."""
        return self.between(cut, self.last, activations)

    def between(self, first: str, last: str, activations: Tensor) -> Tensor:
        """Run the part between two cuts; see `until`. What judges by layer2 too has no part that begins behind it."""
        if first == last:
            return activations
        if last == JOINED_LAYER:
            layer2 = self.between(first, "layer2", activations)
            joined: Tensor = self.together(layer2, self.between("layer2", "layer3", layer2))
            return joined
        x = activations
        for name in CUTS[CUTS.index(first) + 1 : CUTS.index(last) + 1]:
            if name == "layer1":
                x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
            x = getattr(self, name)(x)
        return x

    def compare_with_good(self, weighted: Tensor) -> None:
        """Leave out of the maps what good parts show: static texture and edges would outshine a defect.

        Args:
            weighted: (C, h, w) float, mean of `Pooling.weighted` over good pictures; the head is that of the verdicts.
        """
        with torch.no_grad():
            # in float64, so that it is the same however many threads add it up
            weights = self.head.weight[:, :, None, None].double()
            self.usual = nn.functional.conv2d(weighted[None].double(), weights).float()

    @contextmanager
    def remembering(self, memory: MemoryOfGood | None) -> Iterator[None]:
        """Judge with another memory of good meanwhile, as that of features in int8."""
        own, self.memory = self.memory, memory
        try:
            yield
        finally:
            self.memory = own

    def location_logits(self, activations: Tensor) -> Tensor:
        """Class logits of every cell on its own, for supervision by place; their mean is `logits` with average pooling.

        Args:
            activations: (N, C, h, w) float, from `trunk`.

        Returns:
            (N, K, h, w) float, with the head's bias.
        """
        return nn.functional.conv2d(activations, self.head.weight[:, :, None, None], self.head.bias)

    def logits(self, pictures: Tensor) -> Tensor:
        """Class logits of preprocessed pictures: (N, 3, H, W) float → (N, K) float; what a loss is taken from."""
        return self.activation_logits(self.trunk(pictures))

    def activation_logits(self, activations: Tensor) -> Tensor:
        """Class logits of the activations of the last layer: (N, C, h, w) float → (N, K) float."""
        return self.pooling.logits(activations, self.fc, self.head)

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        """Classify and explain in one pass.

        Args:
            pictures: (N, 3, H, W) float, preprocessed.

        Returns:
            Probabilities (N, K), each row sums to 1; the raw Grad-CAM maps of the last layer (N, K, h, w), 0 or more;
            and with a memory of good how strange the cells of layer2's map are (N, 1, h', w'), and the whole pictures
            (N,), each 0 or more; and where masks have taught it, how likely each cell lies on a defect
            (N, 1, h', w'), 0..1.
        """
        return self.explained(*self.looked_at(pictures))

    def looked_at(self, activations: Tensor, cut: str = "input") -> tuple[Tensor, Tensor | None]:
        """Return the activations of the last layer, and the cells for the memory of good where there is one.

        Args:
            activations: At the cut, (N, C, h, w) float; pictures, preprocessed, at the first.
            cut: One of `CUTS`, not behind layer2.
        """
        layer2 = self.between(cut, "layer2", activations)
        layer3 = self.between("layer2", "layer3", layer2)
        cells = None if self.memory is None else self.memory.cells(layer2.float(), layer3.float())
        judged = self.together(layer2, layer3) if self.last == JOINED_LAYER else self.after("layer3", layer3)
        return judged, cells

    def explained(self, activations: Tensor, cells: Tensor | None = None) -> tuple[Tensor, ...]:
        """Probabilities, maps and strangeness, as `forward`.

        Args:
            activations: Of the last layer, (N, C, h, w) float.
            cells: As the memory of good describes them; without them, or without a memory, strangeness is left out.
        """
        if self.memory is None or cells is None:
            logits = self.activation_logits(activations)
            return torch.softmax(logits, dim=1), self.pooling.maps(activations, self.head.weight, self.usual)
        strangeness = self.memory(cells)
        whole = None if self.memory.whole is None else self.memory.whole(cells)
        of_whole = () if whole is None else (whole,)
        if self.memory.judges and not self.memory.with_head:
            return *self.memory.judged(strangeness, None, whole), strangeness, *of_whole
        logits = self.activation_logits(activations)
        probabilities = torch.softmax(logits, dim=1)
        if self.memory.judges:
            probabilities, _ = self.memory.judged(strangeness, logits, whole)
        maps = self.pooling.maps(activations, self.head.weight, self.usual)
        located = () if self.locator is None else (self.locator(cells, rounded=self.memory.step > 0),)
        return probabilities, maps, strangeness, *of_whole, *located
