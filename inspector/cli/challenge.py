"""``inspector challenge``: the release interlock, its set of parts, and whether the station is released."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.common import (
    EXIT_OK,
    add_json,
    add_places,
    emit,
    home_of,
    say,
    settings_in_force,
    text_argument,
)
from inspector.cli.sign_in import needs
from inspector.domain.errors import InspectorError
from inspector.domain.text import REASON
from inspector.people.roles import Permission

if TYPE_CHECKING:
    import argparse

    from inspector.domain.challenge_attempt import Attempt
    from inspector.domain.release import ReleaseStanding, Running
    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe
    from inspector.release.parts import ReleaseParts

EXIT_NOT_RELEASED = 3


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``challenge`` and its commands."""
    group = commands.add_parser(
        "challenge", help="the release interlock: whether the station is released, and the parts that release it"
    ).add_subparsers(title="commands", metavar="COMMAND", required=True)
    status = group.add_parser(
        "status", help="say whether a recipe is released", epilog="Exit codes: 0 released; 1 error; 3 not released."
    )
    status.set_defaults(command=run_status)
    replay = group.add_parser(
        "replay",
        help="replay the challenge from the pictures of its parts",
        description="Judge the pictures of the challenge parts with the recipe's model. Where the recipe lets pictures "
        "count, that releases the station, also one that runs; after a change of lens or lamp it does not.",
        epilog="Exit codes: 0 passed; 1 error; 3 not passed.",
    )
    replay.set_defaults(command=run_replay)
    parts = group.add_parser(
        "set",
        help="set the challenge parts of a recipe from pictures",
        description="Make a recipe's set of challenge parts anew, one for each picture. The pictures are copied. It is "
        "the recipe's next version, and the challenge must be passed with it.",
    )
    for name in ("good", "defective"):
        parts.add_argument(
            f"--{name}",
            type=Path,
            action="append",
            required=True,
            metavar="PATH",
            help=f"{name} parts: picture or folder",
        )
    parts.add_argument("--require", action="store_true", help="require the challenge from now on")
    parts.add_argument("--pictures-count", action="store_true", help="pictures may be replayed instead of shown parts")
    parts.set_defaults(command=run_set)
    optics = group.add_parser("lens-or-lamp", help="say that lens or lamp were changed: nothing is released any more")
    optics.set_defaults(command=run_optics)
    withdraw = group.add_parser(
        "withdraw",
        help="let a recipe run without a challenge that needed one, or whose model does",
        description="Where a recipe asks for no challenge, and by the record it or its model needs one: say that this "
        "is meant so. It holds for the recipe as it is now.",
    )
    withdraw.set_defaults(command=run_withdraw)
    for parser in (status, replay, parts, withdraw):
        parser.add_argument("recipe", help="name of the recipe")
    for parser in (parts, withdraw, optics):
        parser.add_argument("--reason", type=text_argument(REASON), required=True, help="why; it is recorded")
    for parser in (status, replay, parts, optics, withdraw):
        add_places(parser, log=True)
        add_json(parser)
    needs(replay, Permission.CHALLENGE)
    needs(optics, Permission.CHALLENGE)
    needs(parts, Permission.RECIPES)
    needs(withdraw, Permission.RECIPES)


def run_status(parsed: argparse.Namespace) -> int:
    """Say."""
    recipe, parts, running = _asked(parsed)
    return _say(parsed, recipe, parts.record.standing(running))


def run_replay(parsed: argparse.Namespace) -> int:
    """Replay."""
    from inspector import assembly
    from inspector.domain.challenge import ChallengeWay
    from inspector.domain.challenge_attempt import ChallengeOutcome
    from inspector.release.attempts import begun, entries
    from inspector.trail.actor import acting
    from inspector.trial import TrialJudge

    recipe, parts, running = _asked(parsed)
    if not recipe.challenge.parts:
        raise InspectorError(f"the recipe {recipe.name} has no challenge parts", "Set them (inspector challenge set).")
    if recipe.views:
        raise InspectorError("parts with several views must be shown to the cameras", "Do it on Live.")
    assembly.check_may_run(recipe, settings_in_force(parsed), home_of(parsed))
    paths = [parts.pictures.of_set(part.picture) if part.picture else None for part in recipe.challenge.parts]
    judge = TrialJudge(home_of(parsed), lambda: settings_in_force(parsed))
    parts.record.note_required(running, recipe.version)
    attempt = begun(running, acting(), ChallengeWay.PICTURES, parts.record.now())
    try:
        for part, path in zip(recipe.challenge.parts, paths, strict=True):
            if path is None:
                raise InspectorError(f"there is no picture of {part.called}", "Show the parts to the camera.")
            tried = judge.judge_file(path, recipe)
            if tried.model.sha256 != running.models[0]:
                raise InspectorError("the model was changed meanwhile", "Replay the challenge once more.")
            attempt = attempt.answered(tried.decision.verdict, tried.decision.reason, "")
            score = tried.decision.p_defective
            rows = entries(attempt, running, recipe.version, serial="", p_defective=score, pictures=())
            parts.record.add(*rows)
            if not parsed.json:
                print(attempt.words)
            if attempt.outcome is ChallengeOutcome.FAILED or not attempt.answers[-1].counts:
                break
    finally:
        judge.close()
    standing = parts.record.standing(running)
    if attempt.outcome is not ChallengeOutcome.PASSED:
        return _say(parsed, recipe, standing, attempt) or EXIT_NOT_RELEASED
    return _say(parsed, recipe, standing, attempt)


