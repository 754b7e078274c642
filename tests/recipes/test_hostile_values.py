"""Whatever stands in a field of recipe or settings, it is refused by name or in force; the program goes on."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector.assembly import demo_recipe, list_recipes
from inspector.domain.about import ValueKind
from inspector.domain.errors import RecipeError
from inspector.domain.line_outputs import IoOptions
from inspector.domain.line_protocol import LineProtocol
from inspector.domain.records import Box
from inspector.domain.scanner import ScannerKind
from inspector.paths import Home
from inspector.recipes.fields import fields_of_model
from inspector.recipes.recipe import Recipe, load_recipe, save_recipe
from inspector.recipes.versions import history
from inspector.settings import Settings
from inspector.settings_file import load_settings, save_settings
from tests.waits import WAIT_S

if TYPE_CHECKING:
    from pathlib import Path

KEPT_BY_THE_PROGRAM = ["format_version", "version", "change"]
RECIPE_FIELDS = [field.path for field in fields_of_model(Recipe)] + KEPT_BY_THE_PROGRAM
SETTINGS_FIELDS = [field.path for field in fields_of_model(Settings)] + ["format_version"]
_EDGES: list[Any] = [
    None, True, "", " ", "nan", "inf", "-inf", "1e999", "0x10", "A" * 100_000, "a\x00b", "a\nb", "\x1b[31m", "\ud800",
    "../../etc/passwd", "rtsp://u:S3cret\nx@h", "foler:x", "camera:99999999999999999999", [], {}, [[[[]]]], {"x": 1},
    -1, 0, 10**400, -(10**400), 2**63, 2**63 - 1, 1e308, -1e308, 1e-320, math.nan, math.inf, -math.inf,
]  # fmt: skip
HOSTILE = st.sampled_from(_EDGES) | st.integers() | st.floats() | st.text() | st.lists(st.integers(), max_size=3)


def _with(record: dict[str, Any], path: str, value: Any) -> str:
    """Return the record's JSON with another value in one place."""
    *groups, last = path.split(".")
    inner = record
    for group in groups:
        if not isinstance(inner.get(group), dict):
            inner[group] = dict.fromkeys(("x", "y", "width", "height"), 5) if group == "region" else {"fail_at": 0.5}
        inner = inner[group]
    inner[last] = value
    return json.dumps(record)


def _numbers(value: Any) -> list[float]:
    if isinstance(value, dict | list):
        return [
            number for inner in (value.values() if isinstance(value, dict) else value) for number in _numbers(inner)
        ]
    return [value] if isinstance(value, float) else []


def _usable(text: str) -> None:
    """What is in force is a text that any file and any row takes, and holds no number that is none."""
    text.encode()
    assert all(math.isfinite(number) for number in _numbers(json.loads(text)))
    assert len(text) < 20_000


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=600)
@given(path=st.sampled_from(RECIPE_FIELDS), value=HOSTILE)
def test_a_hostile_recipe_is_refused_by_name_or_can_be_used(tmp_path: Path, path: str, value: Any) -> None:
    home = Home(root=tmp_path)
    file = home.recipes / "Flange.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(_with(json.loads(demo_recipe().model_dump_json()), path, value))
    try:
        recipe = load_recipe(file)
    except RecipeError as error:
        text = str(error)
        assert path.split(".", maxsplit=1)[0] in text or " holds " in text or "too many digits" in text, text
        assert len(text) < 3000
        text.encode()
        entries = {entry.name: entry for entry in list_recipes(home)}
        assert bool(entries["Flange"].fault)
        assert not entries["Demo line"].fault
        return
    _usable(recipe.model_dump_json())
    written = save_recipe(recipe, tmp_path / "again" / "recipes")
    assert written.parent == tmp_path / "again" / "recipes"
    assert load_recipe(written).version == recipe.version <= 10**9


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400)
@given(path=st.sampled_from(SETTINGS_FIELDS), value=HOSTILE)
def test_hostile_settings_are_defaulted_by_name_or_can_be_used(tmp_path: Path, path: str, value: Any) -> None:
    file = tmp_path / "settings.json"
    file.write_text(_with(json.loads(Settings(station="Line 4").model_dump_json()), path, value))
    read, faults = load_settings(file)
    _usable(read.model_dump_json())
    if faults:
        names = {path, *(field.about.title for field in fields_of_model(Settings) if field.path == path)}
        assert any(
            f"“{name}”" in fault or " holds " in fault or "too many digits" in fault
            for fault in faults
            for name in names
        )
        assert sum(map(len, faults)) < 3000
    kept = save_settings(read, file)  # *** stands for a password in it
    assert kept == read.model_copy(update={"serve_password": kept.serve_password})
    assert load_settings(file) == (kept, [])


def test_a_damaged_field_of_a_group_leaves_the_others_and_nothing_is_driven_by_a_guess(tmp_path: Path) -> None:
    file, wiring = tmp_path / "settings.json", IoOptions(trigger=3, ok=6, nok=7)
    before = Settings(station="Line 4", line_protocol=LineProtocol.IO, line_host="10.0.0.9", line_io=wiring)
    file.write_text(_with(json.loads(before.model_dump_json()), "line_io.trigger", "x"))
    read, faults = load_settings(file)
    assert read.line_io == replace(wiring, trigger=IoOptions().trigger)
    assert read == before.model_copy(update={"line_io": read.line_io, "line_protocol": LineProtocol.OFF})
    assert len(faults) == 2
    assert "“Trigger input” cannot be used (must be a whole number, got 'x')" in faults[0]
    assert faults[1] == "“Line protocol” is off, as a setting of it cannot be used: see Settings."


