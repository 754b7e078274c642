"""Batches of an object store: by workers of a cluster, and ended while what the model learnt from is looked for."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from inspector.batch.record import LearntCount
from inspector.batch.spread import ClusterJudge
from inspector.cluster import ClusterAddress, connect
from inspector.domain.records import Thresholds
from inspector.pictures import Held, Place, held
from inspector.pictures.held import read_held
from inspector.vision.backends import load_classifier
from inspector.vision.bundle import Bundle
from inspector.vision.classifier import Classifier
from inspector.vision.learnt import SPLIT_FILE
from tests.batch.store_batches import order_of, ran, samples, upload
from tests.bundles import make_bundle
from tests.object_store import reach, running_store


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
