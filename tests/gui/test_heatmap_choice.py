"""Which map a heatmap is: the recipe chooses, M and the button switch, and every picture says which one it shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from inspector import assembly
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.review import QueueKind
from inspector.engine.faces import Face
from inspector.gui.batch.picture_card import PictureMode
from tests.engine.fakes import FakeClassifier
from tests.gui.batch_hand import ROWS, BatchHand, digest_of, make_run, real_rows
from tests.gui.conftest import Station, picture


def load_strange(monkeypatch: pytest.MonkeyPatch, *, sha256: str = "") -> None:
    """Every model has a memory of good; a picture with a spot would pass by its score, but looks strange."""

    def load(*_: object, **__: object) -> Any:
        classifier = FakeClassifier(strangeness=lambda image: 1.5 if image[56, 56, 0] == 0 else 0.5)
        classifier.identity = replace(classifier.identity, sha256=sha256 or classifier.identity.sha256)
        return classifier

    monkeypatch.setattr(assembly, "load_classifier", load)


def test_the_recipes_choice_is_first_in_live_and_is_kept_and_review_says_which(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_strange(monkeypatch)
    window, live = station.window, station.window.live
    window.show_page("settings")
    window.settings.show_section("Model and thresholds")
    box = window.settings.recipe_form.editors["heatmap"]
    assert isinstance(box, QComboBox)
    assert [box.itemText(place) for place in range(box.count())] == ["defect", "Grad-CAM", "unlike good"]
    box.setFocus()
    station.qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() == "Grad-CAM"
    station.qtbot.mouseClick(window.settings.apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: station.session.recipe is not None and station.session.recipe.heatmap is HeatmapKind.GRAD_CAM)
    window.show_page("live")
    assert live.kind_button.text() == "Shows: Grad-CAM"
    picture(station.pictures / "odd.png", bad=True)
    station.qtbot.mouseClick(live.run_button, Qt.MouseButton.LeftButton)
    station.until(lambda: live.verdict.face is Face.REVIEW and live.view.heatmap_words == "Heatmap: Grad-CAM")
    station.qtbot.keyClick(window, Qt.Key.Key_M)
    station.until(lambda: live.view.heatmap_words == "Heatmap: unlike good")
    assert live.view.accessibleDescription().endswith("; Heatmap: unlike good")
    assert [path.name.partition(".")[2] for path in station.home.root.rglob("*.heatmap.png")] == [
        "grad-cam.heatmap.png"
    ]
    window.show_page("review")
    review = window.review
    station.until(lambda: review.bar.buttons[QueueKind.REVIEWS].text() == "Reviews 1")
    station.qtbot.mouseClick(review.bar.buttons[QueueKind.REVIEWS], Qt.MouseButton.LeftButton)
    view = review.part_view
    station.until(lambda: view.view.heatmap_words == "Heatmap: Grad-CAM")
    station.qtbot.mouseClick(view.heatmap_button, Qt.MouseButton.LeftButton)
    station.until(lambda: not view.view.heatmap_words)


def test_batch_begins_with_what_its_recipe_chose_and_switches_by_key_and_button(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = tmp_path / "parts"
    folder = make_run(station.home, pictures, real_rows(pictures, *ROWS[:2]), heatmap=HeatmapKind.GRAD_CAM)
    load_strange(monkeypatch, sha256=digest_of(folder))
    hand = BatchHand(station)
    hand.until_rows(2)
    card = hand.page.details.picture
    station.until(lambda: card.views[0].heatmap_words == "Heatmap: Grad-CAM")
    assert (card.kind_button.text(), hand.label()) == ("Grad-CAM", "good/2.png")
    station.qtbot.keyClick(station.window, Qt.Key.Key_M)
    station.until(lambda: card.views[0].heatmap_words == "Heatmap: unlike good")
    hand.page.results.step(1)
    station.until(lambda: hand.label() == "good/1.png" and card.views[0].heatmap_words == "Heatmap: unlike good")
    hand.click(card.kind_button)
    hand.click(card.kind_button)
    assert card.kind_button.text() == "Grad-CAM"
    station.until(lambda: card.views[0].heatmap_words == "Heatmap: Grad-CAM")
    hand.click(card.modes[PictureMode.ORIGINAL])
    station.qtbot.keyClick(station.window, Qt.Key.Key_M)
    assert (card.kind_button.text(), card.kind_button.isEnabled()) == (
        "Grad-CAM",
        False,
    )  # there is no heatmap to switch
