"""Photographs of every page of the window after the shift of `tests.bench.shift`: sizes, colours, languages, size of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from inspector import assembly
from inspector.domain.line_protocol import LineProtocol
from inspector.gui import theme
from inspector.gui.statistics.page import StatisticsPage
from inspector.people.actor import system_actor
from inspector.people.roles import Role
from inspector.settings import Appearance, Language
from tests.hand import photograph, rest, wait

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bench.shift import Shift

SIZES = ((1280, 800), (1920, 1080), (3840, 2160))
LOOKS = (Appearance.DARK, Appearance.LIGHT)
LANGUAGES = (Language.ENGLISH, Language.GERMAN, Language.CHINESE)
_PAGES = ("live", "batch", "review", "operating")


def set_looks(shift: Shift, appearance: str, language: str, text_percent: int = 100) -> None:
    """Change colours, language and the operator view's letters, as the settings do."""
    changes = {
        "appearance": Appearance(appearance),
        "language": Language(language),
        "operator_text_percent": text_percent,
    }
    _apply(shift, changes)
    rest(300)


def _apply(shift: Shift, changes: dict[str, object]) -> None:
    done: list[bool] = []
    shift.session.apply_settings(shift.session.settings.model_copy(update=changes), lambda: done.append(True))
    wait(lambda: done, what="the settings")


def every_page(shift: Shift) -> None:
    """Photograph them; signing in comes last, as nothing can be done without it afterwards."""
    for width, height in SIZES:
        shift.window.resize(width, height)
        folder = shift.out / f"{width}x{height}"
        for look in LOOKS:
            for language in LANGUAGES:
                set_looks(shift, look, language)
                _operators(shift, folder / look.value, language.value)
        for look in LOOKS:
            set_looks(shift, look, Language.ENGLISH)
            _engineers(shift, folder / look.value)
    shift.window.resize(*SIZES[0])
    _signing_in(shift)


def _operators(shift: Shift, folder: Path, language: str) -> None:
    """Live, and the operator view with letters of both sizes."""
    shift.window.show_page("live")
    rest(700)
    photograph(shift.window, folder / f"live-{language}.png")
    for percent in (100, 200):
        set_looks(shift, shift.session.settings.appearance, language, percent)
        shift.window.show_page("operator")
        rest(500)
        photograph(shift.window, folder / f"operator-{language}-{percent}.png")
    shift.window.show_page("live")


def _engineers(shift: Shift, folder: Path) -> None:
    window = shift.window
    for name in _PAGES:
        window.show_page(name)
        rest(1500)
        photograph(window, folder / f"{name}.png")
    window.show_page("statistics")
    rest(1500)
    page = window.findChild(StatisticsPage)
    assert page is not None
    for place, button in enumerate(page.kinds.values()):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        rest(1500)
        photograph(window, folder / f"statistics-{place}.png")
    window.show_page("settings")
    sections = window.settings.sections
    for place in range(sections.count()):
        name = sections.item(place).text()
        window.settings.show_section(name)
        rest(900)
        photograph(window, folder / f"settings-{place:02}-{name.lower().replace(' ', '-')}.png")
    _lines(shift, folder)
    window.show_page("live")
    window.show_manual()
    _dialog(shift, folder / "manual.png")
    window.set_up()
    _dialog(shift, folder / "first-start.png")
    window.activateWindow()
    wait(window.isActiveWindow, what="the keyboard")
    QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    _dialog(shift, folder / "find.png")


def _lines(shift: Shift, folder: Path) -> None:
    """Settings → Line with every protocol; what is asked or listened at is this computer."""
    before = shift.session.settings.line_protocol
    for protocol in LineProtocol:
        _apply(shift, {"line_protocol": protocol, "line_host": "127.0.0.1"})
        shift.window.settings.show_section("Line")
        rest(2000)
        photograph(shift.window, folder / f"line-{protocol.value}.png")
    _apply(shift, {"line_protocol": before})


def _dialog(shift: Shift, path: Path) -> None:
    """Photograph the dialog that was opened, and close it."""
    wait(lambda: any(dialog.isVisible() for dialog in shift.window.findChildren(QDialog)), what="a dialog")
    rest(1200)
    dialog = next(dialog for dialog in shift.window.findChildren(QDialog) if dialog.isVisible())
    photograph(dialog, path)
    dialog.close()
    rest(300)


def _signing_in(shift: Shift) -> None:
    people, by = assembly.people(shift.home), system_actor()
    people.begin("Anna Berg", bytearray(b"729163"), by=by)
    people.add("Pim Vos", Role.OPERATOR, bytearray(b"604518"), by=by)
    wait(lambda: shift.session.people.on and shift.window.person.isVisible(), what="users")
    for look in LOOKS:
        for language in LANGUAGES:
            _apply(shift, {"language": language})  # which is anybody's to choose; colours are not
            theme.follow(look)
            rest(800)
            QTest.mouseClick(shift.window.person, Qt.MouseButton.LeftButton)
            _dialog(shift, shift.out / f"sign-in-{look.value}-{language.value}.png")
