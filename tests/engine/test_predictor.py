"""A prediction with a time limit: what hangs is said at once, every time, and is not waited for."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from inspector.domain.errors import ClassifierError, NetworkHangsError
from inspector.engine.predictor import PatientPredictor, Predictor
from tests.engine.fakes import BAD, GOOD, FakeClassifier, frame
from tests.waits import WAIT_S


class Gate:
    """Holds the second prediction up until it is opened."""

    def __init__(self) -> None:
        self.reached, self.open = threading.Event(), threading.Event()

    def __call__(self, call: int) -> None:
        if call == 2:
            self.reached.set()
            assert self.open.wait(WAIT_S)


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open.set()


def test_every_picture_gets_its_own_answer() -> None:
    classifier = FakeClassifier()
    predictor = Predictor(classifier, WAIT_S)
    scores = [predictor.predict(frame(number, grey).image).p_defective for number, grey in enumerate((GOOD, BAD, GOOD))]
    predictor.close(WAIT_S)
    assert scores == pytest.approx([0.1, 0.9, 0.1])
    assert classifier.closed == 1
    assert not predictor._thread.is_alive()


def test_what_the_network_raises_is_raised_here() -> None:
    def act(call: int) -> None:
        if call == 1:
            raise ValueError("odd")

    predictor = Predictor(FakeClassifier(act), WAIT_S)
    with pytest.raises(ValueError, match="odd"):
        predictor.predict(frame(0).image)
    assert predictor.predict(frame(1).image).p_defective == pytest.approx(0.1)
    predictor.close(WAIT_S)


def test_a_network_that_hangs_is_named_and_its_late_answer_belongs_to_nobody(gate: Gate) -> None:
    classifier = FakeClassifier(gate)
    predictor = Predictor(classifier, WAIT_S)
    predictor.predict(frame(0).image)
    predictor._limit_s = 0.05
    with pytest.raises(ClassifierError) as late:
        predictor.predict(frame(1, BAD).image)
    assert (late.value.what, late.value.next_step) == (
        "the network has not answered within 0.05 s",
        "Stop and start the line; check the device.",
    )
    assert gate.reached.wait(WAIT_S)
    predictor._limit_s = WAIT_S
    with pytest.raises(ClassifierError) as busy:
        predictor.predict(frame(2).image)
    assert (busy.value.what, busy.value.next_step) == (
        "the network still hangs on an earlier part",
        "Stop and start the line.",
    )
    with predictor._changed:
        gate.open.set()
        assert predictor._changed.wait_for(lambda: not predictor._busy, WAIT_S)
    assert predictor.predict(frame(3).image).p_defective == pytest.approx(0.1)  # not the 0.9 of before
    predictor.close(WAIT_S)
    assert classifier.closed == 1


def test_a_network_that_hangs_at_the_end_is_left_behind(gate: Gate) -> None:
    classifier = FakeClassifier(gate)
    predictor = Predictor(classifier, 0.05)
    predictor._limit_s = WAIT_S
    predictor.predict(frame(0).image)
    predictor._limit_s = 0.05
    with pytest.raises(ClassifierError):
        predictor.predict(frame(1).image)
    assert gate.reached.wait(WAIT_S)
    predictor.close(0.05)
    assert classifier.closed == 0
    assert predictor._thread.daemon
    gate.open.set()
    predictor._thread.join(WAIT_S)
    assert not predictor._thread.is_alive()


def test_at_the_stop_nobody_waits_for_the_network(gate: Gate) -> None:
    predictor = Predictor(FakeClassifier(gate), WAIT_S)
    predictor.predict(frame(0).image)
    told: list[str] = []

    def ask() -> None:
        with pytest.raises(ClassifierError) as error:
            predictor.predict(frame(1).image)
        told.append(str(error.value))

    asking = threading.Thread(target=ask)
    asking.start()
    assert gate.reached.wait(WAIT_S)
    predictor.give_up()
    asking.join(WAIT_S)
    ask()  # and no other is begun
    assert told == ["stopped before it was judged"] * 2
    gate.open.set()
    predictor.close(WAIT_S)


def test_what_was_answered_before_the_stop_counts() -> None:
    predictor = Predictor(FakeClassifier(), WAIT_S)
    real, predictor._busy = predictor._take_answer, False

    def taken() -> object:
        predictor._given_up = True
        return real()

    predictor._take_answer = taken  # type: ignore[method-assign,assignment]
    assert predictor.predict(frame(0).image).p_defective == pytest.approx(0.1)
    predictor.close(WAIT_S)


# --- files ------------------------------------------------------------------------------------------------------------


class SlowOnce:
    """Is slow at the second prediction: until somebody waits for it."""

    def __init__(self, predictor: Predictor, gate: Gate) -> None:
        self._predictor, self._gate = predictor, gate
        self._wait_free = predictor.wait_free

    def __call__(self, wait_s: float) -> bool:
        self._predictor._limit_s = WAIT_S
        self._gate.open.set()
        return self._wait_free(wait_s)


def test_a_file_for_which_the_network_was_too_slow_is_tried_again(gate: Gate) -> None:
    classifier = FakeClassifier(gate)
    predictor = Predictor(classifier, WAIT_S)
    predictor.predict(frame(0).image)
    predictor._limit_s = 0.05
    predictor.wait_free = SlowOnce(predictor, gate)  # type: ignore[method-assign]
    files = PatientPredictor(predictor, WAIT_S)
    assert files.predict(frame(1, BAD).image).p_defective == pytest.approx(0.9)
    assert files.predict(frame(2).image).p_defective == pytest.approx(0.1)
    assert classifier.calls == 4  # the second was asked for twice
    predictor.close(WAIT_S)


def test_a_file_waits_until_the_network_is_done_with_an_earlier_one(gate: Gate) -> None:
    predictor = Predictor(FakeClassifier(gate), WAIT_S)
    predictor.predict(frame(0).image)
    predictor._limit_s = 0.05
    with pytest.raises(NetworkHangsError):
        predictor.predict(frame(1, BAD).image)
    predictor.wait_free = SlowOnce(predictor, gate)  # type: ignore[method-assign]
    assert PatientPredictor(predictor, WAIT_S).predict(frame(2).image).p_defective == pytest.approx(0.1)
    predictor.close(WAIT_S)


def test_a_file_for_which_the_network_does_not_come_back_is_an_error(gate: Gate) -> None:
    predictor = Predictor(FakeClassifier(gate), WAIT_S)
    predictor.predict(frame(0).image)
    predictor._limit_s = 0.05
    with pytest.raises(NetworkHangsError) as error:
        PatientPredictor(predictor, 0.1).predict(frame(1).image)
    assert (error.value.what, error.value.next_step) == (
        "the network has not answered within 0.1 s",
        "Stop and start the line; check the device.",
    )
    gate.open.set()
    predictor.close(WAIT_S)


def test_a_file_on_which_the_network_fails_is_not_tried_again() -> None:
    def act(call: int) -> None:
        raise ClassifierError("NaN came out")

    classifier = FakeClassifier(act)
    predictor = Predictor(classifier, WAIT_S)
    with pytest.raises(ClassifierError, match="NaN came out"):
        PatientPredictor(predictor, WAIT_S).predict(frame(0).image)
    assert classifier.calls == 1
    predictor.close(WAIT_S)


def test_at_the_stop_no_file_is_tried_again(gate: Gate) -> None:
    classifier = FakeClassifier(gate)
    predictor = Predictor(classifier, WAIT_S)
    predictor.predict(frame(0).image)
    predictor._limit_s = 0.05
    told: list[str] = []

    def ask() -> None:
        with pytest.raises(ClassifierError) as error:
            PatientPredictor(predictor, WAIT_S).predict(frame(1).image)
        told.append(str(error.value))

    asking = threading.Thread(target=ask)
    asking.start()
    assert gate.reached.wait(WAIT_S)
    predictor.give_up()
    asking.join(WAIT_S)
    assert told == ["stopped before it was judged"]
    assert classifier.calls == 2
    gate.open.set()
    predictor.close(WAIT_S)
