"""What a hand found in a shift at the window: frames, names and lists that were not those of the moment."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QMimeData, QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QImage, QPainter, QPen
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from inspector.domain.records import Verdict
from inspector.domain.sentence import sentence
from inspector.engine.faces import FACES, Face
from inspector.gui.live.failure_strip import Thumbnail
from inspector.gui.station.events import Failure
from inspector.gui.theme import CURRENT, DARK, LIGHT, Theme
from inspector.gui.widgets.verdict import draw_shape
from inspector.recipes.recipe import Recipe, save_recipe
from tests.gui.conftest import Station, picture
from tests.outputs.samples import inspection


def frame_of(button: Thumbnail) -> QColor:
    return button.grab().toImage().pixelColor(2, 35)


def test_the_frame_of_a_pinned_failure_goes_with_it(station: Station) -> None:
    live, accent = station.window.live, CURRENT.theme.colour("accent")
    for number in range(2):
        picture(station.pictures / f"{number}.png", bad=True)
    station.qtbot.mouseClick(live.run_button, Qt.MouseButton.LeftButton)
    station.until(lambda: len(live.strip.buttons()) == 2)
    older = live.strip.buttons()[1]
    station.qtbot.mouseClick(older, Qt.MouseButton.LeftButton)
    station.until(live.pin_view.isVisible)
    assert [frame_of(button) == accent for button in live.strip.buttons()] == [False, True]
    picture(station.pictures / "third.png", bad=True)
    station.until(lambda: len(live.strip.buttons()) == 3)
    assert [frame_of(button) == accent for button in live.strip.buttons()] == [False, False, True]
    QTest.keyClick(station.window.windowHandle(), Qt.Key.Key_Escape)
    assert not live.pin_view.isVisible()
    assert [frame_of(button) == accent for button in live.strip.buttons()] == [False, False, False]


def test_of_a_long_lot_the_beginning_is_seen(station: Station) -> None:
    edit = station.window.header.lot.edit
    lot = "L 4711 of the second machine in the early shift"
    for text, key in ((lot, Qt.Key.Key_Return), (lot, Qt.Key.Key_Return), (f"{lot}, wrong", Qt.Key.Key_Escape)):
        station.qtbot.mouseClick(edit, Qt.MouseButton.LeftButton)
        edit.selectAll()
        QTest.keyClicks(edit, text)
        QTest.keyClick(edit, key)
        assert (edit.text(), edit.cursorPosition()) == (lot, 0)


def test_the_letters_of_a_lot_stay_as_they_were_typed(station: Station) -> None:
    counters = station.window.live.counters
    edit = station.window.header.lot.edit
    station.qtbot.mouseClick(edit, Qt.MouseButton.LeftButton)
    QTest.keyClicks(edit, "a7 x")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    for _ in range(2):
        station.qtbot.mouseClick(counters.switch, Qt.MouseButton.LeftButton)
    station.until(lambda: counters.title.text() == "LOT a7 x")


def test_a_recipe_that_somebody_else_saves_can_be_chosen(station: Station) -> None:
    box = station.window.header.recipe_box
    station.until(lambda: box.findText("Test") >= 0)
    path = save_recipe(Recipe(name="Later", source=f"folder:{station.pictures}", model="tiny"), station.home.recipes)
    station.until(lambda: box.findText("Later") >= 0)
    path.unlink()
    station.until(lambda: box.findText("Later") < 0)
    assert box.currentText() == "Test"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("too late: 0.4 s", "Too late: 0.4 s"),
        ("defective: P(defective) 1.000", "Defective: P(defective) 1.000"),
        ("rtsp://127.0.0.1:9/none cannot be opened", "rtsp://127.0.0.1:9/none cannot be opened"),
        ("camera:0 is gone", "camera:0 is gone"),
        ("/data/line is not there", "/data/line is not there"),
        ("a1.png is cut short", "a1.png is cut short"),
        ("", ""),
    ],
)
def test_a_sentence_leaves_addresses_and_names_as_they_are(said: str, words: str) -> None:
    assert sentence(said) == words


class Slow(QMimeData):
    """Files of another program, which says that it is asked for them."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def formats(self) -> list[str]:
        return ["text/uri-list"]

    def retrieveData(self, kind: str, _: object) -> object:
        self.asked.append(kind)
        return [QUrl.fromLocalFile("/a.png")]


@pytest.mark.parametrize("page", ["live", "batch", "training"])
def test_files_that_pass_over_the_window_are_not_asked_for(station: Station, page: str) -> None:
    """Qt waits up to 5 s for a program that does not answer, and the line with it."""
    window = station.window
    over = {"live": window, "batch": window.batch, "training": window.training}[page]
    mime = Slow()
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPointF(5, 5).toPoint(), copy, mime, left, none)
    event.ignore()
    over.dragEnterEvent(event)
    assert (event.isAccepted(), mime.asked) == (True, [])


def test_every_verdict_has_a_shape_of_its_own_and_the_lines_faults_another() -> None:
    drawn: dict[Face, QImage] = {}
    for face in (*FACES.values(), Face.NO_CAMERA, Face.STOPPED):
        image = QImage(82, 82, QImage.Format.Format_Grayscale8)
        image.fill(255)
        painter = QPainter(image)
        painter.setPen(QPen(QColor(0, 0, 0), 6))
        draw_shape(painter, face, QRectF(0, 0, 82, 82))
        painter.end()
        drawn[face] = image
    for face, other in combinations(drawn, 2):
        assert drawn[face] != drawn[other], (face, other)


def test_a_log_that_was_deleted_is_said_in_the_window(station: Station) -> None:
    live, banners = station.window.live, station.window.banners
    picture(station.pictures / "0.png", bad=False)
    station.qtbot.mouseClick(live.run_button, Qt.MouseButton.LeftButton)
    station.until(lambda: live.counters.texts()["inspected"] == "1")
    for suffix in ("", "-wal", "-shm"):
        station.home.log.with_name(station.home.log.name + suffix).unlink(missing_ok=True)
    station.until(lambda: "record" in banners.texts())
    said = banners.texts()["record"]
    assert said.startswith(f"The log {station.home.log} was deleted while the station was writing it. Nothing is lost:")
    assert said.endswith("Find out who deletes it.")
    station.settle()
    assert live.counters.texts()["inspected"] == "1"


@pytest.mark.parametrize("look", [DARK, LIGHT], ids=["dark", "light"])
def test_a_failure_without_a_picture_says_so_in_letters_that_can_be_read(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, look: Theme
) -> None:
    monkeypatch.setattr(CURRENT, "theme", look)
    button = Thumbnail(Failure(inspection(1, Verdict.ERROR), None))
    qtbot.addWidget(button)
    shown = button.grab().toImage()
    middle = [shown.pixelColor(x, y).lightness() for x in range(20, 78) for y in range(25, 48)]
    assert max(middle) - min(middle) > 150
