"""The Review page's queues by key, what a change of recipe leaves of its figures, and a model without weights."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from inspector.domain.review import QueueKind
from inspector.gui.review.words import QUEUES
from inspector.paths import Home
from inspector.recipes.recipe import Recipe, save_recipe
from tests.gui.conftest import Closes
from tests.gui.reviewing import ReviewDesk, make_home

KEYS = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_5)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path)


def test_alt_and_a_number_open_a_queue_whatever_its_count(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, good=1, bad=2)
    desks.append(desk)
    desk.until(lambda: desk.page.bar.buttons[QueueKind.FAILURES].text() == "Failures 2")
    for key, kind in reversed(list(zip(KEYS, QUEUES, strict=True))):
        desk.key(key, Qt.KeyboardModifier.AltModifier)
        desk.until(lambda kind=kind: desk.page.walk.kind is kind)
        assert desk.page.bar.buttons[kind].isChecked()


def test_of_another_recipe_no_figure_of_the_audit_stays(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, good=2)
    desks.append(desk)
    words = desk.page.cards.audit.words
    desk.until(lambda: words.text().startswith("2 passed parts can be audited"))
    other = Recipe(name="Other", source=f"folder:{home.root.parent / 'pictures'}", model="tiny")
    save_recipe(other, home.recipes)
    said: list[str] = []
    desk.station.session.recipe_changed.connect(lambda _: said.append(words.text()))
    desk.station.session.apply_recipe(other, lambda _: None)
    desk.until(lambda: said)
    assert said == ["Reading the record."]
    desk.until(lambda: words.text() != "Reading the record.")
    assert "2 passed parts" not in words.text()


def test_a_deep_look_at_a_model_without_weights_says_so_at_once(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=1)
    desks.append(desk)
    begun: list[object] = []
    desk.page.deep_looks.start = lambda *given: begun.append(given)  # type: ignore[assignment]
    desk.until_shown()
    desk.key(Qt.Key.Key_L)
    dialog = desk.page.deep_looks.dialog
    assert dialog is not None
    desk.until(lambda: "the model tiny comes as a finished graph without its weights" in dialog.fault.text())
    assert begun == []
