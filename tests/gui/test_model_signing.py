"""A model that nobody has signed, where people sign in: said where it is chosen, and signed there by an engineer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from inspector import assembly
from inspector.outputs.trail_log import TrailLog, TrailQuery
from inspector.signed import UnsignedError, check_model_in
from inspector.trail.event import TrailKind
from inspector.trail.waiting import waiting
from tests.bundles import make_bundle
from tests.gui.conftest import Station as Window
from tests.gui.signing_in import sign_in
from tests.gui.training_bench import Bench
from tests.people.hands import CHEAP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from inspector.gui.batch.bar import BatchBar
    from inspector.paths import Home
    from tests.people.hands import Station


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost nothing."""
    monkeypatch.setattr("inspector.people.people.SecretHasher", lambda: CHEAP)


@pytest.fixture
def window(qtbot: QtBot, home: Home, users: Station) -> Iterator[Window]:
    make_bundle(home.models / "other", seed=1)
    opened = Window(qtbot, home)
    yield opened
    opened.close()


def signed(home: Home, model: str) -> bool:
    try:
        check_model_in(assembly.model_store(home).find(model), home)
    except UnsignedError:
        return False
    return True


def signatures(home: Home) -> list[tuple[str, str, str]]:
    """Who signed what, in the trail: what is in the log, and what waits to be."""
    events = [row.event for row in TrailLog(home.log).rows(TrailQuery())]
    events += [event for file in waiting(home.root) for event in file.events]
    return [(event.who, event.role, event.on) for event in events if event.kind is TrailKind.SIGNATURE]


def batch_bar(window: Window) -> BatchBar:
    window.window.show_page("batch")
    bar = window.window.batch.bar
    window.until(lambda: bar.judge.count() > 0)
    return bar


def choose(bar: BatchBar, name: str) -> None:
    names = [bar.judge.itemText(place) for place in range(bar.judge.count())]
    bar.judge.setCurrentIndex(names.index(name))


def test_a_model_that_is_chosen_for_a_batch_is_signed_there(window: Window, home: Home) -> None:
    bar = batch_bar(window)
    choose(bar, "model other")
    window.until(bar.sign_line.isVisible)
    assert bar.sign_line.words.text() == "The model other is not signed, and only signed models judge here."
    window.qtbot.mouseClick(bar.sign_line.button, Qt.MouseButton.LeftButton)  # an operator: who is there is asked
    dialog = window.window.signing.dialog
    assert dialog is not None
    assert dialog.isVisible()
    dialog.reject()
    assert not signed(home, "other")
    sign_in(window, "Ada", "480271")
    window.qtbot.mouseClick(bar.sign_line.button, Qt.MouseButton.LeftButton)
    window.until(lambda: bar.sign_line.words.text() == "The model other is signed.")
    assert not bar.sign_line.button.isVisible()
    assert signed(home, "other")
    assert ("Ada", "engineer", "other") in signatures(home)


def test_nothing_is_said_of_a_signed_model_or_of_a_recipe(window: Window) -> None:
    bar = batch_bar(window)
    for judge in ("model tiny", "Test"):
        choose(bar, "model other")
        window.until(bar.sign_line.isVisible)
        choose(bar, judge)
        window.settle()
        assert not bar.sign_line.isVisible()


def test_without_users_nothing_has_to_be_signed(station: Window, home: Home) -> None:
    make_bundle(home.models / "other")
    bar = batch_bar(station)
    choose(bar, "model other")
    station.settle()
    assert not bar.sign_line.isVisible()


def test_a_model_that_was_trained_is_signed_at_its_result(qtbot: QtBot, home: Home, users: Station) -> None:
    bench = Bench(qtbot, home)
    try:
        sign_in(bench.station, "Ada", "480271")
        bench.show()
        bench.train("quick")
        line = bench.page.result.sign_line
        bench.until(line.isVisible)
        assert "quick-1" in line.words.text()
        assert not signed(home, "quick-1")
        bench.press(line.button)
        bench.until(lambda: line.words.text() == "The model quick-1 is signed.")
        assert signed(home, "quick-1")
    finally:
        bench.close()
