"""The line's controller changes over the running station, and the window says so."""

from __future__ import annotations

import socket
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from inspector.assembly import RecipeEntry
from inspector.domain.line_protocol import LineProtocol
from inspector.gui.station.changeover import RecipeSwitch
from inspector.line.adapters import connect
from inspector.line.signals import PlcInputs
from inspector.paths import Home
from inspector.recipes.recipe import Recipe, save_recipe
from inspector.recipes.scanned import CodedRecipe
from inspector.settings import Settings
from tests.gui.conftest import SHIFT_STARTS, Station, picture
from tests.ports import free_port
from tests.waits import WAIT_S


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=WAIT_S).close()
    except ConnectionRefusedError:
        return False
    return True


def test_the_controllers_name_changes_the_recipe_and_the_window_says_so(qtbot: QtBot, home: Home) -> None:
    other = home.root.parent / "other"
    other.mkdir()
    save_recipe(Recipe(name="Bracket", source=f"folder:{other}", model="tiny"), home.recipes)
    port = free_port()
    settings = {"line_protocol": LineProtocol.MODBUS, "line_port": port, "line_recipes": True}
    base = {"recipe": "Test", "shift_starts": SHIFT_STARTS}
    station = Station(qtbot, home, Settings.model_validate(base | settings))
    station.until(lambda: answers(port))
    plc = connect(LineProtocol.MODBUS, "127.0.0.1", port)

    def holds(name: str) -> bool:
        plc.exchange(PlcInputs(enable=True, recipe=name))
        return True

    banners = station.window.banners
    holds("Bracket")
    station.until(
        lambda: holds("Bracket") and banners.texts().get("scanned", "").startswith("The line's controller has")
    )
    assert banners.texts()["scanned"] == (
        "The line's controller has named it: Bracket is in use instead of Test; the line does not run."
    )
    assert station.window.header.recipe_box.currentText() == "Bracket"
    station.session.start()
    picture(other / "1.png", bad=False)
    station.until_status(lambda now: holds("Bracket") and now.parts == 1)
    plc.close()
    station.close()


class Chooser(QObject):
    """A session that refuses every recipe."""

    recipe_changed = Signal(object)
    fault = Signal(str, str)
    closing = False
    recipe = None

    def choose_recipe(self, entry: RecipeEntry) -> None:
        self.fault.emit("recipe", f"{entry.name} is not signed")


def test_a_recipe_that_is_refused_is_named_to_whoever_wanted_it(qtbot: QtBot) -> None:
    chooser = Chooser()
    changeover = RecipeSwitch(chooser, chooser)  # type: ignore[arg-type]
    told: list[tuple[str, str]] = []
    changeover.failed.connect(lambda name, why: told.append((name, why)))
    changeover.to(CodedRecipe(name="Lid", path=Path("Lid.json"), code=""), "The line's controller has named it")
    assert told == [("Lid", "Lid is not signed")]
    chooser.fault.emit("recipe", "of another one")
    assert len(told) == 1
