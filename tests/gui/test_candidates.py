"""Settings → Candidates: a shadow is started, looked at and ended; locked parts are listed and released."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidget
from pytestqt.qtbot import QtBot

from inspector import assembly
from inspector.domain.records import Verdict
from inspector.domain.review import Judgement, QueueKind
from inspector.gui.candidates.desk import CandidatesDesk, CandidatesState
from inspector.gui.candidates.page import CandidatesPage
from inspector.outputs.base import LogQuery
from inspector.outputs.reviews import ReviewLog
from inspector.outputs.shadow_log import ShadowLog
from inspector.paths import Home
from inspector.recipes.recipe import Recipe, save_recipe
from inspector.regression.locked import RegressionSet
from inspector.settings import Settings
from inspector.shadow.place import ShadowPlace
from tests.bundles import make_bundle
from tests.gui.conftest import Station
from tests.outputs.samples import shadow_judgement
from tests.regression.station import GREEN, PLAIN, RED, record_parts
from tests.waits import WAIT_S


@pytest.fixture
def filled(home: Home, tmp_path: Path) -> Home:
    """A recipe R with “both” in force, and a confirmed escape."""
    make_bundle(home.models / "red")
    make_bundle(home.models / "both", classes=("good", "red", "green"))
    (tmp_path / "parts").mkdir()
    save_recipe(Recipe(name="R", source=f"folder:{tmp_path / 'parts'}", model="both"), home.recipes)
    parts = ((GREEN, Verdict.FAIL, None), (RED, Verdict.PASS, None))
    record_parts(home, "R", (PLAIN, Verdict.PASS, Judgement.DEFECTIVE), *parts)
    RegressionSet(home, home.log).update("R")
    return home


def text_of(table: QTableWidget, row: int, column: int) -> str:
    item = table.item(row, column)
    return "" if item is None else item.text()


def opened(qtbot: QtBot, home: Home) -> tuple[Station, CandidatesPage]:
    station = Station(qtbot, home, Settings(recipe="R"))
    station.window.show_page("settings")
    station.window.settings.show_section("Candidates")
    page = station.window.settings.findChild(CandidatesPage)
    assert page is not None
    station.until(lambda: page.shadow.model.count() > 0 and page.locked.table.rowCount() == 1)
    return station, page


def test_a_shadow_is_started_looked_at_and_ended(qtbot: QtBot, filled: Home) -> None:
    station, page = opened(qtbot, filled)
    page.shadow.model.setCurrentText("red")
    qtbot.mouseClick(page.shadow.start_button, Qt.MouseButton.LeftButton)
    station.until(lambda: not page.shadow.start_button.isVisible() and page.shadow.stop_button.isVisible())
    assert page.shadow.words.text().startswith("red beside both, since")
    place, log = ShadowPlace(filled.log), ShadowLog(filled.log)
    shadow = log.current()
    assert shadow is not None
    assert place.wanted() is not None
    reviews = ReviewLog(filled.log)
    parts = list(reviews.inspections([part.id for part in reviews.parts(LogQuery())][1:]).values())
    log.add(shadow.id, [shadow_judgement(part, Verdict.PASS) for part in parts])
    page.enter()
    station.until(page.shadow.look_button.isVisible)
    assert page.shadow.look_button.text() == "Judge the differences (1)"
    assert text_of(page.shadow.table, 2, 1) == "1"
    assert page.shadow.right.text().startswith("Only one of the two passes 1 part.")
    qtbot.mouseClick(page.shadow.look_button, Qt.MouseButton.LeftButton)
    station.until(lambda: station.window.review.walk.kind is QueueKind.SHADOW)
    station.window.show_page("settings")
    qtbot.mouseClick(page.shadow.stop_button, Qt.MouseButton.LeftButton)
    assert page.question is not None
    page.question.reason.setText("seen enough")
    page.question.yes_button.click()
    station.until(page.shadow.start_button.isVisible)
    assert "seen enough" in page.shadow.words.text()


def test_locked_parts_are_listed_and_released_with_a_reason(qtbot: QtBot, filled: Home) -> None:
    station, page = opened(qtbot, filled)
    table = page.locked.table
    assert text_of(table, 0, 1) == "escape, chip"
    shown = table.item(0, 0)
    assert shown is not None
    assert not shown.icon().isNull()
    assert not page.locked.release_button.isEnabled()
    table.selectRow(0)
    page.locked.release_button.click()
    assert page.question is not None
    assert not page.question.yes_button.isEnabled()
    page.question.reason.setText("a water stain")
    page.question.yes_button.click()
    station.until(lambda: "released by" in text_of(table, 0, 4))
    assert text_of(table, 0, 4).endswith(": a water stain")
    (part,) = RegressionSet(filled, filled.log).parts("R")
    assert part.released
    assert assembly.find_recipe("R", filled).model == "both"


def test_after_a_change_of_recipe_nothing_is_done_with_what_is_shown_of_the_one_before(
    qtbot: QtBot, filled: Home
) -> None:
    save_recipe(Recipe(name="Other", source="demo:", model="both"), filled.recipes)
    station, page = opened(qtbot, filled)
    assert page.shadow.isEnabled()
    station.session.recipe_changed.emit(assembly.find_recipe("Other", filled))
    assert not page.shadow.isEnabled()
    assert not page.locked.isEnabled()
    station.until(lambda: page.shadow.isEnabled() and page.locked.isEnabled())  # read anew
    station.window.show_page("live")
    station.session.choose_recipe(assembly.RecipeEntry("Other", filled.recipes / "Other.json"))
    station.until(lambda: station.session.recipe is not None and station.session.recipe.name == "Other")
    assert not page.shadow.isEnabled()
    station.window.show_page("settings")
    station.window.settings.show_section("Candidates")
    station.until(lambda: page.shadow.isEnabled() and page.locked.table.rowCount() == 0)
    station.close()


def test_what_is_still_being_read_of_the_recipe_before_lets_nothing_be_done(
    qtbot: QtBot, filled: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_recipe(Recipe(name="Other", source="demo:", model="both"), filled.recipes)
    station, page = opened(qtbot, filled)
    read, state = list[CandidatesState](), CandidatesDesk.state
    held, reads, goes_on = threading.Event(), threading.Event(), threading.Event()

    def slow(desk: CandidatesDesk, recipe: Recipe) -> CandidatesState:
        if not held.is_set():
            return state(desk, recipe)
        reads.set()
        assert goes_on.wait(WAIT_S)
        read.append(state(desk, recipe))
        return read[-1]

    monkeypatch.setattr(CandidatesDesk, "state", slow)
    held.set()
    page.enter()
    station.until(reads.is_set)
    station.window.show_page("live")
    station.session.choose_recipe(assembly.RecipeEntry("Other", filled.recipes / "Other.json"))
    station.until(lambda: station.session.recipe is not None and station.session.recipe.name == "Other")
    goes_on.set()
    station.until(lambda: read)
    station.beat(5)
    assert not page.shadow.isEnabled()
    assert not page.locked.isEnabled()
