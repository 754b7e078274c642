"""What codes on a part come to: a serial number, or the reason why there is none."""

from __future__ import annotations

import pytest

from inspector.domain.part_code import CodeConfig, CodeReading, WhenUnread, with_code
from inspector.domain.policy import error_decision
from inspector.domain.records import Decision, Thresholds, Verdict

POINT = Thresholds(fail_at=0.5)
PASS = Decision(verdict=Verdict.PASS, reason="", p_defective=0.1, thresholds=POINT)
FAIL = Decision(verdict=Verdict.FAIL, reason="dirt", p_defective=0.9, thresholds=POINT)
BROKEN = error_decision("bad image: black", POINT)


@pytest.mark.parametrize(
    ("texts", "serial", "why"),
    [
        (["SN-1"], "SN-1", ""),
        (["SN-1", "SN-1"], "SN-1", ""),
        ([], "", "no code was read"),
        (["", " "], "", "no code was read"),
        (["SN-1", "SN-2"], "", "2 different codes were read: “SN-1”, “SN-2”"),
        (["A", "B", "C", "D"], "", "4 different codes were read: “A”, “B”, “C” …"),
        (["x" * 201], "", "the code cannot be used: a part's serial number has at most 200 characters, got 201"),
    ],
)
def test_one_code_is_the_serial_number_and_several_are_none(texts: list[str], serial: str, why: str) -> None:
    assert CodeReading.of(texts) == CodeReading(serial, why)


READ, UNREAD = CodeReading("SN-1"), CodeReading("", "no code was read")


@pytest.mark.parametrize(
    ("decision", "said", "reading", "unread", "serial", "verdict", "reason"),
    [
        (PASS, "", READ, WhenUnread.ERROR, "SN-1", Verdict.PASS, ""),
        (FAIL, "SN-1", READ, WhenUnread.ERROR, "SN-1", Verdict.FAIL, "dirt"),
        (PASS, "", UNREAD, WhenUnread.ERROR, "", Verdict.ERROR, "no code was read; it would have been PASS"),
        (FAIL, "SN-9", UNREAD, WhenUnread.ERROR, "SN-9", Verdict.ERROR, "no code was read; it would have been FAIL"),
        (PASS, "", UNREAD, WhenUnread.NO_SERIAL, "", Verdict.PASS, "no code was read"),
        (FAIL, "SN-9", UNREAD, WhenUnread.NO_SERIAL, "SN-9", Verdict.FAIL, "dirt; no code was read"),
        (BROKEN, "", UNREAD, WhenUnread.ERROR, "", Verdict.ERROR, "bad image: black"),
        (BROKEN, "", READ, WhenUnread.NO_SERIAL, "SN-1", Verdict.ERROR, "bad image: black"),
        *(
            (
                PASS,
                "SN-2",
                READ,
                unread,
                "SN-2",
                Verdict.ERROR,
                "the line or its scanner says “SN-2”, the code on the part says “SN-1”; it would have been PASS",
            )
            for unread in WhenUnread
        ),
    ],
)
def test_a_part_gets_its_serial_number_or_the_reason(
    decision: Decision,
    said: str,
    reading: CodeReading,
    unread: WhenUnread,
    serial: str,
    verdict: Verdict,
    reason: str,
) -> None:
    got, judged = with_code(decision, said, reading, unread)
    assert (got, judged.verdict, judged.reason, judged.thresholds) == (serial, verdict, reason, POINT)


@pytest.mark.parametrize("budget_ms", [0, 5001])
def test_the_time_has_limits(budget_ms: int) -> None:
    with pytest.raises(ValueError, match="budget_ms must be between 1 and 5000"):
        CodeConfig(budget_ms=budget_ms)
