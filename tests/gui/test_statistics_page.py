"""The Statistics page: figures of the record, a picked point and its parts, what is saved."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from inspector.domain.assignable import figures_of
from inspector.domain.picture_measures import measure_picture
from inspector.domain.records import Decision, Thresholds, Verdict
from inspector.gui.statistics.chart import LineChart
from inspector.gui.statistics.charts_of import ChartKind
from inspector.gui.statistics.page import StatisticsPage
from inspector.gui.statistics.store import PlacesAnswer, StatisticsStore
from inspector.outputs.references import KeptFinding, KeptReference, ReferenceFiles, references_folder
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.roll_up_reads import RollUpQuery
from inspector.paths import Home
from tests.gui.conftest import Station
from tests.outputs.samples import inspection
from tests.waits import WAIT_MS, WAIT_S


def fill(home: Home) -> list[str]:
    """Twelve days of ten parts; on the last but one half of them have a dent. Return these."""
    dents = []
    log = SqliteResultLog(home.log)
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    for day in range(12):
        for number in range(10):
            bad = number < (5 if day == 10 else 1)
            part = inspection(number, Verdict.FAIL if bad else Verdict.PASS)
            reason = ("dent" if day == 10 else "scratch") + ": P(defective) 0.900 ≥ 0.5" if bad else ""
            part = replace(
                part,
                time_utc=noon - timedelta(days=11 - day, minutes=-number),
                decision=Decision(
                    verdict=part.decision.verdict,
                    reason=reason,
                    p_defective=0.9 if bad else 0.01,
                    thresholds=Thresholds(fail_at=0.5),
                ),
            )
            log.append(part)
            if reason.startswith("dent"):
                dents.append(part.id)
    log.close()
    return dents


def open_page(station: Station) -> StatisticsPage:
    station.window.show_page("statistics")
    page = station.window.findChild(StatisticsPage)
    assert page is not None
    return page


def choose(page: StatisticsPage, period: str, by: str) -> None:
    """Choose in two lists."""
    page.choice.period.setCurrentText(period)
    page.choice.by.setCurrentText(by)
    page.choice.by.activated.emit(page.choice.by.currentIndex())


def test_a_point_that_signals_is_picked_and_its_part_looked_at(qtbot: QtBot, home: Home, tmp_path: Path) -> None:
    dents = fill(home)
    station = Station(qtbot, home)
    page = open_page(station)
    choose(page, "Last 30 days", "By day")
    station.until(lambda: page.groups.rowCount() == 12)
    assert "4 of 12 groups signal" in page.said.text()
    signal = page.groups.item(1, 7)
    assert signal is not None
    assert signal.text().startswith("beyond the limits")
    assert page.total.text().startswith("120 parts, 86.67 % passed at first (95 %: ")

    page.chart.pick(10.2, 30.0)
    station.until(lambda: page.parts.table.rowCount() == 5)
    assert {part.id for part in page.parts.table.parts} == set(dents)

    qtbot.mouseClick(page.kinds[ChartKind.FAILURES], Qt.MouseButton.LeftButton)
    page.chart.pick(3.0, 0.1)
    station.until(lambda: page.parts.table.rowCount() == 11)
    assert "FAIL, scratch" in page.parts.title.text()

    table, picture = tmp_path / "pareto.csv", tmp_path / "chart.png"
    page.save_table(table)
    page.save_picture(picture)
    station.until(picture.is_file)
    assert table.read_text("utf-8-sig").splitlines()[1].startswith("FAIL,scratch,11,")
    assert picture.read_bytes().startswith(b"\x89PNG")

    for kind in (ChartKind.SCORES, ChartKind.LATENCY):
        qtbot.mouseClick(page.kinds[kind], Qt.MouseButton.LeftButton)
        assert page.chart.shown is not None
    qtbot.mouseClick(page.kinds[ChartKind.PLACES], Qt.MouseButton.LeftButton)
    station.until(lambda: "have no heatmap" in page.chart.empty.text())

    wanted = page.parts.table.parts[0]
    qtbot.mouseClick(page.parts.open_button, Qt.MouseButton.LeftButton)
    assert station.window.bar.current == "review"
    review = station.window.review
    station.until(lambda: review.walk.inspection is not None)
    assert review.walk.inspection is not None
    assert review.walk.inspection.id == wanted.id


def test_figures_can_be_those_of_one_nest(qtbot: QtBot, home: Home) -> None:
    with closing(SqliteResultLog(home.log)) as log:
        for number, nest in enumerate(("10", "9", "9", "")):
            part = replace(inspection(number, Verdict.FAIL if nest == "9" else Verdict.PASS), nest=nest)
            log.append(replace(part, time_utc=datetime.now(UTC)))
    station = Station(qtbot, home)
    page = open_page(station)
    nests = page.choice.nest
    station.until(nests.isVisible)
    assert [nests.itemText(place) for place in range(nests.count())] == ["Every nest", "9", "10", "not known"]
    station.until(lambda: page.total.text().startswith("4 "))
    nests.setCurrentText("9")
    nests.activated.emit(nests.currentIndex())
    station.until(lambda: page.total.text().startswith("2 "))
    qtbot.mouseClick(page.report_button, Qt.MouseButton.LeftButton)
    assert "choose every one of them first" in page.said.text()


def test_what_is_shown_is_of_what_is_chosen(qtbot: QtBot, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(home)
    station = Station(qtbot, home)
    page = open_page(station)
    choose(page, "Last 30 days", "By day")
    assert (page.chart.empty.text(), page.total.text(), page.groups.rowCount()) == ("Reading the record", "", 0)
    station.until(lambda: page.groups.rowCount() == 12)

    asked, goes_on, read = threading.Event(), threading.Event(), StatisticsStore.places

    def slow(store: StatisticsStore, query: RollUpQuery) -> PlacesAnswer:
        asked.set()
        goes_on.wait(WAIT_S)
        return read(store, query)

    monkeypatch.setattr(StatisticsStore, "places", slow)
    qtbot.mouseClick(page.kinds[ChartKind.PLACES], Qt.MouseButton.LeftButton)
    station.until(asked.is_set)
    qtbot.mouseClick(page.kinds[ChartKind.SCORES], Qt.MouseButton.LeftButton)
    scores = page.chart.shown
    goes_on.set()
    page.groups.selectRow(3)
    page.groups.chosen.emit(3)
    station.until(lambda: page.parts.table.rowCount() == 10)  # read after the places
    assert scores is not None
    assert page.chart.shown is scores


def test_without_parts_it_says_so_and_offers_nothing(qtbot: QtBot, home: Home) -> None:
    page = open_page(Station(qtbot, home))
    qtbot.waitUntil(lambda: "No part was inspected in this choice" in page.chart.empty.text(), timeout=WAIT_MS)
    assert not page.table_button.isEnabled()
    assert not page.parts.open_button.isEnabled()


def watch(home: Home, *, finding: bool) -> list[str]:
    """A reference of good parts, and 60 recorded parts of which the last 20 are darker. Return these."""
    rng = np.random.default_rng(1)
    dark = []
    log = SqliteResultLog(home.log)
    for number in range(60):
        level = 80 if number >= 40 else 100
        picture = np.clip(rng.normal(level, 8, (40, 60)), 0, 255).astype(np.uint8)
        part = replace(inspection(number), time_utc=datetime.now(UTC), measures=measure_picture(picture))
        log.append(part)
        if number >= 40:
            dark.append(part.id)
    log.close()
    files = ReferenceFiles(references_folder(home.log), "R", 0)
    good = [np.clip(rng.normal(100, 8, (40, 60)), 0, 255).astype(np.uint8) for _ in range(120)]
    values = np.array([figures_of(measure_picture(picture), None, 0.25) for picture in good])
    sha256 = inspection(0).model.sha256  # type: ignore[union-attr]
    files.write(KeptReference(identity="i", model_sha256=sha256, good=120, complete=True, values=values))
    files.write_picture(files.good, good[0])
    if finding:
        now = datetime.now(UTC)
        files.write_finding(
            KeptFinding(cause="lamp", evidence="brightness 100 → 80, −20 %", since=now, noticed=now, parts=20)
        )
        files.write_picture(files.now, np.full((40, 60), 80, np.uint8))
    return dark


def test_a_measure_is_shown_with_its_evidence_and_both_pictures(qtbot: QtBot, home: Home) -> None:
    dark = watch(home, finding=True)
    station = Station(qtbot, home)
    page = open_page(station)
    station.until(lambda: page.groups.rowCount() == 1)
    qtbot.mouseClick(page.kinds[ChartKind.WATCHED], Qt.MouseButton.LeftButton)
    station.until(page.watched.isVisible)
    assert page.watched.measure.currentText() == "Brightness"
    assert "Found last: lamp: brightness 100 → 80, −20 %" in page.said.text()
    assert page.watched.good.isVisible()
    assert page.watched.found.isVisible()
    chart = page.chart.shown
    assert isinstance(chart, LineChart)
    assert [round(value or 0) for value in chart.series[0].values] == [99, 99, 80]
    assert list(chart.marked) == [2]
    page.chart.pick(2.0, 80.0)
    station.until(lambda: page.parts.table.rowCount() == 20)
    station.until(page.parts.open_button.isEnabled)
    assert page.parts.table.chosen_part in dark
    qtbot.mouseClick(page.kinds[ChartKind.YIELD], Qt.MouseButton.LeftButton)
    assert not page.watched.isVisible()


def test_without_a_reference_the_page_says_how_one_is_taken(qtbot: QtBot, home: Home) -> None:
    fill(home)
    station = Station(qtbot, home)
    page = open_page(station)
    station.until(lambda: page.groups.rowCount() > 0)
    qtbot.mouseClick(page.kinds[ChartKind.WATCHED], Qt.MouseButton.LeftButton)
    station.until(lambda: page.chart.empty.text().startswith("No reference has been taken"))
    assert not page.watched.isVisible()
