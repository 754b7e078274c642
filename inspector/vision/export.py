"""Writes the network as an OpenVINO graph with the outputs that the station reads."""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from inspector.vision.graph import GRAPH_FILE, INPUT_NAME, output_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.vision.memory import MemoryOfGood
    from inspector.vision.network import InspectionNetwork
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
    return _named(to_openvino(network, preprocessing.input_size))


def convert_behind(
    trunks: Sequence[Any],
    network: InspectionNetwork,
    cut: str,
    memories: Sequence[MemoryOfGood | None] | None = None,
) -> list[Any]:
    """Put the part of a network behind a cut, in float32, onto graphs of the part before it.

    Args:
        trunks: `openvino.Model`s, quantised or not: pictures (?, 3, S, S) → the activations at the cut, and the cells
            for a memory of good where the cut lies behind layer3. They are left as they are.
        network: Whose layers behind the cut are copied.
        cut: One of `inspector.vision.network.CUTS`.
        memories: The memory of good for each trunk, as it sees good pictures; None for the network's own.

    Returns:
        For each an `openvino.Model` with the ports of `convert`.
    """
    models = []
    for trunk, memory in zip(trunks, memories or [network.memory] * len(trunks), strict=True):
        with network.remembering(memory):
            behind = traced_behind(trunk, Behind(network, cut), every=memory is not None)
        models.append(_named(joined(trunk, behind)))
    return models


def traced_behind(trunk: Any, module: torch.nn.Module, *, every: bool = False) -> Any:  # noqa: ANN401 - openvino.Model
    """Turn what takes a graph's outputs into an OpenVINO model in memory (float32).

    Args:
        trunk: An `openvino.Model`; its outputs' shapes are used.
        module: Takes its first output, or every one.
        every: Which of the two.
    """
    outputs = trunk.outputs if every else trunk.outputs[:1]
    return _traced(module, *([int(side.get_length()) for side in list(o.get_partial_shape())[1:]] for o in outputs))


def joined(trunk: Any, behind: Any) -> Any:  # noqa: ANN401 - openvino.Model
    """Put one graph behind another: its inputs are the first outputs of that. Both are left as they are."""
    import openvino as ov  # seconds

    before, after = trunk.clone(), behind.clone()
    for parameter, result in zip(after.get_parameters(), before.get_results(), strict=False):
        for user in parameter.output(0).get_target_inputs():
            user.replace_source_output(result.input_value(0))
    return ov.Model(after.get_results(), before.get_parameters(), "inspection")


class Behind(torch.nn.Module):
    """What the network makes of the activations at a cut; the cells for the memory of good come with them, or are made.

    Args:
        cut: One of `inspector.vision.network.CUTS`, not "input".
    """

    def __init__(self, network: InspectionNetwork, cut: str) -> None:
        super().__init__()
        self.network, self.cut = network, cut

    def forward(self, activations: torch.Tensor, cells: torch.Tensor | None = None) -> tuple[torch.Tensor, ...]:
        """Return what `InspectionNetwork.forward` does.

        Args:
            activations: (N, C, h, w) float.
            cells: As `CellProjection` makes them; None: they are made here, where there is a memory.
        """
        if cells is not None or self.network.memory is None:
            return self.network.explained(self.network.after(self.cut, activations), cells)
        return self.network.explained(*self.network.looked_at(activations, self.cut))


def _named(model: Any) -> Any:  # noqa: ANN401 - openvino.Model
    """Name the ports as the station expects them."""
    model.inputs[0].get_tensor().set_names({INPUT_NAME})
    names = output_names([len(output.get_partial_shape()) for output in model.outputs])
    for output, name in zip(model.outputs, names, strict=True):
        output.get_tensor().set_names({name})
    return model


def to_openvino(module: torch.nn.Module, size: int) -> Any:  # noqa: ANN401 - openvino.Model
    """Turn any module that takes pictures (N, 3, S, S) into an OpenVINO model in memory (float32); names are not set.

    Args:
        module: In evaluation mode.
        size: Side S of the input, pixels.
    """
    return _traced(module, [3, size, size])


def _traced(module: torch.nn.Module, *shapes: list[int]) -> Any:  # noqa: ANN401 - openvino.Model
    import openvino as ov  # seconds

    module.eval()
    example = tuple(torch.zeros(1, *shape) for shape in shapes)

    def run(*inputs: torch.Tensor) -> Any:  # noqa: ANN401 - the module's outputs
        return module(*inputs)

    with torch.inference_mode(), warnings.catch_warnings(), _logging_as_it_is(), _constant(module):
        # torch warns that its tracer is deprecated; torch.export gives the same graph, no sooner (5.2 s against 4.5 s)
        warnings.simplefilter("ignore")
        # of a module each layer is scripted, a third of the time; but a function loses inputs that it does not use, as
        # activations where the memory judges alone
        what = run if len(shapes) == 1 else module
        traced = torch.jit.trace(what, example, check_trace=False)  # type: ignore[no-untyped-call]
        return ov.convert_model(
            traced, example_input=example, input=[ov.PartialShape([-1, *shape]) for shape in shapes]
        )


@contextmanager
def _constant(module: torch.nn.Module) -> Iterator[None]:
    """Let a module's weights be constants of a trace meanwhile."""
    learning = [parameter for parameter in module.parameters() if parameter.requires_grad]
    for parameter in learning:
        parameter.requires_grad = False
    try:
        yield
    finally:
        for parameter in learning:
            parameter.requires_grad = True


@contextmanager
def _logging_as_it_is() -> Iterator[None]:
    """Keep the program's log as it is: a conversion that fails leaves it at ERROR, and warnings would be lost."""
    root = logging.getLogger()
    level, filters, handlers = root.level, list(root.filters), list(root.handlers)
    try:
        yield
    finally:
        root.setLevel(level)
        root.filters[:], root.handlers[:] = filters, handlers


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


def save_graph(model: Any, folder: Path, *, fp16: bool = True, name: str = GRAPH_FILE) -> tuple[Path, Path]:  # noqa: ANN401 - openvino.Model
    """Write an OpenVINO model, quantised or not, under a bundle's file names; see `export_openvino`.

    Args:
        model: An `openvino.Model`.
        folder: An existing folder.
        fp16: As in `export_openvino`.
        name: `GRAPH_FILE` or `INT8_GRAPH_FILE`.
    """
    import openvino as ov  # seconds

    graph = Path(folder) / name
    ov.save_model(model, graph, compress_to_fp16=fp16)
    return graph, graph.with_suffix(".bin")
