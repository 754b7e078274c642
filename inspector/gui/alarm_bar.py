"""What waits for an acknowledgement, over whatever page is shown: what happened, since when, and a button for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QFont, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QBoxLayout, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.domain.config import TriggerMode
from inspector.domain.sentence import sentence
from inspector.engine.status import RunState
from inspector.gui.language.spoken import say
from inspector.gui.theme import font
from inspector.gui.widgets.basics import label

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QResizeEvent

    from inspector.engine.status import EngineStatus
    from inspector.gui.station.session import Session

#: So often it is heard.
BEEP_MS = 2000
#: So long nothing is heard once the sound is muted, unless something new waits.
MUTE_MS = 5 * 60_000
#: Up to this share of the bar's width its buttons stand beside the words.
_MOST_OF_WIDTH = 0.4
#: What a part that is held does to the line, by the recipe's trigger; else parts come as they do.
_MEANWHILE = {
    TriggerMode.EXTERNAL: "No trigger of the line is taken till then.",
    TriggerMode.MANUAL: "No part is captured by hand till then.",
}

_ELSEWHERE = "Parts that come are still judged and recorded."


class AlarmBar(QWidget):
    """Nothing but an acknowledgement takes it away. It changes in place: its button must not go from under a hand.

    Args:
        session: Tells how the line is doing.
        beep: Makes a sound; where the computer has none, nothing is heard.
        mute_ms: So long it stays silent once it is muted.
    """

    def __init__(
        self,
        session: Session,
        parent: QWidget | None = None,
        *,
        beep: Callable[[], None] = QApplication.beep,
        mute_ms: int = MUTE_MS,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._status = session.status()  # that is shown
        self._newest = 0  # of what is shown
        self._muted = 0  # the newest that is not heard; 0 while all is
        outer = QVBoxLayout(self)
        outer.setContentsMargins(10, 10, 10, 0)
        self._frame = QFrame(self)
        self._frame.setObjectName("banner")
        self._frame.setProperty("state", "fail")
        outer.addWidget(self._frame)
        self._row = row = QHBoxLayout(self._frame)
        row.setContentsMargins(14, 6, 8, 6)
        self.words = label("", parent=self._frame)
        self.words.setWordWrap(True)
        row.addWidget(self.words, 1)
        self._buttons = QHBoxLayout()
        self._buttons.addStretch(1)
        row.addLayout(self._buttons)
        self.mute = QPushButton(self._frame)
        self.mute.setToolTip(
            say(f"No sound for {round(mute_ms / 60_000)} minutes; what is new is heard all the same (F9)")
        )
        self.mute.clicked.connect(self.toggle_mute)
        self._buttons.addWidget(self.mute)
        self.button = QPushButton(say("Acknowledge (F8)"), self._frame)
        self.button.setToolTip(say("Say that you have seen it; the audit trail holds who did, and when (F8)"))
        self.button.clicked.connect(self.acknowledge)
        self._buttons.addWidget(self.button)
        QShortcut(QKeySequence("F8"), self, self.acknowledge).setAutoRepeat(False)
        QShortcut(QKeySequence("F9"), self, self.toggle_mute).setAutoRepeat(False)
        self._mute_timer = QTimer(self, singleShot=True, interval=mute_ms)
        self._mute_timer.timeout.connect(self._unmute)
        self._timer = QTimer(self, interval=BEEP_MS)
        self._timer.timeout.connect(beep)
        self._beep = beep
        self.hide()
        session.status_changed.connect(self._on_status)

    def set_sizes(self, *, words_px: int, button_px: int) -> None:
        """Set how large the letters are."""
        self.words.setFont(font(words_px, QFont.Weight.DemiBold))
        for button in (self.mute, self.button):
            button.setFont(font(button_px, QFont.Weight.DemiBold))
        self._place_buttons()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the words their room."""
        super().resizeEvent(event)
        self._place_buttons()

    def _place_buttons(self) -> None:
        """Beside the words; below them where they would take too much of the width."""
        below = _MOST_OF_WIDTH * self.width() < self._buttons.sizeHint().width()
        ways = QBoxLayout.Direction
        self._row.setDirection(ways.TopToBottom if below else ways.LeftToRight)

    def acknowledge(self) -> None:
        """Take away what is shown; what has come since is shown next."""
        self._session.engine.acknowledge(self._session.people.actor.name, self._newest)
        self._on_status(self._session.status())

    def toggle_mute(self) -> None:
        """Silence what is shown for a while, or have it heard again."""
        if self._muted:
            self._unmute()
        elif self._status.failing.sound:
            self._muted = self._newest
            self._mute_timer.start()
            self._on_status(self._status)

    def _unmute(self) -> None:
        self._muted = 0
        self._mute_timer.stop()
        self._on_status(self._status)

    def _on_status(self, status: EngineStatus) -> None:
        self._status, failing = status, status.failing
        self._newest = failing.newest
        words = [f"{sentence(said)}." for said in failing.words]
        if failing.held is not None:
            recipe = self._session.recipe
            words[-1] += f" {_MEANWHILE.get(recipe.trigger.mode, _ELSEWHERE) if recipe is not None else _ELSEWHERE}"
            if failing.held.earlier:
                words[-1] += " Its picture is on Review."
        if failing.stopped and status.state is RunState.IDLE:
            words.append("Parts that waited are judged and recorded. Acknowledge, and press Start on Live (F5).")
        text = say("\n".join(words))
        if text != self.words.text():
            self.words.setText(text)
            self._frame.setAccessibleName(text)
        self.setVisible(failing.waits)
        if self._newest > self._muted or not failing.sound:  # what is new is heard, what is gone is not muted
            self._muted = 0
            self._mute_timer.stop()
        self.mute.setVisible(failing.sound)
        self._say_mute()
        self._sound(on=failing.sound and not self._muted)

    def _say_mute(self) -> None:
        if not self._muted:
            self.mute.setText(say("Mute (F9)"))
            return
        till = datetime.now().astimezone() + timedelta(milliseconds=self._mute_timer.remainingTime())
        self.mute.setText(say(f"Muted till {till:%H:%M} (F9)"))

    def _sound(self, *, on: bool) -> None:
        if on and not self._timer.isActive():
            self._beep()
            self._timer.start()
        elif not on:
            self._timer.stop()
