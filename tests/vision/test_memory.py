"""The memory of good: distances inside the network's pass, the same in torch and in the graph, in float and in int8."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import openvino as ov
import pytest
import torch
from torch.nn import functional

from inspector.domain.errors import BundleError
from inspector.domain.records import Thresholds
from inspector.domain.strangeness import GoodScale
from inspector.vision.backends import load_classifier, load_reference
from inspector.vision.bundle import Bundle, ManifestFields, Preprocessing, write_bundle
from inspector.vision.export import convert, convert_behind, export_openvino, to_openvino
from inspector.vision.importer import build_network
from inspector.vision.manifest import MemoryNote
from inspector.vision.memory import DIMENSIONS, CellProjection, MemoryOfGood, places
from inspector.vision.network import InspectionNetwork
from inspector.vision.openvino_core import openvino_core
from inspector.vision.prediction import Outputs, near_a_limit
from inspector.vision.self_test import answer_of, difference, tolerance_of
from inspector.vision.weights import load_weights, save_weights
from tests.bundles import make_bundle

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 64
PREPROCESSING = Preprocessing(input_size=SIZE)
RNG = np.random.default_rng(0)
PICTURES = torch.from_numpy(RNG.standard_normal((2, 3, SIZE, SIZE)).astype(np.float32))
ROUNDING = 0.15  # of strangenesses of 20 to 35
NOTE = MemoryNote(
    pictures=3, rows=40, dimensions=128, position=0.0, good_scale=GoodScale(pictures=3, mean_log=0.0, sd_log=0.1), beyond=0
)  # fmt: skip


@pytest.fixture
def network() -> InspectionNetwork:
    torch.manual_seed(0)
    return InspectionNetwork(2).eval()


def cells_of(network: InspectionNetwork) -> torch.Tensor:
    with torch.inference_mode():
        layer2 = network.until("layer2", PICTURES)
        cells: torch.Tensor = CellProjection()(layer2, network.between("layer2", "layer3", layer2))
    return cells


def rows_of(cells: torch.Tensor, count: int = 40) -> np.ndarray:
    return cells[:1].flatten(2)[0].T[:count].numpy()


@pytest.mark.parametrize("count", [7, 256, 600])
def test_strangeness_is_the_distance_to_the_nearest_row(count: int) -> None:
    """Of many rows the nearest may lie in any piece that is compared with at once."""
    rows = RNG.standard_normal((count, DIMENSIONS)).astype(np.float32)
    cells = torch.from_numpy(RNG.standard_normal((2, DIMENSIONS, 3, 4)).astype(np.float32))
    flat = cells.permute(0, 2, 3, 1).reshape(2, 3, 4, 1, DIMENSIONS).numpy()
    expected = np.linalg.norm(flat - rows, axis=-1).min(-1) / 2.5
    np.testing.assert_allclose(MemoryOfGood(rows, scale=2.5)(cells)[:, 0].numpy(), expected, rtol=1e-4)
    last = torch.from_numpy(rows[-1])[None, :, None, None]
    assert float(MemoryOfGood(rows)(last).max()) < 1e-2


def test_a_cell_that_is_remembered_is_not_strange(network: InspectionNetwork) -> None:
    cells = cells_of(network)
    memory = MemoryOfGood(rows_of(cells, 64))
    own, other = memory(cells[:1]), memory(cells[1:])
    assert float(own.max()) < 1e-2 * float(other.max())


def test_the_place_counts_where_it_is_asked_for() -> None:
    rows = np.zeros((1, DIMENSIONS), np.float32)
    rows[0, DIMENSIONS - 2 :] = 3 * places(4, 4)[0, :, 0, 0].numpy()
    far = MemoryOfGood(rows, position=3.0)(torch.zeros(1, DIMENSIONS, 4, 4))[0, 0]
    assert float(far[0, 0]) < 1e-3
    assert float(far[3, 3]) == pytest.approx(3 * 8**0.5, rel=1e-4)


@pytest.mark.parametrize(("position", "steepness"), [(0.0, 0.0), (2.0, 0.0), (2.0, 9.0)])
def test_nothing_is_asked_of_the_host_while_it_measures(position: float, steepness: float) -> None:
    """A look at a number, or a tensor of another device, would end a recorded CUDA graph; the meta device has neither."""
    state = MemoryOfGood(np.ones((5, DIMENSIONS), np.float32), position=position, steepness=steepness).state_dict()
    memory = MemoryOfGood.of({f"memory.{name}": value for name, value in state.items()})
    assert memory is not None
    assert memory.judges is (steepness > 0)
    away = memory.to("meta")
    told = away(torch.zeros(2, DIMENSIONS, 4, 4, device="meta"))
    assert told.shape == (2, 1, 4, 4)
    assert away.judged(told)[0].shape == (2, 2)


def test_projecting_first_is_projecting_what_was_averaged_and_enlarged() -> None:
    projection = CellProjection()
    layer2, layer3 = torch.rand(1, 512, 8, 8), torch.rand(1, 1024, 4, 4)
    averaged = functional.avg_pool2d(layer3, 3, 1, 1, count_include_pad=False)
    enlarged = functional.interpolate(averaged, size=(8, 8), mode="bilinear", align_corners=False)
    fine = functional.conv2d(functional.avg_pool2d(layer2, 3, 1, 1, count_include_pad=False), projection.fine)
    expected = fine + functional.conv2d(enlarged, projection.coarse)
    torch.testing.assert_close(projection(layer2, layer3), expected, rtol=1e-4, atol=1e-4)


def test_the_verdict_is_the_same_with_and_without_a_memory(network: InspectionNetwork) -> None:
    with torch.inference_mode():
        before = network(PICTURES)
        network.memory = MemoryOfGood(rows_of(cells_of(network)))
        after = network(PICTURES)
    assert (len(before), len(after)) == (2, 3)
    for first, second in zip(before, after, strict=False):
        torch.testing.assert_close(first, second)


def run(model: ov.Model) -> dict[str, np.ndarray]:
    answer = openvino_core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(PICTURES.numpy())
    return {name: np.asarray(answer[name]) for name in ("probabilities", "maps", "strangeness")}


@pytest.mark.parametrize("position", [0.0, 2.0])
def test_the_graph_says_what_the_network_says(network: InspectionNetwork, position: float) -> None:
    rows = rows_of(cells_of(network))
    if position:
        rows[:, DIMENSIONS - 2 :] = 0.0
    network.memory = MemoryOfGood(rows, scale=1.5, position=position)
    with torch.inference_mode():
        expected = network(PICTURES)
    said = run(convert(network, PREPROCESSING))
    for name, values in zip(("probabilities", "maps"), expected[:2], strict=True):
        np.testing.assert_allclose(said[name], values.numpy(), rtol=2e-3, atol=1e-4)
    # a root of nearly nothing: where a cell is remembered only how near it lies can be told
    np.testing.assert_allclose(said["strangeness"], expected[2].numpy(), rtol=2e-3, atol=ROUNDING)


class Before(torch.nn.Module):
    """Pictures → activations of layer3 and cells."""

    def __init__(self, network: InspectionNetwork) -> None:
        super().__init__()
        self.network, self.projection = network, CellProjection()

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        layer2 = self.network.until("layer2", pictures)
        layer3 = self.network.between("layer2", "layer3", layer2)
        return layer3, self.projection(layer2, layer3)


def test_each_trunk_gets_the_memory_that_sees_as_it_does(network: InspectionNetwork) -> None:
    cells = cells_of(network)
    exact = MemoryOfGood(rows_of(cells))
    rounded = MemoryOfGood(rows_of(cells), step=float(cells.abs().max()) / 200)
    network.memory = exact
    trunk = to_openvino(Before(network), SIZE)
    for memory, model in zip((exact, rounded), convert_behind([trunk] * 2, network, "layer3", [exact, rounded]), strict=True):  # fmt: skip
        with torch.inference_mode():
            expected = memory(cells).numpy()
        np.testing.assert_allclose(run(model)["strangeness"], expected, rtol=2e-2, atol=ROUNDING)
    assert network.memory is exact
    assert 'element_type="i8"' in text_of(model)  # its rows are stored, and multiplied, as bytes


def text_of(model: ov.Model) -> str:
    kinds = {output.get_element_type().get_type_name() for node in model.get_ordered_ops() for output in node.outputs()}
    return " ".join(f'element_type="{kind}"' for kind in kinds)


def test_a_memory_goes_with_the_weights_and_comes_back(network: InspectionNetwork, tmp_path: Path) -> None:
    network.memory = MemoryOfGood(rows_of(cells_of(network)), scale=1.5)
    save_weights(network, tmp_path / "weights.safetensors")
    state = load_weights(tmp_path / "weights.safetensors")
    again = MemoryOfGood.of(state)
    assert again is not None
    np.testing.assert_array_equal(again.rows.numpy(), network.memory.rows.numpy())
    assert float(again.scale) == 1.5
    assert MemoryOfGood.of({name: value for name, value in state.items() if not name.startswith("memory.")}) is None


def test_a_backbone_leaves_the_memory_of_other_pictures_behind(network: InspectionNetwork, tmp_path: Path) -> None:
    network.memory = MemoryOfGood(rows_of(cells_of(network)))
    save_weights(network, tmp_path / "weights.safetensors")
    built = build_network(load_weights(tmp_path / "weights.safetensors"), 2, source=tmp_path)
    assert built.memory is None


def bundle_of(network: InspectionNetwork, folder: Path, note: MemoryNote | None) -> Bundle:
    template = Bundle.load(make_bundle(folder / "template")).manifest
    stated = template.model_dump(exclude={"files", "seal", "format_version", "preprocessing", "backbone", "memory"})
    fields = ManifestFields(**stated, preprocessing=PREPROCESSING, backbone="resnet50", memory=note)
    graph, weights = export_openvino(network, PREPROCESSING, folder, fp16=False)
    save_weights(network, folder / "weights.safetensors")
    files: dict[str, Path | bytes] = {
        "graph.xml": graph, "graph.bin": weights, "weights.safetensors": folder / "weights.safetensors"
    }  # fmt: skip
    return write_bundle(folder / "made", fields, files)


def test_both_back_ends_tell_how_strange_a_picture_is(network: InspectionNetwork, tmp_path: Path) -> None:
    network.memory = MemoryOfGood(rows_of(cells_of(network)))
    bundle = bundle_of(network, tmp_path, NOTE)
    picture = RNG.integers(0, 256, (SIZE, SIZE, 3), np.uint8)
    told = []
    for classifier in (load_classifier(bundle, precision="fp32"), load_reference(bundle)):
        assert classifier.identity.good_scale == NOTE.good_scale
        one, two = classifier.predict(picture), classifier.predict_batch([picture, picture])[1]
        assert one.strangeness_map is not None
        assert one.strangeness_map.shape == (SIZE // 8, SIZE // 8)
        assert one.strangeness == pytest.approx(two.strangeness, rel=1e-4)
        told.append(one.strangeness)
        classifier.close()
    assert told[0] == pytest.approx(told[1], rel=2e-3)


@pytest.mark.parametrize("remembers", [True, False])
def test_a_graph_that_does_not_fit_its_manifest_is_refused(
    network: InspectionNetwork, tmp_path: Path, *, remembers: bool
) -> None:
    if remembers:
        network.memory = MemoryOfGood(rows_of(cells_of(network)))
    bundle = bundle_of(network, tmp_path, None if remembers else NOTE)
    with pytest.raises(BundleError, match="do not agree whether it has a memory of good"):
        load_classifier(bundle, precision="fp32")


def test_a_damaged_memory_is_noticed() -> None:
    probabilities, maps = np.array([0.25, 0.75], np.float32), np.ones((2, 4, 4), np.float32)
    strangeness = RNG.random((8, 8), np.float32)
    expected = answer_of(7, Outputs(probabilities, maps, strangeness))
    tolerance = tolerance_of("f32", int8=False)
    assert difference(expected, Outputs(probabilities, maps, strangeness * 1.001), tolerance) == ""
    assert "its map of strangeness differs by" in difference(
        expected, Outputs(probabilities, maps, strangeness * 1.1), tolerance
    )
    assert "map of strangeness" in difference(expected, Outputs(probabilities, maps), tolerance)
    broken = strangeness.copy()
    broken[0, 0] = np.nan
    assert "not numbers" in difference(expected, Outputs(probabilities, maps, broken), tolerance)


@pytest.mark.parametrize(
    ("strangest", "near"), [(0.5, False), (0.95, True), (1.05, True), (1.3, False), (2.05, True), (3.0, False)]
)
def test_what_is_nearly_strange_is_judged_again_exactly(strangest: float, *, near: bool) -> None:
    outputs = Outputs(np.array([1, 0], np.float32), np.zeros((2, 2, 2), np.float32), np.full((2, 2), strangest))
    assert near_a_limit(0.0, outputs, [Thresholds(fail_at=0.5, strange_from=2.0)]) is near
