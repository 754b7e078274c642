from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch

from inspector.vision.benchmark.graphs import largest_alone_rate
from inspector.vision.benchmark.limit import convolution_limit, largest_alone, resnet50_convolutions
from inspector.vision.benchmark.throughput import GraphRunner, Schedule, schedules
from inspector.vision.network import InspectionNetwork
from inspector.vision.openvino_core import openvino_core


@pytest.mark.parametrize("size", [224, 320])
def test_the_convolutions_are_those_of_the_network(size: int) -> None:
    seen: list[tuple[int, ...]] = []

    def note(module: Any, inputs: tuple[torch.Tensor], output: torch.Tensor) -> None:
        seen.append((*module.weight.shape, module.stride[0], inputs[0].shape[-1], output.shape[-1]))

    with torch.device("meta"):
        network = InspectionNetwork(2).eval()
        for module in network.modules():
            if isinstance(module, torch.nn.Conv2d):
                module.register_forward_hook(note)
        network.trunk(torch.zeros(1, 3, size, size))
    ours = resnet50_convolutions(size)
    shapes = [(c.outputs, c.inputs, c.kernel, c.kernel, c.stride, c.input_side, c.output_side) for c in ours]
    assert len(ours) == 53
    assert Counter(shapes) == Counter(seen)


def test_the_arithmetic_is_that_of_a_resnet50() -> None:
    # 4.089 10^9 multiply-accumulates is what torchvision states for the whole network; the head has 2 million for 1000 classes
    assert sum(one.macs for one in resnet50_convolutions(224)) == 4_087_136_256


def test_what_ends_with_layer3_lacks_the_convolutions_of_layer4() -> None:
    short, whole = resnet50_convolutions(224, "resnet50-layer3"), resnet50_convolutions(224)
    assert short == whole[: len(short)]
    assert (len(short), short[-1].outputs, whole[len(short)].inputs) == (43, 1024, 1024)


@pytest.mark.parametrize("int8", [True, False])
def test_the_graph_has_these_convolutions_and_nothing_else(int8: bool) -> None:
    model = convolution_limit(224, 2, int8=int8)
    kinds = Counter(node.get_type_name() for node in model.get_ops())
    assert kinds["Convolution"] == 53
    assert kinds["FakeQuantize"] == (53 + 54 if int8 else 0)  # every weight; the input and every output
    assert set(kinds) - {"FakeQuantize"} == {"Parameter", "Constant", "Convolution", "Slice", "Result"}
    found = Counter(
        (*node.input_value(1).shape, node.get_strides()[0], node.input_value(0).shape[2])
        for node in model.get_ops()
        if node.get_type_name() == "Convolution"
    )
    assert found == Counter(
        (c.outputs, c.inputs, c.kernel, c.kernel, c.stride, c.input_side) for c in resnet50_convolutions(224)
    )


def test_no_convolution_is_spared_and_all_compute_in_bytes() -> None:
    compiled = openvino_core().compile_model(convolution_limit(64, 1, int8=True), "CPU")
    operations = [node.get_rt_info() for node in compiled.get_runtime_model().get_ops()]
    run = [one for one in operations if one["layerType"].astype(str) == "Convolution"]
    assert len(run) == 53
    assert {one["outputPrecisions"].astype(str) for one in run} == {"u8"}


def test_values_stay_in_range() -> None:
    compiled = openvino_core().compile_model(
        convolution_limit(64, 1, int8=False), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
    )
    answers = compiled([np.random.default_rng(0).random((1, 3, 64, 64), np.float32)])
    sizes = [float(np.abs(answer).mean()) for answer in answers.values()]
    assert len(sizes) == 5
    assert all(1e-3 < one < 1e3 for one in sizes)


def test_the_largest_alone_know_their_arithmetic() -> None:
    graphs = largest_alone(224, 2, int8=True)
    assert [macs for _, macs in graphs] == [4 * 115_605_504] * 4
    for model, _ in graphs:
        assert Counter(node.get_type_name() for node in model.get_ops())["Convolution"] == 4


def test_every_core_has_its_stream() -> None:
    assert schedules(16) == [Schedule(streams=16, batch=1), Schedule(streams=16, batch=4)]


def test_the_estimate_from_the_largest_alone_is_a_rate() -> None:
    limit = GraphRunner(openvino_core(), convolution_limit(32, 1, int8=False), "fp32", Schedule(streams=1, batch=1))
    assert largest_alone_rate(openvino_core(), 32, "fp32", limit) > 0.0


def test_a_runner_runs_whole_calls() -> None:
    core = openvino_core()
    runner = GraphRunner(core, convolution_limit(32, 2, int8=False), "fp32", Schedule(streams=2, batch=2))
    assert [runner.whole(count) for count in (1, 4, 5)] == [4, 4, 8]
    assert runner.seconds(5) > 0.0
    assert runner.rate(0.01) > 0.0
