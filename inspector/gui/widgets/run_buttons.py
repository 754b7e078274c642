"""The buttons that start and stop the line, and capture a part by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from inspector.engine.status import RunState
from inspector.gui.language.spoken import say
from inspector.gui.theme import CURRENT, TEXT_PX, font
from inspector.gui.widgets.icons import icon

if TYPE_CHECKING:
    from inspector.engine.status import EngineStatus


class RunButtons(QWidget):
    """See the module; the page connects them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.run = QPushButton(say("Start"), self)
        self.run.setProperty("kind", "primary")
        self.run.setToolTip(say("Start or stop the line (F5)"))
        self.trigger = QPushButton(say("Trigger (space)"), self)
        self.trigger.setToolTip(say("Capture a part by hand (space bar)"))
        for button in (self.run, self.trigger):
            row.addWidget(button, 1)
        self._px = TEXT_PX

    def set_size(self, px: int) -> None:
        """Set how large the letters are."""
        self._px = px
        for button in (self.run, self.trigger):
            button.setFont(font(px, QFont.Weight.DemiBold))
            button.updateGeometry()
        self.run.setIconSize(QSize(px, px))

    def show_state(self, status: EngineStatus, *, running: bool, by_hand: bool) -> None:
        """Set what can be pressed.

        Args:
            status: How the line is doing.
            running: The line is wanted to run.
            by_hand: The recipe's parts are captured by hand; else there is no such button.
        """
        self.run.setText(say("Stop" if running else "Start"))
        colour = CURRENT.theme.colour("text" if running else "on_accent")
        self.run.setIcon(icon("stop" if running else "start", colour))
        kind = "" if running else "primary"
        if self.run.property("kind") != kind:
            self.run.setProperty("kind", kind)
            self.run.style().unpolish(self.run)
            self.run.style().polish(self.run)
            self.run.setFont(font(self._px, QFont.Weight.DemiBold))  # polishing takes it away
        # a line that stopped because of failures may wait for the log: then it can be given up
        self.run.setEnabled(status.state is not RunState.STOPPING or bool(status.log_fault))
        self.trigger.setVisible(by_hand)
        held = status.failing.no_trigger or (status.release.holds and status.release.attempt is None)
        self.trigger.setEnabled(running and status.state is RunState.RUNNING and not held)
