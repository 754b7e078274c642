"""What the command line says goes before settings and recipe, and is never saved."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from inspector.cli.common import overrides_of
from inspector.domain.devices import DeviceKind, WantedPrecision
from inspector.gui.station.store import Store
from inspector.overrides import NOTHING_SAID, Overrides
from inspector.paths import Home
from inspector.recipes.recipe import Recipe, save_recipe
from inspector.settings import Settings
from inspector.settings_file import load_settings

SAVED = Settings(device=DeviceKind.GPU, log_path="/logs/a.sqlite3", recipe="Flange")


@pytest.mark.parametrize(
    ("overrides", "changes"),
    [
        (NOTHING_SAID, {}),
        (Overrides(recipe="Cap", source="demo:", model="m"), {}),
        (Overrides(device=DeviceKind.CPU), {"device": DeviceKind.CPU}),
        (Overrides(precision=WantedPrecision.BF16), {"precision": WantedPrecision.BF16}),
        (Overrides(log=Path("b.sqlite3")), {"log_path": "b.sqlite3"}),
    ],
)
def test_only_what_is_said_goes_before_the_settings(overrides: Overrides, changes: dict[str, object]) -> None:
    assert overrides.applied(SAVED) == SAVED.model_copy(update=changes)


def test_the_options_of_a_command_are_what_is_said() -> None:
    parsed = argparse.Namespace(
        window_source="demo:", window_recipe=None, window_device="cpu", window_precision=None, log=Path("b")
    )
    said = overrides_of(parsed, "window_")
    assert said == Overrides(source="demo:", device=DeviceKind.CPU, log=Path("b"))
    assert (said.given, said.names_line) == (True, True)
    assert overrides_of(argparse.Namespace()) == NOTHING_SAID
    assert (NOTHING_SAID.given, NOTHING_SAID.names_line) == (False, False)
    assert (Overrides(log=Path("b")).given, Overrides(log=Path("b")).names_line) == (True, False)


def test_the_window_begins_with_what_is_said_and_saves_none_of_it(tmp_path: Path) -> None:
    home = Home(root=tmp_path)
    for name in ("Flange", "Cap"):
        save_recipe(Recipe(name=name, source="folder:/parts", model="demo"), home.recipes)
    store = Store(home, SAVED, Overrides(recipe="Cap", source="demo:", device=DeviceKind.CPU, log=tmp_path / "b"))
    recipe = store.first_recipe()
    assert (recipe.name, recipe.source) == ("Cap", "demo:")
    assert (store.in_force.device, store.places.log) == (DeviceKind.CPU, tmp_path / "b")
    store.save_settings(store.settings.model_copy(update={"station": "Line 4"}))
    assert load_settings(home.settings) == (SAVED.model_copy(update={"station": "Line 4"}), [])
    assert store.in_force.station == "Line 4"


def test_a_source_alone_is_judged_by_the_last_recipe_and_the_demo_line_by_its_own(tmp_path: Path) -> None:
    home = Home(root=tmp_path)
    save_recipe(Recipe(name="Flange", source="folder:/parts", model="demo"), home.recipes)
    assert Store(home, SAVED, Overrides(source="camera:1")).first_recipe().name == "Flange"
    assert Store(home, SAVED, Overrides(source="demo:")).first_recipe().name == "Demo line"
    assert Store(home, SAVED, Overrides(source="camera:1", model="m")).first_recipe().model == "m"
    assert Store(home, SAVED).first_recipe().source == "folder:/parts"
