"""The last part that did not pass, or the one that is held: its picture with the place, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from inspector.domain.nearness import part_in_words
from inspector.gui.language.spoken import say
from inspector.gui.theme import font
from inspector.gui.widgets.basics import label, set_tone
from inspector.gui.widgets.picture import PictureView
from inspector.gui.widgets.render import Scene

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from inspector.gui.operator.sizes import Sizes
    from inspector.gui.station.events import Failure

#: The picture is at least so high: where there is no more room, the words give way.
_LEAST_PX = 100
_NONE, _NOT_READ = "No part has failed in this shift", "Not read yet"
_NO_PICTURE = "No picture was kept of this part"


class LastFailure(QFrame):
    """See the module."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 10)
        layout.setSpacing(6)
        self.title, self.words = label(), label()
        for words in (self.title, self.words):
            words.setWordWrap(True)
            words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        set_tone(self.title, "muted")
        layout.addWidget(self.title)
        self.view = PictureView(self, surround="panel")
        self.view.setMinimumSize(200, _LEAST_PX)
        self.setMinimumSize(240, _LEAST_PX + 20)
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.words)
        self.show_none(read=False)

    def set_sizes(self, sizes: Sizes) -> None:
        """Set the size of the words."""
        self.title.setFont(font(sizes.small))
        self.words.setFont(font(sizes.text, QFont.Weight.DemiBold))
        self.view.words_px = sizes.small
        self._give_way()

    def sizeHint(self) -> QSize:
        """The least, as that of the verdict beside it."""
        return self.minimumSize()

    def hasHeightForWidth(self) -> bool:
        """It takes what room is left: its words ask for none."""
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the picture its room."""
        super().resizeEvent(event)
        self._give_way()

    def _give_way(self) -> None:
        room, wide = self.height() - 32 - _LEAST_PX, self.width() - 30
        for words in (self.title, self.words):
            high = words.heightForWidth(wide) + 6
            words.setVisible(bool(words.text()) and high <= room)
            room -= high

    def show_none(self, *, read: bool) -> None:
        """Show no part.

        Args:
            read: The record says that there is none; else nobody knows yet.
        """
        self.words.setText("")
        self.title.setText(say("Last failure"))
        self.view.say_when_empty(_NONE if read else _NOT_READ)
        self.view.show_scene(None)
        self._give_way()

    def show_failure(self, failure: Failure, *, held: bool = False, opacity: float = 0.6) -> None:
        """Set the part.

        Args:
            held: It waits for an acknowledgement.
            opacity: How much of the picture the heatmap hides, 0..1.
        """
        self._show(failure, held=held, opacity=opacity)
        self._give_way()

    def _show(self, failure: Failure, *, held: bool, opacity: float) -> None:
        part = failure.inspection
        name = f" · {part.called}" if part.called else ""
        at = f"{part.time_utc.astimezone():%H:%M:%S}"
        what = "Held" if held else "Last failure"
        self.title.setText(say(f"{what} · part {part.part_number:,}{name} · {at}"))
        self.words.setText(say(f"{part.decision.verdict.value}: {part_in_words(part)}"))
        if failure.image is None:
            self.view.say_when_empty(_NO_PICTURE)
            self.view.show_scene(None)
            return
        self.view.say_when_empty("Drawing the picture")
        scene = Scene(image=failure.image, label="", heatmap=failure.prediction, opacity=opacity, part=True)
        self.view.show_scene(scene)
