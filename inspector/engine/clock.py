"""Whether the computer's clock has jumped. Every time is passed in."""

from __future__ import annotations

from datetime import datetime, timedelta

#: A clock that is put right little by little moves far less between two looks.
JUMP_S = 2.0


class ClockWatch:
    """Compares the clock with a counter that nobody sets. One thread."""

    def __init__(self) -> None:
        self._ahead_s: float | None = None  # of the clock before the counter, at the last look

    def look(self, now: datetime, steady_s: float) -> str:
        """Return what is to be said of a jump since the last look; empty where there was none.

        Args:
            now: What the clock says, with its zone.
            steady_s: What the counter says, in seconds.
        """
        ahead_s = now.timestamp() - steady_s
        before_s, self._ahead_s = self._ahead_s, ahead_s
        if before_s is None or abs(ahead_s - before_s) < JUMP_S:
            return ""
        return _words(now, ahead_s - before_s)


def set_back(newest: datetime, now: datetime) -> str:
    """Return what is to be said where the newest part of the log has a time to come; empty where it has none."""
    late_s = (newest - now).total_seconds()
    return _words(now, -late_s) if late_s >= JUMP_S else ""


def _words(now: datetime, jump_s: float) -> str:
    local = now.astimezone()
    before = local - timedelta(seconds=jump_s)
    way = "forward" if jump_s > 0 else "back"
    return (
        f"The computer's clock jumped {way} by {_span(abs(jump_s))}, from {before:%Y-%m-%d %H:%M:%S} to "
        f"{local:%Y-%m-%d %H:%M:%S}. Lists and exports keep the order in which the parts were recorded"
    )


def _span(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
