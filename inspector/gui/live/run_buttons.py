"""The buttons that start and stop the line, and capture a part by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from inspector.engine.status import RunState
from inspector.gui.theme import CURRENT
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
        self.run = QPushButton("Start", self)
        self.run.setProperty("kind", "primary")
        self.run.setToolTip("Start or stop the line (F5)")
        self.trigger = QPushButton("Trigger (space)", self)
        self.trigger.setToolTip("Capture a part by hand (space bar)")
        for button in (self.run, self.trigger):
            row.addWidget(button, 1)

    def show_state(self, status: EngineStatus, *, running: bool, by_hand: bool) -> None:
        """Set what can be pressed.

        Args:
            status: How the line is doing.
            running: The line is wanted to run.
            by_hand: The recipe's parts are captured by hand; else there is no such button.
        """
        self.run.setText("Stop" if running else "Start")
        colour = CURRENT.theme.colour("text" if running else "on_accent")
        self.run.setIcon(icon("stop" if running else "start", colour))
        kind = "" if running else "primary"
        if self.run.property("kind") != kind:
            self.run.setProperty("kind", kind)
            self.run.style().unpolish(self.run)
            self.run.style().polish(self.run)
        self.run.setEnabled(status.state is not RunState.STOPPING)
        self.trigger.setVisible(by_hand)
        self.trigger.setEnabled(running and status.state is RunState.RUNNING)
