"""What the table says where there is no terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.assembly import demo_recipe
from inspector.cli.table import LiveTable
from inspector.domain.tally import Tally
from inspector.engine.status import EngineStatus, Pace

if TYPE_CHECKING:
    import pytest


def test_a_fault_is_said_once_while_only_its_figures_change(capsys: pytest.CaptureFixture[str]) -> None:
    with LiveTable(demo_recipe()) as table:
        for waited in ("1.0", "1.1", "12.3"):
            late = f"A part has waited {waited} s for its verdict, 0.87 s are allowed."
            table.update(EngineStatus(pace=Pace.TOO_SLOW, pace_message=late), Tally())
        table.update(EngineStatus(log_fault="the log cannot be written"), Tally())
        table.update(EngineStatus(), Tally())
    said = capsys.readouterr().err
    assert [said.count(words) for words in ("has waited", "1.0 s", "cannot be written")] == [1, 1, 1]
    assert said.count("0 parts") == 3  # the fault, the next one, and that it is over


def test_while_parts_wait_for_the_log_nothing_advises_a_faster_device(capsys: pytest.CaptureFixture[str]) -> None:
    late = "A part has waited 1.0 s for its verdict, 0.87 s are allowed. Slow the line or use a faster device."
    with LiveTable(demo_recipe()) as table:
        table.update(EngineStatus(pace=Pace.TOO_SLOW, pace_message=late, log_fault="the log is locked. Wait."), Tally())
        waits = capsys.readouterr().err
        table.update(EngineStatus(pace=Pace.TOO_SLOW, pace_message=late), Tally())
    assert ("the log is locked" in waits, "faster device" in waits) == (True, False)
    assert "faster device" in capsys.readouterr().err
