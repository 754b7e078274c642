"""What the station does for a shadow: hands parts over once they are committed, and keeps its process running."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import threading
import time
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError, LogError
from inspector.domain.records import Verdict
from inspector.engine.status import Pace
from inspector.files import FileError
from inspector.outputs.shadow_log import ShadowLog
from inspector.programs import station_command
from inspector.runs.companion import Companion
from inspector.runs.processes import step_back_further
from inspector.shadow.place import HandedPart, ShadowPlace, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from inspector.domain.records import Frame
    from inspector.engine.engine import Engine
    from inspector.engine.status import EngineStatus, PartInspected

_log = logging.getLogger(__name__)
_LOOK_EVERY_S = 1.0
#: Before this time after the start the record is not asked whether a shadow ran when the station ended.
_RECORD_AFTER_S = 10.0
_ENDING_S = 5.0


class ShadowService:
    """Listens to a line; all but putting a part into a queue is done by a thread of the lowest priority.

    A part is left out where two wait for that thread or eight for the candidate, or while verdicts hardly come in time:
    the candidate then judges a sample.

    Args:
        engine: Of the station.
        home: The data folder.
        log: Where the result log is.
        command: What is started, with the data folder, the log and this process behind it; None for this program.
    """

    def __init__(
        self, engine: Engine, home: Path, *, log: Callable[[], Path], command: Sequence[str] | None = None
    ) -> None:
        self._engine, self._home, self._log_path = engine, home, log
        self._command = tuple(command or (*station_command(), "shadow", "run"))
        self._companion = Companion("shadow")
        self._parts: queue.Queue[PartInspected] = queue.Queue(maxsize=2)
        self._wanted: Wanted | None = None
        self._strained = False
        self._asked_record = False
        self._said = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="shadow", daemon=True)
        self._unsubscribe: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin."""
        self._unsubscribe = self._engine.subscribe(self)
        self._thread.start()

    def stop(self) -> None:
        """End it, and the process with it; parts that wait are judged after the next start."""
        self._unsubscribe()
        self._stop.set()
        self._thread.join(_ENDING_S)

    @property
    def fault(self) -> str:
        """Why the process does not run; empty where it does, or none is wanted."""
        return self._companion.fault

    @property
    def running(self) -> bool:
        """Whether the process ran when it was looked at last."""
        return self._companion.running

    @property
    def wants(self) -> str:
        """Id of the shadow to which parts are handed; empty for none."""
        return "" if self._wanted is None else self._wanted.shadow

    # --- the line's threads -------------------------------------------------------------------------------------------

    def on_part(self, event: PartInspected) -> None:
        """A part is in the record; this never waits."""
        wanted = self._wanted
        if wanted is None or self._strained or wanted.recipe != event.inspection.recipe:
            return
        with contextlib.suppress(queue.Full):
            self._parts.put_nowait(event)

    def on_status(self, status: EngineStatus) -> None:
        """Nothing is handed over while verdicts hardly come in time."""
        self._strained = status.pace is not Pace.IN_TIME

    def on_frame(self, frame: Frame) -> None:
        """Frames are no parts."""

    # --- its own thread -----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        step_back_further()
        began_s = next_s = time.monotonic()
        while not self._stop.is_set():
            now_s = time.monotonic()
            try:
                if now_s >= next_s:
                    next_s = now_s + _LOOK_EVERY_S
                    self._look(asks_record=now_s - began_s > _RECORD_AFTER_S)
                self._hand_over()
            except InspectorError as error:
                self._say(str(error))
            except OSError as error:
                self._say(f"the candidate cannot be given parts: {cause_of(error)}")
        self._companion.end()

    def _look(self, *, asks_record: bool) -> None:
        log = self._log_path()
        place = ShadowPlace(log)
        if asks_record and not self._asked_record:
            self._asked_record = True
            self._take_up(place, log)
        self._wanted = place.wanted()
        self._companion.want(self._started(log) if self._wanted is not None and log.is_file() else ())
        self._companion.look()
        self._say(self._companion.fault)

    def _take_up(self, place: ShadowPlace, log: Path) -> None:
        """Want a shadow that runs by the record, as after a restored backup."""
        if place.wanted() is None and log.is_file():
            try:
                running = ShadowLog(log).current()
            except LogError as error:
                self._say(str(error))
                return
            if running is not None:
                place.want(Wanted(shadow=running.id, recipe=running.recipe))

    def _hand_over(self) -> None:
        try:
            event = self._parts.get(timeout=0.2)
        except queue.Empty:
            return
        part = handed(event)
        wanted = self._wanted
        if part is None or wanted is None:
            return
        try:
            ShadowPlace(self._log_path()).hand_over(wanted.shadow, part)
        except FileError as error:  # a full disk stops the shadow, not the line
            self._say(str(error))

    def _started(self, log: Path) -> tuple[str, ...]:
        return (*self._command, "--home", str(self._home), "--log", str(log), "--beside", str(os.getpid()))

    def _say(self, why: str) -> None:
        if why != self._said:
            self._said = why
            if why:
                _log.warning("the shadow: %s", why)


def handed(event: PartInspected) -> HandedPart | None:
    """Return what a candidate is shown of a part: what its main view saw. None where there is nothing to compare."""
    inspection, part = event.inspection, event.part
    decision, model = inspection.decision, inspection.model
    if event.views:
        main = event.views[0]
        decision, model, part = main.decision, main.model, main.part
    if part is None or model is None or Verdict.ERROR in {decision.verdict, inspection.decision.verdict}:
        return None
    return HandedPart(
        inspection_id=inspection.id,
        image=part.pixels(),
        verdict=decision.verdict,
        model=model.name,
        model_sha256=model.sha256,
        recipe_version=inspection.recipe_version,
    )
