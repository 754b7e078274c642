"""A lot that was typed is in force, or the field says that it is not."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from inspector.paths import Home
from tests.gui.conftest import Station, picture


def write(station: Station, text: str) -> None:
    """Click into the field, and type."""
    edit = station.window.header.lot.edit
    station.qtbot.mouseClick(edit, Qt.MouseButton.LeftButton)
    edit.selectAll()
    QTest.keyClicks(edit, text)


def test_a_lot_is_in_force_on_enter_and_says_so_until_then(station: Station) -> None:
    lot = station.window.header.lot
    write(station, "L 17")
    assert (station.session.lot, lot.words.isVisible()) == ("", True)
    assert lot.words.text() == "not in force yet:\npress Enter"
    QTest.keyClick(lot.edit, Qt.Key.Key_Return)
    station.until(lambda: station.session.lot == "L 17")
    assert (lot.words.isVisible(), lot.edit.property("pending")) == (False, False)
    assert not lot.edit.hasFocus()  # a thumb on the space bar adds nothing to it
    picture(station.pictures / "good.png", bad=False)
    station.session.start()
    station.until(lambda: station.session.status().parts == 1)
    station.until(lambda: station.window.live.counters.texts()["inspected"] == "1")


def test_escape_takes_back_what_was_typed(station: Station) -> None:
    lot = station.window.header.lot
    write(station, "A")
    QTest.keyClick(lot.edit, Qt.Key.Key_Return)
    station.until(lambda: station.session.lot == "A")
    write(station, "wrong")
    assert lot.pending
    QTest.keyClick(lot.edit, Qt.Key.Key_Escape)
    assert (lot.edit.text(), lot.pending, station.session.lot) == ("A", False, "A")


def test_a_click_on_start_puts_the_typed_lot_in_force(station: Station) -> None:
    write(station, "B")
    station.qtbot.mouseClick(station.window.live.run_button, Qt.MouseButton.LeftButton)
    station.until(lambda: station.session.lot == "B")
    assert not station.window.header.lot.pending


def test_a_lot_survives_a_restart_also_one_that_was_just_typed(qtbot: QtBot, home: Home) -> None:
    for lot in ("first", "", "second"):
        station = Station(qtbot, home)
        write(station, lot or " ")
        station.close()
        again = Station(qtbot, home)
        again.settle()
        assert (again.session.lot, again.window.header.lot.edit.text()) == (lot, lot)
        again.close()


def test_a_lot_that_is_lost_is_said(qtbot: QtBot, home: Home) -> None:
    home.root.mkdir(exist_ok=True)
    home.last_lot.write_text('{"lot": ', encoding="utf-8")
    station = Station(qtbot, home)
    station.until(lambda: "lot" in station.window.banners.texts())
    assert "no lot is in force" in station.window.banners.texts()["lot"]
    write(station, "again")
    QTest.keyClick(station.window.header.lot.edit, Qt.Key.Key_Return)
    station.until(lambda: "lot" not in station.window.banners.texts())
    assert isinstance(station.window.header.lot.edit, QLineEdit)
    station.close()
