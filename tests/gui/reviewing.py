"""A station whose line has inspected pictures, and its Review page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from inspector.domain.config import ArchiveConfig, KeepPolicy
from inspector.domain.ids import new_id
from inspector.domain.review import Judgement, QueueKind, Review
from inspector.engine.faces import Face
from inspector.gui.review.page import ReviewPage
from inspector.gui.widgets.render import Scene
from inspector.outputs.reviews import ReviewLog
from inspector.paths import Home
from inspector.recipes.recipe import Recipe, save_recipe
from inspector.settings import Settings
from tests.bundles import make_bundle
from tests.gui.conftest import Station, picture

#: Qt's platform without a display says so at every menu that pops up.
NO_MENUS = pytest.mark.qt_log_ignore("This plugin does not support")
ANNA = Settings(recipe="Test", reviewer="Anna")


def make_home(tmp_path: Path, keep: KeepPolicy = KeepPolicy.ALL) -> Home:
    home = Home(root=tmp_path / "home")
    make_bundle(home.models / "tiny", classes=("good", "dent", "scratch"))
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    recipe = Recipe(name="Test", source=f"folder:{pictures}", model="tiny", archive=ArchiveConfig(keep=keep))
    save_recipe(recipe, home.recipes)
    return home


class ReviewDesk:
    """A station whose line has inspected pictures, showing its Review page."""

    def __init__(
        self, qtbot: QtBot, home: Home, *, good: int = 0, bad: int = 0, broken: int = 0, settings: Settings = ANNA
    ) -> None:
        self.qtbot, self.home = qtbot, home
        pictures = home.root.parent / "pictures"
        for number in range(good):
            picture(pictures / f"{number:02d}-fine.png", bad=False)
        for number in range(bad):
            picture(pictures / f"{number:02d}-spot.png", bad=True)
        for number in range(broken):
            (pictures / f"{number:02d}-torn.png").write_bytes(b"")
        self.station = Station(qtbot, home, settings)
        count = good + bad + broken
        if count:
            self.station.session.start()
            self.station.until_status(lambda now: now.parts == count)
        self.station.session.stop()
        self.station.window.show_page("review")
        self.page: ReviewPage = self.station.window.review
        self.until(lambda: self.page.walk.queue is not None)

    def until(self, condition: object) -> None:
        self.station.until(condition)  # type: ignore[arg-type]

    def press(self, button: QWidget) -> None:
        self.until(lambda: button.isVisible() and button.isEnabled())
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        window = self.page.window()
        if not window.isActiveWindow():  # without a display a menu that closes leaves no window active
            window.activateWindow()
            self.page.setFocus()
            self.until(window.isActiveWindow)
        self.qtbot.keyClick(self.page, key, modifier)

    def key_in_menu(self, key: Qt.Key) -> None:
        menu = self.page.judging.menu
        assert menu is not None
        self.qtbot.keyClick(menu, key)

    def open(self, kind: QueueKind) -> None:
        self.press(self.page.bar.buttons[kind])
        self.until(lambda: self.page.walk.queue is not None and self.page.walk.kind is kind)

    @property
    def shown(self) -> str:
        """The id of the part whose picture is on the screen; empty where there is none."""
        part, shown = self.page.walk.current, self.page.part_view.view.shown
        there = part is not None and shown is not None and shown.scene.image is part.image
        return part.inspection_id if part is not None and there else ""

    def until_shown(self, other_than: str = "") -> str:
        self.until(lambda: self.shown and self.shown != other_than and self.page.walk.can_judge)
        return self.shown

    def face(self) -> Face:
        return self.page.cards.facts.verdict.face

    def scene(self) -> Scene:
        scene = self.page.part_view.view.scene
        assert scene is not None
        return scene

    @property
    def message(self) -> str:
        return self.page.judging.message.text()

    def reviews(self, inspection_id: str) -> list[Review]:
        return ReviewLog(self.home.log, read_only=True).history(inspection_id)

    def say_as(self, reviewer: str, inspection_id: str, judgement: Judgement) -> None:
        now = datetime.now(UTC)
        ReviewLog(self.home.log).add(
            Review(id=new_id(), inspection_id=inspection_id, time_utc=now, reviewer=reviewer, judgement=judgement)
        )

    def close(self) -> None:
        self.station.close()
