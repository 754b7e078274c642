"""What the terminal says of a running line beside its parts: its guard, and alarms, which Enter acknowledges."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

from inspector.cli.common import say
from inspector.domain.guard import guard_sentence

if TYPE_CHECKING:
    from inspector.engine.engine import Engine
    from inspector.engine.status import EngineStatus


class LineWords:
    """Made and used by the main thread. Enter is read on a thread of its own, where a terminal is there to press it.

    Args:
        engine: Takes the acknowledgement.
        who: Name of who acknowledges.
    """

    def __init__(self, engine: Engine, who: str) -> None:
        self._engine, self._who = engine, who
        self._guard = self._release = ""
        self._newest = 0  # alarm that was said
        self._by_hand = sys.stdin is not None and sys.stdin.isatty()
        if self._by_hand:
            if hasattr(signal, "SIGTTIN"):  # in the background nobody presses Enter, and asking must not stop the line
                signal.signal(signal.SIGTTIN, signal.SIG_IGN)
            threading.Thread(target=self._listen, name="acknowledge", daemon=True).start()

    def look(self, status: EngineStatus) -> None:
        """Say what is new since the last time."""
        self._say_guard(status)
        self._say_release(status)
        failing = status.failing
        if failing.newest <= self._newest:
            return
        self._newest = failing.newest
        for words in failing.words:
            say(f"alarm: {words}")
        if self._by_hand and not failing.stopped_now:
            say("alarm: press Enter to acknowledge")

    def _say_release(self, status: EngineStatus) -> None:
        """Say when the line is not released, why, and when it is again."""
        release = status.release
        words = release.why
        if words and release.standing.withdrawable:
            words = f"{words} (inspector challenge withdraw)"
        elif words and release.attempt is None:
            words = f"{words}. Show the challenge parts on Live" + (
                "" if release.standing.camera_only else ", or replay their pictures (inspector challenge replay)"
            )
        if words != self._release:
            say(words[:1].upper() + words[1:] if words else "released")
            self._release = words

    def _say_guard(self, status: EngineStatus) -> None:
        """Say once for each model whether unlike parts are held back."""
        if status.model is None or status.thresholds is None:
            return
        words = f"model {status.model.name}: {guard_sentence(status.thresholds, status.model.good_scale)}"
        if words != self._guard:
            say(words)
            self._guard = words

    def _listen(self) -> None:
        try:
            while os.read(sys.stdin.fileno(), 1024):  # sys.stdin itself would hold a lock at the program's end
                for words in self._engine.acknowledge(self._who, self._newest):
                    say(f"acknowledged: {words}")
        except OSError:  # the terminal is gone, or the program runs in its background
            return
