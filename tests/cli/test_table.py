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
