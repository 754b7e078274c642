"""The watch over lamp, lens, fixture and process beside a line: its reference, its alarm, what is kept."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inspector.domain.failing import AlarmKind
from inspector.domain.watching import WatchConfig
from inspector.engine import engine
from inspector.engine.engine import Engine
from inspector.engine.job import LineJob
from inspector.engine.status import RunState
from inspector.outputs.alarms import alarms_path, read_alarms
from inspector.outputs.measure_reads import newest_measures
from inspector.outputs.references import ReferenceFiles, references_folder
from inspector.outputs.result_log import SqliteResultLog
from inspector.statistics.watched import watched, words_of_view
from tests.engine.fakes import BAD, GOOD, FakeSource, frame, make_job
from tests.waits import WAIT_S, until

PARTS = 100
DARK = 40


class Station:
    """An engine with a real log."""

    def __init__(self, folder: Path) -> None:
        self.log = SqliteResultLog(folder / "results.sqlite3")
        self.folder = references_folder(self.log.path)
        self.files = ReferenceFiles(self.folder, "R", 0)
        self.engine = Engine()
        self.engine.recall(self.log.path)
        self.seen = 0

    def job(self, greys: list[int], watch: WatchConfig) -> LineJob:
        source = FakeSource([frame(self.seen + number, grey) for number, grey in enumerate(greys)])
        self.seen += len(greys)
        job = make_job(source, self.log)  # type: ignore[arg-type]  # a real log
        return replace(job, recipe=job.recipe.model_copy(update={"watch": watch}))

    def run(self, greys: list[int], **watch: Any) -> None:
        self.engine.start(self.job(greys, WatchConfig(**({"parts": PARTS} | watch))))
        assert self.engine.wait_ended(WAIT_S)
        until(lambda: self.engine.status().state is RunState.IDLE)
        assert self.engine.stop(WAIT_S)

    @property
    def said(self) -> list[str]:
        return [alarm.said for alarm in self.engine.status().failing.alarms if alarm.kind is AlarmKind.CAUSE]

    def close(self) -> None:
        self.engine.stop(WAIT_S)
        self.log.close()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a line leaves to do at its end may take its time."""
    monkeypatch.setattr(engine, "_LATE_S", WAIT_S)


@pytest.fixture
def station(tmp_path: Path) -> Generator[Station]:
    station = Station(tmp_path)
    yield station
    station.close()


def again(station: Station) -> Station:
    """The program ends, and starts again."""
    folder, seen = station.log.path.parent, station.seen
    station.close()
    new = Station(folder)
    new.seen = seen
    return new


def test_a_lamp_that_fades_gives_an_alarm_with_its_evidence_and_both_pictures(station: Station) -> None:
    station.run([GOOD] * PARTS)
    assert station.said == []
    station.run([GOOD] * 30 + [DARK] * 40)
    (said,) = station.said
    assert said.startswith("the lamp has changed: ")
    assert "brightness 60 → 40, −3" in said
    assert read_alarms(alarms_path(station.log.path)) == station.engine.status().failing
    until(lambda: station.files.read_finding() is not None)
    assert station.files.good.is_file()
    assert station.files.now.is_file()
    (view,) = watched(station.log.path)
    assert view.finding is not None
    assert view.finding.cause == "lamp"
    assert "Found last: lamp: " in words_of_view(view)
    brightness = next(each for each in view.measures if each.measure.value == "brightness")
    assert brightness.middle == pytest.approx(60, abs=1)
    assert brightness.points[-1].value == pytest.approx(40, abs=1)
    assert brightness.band[0] > 50


def test_what_was_acknowledged_is_not_said_again_while_the_lamp_stays_as_it_is(station: Station) -> None:
    station.run([GOOD] * PARTS + [DARK] * 40)
    assert len(station.said) == 1
    station.engine.acknowledge("A")
    station.run([DARK] * 40)
    assert station.said == []


def test_a_higher_number_takes_a_new_reference(station: Station) -> None:
    station.run([GOOD] * PARTS + [DARK] * 40)
    station.engine.acknowledge("A")
    station.run([DARK] * PARTS, reference=2)
    until(lambda: (kept := station.files.read()) is not None and kept.complete)
    assert station.files.read_finding() is None
    assert not station.files.now.exists()
    station.run([DARK] * 40, reference=2)
    assert station.said == []
    station.run([GOOD] * 40, reference=2)
    assert "brightness 39 → 59, +5" in station.said[0]


def test_a_restart_goes_on_with_what_was_gathered(station: Station) -> None:
    station.run([GOOD] * 60)
    kept = station.files.read()
    assert kept is not None
    assert (kept.good, kept.complete) == (60, False)
    (view,) = watched(station.log.path)
    assert "the reference is being taken, 60 good parts so far" in words_of_view(view)
    after = again(station)
    after.run([GOOD] * 40 + [DARK] * 40)
    assert len(after.said) == 1
    later = again(after)
    later.engine.acknowledge("A")
    later.run([GOOD] * 5 + [DARK] * 40)
    assert len(later.said) == 1
    later.close()


def test_parts_that_did_not_pass_do_not_complete_a_reference(station: Station) -> None:
    station.run([BAD] * (PARTS + 20))
    kept = station.files.read()
    assert kept is None or not kept.complete
    assert station.said == []


def test_nothing_is_measured_where_it_is_off(station: Station) -> None:
    station.run([GOOD] * PARTS + [DARK] * 40, on=False)
    assert station.said == []
    assert not station.folder.exists()
    assert newest_measures(station.log.path, "R", 0, "0" * 64, 10) == []


@pytest.mark.parametrize("damage", [b"", b"no archive", b"PK\x03\x04 cut"])
def test_a_damaged_reference_is_taken_anew(station: Station, damage: bytes) -> None:
    station.run([GOOD] * PARTS)
    path = station.folder / "R.0.npz"
    until(path.is_file)
    path.write_bytes(damage)
    after = again(station)
    assert watched(after.log.path) == []
    after.run([GOOD] * PARTS)
    until(lambda: (kept := after.files.read()) is not None and kept.complete)
    after.close()


def test_a_reference_of_other_figures_is_taken_anew(station: Station) -> None:
    station.run([GOOD] * PARTS)
    kept = station.files.read()
    assert kept is not None
    station.files.write(replace(kept, values=np.zeros((PARTS, 3))))
    assert watched(station.log.path) == []  # nothing is watched against it
    after = again(station)
    after.run([GOOD] * PARTS)
    until(lambda: (kept := after.files.read()) is not None and kept.values.shape[1] > 3)
    after.close()


def test_a_finding_that_cannot_be_read_is_said(station: Station) -> None:
    station.run([GOOD] * PARTS)
    (station.folder / "R.0.json").write_text("{", encoding="utf-8")
    (view,) = watched(station.log.path)
    assert "What was found last is not known" in words_of_view(view)


def test_a_record_without_a_reference_has_nothing_to_show(tmp_path: Path) -> None:
    SqliteResultLog(tmp_path / "results.sqlite3").close()
    assert watched(tmp_path / "results.sqlite3") == []


def test_measures_stand_beside_the_row(station: Station) -> None:
    station.run([GOOD, DARK])
    rows = newest_measures(station.log.path, "R", 0, "0" * 64, 10)
    assert [round(row.measures.brightness) for row in rows] == [GOOD - 1, DARK - 1]  # noise is cut to whole grey levels
    assert rows[0].p_defective is not None
