"""Writes the network as an OpenVINO graph with the two outputs that the station reads."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from inspector.vision.graph import GRAPH_FILE, GRAPH_WEIGHTS_FILE, INPUT_NAME, MAPS_OUTPUT, PROBABILITIES_OUTPUT

if TYPE_CHECKING:
    from inspector.vision.preprocess import Preprocessing


def convert(network: torch.nn.Module, preprocessing: Preprocessing) -> Any:  # noqa: ANN401 - openvino.Model
    """Turn the network into an OpenVINO model in memory (float32), as a quantiser wants it.

    Args:
        network: An `InspectionNetwork`, or another with the same two outputs; it is put into evaluation mode.
        preprocessing: Fixes the input size.

    Returns:
        An `openvino.Model` with the input "pictures" (?, 3, S, S) and the outputs "probabilities" (?, K) and "maps"
        (?, K, h, w), all float32.
    """
    network.eval()
    model = to_openvino(network, preprocessing.input_size)
    model.inputs[0].get_tensor().set_names({INPUT_NAME})
    for output, name in zip(model.outputs, (PROBABILITIES_OUTPUT, MAPS_OUTPUT), strict=True):
        output.get_tensor().set_names({name})
    return model


def to_openvino(module: torch.nn.Module, size: int) -> Any:  # noqa: ANN401 - openvino.Model
    """Turn any module that takes pictures (N, 3, S, S) into an OpenVINO model in memory (float32); names are not set.

    Args:
        module: In evaluation mode.
        size: S.
    """
    import openvino as ov  # noqa: PLC0415 - seconds

    module.eval()
    example = torch.zeros(1, 3, size, size)
    with torch.inference_mode(), warnings.catch_warnings():
        # torch warns that its tracer is deprecated; torch.export gives the same graph, no sooner (5.2 s against 4.5 s)
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(module, example, check_trace=False)  # type: ignore[no-untyped-call]
        return ov.convert_model(traced, example_input=example, input=[ov.PartialShape([-1, 3, size, size])])


def export_openvino(
    network: torch.nn.Module, preprocessing: Preprocessing, folder: Path, *, fp16: bool = True
) -> tuple[Path, Path]:
    """Write ``graph.xml`` and ``graph.bin`` into a folder.

    Args:
        network: The network; it is put into evaluation mode.
        preprocessing: Fixes the input size.
        folder: An existing folder.
        fp16: Store the weights in half the size; computation is not affected by this beyond their rounding.

    Returns:
        The two files.

    Raises:
        OSError: If the folder cannot be written.
    """
    return save_graph(convert(network, preprocessing), folder, fp16=fp16)


def save_graph(model: Any, folder: Path, *, fp16: bool = True) -> tuple[Path, Path]:  # noqa: ANN401 - openvino.Model
    """Write an OpenVINO model, quantised or not, under a bundle's file names; see `export_openvino`."""
    import openvino as ov  # noqa: PLC0415 - seconds

    graph, weights = Path(folder) / GRAPH_FILE, Path(folder) / GRAPH_WEIGHTS_FILE
    ov.save_model(model, graph, compress_to_fp16=fp16)
    return graph, weights
