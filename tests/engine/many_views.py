"""Several cameras that are triggered together, each with jitter, losses, damage and delays of its own.

Every picture carries the number of its trigger in its pixels, so that one which went to another part is known.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import numpy as np

from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.records import BadPicture, Frame, Image, Origin
from inspector.domain.source_options import FrameStart, SourceOptions
from inspector.domain.trigger_event import TriggerEvent
from inspector.engine.job import LineJob, ViewJob
from inspector.engine.status import PartInspected
from inspector.recipes.recipe import Recipe
from inspector.recipes.views import RecipeView
from tests.engine.fakes import BAD, GOOD, FakeClassifier, FakeSource, MemoryLog, make_job
from tests.waits import WAIT_S

_Made = TypeVar("_Made")
NAMES = ("Left", "Right", "Top", "Below")


def picture(number: int, *, defective: bool = False, empty: bool = False) -> Image:
    """Return a picture that carries a number in its last row; one without a part is even."""
    rng = np.random.default_rng(number)
    noise = 0 if empty else 5
    image = np.clip(rng.normal(BAD if defective else GOOD, noise, (24, 32)), 0, 255).astype(np.uint8)
    image[-1, :4] = np.frombuffer(number.to_bytes(4, "big"), np.uint8)
    return image


def number_in(image: Image) -> int:
    """Return the number that `picture` wrote."""
    return int.from_bytes(image[-1, :4].tobytes(), "big")


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """How often what befalls a picture: lost, damaged, late, each 0..1; jitter and delay in seconds."""

    lost: float = 0.01
    damaged: float = 0.01
    late: float = 0.005
    defective: float = 0.1
    jitter_s: float = 0.002
    delay_s: float = 0.2


class TriggeredCamera(FakeSource):
    """Delivers what was exposed, once its time has come, in order."""

    def __init__(self) -> None:
        super().__init__([], live=True, ends=False)
        self._changed = threading.Condition()
        self._due: deque[tuple[float, Frame | BadPicture]] = deque()
        self._number = 0

    def expose(
        self,
        number: int,
        *,
        delay_s: float = 0.0,
        defective: bool = False,
        damaged: bool = False,
        empty: bool = False,
    ) -> None:
        """Take a picture now; it comes after the delay, and after those that were taken before it.

        Args:
            empty: There is no part in it.
        """
        now_s = time.perf_counter()
        origin = Origin(captured_at=datetime.now(UTC), captured_s=now_s, source="fake", frame_id=number)
        sequence, self._number = self._number, self._number + 1
        item = (
            BadPicture(reason="cut short", sequence=sequence, origin=origin)
            if damaged
            else Frame(
                image=picture(number, defective=defective, empty=empty),
                sequence=sequence,
                time_s=now_s,
                origin=origin,
            )
        )
        with self._changed:
            self._due.append((now_s + delay_s, item))
            self._changed.notify_all()

    def lose(self) -> None:
        """Lose a picture: the next one's number shows it."""
        self._number += 1

    def read(self, timeout_s: float) -> Frame | BadPicture | None:
        until_s = time.perf_counter() + timeout_s
        with self._changed:
            while True:
                if self.script:
                    return super().read(0.0)
                now_s = time.perf_counter()
                if self._due and self._due[0][0] <= now_s:
                    return self._due.popleft()[1]
                if now_s >= until_s or self.closing.is_set():
                    return None
                next_s = self._due[0][0] if self._due else until_s
                self._changed.wait(min(until_s, next_s) - now_s)

    @property
    def waiting(self) -> int:
        """How many pictures were not taken yet."""
        with self._changed:
            return len(self._due)

    def tell(self, error: Exception) -> None:
        """Raise an error at the next reading."""
        with self._changed:
            self.script.append(error)
            self._changed.notify_all()

    def close(self) -> None:
        super().close()
        with self._changed:
            self._changed.notify_all()


def _how_strange(image: Image) -> float:
    """Return it: an even picture has no part in it."""
    return 0.1 if float(image[:-1].std()) > 1.0 else 3.0


def _itself(made: _Made) -> _Made:
    return made


