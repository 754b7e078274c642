"""A source, a classifier, a log and an archive that do what a test says."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inspector.domain.classes import Classes
from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.errors import ArchiveError, LogError, ModelChangedError
from inspector.domain.records import (
    ArchivedPicture,
    BadPicture,
    Decision,
    Frame,
    Image,
    Inspection,
    ModelIdentity,
    Origin,
    Part,
    Prediction,
    Thresholds,
)
from inspector.domain.strangeness import GoodScale
from inspector.domain.tally import Tally
from inspector.engine.job import LineJob
from inspector.engine.status import EngineStatus, PartInspected
from inspector.outputs.base import LogQuery, YieldPoint
from inspector.pictures import LeftOut
from inspector.recipes.recipe import Recipe
from inspector.sources.base import SourceEndedError
from tests.waits import WAIT_S

GOOD, BAD = 60, 200
#: 1 is what 5 in 1,000 good parts reach, as in every trained model.
GOOD_SCALE = GoodScale(pictures=200, mean_log=-0.258809, sd_log=0.1)


def strange_middle(strangeness: float) -> NDArray[np.float32]:
    """Return a map that is strange in its middle."""
    values = np.full((5, 5), 0.25 * strangeness, np.float32)
    values[2, 2] = strangeness
    return values


def frame(number: int, grey: int = GOOD) -> Frame:
    rng = np.random.default_rng(number)
    image = np.clip(rng.normal(grey, 5, (24, 32)), 0, 255).astype(np.uint8)
    now = time.perf_counter()
    return Frame(
        image=image,
        sequence=number,
        time_s=number / 30,
        origin=Origin(
            captured_at=datetime.now(UTC),
            captured_s=now,
            source="fake",
            path=Path(f"/f/{number}.png"),
            file_key=f"k{number}",
        ),
    )


def bad_picture(number: int) -> BadPicture:
    return BadPicture(
        reason="cut short",
        sequence=number,
        origin=Origin(captured_at=datetime.now(UTC), captured_s=time.perf_counter(), source="fake"),
    )


class FakeSource:
    """Delivers a script: items to hand over, exceptions to raise, callables to call (they may block)."""

    def __init__(self, script: Sequence[Any], *, live: bool = False, ends: bool = True) -> None:
        self.script = deque(script)
        self.name, self.live, self.ends = "fake", live, ends
        self.left_out: tuple[LeftOut, ...] = ()
        self.opened = self.closed = 0
        self.open_errors: deque[Exception] = deque()
        self.closing = threading.Event()

    def open(self) -> None:
        self.closing.clear()
        self.opened += 1
        if self.open_errors:
            raise self.open_errors.popleft()

    def read(self, timeout_s: float) -> Frame | BadPicture | None:
        if not self.script:
            if self.ends:
                raise SourceEndedError
            self.closing.wait(timeout_s)
            return None
        item = self.script.popleft()
        if isinstance(item, Exception):
            raise item
        if callable(item):
            item()
            return None
        return item  # type: ignore[no-any-return]

    def close(self) -> None:
        self.closed += 1
        self.closing.set()


class FakeClassifier:
    """Brighter than the middle between GOOD and BAD is defective.

    Args:
        act: Called with the number of each call.
        strangeness: Of a picture, in the middle of its map; None for a model without a memory of good.
        outside: Of a picture, whether the heat lies outside the part; None for a model that spares nothing.
    """

    def __init__(
        self,
        act: Callable[[int], None] | None = None,
        *,
        strangeness: Callable[[Image], float] | None = None,
        outside: Callable[[Image], bool | None] | None = None,
    ) -> None:
        self._outside = outside
        self.identity = ModelIdentity(
            name="fake",
            sha256="0" * 64,
            device="CPU",
            precision="fp32",
            backend="fake",
            good_scale=None if strangeness is None else GOOD_SCALE,
            may_spare=outside is not None,
        )
        self.classes = Classes(("good", "defective"), "good")
        self.thresholds = Thresholds(fail_at=0.5)
        self.calls = self.tests = 0
        self.changed = ""  #: why its self-test fails
        self.closed = 0
        self._act = act
        self._strangeness = strangeness

    def predict(self, image: Image) -> Prediction:
        self.calls += 1
        if self._act is not None:
            self._act(self.calls)
        p = 0.9 if float(image.mean()) > (GOOD + BAD) / 2 else 0.1
        return Prediction(
            classes=self.classes,
            probabilities=np.array([1 - p, p], np.float32),
            maps=np.ones((2, 2, 2), np.float32),
            preprocess_ms=0.1,
            inference_ms=0.2,
            strangeness_map=None if self._strangeness is None else strange_middle(self._strangeness(image)),
            heat_outside=None if self._outside is None else self._outside(image),
        )

    def predict_batch(self, images: Sequence[Image]) -> list[Prediction]:
        return [self.predict(image) for image in images]

    def self_test(self) -> Generator[None]:
        if self.changed:
            raise ModelChangedError(self.changed, "Restore it.")
        self.tests += 1
        yield

    def close(self) -> None:
        self.closed += 1


class MemoryLog:
    """The record in a list; `broken` makes every call fail."""

    def __init__(self) -> None:
        self.committed: list[Inspection] = []
        self.broken = threading.Event()
        self.refused = threading.Event()
        self.removed: list[str] = []
        self.commit_times: dict[str, float] = {}
        self.events: list[tuple[str, str]] = []  # kind, words

    def append(self, inspection: Inspection) -> None:
        if self.broken.is_set():
            self.refused.set()
            raise LogError("the log is locked", "Wait.")
        self.committed.append(inspection)

    def check(self) -> None:
        if self.broken.is_set():
            raise LogError("the log is locked", "Wait.")

    def note_event(self, kind: str, words: str) -> None:
        self.check()
        self.events.append((kind, words))

    def recorded_since(self, time: datetime) -> LogQuery:
        return LogQuery(since=time)

    def note_commit(self, inspection_id: str, commit_ms: float) -> None:
        self.commit_times[inspection_id] = commit_ms

    def note_removed(self, pictures: Sequence[str], why: str) -> None:
        self.removed += pictures

    def last_part_number(self, *, recipe: str, lot: str) -> int:
        return max((one.part_number for one in self.committed if (one.recipe, one.lot) == (recipe, lot)), default=0)

    def failure_pictures(self) -> list[str]:
        return []

    def unsent_pictures(self, among: frozenset[str]) -> frozenset[str]:
        return frozenset()

    def tally(self, query: LogQuery) -> Tally:
        tally = Tally()
        for one in self.committed:
            tally = tally.plus(one.decision.verdict)
        return tally

    def recent(self, query: LogQuery, limit: int) -> list[Inspection]:
        return self.committed[::-1][:limit]

    def rows(self, query: LogQuery) -> Generator[Inspection]:
        yield from self.committed

    def yield_over_time(self, query: LogQuery, bucket_s: int) -> list[YieldPoint]:
        return []

    def file_keys(self, source: str) -> tuple[str, ...]:
        return tuple(one.file_key for one in self.committed)

    def close(self) -> None:
        """Nothing to close."""


class MemoryArchive:
    """Keeps what it is asked to keep; `full`, `surprise` and `wanted` change that."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.asked: list[tuple[str, Part, Prediction | None, Decision]] = []
        self.full = False
        self.surprise: Exception | None = None
        self.wanted = True

    def keep(
        self, *, inspection_id: str, part: Part, prediction: Prediction | None, decision: Decision, view: int = 0
    ) -> ArchivedPicture | None:
        self.asked.append((inspection_id, part, prediction, decision))
        if self.full:
            raise ArchiveError("No space left on device", "Free space.")
        if self.surprise is not None:
            raise self.surprise
        if not self.wanted:
            return None
        self.kept.append(inspection_id)
        return ArchivedPicture(path=Path(f"/a/{inspection_id}.png"), sha256="1" * 64, heatmap_path=None)

    def check(self) -> None:
        if self.full:
            raise ArchiveError("No space left on device", "Free space.")

    def prune(
        self,
        protected: Sequence[str],
        unsent: Callable[[frozenset[str]], frozenset[str]] | None = None,
        removing: Callable[[Sequence[str], str], None] | None = None,
    ) -> int:
        return 0


