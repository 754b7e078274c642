"""Recipes as a shelf: copied, renamed, deleted, brought back; a model that was exchanged is refused by name."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from inspector import assembly
from inspector.cli import main
from inspector.domain.errors import RecipeError
from inspector.model_hashes import WrongModelError, check_models
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.trail_log import TrailLog, TrailQuery, take_up
from inspector.paths import Home
from inspector.recipes.differences import differences
from inspector.recipes.recipe import Recipe, load_recipe
from inspector.settings import Settings
from inspector.shelf.shelf import Shelf
from tests.bundles import make_bundle

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(root=tmp_path / "home")
    make_bundle(made.models / "tiny")
    Shelf(made).save(Recipe(name="Lids", source="demo:", model="tiny", scanned_code="4711"))
    return made


def told(home: Home) -> list[tuple[str, str]]:
    with closing(SqliteResultLog(home.log)):
        take_up(home.root, home.log)
    rows = TrailLog(home.log, read_only=True).rows(TrailQuery())
    return [(row.event.on, row.event.reason) for row in rows if row.event.kind.value == "recipe"]


def test_a_deleted_recipe_keeps_its_versions_and_comes_back_as_the_next_one(home: Home) -> None:
    shelf = Shelf(home)
    first = load_recipe(home.recipes / "Lids.json")
    shelf.save(first.model_copy(update={"guard_rate": 0.02}))
    shelf.delete("Lids")
    assert [entry.name for entry in assembly.list_recipes(home)] == ["Demo line"]
    assert shelf.deleted() == ("Lids",)
    assert [known.version for known in shelf.versions("Lids")] == [1, 2]

    again = Shelf(home).save(Recipe(name="Lids", source="demo:", model="tiny"))  # a new one of the old name

    assert again.version == 3
    assert shelf.restore("Lids", 1) == first.model_copy(update={"version": 4})
    assert load_recipe(home.recipes / "history" / "Lids.v1.json") == first
    assert told(home) == [
        ("Lids", ""),
        ("Lids", "deleted; its versions are kept"),
        ("Lids", ""),
        ("Lids", "version 1 restored"),
    ]


def test_a_copy_has_no_code_and_a_renamed_one_keeps_it_with_what_it_has_to_learn(home: Home) -> None:
    shelf = Shelf(home, in_use="Caps")
    (home.learning / "Lids").mkdir(parents=True)
    assert shelf.copy("Lids", "Caps").scanned_code == ""
    renamed = shelf.rename("Lids", "Lids, blue")
    assert (renamed.version, renamed.scanned_code) == (1, "4711")
    assert (home.learning / "Lids, blue").is_dir()
    assert shelf.deleted() == ("Lids",)  # rows of the record name its versions
    for name, why in (("lids, BLUE", "there is a recipe “Lids, blue” already"), ("a/b", "no recipe can be called")):
        with pytest.raises(RecipeError, match=why):
            shelf.copy("Caps", name)
    with pytest.raises(RecipeError, match="Caps cannot be deleted: the station works with it"):
        shelf.delete("Caps")
    with pytest.raises(RecipeError, match="it comes with the program"):
        shelf.rename("Demo line", "Mine")


def test_another_model_of_the_recipes_name_is_refused_until_it_is_taken(home: Home) -> None:
    recipe = load_recipe(home.recipes / "Lids.json")
    before = assembly.model_store(home).load("tiny").sha256
    assert recipe.model_hashes == {"tiny": before}
    shutil.rmtree(home.models / "tiny")
    check_models(recipe, assembly.model_store(home))  # none is here: said where it is loaded
    make_bundle(home.models / "tiny", seed=7)
    with pytest.raises(WrongModelError, match=f"Lids wants the model tiny with SHA-256 {before[:12]}…"):
        assembly.check_may_run(recipe, Settings(), home)
    unchanged = Shelf(home).save(recipe.model_copy(update={"guard_rate": 0.02}))
    assert unchanged.model_hashes == {"tiny": before}

    taken = Shelf(home).take_model("Lids", "trained anew")

    assembly.check_may_run(taken, Settings(), home)
    assert [row.title for row in differences(recipe, taken)] == ["Guard rate", "Model tiny, SHA-256"]


def test_the_commands(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    def call(*arguments: str) -> str:
        code = main(["recipe", *arguments, "--home", str(home.root)])
        said = capsys.readouterr()
        return said.out if code == 0 else said.err

    call("thresholds", "Lids", "--fail-at", "0.4", "--why", "too strict", "--author", "Ada")
    assert call("diff", "Lids").startswith("Fail from: the model's own → 0.4\n")
    assert "which version of Lids is to be restored is not said" in call("restore", "Lids")
    assert call("restore", "Lids", "--version", "1").endswith("Lids.json: version 3\n")
    assert json.loads(call("rename", "Lids", "Caps", "--json"))["name"] == "Caps"
    call("delete", "Caps")
    assert json.loads(call("list", "--json"))["deleted"] == ["Caps", "Lids"]
    assert call("restore", "Caps").endswith("version 2\n")
    assert "version 1 of" not in call("history", "Lids")
    assert "no recipe “Nowhere”" in call("delete", "Nowhere")
