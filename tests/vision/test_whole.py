"""The measure of the whole picture: beside the strangest cell, the same in torch and in the graph, noticed when damaged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from inspector.domain.errors import BundleError
from inspector.domain.guard import NO_OUTLINE, PLACES_ONLY
from inspector.domain.records import Thresholds
from inspector.vision.backends import load_classifier, load_reference
from inspector.vision.export import convert
from inspector.vision.memory import DIMENSIONS, MemoryOfGood, WholePicture
from inspector.vision.network import InspectionNetwork
from inspector.vision.openvino_core import openvino_core
from inspector.vision.prediction import Outputs, near_a_limit
from inspector.vision.self_test import answer_of, difference, tolerance_of
from tests.vision.test_memory import NOTE, PICTURES, PREPROCESSING, SIZE, bundle_of, cells_of, rows_of
from trainer.whole import LIT, OTHER_LIGHT, PictureContents, crossed, distances, limit_of, lit, lit_of, whole_of

if TYPE_CHECKING:
    from pathlib import Path

RNG = np.random.default_rng(0)


@pytest.fixture
def network() -> InspectionNetwork:
    torch.manual_seed(0)
    return InspectionNetwork(2).eval()


def whole_network(network: InspectionNetwork, steepness: float = 0.0) -> InspectionNetwork:
    cells = cells_of(network)
    near = cells[:1] + 0.1 * float(cells.std()) * torch.from_numpy(RNG.standard_normal((6, *cells.shape[1:])))
    whole = whole_of(PictureContents.of(flat(near.numpy())))
    network.memory = MemoryOfGood(rows_of(cells), scale=50.0, steepness=steepness, whole=whole)
    return network


def test_it_is_mahalanobis_distance_of_the_mean() -> None:
    good = RNG.standard_normal((60, DIMENSIONS, 8, 8)) * np.linspace(0.5, 2.0, DIMENSIONS)[:, None, None]
    contents = PictureContents.of(flat(good))
    whole = whole_of(contents, 2.5)
    strange = np.asarray(good[:3] + np.linspace(0, 1, DIMENSIONS)[:, None, None], np.float32)
    said = whole(torch.from_numpy(strange)).numpy()
    np.testing.assert_allclose(said, distances(whole, PictureContents.of(flat(strange)).means), rtol=1e-4)
    # a block of 4 cells has a quarter of a cell's variance; of 960 blocks the covariance is hardly drawn to anything
    apart = strange.mean(axis=(2, 3)) - good.mean(axis=(0, 2, 3))
    spread = np.linspace(0.5, 2.0, DIMENSIONS) / 2
    np.testing.assert_allclose(said, np.linalg.norm(apart / spread, axis=1) / 2.5, rtol=0.25)


def flat(grids: np.ndarray) -> np.ndarray:
    """(N, 128, h, w) → (N, h·w, 128)."""
    return grids.reshape(*grids.shape[:2], -1).transpose(0, 2, 1).astype(np.float32)


def test_cells_that_are_all_known_but_make_up_something_else_are_strange() -> None:
    kinds = 10 * RNG.standard_normal((8, DIMENSIONS)).astype(np.float32)

    def picture(shares: list[float]) -> np.ndarray:
        return kinds[RNG.choice(8, 64, p=shares)] + 0.1 * RNG.standard_normal((64, DIMENSIONS)).astype(np.float32)

    usual, other = [0.125] * 8, [0.9, 0.1, 0, 0, 0, 0, 0, 0]
    good = np.stack([picture(usual) for _ in range(40)])
    contents = PictureContents.of(good)
    limit = limit_of(crossed(contents, np.arange(40) % 5))
    strange = distances(whole_of(contents), PictureContents.of(np.stack([picture(other)])).means)[0]
    assert strange > 1.5 * limit
    memory = MemoryOfGood(good[:20].reshape(-1, DIMENSIONS))
    cells = torch.from_numpy(np.stack([picture(usual), picture(other)]).transpose(0, 2, 1).reshape(2, DIMENSIONS, 8, 8))
    plain, mixed = memory(cells).amax((1, 2, 3)).tolist()
    assert mixed < 1.2 * plain  # each of its cells is known


def test_other_light_is_no_other_picture_while_what_else_differs_as_much_is() -> None:
    def picture(change: np.ndarray) -> np.ndarray:
        return np.asarray(RNG.standard_normal((64, DIMENSIONS)) + change, np.float32)

    light, other = np.zeros(DIMENSIONS), np.zeros(DIMENSIONS)
    light[0] = other[1] = 6.0
    good = np.stack([picture(np.zeros(DIMENSIONS)) for _ in range(40)])
    plain = PictureContents.of(good)
    of = [0, 7, 14]
    other_light = plain.in_light(
        [PictureContents.of(good[of] + sign * light.astype(np.float32)) for sign in (-1, 1)], of
    )
    told = PictureContents.of(np.stack([picture(light), picture(other)])).means
    in_units = [
        distances(whole_of(contents), told) / limit_of(crossed(contents, np.arange(40) % 5))
        for contents in (plain, other_light)
    ]
    assert (in_units[0] > 2.0).all()
    assert in_units[1][0] < 1.0
    assert in_units[1][1] > 2.0


@pytest.mark.parametrize("pictures", [5, 20, 21, 400])
def test_few_pictures_are_looked_at_in_other_light(pictures: int) -> None:
    asked = lit_of(pictures)
    assert min(LIT, pictures) / 2 < len(asked) <= LIT
    assert 0 <= min(asked) <= max(asked) < pictures
    picture = np.full((40, 40, 3), 200, np.uint8)
    seen = [lit(picture, *light) for light in OTHER_LIGHT]
    assert [round(float(each.mean())) for each in seen] == [190, 210, 190]
    assert [each.std() > 0.0 for each in seen] == [False, False, True]


@pytest.mark.parametrize("steepness", [0.0, 9.0])
def test_the_graph_measures_as_the_network_does(network: InspectionNetwork, steepness: float) -> None:
    whole_network(network, steepness)
    with torch.inference_mode():
        expected = network(PICTURES)
    answer = openvino_core().compile_model(convert(network, PREPROCESSING), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(
        PICTURES.numpy()
    )
    assert expected[3].shape == (2,)
    np.testing.assert_allclose(np.asarray(answer["whole"]), expected[3].numpy(), rtol=5e-3)
    np.testing.assert_allclose(np.asarray(answer["probabilities"]), expected[0].numpy(), rtol=5e-3, atol=1e-3)
    if steepness:  # the memory judges: the whole picture counts for P(defective) too
        largest = torch.maximum(expected[2].amax((1, 2, 3)), expected[3])
        odds = (steepness * torch.log(largest)).clamp(-9, 9)
        torch.testing.assert_close(expected[0][:, 1], torch.sigmoid(odds))


def test_both_back_ends_tell_it_and_a_model_of_before_does_without(network: InspectionNetwork, tmp_path: Path) -> None:
    bundle = bundle_of(whole_network(network), tmp_path, NOTE.model_copy(update={"whole": True}))
    assert bundle.manifest.guard_lacks == NO_OUTLINE
    picture = RNG.integers(0, 256, (SIZE, SIZE, 3), np.uint8)
    told = []
    for classifier in (load_classifier(bundle, precision="fp32"), load_reference(bundle)):
        said, again = classifier.predict(picture), classifier.predict_batch([picture, picture])[1]
        assert said.whole is not None
        assert said.strangeness == said.whole  # noise is far from those pictures
        assert said.strangeness_map is not None
        assert said.whole > float(said.strangeness_map.max())
        assert again.whole == pytest.approx(said.whole, rel=1e-3)
        told.append(said.whole)
        assert replace(said, whole=None).strangeness == float(said.strangeness_map.max())
        classifier.close()
    assert told[0] == pytest.approx(told[1], rel=5e-3)
    assert network.memory is not None
    network.memory.whole = None
    (tmp_path / "before").mkdir()
    before = bundle_of(network, tmp_path / "before", NOTE)
    assert before.manifest.guard_lacks == PLACES_ONLY
    older = load_classifier(before, precision="fp32")
    assert older.predict(picture).whole is None
    assert older.predict(picture).strangeness is not None
    older.close()


@pytest.mark.parametrize("measures", [True, False])
def test_a_graph_that_does_not_fit_its_manifest_is_refused(
    network: InspectionNetwork, tmp_path: Path, *, measures: bool
) -> None:
    memory = whole_network(network).memory
    assert memory is not None
    memory.whole = memory.whole if measures else None
    bundle = bundle_of(network, tmp_path, NOTE.model_copy(update={"whole": not measures}))
    with pytest.raises(BundleError, match="do not agree whether it measures the whole picture"):
        load_classifier(bundle, precision="fp32")


def test_it_goes_with_the_weights_and_comes_back(network: InspectionNetwork) -> None:
    memory = whole_network(network).memory
    assert memory is not None
    state = {f"memory.{name}": value for name, value in memory.state_dict().items()}
    again, cells = MemoryOfGood.of(state), cells_of(network)
    assert again is not None
    assert again.whole is not None
    assert isinstance(memory.whole, WholePicture)
    torch.testing.assert_close(again.whole(cells), memory.whole(cells))
    before = MemoryOfGood.of({name: value for name, value in state.items() if ".whole." not in name})
    assert before is not None
    assert before.whole is None


def test_a_damaged_measure_is_noticed() -> None:
    outputs = Outputs(
        np.array([0.25, 0.75], np.float32),
        np.ones((2, 4, 4), np.float32),
        RNG.random((8, 8), np.float32),
        whole=2.0,
    )
    expected, tolerance = answer_of(7, outputs), tolerance_of("f32", int8=False)
    assert difference(expected, outputs._replace(whole=2.002), tolerance) == ""
    assert "the whole picture's strangeness is 2.2 instead of 2" in difference(
        expected, outputs._replace(whole=2.2), tolerance
    )
    assert "whole picture" in difference(expected, outputs._replace(whole=None), tolerance)
    assert "not numbers" in difference(expected, outputs._replace(whole=float("nan")), tolerance)


@pytest.mark.parametrize(("whole", "near"), [(0.5, False), (0.95, True), (2.05, True), (3.0, False)])
def test_near_the_limit_it_is_judged_again_exactly(whole: float, *, near: bool) -> None:
    outputs = Outputs(
        np.array([1, 0], np.float32),
        np.zeros((2, 2, 2), np.float32),
        np.full((2, 2), 0.2, np.float32),
        whole=whole,
    )
    assert near_a_limit(0.0, outputs, [Thresholds(fail_at=0.5, strange_from=2.0)]) is near
