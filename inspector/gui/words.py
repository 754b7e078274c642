"""Words that several rooms of the window use."""

from __future__ import annotations

from inspector.domain.config import KeepPolicy, TriggerMode

#: How the line knows that there is a part.
MODES = {
    TriggerMode.PART_CROSSING: "part crossing the line (belt)",
    TriggerMode.PART_SETTLED: "part at rest (indexed station)",
    TriggerMode.INTERVAL: "every so many seconds",
    TriggerMode.MANUAL: "by hand only",
    TriggerMode.EVERY_PICTURE: "every picture (folders)",
}
#: Which pictures the archive keeps.
KEEP = {
    KeepPolicy.ALL: "all pictures",
    KeepPolicy.FAILURES: "failures, reviews and errors",
    KeepPolicy.ONE_IN_N: "those, and one in N passes",
    KeepPolicy.NONE: "none",
}


def duration(seconds: float) -> str:
    """Return a time as 1:04, or 1:02:03."""
    whole = max(0, round(seconds))
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
