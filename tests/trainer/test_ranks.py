"""Trainings of several ranks: real processes, gloo on CPUs, on a toy part."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil
import pytest
import torch
from safetensors.numpy import load_file

from inspector.domain.errors import PictureError
from inspector.vision.bundle import Bundle
from inspector.vision.preprocess import Preprocessing
from inspector.vision.processor import LIMIT
from tests.children import children_with
from tests.trainer.toy_parts import draw_spots, random_weights
from tests.waits import WAIT_S
from trainer import launch
from trainer.augment import STANDARD
from trainer.cache import Plain, pictures_at_once
from trainer.cli import main
from trainer.dataset import Sample, hashed, read_dataset
from trainer.fit import fit
from trainer.fitting import Activations, FitError, FitRun, FitSettings
from trainer.launch import joined
from trainer.loop import train
from trainer.place import Hello, Place, RankError
from trainer.protocol import Command, Epoch, Paused, Report, Result, TrainRequest
from trainer.ranks import Ranks
from trainer.shared_sample import SharedSample
from trainer.together import block_of, fill_by_all

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and gloo's loopback are POSIX's here")


@pytest.fixture(scope="module")
def spots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_spots(tmp_path_factory.mktemp("spots"), 20)


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes are asked for on whatever machine this is."""
    monkeypatch.setattr(launch, "cores", lambda: 2)


def asked(spots: Path, backbone: Path, out: Path, **changes: object) -> TrainRequest:
    values = {
        "data": str(spots), "out": str(out), "weights": str(backbone), "input_size": 64, "method": "layer4",
        "epochs": 2, "views": 2, "batch": 8, "seed": 1, "precision": "float", "unseen": "no",
    }  # fmt: skip
    return TrainRequest.model_validate(values | changes)


def trained(request: TrainRequest, **more: Any) -> tuple[Result, list[Report]]:
    reports = list(train(request, **more))
    assert isinstance(reports[-1], Result)
    return reports[-1], reports


def losses(reports: list[Report]) -> list[tuple[float, float]]:
    return [(each.training_loss, each.validation_loss) for each in reports if isinstance(each, Epoch)]


def weights(folder: Path) -> dict[str, np.ndarray[Any, Any]]:
    return {name: value.astype(np.float64) for name, value in load_file(folder / "weights.safetensors").items()}


def children() -> list[psutil.Process]:
    return children_with("rank")


