"""Recipes and settings: validated, versioned files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inspector.assembly import demo_recipe, find_recipe, list_recipes, recipe_for
from inspector.domain.config import TriggerMode
from inspector.domain.errors import RecipeError, SourceError
from inspector.domain.records import Thresholds
from inspector.domain.strangeness import DEFAULT_RATE
from inspector.paths import Home
from inspector.recipes.recipe import load_recipe, save_recipe
from inspector.settings import Settings
from inspector.settings_file import load_settings, save_settings


def test_a_recipe_comes_back_as_it_was_saved_and_every_version_is_kept(tmp_path: Path) -> None:
    first = demo_recipe()
    second = first.model_copy(update={"version": 2})
    path = save_recipe(first, tmp_path)
    assert load_recipe(path) == first
    save_recipe(second, tmp_path)
    assert load_recipe(path) == second
    history = sorted((tmp_path / "history").iterdir())
    assert [load_recipe(version) for version in history] == [first, second]
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"colour": "red"}, "colour"),
        ({"trigger": {"mode": "sometimes"}}, "trigger.mode"),
        ({"trigger": {"line_fraction": 7}}, "line_fraction must be between 0 and 1, got 7"),
        ({"thresholds": {"fail_at": 1.5}}, "1.5"),
        ({"thresholds": {"fail_at": 0.5, "review_from": 0.7}}, "0.7"),
        ({"region": {"x": 0, "y": 0, "width": 0, "height": 5}}, "at least 1"),
        ({"format_version": 99}, "format 99"),
        ({"name": "../../etc"}, "1 to 80 characters"),
        ({"version": 0}, "version"),
        ({"source": "camera:x"}, "source: “camera:x” names no source; known are camera:N"),
        ({"source": ""}, "source: "),
        ({"source_options": {"backend": "magic"}}, "source_options.backend: must be one of 'auto', 'v4l2'"),
        ({"source_options": {"width_px": 7}}, "width_px must be between 16 and 20000, got 7"),
        ({"source_options": {"seed": -1}}, "seed must be at least 0, got -1"),
        ({"source_options": {"colour": "red"}}, "source_options.colour"),
        ({"archive": {"webp_quality": 0}}, "webp_quality"),
        ({"guard_rate": 0.00001}, "guard_rate: the guard rate must be 0 for no guard, or between 0.0001 and 0.2"),
        ({"guard_rate": 0.21}, "got 0.21"),
        ({"thresholds": {"fail_at": 0.5, "spares_outside": True}}, "spares_outside is a field of the recipe itself"),
    ],
)
def test_a_recipe_with_a_fault_is_refused_by_key(tmp_path: Path, change: dict[str, object], says: str) -> None:
    path = tmp_path / "r.json"
    path.write_text(json.dumps(json.loads(demo_recipe().model_dump_json()) | change))
    with pytest.raises(RecipeError, match="r.json") as caught:
        load_recipe(path)
    assert says in str(caught.value)


def test_thresholds_are_written_without_what_the_model_must_allow(tmp_path: Path) -> None:
    own = Thresholds(fail_at=0.5, review_from=0.25, spares_outside=True)
    recipe = demo_recipe().model_copy(update={"thresholds": own, "spares_outside": False})
    written = json.loads(save_recipe(recipe, tmp_path).read_text())
    assert written["thresholds"] == {"fail_at": 0.5, "review_from": 0.25, "strange_from": None}
    back = load_recipe(tmp_path / f"{recipe.name}.json")
    assert (back.thresholds, back.spares_outside) == (Thresholds(fail_at=0.5, review_from=0.25), False)


def test_a_recipe_of_before_the_guard_has_it_at_its_default_rate(tmp_path: Path) -> None:
    values = json.loads(demo_recipe().model_dump_json())
    del values["guard_rate"]
    (tmp_path / "r.json").write_text(json.dumps(values))
    assert load_recipe(tmp_path / "r.json").guard_rate == DEFAULT_RATE
    for rate in (0.0, 0.0001, 0.2):
        (tmp_path / "r.json").write_text(json.dumps(values | {"guard_rate": rate}))
        assert load_recipe(tmp_path / "r.json").guard_rate == rate


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[1]"])
def test_a_file_that_is_no_recipe_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(content)
    with pytest.raises(RecipeError, match="r.json"):
        load_recipe(path)


def test_a_recipe_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = save_recipe(demo_recipe(), tmp_path)
    (tmp_path / "history" / "Demo line.v2.json").mkdir()
    with pytest.raises(RecipeError, match="v2.json cannot be written"):
        save_recipe(demo_recipe().model_copy(update={"version": 2}), tmp_path)
    assert load_recipe(path).version == 1


def test_recipes_are_found_by_name_and_file(tmp_path: Path) -> None:
    home = Home(root=tmp_path)
    mine = demo_recipe().model_copy(update={"name": "Flange 7"})
    path = save_recipe(mine, home.recipes)
    (home.recipes / "broken.json").write_text("{")
    assert find_recipe("Flange 7", home) == find_recipe(str(path), home) == mine
    assert find_recipe("", home) == demo_recipe()
    assert [(entry.name, bool(entry.fault)) for entry in list_recipes(home)] == [
        ("Demo line", False),
        ("Flange 7", False),
        ("broken", True),
    ]
    with pytest.raises(RecipeError, match="Demo line, Flange 7"):
        find_recipe("Flange 8", home)


def test_a_saved_demo_line_takes_the_place_of_the_built_in_one(tmp_path: Path) -> None:
    home = Home(root=tmp_path)
    save_recipe(demo_recipe().model_copy(update={"version": 3}), home.recipes)
    assert find_recipe("Demo line", home).version == 3
    assert [entry.name for entry in list_recipes(home)] == ["Demo line"]


@pytest.mark.parametrize(
    ("source", "mode"),
    [
        ("folder:/x", TriggerMode.EVERY_PICTURE),
        ("video:/x.mp4", TriggerMode.PART_CROSSING),
        ("camera:0", TriggerMode.PART_CROSSING),
    ],
)
def test_a_model_alone_gets_a_recipe_that_fits_the_source(source: str, mode: TriggerMode) -> None:
    assert recipe_for("models/bottle", source).trigger.mode is mode


def test_a_recipe_for_the_demo_line_is_that_of_the_demo_line_with_another_model() -> None:
    assert recipe_for("bottle", " demo: ") == demo_recipe().model_copy(update={"model": "bottle"})


def test_a_recipe_for_what_names_no_source_is_refused() -> None:
    with pytest.raises(SourceError, match="“demo:2” names no source"):
        recipe_for("bottle", "demo:2")


def test_settings_come_back_and_bad_keys_are_defaulted_and_said(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    assert load_settings(path) == (Settings(), [])
    wanted = Settings(station="Line 4", shift_starts=(5, 13, 21))
    save_settings(wanted, path)
    assert load_settings(path) == (wanted, [])
    path.write_text(json.dumps({"station": "Line 4", "device": "abacus", "colour": 1}))
    settings, faults = load_settings(path)
    assert settings == Settings(station="Line 4")
    assert [fault.split("”")[0] for fault in faults] == ["The setting “Device", "The settings' file holds “colour"]
    path.write_text("nonsense")
    settings, faults = load_settings(path)
    assert (settings, len(faults)) == (Settings(), 1)
