"""Batches on workers of a cluster: what came of them, and what becomes of them when workers die."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import threading
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from distributed import Client, LocalCluster

from inspector.batch.judge import Job
from inspector.batch.listing import list_pictures
from inspector.batch.record import RunRecord
from inspector.batch.remote import SentModel, judge_piece
from inspector.batch.rows import HEADER
from inspector.batch.run import BatchOrder, run_batch
from inspector.batch.spread import ClusterJudge
from inspector.cluster import Cluster, ClusterAddress, ClusterError, connect
from inspector.cluster.library import dask
from inspector.domain.config import QualityLimits
from inspector.domain.errors import ModelChangedError
from inspector.domain.records import Thresholds
from inspector.pictures import write_picture
from inspector.vision.backends import load_classifier
from inspector.vision.bundle import Bundle
from tests.batch import cluster_work
from tests.bundles import make_bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.batch.listing import Listing
    from inspector.batch.remote import JudgedPiece
    from inspector.batch.rows import Row
    from inspector.vision.classifier import Classifier

    Work = Callable[[SentModel, Job, Sequence[tuple[str, str]]], JudgedPiece]

POINTS = Thresholds(fail_at=0.5)


def loaded(model: Path) -> Classifier:
    return load_classifier(Bundle.load(model), device="cpu", precision="fp32", thresholds=(POINTS,))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("models") / "spots")


@pytest.fixture(scope="module")
def classifier(model: Path) -> Iterator[Classifier]:
    classifier = loaded(model)
    yield classifier
    classifier.close()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Two worker processes."""
    with connect(ClusterAddress.parse("local:2")) as cluster:
        yield cluster


@pytest.fixture
def listing(tmp_path: Path) -> Listing:
    """Files that only workers of tests read."""
    folder = tmp_path / "parts"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number}.png").write_bytes(b"picture")
    (folder / cluster_work.POISON).write_bytes(b"picture")
    return list_pictures(folder)


def judged(
    cluster: Cluster,
    model: Path,
    classifier: Classifier,
    listing: Listing,
    work: Work,
    *,
    stop: threading.Event | None = None,
) -> dict[int, Row | None]:
    """Judge a listing; each file must come once."""
    judge = ClusterJudge(cluster, model, work=work)
    job = Job(folder=listing.folder, thresholds=POINTS)
    rows: dict[int, Row | None] = {}
    for some in judge.judge(listing, range(len(listing)), job, classifier, stop=stop or threading.Event()):
        for index, row in some:
            assert index not in rows
            rows[index] = row
    return rows


def lines_of(out: Path) -> list[list[str]]:
    """Return the results, but for the time of a change, which is not sure of files as new as these."""
    rows = list(csv.reader((out / "results.csv").read_text(encoding="utf-8").splitlines()))
    changed = HEADER.index("ctime_ns")
    return [[*row[:changed], *row[changed + 1 :]] for row in rows]


def test_the_results_are_those_of_one_machine(
    cluster: Cluster, model: Path, classifier: Classifier, tmp_path: Path
) -> None:
    pictures = tmp_path / "parts"
    rng = np.random.default_rng(3)
    for number in range(20):
        write_picture(pictures / "some" / f"{number}.png", rng.integers(0, 255, (96, 96, 3), np.uint8))
    (pictures / "x.png").write_bytes(b"no picture")
    order = BatchOrder(
        record=RunRecord(folder=str(pictures), recursive=True, model="spots", started=datetime.now(UTC), who="sam"),
        pictures=pictures,
        labels_file=None,
        out=tmp_path / "here",
        model_folder=model,
        trained_on="",
        input_size=64,
        thresholds=POINTS,
        quality=QualityLimits(),
        overlays=True,
    )
    there = replace(order, out=tmp_path / "there")
    for wanted, judge in ((order, None), (there, ClusterJudge(cluster, model))):
        for _ in run_batch(wanted, lambda: loaded(model), stop=threading.Event(), cluster=judge):
            pass
    assert lines_of(there.out) == lines_of(order.out)
    drawn = sorted(path.relative_to(order.out) for path in order.out.rglob("*.jpg"))
    assert len(drawn) == 20
    assert drawn == sorted(path.relative_to(there.out) for path in there.out.rglob("*.jpg"))
    assert all((there.out / path).read_bytes() == (order.out / path).read_bytes() for path in drawn)


