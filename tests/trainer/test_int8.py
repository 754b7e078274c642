"""Quantise first, train after; the gate that every precision of the exported model must pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from inspector.domain.errors import BundleError, ModelChangedError
from inspector.domain.records import Image, Prediction, Thresholds
from inspector.pictures import read_picture
from inspector.vision.backends import load_classifier, load_reference
from inspector.vision.bundle import Bundle
from inspector.vision.classifier import Classifier
from inspector.vision.export import convert_behind
from inspector.vision.graph import JOINED_BACKBONE, JOINED_LAYER
from inspector.vision.graphs import take_bytes
from inspector.vision.network import InspectionNetwork
from inspector.vision.openvino_core import openvino_core
from inspector.vision.preprocess import Preprocessing
from inspector.vision.preprocess import fit as fit_bytes
from inspector.vision.processor import this_processor
from tests.bench.common import last
from tests.processors import PLAIN, VNNI
from tests.trainer.toy_parts import draw_spots, random_weights
from trainer import export, frozen
from trainer.augment import NONE
from trainer.cache import OpenVinoExtractor, Plain, activations, fill
from trainer.checks import INT8_TOLERANCE, LEAST_CORRELATION, TOLERANCE, Expected, check, in_words
from trainer.dataset import Sample, hashed, read_dataset
from trainer.frozen import Freezer, Frozen, freeze, freezer
from trainer.loop import train
from trainer.networks import backbone as load_backbone
from trainer.protocol import Epoch, Progress, Result, TrainRequest
from trainer.steps import fast_int8
from trainer.thresholds import clear_of

PREPROCESSING = Preprocessing(input_size=64)


needs_int8 = pytest.mark.skipif(
    not fast_int8(this_processor()), reason="this processor has no VNNI: the station refuses int8 on it"
)


@pytest.fixture(scope="module")
def spots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_spots(tmp_path_factory.mktemp("spots"), 16)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def samples(spots: Path) -> list[Sample]:
    return list(hashed(read_dataset(spots)).samples)[::4]


@pytest.fixture(scope="module")
def quantised(weights: Path, samples: list[Sample]) -> tuple[InspectionNetwork, Frozen]:
    network = load_backbone(weights, "mix", 0)
    return network, freeze(network, "layer3", PREPROCESSING, samples)


def pictures(samples: Sequence[Sample]) -> NDArray[np.uint8]:
    return np.stack([fit_bytes(read_picture(one.path), PREPROCESSING) for one in samples])


def test_int8_features_differ_from_float_and_training_is_given_both(
    quantised: tuple[InspectionNetwork, Frozen], samples: list[Sample]
) -> None:
    network, part = quantised
    assert part.in_float is not None
    seen = pictures(samples)
    with torch.inference_mode():
        exact = network.until("layer3", torch.from_numpy(Plain(PREPROCESSING)(seen))).numpy()
    assert 0.001 < apart(part.extractor(seen), exact) < 0.2
    assert apart(part.in_float(seen), exact) < 0.02
    with activations("layer3", 64, len(samples), 3) as room:
        list(fill(room, part.extractor, samples, PREPROCESSING, NONE, 0, "features", also=part.in_float))
        assert apart(room[:, 0], part.extractor(seen)) < 0.5 * apart(room[:, 0], exact)
        assert apart(room[:, 2], part.in_float(seen)) < 0.01


def test_what_is_released_computes_the_same_when_it_is_asked_again(
    quantised: tuple[InspectionNetwork, Frozen], samples: list[Sample]
) -> None:
    _, part = quantised
    assert isinstance(part.extractor, OpenVinoExtractor)
    seen = pictures(samples[:2])
    before, cells = part.extractor(seen), part.extractor.second()(seen)
    part.release()
    assert "_compiled" not in vars(part.extractor)
    np.testing.assert_array_equal(part.extractor(seen), before)
    np.testing.assert_array_equal(part.extractor.second()(seen), cells)


def test_what_makes_cells_of_projected_layers_is_not_rounded(quantised: tuple[InspectionNetwork, Frozen]) -> None:
    making = [
        node for node in quantised[1].int8.get_ordered_ops() if node.get_type_name() in {"AvgPool", "Interpolate"}
    ]
    added = [user.get_node() for node in making for user in node.output(0).get_target_inputs()]
    assert Counter(node.get_type_name() for node in making) == {"AvgPool": 2, "Interpolate": 1}
    for node in [*making, *added]:
        assert all(value.get_node().get_type_name() != "FakeQuantize" for value in node.input_values())


def test_the_strongest_cells_of_layer2_are_taken_from_its_bytes(weights: Path, samples: list[Sample]) -> None:
    network = load_backbone(weights, "generalised-mean", 0, JOINED_BACKBONE)
    part = freeze(network, JOINED_LAYER, PREPROCESSING, samples)
    *_, strongest = [node for node in part.int8.get_ordered_ops() if node.get_type_name() == "MaxPool"]
    rounded = strongest.input_value(0).get_node()
    assert rounded.get_type_name() == "FakeQuantize"
    assert {"Convolution"} < {user.get_node().get_type_name() for user in rounded.output(0).get_target_inputs()}
    seen = pictures(samples)
    with torch.inference_mode():
        exact = network.trunk(torch.from_numpy(Plain(PREPROCESSING)(seen))).numpy()
    for half in (slice(0, 512), slice(512, None)):
        assert 0.001 < apart(part.extractor(seen)[:, half], exact[:, half]) < 0.2


def apart(found: NDArray[np.floating], wanted: NDArray[np.floating]) -> float:
    """How far two arrays are apart, relative to the second."""
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))


def test_the_exported_graph_is_the_quantised_part_with_what_was_trained_behind_it(
    quantised: tuple[InspectionNetwork, Frozen], samples: list[Sample]
) -> None:

    network, part = quantised
    seen = pictures(samples)
    with torch.inference_mode():
        behind = network.after("layer3", torch.from_numpy(part.extractor(seen)))
        probabilities, maps = (one.numpy() for one in network.explained(behind))
    (model,) = convert_behind([part.int8], network, "layer3")
    line = take_bytes(model, PREPROCESSING)  # as the station feeds it: another last bit would be other int8 features
    answer = openvino_core().compile_model(line, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(seen)
    np.testing.assert_allclose(answer["probabilities"], probabilities, atol=1e-5)
    np.testing.assert_allclose(answer["maps"], maps, atol=1e-3)


def test_settings_of_one_size_share_what_is_quantised(
    weights: Path, samples: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr(
        frozen,
        "freeze",
        lambda _n, cut, _p, _s, _m: made.append(cut) or Frozen(cut=cut, extractor=abs),  # type: ignore[func-returns-value, arg-type]
    )
    network = load_backbone(weights, "mix", 0)
    shared = Freezer(int8=True)
    for cut, size in (("layer3", 64), ("layer3", 64), ("layer4", 64), ("layer3", 96)):
        list(shared.of(network, cut, Preprocessing(input_size=size), samples))
    assert made == ["layer3", "layer4", "layer3"]


def test_what_chose_the_size_is_not_made_again(weights: Path, samples: list[Sample]) -> None:
    network = load_backbone(weights, "average", 0)
    shared = Freezer(int8=False)
    models = {size: shared.in_float(network, "layer3", size) for size in (32, 64)}
    part = last(shared.of(network, "layer3", PREPROCESSING, samples))
    assert part.model is models[64]
    assert shared.in_float(network, "layer3", 32) is not models[32]  # it would be kept for nothing


def test_float_is_a_choice_and_what_slow_processors_get() -> None:
    assert freezer("auto", VNNI) == Freezer(int8=True)
    assert freezer("float", VNNI) == Freezer(int8=False)
    assert freezer("auto", PLAIN) == Freezer(int8=False)


# --- the gate ---------------------------------------------------------------------------------------------------------


def judged(scores: Sequence[float]) -> tuple[Expected, list[Sample]]:
    """Answers of training; every second picture is defective."""
    rng = np.random.default_rng(0)
    kinds = ("good", "hole")
    found = [Sample(path=Path(f"{i}.png"), name=f"{i}.png", defect=kinds[i % 2]) for i in range(len(scores))]
    return Expected(scores=np.array(scores), maps=[rng.random((4, 4), np.float32) for _ in scores]), found


def test_a_precision_that_judges_alike_passes() -> None:
    before, found = judged([0.1, 0.9, 0.2, 0.8])
    one = check(before, found, Expected(scores=before.scores + 0.01, maps=before.maps), Thresholds(fail_at=0.5))
    assert (one.passed, one.pictures, one.flips, one.reason) == (True, 4, 0, "")
    assert one.largest_difference == pytest.approx(0.01)
    assert one.least_map_correlation == pytest.approx(1.0)


def test_flips_are_counted_outside_the_review_band_and_the_picture_is_named() -> None:
    before, found = judged([0.1, 0.51, 0.49, 0.8])
    now = before.scores + np.array([0, -0.02, 0.02, 0])
    one = check(before, found, Expected(scores=now, maps=before.maps), Thresholds(fail_at=0.5))
    assert (one.passed, one.flips) == (False, 2)
    assert one.reason.startswith("it judges otherwise on 1.png: P(defective) 0.4900, in training 0.5100")
    banded = check(before, found, Expected(scores=now, maps=before.maps), Thresholds(fail_at=0.52, review_from=0.3))
    assert (banded.passed, banded.flips) == (True, 0)


def test_an_operating_point_keeps_clear_of_scores_and_keeps_its_review_band() -> None:
    scores = np.array([0.1, 0.4576, 0.458, 0.9])
    point = clear_of(scores, Thresholds(fail_at=0.4578, review_from=0.3))
    assert point.fail_at == pytest.approx(0.4563, abs=1e-4)
    assert point.review_from == 0.3
    lowered = clear_of(scores, Thresholds(fail_at=0.4578, review_from=0.4575))  # both between the same pictures
    assert lowered.review_from is not None
    assert 0.45 < lowered.review_from < lowered.fail_at < 0.4576
    assert clear_of(scores, Thresholds(fail_at=0.7)) == Thresholds(fail_at=0.7)


def test_a_probability_or_a_heatmap_that_is_off_is_a_reason() -> None:
    before, found = judged([0.1, 0.9, 0.2, 0.8])
    off = before.scores + np.array([0, 0, TOLERANCE + 0.01, 0])
    one = check(before, found, Expected(scores=off, maps=before.maps), Thresholds(fail_at=0.5))
    assert (one.passed, one.flips) == (False, 0)
    assert "differs by more than 0.05 on 2.png" in one.reason
    assert check(
        before, found, Expected(scores=off, maps=before.maps), Thresholds(fail_at=0.5), tolerance=INT8_TOLERANCE
    ).passed
    turned = [before.maps[0].T, before.maps[1], before.maps[2].T, before.maps[3].T]
    one = check(before, found, Expected(scores=before.scores, maps=turned), Thresholds(fail_at=0.5))
    assert not one.passed
    assert one.least_map_correlation is not None
    assert one.least_map_correlation < LEAST_CORRELATION
    assert one.reason.startswith("the heatmap of 3.png correlates by")
    assert in_words({"int8": one}) == [f"In int8 the model may not judge at the line: {one.reason}."]


# --- whole trainings --------------------------------------------------------------------------------------------------


def fit(spots: Path, weights: Path, out: Path, **changes: object) -> tuple[Result, Bundle, list[object]]:
    values = {
        "data": str(spots), "out": str(out), "weights": str(weights), "input_size": 64, "method": "layer4",
        "epochs": 2, "views": 1, "batch": 8, "seed": 1,
    }  # fmt: skip
    reports = list(train(TrainRequest.model_validate(values | changes)))
    assert isinstance(reports[-1], Result)
    return reports[-1], Bundle.load(out), list(reports)


@needs_int8
def test_a_model_in_int8_is_written_with_both_graphs_and_what_was_checked(
    spots: Path, weights: Path, tmp_path: Path
) -> None:
    result, bundle, _ = fit(spots, weights, tmp_path / "m", seed=3)
    assert result.precision == "int8"
    assert bundle.int8_graph_path is not None
    assert {"graph.xml", "graph-int8.xml", "graph-int8.bin", "weights.safetensors"} <= set(bundle.manifest.files)
    one = bundle.manifest.precisions["int8"]
    assert (one.passed, one.flips) == (True, 0)
    assert one.largest_difference <= INT8_TOLERANCE
    assert bundle.manifest.allows("int8")
    assert "fp32" in bundle.manifest.precisions
    assert {"float f32", "int8 f32"} <= set(bundle.manifest.self_test)
    load_reference(bundle).close()  # the weights in torch say what the graph said
    page = (tmp_path / "m" / "report" / "report.html").read_text(encoding="utf-8")
    assert "In int8 the exported model judges all" in page
    again, second, _ = fit(spots, weights, tmp_path / "again", seed=3)
    same = ("weights.safetensors", "graph-int8.bin", "graph.bin")
    assert [second.manifest.files[name] for name in same] == [bundle.manifest.files[name] for name in same]
    assert (again.test, again.threshold) == (result.test, result.threshold)
    graph = bundle.folder / "graph-int8.bin"
    content = bytearray(graph.read_bytes())
    tenth = len(content) // 10
    content[5 * tenth : 6 * tenth] = b"\x7f" * tenth
    graph.write_bytes(content)  # as if it were damaged after it was verified
    with pytest.raises(ModelChangedError):
        load_classifier(bundle, "cpu", "int8")


class Flipped:
    """A classifier that says the opposite."""

    def __init__(self, honest: Classifier) -> None:
        self.honest = honest

    def predict(self, image: Image) -> Prediction:
        said = self.honest.predict(image)
        return replace(said, probabilities=said.probabilities[::-1].copy())

    def close(self) -> None:
        self.honest.close()


@needs_int8
def test_an_int8_graph_that_flips_is_left_out_and_the_model_is_trained_again_in_float(
    spots: Path, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = export.Draft.classifier
    monkeypatch.setattr(
        export.Draft, "classifier", lambda draft, name: Flipped(honest(draft, name)) if name == "int8" else honest(draft, name)
    )  # fmt: skip
    result, bundle, reports = fit(spots, weights, tmp_path / "m", method="head")
    assert result.precision in {"bf16", "fp32"}
    assert bundle.int8_graph_path is None
    one = bundle.manifest.precisions["int8"]
    assert not one.passed
    assert one.flips > 0
    assert one.reason.startswith("it judges otherwise on ")
    assert not bundle.manifest.allows("int8")
    assert bundle.manifest.allows("fp32")
    stages = [report.stage for report in reports if isinstance(report, Progress)]
    assert stages.count("features, 64 px") > 0
    assert bundle.manifest.training["precision"] == result.precision
    page = (tmp_path / "m" / "report" / "report.html").read_text(encoding="utf-8")
    assert "The model was trained again in float" in page
    assert "In int8 the model may not judge at the line" in page


def test_float_only_trains_and_exports_as_asked(spots: Path, weights: Path, tmp_path: Path) -> None:
    _, bundle, reports = fit(spots, weights, tmp_path / "m", precision="float", epochs=1)
    assert bundle.int8_graph_path is None
    assert "int8" not in bundle.manifest.precisions
    assert bundle.manifest.precisions["fp32"].passed
    assert {way.split()[0] for way in bundle.manifest.self_test} == {"float"}
    assert sum(isinstance(one, Epoch) for one in reports) == 1


def test_in_float_a_graph_that_flips_is_an_error(
    spots: Path, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = export.Draft.classifier
    monkeypatch.setattr(export.Draft, "classifier", lambda draft, name: Flipped(honest(draft, name)))
    with pytest.raises(BundleError, match=r"the exported graph does not judge .*: it judges otherwise on .*png"):
        fit(spots, weights, tmp_path / "m", method="baseline-svm")
    assert list(tmp_path.iterdir()) == []
