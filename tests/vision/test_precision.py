from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inspector.domain.errors import DeviceError
from inspector.domain.records import Thresholds
from inspector.vision.backends import list_devices, load_classifier
from inspector.vision.bundle import Bundle
from inspector.vision.caches import BlobCache, RateCache
from inspector.vision.graphs import Graphs, Way, Ways
from inspector.vision.manifest import Manifest, Precision, PrecisionCheck
from inspector.vision.openvino_backend import OpenVinoClassifier
from inspector.vision.precision import choose, measure_rates
from tests.bundles import make_bundle, make_two_graph_bundle
from tests.logs import told
from tests.processors import PLAIN, VNNI

PASSED = PrecisionCheck(passed=True, pictures=40, flips=0, largest_difference=0.01)
FAILED = PrecisionCheck(passed=False, pictures=40, flips=2, largest_difference=0.3, reason="2 of 40 verdicts differ")
ALL: tuple[Precision, ...] = ("fp32", "bf16", "int8")
GREY = np.full((64, 64, 3), 90, np.uint8)
FLOAT_GRAPH, INT8_GRAPH = 0.0025, 0.0067
HAS_BF16 = "bf16" in list_devices()[0].precisions


def rates(**values: float) -> Callable[[Sequence[Precision]], Mapping[Precision, float]]:
    return lambda names: {name: values[name] for name in names}


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    return Bundle.load(make_bundle(tmp_path / "spots")).manifest


@pytest.fixture
def two(tmp_path: Path) -> Bundle:
    checks: dict[Precision, PrecisionCheck] = dict.fromkeys(ALL, PASSED)
    return Bundle.load(make_two_graph_bundle(tmp_path / "two", precisions=checks))


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        ({"fp32": 51.0, "bf16": 97.0, "int8": 178.0}, "int8"),
        ({"fp32": 51.0, "bf16": 97.0, "int8": 100.0}, "bf16"),  # 3 % more are not worth it
        ({"fp32": 51.0, "bf16": 50.0, "int8": 40.0}, "fp32"),
        ({"fp32": 51.0, "bf16": 50.0, "int8": 60.0}, "int8"),
    ],
)
def test_the_fastest_is_taken_and_the_figures_are_told(
    manifest: Manifest, measured: dict[str, float], expected: str
) -> None:
    choice = choose(manifest, ALL, "CPU", None, rates(**measured))
    assert choice.precision == expected
    assert f"int8 {measured['int8']:.0f}/s" in choice.reason
    assert choice.reason.endswith("measured here")


def test_slow_figures_have_a_decimal(manifest: Manifest) -> None:
    assert choose(manifest, ["fp32", "bf16"], "CPU", None, rates(fp32=2.34, bf16=9.96)).reason.startswith(
        "bf16 10.0/s, fp32 2.3/s measured"
    )


def test_what_the_gate_refused_is_neither_measured_nor_taken(manifest: Manifest) -> None:
    checked = manifest.model_copy(update={"precisions": {"fp32": PASSED, "bf16": PASSED, "int8": FAILED}})
    choice = choose(checked, ALL, "CPU", "auto", rates(fp32=51.0, bf16=97.0))
    assert choice.precision == "bf16"
    assert choice.reason == ("bf16 97/s, fp32 51/s measured here; int8 refused at export: 2 of 40 verdicts differ")
    with pytest.raises(DeviceError, match="may not judge in int8: int8 refused at export: 2 of 40 verdicts differ"):
        choose(checked, ALL, "CPU", "int8")
    unchecked = manifest.model_copy(update={"precisions": {"fp32": PASSED}})
    assert choose(unchecked, ALL, "CPU").precision == "fp32"
    with pytest.raises(DeviceError, match="bf16 was not checked when the model was made. Choose fp32"):
        choose(unchecked, ALL, "CPU", "bf16")


def test_nothing_that_may_judge_is_an_error(manifest: Manifest) -> None:
    checked = manifest.model_copy(update={"precisions": {"fp32": PASSED, "int8": FAILED}})
    with pytest.raises(DeviceError, match="in a precision that passed"):
        choose(checked, ["int8"], "NPU")