def test_a_worker_that_dies_loses_no_file_and_doubles_none(
    cluster: Cluster, model: Path, classifier: Classifier, listing: Listing
) -> None:
    rows = judged(cluster, model, classifier, listing, cluster_work.dies_once)
    assert Path(str(listing.folder), cluster_work.DIED).exists()
    assert sorted(rows) == list(range(41))
    assert {row.reason for row in rows.values() if row is not None} == {"judged by a worker"}


@pytest.mark.slow
def test_a_picture_that_kills_workers_is_an_error_alone(
    cluster: Cluster, model: Path, classifier: Classifier, listing: Listing
) -> None:
    rows = judged(cluster, model, classifier, listing, cluster_work.dies_of_poison)
    reasons = {listing.key(index): row.reason for index, row in rows.items() if row is not None}
    assert len(reasons) == 41
    assert "every process that judged it ended at once" in reasons.pop(cluster_work.POISON)
    assert set(reasons.values()) == {"judged by a worker"}


@pytest.mark.slow
def test_workers_that_die_of_the_model_end_the_batch(
    cluster: Cluster, model: Path, classifier: Classifier, listing: Listing
) -> None:
    with pytest.raises(ClusterError, match="every worker that loads the model ends at once"):
        judged(cluster, model, classifier, replace(listing, names=listing.names[:1]), cluster_work.always_dies)


@pytest.mark.parametrize(
    ("work", "error", "why"),
    [
        (cluster_work.sees_nothing, ClusterError, "the worker hall-3 does not see the pictures in"),
        (cluster_work.cannot_judge, ClusterError, "no such device here. Take another."),
        (cluster_work.has_changed, ModelChangedError, "the model says other things"),
    ],
)
def test_a_worker_that_cannot_judge_ends_the_batch_in_words(
    cluster: Cluster,
    model: Path,
    classifier: Classifier,
    listing: Listing,
    work: Work,
    error: type[Exception],
    why: str,
) -> None:
    with pytest.raises(error, match=why):
        judged(cluster, model, classifier, listing, work)


def test_it_ends_when_asked(cluster: Cluster, model: Path, classifier: Classifier, listing: Listing) -> None:
    stop = threading.Event()
    stop.set()
    assert judged(cluster, model, classifier, listing, cluster_work.judged, stop=stop) == {}


@pytest.fixture
def lonely() -> Iterator[tuple[LocalCluster, Cluster]]:
    """A cluster whose one worker can be taken away."""
    dask()
    with (
        LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=False,
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        ) as started,
        Client(started, set_as_default=False) as client,
    ):
        yield started, Cluster(ClusterAddress.parse("tcp://127.0.0.1:1"), client)


def test_without_workers_it_waits_and_then_ends(
    lonely: tuple[LocalCluster, Cluster], model: Path, classifier: Classifier, listing: Listing
) -> None:
    started, cluster = lonely
    many = replace(
        listing, names=tuple(f"{number}.png" for number in range(5000))
    )  # more than it does until it is gone
    judge = ClusterJudge(cluster, model, gone_s=0.5, work=cluster_work.judged)
    job = Job(folder=many.folder, thresholds=POINTS)
    rows: list[int] = []
    waited = set()

    def run() -> None:
        for some in judge.judge(many, range(len(many)), job, classifier, stop=threading.Event()):
            if some and not rows:
                started.scale(0)
            rows.extend(index for index, _ in some)
            waited.add(judge.waiting.partition(" until ")[0])

    with pytest.raises(ClusterError, match="no worker answers any more; the rows so far are there"):
        run()
    assert waited == {"", "no worker answers; waiting for one"}
    assert 0 < len(rows) < len(many)
    assert len(set(rows)) == len(rows)


