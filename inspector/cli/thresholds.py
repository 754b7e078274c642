"""``inspector recipe thresholds`` and ``recipe history``: who set which thresholds, when and why."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from inspector.cli.common import EXIT_OK, add_json, add_places, emit, fraction, home_of, say, text_argument
from inspector.cli.field_options import GUARD_RATE, add_field
from inspector.cli.sign_in import named, needs
from inspector.domain.text import PERSON, REASON
from inspector.people.roles import Permission

if TYPE_CHECKING:
    import argparse

    from inspector.domain.records import Thresholds
    from inspector.operating_point.guarding import Guarding
    from inspector.operating_point.sources import Sources
    from inspector.recipes.recipe import ChangeEvidence, Recipe
    from inspector.recipes.versions import RecipeVersion


def add_recipe_commands(group: argparse._SubParsersAction[Any]) -> None:
    """Add ``thresholds`` and ``history`` to the commands of ``recipe``."""
    parser = group.add_parser(
        "thresholds",
        help="set a recipe's thresholds, or take the last change back; recorded",
        description="Save the recipe's next version with other thresholds. Who, when, why, from and to are recorded, "
        "and what the model's validation pictures say. A running line of that recipe takes it up within a second.",
    )
    parser.add_argument("recipe", help="name of the recipe")
    add_thresholds(parser, "default: as in force")
    parser.add_argument("--take-back", action="store_true", help="back to the thresholds before the last change")
    parser.add_argument("--why", type=text_argument(REASON), required=True, help="the reason, for the record")
    parser.add_argument(
        "--author", type=text_argument(PERSON), default="", help="who chooses (default: the user's name)"
    )
    needs(parser, Permission.THRESHOLDS)
    parser.set_defaults(command=set_thresholds)
    told = group.add_parser("history", help="list a recipe's versions: who changed thresholds or model, when and why")
    told.add_argument("recipe", help="name of the recipe")
    told.set_defaults(command=show_history)
    for command in (parser, told):
        add_places(command)
        add_json(command)


def add_thresholds(parser: argparse.ArgumentParser, default: str) -> None:
    """Add the options that name thresholds, all of them optional."""
    parser.add_argument("--fail-at", type=fraction, help=f"fail from this P(defective) on ({default})")
    band = parser.add_mutually_exclusive_group()
    band.add_argument("--review-from", type=fraction, help=f"review from this P(defective) on ({default})")
    band.add_argument("--no-review", action="store_true", help="no review band")
    add_field(parser, GUARD_RATE, words=f" ({default})")


def set_thresholds(parsed: argparse.Namespace) -> int:
    """Set thresholds, or take the last change back."""
    from inspector import assembly
    from inspector.operating_point.choice import ChoiceError, chosen
    from inspector.operating_point.sources import Sources
    from inspector.operating_point.words import change_words
    from inspector.shelf.shelf import Shelf

    home = home_of(parsed)
    recipe = assembly.find_recipe(parsed.recipe, home)
    sources = Sources(home, home.log)
    in_force, guarding = sources.in_force(recipe), sources.guarding(recipe)
    author = named(parsed.actor, parsed.author, "--author")
    point = moved(in_force, parsed, guarding)
    if parsed.guard_rate is not None and guarding.scale is None:
        say(f"warning: {guarding.words}")
    if parsed.take_back:
        if point != in_force:
            raise ChoiceError("--take-back goes without other thresholds", "Do one after the other.")
        made = _taken_back(recipe, in_force, sources.of_model(recipe), parsed, author=author)
    else:
        evidence = _evidence(sources, recipe, point)
        made = chosen(
            recipe,
            point,
            in_force,
            author=author,
            reason=parsed.why,
            guard_rate=parsed.guard_rate,
            evidence=evidence,
        )
    saved = Shelf(home).save(made)
    assert saved.change is not None
    if parsed.json:
        emit({"name": saved.name, "version": saved.version, "change": saved.change.model_dump(mode="json")})
    else:
        print(f"recipe {saved.name}, version {saved.version}: {change_words(saved.change)}")
    return EXIT_OK


def show_history(parsed: argparse.Namespace) -> int:
    """List the versions of a recipe."""
    from inspector import assembly
    from inspector.cli.recipe_answers import HistoryAnswer, VersionAnswer
    from inspector.recipes.promotions import Promotions
    from inspector.recipes.versions import history

    home = home_of(parsed)
    versions = history(parsed.recipe, home.recipes, Promotions(home).read())
    name = parsed.recipe if versions else assembly.find_recipe(parsed.recipe, home).name  # a deleted one has a history
    if parsed.json:
        answer = HistoryAnswer(recipe=name, versions=[VersionAnswer.of(version) for version in versions])
        emit(answer.model_dump(mode="json"))
        return EXIT_OK
    for version in versions:
        print(_version_line(version))
    if not versions:
        say(f"no version of {name} was saved yet")
    return EXIT_OK


def moved(before: Thresholds, parsed: argparse.Namespace, guarding: Guarding) -> Thresholds:
    """Return the thresholds that the options make of others.

    Raises:
        ChoiceError: If review would begin above the fail threshold, or the guard rate is none.
    """
    from inspector.domain.guard import check_guard_rate
    from inspector.operating_point.choice import ChoiceError

    review = None if parsed.no_review else parsed.review_from if parsed.review_from is not None else before.review_from
    fail = before.fail_at if parsed.fail_at is None else parsed.fail_at
    try:
        point = replace(before, fail_at=fail, review_from=review)
    except ValueError as error:
        raise ChoiceError(str(error), "Name both thresholds, or add --no-review.") from error
    if parsed.guard_rate is None:
        return point
    try:
        return guarding.at(point, check_guard_rate(parsed.guard_rate))
    except ValueError as error:
        raise ChoiceError(str(error), "Give --guard-rate another value, or leave it out.") from error


def _taken_back(
    recipe: Recipe, in_force: Thresholds, of_model: Thresholds, parsed: argparse.Namespace, *, author: str
) -> Recipe:
    from inspector.operating_point.choice import ChoiceError, taken_back, undoable
    from inspector.recipes.versions import history

    undone = undoable(recipe, history(recipe.name, home_of(parsed).recipes))
    if undone is None:
        raise ChoiceError(
            f"the recipe {recipe.name} has no change of its thresholds that could be taken back",
            "See “inspector recipe history”, and set the thresholds that you want.",
        )
    return taken_back(recipe, undone, in_force, of_model, author=author, reason=parsed.why)


def _evidence(sources: Sources, recipe: Recipe, point: Thresholds) -> ChangeEvidence | None:
    from inspector.domain.errors import BundleError
    from inspector.operating_point.parts import evidence_of
    from inspector.operating_point.sources import VALIDATION

    try:
        parts = sources.load(VALIDATION, recipe)
    except BundleError as error:
        say(f"warning: recorded without evidence: {error.what}")
        return None
    return evidence_of(parts, point)


def _version_line(version: RecipeVersion) -> str:
    from inspector.operating_point.words import version_words

    when, who, what, why = version_words(version)
    return f"{version.version:4}  {when}  {who:14}{what}{f'. {why}' if why else ''}"
