"""``inspector shadow``: a candidate judges the live parts beside the model in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.cli.common import (
    EXIT_OK,
    add_beside,
    add_json,
    add_places,
    beside,
    emit,
    home_of,
    say,
    settings_in_force,
    settings_of,
    stop_signals,
    text_argument,
)
from inspector.cli.sign_in import needs
from inspector.domain.text import REASON
from inspector.people.roles import Permission

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from inspector.domain.records import Thresholds
    from inspector.domain.shadow import Shadow
    from inspector.recipes.recipe import Recipe
    from inspector.shadow.report import ShadowReport
    from inspector.vision.classifier import Classifier


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``shadow`` and its commands."""
    group = commands.add_parser(
        "shadow", help="a candidate judges the live parts beside the model in force: start, stop, status, report"
    ).add_subparsers(title="commands", metavar="COMMAND", required=True)
    start = group.add_parser(
        "start",
        help="let a candidate judge the live parts from now on",
        description="Let a candidate judge the live parts beside the recipe's model in force, from now on and after "
        "every restart, until it is stopped or another model is in force. The line takes no notice of it: a part for "
        "which there is no time is left out, and the share is said. One candidate at a time.",
    )
    start.add_argument("model", help="name or folder")
    start.add_argument("--recipe", default="", help="recipe: its name (default: the station's)")
    start.set_defaults(command=start_shadow)
    stop = group.add_parser("stop", help="end it; what it has said stays in the record")
    stop.add_argument("--why", type=text_argument(REASON), default="", help="the reason, for the record")
    stop.set_defaults(command=stop_running)
    for parser in (start, stop):
        needs(parser, Permission.MODELS)
    status = group.add_parser("status", help="which shadow runs, and which there were")
    status.set_defaults(command=show_status)
    report = group.add_parser(
        "report",
        help="both models' verdicts side by side, and which of the two is right",
        description="Show the verdicts of both, and McNemar's exact test over the parts that only one of the two "
        "passes and people have judged (“inspector review queue shadow”).",
    )
    report.add_argument("--shadow", default="", metavar="ID", help="an earlier one (default: the newest)")
    report.set_defaults(command=show_report)
    run = group.add_parser(
        "run",
        help="judge the parts that wait; the station starts it by itself",
        description="Judge the parts that the station hands over, and record what the candidate says, until it is "
        "stopped. Window and “inspector run” start this by themselves.",
    )
    add_beside(run)
    run.set_defaults(command=run_shadow)
    for parser in (start, stop, status, report, run):
        add_places(parser, log=True)
        if parser is not run:
            add_json(parser)


def start_shadow(parsed: argparse.Namespace) -> int:
    """Start."""
    from inspector import assembly
    from inspector.shadow.begin import begin_shadow

    home = home_of(parsed)
    recipe = assembly.find_recipe(parsed.recipe or settings_of(home).recipe, home)
    shadow, notes = begin_shadow(
        recipe, parsed.model, models=assembly.model_store(home), home=home, log=_log(parsed), who=parsed.actor.name
    )
    if parsed.json:
        emit({**_figures(shadow), "notes": notes})
        return EXIT_OK
    print(f"{shadow.model} judges the parts of {shadow.recipe} beside {shadow.in_force} from now on")
    for note in notes:
        say(note)
    return EXIT_OK


def stop_running(parsed: argparse.Namespace) -> int:
    """Stop."""
    from inspector.shadow.begin import stop_shadow

    shadow = stop_shadow(_log(parsed), who=parsed.actor.name, why=parsed.why)
    if parsed.json:
        emit({"id": shadow.id, "model": shadow.model})
    else:
        print(f"{shadow.model} is no shadow any more; what it has said stays in the record")
    return EXIT_OK


def show_status(parsed: argparse.Namespace) -> int:
    """List them, the newest first."""
    from inspector.outputs.shadow_log import ShadowLog

    shadows = ShadowLog(_log(parsed)).shadows()[::-1]
    if parsed.json:
        emit({"shadows": [_figures(shadow) for shadow in shadows]})
        return EXIT_OK
    for shadow in shadows:
        print(f"{shadow.id}  {words_of(shadow)}")
    if not shadows:
        say("there was no shadow yet")
    return EXIT_OK


def show_report(parsed: argparse.Namespace) -> int:
    """Show what one shows."""
    from inspector.outputs.shadow_log import ShadowError, ShadowLog
    from inspector.shadow.report import shadow_report

    log = _log(parsed)
    shadows = {shadow.id: shadow for shadow in ShadowLog(log).shadows()}
    wanted = parsed.shadow or next(reversed(shadows), "")
    if wanted not in shadows:
        what = f"there was no shadow {wanted}" if wanted else "there was no shadow yet"
        raise ShadowError(what, "“inspector shadow status” lists all; “inspector shadow start MODEL” starts one.")
    report = shadow_report(log, shadows[wanted])
    if parsed.json:
        emit(_report_figures(report))
    else:
        print("\n".join(lines_of(report)))
    return EXIT_OK


