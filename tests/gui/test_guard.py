"""The window says why a part is unlike good parts, shows where, and whether the guard is on."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from inspector import assembly
from inspector.domain.guard import NO_MEMORY
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.prediction import heat_of
from inspector.domain.review import QueueKind
from inspector.engine.faces import Face
from inspector.gui.live.failure_strip import Thumbnail
from inspector.gui.live.page import LivePage
from inspector.gui.review.words import still_words
from inspector.paths import Home
from tests.engine.fakes import FakeClassifier, strange_middle
from tests.gui.conftest import Closes, Station, picture
from tests.gui.reviewing import ReviewDesk
from tests.gui.test_trial import drop

REASON = "Unlike good parts here: strangeness 1.5 ≥ 1"


@pytest.fixture
def _strange(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every picture would pass by its score; those with a spot look strange."""
    classifier = partial(FakeClassifier, strangeness=lambda image: 1.5 if image[56, 56, 0] == 0 else 0.5)
    monkeypatch.setattr(assembly, "load_classifier", lambda *_, **__: classifier())


def is_shown(live: LivePage, kind: HeatmapKind) -> bool:
    shown = live.view.shown
    return shown is not None and shown.scene.heatmap is not None and shown.scene.heatmap.shows is kind


@pytest.mark.usefixtures("_strange")
def test_live_says_why_and_shows_where(station: Station, tmp_path: Path) -> None:
    live = station.window.live
    picture(station.pictures / "odd.png", bad=True)
    station.qtbot.mouseClick(live.run_button, Qt.MouseButton.LeftButton)
    station.until(lambda: live.verdict.face is Face.REVIEW)
    assert (live.score.reason.text(), live.score.strangeness.isVisible()) == (REASON, False)
    assert live.score.reason.toolTip() == REASON
    station.until(lambda: live.view.shown is not None and live.view.shown.scene.heatmap is not None)
    assert live.view.shown is not None
    assert live.view.shown.scene.heatmap is not None
    np.testing.assert_array_equal(live.view.shown.scene.heatmap.heatmap, heat_of(strange_middle(1.5)))
    for said, shows in (
        ("Shows: Grad-CAM", HeatmapKind.GRAD_CAM),
        ("Shows: unlike good", HeatmapKind.UNLIKE_GOOD),
        ("Shows: defect", HeatmapKind.UNLIKE_GOOD),  # it is the guard's reason
    ):
        station.qtbot.mouseClick(live.kind_button, Qt.MouseButton.LeftButton)
        assert live.kind_button.text() == said
        station.until(partial(is_shown, live, shows))
    live.view.want_heatmap(HeatmapKind.GRAD_CAM)  # a part that is no longer fresh is not shown again, but drawn anew
    station.until(partial(is_shown, live, HeatmapKind.GRAD_CAM))
    station.until(lambda: live.strip.findChildren(Thumbnail))
    assert live.strip.findChildren(Thumbnail)[0].accessibleName().endswith(" · unlike")
    pill = station.window.header.model_pill
    station.qtbot.mouseClick(pill, Qt.MouseButton.LeftButton)
    assert "Unlike good parts: review from strangeness 1, which 0.5 % of good parts reach" in pill.panel.said
    drop(station, picture(tmp_path / "tried.png", bad=True))
    station.until(lambda: live.trial.isVisible() and live.trial.verdict.face is Face.REVIEW)
    assert live.trial.score.reason.text() == REASON
    picture(station.pictures / "fine.png", bad=False)
    station.until(lambda: live.verdict.face is Face.PASS)
    assert live.score.reason.text() == "Threshold 0.5; unlike good parts from 1."
    assert (live.score.strangeness.text(), live.score.strangeness.isVisible()) == ("strangeness 0.50", True)


def test_a_model_without_memory_says_that_it_cannot_guard(station: Station) -> None:
    live = station.window.live
    picture(station.pictures / "part.png", bad=False)
    station.qtbot.mouseClick(live.run_button, Qt.MouseButton.LeftButton)
    station.until(lambda: live.verdict.face is Face.PASS)
    assert not live.score.strangeness.isVisible()
    pill = station.window.header.model_pill
    station.qtbot.mouseClick(pill, Qt.MouseButton.LeftButton)
    assert "This model has no memory of good: what it has never seen can pass" in pill.panel.said


@pytest.mark.usefixtures("_strange")
def test_review_says_why_and_shows_where(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=1)
    desks.append(desk)
    desk.until(lambda: desk.page.bar.buttons[QueueKind.REVIEWS].text() == "Reviews 1")
    desk.open(QueueKind.REVIEWS)
    desk.until_shown()
    facts = desk.page.cards.facts
    desk.until(lambda: facts.score.reason.text() == REASON)
    part = desk.page.walk.current
    assert part is not None
    assert still_words("i", part, judged=None).words == "part 1 · unlike"
    heatmap = desk.scene().heatmap
    assert heatmap is not None
    np.testing.assert_allclose(heatmap.heatmap, heat_of(strange_middle(1.5)), atol=1 / 255)


def test_settings_and_operating_point_say_that_a_model_cannot_guard(station: Station) -> None:
    window = station.window
    window.show_page("settings")
    window.settings.show_section("Model and thresholds")
    rate = window.settings.recipe_form.editors["guard_rate"]
    station.until(lambda: rate.accessibleDescription().endswith(NO_MEMORY))
    window.show_page("operating")
    station.until(lambda: window.operating.bar.guard.text() == f"T{NO_MEMORY[1:]}.")
