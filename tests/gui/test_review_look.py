"""The deep look as a hand uses it, with maps that come when they are told to."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from inspector.gui.review.deep_look import PLAN
from inspector.paths import Home
from inspector.review.explain_process import DeepLookError
from inspector.vision.graph import TORCH_WEIGHTS_FILE
from tests.gui.conftest import Closes
from tests.gui.reviewing import ReviewDesk, make_home
from tests.waits import WAIT_S
from trainer.explain_protocol import Explained, ExplainReport, MapMade
from trainer.protocol import Progress


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = make_home(tmp_path)
    (made.models / "tiny" / TORCH_WEIGHTS_FILE).write_bytes(b"")  # which the fake does not read
    return made


class FakeLook:
    """A deep look whose maps come when they are told to."""

    def __init__(self, model: Path, picture: Path, out: Path) -> None:
        self.model, self.picture, self.out = model, picture, out
        self.over = False
        self.fault = ""
        self.reports: list[ExplainReport] = []

    def make(self, method: str, layer: str, done: int) -> None:
        path = self.out / f"{method}-{layer}.png"
        cv2.imwrite(str(path), np.full((32, 32, 3), 90, np.uint8))
        made = MapMade(
            method=method, layer=layer, overlay=str(path), heatmap=str(path), map_box=(0, 0, 1, 1), seconds=0.1
        )
        self.reports += [made, Progress(stage="maps", done=done, total=9)]

    def poll(self) -> list[ExplainReport]:
        if self.fault:
            raise DeepLookError(self.fault, "Try again.")
        reports, self.reports = self.reports, []
        return reports

    def cancel(self) -> None:
        self.over = True


class Looks:
    """Starts them, and keeps them."""

    def __init__(self, desk: ReviewDesk) -> None:
        self.made: list[FakeLook] = []
        self.may_start = threading.Event()
        self.may_start.set()
        desk.page.deep_looks.start = self.start

    def start(self, model: Path, picture: Path, out: Path) -> FakeLook:
        self.made.append(FakeLook(model, picture, out))
        assert self.may_start.wait(WAIT_S)
        return self.made[-1]


def test_a_deep_look_shows_its_maps_one_by_one(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=1)
    desks.append(desk)
    looks = Looks(desk)
    desk.until_shown()
    desk.key(Qt.Key.Key_L)
    desk.until(lambda: looks.made)
    dialog, look = desk.page.deep_looks.dialog, looks.made[0]
    assert dialog is not None
    assert look.model == home.models / "tiny"
    assert look.picture.is_file()
    desk.until(lambda: dialog.cells["layer3", "picture"].image is not None)
    assert "the model that judged it" in dialog.words.text()
    look.make("Grad-CAM++", "layer3", 1)
    cell = dialog.cells["layer3", "Grad-CAM++"]
    desk.until(lambda: cell.image is not None)
    assert dialog.foot.stage.text() == "1 of 9 maps"
    assert dialog.cells["layer4", "Grad-CAM++"].image is None
    look.make("Grad-CAM, closed form", "layer3", 2)  # of a model that judges by layer3: in the place of the line's own
    shown = dialog.cells["layer4", "Grad-CAM, closed form"]
    desk.until(lambda: shown.image is not None)
    assert shown.toolTip() == "Grad-CAM, closed form, layer3"
    desk.press(cell)
    assert dialog.pages.currentWidget() is dialog.large
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.pages.currentWidget() is dialog.maps
    look.reports.append(Explained(picture="", model="tiny", model_sha256="", p_defective=0.999, explained_class="dent"))
    desk.until(lambda: dialog.foot.stage.text() == "P(defective) 0.999, explained: dent.")
    assert not dialog.cancel_button.isVisible()
    qtbot.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)
    desk.until(lambda: not look.out.exists() and desk.page.deep_looks.dialog is None)


def test_a_deep_look_can_be_cancelled_and_tried_again(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=1)
    desks.append(desk)
    looks = Looks(desk)
    desk.until_shown()
    desk.key(Qt.Key.Key_L)
    desk.until(lambda: desk.page.deep_looks.running)
    dialog = desk.page.deep_looks.dialog
    assert dialog is not None
    looks.made[0].fault = "the memory is full"
    desk.until(dialog.again_button.isVisible)
    assert dialog.fault.text() == "the memory is full. Try again."
    qtbot.mouseClick(dialog.again_button, Qt.MouseButton.LeftButton)
    desk.until(lambda: len(looks.made) == 2 and desk.page.deep_looks.running)
    assert not dialog.fault.isVisible()
    qtbot.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
    desk.until(lambda: looks.made[1].over and not looks.made[1].out.exists())
    assert dialog.foot.stage.text() == "Cancelled"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_a_deep_look_that_is_closed_while_its_process_starts_leaves_nothing(
    qtbot: QtBot, home: Home, desks: list[Closes]
) -> None:
    desk = ReviewDesk(qtbot, home, bad=1)
    desks.append(desk)
    looks = Looks(desk)
    desk.until_shown()
    looks.may_start.clear()
    desk.key(Qt.Key.Key_L)
    desk.until(lambda: looks.made)
    dialog = desk.page.deep_looks.dialog
    assert dialog is not None
    desk.press(dialog.close_button)
    desk.until(lambda: desk.page.deep_looks.dialog is None)
    looks.may_start.set()
    desk.until(lambda: looks.made[0].over and not looks.made[0].out.exists())
    assert not desk.page.deep_looks.running


def test_a_deep_look_says_when_the_model_is_replaced_or_gone(qtbot: QtBot, home: Home, desks: list[Closes]) -> None:
    desk = ReviewDesk(qtbot, home, bad=1)
    desks.append(desk)
    looks = Looks(desk)
    desk.until_shown()
    manifest = home.models / "tiny" / "manifest.json"
    manifest.write_bytes(manifest.read_bytes() + b"\n")
    desk.press(desk.page.part_view.look_button)
    desk.until(lambda: desk.page.deep_looks.running)
    dialog = desk.page.deep_looks.dialog
    assert dialog is not None
    assert "has been replaced since" in dialog.words.text()
    dialog.reject()
    manifest.unlink()
    desk.press(desk.page.part_view.look_button)
    dialog = desk.page.deep_looks.dialog
    assert dialog is not None
    desk.until(lambda: "there is no model “tiny”" in dialog.fault.text())
    assert len(looks.made) == 1
    dialog.reject()


def test_the_plan_of_a_deep_look_has_the_trainers_maps() -> None:
    from trainer.explain import LAYERS, METHODS

    planned = {(layer, key) for layer, maps in PLAN for key, _ in maps}
    made = {(layer, words) for words, kind in METHODS.values() for layer in (LAYERS if kind else ("layer4",))}
    assert planned == {*made, ("layer3", "picture")}
