"""The trainer: real models from real pictures, and the test part chooses nothing."""

from __future__ import annotations

import hashlib
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from inspector.domain.errors import BundleError
from inspector.vision.backends import load_classifier
from inspector.vision.bundle import Bundle
from trainer.cli import main
from trainer.dataset import TEST, Dataset, DatasetError, hashed, read_dataset
from trainer.loop import train
from trainer.protocol import Finding, Progress, Result, TrainRequest
from trainer.split import split
from trainer.weights import imagenet_weights


@pytest.fixture(scope="module")
def few(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few real pictures of MVTec AD bottle, small, as good/ and defective/."""
    out = tmp_path_factory.mktemp("few")
    source = test_data / "bottle" / "test"
    kinds = {"good": "good", "broken_large": "defective", "contamination": "defective"}
    for kind, label in kinds.items():
        (out / label).mkdir(exist_ok=True)
        for path in sorted((source / kind).glob("*.png"))[: 16 if kind == "good" else 8]:
            image = cv2.resize(cv2.imread(str(path)), (160, 160), interpolation=cv2.INTER_AREA)
            cv2.imwrite(str(out / label / f"{kind}-{path.name}"), image)
    return out


def asked(**values: object) -> TrainRequest:
    """A request for the quickest method."""
    return TrainRequest.model_validate({"data": "d", "out": "o", "method": "head", "input_size": 96} | values)


def fit(few: Path, weights: Path, out: Path, **changes: object) -> Result:
    values = {"data": str(few), "out": str(out), "weights": str(weights), "seed": 3, "input_size": 96, "method": "head"}
    *_, last = train(TrainRequest.model_validate(values | changes))
    assert isinstance(last, Result)
    return last


@pytest.fixture(scope="module")
def fitted(few: Path, imagenet_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    out = tmp_path_factory.mktemp("models") / "few"
    return fit(few, imagenet_weights, out), out


def test_the_bundle_judges_as_its_report_says(fitted: tuple[Result, Path], few: Path) -> None:
    from inspector.pictures import read_picture

    result, out = fitted
    bundle = Bundle.load(out)
    report = json.loads((out / "report" / "metrics.json").read_text())
    assert bundle.manifest.thresholds.fail_at == pytest.approx(result.threshold, abs=1e-6)
    assert bundle.manifest.metrics["test"] == report["test"] == result.test.model_dump(mode="json")
    rows = [row.split(",") for row in (out / "report" / "split.csv").read_text().splitlines()]
    part = rows[0].index("split")
    tested = [row for row in rows[1:] if row[part] == "test"]
    classifier = load_classifier(bundle)
    said = [classifier.predict(read_picture(few / row[0])).p_defective >= result.threshold for row in tested]
    classifier.close()
    right = sum(verdict == (row[1] == "defective") for verdict, row in zip(said, tested, strict=True))
    assert right / len(tested) == pytest.approx(result.test.accuracy)


def test_it_learns_something(fitted: tuple[Result, Path]) -> None:
    auroc = fitted[0].test.auroc
    assert auroc is not None
    assert auroc >= 0.7


def test_the_same_seed_gives_the_same_model_and_another_split_with_another(
    fitted: tuple[Result, Path], few: Path, imagenet_weights: Path, tmp_path: Path
) -> None:
    again = fit(few, imagenet_weights, tmp_path / "again")
    weights = [Bundle.load(one).manifest.files["weights.safetensors"] for one in (fitted[1], tmp_path / "again")]
    assert weights[0] == weights[1]
    assert again.threshold == fitted[0].threshold
    parts = [split(hashed(read_dataset(few)), asked(seed=seed)).of(TEST) for seed in (3, 4)]
    assert {one.name for one in parts[0]} != {one.name for one in parts[1]}


def poison(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn the labels of the test part round, as soon as the split is made."""
    from trainer import loop

    def poisoned(*arguments: object) -> Dataset:
        honest = split(*arguments)  # type: ignore[arg-type]
        turned = (
            replace(s, defect="good" if s.defective else "defective") if s.part == TEST else s for s in honest.samples
        )
        return replace(honest, samples=tuple(turned))

    monkeypatch.setattr(loop, "split", poisoned)


def test_poisoned_test_labels_change_neither_weights_nor_threshold(
    fitted: tuple[Result, Path], few: Path, imagenet_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison(monkeypatch)
    found = fit(few, imagenet_weights, tmp_path / "poisoned")
    bundle = Bundle.load(tmp_path / "poisoned")
    assert bundle.manifest.files["weights.safetensors"] == Bundle.load(fitted[1]).manifest.files["weights.safetensors"]
    assert found.threshold == fitted[0].threshold
    assert fitted[0].test.accuracy is not None
    assert found.test.accuracy == pytest.approx(1 - fitted[0].test.accuracy)


def test_leaving_the_generator_leaves_nothing(few: Path, imagenet_weights: Path, tmp_path: Path) -> None:
    request = TrainRequest(
        data=str(few), out=str(tmp_path / "m"), weights=str(imagenet_weights), input_size=96, method="head"
    )
    reports = train(request)
    while not (isinstance(report := next(reports), Progress) and report.stage.startswith("features")):
        pass
    reports.close()
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_is_not_overwritten_unless_asked(
    fitted: tuple[Result, Path], few: Path, imagenet_weights: Path
) -> None:
    before = Bundle.load(fitted[1]).sha256
    with pytest.raises(BundleError, match="exists already"):
        fit(few, imagenet_weights, fitted[1])
    assert Bundle.load(fitted[1]).sha256 == before


def test_folders_that_cannot_be_trained_on_are_explained(tmp_path: Path, few: Path) -> None:
    with pytest.raises(DatasetError, match=r"^s3://bucket/parts is an address.*\. Copy the pictures into a folder"):
        read_dataset(Path("s3://bucket/parts"))
    with pytest.raises(DatasetError, match="neither a folder nor a manifest"):
        read_dataset(tmp_path / "none")
    with pytest.raises(DatasetError, match="no folder with pictures is called good"):
        read_dataset(tmp_path)
    shutil.copytree(few / "good", tmp_path / "good")
    with pytest.raises(DatasetError, match="16 good and 0 defective"):
        read_dataset(tmp_path)


def test_a_broken_picture_is_named_and_left_out(few: Path, imagenet_weights: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(few, data)
    (data / "good" / "broken.png").write_bytes(b"")
    reports = list(train(asked(data=str(data), out=str(tmp_path / "m"), weights=str(imagenet_weights))))
    findings = [one for one in reports if isinstance(one, Finding) and one.code == "unreadable"]
    assert [one.files for one in findings] == [["good/broken.png"]]
    assert "broken.png" not in (tmp_path / "m" / "report" / "split.csv").read_text()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    root = tmp_path / "served"
    root.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(root))  # type: ignore[arg-type]

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name there
            """Say nothing."""

    found = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{found.server_port}", root
    found.shutdown()
    thread.join()
    found.server_close()


def download(url: str, cache: Path) -> tuple[Path, list[int]]:
    reports = imagenet_weights(url, cache)
    seen: list[int] = []
    while True:
        try:
            report = next(reports)
        except StopIteration as end:
            return end.value, seen
        assert isinstance(report, Progress)
        seen.append(report.done)


def test_weights_are_downloaded_once_with_progress_and_checksum(server: tuple[str, Path], tmp_path: Path) -> None:
    content = np.random.default_rng(0).bytes(3_000_000)
    name = f"net-{hashlib.sha256(content).hexdigest()[:8]}.pth"
    (server[1] / name).write_bytes(content)
    path, seen = download(f"{server[0]}/{name}", tmp_path / "cache")
    assert path.read_bytes() == content
    assert seen == [1 << 20, 2 << 20, 3_000_000]
    (server[1] / name).unlink()
    assert download(f"{server[0]}/{name}", tmp_path / "cache") == (path, [])


def test_weights_that_are_not_what_they_should_be_are_not_kept(server: tuple[str, Path], tmp_path: Path) -> None:
    (server[1] / "net-00000000.pth").write_bytes(b"something else")
    with pytest.raises(BundleError, match="does not begin with 00000000"):
        download(f"{server[0]}/net-00000000.pth", tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_offline_the_error_says_which_file_to_get_and_how_to_give_it(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="takes no connection") as caught:
        download("http://127.0.0.1:9/net-12345678.pth", tmp_path / "cache")
    assert "Download net-12345678.pth from 127.0.0.1:9 on a computer that has access" in str(caught.value)
    assert "give it as the file of weights" in str(caught.value)
    assert list((tmp_path / "cache").iterdir()) == []


def test_the_command_prints_one_json_object(
    few: Path, imagenet_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "m"
    command = [
        "fit",
        str(few),
        "--out",
        str(out),
        "--weights",
        str(imagenet_weights),
        "--size",
        "64",
        "--method",
        "head",
        "--json",
    ]
    assert main(command) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["bundle"] == str(out)
    assert set(found) >= {"accuracy", "precision", "recall", "f1", "auroc", "confusion", "threshold", "split", "stages"}
    assert main(["evaluate", str(out), str(few), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pictures"] == 32
    assert main(["fit", str(few), "--out", str(out), "--weights", str(tmp_path / "none.npz"), "--json"]) == 1
    assert "exists already" in json.loads(capsys.readouterr().out)["error"]["what"]
