"""The page Operating point as a hand uses it, on a model that keeps the scores of eight pictures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from inspector import assembly
from inspector.domain.records import Thresholds, Verdict
from inspector.gui.operating_point.desk import OperatingPointDesk
from inspector.gui.operating_point.page import OperatingPointPage
from inspector.gui.operating_point.store import OperatingPointReading, OperatingPointStore
from inspector.gui.work import Results, Worker
from inspector.operating_point.prices import load_prices
from inspector.operating_point.sources import VALIDATION
from inspector.operating_point.words import evidence_words
from inspector.paths import Home
from inspector.people.actor import system_actor
from inspector.recipes.recipe import Recipe, load_recipe, save_next_version, save_recipe
from tests.bundles import make_bundle
from tests.gui.conftest import picture
from tests.gui.operating_hand import LEFT, NONE, OperatingPointHand
from tests.operating_point.parts import USUAL, Scored, scored_bundle
from tests.waits import WAIT_MS, WAIT_S


@pytest.fixture
def scored(tmp_path: Path, home: Home) -> Home:
    """The station's recipe has a model that keeps scores; some of its pictures are still there."""
    data = tmp_path / "data"
    for part in USUAL[:4]:
        (data / part.name).parent.mkdir(parents=True, exist_ok=True)
        picture(data / part.name, bad=part.defect != "good")
    scored_bundle(home.models / "cap", data)
    save_recipe(Recipe(name="Test", source=f"folder:{tmp_path / 'pictures'}", model="cap"), home.recipes)
    return home


@pytest.fixture
def hand(qtbot: QtBot, scored: Home) -> Iterator[OperatingPointHand]:
    opened = OperatingPointHand(qtbot, scored)
    yield opened
    opened.station.close()


def test_it_begins_at_the_point_in_force(hand: OperatingPointHand) -> None:
    page = hand.page
    assert hand.point() == Thresholds(fail_at=0.5)
    assert hand.cells() == "3 0 0 1 0 2"
    assert (hand.value("escapes", "value"), hand.value("escapes", "95 %")) == ("33.3 %", "6.1 to 79.2 %")
    assert (hand.value("escapes", "change"), hand.value("escapes", "held out")) == ("", "0 of 1")
    assert hand.value("cost", "value") == "333"  # a third of 1 % escapes, at 100 each
    assert "3 good, 3 defective; as the model judges in int8" in page.bar.words.text()
    assert not page.bar.use_button.isEnabled()
    assert not page.bar.back_button.isVisible()
    words = hand.evidence()
    assert words.startswith("3 defective parts, 1 missed: shows escapes ≤ 86.5 % at 95 %; ≤ 1 % would need 299")
    assert "✓" not in words