def test_doubtful_precisions_wait_until_they_are_asked_for(manifest: Manifest) -> None:
    why: dict[Precision, str] = {"int8": "int8 left out: no VNNI"}
    choice = choose(manifest, ALL, "CPU", None, rates(fp32=51.0, bf16=52.0), why)
    assert choice.precision == "fp32"
    assert choice.reason == "bf16 52/s, fp32 51/s measured here; int8 left out: no VNNI"
    assert choose(manifest, ALL, "CPU", "int8", None, why).precision == "int8"
    assert choose(manifest, ["int8"], "CPU", None, None, why).precision == "int8"


def test_the_least_exact_is_taken_where_nothing_is_measured(manifest: Manifest) -> None:
    assert choose(manifest, ALL, "CPU").precision == "int8"
    assert choose(manifest, ["fp32", "bf16", "fp16"], "cuda").precision == "fp16"


def test_rates_are_medians_of_turns() -> None:
    now = 0.0
    order: list[str] = []

    def take(name: str, seconds: float) -> Callable[[], None]:
        def run() -> None:
            nonlocal now
            now += seconds * (10.0 if order.count(name) == 3 else 1.0)  # one slow run
            order.append(name)

        return run

    found = measure_rates({"fp32": take("fp32", 0.05), "int8": take("int8", 0.02)}, clock=lambda: now)
    assert found == {"fp32": pytest.approx(20.0), "int8": pytest.approx(50.0)}
    assert order[:7] == ["fp32", "int8", "fp32", "int8", "int8", "fp32", "int8"]


def test_rates_are_kept_per_model_and_machine(tmp_path: Path) -> None:
    cache = RateCache(tmp_path / "cache", ("model", "CPU", "2 cores"))
    assert cache.read() == {}
    cache.write({"fp32": 51.5, "int8": 178.0})
    assert RateCache(tmp_path / "cache", ("model", "CPU", "2 cores")).read() == {"fp32": 51.5, "int8": 178.0}
    other = RateCache(tmp_path / "cache", ("model", "CPU", "4 cores"))
    assert other.read() == {}
    other.path.write_bytes(cache.path.read_bytes())  # a file that was copied from another machine
    assert other.read() == {}
    assert [path.name for path in cache.path.parent.iterdir() if path.suffix != ".json"] == []


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe", b'{"pictures_per_s": {"fp32": -1}}', b"[]"])
def test_a_damaged_measurement_is_measured_again(two: Bundle, tmp_path: Path, damage: bytes) -> None:
    cache = RateCache(tmp_path / "cache", (two.sha256, *Graphs(two, "CPU", None, VNNI).machine))
    cache.path.parent.mkdir(parents=True)
    cache.path.write_bytes(damage)
    load_classifier(two, "cpu", cache_dir=tmp_path / "cache", processor=VNNI).close()
    assert set(cache.read()) == {"fp32", "int8"}


def test_what_was_measured_decides_the_next_time(two: Bundle, tmp_path: Path) -> None:
    cache = RateCache(tmp_path / "cache", (two.sha256, *Graphs(two, "CPU", None, VNNI).machine))
    cache.write({"fp32": 100.0, "int8": 60.0})
    classifier = load_classifier(two, "cpu", cache_dir=tmp_path / "cache", processor=VNNI)
    assert classifier.identity.precision == "fp32"
    assert "fp32 100/s" in classifier.identity.reason
    assert classifier.predict(GREY).p_defective == pytest.approx(FLOAT_GRAPH, abs=2e-4)
    classifier.close()


def test_without_vnni_int8_is_left_out_and_nothing_is_left_to_measure(two: Bundle, tmp_path: Path) -> None:
    graphs = Graphs(two, "CPU", None, PLAIN)
    assert graphs.possible == ["fp32", "int8"]
    classifier = load_classifier(two, "cpu", cache_dir=tmp_path / "cache", processor=PLAIN)
    assert classifier.identity.precision == "fp32"
    assert classifier.identity.reason == (
        "fp32: the only one that is possible here; "
        "int8 left out: this processor has no VNNI and may add int8 products inexactly"
    )
    assert classifier.predict(GREY).p_defective == pytest.approx(FLOAT_GRAPH, abs=2e-4)
    classifier.close()
    assert RateCache(tmp_path / "cache", (two.sha256, *graphs.machine)).read() == {}


