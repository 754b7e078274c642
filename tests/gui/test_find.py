"""Ctrl+F: a part by serial number, lot or time, its picture, and the way to Review."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from inspector.domain.records import ArchivedPicture, Verdict
from inspector.gui.find.dialog import FindDialog
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home
from tests.gui.conftest import Station, picture
from tests.outputs.samples import inspection


def test_a_part_is_found_by_serial_lot_and_time_and_shown_in_review(qtbot: QtBot, home: Home) -> None:
    kept = ArchivedPicture(path=picture(home.root.parent / "kept.png", bad=True), sha256="a" * 64, heatmap_path=None)
    with closing(SqliteResultLog(home.log)) as log:
        log.append(replace(inspection(1, Verdict.FAIL, lot="A"), part_serial="S-1", picture=kept))
        log.append(inspection(2, lot="A"))
        log.append(replace(inspection(3, lot="B"), nest="7"))
    station = Station(qtbot, home)
    QTest.keyClick(station.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    dialog = station.window.findChild(FindDialog)
    assert dialog is not None

    def find(serial: str = "", lot: str = "", since: str = "", nest: str = "") -> list[int]:
        typed = ((dialog.serial, serial), (dialog.lot, lot), (dialog.since, since), (dialog.nest, nest))
        for field, words in typed:
            field.setText(words)
        dialog.find_button.click()
        station.until(lambda: dialog.said.text() != "Looking…")
        return [part.part_number for part in dialog.parts]

    assert find() == []
    assert dialog.said.text() == "Type a serial number, a lot, a tool or nest, or a time."
    find(since="yesterday")
    assert "“yesterday” is no date or time" in dialog.said.text()
    assert find(lot="A") == [2, 1]
    assert find(since="2026-01-01") == [3, 2, 1]
    assert find(nest="7") == [3]
    assert "Tool or nest 7" in dialog.facts.text()
    assert find(serial="S-2") == []
    assert dialog.said.text() == "No part of the record fits."
    assert find(serial="S-1") == [1]
    assert "R, version 2" in dialog.facts.text()
    station.until(lambda: dialog.picture.image is not None)
    dialog.review_button.click()
    review = station.window.review
    station.until(lambda: review.walk.inspection is not None and review.walk.inspection.part_serial == "S-1")
    station.close()
