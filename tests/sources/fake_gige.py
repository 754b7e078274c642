"""The fake GigE camera of Aravis' tools, a process of its own on the loopback interface, and triggers while packets get lost."""

from __future__ import annotations

import math
import shutil
import subprocess
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.pixel_format import PixelFormat
from inspector.domain.records import Image, Inspection, Prediction, Verdict
from inspector.domain.source_options import FrameStart, SourceOptions
from inspector.domain.trigger_event import TriggerEvent
from inspector.engine.engine import Engine
from inspector.sources.aravis import list_aravis
from inspector.sources.factory import open_source
from tests.engine.fakes import FakeClassifier, MemoryLog, make_job
from tests.waits import WAIT_S, until

FAKE = shutil.which("arv-fake-gv-camera-0.8")
SERIAL = "INSPECTOR1"
SOURCE = f"aravis:{SERIAL}"


class CameraTakenError(Exception):
    """There can be one such camera on a computer, and there is."""


def plug_in(*arguments: str) -> subprocess.Popen[bytes]:
    """Start the camera, and wait until it is seen.

    Args:
        arguments: Of its program, as “-r”, “10” for 10 of 1,000 packets that are lost.

    Raises:
        CameraTakenError: See there.
    """
    assert FAKE is not None
    command = [FAKE, "-i", "127.0.0.1", "-s", SERIAL, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: process.poll() is not None or SOURCE in {camera.source for camera in list_aravis()})
    except BaseException:
        unplug(process)
        raise
    if process.poll() is not None:
        raise CameraTakenError
    return process


def unplug(process: subprocess.Popen[bytes]) -> None:
    """Kill the camera."""
    process.kill()
    process.wait(WAIT_S)


class Looking(FakeClassifier):
    """Counts what it sees, and what of that is not the pattern that the camera sends."""

    def __init__(self) -> None:
        super().__init__()
        self.damaged = 0

    def predict(self, image: Image) -> Prediction:
        down, across = np.mgrid[: image.shape[0], : image.shape[1]]
        self.damaged += not np.array_equal(image, (int(image[0, 0]) + down + across) % 255)
        return super().predict(image)


@dataclass(slots=True)
class LossyRun:
    """What became of the triggers.

    Args:
        triggers: That were given.
        rows: Of the record; each trigger is to have one, in their order.
        in_order: Whether each row is its trigger's.
        not_whole: Rows that are an ERROR because the picture was not whole.
        other_errors: Reasons of further ERRORs.
        judged: Pictures that the network saw.
        damaged: Those of them that were not what the camera sends.
        seconds: That it took.
    """

    triggers: int
    rows: int = 0
    in_order: bool = True
    not_whole: int = 0
    other_errors: list[str] = field(default_factory=list)
    judged: int = 0
    damaged: int = 0
    seconds: float = 0.0

    def add(self, row: Inspection) -> None:
        """Count a row."""
        self.in_order = self.in_order and row.trigger_id == f"T{self.rows}"
        self.rows += 1
        if row.decision.verdict is not Verdict.ERROR:
            return
        if f"the picture of {SOURCE} is not whole: " in row.decision.reason:
            self.not_whole += 1
        else:
            self.other_errors.append(row.decision.reason)


def trigger_parts(count: int, limit_s: float = math.inf) -> LossyRun:
    """Trigger one part after the other through the engine, with the camera that is plugged in; return what became of them.

    Args:
        limit_s: No part is triggered after so long.
    """
    log, engine, classifier = MemoryLog(), Engine(), Looking()
    options = SourceOptions(
        frame_start=FrameStart.EVENT, pixel_format=PixelFormat.MONO8, width_px=256, height_px=256, still_s=0
    )
    job = make_job(open_source(SOURCE, options), log, classifier=classifier)  # type: ignore[arg-type]
    trigger = TriggerConfig(mode=TriggerMode.EXTERNAL, frame_within_s=60.0, deadline_s=WAIT_S)
    recipe = {"source": SOURCE, "source_options": options, "trigger": trigger}
    engine.start(replace(job, recipe=job.recipe.model_copy(update=recipe)))
    began_s, given = time.monotonic(), 0
    try:
        until(lambda: not engine.readiness())
        while given < count and time.monotonic() - began_s < limit_s:
            engine.trigger(TriggerEvent(id=f"T{given}", at_s=time.perf_counter(), time_utc=datetime.now(UTC)))
            given += 1
            until(lambda: not engine.readiness())
        until(lambda: len(log.committed) == given)
    finally:
        engine.stop(WAIT_S)
    run = LossyRun(given, judged=classifier.calls, damaged=classifier.damaged, seconds=time.monotonic() - began_s)
    for row in log.committed:
        run.add(row)
    return run
