"""The gradient methods on a toy part: a bright spot is a defect."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch

from inspector.domain.errors import BundleError
from inspector.domain.picture_range import PictureRange
from inspector.vision.bundle import Bundle
from inspector.vision.network import InspectionNetwork
from inspector.vision.scores import ScorePart, read_scores
from inspector.vision.weights import save_weights
from tests.trainer.toy_parts import draw_spots, random_weights
from trainer.augment import NONE, PRESETS, STANDARD, views
from trainer.cache import ResourceError, activations
from trainer.fit import CancelledError, FitError
from trainer.loop import train
from trainer.networks import CNN, GRADIENTS
from trainer.protocol import Candidate, Command, Epoch, Failed, Paused, Result, RunFolder, Started, TrainRequest
from trainer.worker import work


@pytest.fixture(scope="module")
def spots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_spots(tmp_path_factory.mktemp("spots"), 20)


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_weights(tmp_path_factory.mktemp("weights"))


def request(spots: Path, backbone: Path, out: Path, **changes: object) -> TrainRequest:
    values = {
        "data": str(spots), "out": str(out), "weights": str(backbone), "input_size": 64, "method": "layer4",
        "epochs": 2, "views": 2, "batch": 8, "seed": 1, "precision": "float",
    }  # fmt: skip
    return TrainRequest.model_validate(values | changes)


def run(asked: TrainRequest, **more: object) -> tuple[Result, list[object]]:
    reports = list(train(asked, **more))  # type: ignore[arg-type]
    assert isinstance(reports[-1], Result)
    return reports[-1], list(reports)


@pytest.mark.parametrize(
    ("method", "changes"),
    [
        ("layer4", {"pooling": "mix", "mixing": "mixup", "loss": "focal"}),
        ("deeper", {"unfreeze": "all", "mixing": "cutmix", "epochs": 1, "views": 1}),
        ("deeper", {"epochs": 1, "views": 1}),
        ("head", {"pooling": "mix", "epochs": 2}),
        ("head", {}),
        ("baseline-svm", {}),
        ("baseline-cnn", {}),
    ],
)
def test_every_method_makes_a_bundle_that_judges(
    spots: Path, backbone: Path, tmp_path: Path, method: str, changes: dict[str, object]
) -> None:
    result, _ = run(request(spots, backbone, tmp_path / "m", method=method, **changes))
    manifest = Bundle.load(tmp_path / "m").manifest
    usual = "generalised-mean" if method == "head" else "average"
    assert manifest.pooling == changes.get("pooling", usual)
    trunk = "resnet50-layer3" if changes else "resnet50-layer2+3"
    assert manifest.backbone == {"head": trunk, "baseline-svm": GRADIENTS, "baseline-cnn": CNN}.get(method, "resnet50")
    assert (result.method, result.test.pictures) == (method, 8)
    assert manifest.pictures == PictureRange(width_px=(72, 72), height_px=(72, 72), bits=(8,), coloured=(False,))
    page = (tmp_path / "m" / "report" / "report.html").read_text(encoding="utf-8")
    assert "<html" in page
    assert 'src="http' not in page
    split = (tmp_path / "m" / "report" / "split.csv").read_text()
    assert sum(",test," in row for row in split.splitlines()) == 8
    scores = read_scores(tmp_path / "m")
    tested = [one for one in scores if one.part is ScorePart.TEST]
    assert len(tested) == 8
    assert {f"{one.path},{one.label}" for one in tested} == {
        ",".join(row.split(",")[:2]) for row in split.splitlines() if ",test," in row
    }
    chosen_by = [one for one in scores if one.part is ScorePart.VALIDATION]
    remembers = manifest.memory is not None
    assert {one.strangeness is not None for one in scores} == {remembers}
    learnt_from = method == "baseline-svm" or (
        method == "head" and not changes
    )  # in the end, so the scores are those from before
    assert {one.how for one in chosen_by} == ({"out of fold"} if learnt_from else {tested[0].how})
    assert all(one.path not in {other.path for other in tested} for one in chosen_by)
    listed = tmp_path / "m" / "report" / "suspects.csv"
    assert (result.labels is None) == (not listed.exists()) == method.startswith("baseline")
    if result.labels is not None:
        assert result.labels.pictures == 40
        rows = list(csv.DictReader(listed.read_text().splitlines()))
        assert {row["path"] for row in rows} == {f"{kind}/{n:02}.png" for kind in ("good", "spot") for n in range(20)}
        assert {bool(row["strangeness"]) for row in rows} == {
            method != "deeper" or row["label"] == "good" for row in rows
        }
    escaped = [one for one in tested if one.defective and one.p_defective < manifest.thresholds.fail_at]
    assert len(escaped) == result.test.confusion.defective_passed


def test_the_two_layer_network_learns_the_spot(spots: Path, backbone: Path, tmp_path: Path) -> None:
    asked = request(spots, backbone, tmp_path / "m", method="baseline-cnn", epochs=30, views=4, learning_rate=0.01)
    result, reports = run(asked)
    epochs = [one for one in reports if isinstance(one, Epoch)]
    assert min(one.validation_loss for one in epochs) < 0.5 * epochs[0].validation_loss
    assert result.test.auroc == pytest.approx(1.0, abs=0.15)


def test_the_same_seed_gives_the_same_bundle_also_when_killed_and_resumed(
    spots: Path, backbone: Path, tmp_path: Path
) -> None:
    asked = request(spots, backbone, tmp_path / "whole", epochs=3, precision="auto")
    whole, in_one_go = run(asked)
    checkpoints = tmp_path / "checkpoints"
    killed = train(asked.model_copy(update={"out": str(tmp_path / "resumed")}), checkpoints=checkpoints)
    for report in killed:
        if isinstance(report, Epoch) and report.epoch == 2:
            break
    killed.close()
    assert not (tmp_path / "resumed").exists()
    resumed, reports = run(asked.model_copy(update={"out": str(tmp_path / "resumed")}), checkpoints=checkpoints)
    # where the gate refuses this processor's int8, the same is trained again in float: three more epochs in both
    epochs = [[report.epoch for report in part if isinstance(report, Epoch)] for part in (in_one_go, reports)]
    assert epochs[0][:3] == [1, 2, 3]
    assert epochs[1] == epochs[0][1:]
    files = [Bundle.load(tmp_path / name).manifest.files["weights.safetensors"] for name in ("whole", "resumed")]
    assert files[0] == files[1]
    assert (resumed.test, resumed.threshold) == (whole.test, whole.threshold)


def test_what_was_tried_is_not_trained_again_with_another_budget(spots: Path, backbone: Path, tmp_path: Path) -> None:
    checkpoints = tmp_path / "checkpoints"
    asked = request(spots, backbone, tmp_path / "first", epochs=2)
    first, before = run(asked, checkpoints=checkpoints)
    split = str(tmp_path / "first" / "report" / "split.csv")
    changes = {"out": str(tmp_path / "second"), "budget_s": 1e6, "unseen": "no", "split": split}
    second, reports = run(asked.model_copy(update=changes), checkpoints=checkpoints)
    assert any(isinstance(report, Epoch) for report in before)
    assert not any(isinstance(report, Epoch) for report in reports)
    files = [Bundle.load(tmp_path / name).manifest.files["weights.safetensors"] for name in ("first", "second")]
    assert files[0] == files[1]
    assert (second.test, second.threshold) == (first.test, first.threshold)
    for state in checkpoints.glob("*.pt"):
        assert torch.load(state, weights_only=True)["optimiser"] == {}  # the best alone, a fifth as large


def test_auto_tries_what_matters_and_says_what_it_did_not_try(
    spots: Path, backbone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.good_only.MOST_FEW", 19)  # the 20 defects are not few
    asked = request(spots, backbone, tmp_path / "m", method="auto", input_size=None, epochs=1, views=1, budget_s=0.01)
    result, reports = run(asked)
    tried = [one for one in reports if isinstance(one, Candidate)]
    settings = [one.words for one in tried if "C = " not in one.words]
    assert settings == [
        "head, 224 px, generalised-mean pooling", "few (memory and head), 224 px", "layer4, 224 px, average pooling",
    ]  # fmt: skip
    page = json.loads((tmp_path / "m" / "report" / "metrics.json").read_text())
    assert "The pictures have 72 pixels on their longer side: larger inputs show no more." in page["comparison"]
    mix, calm = result.untried
    assert mix == "layer4, 224 px, mix pooling, augmentation 1"
    assert calm == "layer4, 224 px, average pooling, augmentation 0.5"
    assert f"Not tried, as a budget of 0 s of work does not reach so far: {mix}; {calm}" in page["comparison"][-1]
    assert any(note.startswith(f"Chosen by the validation loss: {result.method}") for note in page["comparison"])


def after(epochs: int, then: Command) -> Callable[[], Command]:
    asked = {"count": 0}

    def command() -> Command:
        asked["count"] += 1
        return then if asked["count"] > epochs else Command.RUN

    return command


def test_stop_keeps_the_best_and_cancel_leaves_nothing(spots: Path, backbone: Path, tmp_path: Path) -> None:
    asked = request(spots, backbone, tmp_path / "m", epochs=50, patience=50)
    stopping = train(asked, command=lambda: Command.STOP)
    reports = list(stopping)
    assert len([one for one in reports if isinstance(one, Epoch)]) == 1
    assert isinstance(reports[-1], Result)
    with pytest.raises(CancelledError):
        list(train(request(spots, backbone, tmp_path / "n"), command=after(9, Command.CANCEL)))
    assert [one.name for one in tmp_path.iterdir()] == ["m"]


def test_a_loss_that_is_no_number_is_an_error_and_leaves_nothing(spots: Path, backbone: Path, tmp_path: Path) -> None:
    network = InspectionNetwork(2)
    with torch.no_grad():
        network.get_parameter("layer4.0.conv1.weight").fill_(3e38)
    save_weights(network, tmp_path / "bad.safetensors")
    with pytest.raises(FitError, match=r"the loss became (nan|inf)"):
        list(train(request(spots, tmp_path / "bad.safetensors", tmp_path / "m")))
    assert not (tmp_path / "m").exists()


def test_a_graph_that_judges_otherwise_is_not_written(
    spots: Path, backbone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trainer import gate

    honest = gate._as_trained
    monkeypatch.setattr(gate, "_as_trained", lambda *a: (1 - honest(*a)[0], *honest(*a)[1:]))
    with pytest.raises(
        BundleError, match=r"the exported graph does not judge .*: it (judges otherwise|differs .* 0.05) on .*png"
    ):
        list(train(request(spots, backbone, tmp_path / "m", method="baseline-svm")))
    assert not (tmp_path / "m").exists()


def test_folds_test_every_picture_once(spots: Path, backbone: Path, tmp_path: Path) -> None:
    result, _ = run(request(spots, backbone, tmp_path / "m", method="baseline-svm", folds=4))
    assert result.folds is not None
    assert result.folds.pictures == 40
    assert result.folds.confusion.matrix.total.inspected == 40


def test_too_little_disk_is_said_with_the_amounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from trainer import cache

    monkeypatch.setattr(cache, "IN_MEMORY_BYTES", 0)
    with activations("layer3", 64, 2, 1, tmp_path) as room:
        assert isinstance(room, np.memmap)
        assert room.shape == (2, 1, 1024, 4, 4)
        del room
    assert list(tmp_path.iterdir()) == []
    with (
        pytest.raises(ResourceError, match=r"take [0-9.]+ GB; .* has [0-9.]+ GB free"),
        activations("layer3", 1024, 50_000_000, 8, tmp_path),
    ):
        pass


def test_the_worker_steps_back_behind_the_line() -> None:
    program = "import psutil; from trainer.worker import step_back; step_back(); print(psutil.Process().nice())"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert int(found) == (psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else 15)


@pytest.mark.skipif(sys.platform == "win32", reason="niceness is POSIX's")
def test_a_worker_that_stands_further_back_stays_there() -> None:
    program = "import os; from trainer.worker import step_back; os.nice(19); step_back(); print(os.nice(0))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert int(told) == 19


def test_a_run_folder_is_worked_through(spots: Path, backbone: Path, tmp_path: Path) -> None:
    before = psutil.Process().nice()
    folder = RunFolder(tmp_path / "run")
    folder.write_request(request(spots, backbone, tmp_path / "m", method="baseline-svm"))
    assert work(folder) == 0
    reports = folder.reports()
    assert isinstance(reports[0], Started)
    assert isinstance(reports[-1], Result)
    assert work(folder) == 1
    failed = folder.reports()[-1]
    assert isinstance(failed, Failed)
    assert "exists already" in failed.what
    folder.write_request(request(spots, backbone, tmp_path / "n"))
    folder.tell(Command.CANCEL)
    assert work(folder) == 1
    assert isinstance(failed := folder.reports()[-1], Failed)
    assert failed.cancelled
    assert psutil.Process().nice() == before


def test_views_are_the_plain_picture_and_others_by_the_seed_alone() -> None:
    from inspector.vision.preprocess import Preprocessing, fit

    image = np.random.default_rng(5).integers(0, 255, (90, 120, 3), dtype=np.uint8)
    plain = Preprocessing(input_size=64)
    first = views(image, plain, STANDARD, 4, np.random.default_rng(1))
    again = views(image, plain, STANDARD, 4, np.random.default_rng(1))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first[0], fit(image, plain))
    grey = first.astype(float)
    assert all(np.abs(grey[0] - one).mean() > 1 for one in grey[1:])
    still = views(image, plain, NONE, 2, np.random.default_rng(1)).astype(float)
    assert np.abs(still[0] - still[1])[4:-4, 4:-4].mean() < 12  # only sampled twice
    assert not PRESETS["orientation-matters"].mirror
    assert PRESETS["standard"].scaled(0) == NONE


def test_colours_change_about_grey_and_about_the_mean_and_noise_is_as_strong_as_asked() -> None:
    from inspector.vision.preprocess import Preprocessing

    plain = Preprocessing(input_size=64)
    image = np.zeros((64, 64, 3), np.uint8)
    image[:] = (60, 120, 180)
    image[:, 32:] = (100, 120, 140)
    for kind in ("saturation", "contrast", "brightness"):
        only = replace(NONE, **{kind: 0.2})  # type: ignore[arg-type]
        seen = views(image, plain, only, 6, np.random.default_rng(3)).astype(float)[1:, 8:-8]
        left, right = seen[:, :, 8:24].mean((1, 2)), seen[:, :, -24:-8].mean((1, 2))  # away from the edge
        spread, middle = left[:, 2] - left[:, 0], (left + right).mean(1) / 2
        assert np.ptp(middle) > 20 if kind == "brightness" else np.abs(middle - 120).max() < 1.5
        assert np.abs(spread - 120).max() < 3 if kind == "brightness" else np.ptp(spread) > 12
        # green is grey here: contrast leaves it, too
        assert kind == "brightness" or np.abs(left[:, 1] - 120).max() < 1.5
    noisy = views(image, plain, replace(NONE, noise=0.05), 30, np.random.default_rng(3)).astype(float)[1:, 8:-8, 8:24]
    deviations = noisy.std((1, 2)).mean(1)
    assert 0.0 <= deviations.min() < 1.0  # most views have none
    assert 4 < deviations.max() < 0.05 * 255 * 1.1


def test_a_map_of_a_letterboxed_picture_is_laid_over_the_picture() -> None:
    from inspector.vision.preprocess import Preprocessing, ResizePolicy, input_box
    from trainer.judge import on_picture

    plain = Preprocessing(input_size=64, resize_policy=ResizePolicy.LETTERBOX)
    raw = np.zeros((8, 8), np.float32)
    raw[4, 1] = 5.0  # in the middle of the height, at the left
    placed = on_picture(raw, (100, 200, 3), input_box(200, 100, plain))
    assert placed.shape == (64, 128)
    row, column = np.unravel_index(int(placed.argmax()), placed.shape)
    assert placed.max() == pytest.approx(5.0, rel=0.1)
    assert column / 128 == pytest.approx(1.5 / 8, abs=0.05)
    assert row / 64 == pytest.approx(0.5 + 2 * 0.5 / 8, abs=0.08)


def test_a_training_waits_while_it_is_paused(spots: Path, backbone: Path, tmp_path: Path) -> None:
    told = iter([Command.RUN, Command.PAUSE, Command.PAUSE, Command.RUN])
    asked = request(spots, backbone, tmp_path / "m", method="baseline-svm")
    paused = [one.paused for one in train(asked, command=lambda: next(told, Command.RUN)) if isinstance(one, Paused)]
    assert paused == [True, False]
