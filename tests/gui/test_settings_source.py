"""The source on the Settings page: each kind shows its own options, and only these are asked for."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit

from inspector.gui.settings.page import SettingsPage
from tests.gui.conftest import Station

CAMERA = ["width_px", "height_px", "fps", "exposure", "backend", "still_s"]
FOLDER = ["recursive", "existing", "polling", "bit_depth"]
DEMO = ["fps", "as_fast_as_possible", "seed", "defect_rate"]


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
    write(station, page, "camera:1")
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
