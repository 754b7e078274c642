from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from inspector.domain.errors import ClassifierError
from inspector.vision.benchmark import run_benchmark
from inspector.vision.bundle import Bundle
from tests.bundles import make_bundle

if TYPE_CHECKING:
    from pathlib import Path

    from tests.vision.conftest import Bottles


def test_every_precision_beside_the_reference(bundle: Bundle, bottles: Bottles) -> None:
    told: list[tuple[int, int, str]] = []
    report = run_benchmark(bundle, bottles.images[4:6], rounds=1, progress=lambda *news: told.append(news))
    values = json.loads(json.dumps(report.as_dict()))
    assert {"best_images_per_s", "reference_images_per_s", "ratio", "verdict_flips", "rows"} <= set(values)
    assert len(told) == len(report.rows)
    assert [row.verdict_flips for row in report.rows] == [0] * len(report.rows)
    assert report.verdict_flips == 0
    assert report.note == ""
    assert report.rows[-1].backend == "torch + pytorch-grad-cam"
    assert report.best_images_per_s == max(row.images_per_s for row in report.rows if "grad-cam" not in row.backend)
    assert report.ratio == pytest.approx(report.best_images_per_s / report.reference_images_per_s)


def test_without_weights_only_speed_is_compared(tmp_path: Path, bottles: Bottles) -> None:
    report = run_benchmark(Bundle.load(make_bundle(tmp_path / "spots")), bottles.images[:1], rounds=1)
    assert report.verdict_flips is None
    assert "random" in report.note
    assert {row.backend for row in report.rows} == {"openvino", "torch + pytorch-grad-cam"}


def test_a_benchmark_needs_pictures(tmp_path: Path) -> None:
    with pytest.raises(ClassifierError, match="needs a picture"):
        run_benchmark(Bundle.load(make_bundle(tmp_path / "spots")), [])