def run_shadow(parsed: argparse.Namespace) -> int:
    """Judge until a signal."""
    import os

    from inspector import assembly
    from inspector.batch.process import prepare_process
    from inspector.domain.causes import cause_of
    from inspector.domain.guard import in_force
    from inspector.files import hold, make_folder
    from inspector.outputs.shadow_log import ShadowError
    from inspector.recipes.promotions import promoted
    from inspector.runs.processes import step_back, step_back_further
    from inspector.shadow.place import ShadowPlace
    from inspector.shadow.worker import ShadowModels, ShadowWorker

    step_back(os.getpid())
    step_back_further()  # and the threads of the network, which are started by this one
    prepare_process()
    home, settings, log = home_of(parsed), settings_in_force(parsed), _log(parsed)
    store = assembly.model_store(home)

    def load(shadow: Shadow) -> Classifier:
        recipe = promoted(assembly.find_recipe(shadow.recipe, home), shadow.model)
        return assembly.load_classifier(
            shadow.model,
            home,
            device=settings.device,
            precision=settings.precision,
            thresholds=recipe.thresholds,
            guard_rate=recipe.guard_rate,
        )

    def points(recipe: Recipe, classifier: Classifier) -> Thresholds:
        identity = classifier.identity
        spares = recipe.spares_outside and identity.may_spare
        return in_force(None, classifier.thresholds, identity.good_scale, recipe.guard_rate, spares_outside=spares)

    models = ShadowModels(
        load=load,
        points=points,
        sha256=lambda model: store.load(model).sha256,
        recipe=lambda name: assembly.find_recipe(name, home),
    )
    place = ShadowPlace(log)
    make_folder(place.folder)
    try:
        lock = hold(place.folder / "run.lock")
    except OSError as error:
        raise ShadowError(f"{place.folder} cannot be written: {cause_of(error)}", "Check its permissions.") from error
    if lock is None:
        raise ShadowError(f"the shadow of {log} runs already", "Nothing more is needed.")
    with lock, stop_signals() as stop:
        worker = ShadowWorker(log, models, beside(parsed))
        say("the parts that the station hands over are judged by the candidate; Ctrl-C stops it")
        worker.run(stop)
    return EXIT_OK


def words_of(shadow: Shadow) -> str:
    """Return a shadow in a line."""
    began = f"{shadow.began.astimezone():%Y-%m-%d %H:%M}"
    words = f"{shadow.recipe}: {shadow.model} beside {shadow.in_force}, since {began} by {shadow.who}"
    if shadow.ended is None:
        return f"{words}, runs"
    ended = f"{words}, until {shadow.ended.astimezone():%Y-%m-%d %H:%M} by {shadow.ended_by}"
    return f"{ended}: {shadow.why_ended}" if shadow.why_ended else ended


def lines_of(report: ShadowReport) -> list[str]:
    """Return what a shadow shows, as text."""
    from inspector.domain.records import Verdict
    from inspector.domain.shadow import SHOWN

    lines = [words_of(report.shadow), report.seen]
    if report.table.judged:
        head = "in force \\ candidate"
        lines.append(f"{head:22}" + "".join(f"{verdict.value:>10}" for verdict in SHOWN))
        for first in SHOWN:
            if first is not Verdict.ERROR:
                counts = "".join(f"{report.table.count(first, second):>10,}" for second in SHOWN)
                lines.append(f"{first.value:22}{counts}")
        lines.append(report.agreement)
    lines.append(report.right.words)
    if report.waiting:
        lines.append(f"{report.waiting:,} differing parts wait for a judgement: inspector review queue shadow")
    return lines


def _log(parsed: argparse.Namespace) -> Path:
    from inspector import assembly

    return assembly.places(home_of(parsed), settings_in_force(parsed)).log


def _figures(shadow: Shadow) -> dict[str, Any]:
    return {
        "id": shadow.id,
        "recipe": shadow.recipe,
        "recipe_version": shadow.recipe_version,
        "model": shadow.model,
        "model_sha256": shadow.model_sha256,
        "in_force": shadow.in_force,
        "in_force_sha256": shadow.in_force_sha256,
        "began_utc": shadow.began.isoformat(),
        "who": shadow.who,
        "ended_utc": shadow.ended.isoformat() if shadow.ended is not None else None,
        "ended_by": shadow.ended_by,
        "why_ended": shadow.why_ended,
    }


def _report_figures(report: ShadowReport) -> dict[str, Any]:
    right = report.right
    low, high = right.interval
    return {
        "shadow": _figures(report.shadow),
        "judged": report.table.judged,
        "inspected": report.inspected,
        "share": report.share,
        "verdicts": [
            {"in_force": first.value, "candidate": second.value, "parts": count}
            for (first, second), count in report.table.counts.items()
        ],
        "same": report.table.same,
        "differing": report.table.differing,
        "crossing": report.table.crossing,
        "waiting": report.waiting,
        "mcnemar": {
            "only_in_force_right": right.only_in_force,
            "only_candidate_right": right.only_candidate,
            "p_value": right.p_value,
            "candidate_right_95": [low, high],
            "parts_needed": right.needed,
        },
        "words": right.words,
    }
