"""The bundle's graph alone beside its convolutions alone, in every precision that the line may use."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import openvino as ov

from inspector.vision.benchmark.limit import convolution_limit, largest_alone, resnet50_convolutions
from inspector.vision.benchmark.machine import cores
from inspector.vision.benchmark.records import GraphRow
from inspector.vision.benchmark.throughput import GraphRunner, schedules
from inspector.vision.benchmark.turns import GraphSeat
from inspector.vision.graph import BACKBONE, PROBABILITIES_OUTPUT
from inspector.vision.openvino_core import openvino_core

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.vision.bundle import Bundle

_ALONE_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphPair:
    """A graph and its limit, which take turns.

    Args:
        precision: "fp32", "bf16" or "int8".
        input_size: Side of the input, pixels.
        graph: The bundle's graph with its turns.
        limit: The convolutions alone, with their turns.
        backbone: As in the manifest.
        largest_alone_images_per_s: As in `GraphRow`.
    """

    precision: str
    input_size: int
    graph: GraphSeat
    limit: GraphSeat
    backbone: str
    largest_alone_images_per_s: float | None

    def row(self) -> GraphRow:
        """What the turns came to."""
        pairs = zip(self.limit.times_s, self.graph.times_s, strict=True)
        return GraphRow(
            precision=self.precision,
            input_size=self.input_size,
            graph_images_per_s=1.0 / statistics.median(self.graph.times_s),
            limit_images_per_s=1.0 / statistics.median(self.limit.times_s),
            share=statistics.median(limit / graph for limit, graph in pairs),
            largest_alone_images_per_s=self.largest_alone_images_per_s,
            graph_schedule=str(self.graph.runner.schedule),
            limit_schedule=str(self.limit.runner.schedule),
            gmac=sum(convolution.macs for convolution in resnet50_convolutions(self.input_size, self.backbone)) / 1e9,
        )


def pair_of(bundle: Bundle, precision: str, *, alone: bool) -> GraphPair:
    """Compile a bundle's graph and its limit, each under the schedule that suits it best.

    Args:
        bundle: With a ResNet-50; of its own size, or made by `at_size`.
        precision: One that the line may use: "fp32", "bf16" or "int8".
        alone: Measure the largest convolutions by themselves too.

    Raises:
        RuntimeError: If OpenVINO cannot compile the graph at this size.
    """
    core, size = openvino_core(), bundle.manifest.preprocessing.input_size
    backbone = bundle.manifest.backbone
    int8 = precision == "int8"
    tried = schedules(cores())
    graph = GraphRunner.fastest(core, reader(core, bundle, precision), precision, tried)

    def convolutions(batch: int) -> Any:  # noqa: ANN401 - openvino.Model
        return convolution_limit(size, batch, int8=int8, backbone=backbone)

    limit = GraphRunner.fastest(core, convolutions, precision, tried)
    return GraphPair(
        precision=precision,
        input_size=size,
        graph=GraphSeat(name=f"graph alone {precision} {size}²", runner=graph),
        limit=GraphSeat(name=f"convolutions alone {precision} {size}²", runner=limit),
        backbone=backbone,
        largest_alone_images_per_s=largest_alone_rate(core, size, precision, limit, backbone) if alone else None,
    )


def reader(
    core: Any,  # noqa: ANN401 - openvino.Core
    bundle: Bundle,
    precision: str,
    *,
    maps: bool = True,
) -> Callable[[int], Any]:
    """Read the graph that a precision uses.

    Args:
        core: An `openvino.Core`.
        precision: "fp32", "bf16" or "int8".
        maps: Keep the heatmaps; else the verdict is the only output, and what it does not need is not computed.

    Returns:
        What makes an `openvino.Model` for a batch.
    """
    size = bundle.manifest.preprocessing.input_size
    path = (bundle.int8_graph_path if precision == "int8" else None) or bundle.graph_path
    model = core.read_model(path, config={"ENABLE_MMAP": False})
    if not maps:
        verdict = model.output(PROBABILITIES_OUTPUT).node
        model = ov.Model([verdict.input_value(0)], model.get_parameters(), "verdict alone")

    def of(batch: int) -> Any:  # noqa: ANN401 - openvino.Model
        shaped = model.clone()
        shaped.reshape([batch, 3, size, size])
        return shaped

    return of


def largest_alone_rate(
    core: Any,  # noqa: ANN401 - openvino.Core
    size: int,
    precision: str,
    limit: GraphRunner,
    backbone: str = BACKBONE,
) -> float:
    """Pictures per second if every convolution ran at the arithmetic rate of the best of the large ones alone.

    Args:
        core: An `openvino.Core`.
        size: Side of the input, pixels.
        precision: "fp32", "bf16" or "int8".
        limit: The convolutions together; its schedule is used.
        backbone: As in the manifest.
    """
    batch, total = limit.schedule.batch, sum(each.macs for each in resnet50_convolutions(size, backbone))
    rates = [
        macs * GraphRunner(core, model, precision, limit.schedule).rate(_ALONE_S)
        for model, macs in largest_alone(size, batch, int8=precision == "int8", backbone=backbone)
    ]
    return max(rates) / total
