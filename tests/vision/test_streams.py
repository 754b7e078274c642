"""The graph for batches runs in several streams at once: it says what the graph for one picture says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import openvino as ov
import openvino.opset13 as ops
import pytest
import torch
from torch import Tensor, nn

from inspector.vision.bundle import Bundle, ManifestFields, write_bundle
from inspector.vision.export import convert, save_graph
from inspector.vision.graph import GRAPH_FILE, MAPS_OUTPUT
from inspector.vision.graphs import Graphs, Way, fold_constants
from inspector.vision.pooling import AveragePooling
from inspector.vision.prediction import Outputs
from inspector.vision.preprocess import Preprocessing
from inspector.vision.slots import Slots

SIZE_PX = 64
CELLS = 8 * 8


class Headed(nn.Module):
    """One convolution, and a head as the real network has it."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(4)
        self.first = nn.Conv2d(3, 1024, 8, stride=8)
        self.fc = nn.Linear(1024, 2)
        self.pooling = AveragePooling()

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        activations = torch.relu(self.first(pictures))
        probabilities = torch.softmax(self.pooling.logits(activations, self.fc, self.fc), dim=1)
        return probabilities, self.pooling.maps(activations, self.fc.weight)


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    staging = tmp_path / "staging"
    staging.mkdir()
    preprocessing = Preprocessing(input_size=SIZE_PX)
    files = save_graph(convert(Headed(), preprocessing), staging)
    fields = ManifestFields(
        name="headed",
        created=datetime(2026, 1, 1, tzinfo=UTC),
        class_names=("good", "defective"),
        good_class="good",
        preprocessing=preprocessing,
    )
    return write_bundle(tmp_path / "headed", fields, {path.name: path for path in files})


def answer(graphs: Graphs, hint: str, *, streams: bool) -> Outputs:
    with Slots(graphs.compile(Way(GRAPH_FILE, hint), streams=streams), 1).lend() as slot:
        slot.square[:] = np.random.default_rng(1).integers(0, 256, slot.square.shape, np.uint8)
        return slot.run()


def test_streams_say_what_one_picture_at_a_time_says(bundle: Bundle) -> None:
    probabilities, maps, *_ = answer(Graphs(bundle, "CPU", None), "f32", streams=False)
    assert maps.max() > 0
    for _ in range(8):  # two streams that worked the weights out raced in about every second load
        again = answer(Graphs(bundle, "CPU", None), "f32", streams=True)
        np.testing.assert_allclose(again[0], probabilities, rtol=1e-4)
        np.testing.assert_allclose(again[1], maps, rtol=1e-3, atol=1e-6)


def test_nothing_is_left_to_work_out_of_the_heatmap_s_weights(bundle: Bundle) -> None:
    model = Graphs(bundle, "CPU", None).core.read_model(bundle.folder / GRAPH_FILE)
    model.reshape([1, 3, SIZE_PX, SIZE_PX])
    fold_constants(model)
    convolution = model.output(MAPS_OUTPUT).get_node().input_value(0).get_node().input_value(0).get_node()
    weights = convolution.input_value(1).get_node()
    assert weights.get_type_name() == "Constant"
    expected = Headed().fc.weight.detach().numpy().astype(np.float16).astype(np.float32)[:, :, None, None] / CELLS
    np.testing.assert_allclose(weights.get_data(), expected, rtol=1e-6)
    fold_constants(model)  # as it is
    assert convolution.input_value(1).get_node().get_type_name() == "Constant"


def test_the_squares_of_8_bit_weights_are_a_constant_and_the_weights_stay_8_bit() -> None:
    rows = np.arange(-20, 20, dtype=np.int8).reshape(10, 4, 1, 1)
    picture = ops.parameter([1, 4, 8, 8], np.float32)
    kernels = ops.multiply(ops.convert(ops.constant(rows), "f32"), ops.constant(np.float32(0.5)))
    squares = ops.reduce_sum(ops.multiply(kernels, kernels), ops.constant([1, 2, 3]), keep_dims=False)
    added = ops.reshape(ops.divide(squares, ops.constant(np.float32(4.0))), ops.constant([1, 10, 1, 1]), False)
    products = ops.convolution(picture, kernels, [1, 1], [0, 0], [0, 0], [1, 1])
    model = ov.Model([ops.add(products, added)], [picture], "memory")

    fold_constants(model)

    last = model.output(0).get_node().input_value(0).get_node()
    kept = last.input_value(1).get_node()
    assert kept.get_type_name() == "Constant"
    expected = ((0.5 * rows.astype(np.float32)) ** 2).sum(axis=(1, 2, 3)).reshape(1, 10, 1, 1) / 4
    np.testing.assert_allclose(kept.get_data(), expected, rtol=1e-6)
    weights = last.input_value(0).get_node().input_value(1).get_node()
    assert weights.get_type_name() == "Multiply"
    assert "Convert" in {value.get_node().get_type_name() for value in weights.input_values()}
