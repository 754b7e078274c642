"""What tells the classes apart without a look at the part is warned of, and what does not is not."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.trainer.test_audit import codes, looked_at
from trainer.dataset import Sample
from trainer.miniatures import noise, thumbnails
from trainer.protocol import Finding

RNG = np.random.default_rng(0)


def part(scale: int = 1) -> np.ndarray:
    """A picture like the others: smooth shapes, some noise, of its own."""
    shapes = cv2.resize(RNG.integers(60, 190, (6, 8, 3)).astype(np.float32), (128, 96), interpolation=cv2.INTER_CUBIC)
    return np.asarray((shapes + RNG.normal(0, 4, shapes.shape)).clip(0, 255) * scale)


def written(folder: Path, **how: object) -> list[Sample]:
    """Good parts, plain, and as many defective ones, of which `how` says what is done to them."""
    suffix, quality = str(how.get("suffix", ".png")), int(str(how.get("quality", 95)))
    each = int(str(how.get("each", 8)))
    samples = []
    for number in range(2 * each):
        bad = number >= each
        pixels = part()
        if bad and "blur" in how:
            pixels = cv2.GaussianBlur(pixels, (0, 0), float(str(how["blur"])))
        if bad and "noise" in how:
            pixels = pixels + RNG.normal(0, float(str(how["noise"])), pixels.shape)
        if bad and "grey" in how:
            pixels = cv2.cvtColor(pixels.astype(np.float32), cv2.COLOR_BGR2GRAY)
        image: np.ndarray = pixels.clip(0, 255).astype(np.uint16 if bad and "deep" in how else np.uint8)
        own = suffix if bad else str(how.get("good_suffix", ".png"))
        name = f"{number:02}{own}"
        assert cv2.imwrite(str(folder / name), image, [cv2.IMWRITE_JPEG_QUALITY, quality if bad else 95])
        samples.append(Sample(folder / name, name, "dent" if bad else "good", sha256=name))
    return samples


DIFFERENCES = {f"{what}-difference" for what in ("format", "compression", "sharpness", "noise", "depth", "colour")}


def named(found: list[Finding]) -> set[str]:
    return codes(found) & DIFFERENCES


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"suffix": ".jpg"}, "format-difference"),
        ({"suffix": ".bmp"}, "format-difference"),
        ({"suffix": ".jpg", "good_suffix": ".jpg", "quality": 70}, "compression-difference"),
        ({"blur": 2.0}, "sharpness-difference"),
        ({"noise": 8.0}, "noise-difference"),
        ({"deep": True}, "depth-difference"),
        ({"grey": True}, "colour-difference"),
    ],
)
def test_one_thing_that_alone_tells_the_classes_apart_is_warned_of(
    tmp_path: Path, how: dict[str, object], code: str
) -> None:
    found = looked_at(written(tmp_path, **how))
    assert code in named(found)
    assert {finding.severity for finding in found if finding.code == code} == {"warning"}


def test_equal_ways_of_saving_are_no_finding(tmp_path: Path) -> None:
    assert named(looked_at(written(tmp_path))) == set()


def test_too_few_pictures_of_a_class_are_not_compared(tmp_path: Path) -> None:
    samples = written(tmp_path, each=6, suffix=".jpg")
    assert "format-difference" in named(looked_at(samples))
    assert named(looked_at(samples[1:])) == set()


def test_the_formats_and_their_qualities_are_named(tmp_path: Path) -> None:
    found = {one.code: one for one in looked_at(written(tmp_path, suffix=".jpg", quality=40))}
    assert "AUROC 1.00; good: 8 PNG; defective: 8 JPEG of quality 40" in found["format-difference"].what
    assert "compression-difference" not in found  # the PNGs have none to compare with


def test_the_noise_is_that_which_was_added() -> None:
    even = np.tile(np.linspace(60, 180, 400), (300, 1))
    for sigma in (2.0, 6.0, 12.0):
        measured = noise((even + RNG.normal(0, sigma, even.shape)).clip(0, 255).astype(np.uint8))
        assert measured == pytest.approx(sigma, rel=0.06)
    assert noise(np.zeros((2, 9), np.uint8)) == 0.0


def test_a_miniature_knows_file_and_picture(tmp_path: Path) -> None:
    sample = written(tmp_path, each=1, suffix=".jpg", quality=60)[1]
    (_, thumb), *_ = thumbnails([sample])
    assert (thumb.kind, thumb.quality) == ("JPEG", 60)
    assert (thumb.look.width_px, thumb.look.height_px, thumb.look.bits, thumb.look.coloured) == (128, 96, 8, True)
