"""Users in the window: signing in by keys and by the pad, what is refused, the kiosk, and users in Settings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from inspector.domain.review import Judgement
from inspector.gui.people.sign_in import SignInDialog
from inspector.gui.people.users_card import UsersCard
from inspector.people.people import FREE_TRIES, People
from inspector.people.roles import Permission, Role
from tests.gui.conftest import Station as Window
from tests.gui.signing_in import choose, dialog_of, press, sign_in, start
from tests.logs import told
from tests.people.hands import BOSS, BOSS_PIN, CHEAP, MARTA, Station

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from inspector.gui.first_start.dialog import FirstStart
    from inspector.paths import Home

PIN = BOSS_PIN.decode()


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost nothing; what they cost in earnest is no matter of the window."""
    monkeypatch.setattr("inspector.people.people.SecretHasher", lambda: CHEAP)


@pytest.fixture
def window(qtbot: QtBot, home: Home, users: Station) -> Iterator[Window]:
    opened = Window(qtbot, home)
    yield opened
    opened.close()


# --- signing in ---------------------------------------------------------------------------------------------------------


def test_without_users_nothing_is_asked_and_nothing_shown(station: Window) -> None:
    assert not station.window.person.isVisible()
    assert station.session.people.allows(Permission.USERS)


def test_who_acts_stands_on_every_page(window: Window) -> None:
    person = window.window.person
    assert person.text() == "Operator"
    sign_in(window, "Ada", "480271")
    assert person.text() == "Ada · engineer"
    for page in ("batch", "review", "operating", "settings"):
        window.window.show_page(page)
        assert person.isVisible()


def test_a_pin_is_pressed_with_a_finger(window: Window) -> None:
    press(window, window.window.person)
    dialog = dialog_of(window)
    choose(dialog, "Pim")
    for key in "480272":
        press(window, dialog.pad.keys[key])
    press(window, dialog.pad.keys["←"])
    press(window, dialog.pad.keys["1"])
    press(window, dialog.sign_in_button)
    window.until(lambda: window.window.person.text() == "Pim · operator")


def test_the_arrows_choose_a_name_while_the_keys_are_with_the_pin(window: Window) -> None:
    press(window, window.window.person)
    dialog = dialog_of(window)
    QTest.keyClick(dialog.secret, Qt.Key.Key_Down)
    QTest.keyClicks(dialog.secret, "480271")
    QTest.keyClick(dialog.secret, Qt.Key.Key_Return)
    window.until(lambda: window.window.person.text() == "Ada · engineer")


def _says(dialog: SignInDialog, words: str) -> bool:
    return dialog.message.text().startswith(words)


def test_wrong_pins_are_said_and_lock(window: Window) -> None:
    press(window, window.window.person)
    dialog = dialog_of(window)
    for words in ["Name or password is wrong"] * FREE_TRIES + ["Marta is locked after 5 or more wrong passwords"]:
        QTest.keyClicks(dialog.secret, "111112")
        QTest.keyClick(dialog.secret, Qt.Key.Key_Return)
        window.until(partial(_says, dialog, words))
    assert window.window.person.text() == "Operator"


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_signing_out_by_the_menu(window: Window) -> None:
    sign_in(window, "Ada", "480271")
    press(window, window.window.person)
    menu = window.window.person.findChild(QMenu)
    assert isinstance(menu, QMenu)
    menu.actions()[0].trigger()
    menu.close()
    assert window.window.person.text() == "Operator"


def test_who_goes_away_is_signed_out_and_the_line_runs_on(window: Window) -> None:
    people, now = window.session.people, [0.0]
    people.set_clock(lambda: now[0])
    sign_in(window, "Ada", "480271")
    start(window)
    minutes = window.session.settings.sign_out_min
    now[0] += 60 * minutes - 1
    window.window.activateWindow()
    window.until(window.window.isActiveWindow)
    QTest.keyClick(window.window.windowHandle(), Qt.Key.Key_Shift)  # a hand is there
    now[0] += 60 * minutes - 1
    people.tick()
    assert window.window.person.text() == "Ada · engineer"
    now[0] += 2
    people.tick()
    assert window.window.person.text() == "Operator"
    assert window.session.running


