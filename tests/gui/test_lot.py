"""A lot that was typed is in force, or the field says that it is not."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from inspector.outputs.trail_log import TrailLog, TrailQuery, take_up, waiting_rows
from inspector.paths import Home
from inspector.trail.event import TrailKind
from tests.gui.conftest import Station, picture


def write(station: Station, text: str) -> None:
    """Click into the field, and type."""
    edit = station.window.header.lot.edit
    station.qtbot.mouseClick(edit, Qt.MouseButton.LeftButton)
    edit.selectAll()
    QTest.keyClicks(edit, text)


def put_in_force(station: Station, lot: str) -> None:
    """Type a lot, or none, and press Enter."""
    write(station, lot or " ")
    QTest.keyClick(station.window.header.lot.edit, Qt.Key.Key_Return)
    station.until(lambda: station.session.lot == lot)


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
    station.until_status(lambda now: now.parts == 1)
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


def test_begin_and_end_of_a_lot_are_in_the_audit_trail(station: Station, home: Home) -> None:
    for lot in ("A", "B", ""):
        put_in_force(station, lot)
    query = TrailQuery(kinds=frozenset({TrailKind.LOT}))
    station.until(lambda: len([*TrailLog(home.log).rows(query), *waiting_rows(home.root, query)]) == 4)
    station.close()
    take_up(home.root, home.log)
    events = [row.event for row in TrailLog(home.log).rows(query)]
    assert [(event.on, event.before, event.after) for event in events] == [
        ("A", {}, {"lot": "A"}), ("A", {"lot": "A"}, {}), ("B", {}, {"lot": "B"}), ("B", {"lot": "B"}, {}),
    ]  # fmt: skip


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
