"""The operator view: legible from three metres, never mistaken, and complete for keys and screen readers."""

from __future__ import annotations

from time import perf_counter

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QAccessible, QFont, QFontMetricsF, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from inspector.domain.fail_watch import FailWatch
from inspector.domain.failing import AlarmKind, FailAction, FailAlarm, FailConfig, Failing, Latch
from inspector.engine.faces import Face, is_fault
from inspector.engine.status import RunState
from inspector.gui.language.retold import speak
from inspector.gui.language.spoken import SPOKEN, say
from inspector.gui.operator.advice import TO_DO, to_acknowledge, to_do
from inspector.gui.operator.big_counts import BigFigure
from inspector.gui.operator.big_verdict import BigVerdict, placed
from inspector.gui.station import verdict_now
from inspector.gui.station.verdict_now import NEW_S
from inspector.gui.theme import font
from inspector.paths import Home
from inspector.recipes.recipe import load_recipe, save_recipe
from inspector.settings import Language, Settings
from tests.domain.test_failing import part
from tests.gui.conftest import SHIFT_STARTS, Closes, Station, picture

#: At 1920×1080, so high is a letter of the verdict at least.
LETTER_PX = 160


def pixels(widget: QWidget) -> NDArray[np.uint8]:
    """What a widget shows, (H, W) uint8 grey: as somebody sees it who tells no colours apart."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)[:, : image.width()].copy()


def letter_height(widget: QWidget) -> int:
    """Height in pixels of the rightmost large shape in the brightest grey: a letter of the word."""
    bright = (pixels(widget) > 225).astype(np.uint8)
    apart = 25 if SPOKEN.language is Language.CHINESE else 1  # so far apart may the strokes of a character lie
    _, _, boxes, _ = cv2.connectedComponentsWithStats(cv2.dilate(bright, np.ones((apart, apart), np.uint8)))
    letters = [box for box in boxes[1:] if box[cv2.CC_STAT_HEIGHT] > 50 + apart]
    last = max(letters, key=lambda box: box[cv2.CC_STAT_LEFT] + box[cv2.CC_STAT_WIDTH])
    return int(last[cv2.CC_STAT_HEIGHT]) - apart + 1


def open_view(station: Station, width: int, height: int) -> BigVerdict:
    station.window.resize(width, height)
    QTest.keyClick(station.window, Qt.Key.Key_F12)
    station.until(station.window.operator.verdict.isVisible)
    station.until(lambda: station.window.operator.width() == width)
    return station.window.operator.verdict


@pytest.mark.parametrize("language", [Language.ENGLISH, Language.GERMAN, Language.CHINESE])
def test_every_word_is_large_and_no_face_looks_like_pass(station: Station, language: Language) -> None:
    speak(language)
    panel = open_view(station, 1920, 1080)
    seen: dict[tuple[Face, bool], NDArray[np.uint8]] = {}
    for face in Face:
        panel.show_face(face, old=False, caption="part 12,345 · 12:00:00")
        assert letter_height(panel) >= LETTER_PX, face
        seen[face, False] = cv2.resize(pixels(panel), (120, 64), interpolation=cv2.INTER_AREA)
    panel.show_face(Face.PASS, old=True, caption="last: part 12,345 · 12:00:00")
    seen[Face.PASS, True] = cv2.resize(pixels(panel), (120, 64), interpolation=cv2.INTER_AREA)
    good = seen.pop((Face.PASS, False)).astype(int)
    alike = {face: float(np.mean(abs(other.astype(int) - good) > 60)) for face, other in seen.items()}
    assert {face: share for face, share in alike.items() if share < 0.03} == {}


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("word", ["PASS", "合格", "NOT RELEASED"])
def test_no_word_is_higher_than_its_box(word: str) -> None:
    for box in (QRectF(0, 0, 900, 90), QRectF(0, 0, 300, 300)):
        where = placed(word, box)
        metrics = QFontMetricsF(font(where.px, QFont.Weight.Bold))
        for text, start in where.lines:
            assert start.y() + metrics.tightBoundingRect(text).top() >= box.top() - 2


def test_the_view_takes_the_window_and_gives_it_back(station: Station) -> None:
    window = station.window
    window.show_page("settings")
    open_view(station, 1280, 800)
    assert [around for around in (window.header, window.footer, window.bar) if around.isVisible()] == []
    QTest.keyClick(window, Qt.Key.Key_F12)
    assert (window.bar.current, window.header.isVisible(), window.bar.isVisible()) == ("settings", True, True)
    assert window.header.face.face is Face.STOPPED
    station.qtbot.mouseClick(window.header.face, Qt.MouseButton.LeftButton)
    station.qtbot.mouseClick(window.operator.leave_button, Qt.MouseButton.LeftButton)
    assert window.bar.current == "settings"


def test_a_failure_with_its_picture_and_what_to_do(
    qtbot: QtBot, home: Home, desks: list[Closes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdict_now, "perf_counter", lambda: 0.0)  # whatever the load, nothing grows old
    recipe = load_recipe(home.recipes / "Test.json")
    save_recipe(recipe.model_copy(update={"failing": FailConfig(latch=Latch.FAIL, sound=False)}), home.recipes)
    station = Station(qtbot, home)
    desks.append(station)
    panel, page = open_view(station, 1280, 800), station.window.operator
    QTest.keyClick(station.window, Qt.Key.Key_F5)
    station.until_status(lambda now: now.state is RunState.RUNNING)
    picture(station.pictures / "1.png", bad=False)
    station.until(lambda: panel.face is Face.PASS)
    assert (page.advice.text(), page.judged.text()) == ("The part is good: nothing to do.", "Clearly good.")
    monkeypatch.setattr(verdict_now, "perf_counter", lambda: perf_counter() + NEW_S)
    station.until(lambda: panel.old)
    assert page.advice.text() == "Waiting for the next part."
    monkeypatch.setattr(verdict_now, "perf_counter", lambda: 0.0)
    picture(station.pictures / "2.png", bad=True)
    station.until(lambda: panel.face is Face.FAIL)
    station.until(lambda: page.failure.view.scene is not None)
    scene = page.failure.view.scene
    assert scene is not None
    assert scene.heatmap is not None
    assert page.failure.title.text().startswith("Held · part 2 · ")
    assert page.advice.text() == "Take the held part out, look at its place, then acknowledge (F8)."
    assert station.window.header.face.face is Face.FAIL
    station.until(lambda: page.counts.figures["failed"].text == "1")
    assert not page.figures.isVisible()
    QTest.keyClick(station.window, Qt.Key.Key_I)
    assert page.figures.text().startswith("P(defective) ")
    QTest.keyClick(station.window, Qt.Key.Key_F8)
    station.until(lambda: page.failure.title.text().startswith("Last failure · part 2 · "))
    QTest.keyClick(station.window, Qt.Key.Key_F5)
    station.until(lambda: panel.face is Face.STOPPED)


def cut_off(window: QWidget) -> list[str]:
    """Words that are not shown whole."""
    out = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, QLabel | QAbstractButton):
            continue
        corner = widget.mapTo(window, QPoint(0, 0))
        inside = window.rect().contains(widget.rect().translated(corner))
        wrapped = isinstance(widget, QLabel) and widget.wordWrap()
        metrics, text = widget.fontMetrics(), widget.text()
        high = widget.heightForWidth(widget.width()) if wrapped else metrics.height()
        wide = 0 if wrapped else metrics.horizontalAdvance(text)
        if text and not (inside and widget.height() >= high and widget.width() >= wide):
            out.append(f"{text!r}: {widget.width()} × {widget.height()} at {corner.toTuple()}, needs {wide} × {high}")
    return out


@pytest.mark.parametrize("px", [20, 56, 84, 168])
def test_a_comma_in_a_figure_is_drawn_whole(qtbot: QtBot, px: int) -> None:
    figure = BigFigure("Yield", "")
    qtbot.addWidget(figure)
    figure.set_sizes(px, px // 3)
    figure.draw_at(px, px // 3)
    figure.show_figure(",")
    figure.resize(figure.sizeHint())
    inked = _inked(figure)
    figure.resize(figure.width(), figure.height() + px)  # there every comma has room
    assert inked[-1].sum() == 0
    assert inked[-px // 2 :].sum() == _inked(figure)[-px - px // 2 :].sum() > 0


def _inked(widget: QWidget) -> NDArray[np.bool_]:
    picture = widget.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), picture.bytesPerLine())
    pixels = rows[:, : picture.width()]
    return np.asarray(pixels != pixels[-1, -1], np.bool_)


@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("language", [Language.ENGLISH, Language.GERMAN, Language.CHINESE])
def test_nothing_is_cut_off_on_a_small_screen(
    qtbot: QtBot, home: Home, desks: list[Closes], percent: int, language: Language
) -> None:
    settings = Settings(recipe="Test", shift_starts=SHIFT_STARTS, operator_text_percent=percent, language=language)
    speak(language)
    station = Station(qtbot, home, settings, kiosk=True)
    desks.append(station)
    window, page = station.window, station.window.operator
    window.setWindowState(Qt.WindowState.WindowNoState)
    window.resize(1280, 800)
    station.until(lambda: page.isVisible() and page.size().width() == 1280)
    watch = FailWatch()
    watch.begin(FailConfig(latch=Latch.FAIL, in_a_row=2))
    for number in (1, 2):
        watch.see(part(number, "F"))
    for failing in (Failing(), watch.state):
        window.alarm.words.setText(say("\n".join(f"{words}." for words in failing.words)))
        window.alarm.setVisible(failing.waits)
        for face in Face:
            page.verdict.show_face(face, old=False, caption="part 12,345 · 12:00:00")
            page.advice.setText(say(to_acknowledge(failing) or to_do(face)))
            page.judged.setText(say("Defective, but close to the limit."))
            page.judged.show()
            station.beat()
            assert (window.width(), window.height()) == (1280, 800)
            assert "\n".join(cut_off(window)) == "", (face, failing.waits)
    QTest.keyClick(window, Qt.Key.Key_F12)
    assert (window.bar.current, page.leave_button.text()) == ("live", say("Live (F12)"))
    QTest.keyClick(window, Qt.Key.Key_F12)
    assert window.bar.current == "operator"


def test_each_face_and_alarm_has_one_plain_thing_to_do() -> None:
    assert set(TO_DO) == set(Face)
    assert {words for words in TO_DO.values() if not (words.endswith(".") and len(words) <= 90)} == set()
    assert [face for face in Face if is_fault(face) and "nothing to do" in TO_DO[face]] == []
    assert to_do(Face.WAITING, by_hand=True).endswith("press Trigger (space).")
    for kind in AlarmKind:
        now = part(1, "F").time_utc
        alarm = FailAlarm(number=1, kind=kind, since=now, count=1, over=2)
        assert "(F8)" in to_acknowledge(Failing(alarms=(alarm,)))
    watch = FailWatch()
    watch.begin(FailConfig(in_a_row=1, in_a_row_does=FailAction.STOP))
    watch.see(part(1, "F"))
    assert to_acknowledge(watch.state) == "Mend the cause, acknowledge (F8), then press Start (F5)."
    assert to_acknowledge(Failing()) == ""


def named(widget: QWidget) -> str:
    """What a screen reader calls a widget."""
    face = QAccessible.queryAccessibleInterface(widget)
    return face.text(QAccessible.Text.Name) if face is not None else ""


@pytest.mark.parametrize("page", ["live", "operator"])
def test_keys_reach_all_that_can_be_pressed_and_it_has_a_name(station: Station, page: str) -> None:
    window = station.window
    picture(station.pictures / "1.png", bad=True)
    station.session.start()
    station.until(lambda: len(window.live.strip.buttons()) == 1)
    window.show_page(page)
    station.beat()
    focusable = {
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    }
    pressed = {widget for widget in window.findChildren(QAbstractButton) if widget.isVisible() and widget.isEnabled()}
    rest = set(window.bar.buttons.values())  # Ctrl+1, Ctrl+2, … lead there
    assert [widget for widget in focusable | pressed if not named(widget)] == []
    window.activateWindow()
    reached: set[QWidget] = set()
    for _ in range(2 * len(focusable)):
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        focus = window.focusWidget()
        if focus is not None:
            reached.add(focus)
    assert [named(widget) for widget in (focusable | pressed) - reached - rest] == []
