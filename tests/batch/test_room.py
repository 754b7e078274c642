"""A batch whose memory runs out: fewer files at a time, each that lacked it once more, and only then an ERROR."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from inspector.batch import Job, Listing, judge, judge_listing, list_pictures
from inspector.batch.room import Room
from inspector.pictures import decode_reduced, write_picture
from tests.engine.fakes import FakeClassifier
from tests.logs import told
from tests.waits import WAIT_S

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from inspector.batch import Row
    from inspector.domain.records import Image, Prediction

COUNT = 40
FREE_IS_GONE = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536", "MALLOC_ARENA_MAX": "1"}
LACKED = "out of memory: "
CHILD = """
import gc, resource, sys, threading
from pathlib import Path
from inspector.batch import Job, judge_files, judge_listing, list_pictures
from tests.engine.fakes import FakeClassifier

listing, job, classifier = list_pictures(Path(sys.argv[1])), Job(folder=Path(sys.argv[1])), FakeClassifier()
judge_files(listing.names[:1], job, classifier)  # what it imports is there
gc.collect()
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
threading.stack_size(256 * 1024)
resource.setrlimit(resource.RLIMIT_AS, (used + 1_000_000 * int(sys.argv[2]), -1))
for batch in judge_listing(listing, range(len(listing)), job, classifier, stop=threading.Event(), workers=2):
    for _, row in batch:
        print(row.verdict, row.reason.split(":")[0], sep=";")
"""


class Decoder:
    """Reads pictures, except where a test says that there is no memory; counts how many read at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.failures: dict[str, int] = {}
        self.asked: list[str] = []
        self.at_once: dict[str, int] = {}
        self._lock = threading.Lock()
        self._inside = 0
        monkeypatch.setattr(judge, "decode_reduced", self.decode)

    def decode(self, data: bytes, path: str, **options: Any) -> tuple[Image, int]:
        name = os.path.basename(path)  # noqa: PTH119 - of a text
        with self._lock:
            self._inside += 1
            self.asked.append(name)
            self.at_once[name] = self._inside
            fails = self.failures.get(name, 0)
            self.failures[name] = fails - 1
        try:
            if fails > 0:
                raise MemoryError
            return decode_reduced(data, path, **options)
        finally:
            with self._lock:
                self._inside -= 1


@pytest.fixture
def listing(tmp_path: Path) -> Listing:
    for number in range(COUNT):
        write_picture(tmp_path / f"{number:02}.png", np.full((8, 8), 60, np.uint8))
    return list_pictures(tmp_path)


@pytest.fixture
def decoder(monkeypatch: pytest.MonkeyPatch) -> Decoder:
    return Decoder(monkeypatch)


def rows_of(listing: Listing, classifier: FakeClassifier, workers: int = 4) -> list[Row]:
    job = Job(folder=listing.folder)
    batches = judge_listing(listing, range(COUNT), job, classifier, stop=threading.Event(), workers=workers)
    return [row for batch in batches for _, row in batch if row]


def test_a_file_that_lacked_memory_once_is_judged(listing: Listing, decoder: Decoder) -> None:
    decoder.failures = {"05.png": 1, "17.png": 1}
    rows = rows_of(listing, FakeClassifier())
    assert [row.path for row in rows] == list(listing.names)
    assert {row.verdict for row in rows} == {"PASS"}
    assert (decoder.asked.count("05.png"), decoder.asked.count("17.png"), decoder.asked.count("00.png")) == (2, 2, 1)
    assert decoder.at_once["05.png"] == 1  # when it was tried again nobody else read


def test_a_file_that_never_has_memory_is_its_own_error(listing: Listing, decoder: Decoder) -> None:
    decoder.failures = {"11.png": 100}
    rows = rows_of(listing, FakeClassifier())
    assert [row.path for row in rows if row.verdict != "PASS"] == ["11.png"]
    assert rows[11].verdict == "ERROR"
    assert rows[11].reason.startswith(LACKED)
    assert decoder.asked.count("11.png") == 2


@pytest.mark.parametrize("broken", [MemoryError(), RuntimeError("std::bad_alloc")])
def test_a_network_without_memory_is_asked_again(listing: Listing, broken: Exception) -> None:
    class Short(FakeClassifier):
        shortages = 9  # of a group, and of each of its eight pictures

        def predict_batch(self, images: Sequence[Image]) -> list[Prediction]:
            self._need_memory()
            return super().predict_batch(images)

        def predict(self, image: Image) -> Prediction:
            self._need_memory()
            return super().predict(image)

        def _need_memory(self) -> None:
            self.shortages -= 1
            if self.shortages >= 0:
                raise broken

    assert {row.verdict for row in rows_of(listing, Short(), workers=1)} == {"PASS"}


def test_an_overlay_without_memory_is_drawn_again(
    listing: Listing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0

    def draw(image: Image, *_: Any, **__: Any) -> Image:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise MemoryError
        return image

    monkeypatch.setattr(judge, "draw_overlay", draw)
    job = Job(folder=listing.folder, overlays=tmp_path / "overlays")
    batches = judge_listing(listing, [0, 1, 2], job, FakeClassifier(), stop=threading.Event(), workers=1)
    rows = [row for batch in batches for _, row in batch if row]
    assert [(row.verdict, row.overlay) for row in rows] == [
        ("PASS", f"overlays/0{number}.png.grad-cam.overlay.jpg") for number in range(3)
    ]


def test_after_a_shortage_one_works_alone_for_a_while() -> None:
    room = Room(3)
    with room.entered() as first, room.entered() as second, room.entered() as third:
        assert (first, second, third) == (False, False, False)
        with told("inspector.batch.room") as said:
            room.narrow()
    alone = []
    for _ in range(10):
        with room.entered() as is_alone:
            alone.append(is_alone)
    assert alone == [True] * 8 + [False] * 2
    assert said == ["memory has run out: for a while one file is judged at a time"]


def test_nobody_is_let_in_while_one_works_alone() -> None:
    room, entered, heard = Room(2), threading.Event(), threading.Event()
    room.narrow()

    def second() -> None:
        heard.set()
        with room.entered():
            entered.set()

    thread = threading.Thread(target=second)
    with room.entered():
        thread.start()
        assert heard.wait(WAIT_S)
        assert not entered.is_set()
    assert entered.wait(WAIT_S)
    thread.join(WAIT_S)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit of a process's memory is Linux's")
@pytest.mark.parametrize(("megabytes", "answers"), [(100, {"PASS;"}), (25, {"ERROR;out of memory"})])
def test_with_little_memory_every_file_is_judged_and_with_less_none_is_called_damaged(
    tmp_path: Path, megabytes: int, answers: set[str]
) -> None:
    noise = np.random.default_rng(0).integers(40, 80, (100, 150, 3), np.uint8)
    image = np.asarray(cv2.resize(noise, (2400, 1600)))
    for number in range(10):
        write_picture(tmp_path / f"{number}.bmp", image)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path), str(megabytes)],
        capture_output=True,
        text=True,
        env=os.environ | FREE_IS_GONE,
        timeout=WAIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 10
    assert set(done.stdout.splitlines()) == answers
