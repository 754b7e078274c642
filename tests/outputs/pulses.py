"""What a line says of itself, for tests of those who read it."""

from __future__ import annotations

from datetime import timedelta

from inspector.outputs.pulse import LinePulse
from tests.outputs.samples import START


def pulse(**changes: object) -> LinePulse:
    values: dict[str, object] = {
        "time_utc": START + timedelta(seconds=30),
        "begun_utc": START,
        "running": True,
        "station": "Press 3",
        "software_version": "0",
        "face": "READY",
        "faulty": False,
        "faults": (),
        "source": "camera:0",
        "source_state": "live",
        "recipe": "R",
        "recipe_version": 2,
        "lot": "L1",
        "model": "m",
        "model_sha256": "a" * 64,
        "device": "CPU",
        "precision": "fp32",
        "fail_at": 0.5,
        "review_from": 0.2,
        "strange_from": None,
        "pace": "in time",
        "frames_per_s": 10.0,
        "dropped": 0,
        "waiting": 0,
        "parts": 5,
        "latency_p50_ms": 20.0,
        "latency_p99_ms": 40.0,
    }
    return LinePulse.model_validate(values | changes)
