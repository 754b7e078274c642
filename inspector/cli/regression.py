"""``inspector regression``: locked test parts of a recipe, and candidates judged by them."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from inspector.cli.common import (
    EXIT_DEFECTS,
    EXIT_INTERRUPTED,
    EXIT_OK,
    add_json,
    add_places,
    emit,
    home_of,
    one_line,
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
    import threading

    from inspector.outputs.regression_log import LockedPart
    from inspector.recipes.recipe import Recipe
    from inspector.regression.check import RegressionCheck
    from inspector.regression.locked import RegressionSet


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``regression`` and its commands."""
    group = commands.add_parser(
        "regression", help="locked parts that no candidate may lose: list, lock, check, release"
    ).add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = group.add_parser("list", help="list the locked parts of a recipe")
    listing.add_argument("--released", action="store_true", help="also what was released")
    listing.set_defaults(command=list_parts)
    lock = group.add_parser(
        "lock",
        help="lock what reviewers have confirmed since",
        description="Lock every confirmed defect, escape and overkill of a recipe that is not locked yet: its picture "
        "is copied, and never trained on. “check” and “model promote” do it by themselves.",
    )
    lock.set_defaults(command=lock_parts)
    check = group.add_parser(
        "check",
        help="judge the locked parts by one or more candidates",
        description="Judge the locked parts of a recipe by candidates and by its model in force, each at the "
        "thresholds that it would have at the line. Exits with 3 where a candidate would be refused.",
    )
    check.add_argument("model", nargs="+", help="name or folder")
    check.add_argument("--progress", choices=("bar", "json"), default="bar", help="json: also how far it is")
    check.set_defaults(command=check_models)
    release = group.add_parser(
        "release",
        help="take parts out, with a reason; they may be learnt from then",
        description="Take parts out of the regression set. Their rows and pictures stay; who did it, when and why is "
        "recorded. A part that is released may be learnt from.",
    )
    again = group.add_parser("relock", help="take parts in again that were released, with a reason")
    for parser, released in ((release, True), (again, False)):
        parser.add_argument("part", nargs="+", help="id of the inspection")
        parser.add_argument("--why", type=text_argument(REASON), required=True, help="the reason, for the record")
        needs(parser, Permission.MODELS)
        parser.set_defaults(command=change_parts, released=released)
    for parser in (listing, lock, check, release, again):
        parser.add_argument("--recipe", default="", help="recipe: its name (default: the station's)")
        add_places(parser, log=True)
        add_json(parser)


def list_parts(parsed: argparse.Namespace) -> int:
    """List."""
    regression, recipe = _set(parsed)
    every = regression.parts(recipe)
    parts = [part for part in every if parsed.released or not part.released]
    doubted = regression.doubted(parts)
    if parsed.json:
        emit({"recipe": recipe, "parts": [_figures(part, regression, doubted) for part in parts]})
        return EXIT_OK
    for part in parts:
        words = [part.kind.value, part.defect_type, f"confirmed by {part.confirmed_by}"]
        words += [f"released by {part.who}: {part.reason}"] if part.released else []
        words += ["people do not say so any more"] if part.inspection_id in doubted else []
        words += [] if all(path.is_file() for path in regression.pictures(part)) else ["its picture is missing"]
        when = f"{part.confirmed_utc.astimezone():%Y-%m-%d %H:%M}"
        print(one_line(f"{part.inspection_id}  {when}  {', '.join(filter(None, words))}"))
    if not parts:
        say(f"nothing is locked yet for {recipe}")
    return EXIT_OK


def lock_parts(parsed: argparse.Namespace) -> int:
    """Lock."""
    from inspector.domain.counts import counted

    regression, recipe = _set(parsed)
    update = regression.update(recipe)
    locked = sum(not part.released for part in regression.parts(recipe))
    if parsed.json:
        emit(
            {
                "recipe": recipe,
                "added": update.locked,
                "locked": locked,
                "without_picture": list(update.without_picture),
            }
        )
        return EXIT_OK
    print(f"{recipe}: {counted(update.locked, 'part')} locked now, {locked:,} in all")
    for note in update.notes():
        say(note)
    return EXIT_OK


