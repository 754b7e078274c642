"""Events of the program itself: its start, its end, the recipe with which a line begins, its lots."""

from __future__ import annotations

import os

from inspector.trail.actor import STATION
from inspector.trail.event import TrailEvent, TrailKind, happened


def started(version: str, how: str) -> TrailEvent:
    """Return that the program has started; one that was killed has no end.

    Args:
        version: Of the program.
        how: With or without a window.
    """
    return happened(TrailKind.PROGRAM_START, how, after={"version": version, "process": os.getpid()})


def ended(version: str, how: str) -> TrailEvent:
    """Return that the program has ended; see `started`."""
    return happened(TrailKind.PROGRAM_END, how, after={"version": version, "process": os.getpid()})


def chosen(recipe: str, version: int, model: str) -> TrailEvent:
    """Return that a line without a window goes on with a recipe, as asked for or as a code said."""
    return happened(TrailKind.CHANGEOVER, recipe, after={"version": version, "model": model}, by=STATION)


def lot_changed(before: str, after: str) -> tuple[TrailEvent, ...]:
    """Return that a lot ends and the next one begins; empty for none."""
    ends = happened(TrailKind.LOT, before, before={"lot": before}, reason="The lot ends.")
    begins = happened(TrailKind.LOT, after, after={"lot": after}, reason="The lot begins.")
    return tuple(event for event in (ends, begins) if event.on and before != after)
