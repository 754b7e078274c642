"""The demo line's belt with a camera above it: it can run faster, the camera slower, and it is known what passed when."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, takewhile

from inspector.domain.records import Frame, Origin, PartTruth
from inspector.domain.source import DEMO
from inspector.sources.base import SourceEndedError
from inspector.sources.demo_part import SPRITE_PX
from inspector.sources.demo_scene import FPS, HEIGHT_PX, WIDTH_PX, DemoScene


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch of the run.

    Args:
        seconds: How long it lasts.
        belt: How many times as fast as the demo line the belt runs.
        fps: Pictures per second of the camera.
    """

    seconds: float
    belt: float = 1.0
    fps: float = FPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What really passed; times on the clock of `time.perf_counter`.

    Args:
        part: Counted from 1.
        entered_s: Its first pixel was in the view.
        crossed_s: Its middle was on the line.
        left_s: Its last pixel was in the view.
    """

    part: int
    entered_s: float
    crossed_s: float
    left_s: float


class Belt:
    """A live source. As a camera does, it leaves out the pictures for which its reader came too late.

    Args:
        phases: One after the other; after the last, the source ends.
    """

    name, live = str(DEMO), True
    left_out = ()

    def __init__(self, phases: tuple[Phase, ...], *, seed: int, defect_rate: float) -> None:
        self._phases = phases
        self._scene = DemoScene(seed=seed, defect_rate=defect_rate)
        self._plans = DemoScene(seed=seed, defect_rate=defect_rate)  # for the thread that counts at the end
        self._closed = threading.Event()
        self._began_s: float | None = None
        self._next = 0
        self.truths: dict[float, tuple[PartTruth, ...]] = {}  #: by the capture time of each delivered picture

    @property
    def began_s(self) -> float:
        """When the belt started."""
        assert self._began_s is not None
        return self._began_s

    def open(self) -> None:
        if self._began_s is None:
            self._began_s = time.perf_counter()
        self._closed.clear()

    def close(self) -> None:
        self._closed.set()

    def read(self, timeout_s: float) -> Frame | None:
        now_s = time.perf_counter() - self.began_s
        if now_s >= sum(phase.seconds for phase in self._phases):
            raise SourceEndedError
        number = self._picture_at(now_s)
        if number < self._next:
            self._closed.wait(min(timeout_s, 1 / 4 * 1 / FPS))
            return None
        captured_s = time.perf_counter()
        image, truth = self._scene.render(int(self._travelled(captured_s - self.began_s)))
        self._next = number + 1
        self.truths[captured_s] = truth
        return Frame(
            image=image,
            sequence=number,
            time_s=captured_s,
            origin=Origin(captured_at=datetime.now(UTC), captured_s=captured_s, source=self.name),
        )

    def passages(self) -> list[Passage]:
        """Return every part that had left the view before the end."""
        speed, end = self._plans.speed_px, self._travelled(sum(phase.seconds for phase in self._phases))
        behind = (self._plans.plan(number).behind_px for number in count(1))
        gone = takewhile(lambda px: (px + WIDTH_PX) / speed < end, behind)
        return [
            Passage(
                part=number,
                entered_s=self._when((px - SPRITE_PX) / speed),
                crossed_s=self._when((px - SPRITE_PX / 2 + WIDTH_PX / 2) / speed),
                left_s=self._when((px + WIDTH_PX) / speed),
            )
            for number, px in enumerate(gone, 1)
        ]

    def _picture_at(self, now_s: float) -> int:
        """The number of the newest picture that the camera has taken by then."""
        pictures = 0.0
        for phase in self._phases:
            pictures += min(now_s, phase.seconds) * phase.fps
            now_s -= phase.seconds
            if now_s <= 0:
                break
        return int(pictures)

    def _travelled(self, now_s: float) -> float:
        """How far the belt is by then, in pictures of the demo line at its own speed."""
        far = 0.0
        for phase in self._phases:
            far += min(now_s, phase.seconds) * phase.belt * FPS
            now_s -= phase.seconds
            if now_s <= 0:
                break
        return far

    def _when(self, far: float) -> float:
        """When the belt was so far."""
        now_s = self.began_s
        for phase in self._phases:
            length = phase.seconds * phase.belt * FPS
            if far <= length:
                return now_s + far / (phase.belt * FPS)
            far -= length
            now_s += phase.seconds
        return now_s


def whole(truth: PartTruth) -> bool:
    """Whether a part lies whole in its picture."""
    box = truth.part_box
    across = box.x > 0 and box.x + box.width < WIDTH_PX
    return across and box.y > 0 and box.y + box.height < HEIGHT_PX