# --- what is refused ----------------------------------------------------------------------------------------------------


def test_settings_are_kept_from_operators_also_where_the_button_is_passed_by(window: Window) -> None:
    session, before = window.session, window.session.settings
    session.apply_settings(before.model_copy(update={"station": "Mine"}), lambda: None)
    dialog = dialog_of(window)
    assert session.settings == before
    names = [dialog.names.item(row).text() for row in range(dialog.names.count())]
    assert names == ["Marta  ·  administrator", "Ada  ·  engineer"]


def test_a_recipe_is_kept_from_operators(window: Window) -> None:
    recipe = window.session.recipe
    assert recipe is not None
    window.session.apply_recipe(recipe.model_copy(update={"model": "other"}), lambda _: None)
    dialog_of(window)
    window.settle()
    assert window.session.recipe == recipe


def test_a_locked_button_says_why_and_asks_who_is_there(window: Window) -> None:
    window.window.show_page("settings")
    button = window.window.settings.set_up_button
    assert button.property("locked") == "true"
    assert "Changing settings needs an engineer" in button.accessibleDescription()
    press(window, button)
    dialog = dialog_of(window)
    assert window.window.first_start is None
    QTest.keyClicks(dialog.secret, PIN)
    QTest.keyClick(dialog.secret, Qt.Key.Key_Return)
    window.until(lambda: button.property("locked") == "false")
    press(window, button)
    window.until(lambda: window.window.first_start is not None)


def test_who_judges_is_who_is_signed_in(window: Window) -> None:
    page = window.window.review
    assert page.bar.reviewer.text() == ""
    assert page.bar.reviewer.isReadOnly()
    page.judging.good.setChecked(True)  # as a press does
    page.judging.judged.emit(Judgement.GOOD, "")
    assert not page.judging.good.isChecked()
    assert "Judging parts needs a name" in dialog_of(window).why
    dialog_of(window).reject()
    sign_in(window, "Pim", "480271")
    assert page.bar.reviewer.text() == "Pim"
    assert page.walk.reviewer == "Pim"


def test_who_is_disabled_elsewhere_is_signed_out_here(window: Window, users: Station) -> None:
    sign_in(window, "Ada", "480271")
    users.people.set_disabled("Ada", disabled=True, by=MARTA)
    window.until(lambda: window.window.person.text() == "Operator")


def test_a_damaged_file_is_said_and_lets_nobody_in(window: Window, users: Station) -> None:
    sign_in(window, "Ada", "480271")
    whole = users.people.file.path.read_text(encoding="utf-8")
    users.people.file.path.write_text(whole[:40], encoding="utf-8")
    window.until(lambda: window.window.person.text() == "Operator")
    assert "people" in window.window.banners.texts()
    assert not window.session.people.allows(Permission.SETTINGS)
    users.people.file.path.write_text(whole, encoding="utf-8")
    window.until(lambda: "people" not in window.window.banners.texts())


def test_a_window_that_starts_with_a_damaged_file_takes_nobody_for_more_than_an_operator(
    qtbot: QtBot, home: Home, users: Station
) -> None:
    users.people.file.path.write_text("{", encoding="utf-8")
    window = Window(qtbot, home)
    assert window.window.person.text() == "Operator"
    assert not window.session.people.allows(Permission.EXPORT)
    start(window)
    window.close()


def test_fields_of_settings_are_read_only_for_who_may_not_change_them(window: Window) -> None:
    window.window.show_page("settings")
    page = window.window.settings
    for section, editor in (
        ("Source", page.recipe_form.editors["source"]),
        ("Station", page.station.editors["station"]),
        ("Views", page.views.add_button),
    ):
        page.show_section(section)
        assert editor.isVisible()
        assert not editor.isEnabled()
    assert page.read_only.text().startswith("Read only: Changing settings needs an engineer; nobody is signed in")
    page.show_section("Station")
    name = page.station.editors["station"]
    QTest.keyClicks(name, "X")
    assert not page.revert_button.isEnabled()

    sign_in(window, "Ada", "480271")
    assert not page.read_only.isVisible()
    QTest.keyClicks(name, "X")
    assert page.apply_button.isEnabled()
    window.session.people.sign_out()
    assert page.read_only.isVisible()
    assert not name.isEnabled()
    press(window, page.revert_button)
    assert not page.revert_button.isEnabled()


