"""The reference says what the program takes, and what is said of a field is true of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from inspector.assembly import demo_recipe
from inspector.domain.records import Box, Thresholds
from inspector.domain.source import SourceKind
from inspector.domain.source_options import SourceOptions
from inspector.recipes.fields import fields_of_model
from inspector.recipes.recipe import Recipe
from inspector.recipes.reference import reference
from inspector.settings import Settings

BOX = Box(x=0, y=0, width=1, height=1)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference.md"
FIELDS = (*fields_of_model(Recipe), *fields_of_model(Settings))


def paths_of(record: dict[str, Any], before: str = "") -> set[str]:
    paths: set[str] = set()
    for key, value in record.items():
        paths |= paths_of(value, f"{before}{key}.") if isinstance(value, dict) else {before + key}
    return paths


def test_the_page_is_what_the_program_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference()


def test_no_field_that_a_hand_may_write_is_left_out() -> None:
    whole = demo_recipe().model_copy(update={"region": BOX, "code_region": BOX, "thresholds": Thresholds(fail_at=0.5)})
    kept_by_itself = {"format_version", "version", "change"}
    kept_by_itself |= {"views", "challenge.parts", "challenge.reason"}  # these stand on the page by themselves
    assert paths_of(whole.model_dump(mode="json")) - kept_by_itself == {field.path for field in fields_of_model(Recipe)}
    written = Settings().model_dump(mode="json")
    assert paths_of(written) - kept_by_itself == {field.path for field in fields_of_model(Settings)}


def test_the_defaults_are_those_of_an_empty_file() -> None:
    recipe = Recipe(name="a", source="demo:", model="m").model_dump(mode="json")
    for field in fields_of_model(Recipe):
        group, _, name = field.path.rpartition(".")
        if not field.required and group not in {"region", "code_region", "thresholds"}:
            assert (recipe[group] if group else recipe)[name] == field.default, field.path
    settings = Settings().model_dump()
    for field in fields_of_model(Settings):
        group, _, name = field.path.rpartition(".")
        assert (settings[group] if group else settings)[name] == field.default, field.path


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.path)
def test_a_range_that_a_hint_names_is_the_one_that_holds(field: Any) -> None:
    named = re.search(r"(?<![\w.])(\d+) to (\d+)", field.about.hint)
    if named:
        assert (field.about.low, field.about.high) == (float(named[1]), float(named[2]))


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.path)
def test_a_field_that_may_be_empty_says_what_that_means(field: Any) -> None:
    if not field.required and field.default is None:
        assert field.about.empty


def test_every_kind_of_source_takes_its_own_options() -> None:
    options = [field for field in FIELDS if field.path.startswith("source_options.")]
    industrial = [
        *("width_px", "height_px", "fps", "left_px", "top_px", "pixel_format", "exposure_us", "gain"),
        *("balance_red", "balance_blue", "frame_start", "signal_edge", "packet_bytes"),
    ]
    assert {kind.value: [field.name for field in options if field.belongs_to(kind)] for kind in SourceKind} == {
        "camera": ["width_px", "height_px", "fps", "exposure", "backend", "still_s"],
        "genicam": [*industrial, "producer", "still_s", "bit_depth"],
        "aravis": [*industrial, "still_s", "bit_depth"],
        "basler": [*industrial, "still_s", "bit_depth"],
        "video": ["as_fast_as_possible"],
        "stream": ["still_s"],
        "folder": ["recursive", "existing", "polling", "bit_depth"],
        "demo": ["fps", "as_fast_as_possible", "seed", "defect_rate", "indexed", "tags"],
    }


def test_what_every_source_is_given_is_the_default() -> None:
    assert demo_recipe().source_options == SourceOptions()
