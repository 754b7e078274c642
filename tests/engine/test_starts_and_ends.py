"""How a line begins and ends."""

from __future__ import annotations

from inspector.domain.errors import SourceCutShortError
from inspector.engine.status import RunState
from tests.engine.conftest import Rig
from tests.engine.fakes import FakeSource, frame


def test_a_lot_that_is_set_at_the_very_start_is_not_lost(rig: Rig) -> None:
    rig.run(FakeSource([lambda: rig.engine.set_lot("early"), frame(0), frame(1)]))
    assert [(row.lot, row.part_number) for row in rig.log.committed] == [("early", 1), ("early", 2)]


def test_a_source_that_is_cut_short_is_a_fault_after_its_parts_are_judged(rig: Rig) -> None:
    assert rig.run(FakeSource([frame(0), frame(1), SourceCutShortError("678 of 900 frames were not read")])) == [
        "PASS",
        "PASS",
    ]
    status = rig.engine.status()
    assert (status.state, status.fault) == (RunState.FAULT, "678 of 900 frames were not read")