class Plant:
    """A scheduler and a worker of it as programs of their own; the scheduler is killed and started again."""

    address: ClusterAddress

    def __init__(self, held: ExitStack) -> None:
        self._held = held
        self.start("0")
        self.worker = self._program("worker", self.address.text, "--cores", "1")
        self.until_worked_for()

    def start(self, port: str = "") -> None:
        """Start the scheduler, again at its port."""
        self._scheduler = self._program("scheduler", "--port", port or str(self.address.port))
        self.address = ClusterAddress.parse(self._told(self._scheduler))

    def kill(self) -> None:
        """Kill the scheduler."""
        self._scheduler.kill()
        self._scheduler.wait()

    def until_worked_for(self) -> None:
        """Wait until the worker says once more that it works for the scheduler."""
        assert self._told(self.worker)

    def _program(self, *options: str) -> subprocess.Popen[bytes]:
        command = (sys.executable, "-m", "inspector", "cluster", *options, "--json")
        process = self._held.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE))
        self._held.callback(process.terminate)
        return process

    def _told(self, process: subprocess.Popen[bytes]) -> str:
        assert process.stdout is not None
        return str(json.loads(process.stdout.readline())["address"])


@pytest.mark.slow
def test_a_scheduler_that_is_killed_is_waited_for_a_minute(
    model: Path, classifier: Classifier, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = replace(listing, names=tuple(f"{number}.png" for number in range(1000)))
    job = Job(folder=many.folder, thresholds=POINTS)
    rows: list[int] = []
    waited = set()

    def run(cluster: Cluster, then: Callable[[], None]) -> None:
        judge = ClusterJudge(cluster, model, work=cluster_work.judged)
        left = sorted(set(range(1000)) - set(rows))
        killed = False
        for some in judge.judge(many, left, job, classifier, stop=threading.Event()):
            rows.extend(index for index, _ in some)
            waited.add(judge.waiting.partition(" until ")[0])
            if some and not killed:
                killed = True
                plant.kill()
                then()

    with ExitStack() as held:
        plant = Plant(held)
        away = f"{plant.address.text} does not answer"
        with monkeypatch.context() as short, connect(plant.address) as cluster:
            short.setattr(cluster.client, "_timeout", 4.0)
            with pytest.raises(ClusterError, match=rf"{away} any more; the rows so far .*its scheduler has ended"):
                run(cluster, lambda: None)
        assert waited == {"", f"{away}; waiting for it"}
        assert 0 < len(rows) < 1000
        plant.start()
        plant.until_worked_for()
        with connect(plant.address) as cluster:
            run(cluster, plant.start)  # in time
    assert sorted(rows) == list(range(1000))


def sent(model: Path, classifier: Classifier) -> SentModel:
    return SentModel.of(model, classifier, POINTS)


def test_a_worker_refuses_another_content(model: Path, classifier: Classifier, tmp_path: Path) -> None:
    job = Job(folder=tmp_path, thresholds=POINTS)
    right = sent(model, classifier)
    for wrong, why in (
        (replace(right, sha256="0" * 64), r"that came has SHA-256 .* instead of 000000000000"),
        (replace(right, version="0.0.1"), "instead of 0.0.1"),
        (replace(right, precision="int8"), "int8"),
        (replace(right, files=right.files[:1]), "lacks the file"),
    ):
        fault = judge_piece(wrong, job, ()).fault
        assert fault is not None
        with pytest.raises(ClusterError, match=why):
            raise ClusterError(fault.what, fault.next_step)


def test_a_worker_says_that_it_does_not_see_the_pictures(model: Path, classifier: Classifier, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    right = sent(model, classifier)
    here = judge_piece(right, Job(folder=tmp_path, thresholds=POINTS), [("a.png", "")])
    (tmp_path / "mount").mkdir()
    away = judge_piece(right, Job(folder=tmp_path / "mount", thresholds=POINTS), [("a.png", "")])
    gone = judge_piece(right, Job(folder=tmp_path / "other", thresholds=POINTS), [("a.png", "")]).fault
    assert gone is not None
    assert gone.what.startswith(f"for the worker here, the folder {tmp_path / 'other'} is not there")
    assert (here.unseen, away.unseen) == (False, True)
