"""What the engine says of itself: state, snapshot, events."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from inspector.domain.failing import NOTHING_WAITS, Failing
from inspector.domain.release import RELEASED, ReleaseState

if TYPE_CHECKING:
    from inspector.domain.records import Frame, Inspection, ModelIdentity, Part, Prediction, Thresholds
    from inspector.engine.view_seen import ViewSeen
    from inspector.pictures import LeftOut


class RunState(Enum):
    """Where the line is."""

    IDLE = "idle"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    FAULT = "fault"  #: could not start, or a thread died; `EngineStatus.fault` says why; start is allowed


#: Where the line may go from where it is; anything else is ignored, such as a model that is ready after the stop.
MOVES = MappingProxyType(
    {
        RunState.IDLE: frozenset({RunState.STARTING}),
        RunState.STARTING: frozenset({RunState.RUNNING, RunState.STOPPING, RunState.FAULT, RunState.IDLE}),
        RunState.RUNNING: frozenset({RunState.STOPPING, RunState.FAULT, RunState.IDLE}),
        RunState.STOPPING: frozenset({RunState.FAULT, RunState.IDLE}),
        RunState.FAULT: frozenset({RunState.STARTING, RunState.IDLE}),
    }
)


class SourceState(Enum):
    """How the source is."""

    NONE = "none"  #: the line does not run
    CONNECTING = "connecting"
    LIVE = "live"
    LOST = "lost"  #: being retried; nothing is counted
    ENDED = "ended"  #: a video at its end


class Pace(Enum):
    """Whether verdicts come in time."""

    IN_TIME = "in time"
    STRAINED = "strained"  #: they do, with little to spare; or frames are dropped
    TOO_SLOW = "too slow"  #: a verdict was late, or parts were missed


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStatus:
    """A frozen snapshot of the line; None and 0 where unknown.

    Args:
        source: The source's name.
        source_state: Whether the source is open, being opened or lost.
        source_message: Why it is not live, in words.
        left_out: What a watched folder holds and is not taken.
        model: Which model is loaded; None while loading.
        thresholds: The operating point in force; None while loading.
        fault: Why the line is in FAULT.
        model_fault: Why nothing is judged at the moment although the line runs: the model has changed; empty otherwise.
        view_fault: Why one of several views cannot be judged at the moment, with its name: then every part is an ERROR.
        doubt: Which parts of this run should be inspected again, and why; empty where none should.
        log_fault: Why nothing can be recorded at the moment; empty when the log is healthy.
        archive_fault: Why pictures are not kept at the moment; empty when they are.
        unseen: Why parts can pass unseen at the moment although the line runs; empty while they are seen.
        silent: Whether that is because the pictures, which have come before, come no more or are not looked at.
        pace: Whether verdicts come in time.
        pace_message: Why not, or why hardly, with the figures.
        fps: Frames per second from the source, over the last two seconds.
        dropped: Frames dropped since the start (newest wins).
        waiting: Parts that wait for inspection.
        parts: Parts inspected since the start.
        missed_triggers: Triggers of the line since the start that came while none could be taken; each is an ERROR.
        restarts: What was started again by itself since the start: the source, the model, the housekeeping.
        last_restart: Which was the last, with its time; empty for none.
        failing: What parts that did not pass have set off and nobody has acknowledged; it outlives the line.
        release: Whether parts may be inspected, by the recipe's challenge.
        latency_p50_ms: Trigger → committed verdict, median of the last 1,000 parts.
        latency_p99_ms: Trigger → committed verdict, 99th percentile of the last 1,000 parts.
    """

    state: RunState = RunState.IDLE
    source: str = ""
    source_state: SourceState = SourceState.NONE
    source_message: str = ""
    left_out: tuple[LeftOut, ...] = ()
    model: ModelIdentity | None = None
    thresholds: Thresholds | None = None
    fault: str = ""
    model_fault: str = ""
    view_fault: str = ""
    doubt: str = ""
    log_fault: str = ""
    archive_fault: str = ""
    unseen: str = ""
    silent: bool = False
    pace: Pace = Pace.IN_TIME
    pace_message: str = ""
    fps: float = 0.0
    dropped: int = 0
    waiting: int = 0
    parts: int = 0
    missed_triggers: int = 0
    restarts: int = 0
    last_restart: str = ""
    failing: Failing = NOTHING_WAITS
    release: ReleaseState = RELEASED
    latency_p50_ms: float | None = None
    latency_p99_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartInspected:
    """Told only after the commit.

    Args:
        inspection: The committed record.
        part: The part's picture; None where there was none (unreadable file).
        prediction: With heatmap; None on ERROR without one.
        captured_s: `time.perf_counter()` when its picture was captured: so old is what is told of it.
        committed_ms: Trigger → committed, in milliseconds.
        commit_ms: What of that the commit took; the record itself cannot hold it yet.
        views: What was seen of the part at each of its views, the main one first; empty where it has one.
        missed: The hand-shake with the line has not taken its trigger: the line waits for no result.
    """

    inspection: Inspection
    part: Part | None
    prediction: Prediction | None
    captured_s: float
    committed_ms: float
    commit_ms: float
    views: tuple[ViewSeen, ...] = ()
    missed: bool = False


class EngineListener(Protocol):
    """Called on engine threads; must return at once and must not raise."""

    def on_part(self, event: PartInspected) -> None:
        """One part has been inspected and committed."""
        ...

    def on_status(self, status: EngineStatus) -> None:
        """The state, the source, the log or a fault has changed (figures alone do not call it)."""
        ...

    def on_frame(self, frame: Frame) -> None:
        """A frame has arrived from the source (for display; keep the newest only)."""
        ...
