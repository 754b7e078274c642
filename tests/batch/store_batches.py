"""Batches of pictures in a store for tests: the pictures, the order, a run to its end."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import fsspec
import numpy as np

from inspector.batch.record import RunRecord
from inspector.batch.run import BatchOrder, BatchOutcome, run_batch
from inspector.batch.spread import ClusterJudge
from inspector.domain.config import QualityLimits
from inspector.domain.records import Thresholds
from inspector.pictures import place_of, write_picture
from inspector.vision.classifier import Classifier
from tests.engine.fakes import BAD, GOOD, FakeClassifier

#: fsspec's store in memory.
MEMORY = fsspec.filesystem("memory")


def samples(folder: Path) -> Path:
    """Six good pictures, four dents, one broken, a mask and what is no picture."""
    for number in range(10):
        kind, level = ("good", GOOD) if number < 6 else ("dent", BAD)
        write_picture(folder / kind / f"{number}.png", np.full((8, 8), level + number % 3, np.uint8))
    (folder / "good" / "x.png").write_bytes(b"no picture")
    write_picture(folder / "dent" / "7_mask.png", np.zeros((8, 8), np.uint8))
    (folder / "Prüf ling #1?.png").write_bytes((folder / "good" / "1.png").read_bytes())
    (folder / "notes.heic").write_bytes(b"-")
    return folder


def upload(folder: Path, address: str) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            MEMORY.pipe(f"{address}/{path.relative_to(folder).as_posix()}", path.read_bytes())


def order_of(pictures: str, out: Path, **others: object) -> BatchOrder:
    record = RunRecord(folder=pictures, recursive=True, model="fake", started=datetime.now(UTC), who="sam")
    plain = BatchOrder(
        record=record,
        pictures=place_of(pictures),
        labels_file=None,
        out=out,
        model_folder=out / "fake",
        trained_on="",
        input_size=8,
        thresholds=Thresholds(fail_at=0.5),
        quality=QualityLimits(),
    )
    return replace(plain, **others)  # type: ignore[arg-type]


def ran(
    order: BatchOrder,
    classifier: Classifier | None = None,
    *,
    stop: threading.Event | None = None,
    cluster: ClusterJudge | None = None,
) -> BatchOutcome:
    steps = run_batch(order, lambda: classifier or FakeClassifier(), stop=stop or threading.Event(), cluster=cluster)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            outcome: BatchOutcome = end.value
            return outcome