class Listener:
    """Keeps what it is told; `until` waits for a condition on it."""

    def __init__(self, log: MemoryLog | None = None) -> None:
        self.parts: list[PartInspected] = []
        self.states: list[EngineStatus] = []
        self.frames = 0
        self.told_before_commit = 0
        self._log = log
        self._changed = threading.Condition()

    def on_part(self, event: PartInspected) -> None:
        with self._changed:
            if self._log is not None and event.inspection not in self._log.committed:
                self.told_before_commit += 1
            self.parts.append(event)
            self._changed.notify_all()

    def on_status(self, status: EngineStatus) -> None:
        with self._changed:
            self.states.append(status)
            self._changed.notify_all()

    def on_frame(self, frame: Frame) -> None:
        with self._changed:
            self.frames += 1
            self._changed.notify_all()

    def until(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, WAIT_S), "time-out"

    @property
    def verdicts(self) -> list[str]:
        return [event.inspection.decision.verdict.value for event in self.parts]


def make_job(source: FakeSource, log: MemoryLog, **changes: Any) -> LineJob:
    classifier = changes.pop("classifier", None) or FakeClassifier()
    mode = changes.pop("mode", TriggerMode.EVERY_PICTURE)
    recipe = Recipe(
        name="R", version=3, source="folder:/f", model="fake", trigger=TriggerConfig(mode=mode, interval_s=0.01)
    )
    values: dict[str, Any] = {
        "recipe": recipe,
        "station": "S",
        "lot": "L",
        "software_version": "0",
        "open_source": lambda: source,
        "load_classifier": lambda: classifier,
        "log": log,
        "archive": MemoryArchive(),
    }
    return LineJob(**(values | changes))
