"""The section “Record”: checked and signed in the window, beside the station that writes the log."""

from __future__ import annotations

from contextlib import closing

from pytestqt.qtbot import QtBot

from inspector.gui.settings.record_card import RecordCard
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home
from inspector.proof.heads import stored_heads
from tests.gui.conftest import Station
from tests.outputs.by_hand import by_hand
from tests.outputs.samples import inspection


def test_the_record_is_checked_and_signed_and_what_was_changed_is_named(qtbot: QtBot, home: Home) -> None:
    with closing(SqliteResultLog(home.log)) as log:
        for number in range(3):
            log.append(inspection(number))
    station = Station(qtbot, home)
    station.window.show_page("settings")
    station.window.settings.show_section("Record")
    card = station.window.settings.findChild(RecordCard)
    assert card is not None
    station.until(lambda: "not signed yet" in card.head.text())
    card.sign_button.click()
    station.until(lambda: "Signed last" in card.head.text() and card.check_button.isEnabled())
    assert len(stored_heads(home.log)) == 1
    card.check_button.click()
    station.until(lambda: card.verdict.text() == "The record is as it was written.")
    assert not card.findings.isVisible()
    with by_hand(home.log) as log_by_hand:
        log_by_hand.execute("UPDATE inspections SET verdict = 'FAIL' WHERE rowid = 2")
        (key,) = log_by_hand.execute("SELECT id FROM inspections WHERE rowid = 2").fetchone()
    card.check_button.click()
    station.until(lambda: card.verdict.text().startswith("The record was changed"))
    assert [card.findings.item(row).text() for row in range(card.findings.count())] == [
        f"part {key}: altered (entry 3 of the chain)"
    ]
    station.close()
