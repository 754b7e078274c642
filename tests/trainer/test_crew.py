"""Trainings that depend on no other, side by side on real workers of this computer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from inspector.cluster import Cluster, ClusterAddress, ClusterError, connect
from tests.trainer.toy_parts import draw_types, random_weights
from tests.waits import WAIT_S, until
from trainer import crew as module
from trainer import shift
from trainer.candidates import Choice, cross_tested, train_best
from trainer.cli import main
from trainer.compare import compare
from trainer.crew import Crew
from trainer.dataset import Dataset
from trainer.examine import examine
from trainer.fit import CancelledError, FitError
from trainer.frozen import freezer
from trainer.methods import Context, Plan, plan_of, train_plan
from trainer.protocol import Command, Epoch, Failed, Paused, Progress, Report, Result, RunFolder, TrainRequest
from trainer.shared_sample import DifferentError
from trainer.shift import Heard, Unit, ground_of
from trainer.split import split
from trainer.unseen import measure_unseen
from trainer.worker import work

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="workers are killed by POSIX's signals here")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with connect(ClusterAddress.parse("local:2")) as connected:
        connected.check()
        yield connected


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    types = dict.fromkeys(("spot", "hole", "bar"), 10)
    return draw_types(tmp_path_factory.mktemp("pictures"), 24, types, radius=7, dark=10)


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_weights(tmp_path_factory.mktemp("weights"))


def told(command: Command = Command.RUN) -> Command:
    return command


def given(
    pictures: Path, backbone: Path, crew: Crew | None = None, **changes: Any
) -> tuple[Dataset, dict[str, int], Context]:
    values = {
        "data": str(pictures), "out": "x", "weights": str(backbone), "input_size": 64, "epochs": 1, "views": 1, "batch": 8,
        "precision": "float", "seed": 1, "budget_s": 0.01,
    }  # fmt: skip
    request = TrainRequest.model_validate(values | changes)
    whole, _, clusters = value_of(examine(request))
    context = Context(request=request, weights=backbone, command=told, freezer=freezer(request.precision), crew=crew)
    return split(whole, request, clusters), clusters, context


def value_of(reports: Generator[Report, None, Any], seen: list[Report] | None = None) -> Any:
    while True:
        try:
            report = next(reports)
        except StopIteration as end:
            return end.value
        if seen is not None:
            seen.append(report)


def without_seconds(choice: Choice) -> list[str]:
    return [note.rsplit(",", 1)[0] for note in choice.notes]


# --- the same results -------------------------------------------------------------------------------------------------


def test_candidates_side_by_side_come_to_the_same_model(cluster: Cluster, pictures: Path, backbone: Path) -> None:
    dataset, _, alone = given(pictures, backbone)
    first: Choice = value_of(train_best(dataset, alone))
    crew = Crew(cluster, told, None)
    seen: list[Report] = []
    try:
        second: Choice = value_of(train_best(dataset, replace(alone, crew=crew)), seen)
    finally:
        crew.close()
    assert without_seconds(second) == without_seconds(first)
    assert (second.untried, second.effort_for_all_s) == (first.untried, first.effort_for_all_s)
    assert second.trained.plan == first.trained.plan
    weights = [choice.trained.network.state_dict() for choice in (first, second)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert np.array_equal(first.trained.scores, second.trained.scores)
    assert [sample.name for sample in first.trained.judged] == [sample.name for sample in second.trained.judged]
    assert {type(sample).__name__ for sample in second.trained.judged} == {"Sample"}
    shown = np.zeros((1, 64, 64, 3), np.uint8)
    assert np.array_equal(first.trained.frozen.extractor(shown), second.trained.frozen.extractor(shown))
    lanes = {report.lane for report in seen if isinstance(report, Progress)}
    assert any("head" in lane for lane in lanes)
    assert any("layer4" in lane for lane in lanes)


def test_folds_and_types_never_seen_are_the_same_side_by_side(cluster: Cluster, pictures: Path, backbone: Path) -> None:
    dataset, clusters, alone = given(pictures, backbone, method="baseline-svm", folds=3, unseen="yes")
    folds = value_of(cross_tested(dataset, clusters, alone))
    chosen = value_of(train_best(dataset, alone)).trained
    types = value_of(measure_unseen(chosen, dataset, alone))
    crew = Crew(cluster, told, None)
    try:
        beside = replace(alone, crew=crew)
        assert value_of(cross_tested(dataset, clusters, beside)) == folds
        assert value_of(measure_unseen(chosen, dataset, beside)) == types
    finally:
        crew.close()
    assert [each.name for each in types.types] == ["bar", "hole", "spot"]


def test_a_comparison_is_the_same_side_by_side(
    cluster: Cluster, pictures: Path, backbone: Path, tmp_path: Path
) -> None:
    _, _, context = given(pictures, backbone, unseen="no")
    alone = value_of(compare(context.request, ["baseline-svm"], [0, 1]))
    keep = tmp_path / "kept"
    beside = value_of(compare(context.request, ["baseline-svm"], [0, 1], keep=keep, cluster=cluster))
    without = {"methods": {"baseline-svm": {"seconds"}}}
    assert beside.model_dump(exclude=without) == alone.model_dump(exclude=without)
    assert sorted(path.name for path in keep.iterdir()) == ["baseline-svm-0", "baseline-svm-1"]


def test_the_windows_training_has_the_clusters_workers_train(
    cluster: Cluster, pictures: Path, backbone: Path, tmp_path: Path
) -> None:
    _, _, context = given(pictures, backbone, out=str(tmp_path / "svm"), method="baseline-svm", folds=2, unseen="no")
    folder = RunFolder(tmp_path / "run")
    folder.write_request(context.request)
    assert work(folder, lambda _: nullcontext(cluster)) == 0
    reports = folder.reports()
    assert {report.lane for report in reports if isinstance(report, Progress)} > {""}
    assert isinstance(reports[-1], Result)


@pytest.mark.parametrize(
    ("devices", "what"),
    [(1, "nobody answers at tcp://127.0.0.1:1"), (2, "a cluster trains many models, several devices train one")],
)
def test_a_cluster_that_cannot_be_used_is_said_in_the_windows_training(
    devices: int, what: str, pictures: Path, tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.write_request(TrainRequest(data=str(pictures), out=str(tmp_path / "model"), devices=devices))
    command = [sys.executable, "-m", "trainer", "worker", str(folder.path), "--cluster=tcp://127.0.0.1:1"]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 1
    failed = folder.reports()[-1]
    assert isinstance(failed, Failed)
    assert failed.what.startswith(what)
    assert failed.next_step


# --- what breaks, and what is told ------------------------------------------------------------------------------------


def trial(dataset: Dataset, context: Context, plan: Plan, mark: str) -> Generator[Report, None, int]:
    """A training whose first worker goes no further than into its second epoch, until it is killed."""
    first_is_over = False
    for report in train_plan(plan, dataset, context):
        if first_is_over and not Path(mark).exists():
            Path(mark).touch()
            threading.Event().wait(WAIT_S)
        first_is_over |= isinstance(report, Epoch) and report.epoch == 1
        yield report
    return os.getpid()


def waiting(_: Dataset, context: Context, mark: str) -> Generator[Report, None, str]:
    """A training that goes on until it is told something else."""
    Path(mark).write_text("begun")
    yield from context.heed()
    while context.command() in {Command.RUN, Command.PAUSE}:
        yield from context.heed()
        yield Progress(stage="waiting", done=0, total=1)
    return "stopped"


def failing(_: Dataset, __: Context) -> Generator[Report, None, None]:
    yield Progress(stage="failing", done=0, total=1)
    raise FitError("the loss became nan in epoch 1, step 1", "Use a smaller learning rate.")


def unit(pictures: Path, backbone: Path, task: Any, *arguments: Any, **more: Any) -> Unit:
    dataset, _, context = given(pictures, backbone, method="layer4", epochs=3)
    ground = ground_of(context.request, backbone)
    return replace(Unit(words="a training", ground=ground, dataset=dataset, task=task, arguments=arguments), **more)


def test_a_training_whose_worker_is_killed_goes_on_elsewhere_from_its_checkpoint(
    cluster: Cluster, pictures: Path, backbone: Path, tmp_path: Path
) -> None:
    checkpoints = tmp_path / "checkpoints"
    checkpoints.mkdir()
    _, _, context = given(pictures, backbone, method="layer4", epochs=3)
    plan = plan_of(context.request, "layer4")
    crew = Crew(cluster, told, checkpoints)
    epochs: list[int] = []
    try:
        reports = crew.run([unit(pictures, backbone, trial, plan, str(tmp_path / "mark"), tells=True)])
        while True:
            try:
                report = next(reports)
            except StopIteration as end:
                (pid,) = end.value
                break
            if isinstance(report, Epoch):
                epochs.append(report.epoch)
                if report.epoch == 1:
                    busy = [address for address, keys in cluster.client.processing().items() if keys]
                    (victim,) = cluster.client.run(os.getpid, workers=busy).values()
                    until(lambda: list(checkpoints.glob("*.pt")))
                    os.kill(victim, signal.SIGKILL)
    finally:
        crew.close()
    assert pid != victim
    assert epochs == [1, 2, 3]
    assert list(checkpoints.glob("trainer-*.txt")) == []


def test_pause_stop_and_cancel_reach_every_worker(
    cluster: Cluster, pictures: Path, backbone: Path, tmp_path: Path
) -> None:
    marks = [str(tmp_path / name) for name in ("one", "two")]
    wish = [Command.RUN]
    crew = Crew(cluster, lambda: wish[0], None)
    try:
        units = [unit(pictures, backbone, waiting, mark, words=mark, first=True) for mark in marks]
        units.append(unit(pictures, backbone, waiting, str(tmp_path / "three"), words="three"))
        seen: list[Report] = []
        reports = crew.run(units)
        while True:
            try:
                report = next(reports)
            except StopIteration as end:
                values = end.value
                break
            seen.append(report)
            lanes = {each.lane for each in seen if isinstance(each, Progress)}
            if wish[0] is Command.RUN and lanes == set(marks):
                wish[0] = Command.PAUSE
            elif any(isinstance(each, Paused) for each in seen) and wish[0] is Command.PAUSE:
                wish[0] = Command.STOP
        assert values == ["stopped", "stopped", None]  # the third had not begun
        assert [each.paused for each in seen if isinstance(each, Paused)] == [True, False]
        wish[0] = Command.RUN
        again = crew.run(units[:2])
        for report in again:
            if isinstance(report, Progress):
                wish[0] = Command.CANCEL
                break
        with pytest.raises(CancelledError):
            list(again)
    finally:
        crew.close()
    until(lambda: not any(cluster.client.processing().values()))


def test_what_breaks_in_a_training_ends_them_all_with_its_sentence(
    cluster: Cluster, pictures: Path, backbone: Path, tmp_path: Path
) -> None:
    crew = Crew(cluster, told, None)
    try:
        units = [unit(pictures, backbone, failing), unit(pictures, backbone, waiting, str(tmp_path / "m"), words="b")]
        with pytest.raises(FitError, match=r"a training: the loss became nan .+ Use a smaller learning rate\."):
            list(crew.run(units))
        known = units[0]
        other = [replace(sample, sha256="0" * 64) for sample in known.dataset.samples]
        with pytest.raises(DifferentError, match=r"does not see the picture .+ Put the pictures into a folder"):
            list(crew.run([replace(known, dataset=replace(known.dataset, samples=tuple(other)))]))
        missing = replace(known.ground, weights=(tmp_path / "none", "0" * 64))
        with pytest.raises(DifferentError, match=r"does not have the backbone's weights at .+none"):
            list(crew.run([replace(known, ground=missing)]))
        with pytest.raises(DifferentError, match="has a processor of the class"):
            list(crew.run([replace(known, ground=replace(known.ground, processor="Z80"))]))
    finally:
        crew.close()
    until(lambda: not any(cluster.client.processing().values()))


def test_a_worker_that_hears_nothing_ends_its_training(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("trainer.shift.time.monotonic", lambda: now[0])
    worker = SimpleNamespace()
    command = shift._Commands(
        worker, Heard(topic="r", orders="t", number=0, told=Command.RUN, checkpoints=None, probe=None)
    )
    assert command() is Command.RUN
    now[0] = 600.0
    shift.hear("t", Command.PAUSE, dask_worker=worker)
    shift.hear("t", Command.PAUSE, dask_worker=worker)
    assert command() is Command.PAUSE
    now[0] = 1190.0
    shift.hear("another", Command.RUN, dask_worker=worker)
    assert command() is Command.PAUSE
    now[0] = 1201.0
    assert command() is Command.CANCEL


def test_what_a_broken_round_still_says_is_not_the_next_ones() -> None:
    cluster = NoWorkers()
    crew = Crew(cluster, told, None)  # type: ignore[arg-type]
    try:
        assert list(crew.run([])) == []
        (hear_report,) = cluster.heard_by
        late = Progress(stage="training", done=1, total=2).model_dump_json()
        hear_report((0.0, [crew._orders, 1, late]))
        assert list(crew.run([])) == []
    finally:
        crew.close()


class NoWorkers:
    """A cluster without workers."""

    def __init__(self) -> None:
        self.address = ClusterAddress.parse("tcp://127.0.0.1:8786")
        nothing = lambda *_, **__: None  # noqa: E731
        self.heard_by: list[Any] = []
        hear = lambda _, handler: self.heard_by.append(handler)  # noqa: E731
        self.client = SimpleNamespace(subscribe_topic=hear, unsubscribe_topic=nothing, run=nothing)

    def workers(self) -> list[object]:
        return []


def test_no_worker_is_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch, pictures: Path, backbone: Path
) -> None:
    monkeypatch.setattr(module, "NO_WORKER_S", 0.0)
    crew = Crew(NoWorkers(), told, None)  # type: ignore[arg-type]
    try:
        with pytest.raises(ClusterError, match=r"no worker of tcp://127\.0\.0\.1:8786 has been there for 0 s"):
            list(crew.run([unit(pictures, backbone, failing)]))
    finally:
        crew.close()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--cluster", "local:0"], "names no number of workers from 1 to 256"),
        (["--cluster", "local:2", "--devices", "2"], "Ask for one of the two"),
        (["--cluster", "tcp://far.example:8786"], "give certificates"),
    ],
)
def test_a_cluster_that_cannot_be_used_is_refused(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str], pictures: Path, tmp_path: Path
) -> None:
    assert main(["fit", str(pictures), "--out", str(tmp_path / "m"), *options]) == 1
    assert said in capsys.readouterr().err
