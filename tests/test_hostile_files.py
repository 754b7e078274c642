"""Files that a hand or a program has spoilt: every reader has its own safe answer, and none takes the station down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from inspector.assembly import demo_recipe, list_recipes
from inspector.batch.record import RunError, read_record
from inspector.data_version import check_data, stamp_data
from inspector.domain.errors import BundleError, RecipeError
from inspector.operating_point.prices import RecipePrices, load_prices
from inspector.outputs.lock import lock_holder
from inspector.paths import Home
from inspector.recipes.promotions import Promotions
from inspector.recipes.recipe import load_recipe, save_recipe
from inspector.settings import Settings
from inspector.settings_file import load_settings
from inspector.vision.bundle import load_manifest
from inspector.vision.caches import RateCache
from trainer.protocol import RunFolder

if TYPE_CHECKING:
    from pathlib import Path

NESTED = "[" * 100_000
OBJECTS = '{"a":' * 100_000
SPOILT = pytest.mark.parametrize(
    "text", [NESTED, OBJECTS, "", "\0", "null", "[]", '{"version": ' + "1" * 5000 + "}", '"\\ud800"', "{'a': NaN}"]
)


@SPOILT
def test_spoilt_settings_are_reported_and_defaulted(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.json").write_text(text, encoding="utf-8")
    settings, faults = load_settings(tmp_path / "settings.json")
    assert settings == Settings()
    assert len(faults) == 1
    assert faults[0].endswith("the defaults are in use.")


@SPOILT
def test_a_spoilt_version_counts_as_none_and_is_written_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "version.json").write_text(text, encoding="utf-8")
    check_data(tmp_path)
    stamp_data(tmp_path, "1.2.3")
    assert '"1.2.3"' in (tmp_path / "version.json").read_text(encoding="utf-8")


@SPOILT
def test_a_spoilt_recipe_is_refused_and_the_others_are_there(tmp_path: Path, text: str) -> None:
    home = Home(root=tmp_path)
    save_recipe(demo_recipe().model_copy(update={"name": "Flange"}), home.recipes)
    spoilt = home.recipes / "Spoilt.json"
    spoilt.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError, match="Spoilt.json"):
        load_recipe(spoilt)
    assert [entry.name for entry in list_recipes(home) if entry.path is not None] == ["Flange", "Spoilt"]


@pytest.mark.parametrize(
    "change", [('"version": 1', f'"version": {"1" * 400}'), ('"name": "Demo line"', '"name": "\\ud800"')]
)
def test_a_recipe_whose_version_or_name_no_log_could_hold_is_refused(tmp_path: Path, change: tuple[str, str]) -> None:
    text = demo_recipe().model_dump_json(indent=2)
    assert change[0] in text
    path = tmp_path / "r.json"
    path.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(RecipeError, match=r"r\.json holds (a number beyond 64 bits|half a character)"):
        load_recipe(path)


@SPOILT
def test_a_spoilt_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(BundleError, match="manifest"):
        load_manifest(tmp_path)


@SPOILT
def test_what_is_only_remembered_is_forgotten(tmp_path: Path, text: str) -> None:
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / "R.json").write_text(text, encoding="utf-8")
    assert load_prices("R", tmp_path) == RecipePrices()
    rates = RateCache(tmp_path, ("key",))
    rates.path.parent.mkdir()
    rates.path.write_text(text, encoding="utf-8")
    assert rates.read() == {}
    (tmp_path / "log.lock").write_text(text, encoding="utf-8")
    assert lock_holder(tmp_path / "log.lock") is None
    (tmp_path / "promotions.jsonl").write_text(f"{text}\n{text}\n", encoding="utf-8")
    assert Promotions(Home(root=tmp_path)).read() == []
    (tmp_path / "reports.jsonl").write_text(f"{text}\n", encoding="utf-8")
    assert RunFolder(tmp_path).reports() == []
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(RunError, match="run.json"):
        read_record(tmp_path)
