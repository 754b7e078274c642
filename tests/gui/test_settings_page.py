"""The Settings page as a hand uses it: what is not applied is marked and asked for, and what has no effect is not shown."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit

from inspector.domain.records import Thresholds
from inspector.gui.settings.leaving import LeaveQuestion
from inspector.gui.settings.page import SettingsPage
from inspector.gui.settings.sections import Mark
from inspector.passwords import Passwords
from inspector.recipes.recipe import save_next_version
from inspector.vision.manifest import seal_of
from tests.bundles import make_bundle
from tests.gui.conftest import Station

THRESHOLD, MARGIN = "thresholds.fail_at", "quality.darkest_mean"


@pytest.fixture
def page(station: Station) -> SettingsPage:
    station.window.show_page("settings")
    station.window.settings.show_section("Model and thresholds")
    return station.window.settings


def write(station: Station, page: SettingsPage, name: str, text: str) -> None:
    """Type a text over the one that stands in a field, and why where that is asked."""
    form = page.recipe_form if name in page.recipe_form.editors else page.station
    line = form.editors[name]
    assert isinstance(line, QLineEdit)
    line.selectAll()
    station.qtbot.keyClick(line, Qt.Key.Key_Delete)
    station.qtbot.keyClicks(line, text)
    if page.why.isVisible() and not page.why.text():
        station.qtbot.keyClicks(page.why, "tried")


def choose(page: SettingsPage, name: str, value: str) -> None:
    """Take another entry of a list."""
    box = page.recipe_form.editors[name]
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData(value))


def asked(page: SettingsPage) -> LeaveQuestion:
    assert page.question is not None
    assert page.question.isVisible()
    return page.question


def marks(page: SettingsPage) -> dict[str, Mark]:
    names = ("Source", "Region and trigger", "Model and thresholds", "Archive", "Station")
    return {name: page.sections.mark_of(name) for name in names if page.sections.mark_of(name) is not Mark.NONE}


def test_the_password_of_the_database_is_kept_apart(station: Station, page: SettingsPage) -> None:
    page.show_section("Network")
    write(station, page, "forward_to", "db.plant")
    assert page.sections.mark_of("Network") is Mark.FAULTY
    write(station, page, "forward_to", "postgresql://ins:s3cr3t@db.plant/quality")
    assert page.sections.mark_of("Network") is Mark.CHANGED
    station.qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    shown = "postgresql://ins:***@db.plant/quality"
    line = page.station.editors["forward_to"]
    assert isinstance(line, QLineEdit)
    station.until(lambda: line.text() == shown)
    assert json.loads(station.home.settings.read_text())["forward_to"] == shown
    assert Passwords(station.home.root).complete(shown) == "postgresql://ins:s3cr3t@db.plant/quality"
    assert not page.apply_button.isEnabled()


def test_a_section_with_changes_or_errors_is_marked(station: Station, page: SettingsPage) -> None:
    assert marks(page) == {}
    write(station, page, THRESHOLD, "0.7")
    assert marks(page) == {"Model and thresholds": Mark.CHANGED}
    page.show_section("Station")
    write(station, page, "station", "")
    assert marks(page) == {"Model and thresholds": Mark.CHANGED, "Station": Mark.FAULTY}
    assert not page.apply_button.isEnabled()
    assert not page.sections.grab().isNull()
    station.qtbot.mouseClick(page.revert_button, Qt.MouseButton.LeftButton)
    assert marks(page) == {}
    write(station, page, "station", "Line 9")
    write(station, page, "station", "Station 1")
    assert marks(page) == {}  # as it was
    assert page.said.text() == ""


def test_apply_says_what_was_saved(station: Station, page: SettingsPage) -> None:
    write(station, page, THRESHOLD, "0.7")
    write(station, page, "station", "Line 9")
    station.qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: page.said.text().endswith("settings are saved, and in use."))
    assert page.said.text() == "Saved as version 2 of Test, and in use. The station's settings are saved, and in use."
    assert page.said.isVisible()
    assert marks(page) == {}
    write(station, page, THRESHOLD, "0.8")
    assert page.said.text() == ""
    station.qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: page.said.text() == "Saved as version 3 of Test, and in use.")
    station.window.show_page("live")
    station.window.show_page("settings")
    assert page.said.text() == ""  # it was said then; another version may be in use by now


@pytest.mark.parametrize("way", ["button", "key"])
def test_leaving_with_changes_asks_and_return_stays(station: Station, page: SettingsPage, way: str) -> None:
    write(station, page, THRESHOLD, "0.7")
    if way == "button":
        station.qtbot.mouseClick(station.window.bar.buttons["live"], Qt.MouseButton.LeftButton)
    else:
        station.qtbot.keyClick(station.window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    question = asked(page)
    assert question.words.text() == "Not applied yet: Model and thresholds."
    station.qtbot.keyClick(question, Qt.Key.Key_Return)
    assert not question.isVisible()
    assert station.window.bar.current == "settings"
    assert station.window.bar.buttons["settings"].isChecked()
    assert marks(page) == {"Model and thresholds": Mark.CHANGED}


def test_closing_the_window_with_changes_asks_first(station: Station, page: SettingsPage) -> None:
    write(station, page, THRESHOLD, "0.7")
    station.window.close()
    station.qtbot.keyClick(asked(page), Qt.Key.Key_Space)
    assert (station.closed, marks(page)) == (False, {"Model and thresholds": Mark.CHANGED})
    station.window.close()
    station.qtbot.mouseClick(asked(page).discard_button, Qt.MouseButton.LeftButton)
    station.until(lambda: station.closed)


def test_the_changes_are_discarded_or_applied_on_the_way_out(station: Station, page: SettingsPage) -> None:
    window = station.window
    write(station, page, THRESHOLD, "0.7")
    window.show_page("live")
    station.qtbot.mouseClick(asked(page).discard_button, Qt.MouseButton.LeftButton)
    assert window.bar.current == "live"
    assert station.session.recipe is not None
    assert (station.session.recipe.version, station.session.recipe.thresholds) == (1, None)
    window.show_page("settings")
    assert marks(page) == {}
    write(station, page, THRESHOLD, "0.7")
    window.show_page("review")
    station.qtbot.mouseClick(asked(page).apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: window.bar.current == "review")
    assert station.session.recipe.thresholds is not None
    assert station.session.recipe.thresholds.fail_at == 0.7
    window.show_page("live")
    assert window.bar.current == "live"


def test_what_cannot_be_used_is_not_applied_on_the_way_out(station: Station, page: SettingsPage) -> None:
    write(station, page, THRESHOLD, "7")
    station.window.show_page("live")
    question = asked(page)
    assert not question.apply_button.isEnabled()
    assert "marked in red" in question.words.text()
    station.qtbot.keyClick(question, Qt.Key.Key_Escape)
    assert station.window.bar.current == "settings"
    page.revert()


def test_a_version_that_comes_meanwhile_keeps_what_was_typed(station: Station, page: SettingsPage) -> None:
    write(station, page, THRESHOLD, "0.7")
    write(station, page, MARGIN, "much")
    recipe = station.session.recipe
    assert recipe is not None
    save_next_version(recipe.model_copy(update={"thresholds": Thresholds(fail_at=0.4)}), station.home.recipes)
    station.until(lambda: page.said.text() != "" or station.session.recipe != recipe)
    assert page.said.text() == "Version 2 of Test came meanwhile; what you typed is kept."
    assert marks(page) == {"Model and thresholds": Mark.FAULTY}
    write(station, page, MARGIN, "4")
    station.qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: station.session.recipe is not None and station.session.recipe.version == 3)
    assert station.session.recipe is not None
    assert station.session.recipe.thresholds == Thresholds(fail_at=0.7)
    assert marks(page) == {}


def test_fields_without_effect_are_not_shown(station: Station, page: SettingsPage) -> None:
    def seen(group: str) -> list[str]:
        editors = page.recipe_form.editors.items()
        return [name.partition(".")[2] for name, editor in editors if name.startswith(group) and editor.isVisible()]

    page.show_section("Region and trigger")
    assert seen("trigger") == ["mode", "crop", "deadline_s"]  # every picture
    choose(page, "trigger.mode", "interval")
    choose(page, "trigger.crop", "part")
    assert seen("trigger") == ["mode", "crop", "part_size_px", "interval_s", "deadline_s"]
    choose(page, "trigger.mode", "part-settled")
    assert "min_area_fraction" in seen("trigger")
    assert "line_fraction" not in seen("trigger")
    page.show_section("Archive")
    assert seen("archive") == ["keep", "format", "max_size_gb", "max_age_days"]
    choose(page, "archive.keep", "one-in-n")
    choose(page, "archive.format", "webp")
    assert seen("archive") == ["keep", "one_in", "format", "webp_quality", "max_size_gb", "max_age_days"]
    choose(page, "archive.keep", "none")
    assert seen("archive") == ["keep", "max_size_gb", "max_age_days"]
    page.revert()


def test_what_is_wrong_is_said_in_plain_words(station: Station, page: SettingsPage) -> None:
    for text, words in (
        ("7", "The fail threshold must be between 0 and 1, got 7."),
        ("much", "“much” is not a number."),
    ):
        write(station, page, THRESHOLD, text)
        assert words.removesuffix(".") in shown_faults(page)
    page.revert()
    write(station, page, MARGIN, "300")
    assert shown_faults(page) == "Must be between 0 and 255, got 300."
    page.revert()


def shown_faults(page: SettingsPage) -> str:
    """What stands in red beside the fields of the section."""
    return " ".join(page.recipe_form.fault_of(name) for name in page.recipe_form.faulty_fields())


def test_a_field_that_nobody_touched_keeps_every_digit(station: Station, page: SettingsPage) -> None:
    recipe = station.session.recipe
    assert recipe is not None
    fine = recipe.quality.__class__(darkest_mean=4.123456789)
    save_next_version(recipe.model_copy(update={"quality": fine}), station.home.recipes)
    station.until(lambda: station.session.recipe is not None and station.session.recipe.version == 2)
    write(station, page, THRESHOLD, "0.7")
    station.qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: station.session.recipe is not None and station.session.recipe.version == 3)
    assert station.session.recipe is not None
    assert station.session.recipe.quality.darkest_mean == 4.123456789


def test_the_own_threshold_is_that_of_the_model_that_is_written_there(station: Station, page: SettingsPage) -> None:
    manifest = make_bundle(station.home.models / "other") / "manifest.json"
    data = json.loads(manifest.read_text(encoding="utf-8"))
    data["thresholds"] |= {"fail_at": 0.25, "review_from": 0.125}
    manifest.write_text(json.dumps(data | {"seal": seal_of(data)}), encoding="utf-8")
    fail_at, model = page.recipe_form.editors[THRESHOLD], page.recipe_form.editors["model"]
    review = page.recipe_form.editors["thresholds.review_from"]
    assert isinstance(fail_at, QLineEdit)
    assert isinstance(review, QLineEdit)
    assert isinstance(model, QComboBox)
    station.until(lambda: fail_at.placeholderText() == "the model's own, 0.5")
    assert review.placeholderText() == "no review"
    line = model.lineEdit()
    assert line is not None
    line.selectAll()
    station.qtbot.keyClicks(line, "absent")
    station.until(lambda: fail_at.placeholderText() == "the model's own")
    line.selectAll()
    station.qtbot.keyClicks(line, "other")
    station.until(lambda: fail_at.placeholderText() == "the model's own, 0.25")
    assert review.placeholderText() == "the model's own, 0.125"
    station.qtbot.keyClicks(fail_at, "0.3")
    station.until(lambda: review.placeholderText() == "no review")
    page.revert()
    station.until(lambda: fail_at.placeholderText() == "the model's own, 0.5")


def test_the_versions_say_whose_they_are_before_they_are_read(station: Station, page: SettingsPage) -> None:
    assert page.history.title.text() == "VERSIONS OF TEST"
    station.until(lambda: len(page.history.lines) == 1)
    assert page.history.note.text() == "Thresholds are chosen, and taken back, on the page Operating point."


def test_a_recipe_of_another_name_counts_its_own_versions(station: Station, page: SettingsPage) -> None:
    write(station, page, THRESHOLD, "0.7")
    station.qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: page.said.text() == "Saved as version 2 of Test, and in use.")
    page.show_section("Source")
    write(station, page, "name", "Another")
    station.qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: page.said.text() == "Saved as version 1 of Another, and in use.")
    assert marks(page) == {}