@pytest.fixture
def in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ranks here and in processes of their own train without bfloat16, whose roundings hide what is compared."""
    monkeypatch.setenv(LIMIT, "AVX512_CORE_VNNI")


# --- the same model ---------------------------------------------------------------------------------------------------


def test_features_of_two_ranks_make_the_very_same_head(spots: Path, backbone: Path, tmp_path: Path) -> None:
    results = {}
    for devices in (1, 2):
        request = asked(spots, backbone, tmp_path / str(devices), method="head", devices=devices)
        results[devices], _ = trained(request)
    files = [Bundle.load(tmp_path / name).manifest.files["weights.safetensors"] for name in ("1", "2")]
    assert files[0] == files[1]
    assert (results[1].test, results[1].threshold) == (results[2].test, results[2].threshold)
    assert children() == []


@pytest.mark.usefixtures("in_float32")
def test_two_ranks_train_what_one_does_up_to_rounding(spots: Path, backbone: Path, tmp_path: Path) -> None:
    told = {"count": 0}

    def pausing() -> Command:  # rank 1 hears of it, and goes on
        told["count"] += 1
        return Command.PAUSE if 12 < told["count"] < 16 else Command.RUN

    # AdamW takes steps of one size, whatever a gradient's: with longer steps these few parts make roundings grow
    request = asked(spots, backbone, tmp_path / "1", mixing="mixup", loss="focal", learning_rate=1e-5)
    _, in_one = trained(request)
    changes = {"out": str(tmp_path / "2"), "devices": 2}
    _, in_two = trained(request.model_copy(update=changes), command=pausing)
    assert [each.paused for each in in_two if isinstance(each, Paused)] == [True, False]
    one, two = np.array(losses(in_one)), np.array(losses(in_two))
    assert two == pytest.approx(one, rel=1e-3)
    first, second = weights(tmp_path / "1"), weights(tmp_path / "2")
    before = {name: value.astype(np.float64) for name, value in load_file(backbone).items()}
    moved = sum(float(np.abs(first[name] - before[name]).sum()) for name in before if name.startswith("layer4"))
    apart = sum(float(np.abs(first[name] - second[name]).sum()) for name in before if name.startswith("layer4"))
    assert apart < 0.3 * moved  # of another batch, or of half of it: about 1


@pytest.mark.usefixtures("in_float32")
@pytest.mark.parametrize(
    ("mixing", "loss"), [("none", "cross-entropy"), ("none", "focal"), ("mixup", "focal"), ("cutmix", "cross-entropy")]
)
def test_the_ranks_gradients_add_up_to_those_of_the_batch(mixing: str, loss: str) -> None:
    rng = np.random.default_rng(3)
    room = rng.normal(size=(11, 2, 4, 6, 6)).astype(np.float16)
    training = Activations(room, np.array([0, 1] * 5 + [0]))
    settings = FitSettings(batch=11, mixing=mixing, loss=loss)

    def gradients(ranks: int) -> tuple[list[torch.Tensor], float]:
        torch.manual_seed(5)
        tail = torch.nn.Sequential(
            torch.nn.Conv2d(4, 3, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(48, 2)
        )
        parameters = list(tail.parameters())
        run = FitRun(tail, [(parameters, 1.0)], training, settings, 7, "cpu")
        (chosen,) = run.order(0)
        value = 0.0
        for rank in range(ranks):
            rows = Ranks.rows(SimpleNamespace(place=Place(rank=rank, size=ranks, local=0, beside=1)), len(chosen))  # type: ignore[arg-type]
            value += run._gradients(chosen, 4, rows)
        return [parameter.grad for parameter in parameters if parameter.grad is not None], value

    (whole, value), (shared, summed) = gradients(1), gradients(3)
    assert summed == pytest.approx(value, rel=1e-5)
    for one, other in zip(whole, shared, strict=True):
        assert torch.allclose(one, other, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("size", [2, 3, 8])
@pytest.mark.parametrize("pictures", [1, 5, 32, 200])
@pytest.mark.parametrize("views", [1, 3, 4, 12])
def test_a_picture_is_computed_beside_the_same_others_as_in_one_process(size: int, pictures: int, views: int) -> None:
    block = block_of(pictures, size, views)
    assert block % pictures_at_once(views) == 0
    assert block <= 16 + pictures_at_once(views)


# --- torchrun ---------------------------------------------------------------------------------------------------------


def torchrun(arguments: list[str], **more: Any) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "trainer"]
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        [*run, *arguments], capture_output=True, text=True, timeout=4 * WAIT_S, env=environment, check=False, **more
    )


def test_torchrun_makes_one_bundle_and_one_answer(spots: Path, backbone: Path, tmp_path: Path) -> None:
    options = "--size 64 --method layer4 --epochs 2 --views 2 --batch 8 --seed 1 --precision float --unseen no --json"
    arguments = ["fit", str(spots), "--out", str(tmp_path / "two"), "--weights", str(backbone), *options.split()]
    done = torchrun(arguments)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["bundle"] == str(tmp_path / "two")
    assert answer["split"] == {"train": 26, "val": 6, "test": 8}
    assert Bundle.load(tmp_path / "two").manifest.training["method"] == "layer4"
    assert "rank 1" not in done.stderr


def test_torchrun_and_devices_are_not_both_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("TORCHELASTIC_RUN_ID", "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
    for name, value in zip(names, ("x", "0", "2", "0", "2"), strict=True):
        monkeypatch.setenv(name, value)
    with pytest.raises(RankError, match="torchrun has started 2 ranks, and 2 devices are asked for too. Say only one"):
        joined(2)


def test_torchrun_is_refused_by_what_would_be_done_twice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "x")
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert main(["inspect-data", "nowhere"]) == 1
    assert (
        "torchrun has started “inspect-data” several times. Only “fit” trains on several ranks."
        in capsys.readouterr().err
    )


# --- what breaks ------------------------------------------------------------------------------------------------------


def until_epoch(reports: Generator[Report, None, Result], epoch: int) -> None:
    for report in reports:
        if isinstance(report, Epoch) and report.epoch == epoch:
            return


def test_a_rank_that_is_killed_ends_the_training_which_goes_on_from_its_checkpoint(
    spots: Path, backbone: Path, tmp_path: Path
) -> None:
    checkpoints = tmp_path / "checkpoints"
    request = asked(spots, backbone, tmp_path / "m", devices=2, epochs=2)
    reports = train(request, checkpoints=checkpoints)
    until_epoch(reports, 1)
    (child,) = children()
    child.kill()
    with pytest.raises(RankError, match=r"rank 1 \(on .+\) has ended by signal 9\. Start the same training again"):
        list(reports)
    assert not (tmp_path / "m").exists()
    assert children() == []
    alone = request.model_copy(update={"devices": 1})  # the number of ranks makes no other training of it
    _, goes_on = trained(alone, checkpoints=checkpoints)
    assert [report.epoch for report in goes_on if isinstance(report, Epoch)] == [2]


PREPROCESSING = Preprocessing(input_size=64)


def filled(ranks: Ranks | None, samples: list[Sample]) -> np.ndarray[Any, Any]:
    room = np.zeros((len(samples), 3, 3, 64, 64), np.float16)
    for _ in fill_by_all(ranks, room, Plain(PREPROCESSING), samples, PREPROCESSING, STANDARD, 3, "features"):
        pass
    return room


def together() -> Ranks:
    ranks = joined(2)
    assert ranks is not None
    return ranks


def test_ranks_share_pictures_and_end_with_rank_0(spots: Path) -> None:
    samples = list(hashed(read_dataset(spots)).samples)
    ranks = together()
    try:
        shared = filled(ranks, samples)
        assert np.array_equal(shared, filled(None, samples))
        assert np.array_equal(filled(ranks, samples[:1]), shared[:1])  # rank 1 has none
        (child,) = children()
    finally:
        ranks.close()
    assert not child.is_running()


def test_a_rank_that_hangs_is_given_up(spots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = list(hashed(read_dataset(spots)).samples)
    monkeypatch.setattr(launch, "LIMIT_S", 20.0)
    ranks = together()
    try:
        filled(ranks, samples)
        (child,) = children()
        child.send_signal(signal.SIGSTOP)
        with pytest.raises(RankError, match=r"another rank of this training has been silent for 20 s"):
            filled(ranks, samples)
    finally:
        ranks.close()
    assert children() == []


def test_what_breaks_in_another_rank_is_said_by_rank_0(spots: Path) -> None:
    """As where a rank sees no shared folder, but something else under the same path."""
    samples = [replace(sample, sha256="0" * 64) for sample in read_dataset(spots).samples]
    ranks = together()
    try:
        said = r"rank 1 \(on .+\) has ended: .+ holds another picture here than .+ Put the pictures into a folder that every"
        with pytest.raises(RankError, match=said):
            filled(ranks, samples)
    finally:
        ranks.close()
    assert children() == []


def test_a_loss_that_is_no_number_ends_that_training_alone(spots: Path) -> None:
    """As of a type that is left out: the model is made, and the ranks go on with the next."""
    samples = list(hashed(read_dataset(spots)).samples)[:4]
    rooms = np.zeros((4, 1, 2, 2, 2), np.float16)
    rooms[0] = np.inf
    activations = Activations(rooms, np.array([0, 1, 0, 1]))
    tail = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(8, 2))
    ranks = together()
    try:
        groups = [(list(tail.parameters()), 1.0)]
        with pytest.raises(FitError, match=r"the loss became (nan|inf) in epoch 1, step 1"):
            list(
                fit(
                    tail, groups, activations, activations, FitSettings(batch=4), seed=0, command=lambda: Command.RUN,
                    ranks=ranks,
                )
            )  # fmt: skip
        assert np.array_equal(filled(ranks, samples), filled(None, samples))
    finally:
        ranks.close()


def test_a_picture_with_another_content_is_refused(spots: Path) -> None:
    path = spots / "good" / "00.png"
    with pytest.raises(PictureError, match="holds another picture here than where the training was started"):
        SharedSample(path, "good/00.png", "good", sha256="0" * 64).picture()
    with pytest.raises(PictureError, match="Put the pictures into a folder that every machine sees"):
        SharedSample(spots / "none.png", "none.png", "good", sha256="0" * 64).picture()


def test_more_processes_than_cores_and_more_devices_than_gpus_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    with pytest.raises(RankError, match="3 processes are asked for on 2 cores; each needs one. Ask for 2 at most"):
        joined(3)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(RankError, match="3 devices are asked for; this machine has 2 of them. Ask for 2"):
        joined(3)
    assert joined(1) is None


def hello(**changes: str) -> Hello:
    same = {"host": "a", "program": "1", "torch": "2", "openvino": "3", "processor": "VNNI", "device": "cpu"}
    return Hello(rank=1, **(same | changes))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"processor": "AVX2"}, "processor is VNNI for rank 0 (on a), and AVX2 for rank 1 (on b)"),
        ({"torch": "9"}, "version of torch is 2 for rank 0 (on a), and 9 for rank 1 (on b)"),
        ({"device": "cuda"}, "kind of device is cpu for rank 0 (on a), and cuda for rank 1 (on b)"),
    ],
)
def test_ranks_that_are_not_alike_are_refused(
    changes: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trainer import ranks

    class Words:
        """What ranks leave for one another."""

        def __init__(self) -> None:
            self.words = {"hello/1": hello(host="b", **changes).model_dump_json()}

        def set(self, key: str, value: str) -> None:
            self.words[key] = value

        def get(self, key: str) -> bytes:
            return self.words[key].encode()

        def check(self, keys: list[str]) -> bool:
            return all(key in self.words for key in keys)

    monkeypatch.setattr(ranks, "hello_of", lambda *_: hello().model_copy(update={"rank": 0}))
    with pytest.raises(RankError) as refused:
        Ranks(Place(rank=0, size=2, local=0, beside=1), Words(), limit_s=5.0)
    assert said in str(refused.value)


def test_what_a_killed_rank_0_has_left_is_removed_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(launch, "trainer_command", lambda: (sys.executable, "-c", "import sys; sys.exit(3)"))
    left, at_work, another = (tmp_path / name for name in ("trainer-ranks-a", "trainer-ranks-b", "trainer-c"))
    for folder in (left, at_work, another):
        folder.mkdir()
        (folder / "store").write_bytes(b"beat")
        os.utime(folder / "store", (0, 0))
        os.utime(folder, (0, 0))
    (at_work / "store").touch()
    with pytest.raises(RankError, match="rank 1 has ended"):
        joined(2)
    assert {path.name for path in tmp_path.iterdir()} == {at_work.name, another.name}


def test_a_rank_that_never_comes_is_not_waited_for_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "trainer_command", lambda: (sys.executable, "-c", "import sys; sys.exit(3)"))
    with pytest.raises(RankError, match="rank 1 has ended with exit code 3"):
        joined(2)
