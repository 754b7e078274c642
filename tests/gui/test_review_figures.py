"""The figures beside the review: of what was asked for last, and of nothing that was asked for before."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytestqt.qtbot import QtBot

from inspector.domain.records import Verdict
from inspector.domain.review import Judgement, QueueKind
from inspector.gui.review import figures as module
from inspector.gui.review.figures import FiguresReader, FiguresRequest, ReviewFigures
from inspector.outputs.base import LogQuery
from inspector.outputs.reviews import ReviewLog
from tests.review.parts import fill, keep_all, said
from tests.waits import WAIT_S

if TYPE_CHECKING:
    from inspector.review.population import PolicyOf

P, F = Verdict.PASS, Verdict.FAIL
READ = module.read_figures


class FiguresBench:
    """A reader whose reading a test holds up."""

    def __init__(self, qtbot: QtBot, path: Path) -> None:
        self.qtbot, self.log = qtbot, ReviewLog(path)
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()
        self.told: list[ReviewFigures] = []
        self.reader = FiguresReader(keep_all)
        self.reader.read.connect(self.told.append)

    def read_figures(self, request: FiguresRequest, policy_of: PolicyOf) -> ReviewFigures:
        figures = READ(request, policy_of)
        self.reached.set()
        assert self.go_on.wait(WAIT_S)
        return figures

    def request(self, *, second_opinion: bool) -> FiguresRequest:
        return FiguresRequest(
            log=self.log, query=LogQuery(), reviewer="Ada", sample=60, second_opinion=second_opinion, learning=None,
            confirmed=False,
        )  # fmt: skip

    def until_told(self, count: int) -> None:
        def told() -> bool:
            self.reader.poll()
            return len(self.told) == count

        self.qtbot.waitUntil(told, timeout=int(1000 * WAIT_S))


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FiguresBench]:
    path, parts = fill(tmp_path, [P, F, F])
    ReviewLog(path).add(said(parts[1].id, Judgement.DEFECTIVE, by="Bob"))
    made = FiguresBench(qtbot, path)
    monkeypatch.setattr(module, "read_figures", made.read_figures)
    yield made
    made.go_on.set()
    made.reader.close()


def test_what_was_read_for_another_scope_is_not_told(bench: FiguresBench) -> None:
    """Who gives a second opinion must not see what was read a moment ago: what colleagues say of the same parts."""
    bench.go_on.clear()
    bench.reader.ask(bench.request(second_opinion=False))
    assert bench.reached.wait(WAIT_S)
    bench.reader.ask(bench.request(second_opinion=True))
    bench.go_on.set()
    bench.until_told(1)
    assert (bench.told[0].recent, bench.told[0].counts[QueueKind.FAILURES]) == ([], 2)


def test_figures_of_the_same_scope_are_told_although_newer_ones_are_wanted(bench: FiguresBench) -> None:
    bench.go_on.clear()
    bench.reader.ask(bench.request(second_opinion=False))
    assert bench.reached.wait(WAIT_S)
    for _ in range(5):
        bench.reader.ask_again(bench.request(second_opinion=False))
    bench.go_on.set()
    bench.until_told(2)  # what was being read, and the newest
    assert [judged.review.reviewer for judged in bench.told[0].recent] == ["Bob"]
    assert bench.told[0].counts[QueueKind.FAILURES] == 1