def check_models(parsed: argparse.Namespace) -> int:
    """Judge by one candidate after the other."""
    from inspector import assembly

    parsed.json = parsed.json or parsed.progress == "json"  # errors, too, are said there
    recipe = assembly.find_recipe(parsed.recipe or settings_of(home_of(parsed)).recipe, home_of(parsed))
    checks = []
    with stop_signals() as stop:
        for model in parsed.model:
            check = checked(parsed, recipe, model, stop, progress=parsed.progress == "json")
            if check is None:
                return EXIT_INTERRUPTED
            checks.append(check)
    if parsed.json:
        emit({"checks": [check.model_dump(mode="json") | _words(check) for check in checks]})
    else:
        print("\n\n".join("\n".join(lines_of(check)) for check in checks))
    return EXIT_DEFECTS if any(check.refused for check in checks) else EXIT_OK


def change_parts(parsed: argparse.Namespace) -> int:
    """Release, or lock again."""
    regression, recipe = _set(parsed)
    change = regression.release if parsed.released else regression.lock_again
    parts = change(recipe, parsed.part, parsed.why, who=parsed.actor.name)
    if parsed.json:
        doubted = regression.doubted(parts)
        emit({"recipe": recipe, "parts": [_figures(part, regression, doubted) for part in parts]})
        return EXIT_OK
    for part in parts:
        print(f"{part.inspection_id}: {'released' if part.released else 'locked'}")
    return EXIT_OK


# --- also for `inspector model promote` -------------------------------------------------------------------------------


def regression_set(parsed: argparse.Namespace) -> RegressionSet:
    """Return the set of the command's station and log."""
    from inspector import assembly
    from inspector.regression.locked import RegressionSet

    home = home_of(parsed)
    return RegressionSet(home, assembly.places(home, settings_in_force(parsed)).log)


def checked(
    parsed: argparse.Namespace, recipe: Recipe, model: str, stop: threading.Event, *, progress: bool = False
) -> RegressionCheck | None:
    """Judge a recipe's locked parts by a candidate; None where it was stopped.

    Args:
        progress: Whether it is said on stdout how far it is, as JSON lines.
    """
    from inspector.batch.process import prepare_process
    from inspector.regression.check import RegressionJudge

    prepare_process()
    settings = settings_in_force(parsed)
    judge = RegressionJudge(regression_set(parsed), recipe, home_of(parsed), settings, stop=stop)
    with closing(judge.check(model)) as steps:
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                check: RegressionCheck | None = end.value
                return check
            if progress:
                emit(step.model_dump(exclude_unset=True))


def lines_of(check: RegressionCheck) -> list[str]:
    """Return what a check found, the lost parts first."""
    from inspector.domain.regression import LockedState

    lines = [check.words]
    for part in check.parts:
        if part.candidate is LockedState.HELD:
            continue
        said = [part.kind.value, part.defect_type, part.candidate.value, part.gap]
        said += [f"{part.verdict.value} now"] if part.verdict is not None else []
        said += ["people do not say so any more"] if part.doubted else []
        lines.append(one_line(f"  {part.inspection_id}  {', '.join(filter(None, said))}  {part.picture}"))
    lines += [one_line(note) for note in check.notes]
    if check.refused:
        lines.append(f"It would not be promoted: {check.model} {check.refused}.")
    return lines


def _set(parsed: argparse.Namespace) -> tuple[RegressionSet, str]:
    from inspector import assembly

    name = parsed.recipe or settings_of(home_of(parsed)).recipe
    return regression_set(parsed), assembly.find_recipe(name, home_of(parsed)).name


def _figures(part: LockedPart, regression: RegressionSet, doubted: frozenset[str]) -> dict[str, Any]:
    pictures = regression.pictures(part)
    return {
        "inspection_id": part.inspection_id,
        "kind": part.kind.value,
        "defect_type": part.defect_type,
        "pictures": [str(path) for path in pictures],
        "picture_missing": not all(path.is_file() for path in pictures),
        "sha256": list(part.hashes),
        "confirmed_by": part.confirmed_by,
        "confirmed_utc": part.confirmed_utc.isoformat(),
        "review_ids": part.review_ids.split("; "),
        "doubted": part.inspection_id in doubted,
        "released": part.released,
        "time_utc": part.time_utc.isoformat(),
        "who": part.who,
        "reason": part.reason,
    }


def _words(check: RegressionCheck) -> dict[str, str]:
    return {"words": check.words, "refused": check.refused}
