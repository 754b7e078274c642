"""What the window knows and can ask for. Lives on the GUI thread, and never waits on it.

The engine's threads put events into a queue; a timer takes them out. Files, database, models and cameras are used by
workers only, whose results come back by the same timer.
"""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from inspector.domain.errors import InspectorError
from inspector.domain.records import Verdict
from inspector.gui.station.failures import Failures
from inspector.gui.station.figures import ShiftFigures
from inspector.gui.station.line import StationLine, restarts_line
from inspector.gui.station.people_desk import PeopleDesk
from inspector.gui.station.recipe_watch import RecipeList, RecipeWatch
from inspector.gui.station.trials import Trials
from inspector.gui.work import Results, Worker, Workers
from inspector.last_lot import read_lot
from inspector.people.roles import Permission

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.assembly import RecipeEntry
    from inspector.domain.source_options import SourceOptions
    from inspector.engine.engine import Engine
    from inspector.engine.stages import StageFigure
    from inspector.engine.status import EngineStatus
    from inspector.gui.station.events import Failure
    from inspector.gui.station.preview import Preview
    from inspector.gui.station.store import Store
    from inspector.outputs.result_log import SqliteResultLog
    from inspector.recipes.recipe import Recipe
    from inspector.settings import Settings

#: How often the session looks for what is new, until `Session.set_pace` knows the screen's rate.
POLL_MS = 16
HIDDEN_POLL_MS = 100  #: the same while nobody can see the window
_FIGURES_EVERY_S = 0.5
_TREND_EVERY_S = 10.0
_RECIPE_EVERY_S = 1.0


