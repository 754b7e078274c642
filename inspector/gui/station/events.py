"""What the session tells the pages, and what the engine tells the session."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError
from inspector.domain.joined import worst_place

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from PySide6.QtGui import QImage

    from inspector.domain.records import Decision, Frame, Image, Inspection, Prediction
    from inspector.domain.tally import Tally
    from inspector.engine.status import EngineStatus, PartInspected

#: Of how many parts the pixels wait for the window.
PIXELS_OF = 16


@dataclass(slots=True)
class Failure:
    """A part that did not pass, for the strip.

    Args:
        inspection: As it was recorded.
        thumbnail: Small picture; None where none was kept, and until somebody looks.
        image: The inspected pixels, where they are still in memory; else they are read from the archive.
        prediction: With the heatmap, where it is still in memory.
    """

    inspection: Inspection
    thumbnail: QImage | None
    image: Image | None = None
    prediction: Prediction | None = None


def failure_of(event: PartInspected) -> Failure:
    """Copy a part's pixels out of its frame, which is much larger; of several views those of the worst."""
    part, prediction = event.part, event.prediction
    if event.views:
        seen = event.views[worst_place([(view.decision.verdict, view.part is not None) for view in event.views])]
        part, prediction = seen.part, seen.prediction
    if part is None:
        return Failure(event.inspection, None)
    try:
        image = part.pixels().copy() if part.region else part.frame.image
    except InspectorError:
        return Failure(event.inspection, None)
    return Failure(event.inspection, None, image, prediction)


@dataclass(frozen=True, slots=True)
class Trial:
    """A picture inspected on the spot, not counted.

    Args:
        path: The file that was inspected.
        image: Its pixels; None where it cannot be read.
        prediction: With the heatmap; None where there is none.
        remaining: Pictures that still wait for their trial.
    """

    path: Path
    image: Image | None
    decision: Decision
    prediction: Prediction | None
    remaining: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the log says of now.

    Args:
        recipe: Of the recipe in force, in this shift.
        shift: Of all recipes, in this shift.
        lot: Of the recipe and lot in force, in any shift.
        read: The log was read; until then, these are at most the parts of now.
    """

    recipe: Tally
    shift: Tally
    lot: Tally
    shift_from: datetime
    lot_name: str
    read: bool = True


class Listener:
    """Called on the engine's threads: keeps, and returns at once.

    Pixels are kept of the newest parts only: a window that does not come to take them must not fill the memory.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: list[PartInspected] = []
        self._with_pixels = 0
        self.status_changed = True
        self._frame: Frame | None = None

    def on_part(self, event: PartInspected) -> None:
        """Keep it."""
        with self._lock:
            self._parts.append(event)
            if len(self._parts) - self._with_pixels > PIXELS_OF:
                old = self._parts[self._with_pixels]
                self._parts[self._with_pixels] = replace(old, part=None, prediction=None)
                self._with_pixels += 1

    def take_parts(self) -> list[PartInspected]:
        """Return the parts since the last time, oldest first."""
        with self._lock:
            taken, self._parts, self._with_pixels = self._parts, [], 0
            return taken

    def on_status(self, status: EngineStatus) -> None:  # noqa: ARG002 - the newest is asked for
        """Note that there is a new one."""
        self.status_changed = True

    def on_frame(self, frame: Frame) -> None:
        """Keep the newest."""
        with self._lock:
            self._frame = frame

    def take_frame(self) -> Frame | None:
        """Return the newest frame since the last time."""
        with self._lock:
            frame, self._frame = self._frame, None
            return frame
