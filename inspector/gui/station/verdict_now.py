"""What the station says at this moment: the face, whose verdict it is, and whether it is that of an earlier part."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.engine.faces import FACES, Face, face_of
from inspector.engine.status import EngineStatus, RunState

if TYPE_CHECKING:
    from inspector.engine.status import PartInspected
    from inspector.gui.station.session import Session

#: A verdict stands as that of this moment for so long; then it is dimmed until the next part.
NEW_S = 3.0
#: After this it goes altogether, and the panel says READY.
FRESH_S = 60.0


class VerdictNow(QObject):
    """Follows the session, on the GUI thread.

    Args:
        new_s: So long a verdict is that of this moment.
    """

    changed = Signal()

    def __init__(self, session: Session, *, new_s: float = NEW_S) -> None:
        super().__init__(session)
        self._session, self._new_s = session, new_s
        self.status = EngineStatus()
        self._last: PartInspected | None = None
        self._last_s = 0.0
        self._held: PartInspected | None = None
        self._old = False
        session.status_changed.connect(self._on_status)
        session.part_inspected.connect(self._on_part)
        session.recipe_changed.connect(lambda _: self._forget())
        session.polled.connect(self._on_poll)

    @property
    def face(self) -> Face:
        """The word."""
        shown = self._held or self._last
        return face_of(self.status, shown.inspection.decision.verdict if shown is not None else None)

    @property
    def part(self) -> PartInspected | None:
        """Whose verdict the face is; None where it is no verdict."""
        return (self._held or self._last) if self.face in FACES.values() else None

    @property
    def holds(self) -> bool:
        """Whether that part is held until it is acknowledged."""
        return self._held is not None

    @property
    def old(self) -> bool:
        """Whether that part has passed, and the line waits for the next."""
        return self._old and not self.holds and self.part is not None

    @property
    def caption(self) -> str:
        """Whose verdict it is, in small letters; empty where it is no verdict."""
        part = self.part
        if part is None:
            return ""
        inspection = part.inspection
        name = f" · {inspection.called}" if inspection.called else ""
        before = "held: " if self.holds else "last: " if self.old else ""
        return f"{before}part {inspection.part_number:,}{name} · {inspection.time_utc.astimezone():%H:%M:%S}"

    def _on_status(self, status: EngineStatus) -> None:
        if status.state is RunState.STARTING and self.status.state is not RunState.STARTING:
            self._last = None  # of a run before
        self.status = status
        self._held = self._session.engine.held if status.failing.held is not None else None
        self.changed.emit()

    def _on_part(self, event: PartInspected) -> None:
        self._last, self._last_s, self._old = event, event.captured_s, False
        self._on_poll()
        self.changed.emit()

    def _forget(self) -> None:
        self._last = None
        self.changed.emit()

    def _on_poll(self) -> None:
        if self._last is None:
            return
        age_s = perf_counter() - self._last_s
        old, gone = age_s > self._new_s, age_s > max(FRESH_S, self._new_s)
        if gone:
            self._last = None
        if gone or old is not self._old:
            self._old = old
            self.changed.emit()
