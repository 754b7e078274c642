"""The source on the Settings page: each kind shows its own options, and only these are asked for."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton

from inspector.domain.source import SourceKind
from inspector.gui.settings.page import SettingsPage
from inspector.passwords import Passwords
from inspector.recipes.recipe import load_recipe, save_recipe
from inspector.sources.gentl import list_genicam
from tests.gui.conftest import Station

CAMERA = ["width_px", "height_px", "fps", "exposure", "backend", "still_s"]
FOLDER = ["recursive", "existing", "polling", "bit_depth"]
DEMO = ["fps", "as_fast_as_possible", "seed", "defect_rate", "indexed", "tags"]


@pytest.fixture
def page(station: Station) -> SettingsPage:
    station.window.show_page("settings")
    station.window.settings.show_section("Source")
    return station.window.settings


def write(station: Station, page: SettingsPage, text: str) -> None:
    """Type a source over the one that stands there."""
    box = page.recipe_form.editors["source"]
    assert isinstance(box, QComboBox)
    line = box.lineEdit()
    assert line is not None
    line.selectAll()
    station.qtbot.keyClick(line, Qt.Key.Key_Delete)
    station.qtbot.keyClicks(line, text)


def shown(page: SettingsPage) -> list[str]:
    """Return the options that can be seen, from the top."""
    editors = {name: editor for name, editor in page.recipe_form.editors.items() if name.startswith("source_options.")}
    return [name.removeprefix("source_options.") for name, editor in editors.items() if editor.isVisible()]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("camera:0", CAMERA),
        ("video:/data/line.mp4", ["as_fast_as_possible"]),
        ("/data/line.mp4", ["as_fast_as_possible"]),
        ("rtsp://192.168.1.20/1", ["still_s"]),
        ("folder:/data/parts", FOLDER),
        ("/data/parts", FOLDER),
        ("demo:", DEMO),
    ],
)
def test_a_kind_that_is_typed_shows_its_own_options(
    station: Station, page: SettingsPage, text: str, options: list[str]
) -> None:
    write(station, page, "demo:" if options != DEMO else "camera:0")
    write(station, page, text)
    assert shown(page) == options


def test_a_kind_is_chosen_from_the_list(station: Station, page: SettingsPage) -> None:
    box = page.recipe_form.editors["source"]
    assert isinstance(box, QComboBox)
    assert shown(page) == FOLDER  # the recipe's
    station.until(lambda: box.findText("demo:") >= 0)
    box.setFocus()
    box.setCurrentIndex(box.findText("demo:"))
    assert shown(page) == DEMO


def test_while_a_word_is_typed_the_options_stay(station: Station, page: SettingsPage) -> None:
    write(station, page, "demo:")
    for text in ("cam", "camera:", "camera:x", "folder:", "ftp://a/b", ""):
        write(station, page, text)
        assert shown(page) == DEMO, text
    write(station, page, "camera:1")
    assert shown(page) == CAMERA


def test_what_names_no_source_is_said_beside_it(station: Station, page: SettingsPage) -> None:
    write(station, page, "camera:x")
    assert page.recipe_form.faulty_fields() == ["source"]
    assert not page.apply_button.isEnabled()
    write(station, page, "demo:")
    assert page.recipe_form.faulty_fields() == []
    assert page.apply_button.isEnabled()


def test_a_fault_in_an_option_of_another_kind_does_not_hold_up(station: Station, page: SettingsPage) -> None:
    write(station, page, "camera:1")
    width = page.recipe_form.editors["source_options.width_px"]
    assert isinstance(width, QLineEdit)
    station.qtbot.keyClicks(width, "wide")
    assert page.recipe_form.faulty_fields() == ["source_options.width_px"]
    write(station, page, "demo:")
    assert page.recipe_form.faulty_fields() == []
    station.qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: station.session.recipe is not None and station.session.recipe.version == 2)
    assert station.session.recipe is not None
    assert station.session.recipe.source == "demo:"
    assert station.session.recipe.source_options.width_px is None


def test_options_of_the_kind_are_saved(station: Station, page: SettingsPage) -> None:
    write(station, page, "demo:")
    seed = page.recipe_form.editors["source_options.seed"]
    assert isinstance(seed, QLineEdit)
    seed.selectAll()
    station.qtbot.keyClicks(seed, "-4")
    assert page.recipe_form.faulty_fields() == ["source_options.seed"]
    seed.selectAll()
    station.qtbot.keyClicks(seed, "44")
    station.qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: station.session.recipe is not None and station.session.recipe.version == 2)
    assert station.session.recipe is not None
    assert station.session.recipe.source_options.seed == 44


def _red(page: SettingsPage, text: str) -> bool:
    return any(text in words.text() for words in page.findChildren(QLabel) if words.isVisible())


def test_a_folder_that_is_not_there_is_said_beside_it(station: Station, page: SettingsPage, tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    write(station, page, f"folder:{absent}")
    station.until(lambda: _red(page, f"There is no folder {absent}. Make it, connect the share, or correct the path."))
    assert page.recipe_form.faulty_fields() == ["source"]
    assert not page.apply_button.isEnabled()
    absent.mkdir()
    write(station, page, f"folder:{tmp_path}")
    station.until(page.apply_button.isEnabled)
    write(station, page, f"foler:{tmp_path}")
    assert _red(page, "Did you mean folder:PATH?")


def test_what_is_in_force_is_not_looked_at(station: Station, page: SettingsPage) -> None:
    recipe = station.session.recipe
    assert recipe is not None
    folder = Path(recipe.source.removeprefix("folder:"))
    folder.rename(folder.with_name("away"))
    page.show_section("Archive")
    box = page.recipe_form.editors["archive.keep"]
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData("all"))
    assert page.apply_button.isEnabled()
    station.qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: station.session.recipe is not None and station.session.recipe.version == 2)


def test_a_folder_with_a_trigger_for_a_belt_is_refused(station: Station, page: SettingsPage) -> None:
    page.show_section("Region and trigger")
    box = page.recipe_form.editors["trigger.mode"]
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData("part-crossing"))
    station.until(lambda: page.recipe_form.faulty_fields() == ["source"])
    assert not page.apply_button.isEnabled()
    page.show_section("Source")
    assert _red(page, "Let every picture be a part.")


def test_another_recipe_is_replaced_only_when_that_is_wanted(station: Station, page: SettingsPage) -> None:
    recipe = station.session.recipe
    assert recipe is not None
    path = save_recipe(recipe.model_copy(update={"name": "Other", "model": "before"}), station.home.recipes)
    name = page.recipe_form.editors["name"]
    assert isinstance(name, QLineEdit)
    name.selectAll()
    station.qtbot.keyClicks(name, "Other")
    station.qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: page.saver.replacing is not None and page.saver.replacing.isVisible())
    assert page.saver.replacing is not None
    assert page.saver.replacing.windowTitle() == "Replace the recipe “Other”?"
    station.qtbot.keyClick(page.saver.replacing, Qt.Key.Key_Escape)
    assert load_recipe(path).model == "before"
    station.qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: page.saver.replacing is not None and page.saver.replacing.isVisible())
    station.qtbot.mouseClick(page.saver.replacing.yes_button, Qt.MouseButton.LeftButton)
    station.until(lambda: load_recipe(path).version == 2)
    assert load_recipe(path).model == recipe.model


def test_a_password_is_taken_once_and_shown_no_more(station: Station, page: SettingsPage) -> None:
    page.show_section("Region and trigger")
    mode = page.recipe_form.editors["trigger.mode"]
    assert isinstance(mode, QComboBox)
    mode.setCurrentIndex(mode.findData("part-crossing"))
    page.show_section("Source")
    write(station, page, "rtsp://line:S3cr@t/Wort@127.0.0.1:9/stream1")
    station.qtbot.keyClicks(page.why, "the belt has a camera now")  # another trigger decides otherwise
    station.qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    shown_as = "rtsp://line:***@127.0.0.1:9/stream1"
    station.until(lambda: page.recipe_form.text("source") == shown_as)
    recipe = station.session.recipe
    assert recipe is not None
    assert recipe.source == shown_as
    assert Passwords(station.home.root).complete(shown_as) == "rtsp://line:S3cr@t/Wort@127.0.0.1:9/stream1"
    assert not any("S3cr" in path.read_text() for path in station.home.recipes.rglob("*.json"))
    write(station, page, "rtsp://line:***@127.0.0.1:9/stream2")
    station.until(
        lambda: _red(page, "The password of rtsp://line:***@127.0.0.1:9/stream2 is not known on this computer.")
    )


def test_under_the_producer_stands_what_it_sees_or_why_nothing_is_seen(
    station: Station, page: SettingsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GENICAM_GENTL64_PATH", raising=False)
    monkeypatch.setattr(
        "inspector.sources.cameras._lookers",
        lambda producers, **_: {SourceKind.GENICAM: lambda: list_genicam(producers)},
    )
    producer = Path(pytest.importorskip("genicam").__file__).with_name("viky.cti")
    page.enter()
    write(station, page, "genicam:0")
    line = page.recipe_form.editors["source_options.producer"]
    assert isinstance(line, QLineEdit)
    station.until(lambda: "There is no GenTL producer (.cti) that GENICAM" in line.accessibleDescription())
    holder = line.parentWidget()
    assert holder is not None
    assert [button.text() for button in holder.findChildren(QPushButton)] == ["Browse…"]
    line.setText("/absent.cti")
    station.until(lambda: "There is no GenTL producer /absent.cti" in line.accessibleDescription())
    line.setText(str(producer))
    station.until(lambda: "Seen: genicam:0 (" in line.accessibleDescription())
    box = page.recipe_form.editors["source"]
    assert isinstance(box, QComboBox)
    assert box.findText("genicam:2") >= 0
    assert box.currentText() == "genicam:0"


def test_a_running_preview_follows_the_fields(station: Station, page: SettingsPage, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "small.png"), np.full((48, 64, 3), 90, np.uint8))
    for name, value in (("x", 0), ("y", 0), ("width", 900), ("height", 900)):
        page.recipe_form.set_value(f"region.{name}", value)
    write(station, page, f"folder:{tmp_path}")
    page.recipe_form.set_value("source_options.existing", True)
    page.toggle_preview()
    station.until(lambda: page.picture.view.picture_size == (64, 48))
    page.recipe_form.set_value("region.height", 901)
    assert page.recipe_form.faulty_fields() == ["region.width"]
    write(station, page, "demo:")  # whose pictures are larger
    assert page.recipe_form.faulty_fields() == []
    station.until(lambda: page.picture.view.picture_size == (1280, 1024))
    before = page.picture.image
    page.recipe_form.set_value("source_options.seed", 7)
    station.until(lambda: page.picture.image is None or page.picture.image is not before)
    assert page.picture.preview_button.text() == "Stop preview"
    page.toggle_preview()


def test_a_preview_that_was_refused_begins_anew_with_other_fields(
    station: Station, page: SettingsPage, tmp_path: Path
) -> None:
    cv2.imwrite(str(tmp_path / "one.png"), np.full((48, 64, 3), 90, np.uint8))
    write(station, page, "genicam:0")
    page.recipe_form.set_value("source_options.producer", "/absent.cti")
    page.toggle_preview()
    assert page.picture.preview_button.text() == "Stop preview"
    station.until(lambda: page.picture.preview_button.text() == "Live preview")
    write(station, page, f"folder:{tmp_path}")
    page.recipe_form.set_value("source_options.existing", True)
    station.until(lambda: page.picture.view.picture_size == (64, 48))
    assert page.picture.preview_button.text() == "Stop preview"
    page.toggle_preview()
    page.recipe_form.set_value("source_options.existing", False)
    station.beat(30)
    assert page.picture.preview_button.text() == "Live preview"  # a hand has ended it
