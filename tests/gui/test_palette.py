"""From dark to light while the window is open: no colour of the dark palette stays on any page."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from inspector.engine.faces import Face
from inspector.gui.theme import CURRENT, DARK, LIGHT, lively
from inspector.paths import Home
from inspector.settings import Appearance
from tests.gui.batch_hand import ROWS, BatchHand, make_run, real_rows
from tests.gui.conftest import Closes, Station, picture
from tests.gui.reviewing import NO_MENUS, ReviewDesk, make_home
from tests.gui.training_bench import Bench

#: So many pixels of one colour are no accident of a picture.
_ACCIDENT_PX = 12
_NAMES = ("good", "fail", "review", "error", "idle")


def _only_dark() -> dict[int, str]:
    """Colours that the dark palette has and the light one has not, as 0xRRGGBB, with their names."""
    names = [field.name for field in fields(DARK) if field.name not in {"dark", "shade"}]
    dark = {DARK.colour(name).rgb() & 0xFFFFFF: name for name in names}
    dark |= {lively(DARK, name).rgb() & 0xFFFFFF: f"lively {name}" for name in _NAMES}
    light = [LIGHT.colour(name) for name in names]
    return {value: name for value, name in dark.items() if not any(_near(QColor(value), other) for other in light)}


def _near(colour: QColor, other: QColor) -> bool:
    """The edge of a letter can have such a colour."""
    pairs = zip(colour.getRgb()[:3], other.getRgb()[:3], strict=True)  # type: ignore[index]
    return all(abs(mine - its) <= 2 for mine, its in pairs)


def dark_of(widget: QWidget) -> dict[str, int]:
    """How many pixels of a widget have which colour of the dark palette."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)[:, : image.width()] & 0xFFFFFF
    counted = Counter(dict(zip(*(part.tolist() for part in np.unique(pixels, return_counts=True)), strict=True)))
    return {name: counted[value] for value, name in _only_dark().items() if counted[value] >= _ACCIDENT_PX}


def go_light(station: Station) -> None:
    """Choose the light palette in the settings."""
    assert CURRENT.theme is DARK
    assert len(dark_of(station.window)) >= 5  # the test sees what it looks for
    wanted = station.session.settings.model_copy(update={"appearance": Appearance.LIGHT})
    station.session.apply_settings(wanted, lambda: None)
    station.until(lambda: CURRENT.theme is LIGHT)
    station.settle()  # pictures are drawn anew on the worker
    station.beat(4)


def test_live_with_counts_failures_banner_and_verdict(station: Station) -> None:
    live, window = station.window.live, station.window
    for number in range(3):
        picture(station.pictures / f"{number}.png", bad=number > 0)
    station.session.start()
    station.until(lambda: live.counters.texts()["inspected"] == "3" and len(live.strip.buttons()) == 2)
    station.until(lambda: live.verdict.face in (Face.FAIL, Face.PASS))
    window.banners.show_banner("test", "words", state="review", actions=[("Do it", lambda: None)])
    window.banners.show_banner("test 2", "words", state="fail")
    go_light(station)
    assert dark_of(window) == {}


@pytest.mark.parametrize("page", ["batch", "review", "operating", "settings"])
def test_pages_as_they_are_at_first(station: Station, page: str) -> None:
    station.window.show_page(page)
    station.settle()
    go_light(station)
    sections = station.window.settings.sections
    for row in range(sections.count() if page == "settings" else 1):
        sections.setCurrentRow(row)
        station.settle()
        assert dark_of(station.window) == {}, (page, row)


def test_a_batch_with_the_verdict_on_a_picture(station: Station, tmp_path: Path) -> None:
    make_run(station.home, tmp_path / "folder", real_rows(tmp_path / "folder", *ROWS))
    hand = BatchHand(station)
    hand.until_rows(len(ROWS))
    station.until(lambda: hand.page.details.picture.lines[0].verdict.text() in {"FAIL", "ERROR"})
    go_light(station)
    assert dark_of(station.window) == {}


@NO_MENUS
def test_a_review_with_judgements_against_the_line(qtbot: QtBot, tmp_path: Path, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, make_home(tmp_path), bad=2)
    desks.append(desk)
    desk.station.window.resize(1920, 1080)  # so that every card is in view
    desk.press(desk.page.judging.good)
    desk.until(lambda: desk.page.cards.recent.list.count() == 1)
    desk.page.judging.say("Not written.", "fail")
    go_light(desk.station)
    assert dark_of(desk.station.window) == {}


def test_a_training_with_its_matrix_and_a_finding(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    bench = Bench(qtbot, home)
    desks.append(bench)
    bench.finish()
    bench.page.data.show_fault("There is no picture in it.")
    bench.station.window.resize(1920, 1080)
    go_light(bench.station)
    assert dark_of(bench.station.window) == {}
    assert bench.page.findChildren(QPushButton) != []
