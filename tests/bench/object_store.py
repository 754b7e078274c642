"""Batches of pictures in an object store beside the same in a folder, and the names of a million objects.

``python -m tests.bench.object_store --pictures FOLDER``: the store is moto's server on this machine, a process of its own.
Folder, store, and store with what was read kept take turns; each figure is the median of the rounds.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

from inspector import assembly
from inspector.batch.judge import Job
from inspector.batch.listing import Listing, list_pictures
from inspector.batch.pipeline import judge_listing
from inspector.batch.process import prepare_process
from inspector.paths import Home
from inspector.pictures import place_of, store
from inspector.vision.classifier import Classifier
from tests.object_store import running_store

_PAGE = 1000


def per_second(listing: Listing, classifier: Classifier, side: int) -> float:
    """Pictures per second of a batch."""
    begun_s = time.perf_counter()
    job = Job(folder=listing.folder, input_size=side)
    rows = judge_listing(listing, range(len(listing)), job, classifier, stop=threading.Event())
    verdicts = [row.verdict for batch in rows for _, row in batch if row is not None]
    assert len(verdicts) == len(listing)
    assert "ERROR" not in verdicts
    return len(listing) / (time.perf_counter() - begun_s)


def turns(pictures: Path, rounds: int) -> None:
    """Print what folder and store come to."""
    with running_store() as server, tempfile.TemporaryDirectory() as scratch:
        os.environ.update(server.environment)
        address = f"{server.bucket('bench')}/in"
        server.upload(pictures, "bench/in")
        prepare_process()
        home = Home(root=Path(scratch) / "home")
        classifier = assembly.load_classifier("demo", home, device="cpu", precision="int8")
        _, manifest = assembly.model_manifest("demo", home)
        side = manifest.preprocessing.input_size
        folder, there = list_pictures(pictures, recursive=True), list_pictures(place_of(address), recursive=True)
        assert len(folder) == len(there)
        rates: dict[str, list[float]] = {"folder": [], "store": [], "store, kept": []}
        for number in range(rounds):
            os.environ["XDG_CACHE_HOME"] = str(Path(scratch) / f"cache-{number}")
            for name, listing in (("folder", folder), ("store", there), ("store, kept", there)):
                rates[name].append(per_second(listing, classifier, side))
        classifier.close()
    for name, values in rates.items():
        ratio = statistics.median(a / b for a, b in zip(values, rates["folder"], strict=True))
        print(f"{name}: {statistics.median(values):.1f} pictures/s, {ratio:.2f} of the folder")


class _Pages:
    """A bucket of many objects, as S3 tells of them."""

    def __init__(self, count: int) -> None:
        self._count = count

    def call_s3(self, _: str, *, ContinuationToken: str = "0", MaxKeys: int = _PAGE, **__: Any) -> dict[str, Any]:  # noqa: N803
        first = int(ContinuationToken)
        last = min(self._count, first + MaxKeys)
        names = (f"in/part-{number:07}.png" for number in range(first, last))
        objects = [{"Key": key, "Size": 9, "LastModified": 1.8e9, "ETag": f'"{key}"'} for key in names]
        return {"Contents": objects, "IsTruncated": last < self._count, "NextContinuationToken": str(last)}


def names(count: int) -> None:
    """Print what a list of many objects takes."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun_s = time.process_time()
    with patch.object(store, "_opened", lambda _: (_Pages(count), "bucket/in")):
        listing = list_pictures(place_of("s3://bucket/in"))
    took_s = time.process_time() - begun_s
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{len(listing):,} names: {peak:.0f} MB more at most, {took_s:.1f} s of processor time")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--names", type=int, default=1_000_000)
    arguments = parser.parse_args()
    names(arguments.names)
    if arguments.pictures is not None:
        turns(arguments.pictures, arguments.rounds)
