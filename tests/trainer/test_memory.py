"""The memory of good of a training: in every graph of a bundle, whatever is trained, and bounded."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

import trainer.memory
from inspector.vision.export import convert_behind
from inspector.vision.graphs import take_bytes
from inspector.vision.memory import WholePicture
from inspector.vision.network import InspectionNetwork
from inspector.vision.openvino_core import openvino_core
from inspector.vision.preprocess import Preprocessing, fit
from tests.bench.common import last
from tests.trainer.toy_parts import random_weights
from trainer.dataset import GOOD, Sample, hashed, read_dataset
from trainer.frozen import Frozen, freeze
from trainer.gate import expected_of
from trainer.memory import Remembered, remember
from trainer.methods import Trained, plan_of
from trainer.networks import backbone
from trainer.protocol import TrainRequest
from trainer.whole import lit

PREPROCESSING = Preprocessing(input_size=64)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    """Twelve pictures of noise."""
    folder = tmp_path_factory.mktemp("parts")
    (folder / GOOD).mkdir()
    rng = np.random.default_rng(0)
    for number in range(12):
        cv2.imwrite(str(folder / GOOD / f"{number:02}.png"), rng.integers(0, 256, (64, 64), np.uint8))
    return list(hashed(read_dataset(folder, least=0)).samples)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> InspectionNetwork:
    return backbone(random_weights(tmp_path_factory.mktemp("weights")), "average", 0)


def trained_of(network: InspectionNetwork, frozen: Frozen) -> Trained:
    plan = plan_of(TrainRequest(data="parts", out="m"), "layer4", size=64)
    return Trained(
        network=network,
        frozen=frozen,
        preprocessing=PREPROCESSING,
        plan=plan,
        trunk="resnet50",
        judged=[],
        scores=np.empty(0),
        loss=0.0,
    )


def remembered(trained: Trained, good: list[Sample]) -> Remembered:
    made = last(remember(trained, good, 0))
    assert isinstance(made, Remembered)
    return made


@pytest.mark.parametrize("cut", ["layer2", "layer3", "layer4"])
def test_both_graphs_say_how_strange_a_picture_is_wherever_training_begins(
    network: InspectionNetwork, good: list[Sample], cut: str
) -> None:
    trained = trained_of(network, freeze(network, cut, PREPROCESSING, good[:4]))
    memory = trained.remembered = remembered(trained, good)
    assert memory.int8 is not None
    pictures = np.stack([fit(sample.picture(), PREPROCESSING) for sample in good[:3]])
    with network.remembering(memory.exact):
        expected = last(expected_of(trained, good[:3]))
        graphs = convert_behind([trained.frozen.model, trained.frozen.int8], network, cut, [memory.exact, memory.int8])
    answers = []
    for graph in graphs:
        compiled = openvino_core().compile_model(
            take_bytes(graph, PREPROCESSING), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
        )
        answers.append(np.asarray(compiled(pictures)["strangeness"]).max(axis=(1, 2, 3)))
    # a remembered picture lies nearly on its own rows, so that little but rounding is left
    np.testing.assert_allclose(answers[1], expected.strangeness, atol=0.05)
    np.testing.assert_allclose(answers[0], answers[1], atol=0.3)


def test_of_many_pictures_some_are_drawn_and_each_of_them_is_measured(
    network: InspectionNetwork, good: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = trained_of(network, freeze(network, "layer4", PREPROCESSING, ()))
    assert remembered(trained, good).note.pictures == 12
    monkeypatch.setattr(trainer.memory, "MOST_PICTURES", 7)
    some = remembered(trained, good)
    assert (some.note.pictures, some.note.good_scale.pictures, len(some.strangeness)) == (7, 7, 7)
    assert set(some.strangeness) != {sample.name for sample in good[:7]}  # not the first by name
    monkeypatch.setattr(trainer.memory, "MOST_BYTES", 4 * 64 * 2 * 128)  # four pictures of 8 × 8 cells
    assert remembered(trained, good).note.pictures == 4


def test_a_lamp_that_gives_a_little_less_light_makes_no_picture_strange(
    network: InspectionNetwork, tmp_path: Path
) -> None:
    rng = np.random.default_rng(2)
    (tmp_path / GOOD).mkdir()
    ground = np.full((64, 64), 240, np.uint8)  # bright and the same in every picture, as a lit glass plate
    for number in range(20):
        part = ground.copy()
        part[16:48, 16:48] = rng.integers(40, 200, (32, 32), np.uint8)
        assert cv2.imwrite(str(tmp_path / GOOD / f"{number:02}.png"), part)
    samples = list(hashed(read_dataset(tmp_path, least=0)).samples)
    trained = trained_of(network, freeze(network, "layer4", PREPROCESSING, ()))
    held, learnt = samples[:5], samples[5:]
    whole = remembered(trained, learnt).exact.whole
    assert whole is not None
    darker = [dict(zip(_LIGHT, _wholes(trained, sample, whole), strict=True)) for sample in held]
    assert max(told[0.96] for told in darker) < 1.0
    assert min(told[0.5] for told in darker) > 1.0


_LIGHT = (1.0, 0.96, 0.5)


def _wholes(trained: Trained, sample: Sample, whole: WholePicture) -> list[float]:
    assert isinstance(trained.network, InspectionNetwork)
    see = trainer.memory._seers(trained, trained.network)[-1]
    picture = fit(sample.picture(), PREPROCESSING)
    told = [see(lit(picture, light, 0.5 * (light < 1.0))[None]) for light in _LIGHT]
    with torch.inference_mode():
        return [float(whole(torch.from_numpy(np.asarray(cells, np.float32)))[0]) for cells in told]
