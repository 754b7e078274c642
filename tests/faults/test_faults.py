"""A short form of `make faults`: the cases that need neither root nor a display nor much time."""

from __future__ import annotations

import sys

import pytest

from tests.faults import record
from tests.faults.cases import CASES
from tests.faults.rig import Case, Face, Findings
from tests.faults.run import Result, chosen, lines_of, run, table_of

_SHORT = [case for case in CASES if case.short]


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="file systems and signals as on Linux")
@pytest.mark.parametrize("case", _SHORT, ids=[case.name for case in _SHORT])
def test_nothing_is_lost_and_nothing_passes_wrongly(case: Case) -> None:
    result = run(case, Face.HEADLESS, seed=1)
    if result.skipped:
        pytest.skip(result.skipped)
    assert result.findings.held, "\n".join(lines_of(result))
    assert result.findings.tries > 0


def test_every_case_says_what_must_hold_and_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
    assert all(case.holds and case.promises and case.faces for case in CASES)
    assert {number for case in CASES for number in case.promises} <= set(range(1, 7))


def _row(serial: str, verdict: str = "PASS", number: int = 1, lot: str = "a") -> record.Row:
    return record.Row(id=f"{lot}{number}{serial}", lot=lot, number=number, serial=serial, verdict=verdict, reason="")


def test_what_was_told_and_is_not_recorded_as_told_is_lost() -> None:
    row = _row("F-000001")
    told = [{"id": row.id, "verdict": "PASS"}, {"id": row.id, "verdict": "FAIL"}, {"id": "x", "verdict": "PASS"}]
    assert record.lost(told, [row]) == 2


def test_a_pass_of_a_defective_part_or_of_nobody_knows_which_is_wrong() -> None:
    good, defective = "F-000001", "F-000002"  # by the seed of the demo line
    assert [record.is_wrong("PASS", serial) for serial in (good, defective, None)] == [False, True, True]
    assert not record.is_wrong("FAIL", defective)
    assert record.wrong([], [_row(defective), _row(good)]) == 1


def test_a_part_with_two_rows_and_a_part_without_are_counted() -> None:
    rows = [_row("F-000001"), _row("F-000002", number=2), _row("F-000002", number=3), _row("F-000006", number=4)]
    assert (record.twice(rows), record.unaccounted(rows)) == (1, 3)
    assert record.unaccounted([*rows, _row("", "ERROR", number=5)]) == 2
    assert record.twice([*rows, _row("F-000001", lot="b")]) == 1


def test_the_table_has_a_row_for_each_promise_and_skips_what_was_not_tried() -> None:
    case = CASES[0]
    tried = Result(case=case, face=Face.HEADLESS, findings=Findings(tries=3, shown_s=[0.5, 0.7]))
    skipped = Result(case=case, face=Face.WINDOW, findings=Findings(), skipped="there is no Xvfb")
    rows = table_of([tried, skipped])[2:]
    assert len(rows) == len(case.promises)
    assert rows[0].startswith(f"| {case.promises[0]} | 1 | 3 | 0 | 0 | 0 | 0 | 0.7 s | – | 0 |")


def test_cases_are_chosen_by_name_face_and_length() -> None:
    assert {case.name for case, _ in chosen([], list(Face), short=True)} == {case.name for case in _SHORT}
    assert all(face is Face.WINDOW for _, face in chosen([], [Face.WINDOW], short=False))
    assert [case.name for case, _ in chosen(["midnight"], list(Face), short=False)] == ["midnight"]
    whole, part = (
        {case.name for case, _ in chosen([name], list(Face), short=False)}
        for name in ("killed (kill -9)", "killed (kill")
    )
    assert whole == {"killed (kill -9)"} < part
