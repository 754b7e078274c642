"""``inspector run``: the line, in the window or in the terminal."""

from __future__ import annotations

import queue
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from inspector import __version__
from inspector.cli.common import (
    EXIT_DEFECTS,
    EXIT_ERROR,
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_STOPPED,
    EXIT_USAGE,
    add_device,
    add_json,
    add_places,
    emit,
    home_of,
    overrides_of,
    positive,
    say,
    settings_in_force,
    stop_signals,
    text_argument,
)
from inspector.cli.display import LIBRARIES, add_full_screen, add_kiosk, display_fault, has_display
from inspector.cli.field_options import (
    DEVICE,
    MODEL,
    PRECISION,
    SOURCE,
    SOURCE_FIELDS,
    add_field,
    add_source_options,
    flag_of,
    given_source_options,
    source_options,
)
from inspector.cli.sign_in import acting, add_user
from inspector.domain.counts import counted
from inspector.domain.errors import InspectorError
from inspector.domain.source import SourceKind, is_live, kind_of, shown
from inspector.domain.text import LOT
from inspector.people.roles import Permission

if TYPE_CHECKING:
    import argparse
    import threading
    from collections.abc import Callable

    from inspector.domain.records import Frame
    from inspector.domain.tally import Tally
    from inspector.engine.engine import Engine
    from inspector.engine.status import EngineStatus, PartInspected
    from inspector.overrides import Overrides
    from inspector.people.actor import Actor
    from inspector.recipes.recipe import Recipe


def add_window_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the window without a command; the line waits there until it is started."""
    parser.add_argument("--source", dest="window_source", metavar="SOURCE", help="look at this instead")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--recipe", dest="window_recipe", metavar="RECIPE", help="begin with this recipe")
    which.add_argument("--model", dest="window_model", metavar="MODEL", help="with --source: instead of a recipe")
    for field in (DEVICE, PRECISION):
        add_field(parser, field, dest=f"window_{field.name}")
    add_full_screen(parser)


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``run``."""
    parser = commands.add_parser(
        "run",
        help="inspect a source",
        description="Inspect a source: in the window, or with --headless (or --json, or no display) in the terminal.",
        epilog="Exit codes: 0 ended or stopped; 1 error; 2 usage; 3 with --fail-on-defect, a part did not pass; "
        "4 failures stopped the line, as the recipe says; 130 interrupted.",
    )
    add_field(parser, SOURCE)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--recipe", help="recipe: its name, or a file")
    add_field(which, MODEL)
    parser.add_argument("--headless", action="store_true", help="no window")
    parser.add_argument("--max-parts", type=positive, help="stop after this many parts")
    parser.add_argument("--lot", type=text_argument(LOT), default="", help="lot number of the parts")
    parser.add_argument("--fail-on-defect", action="store_true", help="exit with 3 if a part did not pass")
    add_full_screen(parser)
    add_kiosk(parser)
    add_user(parser)
    add_device(parser)
    add_source_options(parser)
    add_places(parser, log=True)
    add_json(parser, "one JSON object per part on stdout, each after its commit")
    parser.set_defaults(command=run, json_lines=True)


def window(parsed: argparse.Namespace) -> int:
    """Show the window; the line does not start by itself."""
    if parsed.window_model and not parsed.window_source:
        say("error: a model alone does not say what to look at. Add --source.")
        return EXIT_USAGE
    return _window(parsed, overrides_of(parsed, "window_"), start=False)


def _window(parsed: argparse.Namespace, overrides: Overrides, *, start: bool) -> int:
    if fault := display_fault():
        raise InspectorError(*fault)
    _checked(parsed, overrides)
    from inspector.app import AppOptions  # Qt
    from inspector.app import main as show

    options = AppOptions(
        home=home_of(parsed),
        overrides=overrides,
        full_screen=getattr(parsed, "full_screen", False),
        start=start,
        kiosk=getattr(parsed, "kiosk", False),
    )
    try:
        return show(options)
    except ImportError as error:  # a library of the system that Qt needs
        raise InspectorError(f"the window needs what is missing here: {error}", LIBRARIES) from error


def _checked(parsed: argparse.Namespace, overrides: Overrides) -> Actor:
    """Return who runs the line: a recipe of the station needs nobody, another source, model or log an engineer."""
    own = not (overrides.source or overrides.model or overrides.log or _is_file(overrides.recipe))
    return acting(parsed, None if own else Permission.RECIPES)


def _is_file(recipe: str | None) -> bool:
    return bool(recipe) and (str(recipe).endswith(".json") or Path(str(recipe)).is_file())