class Session(QObject):
    """The station behind the window.

    Args:
        store: Settings, recipes, models, log: everything on disk. Used on the workers only, but for its settings.
    """

    status_changed = Signal(object)  #: EngineStatus; on every change, and twice a second for the figures
    frame_arrived = Signal(object)  #: Frame, of the recipe in force
    part_inspected = Signal(object)  #: PartInspected, of the recipe in force
    counts_changed = Signal(object)  #: Counts
    failures_changed = Signal(object)  #: list of Failure, newest first; None until the record was read
    trend_changed = Signal(object)  #: list of YieldPoint; None until the record was read
    rate_changed = Signal(object)  #: parts per minute as a float; None while no line runs
    recipes_changed = Signal(list)  #: of RecipeEntry
    recipe_changed = Signal(object)  #: Recipe
    settings_changed = Signal(object)  #: Settings
    trial_done = Signal(object)  #: Trial
    fault = Signal(str, str)  #: key and text of a banner; an empty text removes it
    lot_changed = Signal(str)  #: the lot that is in force
    log_opened = Signal(bool)
    training_wanted = Signal(str, str)  #: a manifest of pictures, and the model's folder to go on from
    polled = Signal()

    def __init__(self, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self.recipe: Recipe | None = None
        self._log: SqliteResultLog | None = None
        self._results = Results()
        self._control = Worker("control", self._results)  #: starts and stops the line, opens the log: in order
        self.work = Worker("work", self._results)  #: everything else
        self.workers = Workers(self._results)  #: of the pages
        self.people = PeopleDesk(store, self.workers.make("people"), self)
        self.people.fault.connect(partial(self.fault.emit, "people"))
        self._line = StationLine(self._control, lambda text: self.fault.emit("line", text), store.note)
        self._trials = Trials(store, self.work, self)
        self._trials.done.connect(self.trial_done)
        self._trials.fault.connect(lambda text: self.fault.emit("trial", text))
        self.failures = Failures(store, self.work, self)
        self.failures.changed.connect(self.failures_changed)
        self.failures.failed.connect(lambda text: self.fault.emit("picture", text))
        self._figures = ShiftFigures(self.work, self)
        self._figures.counts_changed.connect(self.counts_changed)
        self._figures.trend_changed.connect(self.trend_changed)
        self._figures.failed.connect(lambda text: self.fault.emit("log", text))
        self._remarks, self.lot, self.closing = "", "", False
        self._next_figures_s = self._next_trend_s = self._next_recipe_s = 0.0
        folder, failed = store.home.recipes, self._fault("recipe")
        self._recipe_watch = RecipeWatch(self.work, folder, self._use_newer, failed, store.check_may_run)
        self._recipe_list = RecipeList(self.work, folder, store.recipes, self.recipes_changed.emit, failed)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._poll)
        self._pace_ms, self._seen, self._live_seen = POLL_MS, True, True

    # --- life ---------------------------------------------------------------------------------------------------------

    def begin(self, *, start: bool) -> None:
        """Open the log, load the recipe, and start the line if wanted; called after the first paint."""
        self._timer.start(self._pace_ms)
        self._control.do(partial(read_lot, self._store.home.last_lot), self._use_lot, self._fault("lot"))
        self._control.do(self._store.first_recipe, self._use, self._fault("recipe"))
        self.open_log()
        if start:
            self._control.do(lambda: None, lambda _: self.start())
        self.refresh_recipes()

    def set_pace(self, rate_hz: float) -> None:
        """Look for what is new as often as the screen can show it, 30 to 125 times a second."""
        self._pace_ms = min(33, max(8, round(1000 / rate_hz))) if rate_hz > 0 else POLL_MS
        self._keep_pace()

    def watch(self, *, window: bool, live: bool) -> None:
        """Say what can be seen: without the window no frame is handed out, without Live no trend or thumbnail made."""
        came = live and not self._live_seen
        self._seen, self._live_seen = window, live
        if came:
            self._next_trend_s = 0.0
        self.failures.watch(seen=live)
        self._keep_pace()

    @property
    def pace_ms(self) -> int:
        """How long it waits between two looks at what is new."""
        return self._timer.interval()

    def _keep_pace(self) -> None:
        wanted = self._pace_ms if self._seen else HIDDEN_POLL_MS
        if self._timer.isActive() and self._timer.interval() != wanted:
            self._timer.setInterval(wanted)

    def open_log(self) -> None:
        """Open the log, also another one after the settings have changed."""
        before, self._log = self._log, None
        self._figures.use_log(None)

        def swap() -> SqliteResultLog:
            if before is not None:
                self._line.engine.stop()
                before.close()
            return self._line.recalling(self._store.open_log())

        self._control.do(swap, self._opened, self._log_failed)

    def shut_down(self, last: Callable[[], None] | None = None) -> Callable[[], bool]:
        """Begin to end everything.

        Args:
            last: Done on the worker before it ends.

        Returns:
            Says whether everything has ended.
        """
        self.closing = True
        self._results.close()
        self._timer.stop()
        self._line.release()
        log = self._log

        def end() -> None:
            self._line.engine.stop(1.4)
            if log is not None:
                log.close()
            self._store.close()

        self._control.do(end)
        self._control.close()
        if last is not None:
            self.work.do(last)
        self.work.close()
        self.workers.close()
        return lambda: self._control.join(0.0) and self.workers.ended()

    # --- what is so now -----------------------------------------------------------------------------------------------

    @property
    def settings(self) -> Settings:
        """The station's settings."""
        return self._store.settings

    @property
    def log_path(self) -> Path | None:
        """Where the log is that is open; None where none is."""
        return self._log.path if self._log is not None else None

    def status(self) -> EngineStatus:
        """Return how the line of the recipe in force is doing."""
        return self._line.status(self.recipe)

    @property
    def engine(self) -> Engine:
        """What runs the line."""
        return self._line.engine

    def stages(self) -> tuple[StageFigure, ...]:
        """Return where the time of the last parts went."""
        return self._line.engine.stages()

    # --- line ---------------------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """True while the line is wanted to run."""
        return self._line.wanted

    def start(self) -> None:
        """Start the line with the recipe."""
        recipe, log = self.recipe, self._log
        if recipe is None:
            self.fault.emit("line", "There is no recipe that can be used. Choose one above, or make one in Settings.")
            return
        if log is None:
            self.fault.emit("line", "The line does not start: the log is not open. Try again once it is.")
            return
        self.fault.emit("line", "")
        self._trials.forget()
        self._line.start(recipe, partial(self._store.build_job, recipe, log, self.lot))

    def stop(self) -> None:
        """Stop the line."""
        self._line.stop()

    def trigger(self) -> None:
        """Capture a part by hand."""
        try:
            self._line.engine.fire_trigger()
        except InspectorError as error:
            self.fault.emit("trigger", str(error))

    def set_lot(self, lot: str, *, recorded: bool = False) -> None:
        """Set the lot of the parts from now on; it survives a restart. One from a command is recorded already."""
        if lot != self.lot:
            self.fault.emit("lot", "")
            if not recorded:
                self.work.do(partial(self._store.keep_lot, self.lot, lot), None, self._fault("lot"))
            self._use_lot(lot)

    def choose_recipe(self, entry: RecipeEntry) -> None:
        """Load a recipe of the list; a running line goes on with it."""
        self._control.do(lambda: self._store.recipe(entry), self._use, self._fault("recipe"))

    def apply_recipe(self, recipe: Recipe, done: Callable[[Recipe], None], reason: str = "") -> None:
        """Save a recipe as its next version and use it at once; an engineer may. The reason is for the record."""
        if not self.people.allows(Permission.RECIPES):
            return

        def saved(recipe: Recipe) -> None:
            self._use(recipe)
            self.refresh_recipes()
            done(recipe)

        self._control.do(lambda: self._store.save_recipe(recipe, reason), saved, self._fault("recipe"))

    def apply_settings(self, settings: Settings, done: Callable[[], None]) -> None:
        """Save the settings and use them at once: a log elsewhere is opened, a running line restarted; as above."""
        before = self._store.settings
        spoken = before.model_copy(update={"language": settings.language})  # an operator may choose that
        if settings != spoken and not self.people.allows(Permission.SETTINGS):
            return

        def saved(_: object) -> None:
            self.settings_changed.emit(self._store.settings)
            moved = (before.log_path, before.archive_path) != (settings.log_path, settings.archive_path)
            was_running = self._line.wanted
            if moved:
                self.open_log()
            if was_running and restarts_line(before, settings):
                self._control.do(lambda: None, lambda _: self.start())
            self.refresh_counts()
            done()

        self._control.do(lambda: self._store.save_settings(settings), saved, self._fault("settings"))

    def try_pictures(self, paths: list[Path]) -> None:
        """Inspect files, or the pictures of folders, on the spot; nothing is logged or counted."""
        self._trials.inspect(paths, self.recipe)

    def preview(self, source: str, options: SourceOptions, after: Preview | None = None) -> Preview:
        """Begin a live preview of a source that the line does not use, once another one has let it go."""
        return self._store.preview(source, options, after)

    # --- record -------------------------------------------------------------------------------------------------------

    def refresh_recipes(self) -> None:
        """Read the list of recipes."""
        self._recipe_list.refresh()

    def refresh_counts(self) -> None:
        """Derive the counters from the log."""
        self._figures.refresh_counts(lot=self.lot, shift_starts=self._store.settings.shift_starts)

    def refresh_failures(self) -> None:
        """Read the recipe's last failures of the shift from the log, with their kept pictures."""
        log, recipe = self._log, self.recipe.name if self.recipe is not None else ""
        self.failures.clear(recipe)
        if log is not None:
            self.failures.read(lambda limit: self._store.last_failures(log, recipe, limit), self._fault("log"))

    def load_failure(self, failure: Failure, done: Callable[[Failure], None]) -> None:
        """Get a failure's full picture, from memory or from the archive."""
        self.failures.load(failure, done, self._fault("picture"))

    # --- inside -------------------------------------------------------------------------------------------------------

    def _fault(self, key: str) -> Callable[[Exception], None]:
        return lambda error: self.fault.emit(key, str(error))

    def _use(self, recipe: Recipe) -> None:
        before, self.recipe = self.recipe, recipe
        self._trials.forget()
        self._recipe_watch.follow(None if self._store.overrides.model else recipe)
        self.fault.emit("recipe", "")
        self.recipe_changed.emit(recipe)
        if before is None or before.name != recipe.name:
            self._figures.use_recipe(recipe.name, self.lot)
            self._figures.refresh_trend()
            self.refresh_failures()
        self.refresh_counts()
        if self._line.wanted:
            self.start()
        self._tell_status()

    def _use_lot(self, lot: str) -> None:
        self.lot = lot
        self._line.engine.set_lot(lot)
        self.lot_changed.emit(lot)
        self.refresh_counts()

    def _use_newer(self, recipe: Recipe) -> None:
        self._use(self._store.as_asked(recipe))

    def _opened(self, log: SqliteResultLog) -> None:
        self._log = log
        self._figures.use_log(log)
        self.fault.emit("log", "")
        self.log_opened.emit(True)
        self.refresh_counts()
        self.refresh_failures()
        self._figures.refresh_trend()

    def _log_failed(self, error: Exception) -> None:
        self._line.wanted = False
        self.fault.emit("log", str(error))
        self.log_opened.emit(False)

    def _poll(self) -> None:
        self._results.hand_out()
        self._take_parts()
        if self._seen:
            frame = self._line.take_frame(self.recipe)
            if frame is not None:
                self.frame_arrived.emit(frame)
        now = perf_counter()
        if self._line.has_news() or now >= self._next_figures_s:
            self._next_figures_s = now + _FIGURES_EVERY_S
            self._tell_status()
        if now >= self._next_recipe_s:
            self._next_recipe_s = now + _RECIPE_EVERY_S
            self._recipe_watch.look()
            self._recipe_list.look()
            self.people.tick()
        if now >= self._next_trend_s:
            self._next_trend_s = now + _TREND_EVERY_S
            if self._live_seen:
                self._figures.refresh_trend()
            if self._figures.shift_is_over(self._store.settings.shift_starts):
                self.refresh_counts()
        self.polled.emit()

    def _tell_status(self) -> None:
        self._line.look_for_end()
        self.status_changed.emit(self.status())
        self.rate_changed.emit(self._line.rate())
        remarks = "\n".join(f"{words}." for words in self._log.remarks) if self._log is not None else ""
        if remarks != self._remarks:  # once: a banner that was closed does not come back
            self._remarks = remarks
            self.fault.emit("record", remarks)
            self.refresh_counts()

    def _take_parts(self) -> None:
        parts, own = self._line.take_parts(self.recipe)
        if not parts:
            return
        if own and not self._figures.has_trend:  # “no part in the last hour” is no longer true
            self._next_trend_s = 0.0
        self._figures.add([part.inspection for part in parts], lot=self.lot)
        if own:
            self.part_inspected.emit(own[-1])
        self.failures.add([part for part in own if part.inspection.decision.verdict is not Verdict.PASS])
