"""The live picture of the source, large, and what a hand says of the part in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.domain.config import TriggerMode
from inspector.domain.source import is_live, shown
from inspector.gui.good_parts.pictures import MOST
from inspector.gui.good_parts.taken_list import TakenList
from inspector.gui.good_parts.watch import Seen, Wish
from inspector.gui.widgets.basics import label, set_tone
from inspector.gui.widgets.picture import PictureView
from inspector.gui.widgets.render import Scene

if TYPE_CHECKING:
    from inspector.recipes.recipe import Recipe

_BUTTON_PX = 64
_EVERY = {
    TriggerMode.EVERY_PICTURE: ("Take every picture", "Every picture that comes is taken as a good part"),
    TriggerMode.INTERVAL: ("Take a picture at every interval", "As the line would, every few seconds"),
}
_EVERY_OTHER = ("Take every part that the trigger sees", "As the line would: every part that comes is taken as good")


class ShowPanel(QWidget):
    """See the module.

    Args:
        recipe: Says what is looked at and when there is a part.
    """

    wished = Signal(object)  #: Wish
    all_wished = Signal(bool)  #: take every part, or not

    def __init__(self, recipe: Recipe, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipe = recipe
        columns = QHBoxLayout(self)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(12)
        left = QVBoxLayout()
        left.setSpacing(8)
        columns.addLayout(left, 1)
        self.view = PictureView(self)
        self.view.say_when_empty(f"Waiting for {shown(recipe.source)}")
        self.view.show_marks(recipe.region, recipe.trigger)
        left.addWidget(self.view, 1)
        self.said = label("", "")
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setMinimumHeight(38)
        self.said.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        left.addWidget(self.said)
        left.addLayout(self._build_buttons())
        self.taken = TakenList(self)
        columns.addWidget(self.taken)
        self._words = ""

    def _build_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        self.good_button = QPushButton("This is a good part", self)
        self.good_button.setProperty("kind", "primary")
        self.good_button.setFixedHeight(_BUTTON_PX)
        self.good_button.setMinimumWidth(240)
        self.good_button.setToolTip("Take this part as a good one (G)")
        self.good_button.setShortcut("G")
        self.good_button.clicked.connect(lambda: self.wished.emit(Wish.TAKE))
        row.addWidget(self.good_button)
        mode = self._recipe.trigger.mode
        self.skip_button = QPushButton("Not this one", self)
        self.skip_button.setFixedHeight(_BUTTON_PX)
        self.skip_button.setToolTip("Leave this picture out, show the next one (N)")
        self.skip_button.setShortcut("N")
        self.skip_button.clicked.connect(lambda: self.wished.emit(Wish.SKIP))
        for button in (self.good_button, self.skip_button):
            button.setEnabled(False)
        self.skip_button.setVisible(not is_live(self._recipe.source) and mode is TriggerMode.EVERY_PICTURE)
        row.addWidget(self.skip_button)
        row.addStretch(1)
        words, tip = _EVERY.get(mode, _EVERY_OTHER)
        self.every = QCheckBox(words, self)
        self.every.setToolTip(tip)
        self.every.toggled.connect(self.all_wished)
        self.every.setVisible(mode is not TriggerMode.MANUAL)
        row.addWidget(self.every)
        return row

    def show_seen(self, seen: Seen, count: int) -> None:
        """Show what is new.

        Args:
            count: How many good parts there are.
        """
        if seen.frame is not None:
            height, width = seen.frame.image.shape[:2]
            self.view.show_scene(Scene(image=seen.frame.image, label=f"{width}×{height}"))
        if seen.taken:
            self._words = f"Taken: good part {count}."
        elif seen.said:
            self._words = seen.said
        if seen.state and self.view.scene is None:
            self.view.say_when_empty(seen.state)
        refused = self._words.startswith("Not taken")
        self.said.setText(seen.state if seen.state and not refused else self._words)
        if seen.faulty:
            self.said.setText(seen.state)
        set_tone(self.said, "review" if seen.faulty or refused else "muted")
        full = count >= MOST
        by_hand = seen.asks and not self.every.isChecked()
        self.good_button.setEnabled(by_hand and not full)
        self.skip_button.setEnabled(by_hand)
        if full and self.every.isChecked():
            self.every.setChecked(False)
        self.every.setEnabled(not full)
        self.view.poll()

    def say(self, words: str) -> None:
        """Say what could not be done."""
        self._words = f"Not taken out: {words}"

    def release(self) -> None:
        """End the renderer."""
        self.view.release()
