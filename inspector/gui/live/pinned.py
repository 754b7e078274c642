"""A part that did not pass, kept up beside the live picture: because somebody wants to see it, or must."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from inspector.domain.sentence import sentence
from inspector.gui.language.spoken import say
from inspector.gui.widgets.basics import flat_button, label
from inspector.gui.widgets.picture import PictureView
from inspector.gui.widgets.render import Scene

if TYPE_CHECKING:
    from inspector.gui.station.events import Failure


class PinnedPart(QFrame):
    """Its picture with the heatmap, its reason, and a way to dismiss it."""

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._failure: Failure | None = None
        self.setObjectName("card")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(6)
        top = QHBoxLayout()
        self._title = label("", "heading")
        top.addWidget(self._title, 1)
        self._close = flat_button("✕", "Dismiss this picture (Esc)", self)
        self._close.clicked.connect(self.dismissed)
        top.addWidget(self._close)
        layout.addLayout(top)
        self.view = PictureView(self, surround="panel")
        layout.addWidget(self.view, 1)
        self._reason = label("", "muted")
        self._reason.setWordWrap(True)
        layout.addWidget(self._reason)

    def pin(self, failure: Failure, *, held: bool = False) -> None:
        """Keep a failure up; one that is held cannot be dismissed."""
        self._failure = failure
        inspection = failure.inspection
        verdict, time = inspection.decision.verdict.value, inspection.time_utc.astimezone()
        name = f" · {inspection.called}" if inspection.called else ""
        title = f"{verdict} · PART {inspection.part_number}{name} · {time:%H:%M:%S}"
        self._title.setText(say(f"HELD · {title}" if held else title))
        self._close.setVisible(not held)
        self._reason.setText(say(sentence(inspection.decision.reason)))
        self.show()

    def unpin(self) -> None:
        """Let it go."""
        self._failure = None
        self.hide()

    def draw(self, *, heatmap: bool, opacity: float) -> None:
        """Draw its picture, if one is pinned; ``opacity`` of the heatmap is 0..1."""
        failure = self._failure
        if failure is None:
            return
        if failure.image is None:
            self.view.say_when_empty("No picture was kept of this part")
            self.view.show_scene(None)
            return
        self.view.say_when_empty("Drawing the picture")
        drawn = failure.prediction if heatmap else None
        self.view.show_scene(Scene(image=failure.image, label="", heatmap=drawn, opacity=opacity, part=True))
