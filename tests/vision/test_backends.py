from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import openvino as ov
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openvino import opset13 as op

from inspector.domain.errors import BundleError, ClassifierError, DeviceError, ModelChangedError, PictureError
from inspector.domain.records import Thresholds
from inspector.vision.backends import list_devices, load_classifier, load_reference
from inspector.vision.bundle import Bundle, ManifestFields, write_bundle
from inspector.vision.openvino_backend import OpenVinoClassifier
from inspector.vision.prediction import Outputs, make_prediction, near_threshold
from tests.bundles import make_bundle
from tests.waits import WAIT_S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from inspector.domain.records import Prediction
    from inspector.vision.classifier import Classifier
    from tests.vision.conftest import Bottles

HAS_BF16 = "bf16" in list_devices()[0].precisions
FRACTIONS = st.floats(0.0, 1.0)


@pytest.fixture(scope="session")
def expected(bundle: Bundle, bottles: Bottles) -> list[Prediction]:
    """What torch says in fp32."""
    reference = load_reference(bundle)
    result = reference.predict_batch(bottles.images)
    reference.close()
    return result


@pytest.fixture
def spots(tmp_path: Path) -> Iterator[Classifier]:
    classifier = load_classifier(Bundle.load(make_bundle(tmp_path / "spots")))
    yield classifier
    classifier.close()


