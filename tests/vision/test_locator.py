"""The locator: in the graph, in both back ends, in the weights, and in the defect map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from inspector.vision.backends import load_classifier, load_reference
from inspector.vision.export import convert
from inspector.vision.heat import defect_map
from inspector.vision.importer import build_network
from inspector.vision.locator import DefectLocator
from inspector.vision.memory import DIMENSIONS, MemoryOfGood
from inspector.vision.network import InspectionNetwork
from inspector.vision.openvino_core import openvino_core
from inspector.vision.prediction import Outputs
from inspector.vision.self_test import answer_of, difference, tolerance_of
from inspector.vision.weights import load_weights, save_weights
from tests.vision.test_memory import NOTE, PICTURES, PREPROCESSING, RNG, SIZE, bundle_of, cells_of, rows_of

if TYPE_CHECKING:
    from pathlib import Path

CALM = np.full((8, 8), 0.5, np.float32)
NOWHERE = np.zeros((2, 2), np.float32)


def test_what_a_verdict_asks_is_what_was_learnt() -> None:
    torch.manual_seed(3)
    locator = DefectLocator(torch.randn(DIMENSIONS), torch.rand(DIMENSIONS) + 0.5).eval()
    torch.nn.init.normal_(locator.last.weight)
    cells = torch.from_numpy(RNG.standard_normal((2, DIMENSIONS, 5, 7)).astype(np.float32))
    with torch.inference_mode():
        torch.testing.assert_close(locator(cells), torch.sigmoid(locator.log_odds(cells)), rtol=1e-4, atol=1e-5)


@pytest.fixture
def network() -> InspectionNetwork:
    """With random weights, a memory and a locator that knows the cells' moments."""
    torch.manual_seed(0)
    network = InspectionNetwork(2).eval()
    cells = cells_of(network)
    network.memory = MemoryOfGood(rows_of(cells))
    network.locator = DefectLocator(cells.mean((0, 2, 3)), cells.std((0, 2, 3))).eval()
    return network


def test_the_graph_says_what_the_network_says(network: InspectionNetwork) -> None:
    with torch.inference_mode():
        expected = network(PICTURES)[3].numpy()
    compiled = openvino_core().compile_model(
        convert(network, PREPROCESSING), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
    )
    said = np.asarray(compiled(PICTURES.numpy())["located"])
    assert said.shape == (2, 1, 8, 8)
    assert said.std() > 0.01  # it tells cells apart
    np.testing.assert_allclose(said, expected, atol=2e-3)


def test_without_masks_the_graph_has_three_answers(network: InspectionNetwork) -> None:
    network.locator = None
    with torch.inference_mode():
        assert len(network(PICTURES)) == 3


def test_both_back_ends_draw_the_same_defect_map(network: InspectionNetwork, tmp_path: Path) -> None:
    bundle = bundle_of(network, tmp_path, NOTE)
    picture = RNG.integers(0, 256, (SIZE, SIZE, 3), np.uint8)
    drawn = []
    for classifier in (load_classifier(bundle, "cpu", "fp32"), load_reference(bundle)):
        drawn.append(classifier.predict(picture).defect_map)
        classifier.close()
    first, second = drawn
    assert first is not None
    assert second is not None
    np.testing.assert_allclose(first, second, atol=0.02)


def test_in_8_bits_it_says_nearly_the_same(network: InspectionNetwork) -> None:
    assert network.locator is not None
    cells = cells_of(network)
    network.locator.step = 6.0 / 127
    with torch.inference_mode():
        exact, rounded = network.locator(cells), network.locator(cells, rounded=True)
    assert 0.0 < float((exact - rounded).abs().max()) < 0.02
    network.memory = MemoryOfGood(rows_of(cells), step=float(cells.abs().max()) / 200)  # as an int8 graph's is
    with torch.inference_mode():
        torch.testing.assert_close(network(PICTURES)[3], rounded, atol=1e-5, rtol=1e-4)


def test_it_goes_with_the_weights_but_not_into_another_training(network: InspectionNetwork, tmp_path: Path) -> None:
    save_weights(network, tmp_path / "weights.safetensors")
    state = load_weights(tmp_path / "weights.safetensors")
    again = DefectLocator.of(state)
    assert again is not None
    assert network.locator is not None
    cells = torch.from_numpy(RNG.standard_normal((1, DIMENSIONS, 8, 8)).astype(np.float32))
    torch.testing.assert_close(again.eval()(cells), network.locator(cells))
    assert build_network(state, 2, source=tmp_path).locator is None
    assert DefectLocator.of({name: value for name, value in state.items() if not name.startswith("locator.")}) is None


def test_the_defect_map_is_hot_where_masks_have_taught_it_to_be() -> None:
    located = np.zeros((8, 8), np.float32)
    located[2, 6] = 0.9
    joined = defect_map(NOWHERE, CALM, 0.81, located)
    assert divmod(int(joined.argmax()), 8) == (2, 6)
    assert float(joined[2, 6]) > 0.8
    np.testing.assert_array_equal(np.delete(joined, 22), np.delete(defect_map(NOWHERE, CALM, 0.81), 22))


def test_the_self_test_notices_a_locator_that_changed() -> None:
    said = Outputs(np.array([0.5, 0.5], np.float32), np.ones((2, 2, 2), np.float32), CALM, CALM)
    known, tolerance = answer_of(0, said), tolerance_of("f32", int8=False)
    assert difference(known, said, tolerance) == ""
    assert "map of places differs" in difference(known, said._replace(located=2 * CALM), tolerance)
    assert "map of places" in difference(known, said._replace(located=None), tolerance)
    before = answer_of(0, said._replace(located=None))
    assert before.located == ()
    assert difference(before, said._replace(located=None), tolerance) == ""
