from __future__ import annotations

import importlib.util
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import pytest

from inspector.domain.errors import ClassifierError
from inspector.vision.benchmark import BenchmarkPlan, run_benchmark
from inspector.vision.benchmark.contenders import Entrant, at_size
from inspector.vision.benchmark.memory import peak_memory_mb
from inspector.vision.benchmark.records import Kind
from inspector.vision.benchmark.rows import ratio
from inspector.vision.benchmark.run import Findings, sizes_of
from inspector.vision.benchmark.tables import markdown, save_report
from inspector.vision.bundle import Bundle
from inspector.vision.manifest import PrecisionCheck
from tests.bundles import make_bundle
from tests.vision.test_memory import NOTE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.vision.conftest import Bottles

SHORT = BenchmarkPlan(rounds=1, slice_s=0.01, limit=False, memory=False)
PASSED = PrecisionCheck(passed=True, pictures=9, flips=0, largest_difference=0.0)


@pytest.fixture
def spots(tmp_path: Path) -> Bundle:
    return Bundle.load(make_bundle(tmp_path / "spots"))


@pytest.fixture
def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where neither torch nor ONNX Runtime is installed."""
    find = importlib.util.find_spec

    def absent(name: str, *others: Any) -> Any:
        return None if name in {"torch", "onnx", "onnxruntime"} else find(name, *others)

    monkeypatch.setattr(importlib.util, "find_spec", absent)


def test_another_size_is_left_out_where_a_memory_of_good_knows_its_places(tmp_path: Path) -> None:
    remembers = Bundle.load(make_bundle(tmp_path / "spots", memory=NOTE))
    own, findings = remembers.manifest.preprocessing.input_size, Findings()
    plan = replace(SHORT, sizes=(own, 2 * own))
    assert sizes_of(remembers, plan, findings) == [own]
    said = [(left.what, left.reason) for left in findings.left_out]
    assert said == [(f"input size {2 * own}²", f"the model's memory of good is one of {own}² pictures")]
    assert sizes_of(Bundle.load(make_bundle(tmp_path / "plain")), plan, findings) == [own, 2 * own]


def test_every_precision_beside_the_reference(bundle: Bundle, bottles: Bottles) -> None:
    told: list[tuple[int, int, str]] = []
    report = run_benchmark(bundle, bottles.images[4:6], plan=SHORT, progress=lambda *news: told.append(news))
    values = json.loads(json.dumps(asdict(report)))
    assert {"best_images_per_s", "reference_images_per_s", "ratio", "verdict_flips", "rows"} <= set(values)
    assert len(told) == len(report.rows)
    assert [row.verdict_flips for row in report.rows] == [0] * len(report.rows)
    assert report.verdict_flips == 0
    assert report.note == ""
    assert report.rows[-1].backend == "torch + pytorch-grad-cam"
    assert {Kind.LINE, Kind.CLOSED_FORM, Kind.EAGER, Kind.GRAD_CAM} <= {row.kind for row in report.rows}
    ours = [row for row in report.rows if row.kind is Kind.LINE]
    assert report.best_images_per_s == max(row.images_per_s for row in ours)
    assert report.reference_images_per_s is not None
    assert report.ratio == pytest.approx(report.best_images_per_s / report.reference_images_per_s)
    for row in report.rows:
        assert (row.latency_p50_ms is not None) == (row.batch == 1)
        assert (row.least_map_correlation is None) == (row.kind is Kind.EAGER)
        if row.least_map_correlation is not None:
            assert row.least_map_correlation > 0.99


def test_without_weights_only_speed_is_compared(spots: Bundle, bottles: Bottles) -> None:
    report = run_benchmark(spots, bottles.images[:1], plan=SHORT)
    assert report.verdict_flips is None
    assert "random" in report.note
    assert {"openvino", "torch + pytorch-grad-cam"} <= {row.backend for row in report.rows}
    assert "closed form" in {one.what for one in report.left_out}
    assert all(row.verdict_flips is None and row.least_map_correlation is None for row in report.rows)


@pytest.mark.usefixtures("without_torch")
def test_what_is_not_installed_is_left_out_with_the_reason(spots: Bundle, bottles: Bottles) -> None:
    report = run_benchmark(spots, bottles.images[:1], plan=replace(SHORT, limit=True))
    reasons = {one.what: one.reason for one in report.left_out}
    assert reasons["grad-cam"] == "not installed: torch"
    assert reasons["onnxruntime"].startswith("not installed: torch, onnx, onnxruntime (pip install")
    assert "colour-spots" in reasons["convolution limit"]
    assert {row.kind for row in report.rows} == {Kind.LINE}
    assert (report.ratio, report.reference_images_per_s, report.note) == (None, None, "")
    assert {(row.against_grad_cam, row.against_onnxruntime, row.against_limit) for row in report.rows} == {
        (None, None, None)
    }


@pytest.mark.usefixtures("without_torch")
def test_other_sizes_have_rows_of_their_own(spots: Bundle, bottles: Bottles) -> None:
    report = run_benchmark(spots, bottles.images[:1], plan=replace(SHORT, sizes=(64, 96)))
    assert list(dict.fromkeys(row.input_size for row in report.rows)) == [64, 96]
    assert report.best_images_per_s == max(row.images_per_s for row in report.rows if row.input_size == 64)
    assert "Inputs other than 64² are the same graph reshaped" in markdown(report)


def test_the_graph_beside_its_limit(bundle: Bundle, bottles: Bottles, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *n: None if name == "torch" else find(name, *n))
    manifest = at_size(bundle, 64).manifest.model_copy(update={"precisions": {"fp32": PASSED}})
    small = Bundle(folder=bundle.folder, manifest=manifest, sha256=bundle.sha256)
    report = run_benchmark(small, bottles.images[:1], plan=replace(SHORT, limit=True))
    assert [row.precision for row in report.graphs] == ["fp32"]
    for row in report.graphs:
        assert row.input_size == 64
        assert row.share == pytest.approx(row.graph_images_per_s / row.limit_images_per_s)
        assert row.largest_alone_images_per_s is None  # with `everything`
    for one in report.rows:
        limit = next(row for row in report.graphs if row.precision == one.precision)
        assert one.against_limit == pytest.approx(one.images_per_s / limit.limit_images_per_s)


@pytest.mark.usefixtures("without_torch")
def test_precisions_that_the_gate_refused_are_not_measured(bundle: Bundle, bottles: Bottles) -> None:
    refused = PrecisionCheck(passed=False, pictures=9, flips=2, largest_difference=0.4, reason="2 verdicts differ")
    manifest = bundle.manifest.model_copy(update={"precisions": {"fp32": PASSED, "bf16": refused}})
    judged = Bundle(folder=bundle.folder, manifest=manifest, sha256=bundle.sha256)
    report = run_benchmark(judged, bottles.images[:1], plan=SHORT)
    assert {row.precision for row in report.rows} == {"fp32"}
    refusals = {one.reason for one in report.left_out if one.what == "bf16"}
    assert refusals <= {"2 verdicts differ"}  # none on a processor without bf16


def test_peak_memory_is_that_of_a_process_of_its_own(spots: Bundle, bottles: Bottles) -> None:
    one, many = (
        peak_memory_mb(Entrant(kind=Kind.LINE, batch=8), bundle, bottles.images[:8])
        for bundle in (spots, at_size(spots, 1024))
    )
    assert 30 < one < 1000
    assert many - one > 8 * 3 * 4 * (1024**2 - 64**2) / 1e6  # at least its input, float32


def test_a_process_that_fails_says_why(spots: Bundle, bottles: Bottles) -> None:
    with pytest.raises(ClassifierError, match="was not measured: .*cannot run this model in fp16"):
        peak_memory_mb(Entrant(kind=Kind.LINE, batch=1, precision="fp16"), spots, bottles.images[:1])


@pytest.mark.parametrize(
    ("base", "times", "wanted"), [([8.0, 9.0, 50.0], [1.0, 3.0, 10.0], 5.0), (None, [1.0], None), ([2.0], [4.0], 0.5)]
)
def test_a_ratio_is_the_median_of_the_rounds_own(
    base: list[float] | None, times: list[float], wanted: float | None
) -> None:
    assert ratio(base, times) == wanted


@pytest.mark.usefixtures("without_torch")
def test_a_report_is_saved_whole(spots: Bundle, bottles: Bottles, tmp_path: Path) -> None:
    report = run_benchmark(spots, bottles.images[:1], plan=SHORT)
    files = save_report(report, tmp_path / "new" / "folder")
    assert [path.name for path in files] == ["bench.json", "bench.md"]
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == ["bench.json", "bench.md"]
    assert json.loads(files[0].read_text(encoding="utf-8")) == json.loads(json.dumps(asdict(report)))
    page = files[1].read_text(encoding="utf-8")
    assert page == markdown(report)
    lines = [line for line in page.splitlines() if line.startswith("|")]
    assert len(lines) == 2 + len(report.rows)
    assert {line.count("|") for line in lines} == {15}
    assert report.machine.versions["openvino"] in page
    assert "- onnxruntime: not installed: torch, onnx, onnxruntime" in page


def test_a_benchmark_needs_pictures(spots: Bundle) -> None:
    with pytest.raises(ClassifierError, match="needs a picture"):
        run_benchmark(spots, [])