@pytest.mark.parametrize(
    ("path", "value", "off"),
    [
        ("line_base", -1, "line_protocol"), ("line_block", "DB1", "line_protocol"), ("line_unit", None, "line_protocol"),
        ("line_port", 99_999, "line_protocol"), ("line_io", 5, "line_protocol"), ("line_io.nok", "x", "line_protocol"),
        ("scanner_pattern", "(", "scanner"), ("scanner_within_s", 0, "scanner"), ("station", 5, ""), ("line_what", 1, ""),
    ],
)  # fmt: skip
def test_a_device_whose_setting_is_damaged_is_off(tmp_path: Path, path: str, value: object, off: str) -> None:
    file = tmp_path / "settings.json"
    devices = {"line_protocol": LineProtocol.MODBUS_CLIENT, "scanner": ScannerKind.KEYBOARD}
    data = json.loads(Settings().model_copy(update=devices).model_dump_json())
    file.write_text(_with(data, path, value))
    read, faults = load_settings(file)
    assert faults
    assert {name for name, on in devices.items() if getattr(read, name) is not on} == ({off} if off else set())


TEXTS = [field.path for field in fields_of_model(Settings) if field.kind in {ValueKind.TEXT, ValueKind.NUMBER}]


@pytest.mark.parametrize("path", TEXTS)
def test_no_setting_takes_a_text_without_end(tmp_path: Path, path: str) -> None:
    file = tmp_path / "settings.json"
    file.write_text(_with(json.loads(Settings(station="Line 4").model_dump_json()), path, "A" * 100_000))
    read, faults = load_settings(file)
    assert faults
    _usable(read.model_dump_json())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"region": {"x": -1, "y": 0, "width": 5, "height": 5}}, "region: x must be between 0 and 100000, got -1"),
        ({"region": {"x": 0, "y": 0, "width": 10**6, "height": 5}}, "region: width must be"),
        ({"source_options": {"exposure": "nan"}}, "source_options.exposure: must be a finite number"),
        ({"source_options": {"fps": "inf"}}, "source_options.fps: must be a finite number"),
        ({"thresholds": {"fail_at": "nan"}}, "thresholds.fail_at: must be a finite number"),
        ({"source_options": {"exposure": -1e300}}, "exposure must be between"),
        ({"version": 10**9 + 1}, "version: must be at most 1000000000"),
        ({"name": "A\x00"}, "name: a recipe name holds no control character, got U+0000"),
        ({"name": "A" * 81}, "name: a recipe name has 1 to 80 characters, got 81"),
        ({"model": "A" * 3000}, "model: a model has 1 to 2000 characters, got 3000"),
    ],
)  # fmt: skip
def test_the_field_is_named(tmp_path: Path, change: dict[str, object], says: str) -> None:
    path = tmp_path / "r.json"
    path.write_text(json.dumps(json.loads(demo_recipe().model_dump_json()) | change))
    with pytest.raises(RecipeError) as caught:
        load_recipe(path)
    assert says in str(caught.value)


def test_a_region_in_use_may_lie_anywhere() -> None:
    """Only a recipe's region is bounded: what a tracker follows may leave the picture."""
    assert Box(x=-5, y=-5, width=3, height=3).clipped(10, 10) is None


def test_versions_are_those_that_are_counted(tmp_path: Path) -> None:
    save_recipe(demo_recipe(), tmp_path)
    there = tmp_path / "history" / f"Demo line.v{'9' * 200}.json"
    there.write_text("{}")
    assert [version.version for version in history("Demo line", tmp_path)] == [1]


def test_the_program_starts_beside_hostile_files(tmp_path: Path) -> None:
    """As a process, so that an abort would show."""
    home = Home(root=tmp_path)
    save_recipe(demo_recipe().model_copy(update={"name": "Good"}), home.recipes)
    nested = "[" * 100_000
    for path in (
        home.settings,
        tmp_path / "version.json",
        home.recipes / "nested.json",
        home.models / "bad" / "manifest.json",
        home.recipes / "history" / "Good.v2.json",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(nested)
    (home.models / "lost" / "report").mkdir(parents=True)
    (home.recipes / "surrogate.json").write_text(_with(json.loads(demo_recipe().model_dump_json()), "name", "\ud800"))
    (home.recipes / "big.json").write_text(_with(json.loads(demo_recipe().model_dump_json()), "version", 10**400))

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "inspector", *command, "--home", str(tmp_path)],
            capture_output=True, text=True, timeout=WAIT_S, check=False,
        )  # fmt: skip
        assert done.returncode in {0, 1}, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    recipes = run("recipe", "list")
    assert "Good" in recipes
    assert "nested.json is nested deeper than 64 levels" in recipes
    assert "surrogate.json holds half a character" in recipes
    assert "big.json holds a number" in recipes
    models = run("model", "list")
    assert "demo" in models
    assert "bad" in models
    assert "nested deeper" in models
    assert "settings.json is nested deeper than 64 levels; the defaults are in use" in models
    assert "there is no manifest.json in it" in models
    assert "nested deeper" in run("recipe", "history", "Good")
    assert "warning: " in models
    assert "version.json is nested deeper than 64 levels; the data folder is taken for one of this version" in models
    shown = run("run", "--source", "demo:", "--headless", "--max-parts", "1", "--as-fast-as-possible")
    assert "1 part inspected" in shown
    assert "settings.json is nested deeper than 64 levels; the defaults are in use" in shown
