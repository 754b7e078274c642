"""A lot ends: its report is written, offered and shown; a command begins one under the running station."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from inspector.cli import main
from inspector.gui.lots.page import LotsPage
from inspector.gui.lots.viewer import LotReportDialog
from tests.gui.conftest import Station, picture


def banner_button(station: Station, words: str) -> QPushButton:
    return next(button for button in station.window.banners.findChildren(QPushButton) if button.text() == words)


def test_a_lot_is_ended_in_the_header_and_its_report_is_shown(station: Station) -> None:
    session, header = station.session, station.window.header
    assert not header.lot.end_button.isVisible()
    session.set_lot("A 1")
    picture(station.pictures / "1.png", bad=True)
    session.start()
    station.until_status(lambda now: now.parts == 1)
    header.lot.end_button.click()
    station.until(lambda: "lot-ended" in station.window.banners.texts())
    assert station.window.banners.texts()["lot-ended"].startswith("Lot A 1 has ended: 1 part, first-pass yield 0.0 %")
    banner_button(station, "Show the report").click()
    dialog = station.window.findChild(LotReportDialog)
    assert dialog is not None
    assert "First-pass yield 0.0 %" in dialog.view.toPlainText()
    dialog.accept()
    window = station.window
    window.show_page("settings")
    window.settings.show_section("Lots")
    page = window.settings.findChild(LotsPage)
    assert page is not None
    station.until(lambda: page.chosen == "A 1")
    assert not page.end_button.isVisible()
    page.report_button.click()
    station.until(lambda: page.files is not None)
    assert page.folder_button.isVisible()
    assert page.files is not None
    assert page.files.pdf.read_bytes().startswith(b"%PDF")
    page.search.setText("nowhere")
    assert page.none.text() == "No lot is called like that."


def test_a_command_begins_a_lot_at_the_station(station: Station) -> None:
    station.session.set_lot("first")
    station.until(lambda: '"first"' in station.home.last_lot.read_text() if station.home.last_lot.exists() else False)
    station.beat(80)  # the station has looked at what the file says
    assert main(["lot", "begin", "second", "--home", str(station.home.root)]) == 0
    station.until(lambda: station.session.lot == "second" and station.window.header.lot.edit.text() == "second")
