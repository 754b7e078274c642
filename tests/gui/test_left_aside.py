"""Files that a hand has spoilt are left aside by name; the window starts, and everything else works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from inspector.data_version import version_fault
from inspector.paths import Home
from tests.gui.conftest import Station

NESTED = "[" * 100_000


@pytest.fixture
def spoilt(qtbot: QtBot, home: Home) -> Iterator[Station]:
    for path in (
        home.recipes / "nested.json",
        home.recipes / "history" / "Test.v7.json",
        home.recipes / "prices" / "Test.json",
        home.models / "bad" / "manifest.json",
        home.root / "window.json",
        home.root / "promotions.jsonl",
        home.batches / "x" / "run.json",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(NESTED)
    station = Station(qtbot, home)
    yield station
    station.close()


def _texts(station: Station) -> str:
    return " ".join(words.text() for words in station.window.findChildren(QLabel) if words.isVisible())


def test_the_window_says_which_files_were_left_aside(spoilt: Station) -> None:
    spoilt.until(lambda: "nested.json is nested deeper than 64 levels" in _texts(spoilt))
    assert "A recipe is left aside" in _texts(spoilt)
    box = spoilt.window.header.recipe_box
    assert [box.itemText(index) for index in range(box.count())] == ["Demo line", "Test", "nested (cannot be used)"]
    spoilt.window.show_page("settings")
    spoilt.window.settings.show_section("Model and thresholds")
    spoilt.until(lambda: "A model is left aside" in _texts(spoilt))
    assert "manifest.json is nested deeper than 64 levels" in _texts(spoilt)
    for page in ("batch", "review", "operating"):
        spoilt.window.show_page(page)


def test_a_spoilt_version_of_the_data_folder_is_said(tmp_path: Path) -> None:
    assert version_fault(tmp_path) == ""
    (tmp_path / "version.json").write_text(NESTED)
    assert "version.json is nested deeper than 64 levels; the data folder is taken" in version_fault(tmp_path)
