"""A station at its Training page, with a trainer that does in no time what the real one does in minutes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from inspector.gui.training.page import TrainingPage
from inspector.paths import Home
from inspector.runs.state import ProcessState
from tests.fake_trainer import COMMAND
from tests.gui.conftest import Station, picture


class Bench:
    """A station that shows its Training page."""

    def __init__(self, qtbot: QtBot, home: Home) -> None:
        self.qtbot, self.home = qtbot, home
        self.open()

    def open(self) -> None:
        self.station = Station(self.qtbot, self.home, trainer=COMMAND)
        page = self.station.window.training
        assert isinstance(page, TrainingPage)
        self.page = page
        self.show()

    def show(self) -> None:
        self.station.window.show_page("settings")
        self.station.window.settings.show_section("Training")
        self.until(self.page.isVisible)

    def until(self, condition: object) -> None:
        self.station.until(condition)  # type: ignore[arg-type]

    def press(self, button: QWidget) -> None:
        self.until(lambda: button.isVisible() and button.isEnabled())
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def data(self, mode: str) -> Path:
        folder = self.home.root.parent / mode
        for kind in ("good", "broken"):
            (folder / kind).mkdir(parents=True, exist_ok=True)
            picture(folder / kind / "0.png", bad=kind == "broken")
        return folder

    def choose(self, mode: str) -> None:
        self.page.data.choose(str(self.data(mode)))
        self.until(lambda: self.page.data.contents is not None and self.page.method.name.text())

    def train(self, mode: str) -> None:
        self.choose(mode)
        self.press(self.page.train.start)
        self.until(lambda: self.page.shown is not None and self.page.shown.name == f"{mode}-1")

    def until_state(self, state: ProcessState) -> None:
        self.until(lambda: self.page.shown is not None and self.page.shown.state is state)

    def finish(self, mode: str = "quick") -> None:
        self.train(mode)
        self.until_state(ProcessState.DONE)
        self.until(lambda: self.page.result.texts(1)["f1"] == "0.800")

    def close(self) -> None:
        self.station.close()