def run(parsed: argparse.Namespace) -> int:
    """Run the line."""
    kiosk = getattr(parsed, "kiosk", False)
    if kiosk and (_wants_terminal(parsed) or not has_display()):
        say("error: a kiosk is a window. Leave out --kiosk, or start it on a display.")
        return EXIT_USAGE
    if not (parsed.source or parsed.recipe or parsed.model or kiosk):
        say("error: name what to inspect: --source, with --recipe or --model. Try --source demo:")
        return EXIT_USAGE
    if opens_window(parsed):
        return _run_window(parsed)
    if not _wants_terminal(parsed):
        say("no display: the line runs in the terminal; Ctrl-C stops it")
    return _headless(parsed)


def _wants_terminal(parsed: argparse.Namespace) -> bool:
    return bool(parsed.headless or parsed.json or parsed.max_parts is not None or parsed.fail_on_defect)


def opens_window(parsed: argparse.Namespace) -> bool:
    """True where the command shows the window."""
    return parsed.command is window or (parsed.command is run and not _wants_terminal(parsed) and has_display())


def _run_window(parsed: argparse.Namespace) -> int:
    options = given_source_options(parsed)
    flags = ["--lot"] if parsed.lot else []
    flags += [flag_of(field) for field in SOURCE_FIELDS if field.name in options]
    if flags:
        say(f"error: {', '.join(flags)} would not be heard by the window. Add --headless, or set it in the window.")
        return EXIT_USAGE
    if parsed.source or parsed.model:
        _check_judged(parsed)
    if parsed.source:
        chosen_recipe(parsed)  # what cannot be run is refused before the window opens
    return _window(parsed, overrides_of(parsed), start=True)


def _check_judged(parsed: argparse.Namespace) -> None:
    from inspector.domain.errors import RecipeError

    if parsed.model and not parsed.source:
        raise RecipeError("a model alone does not say what to look at", "Add --source.")
    if not (parsed.model or parsed.recipe or kind_of(parsed.source) is SourceKind.DEMO):
        raise RecipeError(f"nothing says how {shown(parsed.source)} is judged", "Add --recipe or --model.")


def chosen_recipe(parsed: argparse.Namespace) -> Recipe:
    """Return the recipe that the options name.

    Raises:
        RecipeError: If it cannot be used.
    """
    from inspector import assembly  # pydantic and more

    _check_judged(parsed)
    if parsed.model:
        recipe = assembly.recipe_for(parsed.model, parsed.source)
    else:
        recipe = assembly.find_recipe(parsed.recipe or "", home_of(parsed))
    _say_what_is_judged(parsed, recipe)
    return _as_asked(parsed, recipe)


def _say_what_is_judged(parsed: argparse.Namespace, recipe: Recipe) -> None:
    """Refuse a source that goes with another trigger; say what a model without a recipe looks at."""
    from inspector.domain.config import TriggerMode
    from inspector.domain.source import SourceSpec
    from inspector.sources.check import check_trigger

    if parsed.source:
        check_trigger(SourceSpec.parse(parsed.source).kind, recipe.trigger.mode)
    kind = kind_of(parsed.source or recipe.source)
    if parsed.model and kind is not SourceKind.DEMO and recipe.trigger.mode is TriggerMode.PART_CROSSING:
        say(
            "note: without a recipe the whole picture is judged, once for each part that crosses its middle from left "
            "to right. If parts move otherwise, or the model was trained on parts that were cut out, make a recipe "
            "(inspector recipe new NAME), set region and trigger in it, and run it with --recipe NAME"
        )


def _as_asked(parsed: argparse.Namespace, recipe: Recipe) -> Recipe:
    """Return a recipe with what the options say instead."""
    source = parsed.source or recipe.source
    options = source_options(parsed, source, recipe.source_options)
    return recipe.model_copy(update={"source": source, "source_options": options})


