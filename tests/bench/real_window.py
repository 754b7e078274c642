"""The real window of a station of its own, with a hand at it: what the stories `shift` and `newcomer` share."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from inspector.gui import theme
from inspector.gui.composition import Composition
from inspector.gui.station.store import Store
from tests.conftest import find_test_data
from tests.hand import photograph, wait

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from PySide6.QtWidgets import QWidget

    from inspector.engine.status import PartInspected
    from inspector.paths import Home
    from inspector.settings import Settings


def stage(parser: ArgumentParser) -> tuple[Namespace, Path]:
    """Parse what a story is asked, with where its pictures go and how the window looks, and make the program.

    Returns:
        The arguments, whose ``size`` is (width, height) in pixels; and the folder of MVTec AD bottle.
    """
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="for the pictures")
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--look", choices=("light", "dark"), default="dark")
    arguments = parser.parse_args()
    data = find_test_data()
    if data is None:
        parser.error("set INSPECTOR_TEST_DATA")
    width, _, height = arguments.size.partition("x")
    arguments.size = (int(width), int(height))
    app = QApplication([])
    app.setStyle("Fusion")
    theme.apply(app, theme.CURRENT.choose(arguments.look))
    return arguments, data / "bottle"


class RealWindow:
    """See the module.

    Args:
        home: Its data folder; nothing of the user's is touched.
        out: Where pictures go.
        size: Of the window, in pixels.
        first_start: Nothing has been set up: the window asks, as the program has it do.
    """

    def __init__(
        self, home: Home, settings: Settings, out: Path, size: tuple[int, int], *, first_start: bool = False
    ) -> None:
        self.began = time.monotonic()
        self.home, self.out = home, out
        self.composition = Composition(Store(home, settings))
        self.session, self.window = self.composition.session, self.composition.window()
        self.window.resize(*size)
        self.window.painted.connect(lambda: self.session.begin(start=False))
        if first_start:
            self.window.painted.connect(self.window.set_up)
        self.window.show()
        self.parts: list[PartInspected] = []
        self.session.part_inspected.connect(self.parts.append)
        wait(lambda: self.session.recipe is not None and self.session.log_path is not None, what="recipe and log")

    @property
    def passed_s(self) -> float:
        """Seconds since the window was made."""
        return round(time.monotonic() - self.began, 1)

    def take_keys(self) -> None:
        """Have the keyboard."""
        self.window.activateWindow()
        wait(self.window.isActiveWindow, what="the keyboard")

    def shoot(self, name: str) -> None:
        """Photograph the window, with what lies over it."""
        photograph(self.window, self.out / f"{name}.png")

    def press(self, button: QWidget, seconds: float = 600.0) -> None:
        """Click a button as soon as it can be."""
        wait(lambda: button.isVisible() and button.isEnabled(), seconds, button.accessibleName() or str(button))
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def banner(self, key: str) -> str:
        """Return what a banner says; empty where there is none."""
        return self.window.banners.texts().get(key, "")
