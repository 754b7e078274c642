"""Names that the exporter writes and the back ends read: the files and ports of a bundle's graph."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: The OpenVINO graph and its weights, in the bundle's folder.
GRAPH_FILE = "graph.xml"
GRAPH_WEIGHTS_FILE = "graph.bin"
#: The same network with an int8 trunk; only where the bundle has one beside the float graph.
INT8_GRAPH_FILE = "graph-int8.xml"
INT8_GRAPH_WEIGHTS_FILE = "graph-int8.bin"
#: The network's weights under torchvision's names; absent in a runtime-only bundle.
TORCH_WEIGHTS_FILE = "weights.safetensors"
#: The layers of a ResNet-50 in their order; the first includes the stem.
LAYERS = ("layer1", "layer2", "layer3", "layer4")
#: The trunks that a manifest can name, and the layer whose map is judged: of the last one layer2 and layer3 together.
#: What lies behind it is neither in the graphs nor among the weights.
BACKBONE, SHORT_BACKBONE, JOINED_BACKBONE = "resnet50", "resnet50-layer3", "resnet50-layer2+3"
JOINED_LAYER = "layer2+3"
JUDGED_LAYER: Mapping[str, str] = MappingProxyType(
    {BACKBONE: "layer4", SHORT_BACKBONE: "layer3", JOINED_BACKBONE: JOINED_LAYER}
)
#: The graph's input: (N, 3, S, S) float32.
INPUT_NAME = "pictures"
#: The graph's outputs: (N, K) and (N, K, h, w) float32. Where the model has a memory of good also (N, 1, h', w'); then
#: (N,) of the whole pictures, which models of before lack; and again (N, 1, h', w') where masks have taught it where
#: defects lie.
PROBABILITIES_OUTPUT = "probabilities"
MAPS_OUTPUT = "maps"
STRANGENESS_OUTPUT = "strangeness"
WHOLE_OUTPUT = "whole"
LOCATED_OUTPUT = "located"


def layers_of(backbone: str) -> tuple[str, ...]:
    """Return which of `LAYERS` a backbone has.

    Args:
        backbone: A key of `JUDGED_LAYER`.
    """
    last = JUDGED_LAYER[backbone]
    return LAYERS[: LAYERS.index("layer3" if last == JOINED_LAYER else last) + 1]


def output_names(ranks: Sequence[int]) -> list[str]:
    """Name a network's outputs, in their order.

    Args:
        ranks: The number of dimensions of each; what comes after the first three is told apart by it.
    """
    first = [PROBABILITIES_OUTPUT, MAPS_OUTPUT, STRANGENESS_OUTPUT]
    return [*first[: len(ranks)], *(WHOLE_OUTPUT if rank == 1 else LOCATED_OUTPUT for rank in ranks[3:])]
