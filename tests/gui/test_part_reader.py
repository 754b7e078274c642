"""The reader of parts: what comes too late is not shown, and nothing is read twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from inspector.domain.records import Verdict
from inspector.domain.review import QueueKind
from inspector.gui.review.walk_runner import WalkRunner
from inspector.gui.work import Results, Worker
from inspector.outputs.reviews import ReviewLog
from inspector.review import carry_out
from inspector.review.queues import QueueRequest
from inspector.review.wishes import PartRead, ReadPart
from tests.review.parts import fill, keep_all
from tests.waits import WAIT_S

P, F, R = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW


class ReadingGate:
    """Reading, which a test holds up and lets go."""

    def __init__(self) -> None:
        self.read: list[str] = []  #: ids of what was read, in order
        self.reached, self.open = threading.Event(), threading.Event()
        self.open.set()

    def __call__(self, wish: ReadPart, log: ReviewLog, *, pictures: bool) -> PartRead:
        outcome = carry_out.read_of_queue(wish, log, pictures=pictures)
        self.read.append(wish.inspection_id)
        self.reached.set()
        assert self.open.wait(WAIT_S)
        return outcome


class ReaderBench:
    """A runner of a walk without a window."""

    def __init__(self, qtbot: QtBot, path: Path) -> None:
        self.qtbot = qtbot
        self.results = Results()
        self.work = Worker("work", self.results)
        self.runner = WalkRunner(work=self.work, policy_of=keep_all)
        self.walk, self.reader = self.runner.walk, self.runner.reader
        self.walk.reviewer = "Ada"
        self.thumbnails: dict[str, QImage | None] = {}
        self.reader.thumbnail.connect(self.thumbnails.__setitem__)
        self.runner.use_log(path)
        self.until(lambda: self.runner.log)

    def open(self, kind: QueueKind) -> None:
        self.runner.open(QueueRequest(kind=kind, reviewer="Ada"))

    def until(self, condition: object) -> None:
        def holds() -> bool:
            self.results.hand_out()
            self.runner.poll()
            return bool(condition())  # type: ignore[operator]

        self.qtbot.waitUntil(holds, timeout=int(1000 * WAIT_S))

    def close(self) -> None:
        self.runner.release()
        self.work.close()
        self.work.join(WAIT_S)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> ReadingGate:
    made = ReadingGate()
    monkeypatch.setattr("inspector.gui.review.part_reader.read_of_queue", made)
    return made


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path, gate: ReadingGate) -> Iterator[ReaderBench]:
    path, _ = fill(tmp_path, [P, P, P, F, F, R])
    made = ReaderBench(qtbot, path)
    yield made
    gate.open.set()
    made.close()


def test_a_failure_that_was_being_read_does_not_come_into_the_blind_audit(
    bench: ReaderBench, gate: ReadingGate
) -> None:
    gate.open.clear()
    bench.open(QueueKind.FAILURES)
    bench.until(gate.reached.is_set)
    bench.open(QueueKind.AUDIT)  # of the same parts, whose verdicts are withheld
    gate.open.set()
    bench.until(lambda: bench.walk.queue)
    bench.walk.jump(gate.read[0])
    bench.until(lambda: bench.walk.current)  # read anew
    assert (bench.walk.withheld, bench.walk.inspection) == (True, None)
    parts = [bench.walk.known(part) for part in bench.walk.ids]
    assert [part.entry.inspection for part in parts if part is not None and part.entry is not None] == [None] * sum(
        part is not None for part in parts
    )


def test_a_thumbnail_that_was_being_drawn_for_another_queue_is_not_kept(
    bench: ReaderBench, gate: ReadingGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, let_go = threading.Event(), threading.Event()

    def draw(*_: object) -> QImage:
        reached.set()
        assert let_go.wait(WAIT_S)
        return QImage(1, 1, QImage.Format.Format_RGB32)

    monkeypatch.setattr("inspector.gui.review.part_reader.draw_thumbnail", draw)
    bench.open(QueueKind.FAILURES)
    bench.until(reached.is_set)
    bench.open(QueueKind.REVIEWS)
    let_go.set()
    bench.until(lambda: set(bench.thumbnails) == set(bench.walk.ids) != set())
    assert len(bench.walk.ids) == 1


def test_every_part_is_read_once_for_its_picture_and_its_thumbnail(bench: ReaderBench, gate: ReadingGate) -> None:
    bench.open(QueueKind.FAILURES)
    bench.until(lambda: len(bench.thumbnails) == 2)
    assert gate.read == list(bench.walk.ids)


def test_a_part_that_cannot_be_read_is_said_and_not_tried_without_an_end(
    bench: ReaderBench, gate: ReadingGate, tmp_path: Path
) -> None:
    said: list[str] = []
    bench.runner.message.connect(lambda words, *_: said.append(words))
    bench.open(QueueKind.FAILURES)
    bench.until(lambda: bench.walk.queue)
    (tmp_path / "log.sqlite3").rename(tmp_path / "away.sqlite3")
    bench.open(QueueKind.FAILURES)
    bench.until(lambda: said)
    assert "cannot be" in said[0]