class _Service(Protocol):
    """What runs beside the line."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


class _Events:
    """Puts what the engine tells into a queue; each part is printed by the main thread."""

    def __init__(self) -> None:
        self.parts: queue.SimpleQueue[PartInspected] = queue.SimpleQueue()

    def on_part(self, event: PartInspected) -> None:
        self.parts.put(event)

    def on_status(self, status: EngineStatus) -> None:
        """Status is polled."""

    def on_frame(self, frame: Frame) -> None:
        """Nothing shows frames here."""


def _headless(parsed: argparse.Namespace) -> int:
    from inspector import assembly
    from inspector.cli.changes import RunChanges
    from inspector.cli.run_trail import RunTrail
    from inspector.data_version import stamp_data
    from inspector.engine.engine import Engine
    from inspector.engine.memory import use_frames_again
    from inspector.files import remove_leftovers
    from inspector.line.service import LineService
    from inspector.scanners.service import ScannerService
    from inspector.shadow.service import ShadowService
    from inspector.trail.program import chosen
    from inspector.trail.waiting import note

    who = _checked(parsed, overrides_of(parsed)).name
    home, settings, recipe = home_of(parsed), settings_in_force(parsed), chosen_recipe(parsed)
    where = assembly.places(home, settings)
    stamp_data(home.root, __version__)
    remove_leftovers(home.written_often)
    log = assembly.open_log(where.log)
    use_frames_again()
    engine, events = Engine(tell=partial(note, home.root)), _Events()
    trail = RunTrail(home.root, where.log, lot=parsed.lot, engine=engine)
    engine.recall(where.log)
    engine.subscribe(events)
    line = LineService(engine, settings=lambda: settings, recipes=None if parsed.model else home.recipes)
    scanner = ScannerService(engine, settings=lambda: settings, recipes=home.recipes, use_lot=trail.change_lot)
    beside: tuple[_Service, ...] = (
        *(trail, scanner, line),
        *assembly.senders(home, settings=lambda: settings, log=lambda: where.log),
        assembly.head_keeper(home, settings=lambda: settings, log=lambda: where.log),
        ShadowService(engine, home.root, log=lambda: where.log),
    )
    for service in beside:
        service.start()

    def begin(recipe_: Recipe, inspected: int) -> None:
        left = None if parsed.max_parts is None else parsed.max_parts - inspected
        if left is not None and left <= 0:
            return
        job = assembly.build_job(recipe_, settings, where, log, lot=trail.lot, max_parts=left)
        note(home.root, chosen(recipe_.name, recipe_.version, recipe_.model))
        line.use_recipe(recipe_.name, recipe_.trigger)
        engine.start(job)

    try:
        with stop_signals() as stop:
            begin(recipe, 0)
            changes = RunChanges(
                recipe,
                home.recipes,
                log=log,
                line=line,
                scanner=scanner,
                as_asked=partial(_as_asked, parsed),
                check=lambda recipe_: assembly.check_may_run(recipe_, settings, home),
                by_model=bool(parsed.model),
            )
            tally, fault, stopped = _follow(
                engine, events, stop, json_lines=parsed.json, recipe=recipe, changed=changes.look, begin=begin, who=who
            )
    finally:
        engine.stop()
        for service in beside:
            service.stop()
        log.close()
    if fault:
        say(f"error: {fault}")
    _say_tally(tally, where.log)
    if fault:
        return EXIT_ERROR
    if stopped:
        return EXIT_INTERRUPTED
    if engine.status().failing.stopped_now:
        return EXIT_STOPPED
    return EXIT_DEFECTS if parsed.fail_on_defect and tally.passed < tally.inspected else EXIT_OK


def _follow(
    engine: Engine,
    events: _Events,
    stop: threading.Event,
    *,
    json_lines: bool,
    recipe: Recipe,
    changed: Callable[[], Recipe | None],
    begin: Callable[[Recipe, int], None],
    who: str,
) -> tuple[Tally, str, bool]:
    """Print parts until the line ends or is stopped; return the tally, the fault, and whether it was stopped."""
    from inspector.cli.line_words import LineWords
    from inspector.cli.table import LiveTable  # rich
    from inspector.domain.tally import Tally  # numpy
    from inspector.outputs.rows import inspection_to_json

    tally, fault = Tally(), ""
    files, words = not is_live(recipe.source), LineWords(engine, who)
    with LiveTable(recipe) as table:

        def take(timeout_s: float) -> bool:
            nonlocal tally
            try:
                event = events.parts.get(timeout=timeout_s) if timeout_s else events.parts.get_nowait()
            except queue.Empty:
                return False
            tally = tally.plus(event.inspection.decision.verdict)
            if json_lines:
                emit(inspection_to_json(event.inspection) | {"commit_ms": event.commit_ms})
            table.part(event)
            return True

        while not stop.is_set() and not engine.wait_ended(0):
            take(0.1)
            newer = changed()
            if newer is not None:
                engine.stop()
                while take(0):
                    pass
                if lost := engine.status().fault:
                    say(f"warning: {lost}")
                begin(newer, tally.inspected)
            status = engine.status()
            words.look(status)
            table.update(status, tally)
            if files and not status.parts and status.source_state.value == "lost":
                fault = status.source_message
                break
        stopped = stop.is_set()
        engine.stop()
        while take(0):
            pass
        status = engine.status()
        words.look(status)
        table.update(status, tally)
    return tally, fault or status.fault, stopped


def _say_tally(tally: Tally, log: Path) -> None:
    good = f"{100 * tally.first_pass_yield.value:.1f} %" if tally.first_pass_yield.value is not None else "–"
    say(
        f"{counted(tally.inspected, 'part')} inspected: {tally.passed} pass, {tally.failed} fail, {tally.review} "
        f"review, "
        f"{tally.error} error; yield {good}"
    )
    say(f"log: {log}")
