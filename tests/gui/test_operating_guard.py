"""The second axis of the page Operating point: strangeness, and the guard's rate chosen by it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from inspector.domain.operating_point import LabelledScores
from inspector.domain.records import Thresholds, Verdict
from inspector.gui.operating_point.score_axis import ScoreAxis
from inspector.gui.operating_point.score_plane import ScorePlane
from inspector.gui.operating_point.strange_scale import StrangeScale
from inspector.gui.theme import CURRENT, lively
from inspector.operating_point.guarding import Guarding
from inspector.paths import Home
from inspector.recipes.recipe import Recipe, save_next_version, save_recipe
from tests.engine.fakes import GOOD_SCALE
from tests.gui.operating_hand import LEFT, NONE, OperatingPointHand
from tests.operating_point.parts import MEMORY, STRANGE, scored_bundle

GUARDING = Guarding(scale=GOOD_SCALE, rate=0.005)


@pytest.fixture
def hand(qtbot: QtBot, home: Home) -> Iterator[OperatingPointHand]:
    scored_bundle(home.models / "cap", home.root / "none", STRANGE, MEMORY)
    save_recipe(Recipe(name="Test", source="demo:", model="cap"), home.recipes)
    shown = OperatingPointHand(qtbot, home)
    yield shown
    shown.station.close()


def test_counts_are_the_lines_with_the_guard_and_what_it_does_is_told(hand: OperatingPointHand) -> None:
    page = hand.page
    assert page.axis.in_plane
    assert (hand.cells(), hand.guard()) == ("2 1 0 0 1 2", 0.5)
    assert (hand.value("held", "value"), hand.value("caught", "value")) == ("50.0 %", "33.3 %")
    assert hand.value("held", "held out") == "0 of 1"
    said = page.figures.guard.text().replace("\u00a0", " ")
    assert said.startswith("The guard is set for 0.5 % of good parts; these are more")
    assert said.endswith("Of 1 part no strangeness is recorded; the guard is left out for them.")
    assert not page.bar.guard.isVisible()
    hand.press(page.figures.cells[True, Verdict.REVIEW])
    assert "strangeness 1.50" in page.strip.list.item(0).toolTip()


def test_the_line_is_dragged_and_the_rate_follows(hand: OperatingPointHand) -> None:
    axis = hand.page.axis
    line = axis.strange
    assert axis.y_of(1.0) == pytest.approx(line.geometry().center().y(), abs=1.5)
    grip = QPoint(12, line.height() // 2)
    up = round(axis.y_of(1.0) - axis.y_of(GOOD_SCALE.limit(0.0002)))
    hand.qtbot.mousePress(line, LEFT, NONE, grip)
    hand.qtbot.mouseMove(line, grip - QPoint(0, up))
    hand.qtbot.mouseRelease(line, LEFT, NONE, grip - QPoint(0, up))
    rate = hand.guard()
    assert rate is not None
    assert 0.01 <= rate <= 0.04
    assert hand.cells() == "3 0 0 0 1 2"
    assert (hand.value("held", "change"), hand.value("caught", "change")) == ("−50.0 %", "same")
    assert [mark.words for mark in axis.marks_in_force()] == ["unlike, in force"]
    hand.qtbot.keyClick(line, Qt.Key.Key_Down)
    assert hand.guard() == pytest.approx(1.25 * rate, rel=0.06)
    hand.press(hand.page.controls.suggestions["force"])
    assert hand.guard() == 0.5


def test_a_rate_is_chosen_recorded_and_taken_back(hand: OperatingPointHand) -> None:
    page = hand.page
    page.controls.rate_box.setValue(0.02)
    assert hand.cells() == "3 0 0 0 1 2"
    hand.choose("too much to look at")
    hand.until(lambda: hand.recipe().version == 2)
    saved = hand.recipe()
    assert (saved.guard_rate, saved.thresholds) == (0.0002, None)
    assert saved.change is not None
    assert saved.change.evidence is not None
    assert (saved.change.evidence.good_held, saved.change.evidence.defective_held) == (0, 1)
    hand.until(page.bar.back_button.isVisible)
    assert "Back to fail from 0.5, guard at 0.5 % of good parts" in page.bar.back_button.toolTip()
    hand.press(page.bar.back_button)
    assert page.question is not None
    hand.press(page.question.yes_button)
    hand.until(lambda: hand.recipe().version == 3)
    assert hand.recipe().guard_rate == 0.005
    hand.until(lambda: hand.guard() == 0.5)


def test_the_guard_is_switched_off_and_on(hand: OperatingPointHand) -> None:
    page = hand.page
    hand.press(page.controls.guard)
    assert (hand.cells(), hand.guard(), page.axis.strange.isVisible()) == ("3 0 0 1 0 2", None, False)
    assert not page.figures.values["held", ""].isVisible()
    assert page.figures.guard.text() == ""
    hand.press(page.controls.guard)
    assert (hand.cells(), hand.guard(), page.axis.strange.isVisible()) == ("2 1 0 0 1 2", 0.5, True)
    hand.press(page.controls.suggestions["f1"])
    assert hand.guard() == 0.5  # a suggestion leaves it


def test_a_fixed_limit_is_named_and_becomes_a_rate_when_it_is_moved(hand: OperatingPointHand) -> None:
    own = Thresholds(fail_at=0.5, strange_from=1.6)
    save_next_version(hand.recipe().model_copy(update={"thresholds": own}), hand.home.recipes)
    hand.until(hand.page.bar.guard.isVisible)
    assert hand.page.bar.guard.text().startswith(
        "The recipe holds a fixed limit of strangeness, 1.6, instead of a rate"
    )
    hand.page.controls.rate_box.setValue(1.0)
    hand.choose()
    hand.until(lambda: hand.recipe().version == 3)
    assert (hand.recipe().thresholds, hand.recipe().guard_rate) == (Thresholds(fail_at=0.5), 0.01)
    hand.until(lambda: not hand.page.bar.guard.isVisible())


@pytest.mark.parametrize("count", [40, 4000])
def test_each_class_is_drawn_where_its_parts_lie(qtbot: QtBot, count: int) -> None:
    axis = ScoreAxis()
    qtbot.addWidget(axis)
    axis.resize(720, 300)
    axis.show()
    half = count // 2
    p, strangeness = np.repeat([0.02, 0.98], half), np.repeat([0.9, 3.0], half)
    axis.show_scores(LabelledScores(p, np.arange(count) >= half, strangeness), guarding=GUARDING)
    axis.show_point(Thresholds(fail_at=0.5, strange_from=1.0), None)
    image = axis.grab().toImage()
    for score, strange, name in ((0.02, 0.9, "good"), (0.98, 3.0, "fail")):
        x, y = round(axis.x_of(score)), round(axis.y_of(strange))
        assert image.pixelColor(x, y) == lively(CURRENT.theme, name)


def test_without_a_recorded_strangeness_there_are_lanes_and_no_second_axis(qtbot: QtBot) -> None:
    axis = ScoreAxis()
    qtbot.addWidget(axis)
    axis.resize(720, 300)
    axis.show()
    axis.show_scores(LabelledScores([0.1, 0.9], [False, True]), guarding=GUARDING)
    axis.show_point(Thresholds(fail_at=0.5, strange_from=1.0), None)
    assert not axis.in_plane
    assert not axis.strange.isVisible()
    scores = LabelledScores([0.1, 0.9], [False, True], [0.5, 2.0])
    assert ScorePlane.of(scores, None) is None


def test_the_scale_shows_every_part_and_every_limit_that_can_be_chosen() -> None:
    upwards = StrangeScale.of(np.array([0.3, 40.0]), GOOD_SCALE, bottom=200.0, top=20.0)
    for strangeness in (0.3, 40.0, GOOD_SCALE.limit(0.2), GOOD_SCALE.limit(0.0001)):
        y = upwards.y_of(strangeness)
        assert 20.0 < y < 200.0
        assert upwards.strangeness_at(y) == pytest.approx(strangeness)
    assert next(words for _, words in upwards.shares(GOOD_SCALE)) == "0.5 %"
    for places in (upwards.ticks(), upwards.shares(GOOD_SCALE)):
        ys = sorted(y for y, _ in places)
        assert all(later - earlier >= 15 for earlier, later in itertools.pairwise(ys))
