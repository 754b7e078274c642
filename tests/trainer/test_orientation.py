"""Whether parts lie still or may be turned: told by good pictures alone, and what a memory then holds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from inspector.vision.export import to_openvino
from inspector.vision.memory import DIMENSIONS
from inspector.vision.preprocess import Preprocessing
from trainer.cache import OpenVinoExtractor
from trainer.cells import strangest
from trainer.dataset import Sample
from trainer.frozen import CellsOf
from trainer.memory import memory_of
from trainer.networks import backbone
from trainer.orientation import ANGLES, RIGHT_ANGLES, Turned, angles_of, asked_of, lie_still, may_be_turned, turned_by

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

_SIDE = 96


def cells_of(kind: str, count: int) -> NDArray[np.float32]:
    """(count, 64, 128) cells of 8 × 8 maps: parts that lie still, at any right angle, or a texture."""
    rng = np.random.default_rng(0)
    shape = rng.standard_normal((8, 8, DIMENSIONS))
    pictures = []
    for _ in range(count):
        noise = 0.3 * rng.standard_normal((8, 8, DIMENSIONS))
        part = np.rot90(shape, int(rng.integers(4))) if kind == "any angle" else shape
        pictures.append(rng.standard_normal((8, 8, DIMENSIONS)) if kind == "texture" else part + noise)
    return np.stack(pictures).reshape(count, 64, DIMENSIONS).astype(np.float32)


def direction_matters(kind: str, count: int) -> bool:
    """Ask of such cells; what a turned part looks like depends on where its light comes from: here it is a shift."""
    cells = cells_of(kind, count)
    asked = [(picture, angle) for picture in asked_of(count) for angle in RIGHT_ANGLES]
    lit = 0.5 if kind == "still" else 0.0
    copies = np.stack(
        [np.rot90(cells[p].reshape(8, 8, -1), angle // 90).reshape(64, -1) + lit for p, angle in asked]
    ).astype(np.float32)
    folds = np.arange(count) if count < 10 else np.arange(count) % 5
    return not may_be_turned(cells, [picture for picture, _ in asked], copies, folds, 0)


@pytest.mark.parametrize("count", [5, 20])
def test_orientation_matters_where_turned_copies_look_stranger(count: int) -> None:
    told = {kind: direction_matters(kind, count) for kind in ("still", "any angle", "texture")}
    assert told == {"still": True, "any angle": False, "texture": False}


@pytest.mark.parametrize("odd", range(5))
def test_one_odd_picture_does_not_say_that_parts_move(odd: int) -> None:
    cells = cells_of("still", 5)
    cells[odd] = np.roll(cells[odd].reshape(8, 8, -1), 3, axis=0).reshape(64, -1)
    assert lie_still(cells, np.arange(5), 0)


def test_few_pictures_get_every_angle_and_many_some_of_all() -> None:
    assert Counter(angles_of(5)) == Counter((picture, angle) for picture in range(5) for angle in ANGLES)
    dealt = angles_of(50)
    assert len(set(dealt)) == len(dealt) == 100
    assert set(Counter(angle for _, angle in dealt)) == set(ANGLES)
    assert angles_of(400) == []
    assert (len(angles_of(5, 448)), len(angles_of(50, 448)), len(angles_of(5, 1024))) == (55, 50, 25)


def test_cells_of_invented_corners_are_not_remembered() -> None:
    cells = np.ones((2, 64, DIMENSIONS), np.float32)
    cells[1, [0, 7, 56, 63]] = np.nan  # the corners
    turned = Turned.of(cells, [(4, 90), (7, 45)], 64)
    assert Counter(turned.owner.tolist())[4] == 64
    assert 20 <= Counter(turned.owner.tolist())[7] < 60
    assert np.isfinite(turned.cells).all()


def test_a_right_angle_turns_without_a_loss() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    np.testing.assert_array_equal(turned_by(turned_by(picture, 90), 270), picture)
    assert turned_by(picture, 0).tobytes() == picture.tobytes()


def part(rng: np.random.Generator, angle: float) -> NDArray[np.uint8]:
    """Draw a dark bolt on a bright ground."""
    image = np.full((_SIDE, _SIDE, 3), 190.0)
    cv2.rectangle(image, (20, 44), (76, 52), (70.0, 70.0, 70.0), -1)
    cv2.rectangle(image, (16, 34), (28, 62), (90.0, 90.0, 90.0), -1)
    matrix = cv2.getRotationMatrix2D((_SIDE / 2, _SIDE / 2), angle, 1.0)
    image = cv2.warpAffine(image, matrix, (_SIDE, _SIDE), borderValue=(190.0, 190.0, 190.0))
    return np.asarray(np.clip(image + rng.normal(0, 3, image.shape), 0, 255), np.uint8)


@pytest.fixture(scope="module")
def see(imagenet_weights: Path) -> Callable[[NDArray[np.uint8]], NDArray[np.float32]]:
    """Pictures to cells, by the usual network."""
    graph = to_openvino(CellsOf(backbone(imagenet_weights, "average", 0).eval()), _SIDE)
    extractor = OpenVinoExtractor(graph, Preprocessing(input_size=_SIDE), "f32")
    return lambda picture: extractor(picture[None])[0].reshape(DIMENSIONS, -1).T


def test_five_parts_at_any_angle_tell_what_they_look_like_at_others(
    see: Callable[[NDArray[np.uint8]], NDArray[np.float32]], tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    samples = [Sample(path=tmp_path / f"{n}.png", name=f"{n}.png", defect="good") for n in range(5)]

    def limits(angles: list[float], asked: float) -> tuple[float, float, float]:
        """How strange a part at an angle is, with turned copies allowed and without; and whether places count."""
        pictures = [part(rng, angle) for angle in angles]
        cells = np.stack([see(picture) for picture in pictures])
        new = see(part(rng, asked))[None]
        with_, without = (
            memory_of(cells, samples, 0, how)[0]
            for how in (lambda number, angle: see(turned_by(pictures[number], angle)), None)
        )
        told = [float(strangest(memory, new)[0] * memory.scale / np.sqrt(DIMENSIONS)) for memory in (with_, without)]
        return told[0], told[1], float(with_.position)

    copied, plain, place = limits([10.0, 75.0, 150.0, 200.0, 310.0], 255.0)
    assert copied < 0.9 * plain
    assert place == 0
    copied, plain, place = limits([0.0, 1.0, -1.0, 0.5, -0.5], 90.0)
    assert copied == plain  # a part that lies still, and is turned, stays as strange
    assert place > 0