def spot(*, row: int, column: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A grey picture with a red spot that fills one cell of the map."""
    picture = np.full((128, 128, 3), 90, np.uint8)
    picture[16 * row : 16 * row + 16, 16 * column : 16 * column + 16] = (0, 0, 255)
    return picture


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_openvino_says_what_torch_says(
    bundle: Bundle, bottles: Bottles, expected: list[Prediction], precision: str
) -> None:
    if precision == "bf16" and not HAS_BF16:
        pytest.skip("this CPU does not compute bf16")
    classifier = load_classifier(bundle, "cpu", precision)
    assert (classifier.identity.backend, classifier.identity.precision) == ("openvino", precision)
    assert classifier.identity.sha256 == bundle.sha256
    tolerance = 1e-4 if precision == "fp32" else 0.05
    singles = [classifier.predict(image) for image in bottles.images]
    batch = classifier.predict_batch(bottles.images)
    classifier.close()
    fail_at = bundle.manifest.thresholds.fail_at
    for one, several, wanted in zip(singles, batch, expected, strict=True):
        for mine in (one, several):
            assert (mine.p_defective >= fail_at) == (wanted.p_defective >= fail_at)
            assert mine.p_defective == pytest.approx(wanted.p_defective, abs=tolerance)
            assert mine.maps.shape == (2, 7, 7)
            assert np.abs(mine.maps - wanted.maps).max() <= tolerance * wanted.maps.max()
    assert any(p.p_defective >= fail_at for p in expected)
    assert any(p.p_defective < fail_at for p in expected)


@pytest.mark.skipif(not HAS_BF16, reason="this CPU does not compute bf16")
def test_near_a_threshold_bf16_gives_way_to_fp32(bundle: Bundle, bottles: Bottles, expected: list[Prediction]) -> None:
    scores = [prediction.p_defective for prediction in expected]
    for at in (0, 7):
        classifier = load_classifier(bundle, "cpu", "bf16", thresholds=[Thresholds(fail_at=scores[at])])
        mine = classifier.predict(bottles.images[at])
        assert mine.p_defective == pytest.approx(scores[at], abs=1e-4)
        classifier.close()


@given(p=FRACTIONS, shift=st.floats(-0.45, 0.45), threshold=st.floats(0.001, 0.999))
def test_a_verdict_that_a_small_shift_could_flip_is_guarded(p: float, shift: float, threshold: float) -> None:
    odds = np.log(max(p, 1e-9) / max(1 - p, 1e-9)) + shift
    moved = float(1 / (1 + np.exp(-odds)))
    if (p >= threshold) != (moved >= threshold):
        assert near_threshold(moved, [Thresholds(fail_at=1.0, review_from=threshold)])


def test_far_from_a_threshold_nothing_is_repeated() -> None:
    assert not near_threshold(0.1, [Thresholds(fail_at=0.5, review_from=0.3)])
    assert not near_threshold(0.9, [Thresholds(fail_at=0.5)])
    assert near_threshold(0.5, [Thresholds(fail_at=0.9), Thresholds(fail_at=0.5)])


def test_the_tiny_bundle_finds_spots(spots: Classifier) -> None:
    good, bad = spots.predict(np.full((128, 128, 3), 90, np.uint8)), spots.predict(spot(row=2, column=5))
    assert good.p_defective == pytest.approx(0.0025, abs=1e-3)
    assert bad.p_defective == pytest.approx(1.0, abs=1e-3)
    assert bad.heatmap.shape == (8, 8)
    assert divmod(int(bad.heatmap.argmax()), 8) == (2, 5)
    assert not bad.maps.flags.writeable
    assert bad.preprocess_ms > 0
    assert bad.inference_ms > 0


def test_several_threads_each_get_their_own_answer(spots: Classifier) -> None:
    places = [(row, column) for row in range(8) for column in range(8)]
    start = threading.Barrier(4)

    def ask(place: tuple[int, int]) -> tuple[int, int]:
        if place[1] == 0 and place[0] < 4:
            start.wait(timeout=WAIT_S)
        row, column = divmod(int(spots.predict(spot(row=place[0], column=place[1])).heatmap.argmax()), 8)
        return row, column

    order = sorted(places, key=lambda place: (place[1], place[0]))
    with ThreadPoolExecutor(max_workers=4) as pool:
        assert list(pool.map(ask, order)) == order


def test_a_batch_of_any_length_keeps_its_order(spots: Classifier) -> None:
    images = [spot(row=index % 8, column=index // 8) for index in range(19)]
    assert [int(p.heatmap.argmax()) for p in spots.predict_batch(images)] == [8 * (i % 8) + i // 8 for i in range(19)]
    assert spots.predict_batch([]) == []


def test_a_closed_classifier_says_so(spots: Classifier) -> None:
    spots.close()
    spots.close()
    for call in (
        lambda: spots.predict(spot(row=0, column=0)),
        lambda: spots.predict_batch([spot(row=0, column=0)] * 2),
    ):
        with pytest.raises(ClassifierError, match="is closed"):
            call()


def test_what_is_no_picture_is_a_picture_error(spots: Classifier) -> None:
    with pytest.raises(PictureError):
        spots.predict(np.zeros((3, 3), np.float64))


@pytest.mark.parametrize("device", [d for d in ("cuda", "gpu", "npu") if d not in {f.name for f in list_devices()}])
def test_a_device_that_is_not_there_lists_what_is(tmp_path: Path, device: str) -> None:
    bundle = Bundle.load(make_bundle(tmp_path / "spots"))
    with pytest.raises(DeviceError, match=rf"no device “{device}” here; this machine has: cpu \("):
        load_classifier(bundle, device)


@pytest.mark.parametrize(
    ("device", "precision", "message"),
    [
        ("tpu", None, "Name one of auto, cpu, cuda, gpu, npu"),
        ("cpu", "int8", "cannot run this model in int8; possible here: fp32"),
        ("cpu", "fp8", "possible here: fp32"),
    ],
)
def test_an_impossible_choice_is_explained(tmp_path: Path, device: str, precision: str | None, message: str) -> None:
    with pytest.raises(DeviceError, match=message):
        load_classifier(Bundle.load(make_bundle(tmp_path / "spots")), device, precision)


def test_an_int8_graph_runs_as_int8_only(tmp_path: Path) -> None:
    source = Bundle.load(make_bundle(tmp_path / "spots"))
    fields = ManifestFields(
        **{**source.manifest.model_dump(exclude={"files", "seal", "format_version"}), "graph_precision": "int8"}
    )
    files: dict[str, Path | bytes] = {name: source.folder / name for name in ("graph.xml", "graph.bin")}
    bundle = write_bundle(tmp_path / "int8", fields, files)
    assert load_classifier(bundle).identity.precision == "int8"
    with pytest.raises(DeviceError, match="possible here: int8"):
        load_classifier(bundle, "cpu", "fp32")


def test_a_runtime_only_bundle_has_nothing_for_torch(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no weights for torch"):
        load_reference(Bundle.load(make_bundle(tmp_path / "spots")))


def _graph_bundle(folder: Path, *, classes: int, value: float, names: tuple[str, str]) -> Bundle:
    """A bundle whose graph answers with one and the same number."""
    pictures = op.parameter([-1, 3, 64, 64], np.float32)
    count = op.constant(np.full((1, classes, 1, 1), value, np.float32))
    maps = op.multiply(op.reduce_mean(pictures, np.array([1]), keep_dims=True), count)
    flat = op.reduce_max(maps, np.array([2, 3]), keep_dims=False)
    model = ov.Model([flat, maps], [pictures])
    for output, name in zip(model.outputs, names, strict=True):
        output.get_tensor().set_names({name})
    staging = folder / "staging"
    staging.mkdir()
    ov.save_model(model, staging / "graph.xml", compress_to_fp16=False)
    template = Bundle.load(make_bundle(folder / "template")).manifest
    fields = ManifestFields(**template.model_dump(exclude={"files", "seal", "format_version"}))
    files: dict[str, Path | bytes] = {name: staging / name for name in ("graph.xml", "graph.bin")}
    return write_bundle(folder / "made", fields, files)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_an_answer_that_is_no_number_is_an_error_never_a_verdict(tmp_path: Path, value: float) -> None:
    bundle = _graph_bundle(tmp_path, classes=2, value=value, names=("probabilities", "maps"))
    with pytest.raises(ModelChangedError, match="gives answers that are not numbers"):
        load_classifier(bundle, precision="fp32")
    outputs = Outputs(np.array([value, 0.5], np.float32), np.zeros((2, 2, 2), np.float32))
    with pytest.raises(ClassifierError, match="not a finite number"):
        make_prediction(bundle.manifest, spot(row=0, column=0), outputs, preprocess_ms=0.0, inference_ms=0.0)


@pytest.mark.parametrize(
    ("classes", "names", "message"),
    [(3, ("probabilities", "maps"), "the manifest names 2 classes"), (2, ("logits", "maps"), "cannot be used")],
)
def test_a_graph_that_is_not_ours_is_refused(
    tmp_path: Path, classes: int, names: tuple[str, str], message: str
) -> None:
    bundle = _graph_bundle(tmp_path, classes=classes, value=1.0, names=names)
    with pytest.raises(BundleError, match=message):
        load_classifier(bundle)


def test_a_graph_file_that_is_no_graph_is_refused(tmp_path: Path) -> None:
    template = Bundle.load(make_bundle(tmp_path / "template")).manifest
    fields = ManifestFields(**template.model_dump(exclude={"files", "seal", "format_version"}))
    bundle = write_bundle(tmp_path / "made", fields, {"graph.xml": b"<net/>", "graph.bin": b""})
    with pytest.raises(BundleError, match="cannot be used"):
        OpenVinoClassifier(bundle)


def test_inspection_needs_no_torch(tmp_path: Path) -> None:
    folder = make_bundle(tmp_path / "spots")
    code = (
        "import sys, pathlib, numpy\n"
        "from inspector.vision.backends import load_classifier, list_devices\n"
        "from inspector.vision.bundle import Bundle\n"
        "import inspector.vision.overlay, inspector.vision.store, inspector.vision.importer, inspector.vision.weights\n"
        "from inspector.vision import benchmark\n"
        f"classifier = load_classifier(Bundle.load(pathlib.Path({str(folder)!r})), 'cpu')\n"
        "classifier.predict(numpy.zeros((9, 9), numpy.uint8))\n"
        "print(sorted({'torch', 'torchvision', 'pytorch_grad_cam'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
