"""The section “Recipes”: copied, deleted and brought back, a version restored, a model exchanged, a file taken."""

from __future__ import annotations

import shutil

from inspector.gui.recipes.name_dialog import NameDialog
from inspector.gui.recipes.page import RecipesPage
from inspector.gui.widgets.question import Question
from inspector.recipes.recipe import load_recipe
from inspector.shelf.shelf import Shelf
from tests.bundles import make_bundle
from tests.gui.conftest import Station


def opened(station: Station) -> RecipesPage:
    window = station.window
    window.show_page("settings")
    window.settings.show_section("Recipes")
    page = window.settings.findChild(RecipesPage)
    assert page is not None
    station.until(lambda: page.chosen is not None and page.chosen.name == "Test")
    return page


def names(page: RecipesPage) -> list[str]:
    return [page.list.item(row).text() for row in range(page.list.count())]


def test_a_recipe_is_copied_deleted_and_brought_back(station: Station) -> None:
    page = opened(station)
    assert names(page) == ["Demo line", "Test   (in use)"]
    assert not page.delete_button.isEnabled()  # the station works with it
    page.copy_button.click()
    assert isinstance(page.dialog, NameDialog)
    page.dialog.edit.setText("a/b")
    assert "no slash" in page.dialog.fault.text()
    page.dialog.edit.setText("Lids")
    page.dialog.yes_button.click()
    station.until(lambda: page.chosen is not None and page.chosen.name == "Lids")
    assert names(page) == ["Demo line", "Lids", "Test   (in use)"]
    header = station.window.header.recipe_box
    station.until(lambda: header.findText("Lids") >= 0)
    page.delete_button.click()
    station.until(lambda: names(page)[-1] == "Lids   (deleted)" and page.back_button.isVisible())
    page.back_button.click()
    station.until(lambda: page.chosen is not None and page.chosen.recipe is not None)
    assert page.said.text() == "Lids is saved as version 2."
    page.use_button.click()
    station.until(lambda: station.session.recipe is not None and station.session.recipe.name == "Lids")


def test_versions_say_what_differs_and_one_is_restored_under_the_station(station: Station) -> None:
    recipe = load_recipe(station.home.recipes / "Test.json")
    Shelf(station.home).save(recipe.model_copy(update={"guard_rate": 0.02}))
    page = opened(station)
    station.until(lambda: page.versions.list.count() == 2)
    assert page.versions.lines == [("Guard rate", "0.005", "0.02")]
    page.versions.list.setCurrentRow(1)
    assert page.versions.said.text() == "It is the first that was kept."
    page.versions.restore_button.click()
    assert isinstance(page.dialog, Question)
    page.dialog.yes_button.click()
    station.until(lambda: station.session.recipe is not None and station.session.recipe.version == 3)
    assert station.session.recipe is not None
    assert station.session.recipe.guard_rate == recipe.guard_rate


def test_an_exchanged_model_is_refused_by_name_and_taken_and_a_file_goes_round(station: Station) -> None:
    Shelf(station.home).save(load_recipe(station.home.recipes / "Test.json"))
    station.until(lambda: station.session.recipe is not None and station.session.recipe.version == 2)
    page = opened(station)
    file = station.home.root.parent / "Test.recipe"
    page.export(file)
    station.until(lambda: "with its model" in page.said.text())
    shutil.rmtree(station.home.models / "tiny")
    make_bundle(station.home.models / "tiny", seed=5)
    page.refresh()
    station.until(page.model_button.isVisible)
    assert "wants the model tiny with SHA-256" in page.fault.text()
    station.session.start()
    station.until(lambda: "wants the model tiny" in " ".join(station.window.banners.texts().values()))
    page.model_button.click()
    assert isinstance(page.dialog, Question)
    page.dialog.reason.setText("trained anew")
    page.dialog.yes_button.click()
    station.until(lambda: not page.model_button.isVisible() and "version 3" in page.said.text())
    page.take(file)
    station.until(lambda: isinstance(page.dialog, NameDialog))
    assert isinstance(page.dialog, NameDialog)
    assert page.dialog.name == "Test 2"
    page.dialog.yes_button.click()
    station.until(lambda: page.chosen is not None and page.chosen.name == "Test 2")
    assert page.chosen is not None
    assert page.chosen.recipe is not None
    assert page.chosen.recipe.model.startswith("tiny-")
