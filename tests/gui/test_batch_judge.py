"""What the Batch page proposes to judge with."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from inspector.gui.batch.bar import BatchBar
from inspector.overrides import Overrides
from inspector.paths import Home
from inspector.recipes.recipe import Recipe, save_recipe
from tests.bundles import make_bundle
from tests.gui.conftest import Station


def judges_there(bar: BatchBar) -> bool:
    return bar.judge.count() > 0


def test_a_recipe_that_is_not_saved_proposes_its_model(qtbot: QtBot, home: Home, tmp_path: Path) -> None:
    make_bundle(tmp_path / "elsewhere")
    unsaved = Recipe(name="Loose", source="demo:", model=str(tmp_path / "elsewhere"))
    save_recipe(unsaved, tmp_path)
    for overrides, judge in (
        (Overrides(model="tiny", source=f"folder:{tmp_path}"), ("model", "tiny")),
        (Overrides(recipe=str(tmp_path / "Loose.json")), None),  # its model is not one of the station's
    ):
        station = Station(qtbot, home, overrides=overrides)
        station.window.show_page("batch")
        bar = station.window.batch.bar
        station.until(partial(judges_there, bar))
        assert bar.chosen_judge == judge
        bar.folder.setEditText(str(tmp_path))
        qtbot.keyClick(bar.folder, Qt.Key.Key_Return)
        assert bar.inspect.isEnabled() is (judge is not None)
        station.close()
