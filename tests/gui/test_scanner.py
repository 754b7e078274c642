"""A code scanner as somebody at the station has it: set, tried, scanned with; parts get their numbers, recipes change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from inspector.domain.scanner import ScannerKind, ScanUse
from inspector.gui.settings.page import SettingsPage
from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home
from inspector.recipes.recipe import Recipe, save_recipe
from inspector.settings import Settings
from tests.gui.conftest import SHIFT_STARTS, Station, picture
from tests.scanners.scanning import ListeningScanner


@pytest.fixture
def scanner() -> Iterator[ListeningScanner]:
    with closing(ListeningScanner()) as made:
        yield made


def station_with(qtbot: QtBot, home: Home, **settings: object) -> Station:
    base = {"recipe": "Test", "shift_starts": SHIFT_STARTS, "scanner_within_s": 3600.0}
    opened = Station(qtbot, home, Settings.model_validate(base | settings))
    opened.window.resize(1280, 800)
    return opened


def over_tcp(qtbot: QtBot, home: Home, scanner: ListeningScanner, **settings: object) -> Station:
    station = station_with(qtbot, home, scanner=ScannerKind.TCP, scanner_address=scanner.address, **settings)
    scanner.accept()
    station.until(lambda: said(station) == "Scanner connected")
    return station


def said(station: Station) -> str:
    return station.window.footer.scanner.text()


def banner(station: Station, key: str) -> str:
    return station.window.banners.texts().get(key, "")


def serials(station: Station) -> list[tuple[str, str, str]]:
    with closing(SqliteResultLog(station.home.log, read_only=True)) as log:
        rows = list(log.rows(LogQuery()))
    return [(row.recipe, row.part_serial, row.decision.verdict.value) for row in rows]


def run_line(station: Station) -> None:
    QTest.keyClick(station.window.live, Qt.Key.Key_F5)
    station.until_status(lambda now: now.state.value == "running")


def test_without_a_scanner_nothing_is_shown(station: Station) -> None:
    station.beat(30)
    assert said(station) == ""


def test_each_code_stands_in_the_row_of_the_next_part(qtbot: QtBot, home: Home, scanner: ListeningScanner) -> None:
    station = over_tcp(qtbot, home, scanner)
    scanner.send(b"SN-0\r")
    station.until(lambda: banner(station, "scanner").startswith("The code “SN-0” was not used: no part is being"))
    run_line(station)
    for number in range(1, 4):
        scanner.send(f"SN-{number}\r\n".encode())
        station.until(lambda: said(station).endswith(f"SN-{number} · waits for its part"))  # noqa: B023 - asked at once
        assert banner(station, "scanner") == ""
        picture(station.pictures / f"{number}.png", bad=number == 2)
        station.until(lambda: said(station).endswith(f"SN-{number} · given to its part"))  # noqa: B023 - likewise
    picture(station.pictures / "4.png", bad=False)
    station.until(lambda: len(serials(station)) == 4)
    assert serials(station) == [
        ("Test", "SN-1", "PASS"),
        ("Test", "SN-2", "FAIL"),
        ("Test", "SN-3", "PASS"),
        ("Test", "", "PASS"),
    ]
    scanner.send(b"A-1\rA-2\r")
    station.until(lambda: banner(station, "scanner") == "No part has come for the code “A-1”: “A-2” takes its place.")
    scanner.close()
    station.until(lambda: said(station) == "Scanner lost")
    assert banner(station, "scanner").startswith(f"No code can be scanned: the scanner at {scanner.address} ")
    station.close()


def test_a_recipes_code_changes_the_running_line_and_says_so(
    qtbot: QtBot, home: Home, scanner: ListeningScanner
) -> None:
    other = home.root.parent / "other"
    other.mkdir()
    save_recipe(Recipe(name="Bracket", source=f"folder:{other}", model="tiny", scanned_code="R-4711*"), home.recipes)
    station = over_tcp(qtbot, home, scanner, scanner_use=ScanUse.RECIPE)
    run_line(station)
    scanner.send(b"R-1\r")
    station.until(lambda: banner(station, "scanner") == "No recipe has the code “R-1”. Nothing was changed.")
    assert station.session.recipe is not None
    assert station.session.recipe.name == "Test"
    scanner.send(b"R-4711-B\r")
    station.until(
        lambda: (
            banner(station, "scanned")
            == "The code “R-4711-B” was scanned: Bracket is in use instead of Test; the line starts again with it."
        )
    )
    assert banner(station, "scanner") == ""
    assert station.window.header.recipe_box.currentText() == "Bracket"
    picture(other / "1.png", bad=False)
    station.until(lambda: serials(station) == [("Bracket", "", "PASS")])
    scanner.send(b"R-4711-B\r")
    station.until(lambda: banner(station, "scanned").endswith("is that of Bracket, which is in use already."))
    assert station.session.running
    station.close()


def test_a_code_begins_a_lot_another_ends_it_and_its_report_is_written(
    qtbot: QtBot, home: Home, scanner: ListeningScanner
) -> None:
    station = over_tcp(qtbot, home, scanner, scanner_lot="LOT:*", scanner_lot_end="LOT-END")
    run_line(station)
    scanner.send(b"LOT:2411-7\r")
    station.until(lambda: station.window.header.lot.edit.text() == "2411-7")
    station.until(lambda: said(station).endswith("LOT:2411-7 · lot 2411-7 begins"))
    picture(station.pictures / "1.png", bad=False)
    station.until(lambda: len(serials(station)) == 1)
    scanner.send(b"LOT-END\r")
    station.until(lambda: station.session.lot == "")
    station.until(lambda: any(home.reports.rglob("*")))
    with closing(SqliteResultLog(home.log, read_only=True)) as log:
        assert [row.lot for row in log.rows(LogQuery())] == ["2411-7"]
    station.close()


def test_while_something_is_asked_no_code_changes_the_recipe(
    qtbot: QtBot, home: Home, scanner: ListeningScanner
) -> None:
    save_recipe(Recipe(name="Bracket", source="demo:", model="tiny", scanned_code="R-1"), home.recipes)
    station = over_tcp(qtbot, home, scanner, scanner_use=ScanUse.RECIPE)
    station.window.set_up()
    assert station.window.first_start is not None
    scanner.send(b"R-1\r")
    station.until(lambda: "something is being asked" in banner(station, "scanner"))
    station.window.first_start.reject()
    scanner.send(b"R-1\r")
    station.until(lambda: "Bracket is in use instead of Test" in banner(station, "scanned"))
    station.close()


def scan(window: QWindow, code: str, at_ms: int) -> None:
    """Send keys five milliseconds apart by their times, however long this thread is held up between them."""
    for number, letter in enumerate(f"{code}\r"):
        for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            key = Qt.Key.Key_Return if letter == "\r" else Qt.Key(ord(letter.upper()))
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, letter)
            event.ignore()
            event.setTimestamp(at_ms + 5 * number)
            QApplication.sendEvent(window, event)


def test_a_keyboard_scanner_types_into_nothing(qtbot: QtBot, home: Home) -> None:
    station = station_with(qtbot, home, scanner=ScannerKind.KEYBOARD, scanner_gap_ms=500)
    station.window.activateWindow()
    station.until(lambda: said(station) == "Scanner: no code yet")
    run_line(station)
    lot, window = station.window.header.lot.edit, station.window.windowHandle()
    for number, focus in enumerate((station.window.live, lot), 1):
        focus.setFocus()
        scan(window, f"SN h{number}", at_ms=1_000_000 * number)
        station.until(lambda: said(station).endswith(f"SN h{number} · waits for its part"))  # noqa: B023 - asked at once
        picture(station.pictures / f"{number}.png", bad=False)
        station.until(lambda: len(serials(station)) == number)  # noqa: B023 - likewise
    assert [row[1] for row in serials(station)] == ["SN h1", "SN h2"]
    assert lot.text() == ""
    assert station.window.live.heatmap_button.text() == "Heatmap: on failures"
    station.close()


def choose(page: SettingsPage, name: str, words: str) -> None:
    box = page.station.editors[name]
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findText(words))


def test_it_is_set_and_tried_by_hand(qtbot: QtBot, home: Home, scanner: ListeningScanner) -> None:
    station = station_with(qtbot, home)
    station.window.show_page("settings")
    page = station.window.settings
    page.show_section("Scanner")
    assert not page.station.editors["scanner_address"].isVisible()
    choose(page, "scanner", "text over TCP")
    address = page.station.editors["scanner_address"]
    assert isinstance(address, QLineEdit)
    assert not page.station.editors["scanner_baud"].isVisible()
    buttons = [button for button in page.findChildren(QPushButton) if button.text() == "Test connection"]
    (test,) = [button for button in buttons if button.isVisible()]
    qtbot.mouseClick(test, Qt.MouseButton.LeftButton)
    station.until(lambda: page.said.text() == "The scanner has no address. Type it under Settings → Scanner.")
    qtbot.keyClicks(address, scanner.address)
    qtbot.mouseClick(test, Qt.MouseButton.LeftButton)
    station.until(lambda: page.said.text() == f"The scanner at {scanner.address} takes the connection.")
    scanner.accept()
    qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    scanner.accept()
    words = page.station.editors["scanner"]
    station.until(lambda: "connected; no code has come yet" in words.accessibleDescription())
    choose(page, "scanner_use", "changes the recipe")
    assert not page.station.editors["scanner_within_s"].isVisible()
    pattern = page.station.editors["scanner_pattern"]
    assert isinstance(pattern, QLineEdit)
    qtbot.keyClicks(pattern, "(")
    assert not page.apply_button.isEnabled()
    station.close()


def test_two_recipes_with_one_code_are_refused(qtbot: QtBot, home: Home) -> None:
    save_recipe(Recipe(name="Bracket", source="demo:", model="tiny", scanned_code="R-1"), home.recipes)
    station = station_with(qtbot, home)
    station.window.show_page("settings")
    page = station.window.settings
    page.show_section("Code on the part")
    code = page.recipe_form.editors["scanned_code"]
    assert isinstance(code, QLineEdit)
    qtbot.keyClicks(code, "R-1")
    qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: "The code “R-1” of Test is that of the recipe Bracket" in banner(station, "recipe"))
    station.close()
