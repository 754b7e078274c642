"""What the line says when a part is in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.text import PART_SERIAL, TRIGGER_ID, WANTED_RECIPE

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerEvent:
    """One trigger; it becomes exactly one row of the log, with its id, whatever happens.

    Args:
        id: As the line gave it: 1 to 64 characters that can be seen.
        at_s: `time.perf_counter()` when it arrived.
        time_utc: The same as wall-clock time, UTC.
        part_serial: What the part itself is called, as a code on it says; at most 200 characters; empty for unknown.
        recipe: The recipe that the line wants; another than the one in force makes the part an ERROR; empty for any.
        frame_id: The camera's own number of the picture that shows the part; None where the line does not know it.
        missed: Why the hand-shake with the line has not taken it; then it is an ERROR at once, and the line is told
            nothing of it; empty where it has.

    Raises:
        TextError: If a text is too long, or holds what cannot be seen.
    """

    id: str
    at_s: float
    time_utc: datetime
    part_serial: str = ""
    recipe: str = ""
    frame_id: int | None = None
    missed: str = ""

    def __post_init__(self) -> None:
        for kind, text in ((TRIGGER_ID, self.id), (PART_SERIAL, self.part_serial), (WANTED_RECIPE, self.recipe)):
            kind.checked(text)
