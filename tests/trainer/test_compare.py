"""Methods are compared on identical splits, from the command line, with intervals and paired tests."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from trainer.cli import main
from trainer.compare import MethodComparison, table
from trainer.judged import JudgedPicture
from trainer.paired import intervals


@pytest.fixture(scope="module")
def spots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grey noise; the defective ones have a spot."""
    folder = tmp_path_factory.mktemp("spots")
    rng = np.random.default_rng(2)
    for label in ("good", "spot"):
        (folder / label).mkdir()
        for number in range(16):
            image = rng.normal(110, 12, (64, 64)).clip(0, 255).astype(np.uint8)
            if label == "spot":
                cv2.circle(image, tuple(int(v) for v in rng.integers(16, 48, 2)), 9, 250, -1)
            cv2.imwrite(str(folder / label / f"{number:02}.png"), image)
    return folder


def test_two_methods_on_two_splits(spots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    methods = ["baseline-cnn", "baseline-svm"]
    command = ["compare", str(spots), "--methods", *methods, "--seeds", "0", "1", "--size", "64", "--epochs", "2"]
    assert main([*command, "--keep", str(tmp_path / "kept"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found["methods"]) == methods
    for seed in (0, 1):
        parts = [(tmp_path / "kept" / f"{one}-{seed}" / "report" / "split.csv").read_text() for one in methods]
        assert parts[0] == parts[1]
    for row in found["methods"].values():
        assert len(row["f1"]["values"]) == 2
        confusion, intervals_95 = row["confusion"], row["intervals_95"]
        assert sum(confusion.values()) == 2 * 6
        low, high = intervals_95["escapes"]
        rate = confusion["defective_passed"] / (confusion["defective_passed"] + confusion["defective_found"])
        assert low <= rate <= high
        assert intervals_95["auroc"][0] <= intervals_95["auroc"][1] <= 1
    (pair,) = found["pairs"]
    assert (pair["first"], pair["second"], pair["pictures"]) == (*methods, 12)
    assert 0 < pair["mcnemar"]["p_value"] <= 1
    lines = table(MethodComparison.model_validate(found)).splitlines()
    assert lines[0].count("|") == lines[2].count("|") == lines[3].count("|")
    assert lines[3].startswith("| baseline-svm |")


def test_intervals_hold_the_figure_and_narrow_with_more_pictures() -> None:
    def judged(count: int) -> list[JudgedPicture]:
        rng = np.random.default_rng(7)
        scores = np.concatenate([rng.normal(0.35, 0.15, count), rng.normal(0.65, 0.15, count)]).clip(0, 1)
        return [JudgedPicture(str(i), "", "good" if i < count else "crack", "", float(p)) for i, p in enumerate(scores)]

    few, many = intervals(judged(20), 0.5, seed=1), intervals(judged(400), 0.5, seed=1)
    for figures in (few, many):
        assert figures.f1.value is not None
        assert figures.auroc.value is not None
        assert figures.f1.low < figures.f1.value < figures.f1.high
        assert figures.auroc.low < figures.auroc.value <= figures.auroc.high
    assert many.f1.high - many.f1.low < 0.5 * (few.f1.high - few.f1.low)
    assert intervals(judged(20), 0.5, seed=1) == few


@pytest.mark.parametrize("command", ["fit", "compare", "evaluate", "inspect-data", "worker"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert "usage: trainer " + command in capsys.readouterr().out
