"""A station at its page Operating point, used as a hand does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from inspector.domain.records import Thresholds, Verdict
from inspector.gui.operating_point.page import OperatingPointPage
from inspector.gui.theme import CURRENT
from inspector.gui.widgets.later import LaterPage
from inspector.paths import Home
from inspector.recipes.recipe import Recipe, load_recipe
from tests.gui.conftest import Station

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


class OperatingPointHand:
    """A station that shows its page Operating point."""

    def __init__(self, qtbot: QtBot, home: Home) -> None:
        self.qtbot, self.home = qtbot, home
        self.station = Station(qtbot, home)
        self.station.window.show_page("operating")
        shown = self.station.window.bar.stack.currentWidget()
        assert isinstance(shown, LaterPage)
        assert isinstance(shown.made, OperatingPointPage)
        self.page = shown.made
        self.until(lambda: self.page.bar.source.count() > 0)

    def until(self, condition: object) -> None:
        self.station.until(condition)  # type: ignore[arg-type]

    def press(self, widget: object) -> None:
        self.until(lambda: widget.isVisible() and widget.isEnabled())  # type: ignore[attr-defined]
        self.qtbot.mouseClick(widget, LEFT)

    def cells(self) -> str:
        """What the matrix shows, good before defective."""
        cells = self.page.figures.cells
        return " ".join(
            cells[kind, name].text() for kind in (False, True) for name in (Verdict.PASS, Verdict.REVIEW, Verdict.FAIL)
        )

    def value(self, row: str, column: str) -> str:
        return self.page.figures.values[row, column].text()

    def evidence(self) -> str:
        return self.page.figures.evidence.text().replace("\u00a0", " ")

    def guard(self) -> float | None:
        """The guard's rate in percent as it stands in its field; None for no guard."""
        controls = self.page.controls
        return round(controls.rate_box.value(), 3) if controls.guard.isChecked() else None

    def point(self) -> Thresholds:
        """The thresholds as they stand in the fields."""
        controls = self.page.controls
        review = controls.review_box.value() if controls.band.isChecked() else None
        return Thresholds(fail_at=controls.fail_box.value(), review_from=review)

    def words(self) -> str:
        """What is said in the place of the scores."""
        return self.page.axis.accessibleDescription()

    def has_picture(self, row: int) -> bool:
        """Whether a part of the strip shows its picture: until then there is an empty stage."""
        strip = self.page.strip.list
        image = strip.item(row).icon().pixmap(strip.iconSize()).toImage()
        return image.pixelColor(image.rect().center()) != CURRENT.theme.colour("stage")

    def recipe(self) -> Recipe:
        return load_recipe(self.home.recipes / "Test.json")

    def choose(self, reason: str = "fewer escapes") -> None:
        self.press(self.page.bar.use_button)
        dialog = self.page.dialog
        assert dialog is not None
        assert not dialog.yes_button.isEnabled()
        self.qtbot.keyClicks(dialog.reason, reason)
        self.qtbot.mouseClick(dialog.yes_button, LEFT)
