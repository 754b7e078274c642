"""An engine that does what a test says, for the desk and the adapters."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from inspector.domain.records import Decision, Frame, Inspection, Latencies, Origin, Thresholds, Verdict
from inspector.domain.trigger_event import TriggerEvent
from inspector.engine.status import EngineListener, EngineStatus, PartInspected, RunState, SourceState

RUNNING = EngineStatus(state=RunState.RUNNING, source_state=SourceState.LIVE)


class FakeEngine:
    """Keeps the triggers that it is given; a test, or `judge`, says what comes of them.

    Args:
        judge: Gives a part's verdict as soon as it is triggered; None to leave it to the test.
    """

    def __init__(self, judge: Callable[[TriggerEvent], Verdict] | None = None) -> None:
        self.events: list[TriggerEvent] = []
        self.not_ready = ""
        self.acknowledged: list[tuple[str, int | None]] = []  # by whom, and up to which number
        self.now = RUNNING
        self._judge = judge
        self._listeners: list[EngineListener] = []
        self._lock = threading.Lock()

    def trigger(self, event: TriggerEvent) -> None:
        with self._lock:
            self.events.append(event)
        if self._judge is not None:
            self.expose(event.at_s)
            self.inspect(event, Verdict.ERROR if event.missed else self._judge(event))

    def readiness(self) -> str:
        return self.not_ready

    def acknowledge(self, by: str, seen: int | None = None) -> tuple[str, ...]:
        self.acknowledged.append((by, seen))
        self.become(
            replace(self.now, failing=self.now.failing.without(self.now.failing.newest if seen is None else seen))
        )
        return ()

    def status(self) -> EngineStatus:
        return self.now

    def subscribe(self, listener: EngineListener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def become(self, status: EngineStatus) -> None:
        self.now = status
        for listener in self._listeners:
            listener.on_status(status)

    def expose(self, captured_s: float) -> None:
        origin = Origin(captured_at=datetime.now(UTC), captured_s=captured_s, source="fake")
        for listener in self._listeners:
            listener.on_frame(Frame(image=np.zeros((4, 4), np.uint8), sequence=1, time_s=captured_s, origin=origin))

    def inspect(self, event: TriggerEvent | None, verdict: Verdict, number: int = 1) -> None:
        score = None if verdict is Verdict.ERROR else 0.25
        inspection = Inspection(
            id=f"i{number}",
            time_utc=datetime.now(UTC),
            station="S",
            recipe="R",
            recipe_version=1,
            lot="",
            part_number=number,
            source="fake",
            source_path=str(Path("f")),
            file_key="",
            trigger="external",
            decision=Decision(verdict=verdict, reason="", p_defective=score, thresholds=Thresholds(fail_at=0.5)),
            classes=None,
            probabilities=(),
            model=None,
            software_version="0",
            latencies=Latencies(),
            picture=None,
            image_not_saved="",
            trigger_id=event.id if event else "",
            part_serial=event.part_serial if event else "",
        )
        told = PartInspected(
            inspection=inspection,
            part=None,
            prediction=None,
            captured_s=time.perf_counter(),
            committed_ms=1.0,
            commit_ms=0.5,
            missed=bool(event and event.missed),
        )
        for listener in self._listeners:
            listener.on_part(told)
