"""Masks teach a model where defects lie: on pictures that it has not learnt from, in whatever frame."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
import torch

from inspector.vision.network import InspectionNetwork
from inspector.vision.preprocess import Preprocessing, ResizePolicy, preprocess
from tests.bench.common import last
from tests.trainer.test_memory import PREPROCESSING, trained_of
from tests.trainer.toy_parts import random_weights
from trainer.dataset import Sample, hashed, read_dataset
from trainer.frozen import nothing
from trainer.locator import LEAST_MASKS, covered, locate
from trainer.memory import remember
from trainer.networks import backbone

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

COUNT, SIDE_PX, SPOT_PX = 16, 64, 14


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    """Grey noise; the defective ones have a bright spot somewhere, and a mask of it."""
    folder = tmp_path_factory.mktemp("parts")
    rng = np.random.default_rng(3)
    for name in ("good", "dent", "ground_truth/dent"):
        (folder / name).mkdir(parents=True)
    for number in range(COUNT):
        noise = rng.integers(60, 110, (2, SIDE_PX, SIDE_PX), np.uint8)
        row, column = rng.integers(2, SIDE_PX - SPOT_PX - 2, 2)
        mask = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
        mask[row : row + SPOT_PX, column : column + SPOT_PX] = 255
        cv2.imwrite(str(folder / "good" / f"{number:02}.png"), noise[0])
        cv2.imwrite(str(folder / "dent" / f"{number:02}.png"), np.where(mask > 0, 250, noise[1]).astype(np.uint8))
        cv2.imwrite(str(folder / "ground_truth" / "dent" / f"{number:02}.png"), mask)
    return list(hashed(read_dataset(folder)).samples)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> InspectionNetwork:
    return backbone(random_weights(tmp_path_factory.mktemp("weights")), "average", 0).eval()


def places_of(network: InspectionNetwork, sample: Sample) -> NDArray[np.float32]:
    pixels = torch.from_numpy(preprocess(sample.picture(), PREPROCESSING))[None]
    with torch.inference_mode():
        return np.asarray(network(pixels)[-1][0, 0].numpy())


def test_masks_teach_where_defects_lie(network: InspectionNetwork, samples: list[Sample]) -> None:
    learnt, held = [s for s in samples if s.path.stem < "12"], [s for s in samples if s.path.stem >= "12"]
    trained = trained_of(network, nothing(PREPROCESSING))
    trained.remembered = last(remember(trained, [s for s in learnt if not s.defective], 0))
    assert trained.remembered is not None
    network.memory = trained.remembered.exact
    network.locator = last(locate(trained, learnt, 0))
    assert network.locator is not None
    peaks: dict[bool, list[float]] = {False: [], True: []}
    for sample in held:
        places, cover = places_of(network, sample), covered(sample, PREPROCESSING, 8)
        peaks[sample.defective].append(float(places.max()))
        if sample.defective:
            assert float(cover.ravel()[places.argmax()]) > 0.0  # the hottest cell touches the spot, of 64
    assert np.median(peaks[True]) > 2 * np.median(peaks[False])


def test_too_few_masks_teach_nothing(network: InspectionNetwork, samples: list[Sample]) -> None:
    trained = trained_of(network, nothing(PREPROCESSING))
    trained.remembered = last(remember(trained, [s for s in samples if not s.defective], 0))
    defective = [s for s in samples if s.defective]
    bare = [replace(s, mask=None) for s in defective[LEAST_MASKS - 1 :]]
    few = [s for s in samples if not s.defective] + defective[: LEAST_MASKS - 1] + bare
    assert last(locate(trained, few, 0)) is None


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (ResizePolicy.SQUASH, [[0, 0, 0, 1]] * 4),
        (ResizePolicy.LETTERBOX, [[0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0]]),
        (ResizePolicy.CENTRE_CROP, [[0, 0, 0, 0.5]] * 4),
    ],
)
def test_a_mask_is_framed_as_its_picture(tmp_path: Path, policy: ResizePolicy, expected: list[list[float]]) -> None:
    mask = np.zeros((80, 160), np.uint8)
    mask[:, 120 if policy is not ResizePolicy.CENTRE_CROP else 110 :] = 1  # any value above 0
    cv2.imwrite(str(tmp_path / "m.png"), mask)
    sample = Sample(path=tmp_path / "p.png", name="p.png", defect="dent", mask=tmp_path / "m.png")
    cover = covered(sample, Preprocessing(input_size=64, resize_policy=policy), 4)
    np.testing.assert_allclose(cover, expected, atol=0.06)
