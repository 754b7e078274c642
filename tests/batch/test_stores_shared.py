"""Batches of an object store: by workers of a cluster, and ended while what the model learnt from is looked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from inspector.batch.record import LearntCount
from inspector.batch.spread import ClusterJudge
from inspector.cluster import ClusterAddress, ClusterError, connect
from inspector.cluster.service import run_scheduler
from inspector.domain.records import Thresholds
from inspector.pictures import Held, Place, held
from inspector.pictures.held import read_held
from inspector.vision.backends import load_classifier
from inspector.vision.bundle import Bundle
from inspector.vision.classifier import Classifier
from inspector.vision.learnt import SPLIT_FILE
from tests.batch.store_batches import order_of, ran, samples, upload
from tests.bundles import make_bundle
from tests.object_store import KEYS, reach, running_store
from tests.waits import WAIT_S


def test_workers_of_a_cluster_read_the_store_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = make_bundle(tmp_path / "spots")
    points = Thresholds(fail_at=0.5)

    def loaded() -> Classifier:
        return load_classifier(Bundle.load(model), device="cpu", precision="fp32", thresholds=(points,))

    with running_store() as server:
        reach(server, monkeypatch, tmp_path / "cache")
        bucket = server.bucket("shared")
        server.upload(samples(tmp_path / "in"), "shared/in")
        order = order_of(f"{bucket}/in", tmp_path / "here", overlays=True, model_folder=model, input_size=64)
        here = ran(order, loaded())
        with connect(ClusterAddress.parse("local:1")) as cluster:
            there = replace(order, out=tmp_path / "there")
            spread = ran(there, loaded(), cluster=ClusterJudge(cluster, model))
    assert spread.results.read_bytes() == here.results.read_bytes()
    drawn = {path.name: path.read_bytes() for path in there.overlay_folder.rglob("*.jpg")}
    assert len(drawn) == 11
    assert drawn == {path.name: path.read_bytes() for path in order.overlay_folder.rglob("*.jpg")}


@contextmanager
def worker_of(address: str, environment: Mapping[str, str]) -> Iterator[None]:
    """A worker as a program of its own, on a computer that is set up so."""
    command = [sys.executable, "-m", "inspector", "cluster", "worker", address, "--name", "hall-3", "--cores", "1"]
    with subprocess.Popen([*command, "--json"], env=dict(environment), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            assert json.loads(process.stdout.readline())["address"]
            yield
        finally:
            process.terminate()


@contextmanager
def scheduler() -> Iterator[str]:
    """A scheduler in a thread; yields its address."""
    stop, listens, told = threading.Event(), threading.Event(), []

    def ready(address: str) -> None:
        told.append(address)
        listens.set()

    thread = threading.Thread(target=run_scheduler, args=("127.0.0.1", 0, None), kwargs={"stop": stop, "ready": ready})
    thread.start()
    try:
        assert listens.wait(WAIT_S)
        yield told[0]
    finally:
        stop.set()
        thread.join(WAIT_S)


def test_a_worker_that_has_no_credentials_is_named_and_with_them_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = make_bundle(tmp_path / "spots")

    def loaded() -> Classifier:
        points = (Thresholds(fail_at=0.5),)
        return load_classifier(Bundle.load(model), device="cpu", precision="fp32", thresholds=points)

    with running_store() as server:
        reach(server, monkeypatch, tmp_path / "cache")
        bucket = server.bucket("closed")
        server.upload(samples(tmp_path / "in"), "closed/in")
        here = ran(order_of(f"{bucket}/in", tmp_path / "here", model_folder=model, input_size=64), loaded())
        order = order_of(f"{bucket}/in", tmp_path / "there", model_folder=model, input_size=64)
        bare = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
        bare |= {"HOME": str(tmp_path), "AWS_ENDPOINT_URL": server.endpoint, "AWS_EC2_METADATA_DISABLED": "true"}
        with scheduler() as address:
            with worker_of(address, bare), connect(ClusterAddress.parse(address)) as cluster:
                words = (
                    rf"for the worker hall-3, {bucket}/in cannot be read: no credentials were found\. Put them where"
                )
                with pytest.raises(ClusterError, match=words):
                    ran(order, loaded(), cluster=ClusterJudge(cluster, model))
            with worker_of(address, bare | KEYS), connect(ClusterAddress.parse(address)) as cluster:
                there = ran(order, loaded(), cluster=ClusterJudge(cluster, model))
    assert there.results.read_bytes() == here.results.read_bytes()


def test_it_is_stopped_while_it_compares_with_what_the_model_learnt_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    memory = "memory://learnt"
    upload(samples(tmp_path / "in"), memory)
    model = tmp_path / "out" / "fake"
    make_bundle(model)
    (model / SPLIT_FILE).parent.mkdir()
    (model / SPLIT_FILE).write_text(f"path,sha256,split\na.png,{'0' * 64},train\n", encoding="utf-8")
    stop, read = threading.Event(), []

    def stopped(place: Place) -> Held:
        read.append(place)
        stop.set()
        return read_held(place)

    with monkeypatch.context() as watched:
        watched.setattr(held, "read_held", stopped)
        outcome = ran(order_of(memory, tmp_path / "out"), stop=stop)
    assert 1 <= len(read) < 12
    assert outcome.interrupted
    assert outcome.tally.inspected == 0
    assert outcome.learnt == LearntCount(pictures=0, renamed_too=False)
    whole = ran(order_of(memory, tmp_path / "out"))
    assert not whole.interrupted
    assert whole.learnt == LearntCount(pictures=0, renamed_too=True)
