"""What the line calls a part is shown wherever the part is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from inspector.domain.records import Inspection, Verdict
from inspector.domain.review import QueueKind
from inspector.gui.live.failure_strip import Thumbnail
from inspector.gui.live.pinned import PinnedPart
from inspector.gui.review.facts_card import FactsCard
from inspector.gui.station.events import Failure
from tests.gui.conftest import Closes
from tests.gui.reviewing import ReviewDesk, make_home
from tests.outputs.by_hand import by_hand
from tests.outputs.samples import inspection

EXTERNAL = replace(inspection(7, Verdict.FAIL), trigger="external", trigger_id="48213")


@pytest.mark.parametrize(
    ("part", "fact", "tip"),
    [
        (replace(EXTERNAL, part_serial="F-0047"), "7 · F-0047, lot L1", "serial number F-0047\ntrigger 48213"),
        (EXTERNAL, "7 · trigger 48213, lot L1", "trigger 48213"),
        (
            replace(EXTERNAL, part_serial="x" * 30 + "-0047"),
            f"7 · …{'x' * 18}-0047, lot L1",
            f"serial number {'x' * 30}-0047\ntrigger 48213",
        ),
        (replace(inspection(7), trigger="manual", trigger_id="0199"), "7, lot L1", ""),
        (inspection(7), "7, lot L1", ""),
    ],
)
def test_a_part_is_called_by_its_serial_number_or_its_trigger(
    qtbot: QtBot, part: Inspection, fact: str, tip: str
) -> None:
    card = FactsCard()
    qtbot.addWidget(card)
    card.show_part(part, ())
    assert card.values["Part"].text() == fact
    assert card.values["Part"].toolTip() == tip


def test_in_review_a_part_is_looked_up_by_its_serial_number_and_the_audit_stays_whole(
    qtbot: QtBot, tmp_path: Path, desks: list[Closes]
) -> None:
    home = make_home(tmp_path)
    desk = ReviewDesk(qtbot, home, good=2, bad=3)
    desks.append(desk)
    with by_hand(home.log) as log:
        log.execute("UPDATE inspections SET part_serial = 'F-' || part_number")
        log.commit()
    bar, walk = desk.page.bar, desk.page.walk
    desk.until(lambda: bar.buttons[QueueKind.AUDIT].text() == "Blind audit 4")
    QTest.keyClicks(bar.part, "F-4")
    QTest.keyClick(bar.part, Qt.Key.Key_Return)
    desk.until(lambda: bar.buttons[QueueKind.FAILURES].text() == "Failures 1")
    desk.until(lambda: walk.queue is not None and len(walk.queue.ids) == 1)
    desk.until_shown()
    assert desk.page.cards.facts.values["Part"].text() == "4 · F-4, no lot"
    assert desk.scene().label.startswith("part 4 · F-4 · ")
    assert bar.buttons[QueueKind.AUDIT].text() == "Blind audit 4"
    bar.part.clear()
    QTest.keyClick(bar.part, Qt.Key.Key_Return)
    desk.until(lambda: bar.buttons[QueueKind.FAILURES].text() == "Failures 3")


def test_a_failure_says_what_the_part_is_called(qtbot: QtBot) -> None:
    failure = Failure(inspection=replace(EXTERNAL, part_serial="F-0047"), thumbnail=None)
    page = QWidget()
    qtbot.addWidget(page)
    thumbnail, pinned = Thumbnail(failure, page), PinnedPart(page)
    assert thumbnail.toolTip().startswith("FAIL, part 7 (F-0047): ")
    pinned.pin(failure)
    assert any(shown.text().startswith("FAIL · PART 7 · F-0047 · ") for shown in pinned.findChildren(QLabel))
    pinned.view.release()
