"""An industrial camera without a library: its features are a table, its buffers what the test hands over."""

from __future__ import annotations

import queue
import threading
from typing import Any

from inspector.domain.errors import SourceLostError
from inspector.sources.camera_settings import FeatureRefusedError, Value
from inspector.sources.industrial import Grab, IndustrialCamera


class FakeFeatures:
    """Features with their values; a range or choices refuse what is outside, a rounding changes what is set."""

    def __init__(self, **values: Value) -> None:
        self.values: dict[str, Value] = dict(values)
        self.ranges: dict[str, Any] = {}
        self.rounds: dict[str, float] = {}
        self.log: list[tuple[str, Value]] = []
        self.executed: list[str] = []
        self.told = threading.Semaphore(0)

    def has(self, name: str) -> bool:
        return name in self.values

    def get(self, name: str) -> Value:
        return self.values[name]

    def set(self, name: str, value: Value) -> None:
        if name in self.ranges and value not in self.ranges[name]:
            raise FeatureRefusedError("out of range")
        self.log.append((name, value))
        step = self.rounds.get(name)
        self.values[name] = value if step is None or isinstance(value, str) else round(value / step) * step

    def range_of(self, name: str) -> str:
        there = self.ranges.get(name, ())
        return f"{there[0]} to {there[-1]}" if isinstance(there, range) else ", ".join(there)

    def execute(self, name: str) -> None:
        self.executed.append(name)
        self.told.release()


class FakeIndustrialCamera(IndustrialCamera):
    """A camera whose buffers come from the test; one that is pulled answers nothing."""

    def __init__(self, features: FakeFeatures | None = None) -> None:
        self._features = features or FakeFeatures()
        self.buffers: queue.Queue[Grab] = queue.Queue()
        self.started = self.closed = 0
        self.pulled = threading.Event()
        self.asked = threading.Semaphore(0)

    @property
    def features(self) -> FakeFeatures:
        return self._features

    def start(self) -> None:
        self.started += 1

    def grab(self, timeout_s: float) -> Grab | None:
        try:
            return self.buffers.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def ask(self) -> None:
        self.asked.release()
        if self.pulled.is_set():
            raise SourceLostError("genicam:7 has been lost: no answer", "It is tried again by itself.")

    def close(self) -> None:
        self.closed += 1


def grey(value: int, frame_id: int | None = None) -> Grab:
    """A whole picture of 4 × 3 pixels."""
    return Grab(frame_id=frame_id, data=bytes([value]) * 12, code=0x01080001, width_px=4, height_px=3)
