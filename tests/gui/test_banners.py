"""Banners: of many the gravest and newest are shown, the others are a button away, and no word is cut off."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from inspector.gui.widgets.banners import BannerArea
from tests.waits import WAIT_MS

WORDS = "The scanner at 192.168.0.31:9004 cannot be reached: connection refused. It is tried again by itself."


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(500, 800)
    return made


@pytest.fixture
def area(page: QWidget) -> BannerArea:
    column = QVBoxLayout(page)
    made = BannerArea(page)
    column.addWidget(made)
    column.addStretch(1)
    for key, state in (("a", "fail"), ("b", "idle"), ("c", "review"), ("d", "fail")):
        made.show_banner(key, f"{key}: {WORDS}", state=state)
    return made


def labels(area: BannerArea) -> list[QLabel]:
    """Return the words of the banners that are shown."""
    words = [label for label in area.findChildren(QLabel) if label.text()]
    return [label for label in words if (banner := label.parentWidget()) is not None and not banner.isHidden()]


def shown(area: BannerArea) -> str:
    return "".join(sorted(label.text()[0] for label in labels(area)))


def test_of_four_the_gravest_two_are_shown_and_all_when_asked(area: BannerArea) -> None:
    assert (shown(area), area.more.text()) == ("ad", "2 more messages")
    area.more.click()
    assert (shown(area), area.more.text()) == ("abcd", "Show fewer")
    area.more.click()
    area.dismiss("a")
    assert (shown(area), area.more.text()) == ("cd", "1 more message")
    area.dismiss("b")
    assert (shown(area), area.more.isHidden()) == ("cd", True)
    assert set(area.texts()) == {"c", "d"}


@pytest.mark.parametrize("px", [14, 28])
def test_no_word_is_cut_off(area: BannerArea, page: QWidget, qtbot: QtBot, px: int) -> None:
    area.set_size(px)

    def fits() -> bool:
        page.grab()  # lays it out
        return all(label.height() >= label.heightForWidth(label.width()) for label in labels(area))

    qtbot.waitUntil(fits, timeout=WAIT_MS)