# --- users in Settings --------------------------------------------------------------------------------------------------


def card_of(window: Window) -> UsersCard:
    window.window.show_page("settings")
    window.window.settings.show_section("Users")
    card = window.window.settings.findChild(UsersCard)
    assert isinstance(card, UsersCard)
    assert card.isVisible()
    return card


def test_users_are_switched_on_and_the_first_one_is_signed_in(station: Window, home: Home) -> None:
    card = card_of(station)
    press(station, card.on_button)
    dialog = card.dialog
    assert dialog is not None
    QTest.keyClicks(dialog.name, BOSS)
    QTest.keyClicks(dialog.secret, PIN)
    QTest.keyClicks(dialog.again, "729164")
    press(station, dialog.save_button)
    assert dialog.message.text() == "The two are not the same."
    QTest.keyClicks(dialog.again, PIN)
    press(station, dialog.save_button)
    station.until(lambda: station.window.person.text() == f"{BOSS} · administrator")
    assert People(home.root, hasher=CHEAP).file.read().on
    assert station.session.people.allows(Permission.SETTINGS)


def test_an_administrator_adds_and_disables(window: Window, users: Station) -> None:
    sign_in(window, BOSS, PIN)
    card = card_of(window)
    press(window, card.add_button)
    dialog = card.dialog
    assert dialog is not None
    QTest.keyClicks(dialog.name, "Eve")
    dialog.role.setCurrentIndex(list(Role).index(Role.ENGINEER))
    QTest.keyClicks(dialog.secret, "839201")
    QTest.keyClicks(dialog.again, "839201")
    QTest.keyClick(dialog.again, Qt.Key.Key_Return)
    window.until(lambda: card.table.rowCount() == 4)
    card.choose("Eve")
    press(window, card.disable_button)
    window.until(lambda: card.disable_button.text() == "Let in again")
    eve = users.people.file.read().find("Eve")
    assert eve is not None
    assert (eve.role, eve.disabled) == (Role.ENGINEER, True)


def test_the_last_administrator_is_not_removed(window: Window, users: Station) -> None:
    sign_in(window, BOSS, PIN)
    card = card_of(window)
    card.choose(BOSS)
    press(window, card.remove_button)
    assert card.question is not None
    card.question.accept()
    window.until(lambda: "Marta is the last administrator" in card.message.text())
    assert users.people.file.read().find(BOSS) is not None


def test_an_engineer_changes_no_users(window: Window) -> None:
    sign_in(window, "Ada", "480271")
    card = card_of(window)
    press(window, card.add_button)
    assert dialog_of(window).names.count() == 1
    assert card.dialog is None


# --- the first start ----------------------------------------------------------------------------------------------------


def test_the_first_start_asks_who_works_here_and_signs_the_first_one_in(station: Window, home: Home) -> None:
    wizard = _at_the_record(station)
    wizard.record.people.setCurrentIndex(1)
    wizard.record.station.setText("Station 7")
    press(station, wizard.next_button)
    dialog = wizard.users
    assert dialog is not None
    assert station.session.settings.station != "Station 7"
    QTest.keyClicks(dialog.name, BOSS)
    for field in (dialog.secret, dialog.again):
        QTest.keyClicks(field, PIN)
    QTest.keyClick(dialog.again, Qt.Key.Key_Return)
    station.until(lambda: station.session.settings.station == "Station 7")
    assert station.window.person.text() == f"{BOSS} · administrator"
    assert People(home.root, hasher=CHEAP).file.read().on


def test_one_person_is_asked_nothing_and_that_is_recorded(station: Window, home: Home) -> None:
    wizard = _at_the_record(station)
    with told("inspector.people.people") as said:
        press(station, wizard.next_button)
        station.until(lambda: any("users stay off: one person works at this station" in line for line in said))
    assert not People(home.root, hasher=CHEAP).file.path.exists()


def _at_the_record(station: Window) -> FirstStart:
    station.window.set_up()
    wizard = station.window.first_start
    assert wizard is not None
    for _ in range(2):
        press(station, wizard.skip_button)
    return wizard
