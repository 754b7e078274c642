"""12 bits in 16: the trainer sees such pictures as the line does, in full range."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from inspector.vision.bundle import Bundle
from tests.trainer.toy_parts import random_weights
from trainer.cli import main
from trainer.loop import train
from trainer.protocol import Result, TrainRequest

if TYPE_CHECKING:
    from numpy.typing import NDArray

KINDS = ("narrow", "full")


def in_full_range(image: NDArray[np.uint16]) -> NDArray[np.uint16]:
    return (image.astype(np.uint32) * 65_535 // 4095).astype(np.uint16)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of the same parts: ``narrow.csv`` of 12 bits in 16, ``full.csv`` in full range."""
    folder = tmp_path_factory.mktemp("depth")
    rng = np.random.default_rng(0)
    tables = {kind: ["path,label,split"] for kind in KINDS}
    for label in ("good", "spot"):
        for number in range(12):
            image = rng.normal(1800, 200, (72, 72)).clip(0, 4095).astype(np.uint16)
            if label == "spot":
                x, y = (int(v) for v in rng.integers(16, 56, 2))
                cv2.circle(image, (x, y), 7, 4000, -1)
            for kind, pixels in zip(KINDS, (image, in_full_range(image)), strict=True):
                name = f"{kind}-{label}-{number:02}.png"
                cv2.imwrite(str(folder / name), pixels)
                word = "good" if label == "good" else "defective"
                tables[kind].append(f"{name},{word},{('test', 'val', 'train', 'train')[number % 4]}")
    for kind, rows in tables.items():
        (folder / f"{kind}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def models(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a model of each table."""
    folder = tmp_path_factory.mktemp("models")
    weights = random_weights(folder)
    for kind, bits in zip(KINDS, (12, None), strict=True):
        asked = TrainRequest(
            data=str(data / f"{kind}.csv"), out=str(folder / kind), weights=str(weights),
            method="head", input_size=64, epochs=2, views=1, seed=1, precision="float", bit_depth=bits,
        )  # fmt: skip
        assert isinstance(list(train(asked))[-1], Result)
    return folder


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    capsys.readouterr()
    assert main([*map(str, arguments), "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()][-1]


def findings(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    return {each["code"]: each for each in answer(capsys, "inspect-data", *arguments)["findings"]}


def test_a_model_learns_from_twelve_bits_as_from_full_range(models: Path) -> None:
    """Training, the gate, and the test at the end decode alike; the record tells the depth."""
    of_the_file = {"path", "sha256"}
    narrow, full = (
        [
            {name: value for name, value in row.items() if name not in of_the_file}
            for row in csv.DictReader((models / kind / "report" / "scores.csv").read_text().splitlines())
        ]
        for kind in KINDS
    )
    assert narrow == full
    assert {"p_defective", "strangeness"} <= narrow[0].keys()
    assert [Bundle.load(models / kind).manifest.trained_bit_depth for kind in KINDS] == [12, None]


def test_a_model_judges_in_the_depth_that_it_learnt_in(
    models: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = list(answer(capsys, "evaluate", models / "full", data / "full.csv")["verdicts"].values())
    for asked in (
        (models / "narrow", data / "narrow.csv"),
        (models / "full", data / "narrow.csv", "--bit-depth", 12),
        (models / "narrow", data / "full.csv"),  # more than 12 bits: as the station keeps pictures
    ):
        assert list(answer(capsys, "evaluate", *asked)["verdicts"].values()) == pytest.approx(expected, abs=1e-4)
    split = ("--split", models / "narrow" / "report" / "split.csv")  # its pictures are of 12 bits, for any model
    own, other = (answer(capsys, "evaluate", models / kind, *split)["verdicts"] for kind in KINDS)
    assert list(other.values()) == pytest.approx(list(own.values()), abs=1e-4)
    dark = answer(capsys, "evaluate", models / "narrow", data / "narrow.csv", "--bit-depth", 16)["verdicts"]
    assert list(dark.values()) != pytest.approx(expected, abs=1e-3)


def test_a_deep_look_and_the_preview_are_in_full_range(
    models: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    looks, grids = [], []
    for kind, more in zip(KINDS, ((), ("--bit-depth", "12")), strict=True):
        picture = data / f"{kind}-spot-00.png"
        asked = ("explain", models / kind, picture, "--out", tmp_path / kind, "--methods", "closed-form")
        looks.append(answer(capsys, *asked, *more)["p_defective"])
        bits = ("--bit-depth", 12) if kind == "narrow" else ()
        answer(capsys, "inspect-data", data / f"{kind}.csv", "--preview", tmp_path / kind, *bits)
        grids.append(cv2.imread(str(tmp_path / kind / "augmentation-standard.png")))
    assert looks[0] == pytest.approx(looks[1], abs=1e-4)
    assert np.array_equal(np.asarray(grids[0]), np.asarray(grids[1]))


def test_dark_pictures_whose_depth_nobody_says_are_a_warning(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    warning = findings(capsys, data / "narrow.csv")["bit-depth"]
    assert warning["severity"] == "warning"
    assert warning["what"].startswith("24 pictures of 16 bits a channel: no value is above 4")
    assert "so probably 12 bits are used" in warning["what"]
    assert warning["action"].startswith("Set the bit depth to 12, for the training")
    for asked in ((data / "narrow.csv", "--bit-depth", 12), (data / "full.csv",)):
        assert not {"bit-depth", "beyond-bit-depth"} & set(findings(capsys, *asked))


def test_pictures_of_more_bits_than_said_are_named_and_taken_as_they_are(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = findings(capsys, data / "full.csv", "--bit-depth", 12)
    assert kept["beyond-bit-depth"]["what"] == (
        "24 pictures of 16 bits a channel: some values need more than the 12 bits that were set. "
        "They are taken as they are."
    )
    assert "bit-depth" not in kept
    wrong = findings(capsys, data / "narrow.csv", "--bit-depth", 10)
    assert {"bit-depth", "beyond-bit-depth"} <= set(wrong)


def test_a_depth_that_is_none_is_refused(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect-data", str(data / "full.csv"), "--bit-depth", "8"]) == 1
    assert "bit_depth" in capsys.readouterr().err
