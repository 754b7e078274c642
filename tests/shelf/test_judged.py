"""A recipe with locked parts gets another model by a promotion alone, and a renamed one takes its parts along."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from inspector.cli import main
from inspector.domain.errors import RecipeError
from inspector.domain.records import Verdict
from inspector.domain.review import Judgement
from inspector.outputs.trail_log import TrailLog, TrailQuery, take_up
from inspector.recipes.promotions import Promotions, promoted, rolled_back
from inspector.recipes.recipe import Recipe
from inspector.settings import Settings
from inspector.shelf.package import write_package
from inspector.shelf.shelf import Shelf
from inspector.shelf.taken import take_package
from inspector.trail.event import TrailKind
from inspector.vision.locked import read_locked
from tests.bundles import make_bundle
from tests.regression.station import GREEN, PLAIN, RED, Station

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """With a green escape that was confirmed, and is not locked yet; the recipe has the hash of its model."""
    station = Station(tmp_path)
    Shelf(station.home).save(station.recipe)
    station.parts((GREEN, Verdict.PASS, Judgement.DEFECTIVE), (PLAIN, Verdict.PASS, None))
    return station


def test_another_model_is_refused_and_the_words_say_what_to_do(station: Station) -> None:
    shelf, before = Shelf(station.home), station.recipe
    with pytest.raises(RecipeError) as caught:
        shelf.save(before.model_copy(update={"model": "red"}))
    assert caught.value.what == "R has 1 locked part, by which another model is judged first"
    assert "“inspector model promote red”; where it loses parts, sign for it with a reason" in caught.value.next_step
    assert station.recipe == before
    shelf.save(before.model_copy(update={"guard_rate": 0.02}))  # whatever else there is
    assert station.recipe.version == before.version + 1


def test_without_locked_parts_any_model_may_be_chosen(station: Station) -> None:
    station.regression.update("R")
    part = station.regression.parts("R")[0]
    station.regression.release("R", [part.inspection_id], "judged by mistake", who="Ada")
    assert Shelf(station.home).save(station.recipe.model_copy(update={"model": "red"})).model == "red"


def test_the_command_that_saves_a_recipe_is_refused_and_the_one_that_promotes_it_is_not(
    station: Station, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "wanted.json"
    file.write_text(station.recipe.model_copy(update={"model": "red"}).model_dump_json())
    home = ("--home", str(station.home.root))
    assert main(["recipe", "save", str(file), *home]) == 1
    assert "no reason is given" in capsys.readouterr().err
    assert main(["recipe", "save", str(file), "--why", "faster", *home]) == 1
    assert "R has 1 locked part" in capsys.readouterr().err
    signed = ("--why", "faster", "--sign", "a cosmetic fault")
    assert main(["model", "promote", "red", "--recipe", "R", *signed, *home]) == 0
    assert station.recipe.model == "red"
    assert main(["model", "rollback", "--recipe", "R", *home]) == 0
    assert station.recipe.model == "both"


def test_a_promotion_of_long_ago_gives_no_model(station: Station) -> None:
    shelf, record = Shelf(station.home), Promotions(station.home)
    record.record(station.recipe, "red", "faster", who="Ada")
    shelf.save(promoted(station.recipe, "red"))
    undone = record.way_back(station.recipe)
    record.record(station.recipe, "both", "escapes", who="Ada", rollback=True)
    shelf.save(rolled_back(station.recipe, undone))
    with pytest.raises(RecipeError, match="judged first"):
        shelf.save(promoted(station.recipe, "red"))
    record.record(station.recipe, "red", "once more", who="Ada")
    shelf.save(station.recipe.model_copy(update={"guard_rate": 0.02}))  # somebody was faster
    with pytest.raises(RecipeError, match="judged first"):
        shelf.save(promoted(station.recipe, "red"))


def test_another_model_of_the_same_name_is_judged_too(station: Station, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(station.home.models / "both")
    make_bundle(station.home.models / "both", classes=("good", "red", "green"), seed=7)
    shelf = Shelf(station.home)
    with pytest.raises(RecipeError, match="judged first"):
        shelf.take_model("R", "trained anew")
    assert Promotions(station.home).read() == []
    with pytest.raises(RecipeError, match="judged first"):
        shelf.save(station.recipe.model_copy(update={"model_hashes": {}}))
    signed = ("--why", "anew", "--sign", "tried", "--home", str(station.home.root))
    assert main(["model", "promote", "both", "--recipe", "R", *signed]) == 0, capsys.readouterr().err
    assert len(Promotions(station.home).read()) == 1


def test_an_earlier_version_with_another_model_is_no_way_around(station: Station) -> None:
    shelf = Shelf(station.home)
    Promotions(station.home).record(station.recipe, "red", "faster", who="Ada")
    shelf.save(promoted(station.recipe, "red"))
    with pytest.raises(RecipeError, match="judged first"):
        shelf.restore("R", 1)
    assert shelf.restore("R", 3).model == "red"


def test_a_deleted_recipe_is_no_way_around(station: Station) -> None:
    shelf, recipe = Shelf(station.home), station.recipe
    shelf.delete("R")
    with pytest.raises(RecipeError, match="R is a deleted recipe with 1 locked part, and had both"):
        shelf.save(Recipe(name="R", source=recipe.source, model="red"))
    assert shelf.restore("R").model == "both"


def test_an_imported_recipe_with_another_model_is_refused(station: Station, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Station(tmp_path / "other")
    Shelf(other.home).save(other.recipe.model_copy(update={"model": "red"}))
    file = tmp_path / "R.zip"
    write_package("R", file, other.home, Settings())
    with pytest.raises(RecipeError, match="judged first"):
        take_package(file, station.home, replace=True)
    assert station.recipe.model == "both"


def test_a_log_that_cannot_be_read_refuses_another_model_and_says_why(station: Station) -> None:
    station.home.log.write_bytes(b"no database, but long enough to be looked at as one" * 100)
    with pytest.raises(RecipeError, match="R keeps both: whether parts are locked is not known"):
        Shelf(station.home).save(station.recipe.model_copy(update={"model": "red"}))
    assert station.recipe.model == "both"


def test_a_renamed_recipe_takes_its_locked_parts_along_with_pictures_and_releases(station: Station) -> None:
    rows = station.parts((RED, Verdict.FAIL, Judgement.DEFECTIVE))
    station.regression.update("R")
    station.regression.release("R", [rows[0].id], "a water stain", who="Ada")
    before = station.regression.parts("R")
    assert Shelf(station.home).rename("R", "S").model == "both"
    parts = station.regression.parts("S")
    assert [(part.inspection_id, part.released) for part in parts] == [
        (part.inspection_id, part.released) for part in before
    ]
    assert all(station.regression.pictures(part)[0].is_file() for part in parts)
    assert station.regression.parts("R") == []
    assert not station.regression.folder("R").exists()
    assert list(read_locked(station.home.locked).values()) == ["S"]
    with pytest.raises(RecipeError, match="S has 1 locked part"):
        Shelf(station.home).save(promoted(Shelf(station.home).versions("S")[-1].recipe or station.recipe, "red"))
    take_up(station.home.root, station.home.log)
    told = TrailLog(station.home.log).read(TrailQuery(kinds=frozenset({TrailKind.REGRESSION})), limit=9)
    assert ("S", "the recipe R is called S") in [(row.event.on, row.event.reason) for row in told]
    station.regression.update("R")  # what was judged under the old name stays the new one's
    assert station.regression.parts("R") == []


def test_a_renaming_that_fails_leaves_the_locked_parts_where_they_were(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    station.regression.update("R")

    def fails(*_: object, **__: object) -> Recipe:
        raise RecipeError("no space is left", "Free space.")

    with monkeypatch.context() as patched:
        patched.setattr(Shelf, "_remove", fails)
        with pytest.raises(RecipeError, match="no space"):
            Shelf(station.home).rename("R", "S")
    (part,) = station.regression.parts("R")
    assert station.regression.pictures(part)[0].is_file()
    assert station.recipe.model == "both"


def test_the_check_and_the_list_know_a_renamed_recipe(station: Station, capsys: pytest.CaptureFixture[str]) -> None:
    Shelf(station.home).rename("R", "S")
    home = ("--home", str(station.home.root), "--json")
    assert main(["regression", "check", "red", "--recipe", "S", *home]) == 3
    (check,) = json.loads(capsys.readouterr().out)["checks"]
    assert (check["refused"], len(check["parts"])) == ("loses 1 locked escape", 1)