def test_without_vnni_int8_judges_where_it_is_asked_for(two: Bundle) -> None:
    classifier = load_classifier(two, "cpu", "int8", processor=PLAIN)
    assert (classifier.identity.precision, classifier.identity.reason) == ("int8", "int8: as set")
    assert classifier.predict(GREY).p_defective == pytest.approx(INT8_GRAPH, abs=2e-4)
    classifier.close()


def test_a_measurement_holds_for_one_class_of_processor(two: Bundle) -> None:
    assert Graphs(two, "CPU", None, VNNI).machine != Graphs(two, "CPU", None, PLAIN).machine


def test_a_cache_that_cannot_be_written_stops_nothing(two: Bundle, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    classifier = load_classifier(two, "cpu", "int8", tmp_path / "cache")
    assert classifier.predict(GREY).p_defective == pytest.approx(INT8_GRAPH, abs=2e-4)
    classifier.close()
    load_classifier(two, "cpu", cache_dir=tmp_path / "cache").close()


def test_each_precision_has_its_graph(two: Bundle) -> None:
    for precision, expected in (("fp32", FLOAT_GRAPH), ("int8", INT8_GRAPH)):
        classifier = load_classifier(two, "cpu", precision)
        assert classifier.identity.precision == precision
        assert classifier.identity.reason == f"{precision}: as set"
        assert [p.p_defective for p in classifier.predict_batch([GREY] * 3)] == pytest.approx([expected] * 3, abs=2e-4)
        classifier.close()


def test_the_exact_way_of_int8_is_the_same_graph_with_the_rest_in_float(two: Bundle, manifest: Manifest) -> None:
    graphs = Graphs(two, "CPU", None)
    exact = Way("graph-int8.xml", "f32")
    assert graphs.ways("int8") == (Ways(Way("graph-int8.xml", "bf16"), exact) if HAS_BF16 else Ways(exact, None))
    assert graphs.ways("bf16") == Ways(Way("graph.xml", "bf16"), Way("graph.xml", "f32"))
    assert graphs.ways("fp32") == Ways(Way("graph.xml", "f32"), None)


@pytest.mark.parametrize(("convolutions", "quantised", "at_once"), [(54, 52, True), (54, 42, False), (54, 0, False)])
def test_where_nearly_all_is_int8_the_rest_is_exact_at_once(
    two: Bundle, tmp_path: Path, convolutions: int, quantised: int, at_once: bool
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(two.folder, folder)
    layers = '<layer type="Convolution" />' * convolutions + '<data element_type="i8" />' * quantised
    (folder / "graph-int8.xml").write_text(layers, encoding="utf-8")
    ways = Graphs(replace(two, folder=folder), "CPU", None).ways("int8")
    assert ways.exact is None if at_once or not HAS_BF16 else ways.usual.hint == "bf16"
    assert (ways.usual if ways.exact is None else ways.exact) == Way("graph-int8.xml", "f32")


@pytest.mark.parametrize("size", [320, 448, 512])
@pytest.mark.parametrize("precision", [*list_devices()[0].precisions, "auto"])
def test_larger_inputs_run_in_every_precision(tmp_path: Path, size: int, precision: str) -> None:
    bundle = Bundle.load(make_bundle(tmp_path / "large", input_size=size))
    picture = np.full((size, size, 3), 90, np.uint8)
    cell = size // 8 - 2
    picture[8 * cell : 8 * cell + 8, 24:32] = (0, 0, 255)
    for _ in range(2):  # the second time with what was kept
        classifier = load_classifier(bundle, "cpu", precision, tmp_path / "cache")
        for found in (classifier.predict(picture), *classifier.predict_batch([picture] * 5)):
            assert found.heatmap.shape == (size // 8, size // 8)
            assert divmod(int(found.heatmap.argmax()), size // 8) == (cell, 3)
            assert found.p_defective == pytest.approx(1.0, abs=1e-3)
        classifier.close()


@pytest.mark.skipif(not HAS_BF16, reason="this CPU does not compute bf16")
def test_near_a_threshold_int8_is_judged_by_its_own_exact_graph(two: Bundle) -> None:
    picture = GREY.copy()
    picture[16:24, 16:24] = (60, 60, 134)  # evidence 74 / 255, gain 20, bias -5
    exact = float(1.0 / (1.0 + np.exp(5.0 - 20.0 * 74.0 / 255.0)))
    far = OpenVinoClassifier(two, precision="int8", thresholds=[Thresholds(fail_at=0.01)])
    near = OpenVinoClassifier(two, precision="int8", thresholds=[Thresholds(fail_at=exact)])
    assert far.predict(picture).p_defective == pytest.approx(exact, abs=0.05)
    assert near.predict(picture).p_defective == pytest.approx(exact, abs=1e-5)
    assert [p.p_defective for p in near.predict_batch([picture] * 3)] == pytest.approx([exact] * 3, abs=1e-5)
    far.close()
    near.close()


# --- compiled graphs on disk ------------------------------------------------------------------------------------------


def test_a_compiled_graph_is_kept_whole_or_not_used(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path)
    key = ("graph", "CPU")
    assert cache.read(key) is None
    cache.write(key, b"compiled" * 100)
    assert bytes(cache.read(key) or b"") == b"compiled" * 100
    whole = cache.path(key).read_bytes()
    flipped = bytearray(whole)
    flipped[-1] ^= 1
    for damage in (whole[:-1], whole[:40], whole[:5], b"", bytes(flipped), whole + b"x"):
        cache.path(key).write_bytes(damage)
        assert cache.read(key) is None
        assert not cache.path(key).exists()


def test_the_longest_unused_compiled_graphs_are_removed(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path, limit_bytes=1200)
    for number in range(3):
        cache.write((str(number),), bytes(300))
        os.utime(cache.path((str(number),)), (number, number))
    assert cache.read(("0",)) is not None  # used again: now the newest
    cache.write(("3",), bytes(300))
    assert [cache.read((str(number),)) is not None for number in range(4)] == [True, False, True, True]


def test_the_second_load_does_not_compile(two: Bundle, tmp_path: Path) -> None:
    first = load_classifier(two, "cpu", "int8", tmp_path / "cache")
    expected = first.predict(GREY)
    first.close()
    for file in ("graph.xml", "graph.bin", "graph-int8.bin"):
        (two.folder / file).unlink()  # `two` was verified already; a second compilation would fail
    second = load_classifier(two, "cpu", "int8", tmp_path / "cache")
    found = second.predict(GREY)
    second.close()
    np.testing.assert_array_equal(found.probabilities, expected.probabilities)
    np.testing.assert_array_equal(found.maps, expected.maps)


def test_a_damaged_compiled_graph_is_compiled_anew(two: Bundle, tmp_path: Path) -> None:
    load_classifier(two, "cpu", "int8", tmp_path / "cache").close()
    blobs = sorted((tmp_path / "cache" / "graphs").glob("*.blob"))
    assert blobs
    sizes = [path.stat().st_size for path in blobs]
    for path in blobs:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    again = load_classifier(two, "cpu", "int8", tmp_path / "cache")
    assert again.predict(GREY).p_defective == pytest.approx(INT8_GRAPH, abs=2e-4)
    again.close()
    assert [path.stat().st_size for path in blobs] == sizes


def test_a_compiled_graph_that_openvino_refuses_is_compiled_anew(two: Bundle, tmp_path: Path) -> None:
    load_classifier(two, "cpu", "int8", tmp_path / "cache").close()
    for path in (tmp_path / "cache" / "graphs").glob("*.blob"):
        content = path.read_bytes()
        body = b"not a compiled graph" * 10
        path.write_bytes(content[: len(b"inspector graph 1\n")] + _sha256(body) + body)
    with told("inspector.vision.graphs") as words:
        again = load_classifier(two, "cpu", "int8", tmp_path / "cache")
    assert again.predict(GREY).p_defective == pytest.approx(INT8_GRAPH, abs=2e-4)
    again.close()
    assert any("is compiled anew" in one for one in words)


def _sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
