"""The Batch page gives a folder to the cluster of the settings, and says who answers there."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from inspector.cluster.connection import usable_cores
from inspector.domain.counts import counted
from inspector.settings import Settings
from tests.batch.samples import R
from tests.gui.batch_hand import BatchHand, make_run, real_rows
from tests.gui.conftest import SHIFT_STARTS, Station
from tests.object_store import reach, running_store

pytest.importorskip("distributed")


def set_cluster(station: Station, address: str) -> None:
    """Apply settings with that cluster."""
    done: list[int] = []
    settings = Settings(recipe="Test", shift_starts=SHIFT_STARTS, cluster=address)
    station.session.apply_settings(settings, lambda: done.append(1))
    station.until(lambda: done)


def test_a_folder_is_judged_on_the_cluster_of_the_settings(station: Station, tmp_path: Path) -> None:
    real_rows(tmp_path / "parts", R("good/1.png", "PASS", 0.002), R("red/1.png", "FAIL", 1.0))
    hand = BatchHand(station)
    line = hand.page.bar.cluster
    assert not line.isVisible()
    set_cluster(station, "local:1")
    station.until(line.isVisible)
    assert not line.wanted.isChecked()
    station.until(lambda: line.words.text() == f"1 worker with {counted(usable_cores(), 'core')} answers.")
    hand.click(line.wanted)
    hand.type_folder(tmp_path / "parts")
    station.until(hand.page.bar.inspect.isEnabled)
    hand.click(hand.page.bar.inspect)
    station.until(lambda: hand.page.bar.progress.text().startswith("2 of 2"))
    hand.until_rows(2)
    run = next(station.home.batches.iterdir())
    assert json.loads((run / "run.json").read_bytes())["cluster"] == "local:1"
    assert "on local:1" in hand.page.bar.words.text()
    set_cluster(station, "")
    station.until(lambda: not line.isVisible())


def test_workers_judge_an_address_in_an_object_store(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("s3fs")
    real_rows(tmp_path / "parts", R("good/1.png", "PASS", 0.002), R("red/1.png", "FAIL", 1.0))
    with running_store() as server:
        reach(server, monkeypatch, tmp_path / "cache")
        address = f"{server.bucket('typed')}/parts"
        server.upload(tmp_path / "parts", "typed/parts")
        hand = BatchHand(station)
        set_cluster(station, "local:1")
        hand.click(hand.page.bar.cluster.wanted)
        hand.type_folder(address)
        station.until(hand.page.bar.inspect.isEnabled)
        hand.click(hand.page.bar.inspect)
        station.until(lambda: hand.page.bar.progress.text().startswith("2 of 2"))
        hand.until_rows(2)
    run = next(station.home.batches.iterdir())
    record = json.loads((run / "run.json").read_bytes())
    assert (record["folder"], record["cluster"]) == (address, "local:1")
    with (run / "results.csv").open(newline="", encoding="utf-8-sig") as file:
        verdicts = {row["path"]: row["verdict"] for row in csv.DictReader(file)}
    assert verdicts == {"good/1.png": "PASS", "red/1.png": "FAIL"}


def test_nobody_there_is_said(station: Station) -> None:
    hand = BatchHand(station)
    set_cluster(station, "tcp://127.0.0.1:1")
    line = hand.page.bar.cluster
    station.until(lambda: line.words.text().startswith("Nobody answers at tcp://127.0.0.1:1"))
    hand.click(line.test)
    assert line.words.text() == "tcp://127.0.0.1:1 is being asked…"
    station.until(lambda: line.words.text().startswith("Nobody answers at tcp://127.0.0.1:1"))


def test_a_batch_that_waits_for_workers_says_so(station: Station, tmp_path: Path) -> None:
    rows = real_rows(tmp_path / "parts", R("good/1.png"))
    folder = make_run(station.home, tmp_path / "parts", rows, stage="judging", total=9)
    waiting = "no worker answers; waiting for one until 12:30:00"
    said = folder / "progress.jsonl"
    word = json.loads(said.read_text(encoding="utf-8").splitlines()[0])
    said.write_text(json.dumps(word | {"waiting": waiting}) + "\n", encoding="utf-8")
    hand = BatchHand(station)
    hand.until_rows(1)
    station.until(lambda: hand.page.bar.progress.text() == "1 of 9 · waiting for workers")
    assert hand.page.bar.fault.text() == waiting[:1].upper() + waiting[1:]
