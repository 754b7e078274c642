"""A model that changes while the line runs: nothing is judged with it, it is loaded again, and what is in doubt is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from inspector.domain.errors import BundleError, InspectorError
from inspector.domain.records import Thresholds, Verdict
from inspector.engine import line_model
from inspector.engine.board import Board
from inspector.engine.faces import Face, face_of
from inspector.engine.line_model import LineModel
from inspector.engine.status import RunState
from inspector.gui.station.face_words import explained
from tests.engine.conftest import Rig
from tests.engine.fakes import GOOD, FakeClassifier, FakeSource, MemoryLog, frame, make_job
from tests.logs import told
from tests.waits import WAIT_S, until

WHAT = "the model fake does not judge its test picture as before: a probability is 0.9 instead of 0.1"
PICTURE = np.full((8, 8), GOOD, np.uint8)
DOUBT = re.compile(
    r"Parts between \d\d:\d\d and \d\d:\d\d may have been judged wrongly: inspect them again\. "
    r"The model fake does not judge its test picture as before: a probability is 0\.9 instead of 0\.1\."
)


class Watched:
    """A line's model with a clock; every load takes the next classifier, or fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *loads: FakeClassifier | InspectorError) -> None:
        self.now_s = 500.0
        self.loads = list(loads)
        monkeypatch.setattr(line_model, "time", SimpleNamespace(perf_counter=lambda: self.now_s))
        self.board = Board()
        self.board.begin(state=RunState.RUNNING)
        job = make_job(FakeSource([]), MemoryLog(), load_classifier=self._load)
        self.model = LineModel(job, self.board)

    def _load(self) -> FakeClassifier:
        load = self.loads.pop(0)
        if isinstance(load, InspectorError):
            raise load
        return load

    def look(self, after_s: float, *, idle: bool = True) -> None:
        self.now_s += after_s
        self.model.look_after(idle=idle)

    def verdict(self) -> Verdict:
        return self.model.judge(PICTURE, Thresholds(fail_at=0.5)).decision.verdict


@pytest.fixture
def classifier() -> FakeClassifier:
    return FakeClassifier()


def test_the_model_is_tested_every_hour_while_no_part_waits(
    monkeypatch: pytest.MonkeyPatch, classifier: FakeClassifier
) -> None:
    watched = Watched(monkeypatch, classifier)
    watched.look(3599.0)
    watched.look(2.0, idle=False)
    assert classifier.tests == 0
    for _ in range(3):  # a picture, the end, and nothing
        watched.look(1.0)
    assert classifier.tests == 1
    watched.look(3590.0)
    assert classifier.tests == 1
    watched.look(20.0)
    assert classifier.tests == 2
    watched.model.close(WAIT_S)
    assert classifier.closed == 1


def test_where_parts_always_wait_it_is_tested_all_the_same(
    monkeypatch: pytest.MonkeyPatch, classifier: FakeClassifier
) -> None:
    watched = Watched(monkeypatch, classifier)
    watched.look(4200.0, idle=False)
    assert classifier.tests == 0
    watched.look(1.0, idle=False)
    assert classifier.tests == 1
    watched.model.close(WAIT_S)


def test_a_model_that_has_changed_judges_nothing_until_it_is_loaded_again(
    monkeypatch: pytest.MonkeyPatch, classifier: FakeClassifier
) -> None:
    second = FakeClassifier()
    watched = Watched(monkeypatch, classifier, BundleError("graph.bin has been altered"), second)
    assert watched.verdict() is Verdict.PASS
    classifier.changed = WHAT
    watched.look(3601.0)
    assert watched.verdict() is Verdict.ERROR
    status = watched.board.status()
    assert status.model_fault == f"{WHAT}. Restore it."
    assert DOUBT.fullmatch(status.doubt)
    assert face_of(status, Verdict.PASS) is Face.FAULT
    assert explained(Face.FAULT, status) == f"T{status.model_fault[1:]}"
    watched.look(0.0)  # it cannot be loaded
    until(lambda: classifier.closed == 1)
    assert watched.board.status().model_fault == "graph.bin has been altered"
    assert watched.verdict() is Verdict.ERROR
    watched.look(9.0)
    assert watched.board.status().model_fault
    watched.look(2.0)
    status = watched.board.status()
    assert (status.model_fault, face_of(status, Verdict.PASS)) == ("", Face.PASS)
    assert DOUBT.fullmatch(status.doubt)
    assert DOUBT.fullmatch(watched.model.doubt)
    assert (watched.verdict(), second.calls) == (Verdict.PASS, 1)
    watched.look(3601.0)
    assert second.tests == 1
    watched.model.close(WAIT_S)


def test_a_test_that_cannot_be_made_says_nothing_of_the_model(
    monkeypatch: pytest.MonkeyPatch, classifier: FakeClassifier
) -> None:
    def broken() -> Iterator[None]:
        yield from ()
        raise InspectorError("the device is busy")

    watched = Watched(monkeypatch, classifier)
    monkeypatch.setattr(classifier, "self_test", broken)
    with told("inspector.engine.line_model") as said:
        watched.look(3601.0)
    assert said == ["the model's self-test could not be made: the device is busy"]
    assert watched.verdict() is Verdict.PASS
    monkeypatch.undo()
    watched.model.look_after(idle=True)
    watched.model.close(WAIT_S)


def test_no_part_passes_after_the_model_has_changed_and_the_end_says_which_are_in_doubt(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, classifier: FakeClassifier
) -> None:
    monkeypatch.setattr(line_model, "TEST_EVERY_S", 0.0)

    def change() -> None:
        rig.listener.until(lambda: len(rig.listener.parts) == 3)
        classifier.changed = WHAT

    def load() -> FakeClassifier:
        if classifier.changed:
            raise BundleError("graph.bin has been altered", "Restore it.")
        return classifier

    rig.engine.start(
        make_job(
            FakeSource([*(frame(n) for n in range(3)), change, *(frame(n) for n in range(3, 8))]),
            rig.log,
            load_classifier=load,
        )
    )
    assert rig.engine.wait_ended(WAIT_S)
    assert rig.engine.stop()
    verdicts = rig.listener.verdicts
    assert len(verdicts) == 8
    assert verdicts[:3] == ["PASS"] * 3
    assert set(verdicts[5:]) == {"ERROR"}  # a test that had begun ends after one part, and the next comes after another
    assert "PASS" not in verdicts[verdicts.index("ERROR") :]
    assert rig.log.committed[-1].decision.reason == "graph.bin has been altered. Restore it."
    status = rig.engine.status()
    assert status.state is RunState.FAULT
    assert DOUBT.search(status.fault)
    assert (status.model_fault, status.doubt) == ("", "")


def test_a_model_that_does_not_pass_its_test_at_the_start_is_a_line_fault(rig: Rig, classifier: FakeClassifier) -> None:
    classifier.changed = WHAT

    def load() -> FakeClassifier:
        list(classifier.self_test())
        return classifier

    assert rig.run(FakeSource([frame(0)], ends=False), load_classifier=load) == []
    assert rig.engine.status().state is RunState.FAULT
    assert rig.engine.status().fault.startswith(WHAT)
