"""What operators see, in each language: whole, with its values, not cut off, and changed while the line runs."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from inspector import assembly
from inspector.domain.assignable import Cause, Measure, MovedMeasure, NamedCause
from inspector.domain.failing import AlarmKind, FailAction, FailAlarm, FailConfig, Latch
from inspector.engine.causes import words_of as words_of_cause
from inspector.engine.faces import Face
from inspector.engine.status import RunState
from inspector.gui.language.retold import speak
from inspector.gui.language.sentences import CONTEXT, PLACE, translated
from inspector.gui.language.spoken import SPOKEN, say
from inspector.paths import Home, resources_dir
from inspector.recipes.recipe import load_recipe, save_recipe
from inspector.settings import Language, Settings
from tests.gui.conftest import SHIFT_STARTS, Closes, Station, picture
from tests.people.hands import Station as Users

ROOT = Path(__file__).resolve().parent.parent.parent
#: Tells apart what is written alike; see `Spoken`.
UNSEEN = "\u200b"
OTHERS = (Language.GERMAN, Language.CHINESE)
#: What is written alike in every language: names, units, keys, and names that the tests have given.
_NAMES = re.compile(
    r"Grad-CAM|PIN|SHA-256|Ctrl|Esc|Deutsch|English|Station 1|Inspector|Test|tiny|Live|live|fps|folder pictures|folder|png|Kiosk|Marta|Ada|Pim"
    r"|openvino|JPEG|PNG|BMP|TIFF|WebP|Stands still after|fonts-noto-cjk|Debian|Ubuntu|Tab|JSON|CPU|float32|bfloat16|int8"
    r"|/\S+|[0-9a-f]{64}|fp32|bf16"
)
#: Where the words are composed that operators read.
_ROOMS = ("gui/live", "gui/operator", "gui/find", "gui/lots", "gui/people")
_FILES = (
    *(
        "domain/nearness",
        "domain/release",
        "domain/challenge_attempt",
        "domain/quality",
        "domain/policy",
        "domain/failing",
    ),
    *("engine/pace", "engine/sight", "engine/feed", "engine/slowness", "engine/release", "engine/faces"),
    *("gui/alarm_bar", "gui/fault_banners", "gui/faults", "gui/line_guard", "gui/station/face_words"),
    *("gui/station/verdict_now", "gui/station/session", "gui/station/trials", "gui/widgets/verdict"),
    *("gui/widgets/run_buttons", "gui/widgets/lot_field", "gui/widgets/stages", "gui/widgets/teach_bar"),
    *("gui/widgets/picture", "gui/widgets/kind_button", "gui/widgets/secret_field"),
)


def files_of(language: Language) -> Path:
    return resources_dir() / "languages" / f"operator_{language.value}.ts"


def test_each_translation_is_whole_keeps_its_values_and_is_compiled() -> None:
    german, chinese = (translated(files_of(language)) for language in OTHERS)
    assert set(german) == set(chinese)
    assert len(german) > 500
    for language, words in zip(OTHERS, (german, chinese), strict=True):
        compiled = QTranslator()
        assert compiled.load(str(files_of(language).with_suffix(".qm")))
        for english, said in words.items():
            assert said.strip(), english
            assert sorted(PLACE.findall(said)) == sorted(PLACE.findall(english)), english
            assert sorted(re.findall(r"\((?:F\d+|[A-Z])\)", said)) == sorted(
                re.findall(r"\((?:F\d+|[A-Z])\)", english)
            ), english
            assert compiled.translate(CONTEXT, english) == said, f"{english}: run “make languages”"


def foreign(text: str) -> list[str]:
    """Words of a text in Latin letters that are no names: where Chinese is spoken, nobody has translated them."""
    return re.findall(r"[A-Za-z]{3,}", _NAMES.sub("", text))


def composed(path: Path) -> list[tuple[int, str]]:
    """Texts that a module composes, with a 7 for each value; without what is written for other readers."""
    tree, other, out = ast.parse(path.read_text(encoding="utf-8")), set[int](), list[tuple[int, str]]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            other.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            formats = [each.format_spec for each in node.values if isinstance(each, ast.FormattedValue)]
            other |= {id(each) for each in node.values} | {id(each) for each in formats}
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in _FOR_OTHERS:
            other |= {id(each) for each in ast.walk(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.expr):
            continue
        text = ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            text = "".join(str(each.value) if isinstance(each, ast.Constant) else "7" for each in node.values)
        text = text.strip(" ;,·")
        if id(node) not in other and " " in text and re.search("[A-Za-z]{3}", text):
            out.append((node.lineno, text))
    return out


_FOR_OTHERS = {"About", "warning", "error", "info", "exception", "setProperty", "setObjectName", "ValueError", "styled"}
#: What is written for engineers, for the program's log, or is no text.
_NOT_FOR_OPERATORS = {
    "an ERROR needs a reason",
    "the network's P(defective) is 7, not a number between 0 and 1",
    "Inspector 7, 7, Python 7\n\n7",
    "user of the computer",
    "tried by hand",
    "7 held",
    "going on",
    "verdicts take too long",
    "pictures arrive and are not looked at",
    "unexpected error\n%s",
}


@pytest.mark.usefixtures("qapp")
def test_every_text_that_is_composed_for_operators_is_translated() -> None:
    known = {PLACE.sub("7", english) for english in translated(files_of(Language.CHINESE))}
    whole = "\n".join(sorted(known)).lower()
    speak(Language.CHINESE)
    files = [ROOT / f"inspector/{name}.py" for name in _FILES]
    files += [path for room in _ROOMS for path in sorted((ROOT / "inspector" / room).glob("*.py"))]
    missing = []
    for path in files:
        if path.name == "users_card.py":  # of the Settings page
            continue
        for line, text in composed(path):
            pieces = [piece.strip("7 .:,;") for piece in re.split(r"; |: |[.] ", text.lower())]
            ways = [".*".join(map(re.escape, piece.split("7"))) for piece in pieces]
            part_of = all(re.search(way, whole) for way in ways)
            if foreign(say(text)) and not part_of and text not in _NOT_FOR_OPERATORS:
                missing.append(f"{path.relative_to(ROOT)}:{line} {text!r} is {say(text)!r}")
    assert missing == []


@pytest.mark.usefixtures("qapp")
def test_what_became_of_a_code_is_translated() -> None:
    speak(Language.GERMAN)
    assert say("Scanner 12:00:00 · LOT-END · the lot ends") == "Scanner 12:00:00 · LOT-END · das Los endet"
    assert say("Scanner 12:00:00 · LOT:A7 · lot A7 begins") == "Scanner 12:00:00 · LOT:A7 · Los A7 beginnt"
    assert say("Scanner 12:00:00 · R-1 · recipe the lot ends") == "Scanner 12:00:00 · R-1 · Rezept the lot ends"


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("earlier", [False, True])
@pytest.mark.parametrize("where", ["", " at the view 左"])
@pytest.mark.parametrize("cause", Cause)
def test_an_alarm_that_names_a_cause_is_translated_with_all_its_evidence(
    cause: Cause, where: str, earlier: bool
) -> None:
    moved = [MovedMeasure(measure=each, before=1.23, now=0.98, share=2.0, above=0.0037) for each in Measure]
    speak(Language.CHINESE)
    for changes in (*([each] for each in moved), moved):
        for spot, uneven in ((None, 0.0), ((0.6, 0.35), 0.0), (None, 0.4)):
            named = NamedCause(cause=cause, parts=50, changes=tuple(changes), spot=spot, uneven=uneven)
            said = words_of_cause(cause, named.evidence, where)
            alarm = FailAlarm(
                number=1, kind=AlarmKind.CAUSE, since=datetime.now(UTC), count=50, earlier=earlier, said=said
            )
            assert foreign(say(alarm.words)) == [], alarm.words
    assert foreign(say("the lamp has changed, as nobody says it")) != []


# --- what is seen in the window --------------------------------------------------------------------------------------


def words_of(window: QWidget) -> list[str]:
    """All that can be read in a window, or is read out: texts, tips, names, and what its lists hold."""
    out = []
    for widget in (window, *window.findChildren(QWidget)):
        if not widget.isVisible():
            continue
        out += [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
        out += [widget.text()] if isinstance(widget, QLabel | QAbstractButton) else []
        out += [widget.placeholderText()] if isinstance(widget, QLineEdit) else []
        if isinstance(widget, QListWidget):
            out += [widget.item(row).text() for row in range(widget.count())]
    out += [action.text() for action in window.findChildren(QAction)]
    return sorted({text.strip() for text in out if text.strip()})


@pytest.fixture
def manned(qtbot: QtBot, home: Home, users: Users, desks: list[Closes]) -> Station:
    """A station with users, whose recipe holds what fails."""
    assert users.acts
    recipe = load_recipe(home.recipes / "Test.json")
    rules = FailConfig(latch=Latch.FAIL, in_a_row=2, in_a_row_does=FailAction.ALARM, sound=True)
    save_recipe(recipe.model_copy(update={"failing": rules}), home.recipes)
    assembly.sign_all_recipes(home)
    opened = Station(qtbot, home, Settings(recipe="Test", shift_starts=SHIFT_STARTS))
    desks.append(opened)
    return opened


def walk(station: Station) -> dict[str, list[str]]:
    """Go through what an operator does, and return what there was to read at each step."""
    window, read = station.window, dict[str, list[str]]()
    for page in ("live", "operator"):
        window.show_page(page)
        station.beat(4)
        read[f"stopped, {page}"] = words_of(window)
    window.show_page("live")
    window.header.lot.edit.setText("4711")
    QTest.keyClick(window.header.lot.edit, Qt.Key.Key_Return)
    station.session.start()
    station.until_status(lambda now: now.state is RunState.RUNNING)
    for name in ("1.png", "2.png"):
        picture(station.pictures / name, bad=True)
    station.until(lambda: len(window.live.strip.buttons()) == 2)
    station.until(window.alarm.isVisible)
    for page in ("live", "operator"):
        window.show_page(page)
        station.beat(4)
        read[f"held, {page}"] = words_of(window)
    window.show_page("live")
    window.footer.latency.click()
    window.header.model_pill.click()
    read["panels"] = words_of(window)
    window.header.model_pill.panel.hide()
    window.person.click()
    dialog = window.signing.dialog
    assert dialog is not None
    read["sign-in"] = words_of(dialog)
    dialog.reject()
    window.signing.ask("Leaving the kiosk needs an engineer; nobody is signed in")
    again = window.signing.dialog
    assert again is not None
    read["refused"] = words_of(again)
    again.reject()
    station.session.stop()
    station.until_status(lambda now: now.state is RunState.IDLE)
    return read


def test_nothing_that_an_operator_sees_is_left_in_english(manned: Station) -> None:
    speak(Language.CHINESE)
    manned.session.settings_changed.emit(manned.session.settings.model_copy(update={"language": Language.CHINESE}))
    left = {step: [text for text in texts if foreign(text)] for step, texts in walk(manned).items()}
    assert {step: texts for step, texts in left.items() if texts} == {}


@pytest.mark.qt_log_ignore("This plugin does not support")  # menus, where there is no display
def test_an_operator_changes_the_language_while_the_line_runs_and_the_verdict_stays(manned: Station) -> None:
    window, station = manned.window, manned
    station.session.start()
    station.until_status(lambda now: now.state is RunState.RUNNING)
    picture(station.pictures / "1.png", bad=True)
    station.until(lambda: window.live.verdict.face is Face.FAIL)
    station.until(lambda: "in the last minute" in window.live.trend.chart.accessibleDescription())
    seen = {Language.ENGLISH: words_of(window)}
    button = window.footer.language
    for language, name, fail, start in (
        (Language.GERMAN, "Deutsch", "NIO", "Stopp"),
        (Language.CHINESE, "简体中文", "不合格", "停止"),
        (Language.GERMAN, "Deutsch", "NIO", "Stopp"),
        (Language.ENGLISH, "English", "FAIL", "Stop"),
    ):
        station.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        menu = button.menu_shown
        assert menu is not None
        next(action for action in menu.actions() if action.text() == name).trigger()
        menu.close()
        station.until(lambda language=language: SPOKEN.language is language)  # type: ignore[misc]
        assert (window.live.verdict.face, window.live.run_button.text().strip(UNSEEN)) == (Face.FAIL, start)
        assert window.live.verdict.accessibleDescription().strip(UNSEEN) == fail
        assert station.session.status().state is RunState.RUNNING
        station.beat(4)
        if language in seen:
            assert sorted(plain(seen[language]) - plain(words_of(window))) == []
        seen[language] = words_of(window)
    assert station.session.settings.language is Language.ENGLISH
    log = station.session.log_path
    assert log is not None
    assert station.session.engine.held is not None
    assert station.session.engine.held.inspection.decision.reason.startswith("defective: P(defective) ")


def plain(texts: list[str]) -> set[str]:
    """Return what holds no figure, which would be another one by now."""
    return {text for text in texts if not re.search(r"\d", text)}
