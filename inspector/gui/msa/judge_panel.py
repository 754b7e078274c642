"""Somebody judges, blind: one large picture, two answers, a pause. Or the station does, and parts are shown to it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from inspector.gui.widgets.basics import label
from inspector.gui.widgets.picture import PictureView
from inspector.gui.widgets.render import Scene

if TYPE_CHECKING:
    from inspector.gui.msa.desk import TrialShown


class JudgePanel(QWidget):
    """See the module; what is wished, it emits."""

    said = Signal(bool, float)  #: whether it is defective, and how long the picture was shown, seconds
    taken = Signal()  #: the part was shown to the line
    pause_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        top = QHBoxLayout()
        self.who = label("", "score")
        self.who.setTextFormat(Qt.TextFormat.PlainText)
        top.addWidget(self.who)
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(10)
        self.progress.setAccessibleName("Progress of the study")
        top.addWidget(self.progress, 1)
        self.count = label("", "muted")
        top.addWidget(self.count)
        layout.addLayout(top)
        self.view = PictureView(self)
        layout.addWidget(self.view, 1)
        self.words = label("", "muted")
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        layout.addWidget(self.words)
        row = QHBoxLayout()
        row.setSpacing(10)
        self.good = self._button(row, "Good  (G)", "G", lambda: self._say(defective=False))
        self.defective = self._button(row, "Defective  (D)", "D", lambda: self._say(defective=True))
        self.take = self._button(row, "It was shown  (Enter)", "Return", self._take)
        self.take.setProperty("kind", "primary")
        self.pause = self._button(row, "Pause  (P)", "P", self.pause_wanted.emit)
        layout.addLayout(row)
        self._shown_s = time.monotonic()
        self._waits = True

    def _button(self, row: QHBoxLayout, words: str, key: str, wish: object) -> QPushButton:
        button = QPushButton(words, self)
        button.setAutoDefault(False)
        button.setMinimumHeight(48)
        button.clicked.connect(wish)
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setAutoRepeat(False)  # a key that is held down judges one part
        shortcut.activated.connect(button.click)
        row.addWidget(button, 1)
        return button

    def show_trial(self, shown: TrialShown) -> None:
        """Show what is to be judged, and nothing that tells of it."""
        self._show_place(shown)
        for button, used in ((self.good, True), (self.defective, True), (self.take, False)):
            button.setVisible(used)
        self.words.setText("Wheel: closer. Judge as at work; take your time.")
        self.view.show_scene(None if shown.image is None else Scene(image=shown.image, label=""))
        self._wait(waits=shown.image is None)
        self._shown_s = time.monotonic()

    def show_station(self, shown: TrialShown) -> None:
        """Show how far the station is, and which part it is to be shown."""
        self._show_place(shown)
        for button, used in ((self.good, False), (self.defective, False), (self.take, bool(shown.part))):
            button.setVisible(used)
        asked = f"Show {shown.part} to the running line, once. Then press “It was shown”." if shown.part else ""
        self.words.setText(f"{shown.fault} {asked}".strip() or "The station judges the pictures.")
        self.view.say_when_empty("The station judges")
        self.view.show_scene(None if shown.image is None else Scene(image=shown.image, label=""))
        self._wait(waits=not shown.part)

    def _show_place(self, shown: TrialShown) -> None:
        self.who.setText(shown.appraiser)
        self.progress.setRange(0, max(1, shown.total))
        self.progress.setValue(shown.done)
        self.count.setText(f"{shown.done} of {shown.total}")

    def _say(self, *, defective: bool) -> None:
        """Emit an answer; the next one only counts for the next part."""
        if not self._waits:
            self._wait(waits=True)
            self.said.emit(defective, time.monotonic() - self._shown_s)

    def _take(self) -> None:
        if not self._waits:
            self._wait(waits=True)
            self.taken.emit()

    def _wait(self, *, waits: bool) -> None:
        self._waits = waits
        for button in (self.good, self.defective, self.take):
            button.setEnabled(not waits)
