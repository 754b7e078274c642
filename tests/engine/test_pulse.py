"""What those who look from elsewhere hear of the line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inspector.domain.errors import LogError, SourceError
from inspector.engine import engine
from inspector.outputs.pulse import STALE_S, LinePulse, pulse_path, read_pulse
from tests.engine.conftest import Rig
from tests.engine.fakes import FakeSource, frame, make_job
from tests.waits import WAIT_S, until


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk may take its time."""
    monkeypatch.setattr(engine, "_PULSE_END_S", WAIT_S)


def _heard(path: Path) -> LinePulse:
    pulse = read_pulse(path)
    assert pulse is not None
    return pulse


def test_a_running_line_is_heard_and_its_orderly_end_too(rig: Rig, tmp_path: Path) -> None:
    path = pulse_path(tmp_path / "results.sqlite3")
    assert read_pulse(path) is None
    seen: list[LinePulse] = []

    def look() -> None:
        rig.engine.set_lot("L2")
        until(lambda: path.is_file() and _heard(path).lot == "L2" and _heard(path).source_state == "live")
        seen.append(_heard(path))

    rig.run(FakeSource([frame(0), look, frame(1)]), pulse=path)
    assert (seen[0].running, seen[0].station, seen[0].recipe, seen[0].recipe_version) == (True, "S", "R", 3)
    assert (seen[0].faulty, seen[0].faults) == (False, ())
    ended = _heard(path)
    assert (ended.running, ended.face, ended.parts) == (False, "END OF SOURCE", 2)
    assert not ended.is_stale(datetime.now(UTC) + timedelta(days=1))  # it has ended, and said so
    assert seen[0].is_stale(seen[0].time_utc + timedelta(seconds=STALE_S + 0.1))
    assert not seen[0].is_stale(seen[0].time_utc + timedelta(seconds=STALE_S - 0.1))
    assert seen[0].is_stale(seen[0].time_utc - timedelta(hours=1))  # the clock was set back: nobody can say


def test_a_fault_is_heard_in_the_line_s_own_words(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "line.json"
    source = FakeSource([], ends=False)
    source.open_errors.extend(SourceError("the cable is out", "Plug it in.") for _ in range(1000))
    rig.engine.start(make_job(source, rig.log, pulse=path))
    until(lambda: path.is_file() and _heard(path).source_state == "lost")
    heard = _heard(path)
    assert (heard.running, heard.face, heard.faulty) == (True, "NO SOURCE", True)
    assert any("the cable is out" in fault for fault in heard.faults)


def test_a_disk_that_takes_nothing_holds_up_no_part(rig: Rig, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    assert rig.run(FakeSource([frame(0), frame(1)]), pulse=in_the_way / "line.json") == ["PASS", "PASS"]


def test_a_damaged_file_is_an_error_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "line.json"
    path.write_text("{")
    with pytest.raises(LogError, match="cannot be read"):
        read_pulse(path)
