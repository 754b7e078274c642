"""The line as the window sees it: started and stopped beside the window, and told of only as far as the recipe goes."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from inspector.domain.source import shown
from inspector.domain.throughput import PartsPerMinute
from inspector.engine.engine import Engine
from inspector.engine.status import EngineStatus, RunState, SourceState
from inspector.gui.station.events import Listener

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.domain.records import Frame
    from inspector.engine.job import LineJob
    from inspector.engine.status import PartInspected
    from inspector.gui.work import Worker
    from inspector.outputs.result_log import SqliteResultLog
    from inspector.recipes.recipe import Recipe
    from inspector.settings import Settings
    from inspector.trail.event import TrailEvent

#: What a running line has been given, and follows only once it starts again.
_LINE_SETTINGS = ("station", "device", "precision", "archive_path", "log_path")


def restarts_line(before: Settings, after: Settings) -> bool:
    """Return True where a running line has to start again to follow changed settings."""
    return any(getattr(before, key) != getattr(after, key) for key in _LINE_SETTINGS)


class StationLine:
    """Owned by the session, on the GUI thread. A line that is being replaced still tells of its last frames and parts:
    they are counted, and shown by nobody.

    Args:
        control: Switches the engine, one wish after the other.
        failed: Gets why the line could not be started or stopped.
        tell: Takes what the audit trail is told; called on threads of its own.
    """

    def __init__(self, control: Worker, failed: Callable[[str], None], tell: Callable[[TrailEvent], object]) -> None:
        self.engine = Engine(tell=tell)
        self.wanted = False  #: the line is wanted to run
        self._control, self._failed = control, failed
        self._listener = Listener()
        self._unsubscribe = self.engine.subscribe(self._listener)
        self._recipe: Recipe | None = None  # of the line that runs, or ran last
        self._switching = 0  # starts that are under way: until they are done, an idle engine is between two lines
        self._rate = PartsPerMinute()

    def recalling(self, log: SqliteResultLog) -> SqliteResultLog:
        """Take up what waited for an acknowledgement when the program ended; return the log. On the worker."""
        self.engine.recall(log.path)
        return log

    def start(self, recipe: Recipe, job: Callable[[], LineJob]) -> None:
        """Start the line with a recipe, or go on with it; ``job`` makes it, on the worker."""
        self.wanted = True
        self._switching += 1

        def done(_: None) -> None:
            self._switching -= 1
            self._recipe = recipe
            self._rate.begin(perf_counter())

        def failed(error: Exception) -> None:
            self._switching -= 1
            self.wanted = False
            self._failed(str(error))
            self._listener.status_changed = True

        def switch() -> None:
            try:
                made = job()
            except Exception:  # the line before must not go on under the name of the recipe that is wanted now
                self.engine.stop()
                raise
            self.engine.stop()
            self._listener.take_frame()  # of the line before; whatever comes from now on is of this one
            self.engine.replace(made)

        self._control.do(switch, done, failed)

    def stop(self) -> None:
        """Stop the line."""
        self.wanted = False
        self._control.do(self.engine.stop, self._stopped, lambda error: self._failed(str(error)))

    def release(self) -> None:
        """Hear nothing of it any more."""
        self._unsubscribe()

    def status(self, recipe: Recipe | None) -> EngineStatus:
        """Return how the line of this recipe is doing; what that of another was doing says nothing of it."""
        if recipe is None or recipe is self._recipe:
            return self.engine.status()
        state = (RunState.STARTING, SourceState.CONNECTING) if self.wanted else (RunState.IDLE, SourceState.NONE)
        failing = self.engine.status().failing  # whatever is shown: it waits
        return EngineStatus(state=state[0], source=shown(recipe.source), source_state=state[1], failing=failing)

    def has_news(self) -> bool:
        """Say once that the state has changed."""
        changed, self._listener.status_changed = self._listener.status_changed, False
        return changed

    def look_for_end(self) -> None:
        """Where the line has ended by itself, it is no longer wanted."""
        status = self.engine.status()
        ended = status.state in (RunState.IDLE, RunState.FAULT) and status.parts + len(status.fault) > 0
        if ended and not self._switching:
            self.wanted = False

    def take_frame(self, recipe: Recipe | None) -> Frame | None:
        """Return the newest frame of this recipe's line, once."""
        if self._switching and recipe is not self._recipe:
            return None  # the first frame of the line that starts waits until it is known whose it is
        frame = self._listener.take_frame()
        return frame if recipe is self._recipe else None

    def take_parts(self, recipe: Recipe | None) -> tuple[list[PartInspected], list[PartInspected]]:
        """Return the parts since the last time, and those of this recipe among them; oldest first."""
        parts = self._listener.take_parts()
        own = [part for part in parts if recipe is not None and _is_of(part, recipe)]
        for part in own:
            self._rate.add(part.captured_s)
        return parts, own

    def rate(self) -> float | None:
        """Return the parts per minute; None while no line runs."""
        return self._rate.value(perf_counter()) if self.wanted else None

    def _stopped(self, ended: bool) -> None:  # noqa: FBT001 - the engine's answer
        if not ended:
            self._failed("A device did not answer while the line was stopped; check its cable and power.")


def _is_of(part: PartInspected, recipe: Recipe) -> bool:
    return (part.inspection.recipe, part.inspection.recipe_version) == (recipe.name, recipe.version)