def test_a_threshold_is_dragged_with_the_mouse_and_all_follows(hand: OperatingPointHand) -> None:
    page, handle = hand.page, hand.page.axis.fail
    start = QPoint(handle.width() // 2, 30)
    hand.qtbot.mousePress(handle, LEFT, NONE, start)
    hand.qtbot.mouseMove(handle, QPoint(round(page.axis.x_of(0.25)) - handle.x(), 30))
    hand.qtbot.mouseRelease(handle, LEFT, NONE, start)
    assert hand.point().fail_at == pytest.approx(0.25, abs=0.01)
    assert page.controls.fail_box.value() == hand.point().fail_at
    assert hand.cells() == "2 0 1 0 0 3"
    assert (hand.value("escapes", "change"), hand.value("overkill", "change")) == ("−33.3 %", "+33.3 %")
    assert page.bar.use_button.isEnabled()


def test_arrow_keys_move_the_threshold_that_has_the_focus(hand: OperatingPointHand) -> None:
    handle = hand.page.axis.fail
    handle.setFocus()
    hand.qtbot.keyClick(handle, Qt.Key.Key_Right)
    assert hand.point().fail_at == pytest.approx(0.5125, abs=1e-4)
    hand.qtbot.keyClick(handle, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert hand.point().fail_at == pytest.approx(0.3894, abs=1e-4)
    assert hand.cells() == "2 0 1 1 0 2"
    hand.qtbot.keyClick(handle, Qt.Key.Key_Home)
    assert hand.cells() == "0 0 3 0 0 3"
    hand.qtbot.keyClick(handle, Qt.Key.Key_End)
    assert hand.cells() == "3 0 0 3 0 0"


def test_the_review_band_is_switched_and_the_thresholds_never_pass_each_other(hand: OperatingPointHand) -> None:
    page = hand.page
    assert not page.axis.review.isVisible()
    page.controls.band.setChecked(True)
    assert hand.point().review_from == pytest.approx(0.2689, abs=1e-4)
    assert hand.cells() == "2 1 0 0 1 2"
    assert page.axis.review.isVisible()
    hand.qtbot.keyClick(page.axis.review, Qt.Key.Key_End)
    assert hand.point() == Thresholds(fail_at=0.5, review_from=0.5)
    hand.qtbot.keyClick(page.axis.fail, Qt.Key.Key_Left)
    assert hand.point() == Thresholds(fail_at=0.5, review_from=0.5)
    page.controls.fail_box.setValue(0.3)
    assert hand.point() == Thresholds(fail_at=0.3, review_from=0.3)
    page.controls.band.setChecked(False)
    assert hand.point() == Thresholds(fail_at=0.3)


def test_a_pressed_cell_shows_its_pictures(hand: OperatingPointHand) -> None:
    page = hand.page
    hand.press(page.figures.cells[False, Verdict.PASS])
    assert page.strip.title.text() == "GOOD, PASSED: 3, HIGHEST SCORES FIRST"
    strip = page.strip.list
    assert [strip.item(row).text() for row in range(3)] == ["0.4000", "0.2000", "0.1000"]
    hand.until(lambda: all(hand.has_picture(row) for row in range(3)))
    strip.setCurrentRow(1)
    assert page.axis.marked == pytest.approx(0.2)
    hand.press(page.figures.cells[True, Verdict.FAIL])
    assert page.strip.title.text() == "DEFECTIVE, FAILED: 2, LOWEST SCORES FIRST"
    hand.until(lambda: "no picture" in strip.item(0).text())  # it was deleted since
    page.controls.fail_box.setValue(0.85)
    hand.until(lambda: page.strip.title.text() == "DEFECTIVE, FAILED: 1")


def test_a_picture_is_opened_large(hand: OperatingPointHand) -> None:
    page = hand.page
    hand.press(page.figures.cells[False, Verdict.PASS])
    page.strip.list.setCurrentRow(0)
    page.strip.list.setFocus()
    hand.qtbot.keyClick(page.strip.list, Qt.Key.Key_Return)
    hand.until(lambda: page.pictures.dialog is not None)
    dialog = page.pictures.dialog
    assert dialog is not None
    assert dialog.windowTitle() == "good/2.png"
    dialog.close()


def test_prices_change_the_cost_and_are_remembered_for_the_recipe(hand: OperatingPointHand) -> None:
    page = hand.page
    page.prices.spins["escape"].setValue(50.0)
    page.prices.spins["defective_share"].setValue(2.0)
    assert hand.value("cost", "value") == "333"  # half the price, twice the share
    page.prices.spins["claim"].setValue(10.0)
    assert "≤ 10 % would need 29" in hand.evidence()
    hand.until(lambda: load_prices("Test", hand.home.recipes).claim == 0.1)
    assert load_prices("Test", hand.home.recipes).escape == 50.0


def test_suggestions(hand: OperatingPointHand) -> None:
    page = hand.page
    hand.press(page.controls.suggestions["escapes"])
    assert hand.cells() == "2 0 1 0 0 3"
    page.controls.band.setChecked(True)
    page.prices.spins["escape"].setValue(500.0)
    hand.press(page.controls.suggestions["cost"])
    assert hand.cells() == "2 1 0 0 1 2"
    hand.press(page.controls.suggestions["force"])
    assert hand.point() == Thresholds(fail_at=0.5)
    hand.press(page.controls.suggestions["f1"])
    assert hand.point().review_from is None


def test_choosing_asks_for_a_reason_is_recorded_used_and_can_be_taken_back(hand: OperatingPointHand) -> None:
    page = hand.page
    page.controls.fail_box.setValue(0.25)
    hand.choose()
    hand.until(lambda: hand.station.session.recipe is not None and hand.station.session.recipe.version == 2)
    saved = hand.recipe()
    assert saved.thresholds == Thresholds(fail_at=0.25)
    assert saved.change is not None
    assert (saved.change.reason, saved.change.before) == ("fewer escapes", Thresholds(fail_at=0.5))
    assert saved.change.evidence is not None
    assert (saved.change.evidence.defective_passed, saved.change.evidence.good_failed) == (0, 1)
    hand.until(page.bar.back_button.isVisible)
    assert page.bar.back_button.text() == "Take back version 2"
    assert not page.bar.use_button.isEnabled()
    hand.press(page.bar.back_button)
    question = page.question
    assert question is not None
    hand.until(question.isActiveWindow)
    QTest.keyClick(question.windowHandle(), Qt.Key.Key_Space)
    hand.until(lambda: not question.isVisible())
    hand.press(page.bar.back_button)
    assert page.question is not None
    hand.press(page.question.yes_button)
    hand.until(lambda: hand.recipe().version == 3)
    assert hand.recipe().thresholds is None
    hand.until(lambda: not page.bar.back_button.isVisible())
    assert hand.point() == Thresholds(fail_at=0.5)


def test_what_was_moved_stays_until_something_else_is_in_force(hand: OperatingPointHand) -> None:
    page = hand.page
    page.controls.fail_box.setValue(0.25)
    hand.station.window.show_page("live")
    with hand.qtbot.waitSignal(page.desk.read, timeout=WAIT_MS):
        hand.station.window.show_page("operating")
    assert hand.point() == Thresholds(fail_at=0.25)
    recipe = hand.recipe().model_copy(update={"thresholds": Thresholds(fail_at=0.6)})
    save_next_version(recipe, hand.home.recipes)  # as from the command line
    hand.until(lambda: hand.point() == Thresholds(fail_at=0.6))


def test_the_history_stands_beside_the_thresholds_in_settings(hand: OperatingPointHand) -> None:
    hand.page.controls.fail_box.setValue(0.25)
    hand.choose()
    hand.until(lambda: hand.recipe().version == 2)
    settings = hand.station.window.settings
    hand.station.window.show_page("settings")
    settings.show_section("Model and thresholds")
    hand.until(lambda: len(settings.history.lines) == 2)
    assert settings.history.lines[0][2:] == ("fail from 0.25; before: fail from 0.5", "fewer escapes")
    settings.show_section("Archive")
    assert not settings.history.isVisible()


def test_a_source_without_parts_says_so_and_the_way_back_is_open(hand: OperatingPointHand) -> None:
    page = hand.page
    hand.qtbot.keyClick(page.bar.source, Qt.Key.Key_End)
    hand.until(lambda: "Judge some on the Review page" in hand.words())
    assert hand.cells() == "– – – – – –"
    assert not page.axis.fail.isVisible()
    assert not page.strip.isVisible()
    assert not page.controls.suggestions["cost"].isEnabled()
    hand.qtbot.keyClick(page.bar.source, Qt.Key.Key_Home)
    hand.until(lambda: hand.cells() == "3 0 0 1 0 2")
    assert isinstance(page.bar.source, QComboBox)


class HeldStore(OperatingPointStore):
    """A store whose reading can be held up while it is under way."""

    def __init__(self, home: Home) -> None:
        super().__init__(home, log=lambda: home.log)
        self.begun, self.free = threading.Event(), threading.Event()
        self.free.set()

    def read(self, recipe: Recipe, key: str) -> OperatingPointReading:
        self.begun.set()
        assert self.free.wait(WAIT_S)
        return super().read(recipe, key)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_an_older_source_is_not_shown_after_a_newer_one_was_chosen(qtbot: QtBot, scored: Home) -> None:
    results, store = Results(), HeldStore(scored)
    worker = Worker("work", results)
    page = OperatingPointPage(desk=OperatingPointDesk(store=store, worker=worker, actor=system_actor), pictures=worker)
    qtbot.addWidget(page)
    shown: list[str] = []
    page.desk.read.connect(lambda reading: shown.append(reading.key))

    def until(condition: Callable[[], bool]) -> None:
        def holds() -> bool:
            results.hand_out()
            return condition()

        qtbot.waitUntil(holds, timeout=WAIT_MS)

    page.show()
    page.show_recipe(load_recipe(scored.recipes / "Test.json"))
    until(lambda: shown == [VALIDATION])
    store.free.clear()
    store.begun.clear()
    qtbot.keyClick(page.bar.source, Qt.Key.Key_End)
    assert store.begun.wait(WAIT_S)  # the reviews are being read
    qtbot.keyClick(page.bar.source, Qt.Key.Key_Home)
    store.free.set()
    until(lambda: len(shown) > 1)
    assert shown == [VALIDATION, VALIDATION]
    assert page.bar.source.currentData() == VALIDATION
    assert page.figures.cells[False, Verdict.PASS].text() == "3"
    worker.close()
    assert worker.join(WAIT_S)


def _page_of(qtbot: QtBot, home: Home, scored: list[Scored]) -> OperatingPointHand:
    scored_bundle(home.models / "cap", home.root / "none", scored)
    save_recipe(Recipe(name="Test", source="demo:", model="cap"), home.recipes)
    return OperatingPointHand(qtbot, home)


def test_without_defective_parts_nothing_is_claimed_or_suggested(qtbot: QtBot, home: Home) -> None:
    hand = _page_of(qtbot, home, [Scored("good/0.png", 0.1), Scored("good/1.png", 0.2)])
    page = hand.page
    assert (hand.value("escapes", "value"), hand.value("cost", "value")) == ("–", "–")
    assert hand.evidence().startswith("No defective part: nothing is known of escapes")
    assert [page.controls.suggestions[key].isEnabled() for key in ("cost", "escapes", "f1")] == [False] * 3
    hand.station.close()


def test_equal_scores_are_drawn_and_pass_or_fail_together(qtbot: QtBot, home: Home) -> None:
    hand = _page_of(qtbot, home, [Scored(f"{kind}/{n}.png", 1.0) for kind in ("good", "crack") for n in range(3)])
    assert hand.cells() == "0 0 3 0 0 3"
    hand.press(hand.page.controls.suggestions["cost"])
    assert hand.cells() == "0 0 3 0 0 3"  # what is certain to the model cannot be passed
    hand.station.close()


def test_a_model_without_scores_says_how_to_get_them(qtbot: QtBot, home: Home) -> None:
    hand = OperatingPointHand(qtbot, home)
    page = hand.page
    assert "choose by a batch of labelled folders.\n\nThresholds are chosen by parts" in hand.words()
    assert not page.figures.isVisible()  # dashes
    page.controls.fail_box.setValue(0.4)  # it can be set all the same, and the record says that nothing supports it
    hand.choose("by hand")
    hand.until(lambda: hand.recipe().version == 2)
    change = hand.recipe().change
    assert change is not None
    assert change.evidence is None
    hand.station.close()


def test_a_model_that_is_gone_leaves_nothing_to_choose(qtbot: QtBot, home: Home) -> None:
    save_recipe(Recipe(name="Test", source="demo:", model="none"), home.recipes)
    hand = OperatingPointHand(qtbot, home)
    assert "There is no model “none”" in hand.words()
    assert not hand.page.bar.use_button.isEnabled()
    hand.station.close()


def test_a_tick_needs_parts_that_did_not_choose_the_point() -> None:
    from inspector.domain.evidence import evidence
    from inspector.domain.rates import Rate

    many, few = evidence(Rate(0, 299), 0.01), evidence(Rate(0, 24), 0.01)
    assert evidence_words(many).startswith("✓ 299 defective parts, 0 missed: shows escapes ≤ 0.997 % at 95 %")
    assert "✓" not in evidence_words(many, "Chosen by these.")
    assert evidence_words(many, "Chosen by these.").endswith("Chosen by these.")
    assert "✓" not in evidence_words(few)
    assert "≤ 1 % would need 299 without a miss" in evidence_words(few)


def test_another_recipe_brings_its_own_model_and_prices(hand: OperatingPointHand) -> None:
    make_bundle(hand.home.models / "plain", seed=3)
    other = Recipe(name="Other", source="demo:", model="plain", thresholds=Thresholds(fail_at=0.9))
    save_recipe(other, hand.home.recipes)
    hand.page.prices.spins["escape"].setValue(7.0)
    hand.until(lambda: load_prices("Test", hand.home.recipes).escape == 7.0)
    entry = next(entry for entry in assembly.list_recipes(hand.home) if entry.name == "Other")
    hand.station.session.choose_recipe(entry)
    hand.until(lambda: hand.point() == Thresholds(fail_at=0.9))
    assert hand.page.prices.spins["escape"].value() == 100.0