class Station:
    """A line whose parts have several views.

    Args:
        views: How many further ones.
    """

    def __init__(
        self, views: int = 4, *, mode: TriggerMode = TriggerMode.EXTERNAL, within_s: float = 0.5, signal: bool = True
    ) -> None:
        self.log = MemoryLog()
        self.cameras = [TriggeredCamera() for _ in range(views + 1)]
        self.classifiers = [FakeClassifier(strangeness=_how_strange) for _ in range(views + 1)]
        start = FrameStart.LINE0 if signal else FrameStart.FREE
        options = SourceOptions(frame_start=start, still_s=0.0)
        self.recipe = Recipe(
            name="R",
            version=3,
            source="aravis:main",
            source_options=options,
            model="fake",
            trigger=TriggerConfig(mode=mode, frame_within_s=within_s, deadline_s=WAIT_S),
            views=tuple(
                RecipeView(name=name, source=f"aravis:{name}", source_options=options, model="fake")
                for name in NAMES[:views]
            ),
        )

    def job(self) -> LineJob:
        """Return what the line is started with."""
        job = make_job(self.cameras[0], self.log, classifier=self.classifiers[0])
        views = tuple(
            ViewJob(
                name=view.name,
                recipe=self.recipe.of_view(view),
                open_source=partial(_itself, camera),
                load_classifier=partial(_itself, classifier),
            )
            for view, camera, classifier in zip(self.recipe.views, self.cameras[1:], self.classifiers[1:], strict=True)
        )
        return replace(job, recipe=self.recipe, views=views)


@dataclass(slots=True)
class Expected:
    """What a trigger's pictures were, view by view, the main one first: None where there is none to be judged in time."""

    defective: list[bool | None]


class Chance:
    """Exposes all cameras for one trigger after another, as chance has it."""

    def __init__(self, station: Station, odds: Odds, seed: int, *, named: bool) -> None:
        self._station, self._odds, self._named = station, odds, named
        self._random = random.Random(seed)
        self.expected: dict[str, Expected] = {}

    def event(self, number: int) -> TriggerEvent:
        """Return the next trigger, and let the cameras expose."""
        event = TriggerEvent(
            id=f"{number}",
            at_s=time.perf_counter(),
            time_utc=datetime.now(UTC),
            frame_id=number if self._named else None,
        )
        self.expected[event.id] = Expected([self._expose(camera, number) for camera in self._station.cameras])
        return event

    def _expose(self, camera: TriggeredCamera, number: int) -> bool | None:
        odds, chance = self._odds, self._random.random()
        delay_s = self._random.random() * odds.jitter_s
        defective = self._random.random() < odds.defective
        if chance < odds.lost:
            camera.lose()
            return None
        damaged, late = chance < odds.lost + odds.damaged, chance > 1.0 - odds.late
        camera.expose(number, delay_s=odds.delay_s if late else delay_s, defective=defective, damaged=damaged)
        return None if damaged else defective


@dataclass(slots=True)
class Outcome:
    """What became of the triggers."""

    rows: int = 0
    judged: int = 0
    mismatched: int = 0  #: pictures that went to another part
    hidden: int = 0  #: parts without a picture of every view that are no ERROR
    unnamed: int = 0  #: errors that do not say which view is missing
    wrong: int = 0  #: parts with all their pictures and another verdict than the worst of them

    @property
    def clean(self) -> bool:
        """True where nothing of that happened."""
        return not (self.mismatched or self.hidden or self.unnamed or self.wrong)

    def add(self, event: PartInspected, expected: Expected) -> None:
        """Hold a row against what its trigger exposed."""
        row = event.inspection
        verdict, reason = row.decision.verdict.value, row.decision.reason
        self.rows += 1
        self.judged += verdict != "ERROR"
        number = int(row.trigger_id)
        shown = [event.part, *(view.part for view in event.views)]
        self.mismatched += sum(part is not None and number_in(part.frame.image) != number for part in shown)
        missing = [place for place, defective in enumerate(expected.defective) if defective is None]
        if missing and verdict != "ERROR":
            self.hidden += 1
        told = reason.startswith("missed trigger")
        self.unnamed += any(
            place and event.views and not told and f"{NAMES[place - 1]}: " not in reason for place in missing
        )
        if verdict != "ERROR" and not missing:
            self.wrong += (verdict == "FAIL") != any(expected.defective)
