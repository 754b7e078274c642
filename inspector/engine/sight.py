"""Whether parts can pass unseen although the line runs. Every time is passed in."""

from __future__ import annotations

from collections import deque

#: A live source that shows nothing for longer than this, and than twice its usual time between pictures, is not seen.
#: With a look and the window's, that is said within a second.
SILENT_S = 0.7


class Sight:
    """Keeps when the trigger looked at a picture. The trigger thread tells it; any thread may ask.

    Args:
        by_signal: Whether pictures come only when something else tells the camera to: then none is no fault.
    """

    def __init__(self, *, by_signal: bool = False) -> None:
        self._by_signal = by_signal
        self._looked_s: float | None = None
        self._sequence = 0
        self._damage = ""
        self._between_s: deque[float] = deque((0.0,), maxlen=5)

    def looked(self, now_s: float, sequence: int) -> None:
        """The trigger has looked at the picture of a number; those between it and the last one were dropped."""
        if self._looked_s is not None:
            # dropped pictures do not make a camera slow
            self._between_s.append((now_s - self._looked_s) / max(1, sequence - self._sequence))
        self._looked_s, self._sequence, self._damage = now_s, sequence, ""

    def damaged(self, why: str) -> None:
        """A picture came that nobody can look at; where no whole one follows, it is said why."""
        self._damage = why[:1].upper() + why[1:]

    def silent(self, now_s: float, *, live: bool) -> bool:
        """Say whether pictures came and were looked at, and for too long none is."""
        looked_s = self._looked_s
        return (
            self._expects(live=live)
            and looked_s is not None
            and now_s - looked_s > max(SILENT_S, 2 * max(self._between_s))
        )

    def unseen(self, now_s: float, *, live: bool, learning: bool) -> str:
        """Return why parts can pass unseen at the moment; empty where they are seen.

        Args:
            now_s: The time.
            live: Whether the source waits for nobody.
            learning: Whether the trigger does not know the empty belt yet.
        """
        looked_s = self._looked_s
        if self._expects(live=live) and looked_s is None:
            return self._damage or "Waiting for the first picture: parts are not seen yet."
        if looked_s is not None and self.silent(now_s, live=live):
            picture, why = ("whole picture", f" {self._damage}") if self._damage else ("picture", "")
            return f"No {picture} for {now_s - looked_s:.0f} s: parts are not seen.{why}"
        if learning:
            return "Learning the empty belt: let it run without parts. They are not seen yet."
        return ""

    def _expects(self, *, live: bool) -> bool:
        return live and not self._by_signal
