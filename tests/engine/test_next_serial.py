"""A scanned code is one part's: the next that is triggered, and no other's."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from inspector.domain.config import TriggerMode
from inspector.domain.errors import EngineError
from inspector.domain.trigger.events import MOST_WAITING
from inspector.engine.engine import Engine
from inspector.engine.next_serial import NOT_SCANNED, NextSerial, SerialState
from inspector.engine.status import RunState, SourceState
from tests.engine.fakes import BAD
from tests.engine.test_line_triggers import Rig, event
from tests.engine.test_line_triggers import rig as rig  # noqa: PLC0414 - a fixture
from tests.waits import until

SOON_S = 3600.0


def serials(rig: Rig, number: int) -> list[tuple[str, str, str, str]]:
    rig.rows(number)
    rows = rig.log.committed
    return [(row.trigger_id, row.part_serial, row.decision.verdict.value, row.decision.reason) for row in rows]


def scan(rig: Rig, code: str, within_s: float = SOON_S) -> str:
    return rig.engine.set_next_serial(code, within_s=within_s)


def test_each_code_is_the_next_parts_and_no_others(rig: Rig) -> None:
    rig.start()
    for number in range(20):
        assert scan(rig, f"SN-{number}") == ""
        assert rig.engine.next_serial() is SerialState.WAITING
        rig.engine.trigger(event(f"{number}"))
        assert rig.engine.next_serial() is SerialState.GIVEN
        rig.engine.trigger(event(f"{number}b"))
        rig.camera.show()
        rig.camera.show(BAD)
        rig.rows(2 * number + 2)
    assert [row[:2] for row in serials(rig, 40)] == [
        pair for number in range(20) for pair in ((f"{number}", f"SN-{number}"), (f"{number}b", ""))
    ]


def test_it_is_the_part_that_is_triggered_next_not_the_one_whose_picture_comes_next(rig: Rig) -> None:
    rig.start()
    scan(rig, "first")
    rig.engine.trigger(event("1"))
    assert scan(rig, "second") == ""  # the first is given, though no picture has come
    rig.camera.show()
    rig.rows(1)
    rig.engine.trigger(event("2"))
    rig.camera.show()
    assert [row[:2] for row in serials(rig, 2)] == [("1", "first"), ("2", "second")]


def test_a_later_code_takes_the_place_of_an_earlier_one_and_this_is_said(rig: Rig) -> None:
    rig.start()
    assert (scan(rig, "A"), scan(rig, "A"), scan(rig, "B")) == ("", "", "A")
    rig.engine.trigger(event("1"))
    rig.camera.show()
    assert serials(rig, 1) == [("1", "B", "PASS", "")]


def test_a_code_that_is_too_old_is_not_used(rig: Rig) -> None:
    rig.start()
    scan(rig, "A", within_s=0.0)
    rig.engine.trigger(event("1"))
    rig.camera.show()
    assert serials(rig, 1) == [("1", "", "PASS", "")]
    assert rig.engine.next_serial() is SerialState.TOO_OLD


def test_line_and_scanner_that_contradict_each_other_are_an_error(rig: Rig) -> None:
    rig.start()
    for name, said, scanned in (("1", "A", "A"), ("2", "A", "B"), ("3", "A", "")):
        if scanned:
            scan(rig, scanned)
        rig.engine.trigger(event(name, part_serial=said))
        rig.camera.show()
        rig.rows(int(name))
    assert serials(rig, 3) == [
        ("1", "A", "PASS", ""),
        ("2", "A", "ERROR", "the line says “A”, the scanner says “B”"),
        ("3", "A", "PASS", ""),
    ]


def needing(rig: Rig, mode: TriggerMode = TriggerMode.EXTERNAL) -> None:
    """Start a line whose parts must have a scanned code."""
    job = rig.job(mode=mode)
    recipe = job.recipe.model_copy(update={"needs_scan": True})
    rig.engine.start(replace(job, recipe=recipe))
    until(lambda: rig.engine.status().state is RunState.RUNNING)
    until(lambda: rig.engine.status().source_state is SourceState.LIVE)


def test_where_a_code_is_needed_a_part_without_is_an_error_never_a_pass(rig: Rig) -> None:
    needing(rig)
    for name, scanned, within_s in (("1", "A", SOON_S), ("2", "", 0.0), ("3", "B", 0.0)):
        if scanned:
            scan(rig, scanned, within_s)
        rig.engine.trigger(event(name))
        rig.camera.show()
        rig.rows(int(name))
    rig.engine.trigger(event("4", part_serial="C"))  # the line's own is none that was scanned
    rig.camera.show()
    assert serials(rig, 4) == [
        ("1", "A", "PASS", ""),
        ("2", "", "ERROR", NOT_SCANNED),
        ("3", "", "ERROR", f"{NOT_SCANNED}: “B” is 0 s old, used within 0 s"),
        ("4", "C", "ERROR", NOT_SCANNED),
    ]


def test_parts_by_hand_and_those_that_the_trigger_sees_have_their_codes_too(rig: Rig) -> None:
    needing(rig, TriggerMode.EVERY_PICTURE)
    rig.camera.show()
    rig.rows(1)
    scan(rig, "A")
    rig.camera.show()
    rig.rows(2)
    scan(rig, "B")
    rig.engine.fire_trigger()
    rig.camera.show()
    rig.rows(3)
    rig.engine.fire_trigger()  # the picture is a part anyway, and stays one without a code
    rig.camera.show()
    rig.rows(4)
    rig.camera.show_bad()
    assert [row[1:3] for row in serials(rig, 5)] == [
        ("", "ERROR"),
        ("A", "PASS"),
        ("B", "PASS"),
        ("", "ERROR"),
        ("", "ERROR"),
    ]


def test_a_part_that_is_missed_has_taken_its_code_along(rig: Rig) -> None:
    rig.start()
    scan(rig, "A")
    rig.engine.trigger(event("1", missed="busy"))
    rig.engine.trigger(event("2"))
    rig.camera.show()
    assert [row[:3] for row in serials(rig, 2)] == [("1", "A", "ERROR"), ("2", "", "PASS")]


def test_a_capture_by_hand_that_cannot_be_taken_leaves_the_code(rig: Rig) -> None:
    needing(rig, TriggerMode.MANUAL)
    for _ in range(MOST_WAITING):
        rig.engine.fire_trigger()
    scan(rig, "A")
    with pytest.raises(EngineError, match="no further capture"):
        rig.engine.fire_trigger()
    assert rig.engine.next_serial() is SerialState.WAITING
    rig.camera.show()


def test_without_a_line_there_is_no_next_part(rig: Rig) -> None:
    with pytest.raises(EngineError, match="no part is being waited for: the line does not run"):
        Engine().set_next_serial("A", within_s=SOON_S)
    rig.start()
    scan(rig, "A")
    rig.engine.stop()
    assert rig.engine.next_serial() is SerialState.NONE
    rig.start()
    rig.engine.trigger(event("1"))
    rig.camera.show()
    assert serials(rig, 1)[0][:2] == ("1", "")


def test_codes_and_parts_from_many_threads_each_code_is_taken_at_most_once() -> None:
    waiting = NextSerial(needed=False)
    taken: list[str] = []
    replaced: list[str] = []

    def scan_many(name: str) -> None:
        replaced.extend(filter(None, (waiting.set(f"{name}{n}", within_s=SOON_S) for n in range(500))))

    def take_many() -> None:
        taken.extend(filter(None, (waiting.take()[0] for _ in range(500))))

    threads = [threading.Thread(target=scan_many, args=(name,)) for name in "ab"]
    threads += [threading.Thread(target=take_many) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = list(filter(None, [waiting.take()[0]]))
    assert sorted(taken + replaced + left) == sorted(f"{name}{n}" for name in "ab" for n in range(500))
