"""Words that several rooms of the window use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.config import KeepPolicy, TriggerMode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.assembly import RecipeEntry
    from inspector.vision.store import ModelEntry

#: How the line knows that there is a part.
MODES = {
    TriggerMode.PART_CROSSING: "part crossing the line (belt)",
    TriggerMode.PART_SETTLED: "part at rest (indexed station)",
    TriggerMode.INTERVAL: "every so many seconds",
    TriggerMode.MANUAL: "by hand only",
    TriggerMode.EVERY_PICTURE: "every picture (folders)",
    TriggerMode.EXTERNAL: "when the line says so (external)",
}
#: Which pictures the archive keeps.
KEEP = {
    KeepPolicy.ALL: "all pictures",
    KeepPolicy.FAILURES: "failures, reviews and errors",
    KeepPolicy.ONE_IN_N: "those, and one in N passes",
    KeepPolicy.NONE: "none",
}

#: Said before a recipe gets another version.
RESTARTS = "A running line stops and starts again with it; parts that pass meanwhile are not inspected."


def left_aside(entries: Sequence[RecipeEntry] | Sequence[ModelEntry], what: str) -> str:
    """Return which files of a list cannot be used, and why; empty where all can.

    Args:
        entries: The list.
        what: What each of them is, as “recipe”.
    """
    bad = [entry.fault for entry in entries if entry.fault]
    if not bad:
        return ""
    more = f" {len(bad) - 1} more {what}s are left aside likewise." if len(bad) > 1 else ""
    return f"A {what} is left aside: {bad[0]}{more}"


def duration(seconds: float) -> str:
    """Return a time as 1:04, or 1:02:03."""
    whole = max(0, round(seconds))
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