def run_set(parsed: argparse.Namespace) -> int:
    """Set."""
    from pydantic import ValidationError

    from inspector import assembly
    from inspector.domain.challenge import KnownAs
    from inspector.domain.errors import RecipeError
    from inspector.json_file import faults_in
    from inspector.recipes.recipe import Recipe
    from inspector.release.pictures import ChallengePictures
    from inspector.release.sets import parts_of
    from inspector.shelf.shelf import Shelf

    home = home_of(parsed)
    recipe = assembly.find_recipe(parsed.recipe, home)
    pictures = ChallengePictures(home.root)
    good = parts_of(parsed.good, KnownAs.GOOD, pictures, frozenset())
    names = frozenset(part.name for part in good)
    parts = (*good, *parts_of(parsed.defective, KnownAs.DEFECTIVE, pictures, names))
    before = recipe.challenge
    try:
        challenge = replace(
            before,
            parts=parts,
            reason=parsed.reason,
            required=before.required or parsed.require,
            pictures_count=before.pictures_count or parsed.pictures_count,
        )
        wanted = Recipe.model_validate(recipe.model_copy(update={"challenge": challenge}).model_dump())
    except (ValueError, ValidationError) as error:
        why = faults_in(error) if isinstance(error, ValidationError) else str(error)
        raise RecipeError(f"the challenge cannot be set so: {why}", "Nothing was changed.") from error
    saved = Shelf(home).save(wanted)
    if parsed.json:
        emit({"recipe": saved.name, "version": saved.version, "good": len(good), "defective": len(parts) - len(good)})
    else:
        print(f"{saved.name}: version {saved.version}, {len(good)} good and {len(parts) - len(good)} defective parts")
    return EXIT_OK


def run_optics(parsed: argparse.Namespace) -> int:
    """Say that lens or lamp were changed."""
    from inspector import assembly
    from inspector.release.acts import optics_changed
    from inspector.release.parts import release_parts
    from inspector.trail.actor import acting

    settings = settings_in_force(parsed)
    where = assembly.places(home_of(parsed), settings)
    _make_log(where.log, where.home)
    optics_changed(release_parts(where.home.root, where.log, settings).record, acting(), parsed.reason)
    if parsed.json:
        emit({"recorded": True})
    else:
        say("recorded: a challenge must be passed in front of the camera before anything is released again")
    return EXIT_OK


def run_withdraw(parsed: argparse.Namespace) -> int:
    """Withdraw."""
    from inspector.release.acts import withdraw
    from inspector.trail.actor import acting

    recipe, parts, running = _asked(parsed)
    withdraw(parts.record, running, recipe.version, acting(), parsed.reason)
    return _say(parsed, recipe, parts.record.standing(running))


def _asked(parsed: argparse.Namespace) -> tuple[Recipe, ReleaseParts, Running]:
    """Return the recipe, what its interlock needs, and what it would run."""
    from inspector import assembly
    from inspector.release.parts import release_parts, running_of

    home, settings = home_of(parsed), settings_in_force(parsed)
    recipe = assembly.find_recipe(parsed.recipe, home)
    where = assembly.places(home, settings)
    _make_log(where.log, home)
    running = running_of(recipe, assembly.model_store(home), settings)
    return recipe, release_parts(home.root, where.log, settings), running


def _make_log(path: Path, home: Home) -> None:
    """Begin the station's record where it has none: a challenge comes before the first part."""
    if path == home.log and not path.exists():
        from inspector.outputs.result_log import SqliteResultLog

        SqliteResultLog(path).close()


def _say(parsed: argparse.Namespace, recipe: Recipe, standing: ReleaseStanding, attempt: Attempt | None = None) -> int:
    """Say whether a recipe is released; return the exit code."""
    until = standing.until.astimezone() if standing.until is not None else None
    if parsed.json:
        told: dict[str, Any] = {
            "recipe": recipe.name,
            "version": recipe.version,
            "required": standing.needed,
            "released": standing.released,
            "why": standing.why,
            "until": until.isoformat() if until is not None else None,
            "camera_only": standing.camera_only,
        }
        if attempt is not None:
            told |= {
                "outcome": attempt.outcome.value,
                "parts": [{"part": answer.part.name, "words": answer.words} for answer in attempt.answers],
            }
        emit(told)
    elif not standing.needed:
        print(f"{recipe.name}: no challenge is required")
    elif standing.released:
        print(f"{recipe.name}: released" + (f" until {until:%Y-%m-%d %H:%M}" if until is not None else ""))
    else:
        print(f"{recipe.name}: NOT RELEASED: {standing.why}")
    return EXIT_OK if standing.released else EXIT_NOT_RELEASED
