"""How fast this machine is at each size is measured, kept, and only ever gets better."""

from __future__ import annotations

import json
from pathlib import Path

from inspector.vision.bundle import Bundle
from inspector.vision.speed import rates_by_size
from tests.bundles import make_bundle

SIZES = (32, 64, 512)


def test_larger_pictures_take_longer_and_the_best_figures_are_kept(tmp_path: Path) -> None:
    bundle = Bundle.load(make_bundle(tmp_path / "tiny"))
    rates = rates_by_size(bundle, tmp_path / "cache", SIZES)
    assert set(rates) == set(SIZES)
    assert rates[512] < rates[32]
    (kept,) = (tmp_path / "cache" / "speed").glob("*.json")
    content = json.loads(kept.read_text())
    assert content["parts_per_s"] == {str(size): rate for size, rate in rates.items()}
    kept.write_text(json.dumps(content | {"parts_per_s": {"32": 1e9, "64": 1e-9, "512": 1e9}}))
    again = rates_by_size(bundle, tmp_path / "cache", SIZES)
    assert (again[32], again[512]) == (1e9, 1e9)
    assert again[64] > 1


def test_figures_that_cannot_be_used_are_replaced(tmp_path: Path) -> None:
    bundle = Bundle.load(make_bundle(tmp_path / "tiny"))
    rates_by_size(bundle, tmp_path / "cache", SIZES)
    (kept,) = (tmp_path / "cache" / "speed").glob("*.json")
    for text in ("{", json.dumps(json.loads(kept.read_text()) | {"key": "another machine"})):
        kept.write_text(text)
        rates_by_size(bundle, tmp_path / "cache", SIZES)
        assert json.loads(kept.read_text())["key"] != "another machine"


def test_without_a_place_to_keep_them_they_are_measured_all_the_same(tmp_path: Path) -> None:
    bundle = Bundle.load(make_bundle(tmp_path / "tiny"))
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert set(rates_by_size(bundle, tmp_path / "cache", (64,))) == {64}
