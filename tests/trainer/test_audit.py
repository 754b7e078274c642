"""The audit: what it must find, and what it must not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from trainer.audit import audit
from trainer.dataset import Sample, read_dataset
from trainer.miniatures import thumbnails
from trainer.near_duplicates import near_duplicate_groups
from trainer.protocol import Finding


def looked_at(samples: list[Sample]) -> list[Finding]:
    return audit(samples, [thumb for _, thumb in thumbnails(samples)], claim=0.01)


def codes(found: list[Finding]) -> set[str]:
    return {one.code for one in found}


def saved(folder: Path, name: str, image: np.ndarray, defect: str = "good", quality: int | None = None) -> Sample:
    path = folder / name
    options = [] if quality is None else [cv2.IMWRITE_JPEG_QUALITY, quality]
    assert cv2.imwrite(str(path), image, options)
    return Sample(path, name, defect, sha256=name)


@pytest.fixture
def shot(test_data: Path) -> np.ndarray:
    return np.asarray(cv2.imread(str(test_data / "bottle" / "test" / "good" / "000.png")))


def test_the_same_shot_is_found_again_and_another_part_is_not(
    shot: np.ndarray, test_data: Path, tmp_path: Path
) -> None:
    shifted = np.roll(shot, 1, axis=1)
    brighter = np.clip(shot.astype(np.int16) + 6, 0, 255).astype(np.uint8)
    other = np.asarray(cv2.imread(str(test_data / "bottle" / "test" / "good" / "001.png")))
    samples = [
        saved(tmp_path, "a.png", shot),
        saved(tmp_path, "b.jpg", shot, quality=85),
        saved(tmp_path, "c.png", shifted),
        saved(tmp_path, "d.png", brighter),
        saved(tmp_path, "e.png", other),
    ]
    groups = near_duplicate_groups([thumb for _, thumb in thumbnails(samples)], [one.sha256 for one in samples])
    assert len(set(groups[:4])) == 1
    assert groups[4] not in groups[:4]
    found = {one.code: one for one in looked_at(samples)}
    assert found["burst"].files == ["a.png", "b.jpg", "c.png", "d.png"]
    parted = [replace(one, part="train" if index else "test") for index, one in enumerate(samples)]
    assert "near-duplicate-split" in codes(looked_at(parted))
    partly = [parted[0], replace(parted[1], part=""), parted[2], *samples[4:]]
    assert "near-duplicate-split" not in codes(looked_at(partly))  # the trainer tests with all of them
    assert "near-duplicate-split" in codes(looked_at([replace(parted[0], part="val"), *partly[1:]]))
    mixed = [samples[0], replace(samples[1], defect="dent"), *samples[4:]]
    assert "near-duplicate-labels" in codes(looked_at(mixed))


@pytest.mark.parametrize("name", ["bottle", "magnetic_tile"])
def test_alike_parts_of_a_real_product_are_not_duplicates(test_data: Path, name: str) -> None:
    samples = list(read_dataset(test_data / name).samples)
    groups = near_duplicate_groups([thumb for _, thumb in thumbnails(samples)], [""] * len(samples))
    assert len(set(groups)) >= 0.9 * len(samples)


def test_copies_and_contradictions_are_named(shot: np.ndarray, tmp_path: Path) -> None:
    one = saved(tmp_path, "a.png", shot)
    copy = replace(one, name="b.png")
    assert "exact-duplicate" in codes(looked_at([one, copy]))
    found = looked_at([one, replace(copy, defect="dent")])
    assert found[0].code == "exact-duplicate-labels"
    assert found[0].severity == "error"
    assert found[0].files == ["a.png", "b.png"]


def test_unreadable_files_are_named(tmp_path: Path, shot: np.ndarray) -> None:
    (tmp_path / "x.png").write_bytes(b"no picture")
    found = looked_at([saved(tmp_path, "a.png", shot), Sample(tmp_path / "x.png", "x.png", "dent", sha256="x")])
    assert (found[0].code, found[0].files) == ("unreadable", ["x.png"])


def test_light_and_size_that_give_the_class_away_are_warned_of(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    samples = []
    for number in range(24):
        defect = "dent" if number % 2 else "good"
        side, light = (60, 140) if number % 2 else (80, 90)
        image = rng.normal(light, 20, (side, side)).clip(0, 255).astype(np.uint8)
        samples.append(saved(tmp_path, f"{number}.png", image, defect))
    found = looked_at(samples)
    assert {"size-difference", "brightness-difference"} <= codes(found)
    assert any("AUROC 1.00" in one.what for one in found)
    alike = [replace(one, defect="dent" if number % 4 < 2 else "good") for number, one in enumerate(samples)]
    assert not {"size-difference", "brightness-difference"} & codes(looked_at(alike))


def test_the_claim_names_how_many_parts_it_needs(tmp_path: Path, shot: np.ndarray) -> None:
    found = {one.code: one for one in looked_at([saved(tmp_path, "a.png", shot)])}
    assert "needs 299 defective test parts without a miss; there are 0 in all" in found["too-few"].what
    assert "1 of good" in found["tiny-class"].what
