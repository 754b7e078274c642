"""A report in the window begins with its first line."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from inspector.gui.widgets.sheet_view import SheetView


def test_a_report_is_shown_from_its_first_line(qtbot: QtBot) -> None:
    view = SheetView("Report")
    qtbot.addWidget(view)
    view.resize(600, 300)
    view.show_page("<p>line</p>" * 300)
    view.ensureCursorVisible()  # as where it gets the keyboard
    assert view.verticalScrollBar().maximum() > 0
    assert view.verticalScrollBar().value() == 0
