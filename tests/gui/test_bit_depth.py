"""A picture that is shown is the picture that was judged: 12 bits in 16 are brought to full range everywhere."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QLineEdit

from inspector.batch import BatchRuns
from inspector.cli import main
from inspector.domain.source_options import SourceOptions
from inspector.gui.batch.picture_reader import make_thumbnail
from inspector.gui.batch.store import BatchStore, Query
from inspector.gui.station.store import Store
from inspector.gui.widgets.fitted_picture import read_image
from inspector.operating_point.batch import batch_parts
from inspector.paths import Home
from inspector.pictures import write_picture
from inspector.recipes.recipe import Recipe, save_recipe
from inspector.settings import Settings
from inspector.vision.manifest import seal_of
from tests.batch.samples import R
from tests.bundles import make_bundle
from tests.gui.batch_hand import make_run
from tests.gui.conftest import Station


@pytest.fixture
def twelve(tmp_path: Path) -> Path:
    """A grey picture of which the brighter half is as bright as 12 bits can be."""
    path = tmp_path / "twelve.png"
    pixels = np.full((128, 128), 1200, np.uint16)
    pixels[:, 64:] = 4095
    write_picture(path, pixels)
    return path


def brightest(image: QImage | None) -> int:
    assert image is not None
    return image.pixelColor(image.width() - 2, image.height() // 2).red()


@pytest.fixture
def recipe(home: Home) -> Recipe:
    made = Recipe(
        name="Twelve",
        source=f"folder:{home.root.parent / 'pictures'}",
        model="tiny",
        source_options=SourceOptions(bit_depth=12),
    )
    save_recipe(made, home.recipes)
    return made


def test_a_picture_is_tried_as_the_line_would_judge_it(home: Home, recipe: Recipe, twelve: Path) -> None:
    store = Store(home, Settings(recipe="Twelve"))
    image, decision, _ = store.try_picture(twelve, recipe)
    assert image is not None
    assert (int(image.max()), decision.p_defective is not None) == (65_535, True)
    plain = recipe.model_copy(update={"source_options": SourceOptions()})
    assert "bad image" in store.try_picture(twelve, plain)[1].reason


def test_inspect_takes_the_bit_depth_of_the_stations_recipe(
    home: Home, recipe: Recipe, twelve: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home.root / "settings.json").write_text(json.dumps({"recipe": recipe.name}), encoding="utf-8")
    arguments = ["inspect", str(twelve), "--no-overlay", "--home", str(home.root), "--json"]
    assert main(arguments) == 0
    capsys.readouterr()
    assert main([*arguments, "--model", "tiny"]) == 1  # a model alone does not say it
    assert "bad image" in json.loads(capsys.readouterr().out)["results"][0]["reason"]


def test_thumbnails_and_large_pictures_are_as_bright_as_what_was_judged(twelve: Path) -> None:
    assert (brightest(make_thumbnail(str(twelve), 12)), brightest(make_thumbnail(str(twelve), None))) == (255, 15)
    assert (brightest(read_image(twelve, 96, bit_depth=12)), brightest(read_image(twelve))) == (255, 15)


def test_a_batch_hands_its_bit_depth_to_every_view(home: Home, twelve: Path) -> None:
    folder = make_run(home, twelve.parent, [R("twelve.png"), R("good/1.png")], bit_depth=12)
    runs = BatchRuns(home)
    reading = BatchStore(runs).look(Query(run=folder.name))
    assert reading.rows is not None
    assert reading.rows.bit_depth == 12
    run = runs.poll(folder.name)
    assert run is not None
    assert batch_parts(run).bit_depth == 12


def test_a_model_of_another_bit_depth_is_said_in_settings(station: Station) -> None:
    manifest = make_bundle(station.home.models / "twelve") / "manifest.json"
    data = json.loads(manifest.read_text(encoding="utf-8"))
    data["training"]["request"] = {"bit_depth": 12}
    manifest.write_text(json.dumps(data | {"seal": seal_of(data)}), encoding="utf-8")
    station.window.show_page("settings")
    page = station.window.settings
    page.show_section("Source")
    depth, model = page.recipe_form.editors["source_options.bit_depth"], page.recipe_form.editors["model"]
    assert isinstance(depth, QLineEdit)
    assert isinstance(model, QComboBox)

    def said() -> str:
        return depth.accessibleDescription()

    assert "trained" not in said()
    model.setEditText("twelve")
    station.until(lambda: "trained with the bit depth 12, and here it is as the files say." in said())
    station.qtbot.keyClicks(depth, "12")
    assert "trained" not in said()
    depth.selectAll()
    station.qtbot.keyClicks(depth, "14")
    assert "trained with the bit depth 12, and here it is 14." in said()
    page.revert()
    station.until(lambda: "trained" not in said())
