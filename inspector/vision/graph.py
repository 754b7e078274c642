"""Names that the exporter writes and the back ends read: the files and ports of a bundle's graph."""

from __future__ import annotations

#: The OpenVINO graph and its weights, in the bundle's folder.
GRAPH_FILE = "graph.xml"
GRAPH_WEIGHTS_FILE = "graph.bin"
#: The same network with an int8 trunk; only where the bundle has one beside the float graph.
INT8_GRAPH_FILE = "graph-int8.xml"
INT8_GRAPH_WEIGHTS_FILE = "graph-int8.bin"
#: The network's weights under torchvision's names; absent in a runtime-only bundle.
TORCH_WEIGHTS_FILE = "weights.safetensors"
#: The graph's input: (N, 3, S, S) float32.
INPUT_NAME = "pictures"
#: The graph's outputs: (N, K) and (N, K, h, w) float32; and (N, 1, h', w') where the model has a memory of good,
#: and again where masks have taught it the place of defects.
PROBABILITIES_OUTPUT = "probabilities"
MAPS_OUTPUT = "maps"
STRANGENESS_OUTPUT = "strangeness"
LOCATED_OUTPUT = "located"
OUTPUTS = (PROBABILITIES_OUTPUT, MAPS_OUTPUT, STRANGENESS_OUTPUT, LOCATED_OUTPUT)
