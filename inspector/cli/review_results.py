"""``inspector review``: what follows from the judgements: estimate, pictures to be learned, the trainer's manifest."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from inspector.cli.common import EXIT_OK, emit, home_of, one_line, say, settings_of
from inspector.cli.review_common import add_part, add_selection, open_reviews, selection
from inspector.cli.sign_in import needs
from inspector.domain.counts import counted, verb
from inspector.people.roles import Permission

if TYPE_CHECKING:
    from inspector.domain.rates import Estimate
    from inspector.review.learning import LearningSet, LearningUpdate


def add_commands(group: argparse._SubParsersAction[Any]) -> list[argparse.ArgumentParser]:
    """Add ``estimate``, ``conflicts``, ``learning`` and ``manifest``, and return their parsers."""
    estimate = group.add_parser("estimate", help="what the blind audit shows: escape rate, yield corrected for it")
    add_selection(estimate)
    estimate.add_argument(
        "--claim", type=_rate, default=0.01, help="fraction of the passes claimed not to be exceeded (default: 0.01)"
    )
    estimate.set_defaults(command=show_estimate)
    contradicted = group.add_parser("conflicts", help="the parts of which reviewers contradict one another")
    add_selection(contradicted)
    add_part(contradicted)
    contradicted.set_defaults(command=show_conflicts)
    learning = group.add_parser("learning", help="bring the pictures to be learned up to date, and count them")
    learning.add_argument("--confirmed", action="store_true", help="also what confirms a failure")
    learning.set_defaults(command=update_learning)
    manifest = group.add_parser(
        "manifest", help="write what a model is trained anew on: its own pictures, and those to be learned"
    )
    which = manifest.add_mutually_exclusive_group()
    which.add_argument("--model", default="", help="whose own pictures (default: the recipe's model)")
    which.add_argument("--alone", action="store_true", help="only what was learned")
    manifest.add_argument("--confirmed", action="store_true", help="also what confirms a failure")
    manifest.set_defaults(command=write_manifest)
    for parser in (learning, manifest):
        parser.add_argument("recipe", nargs="?", default="", help="name of the recipe (default: the station's)")
        needs(parser, Permission.TRAINING)
    return [estimate, contradicted, learning, manifest]


def show_estimate(parsed: argparse.Namespace) -> int:
    """Show the estimate."""
    from inspector.cli.review_figures import AuditFigures
    from inspector.review.estimate import audit_report
    from inspector.review.population import recipe_policies

    policies = recipe_policies(home_of(parsed).recipes)
    report = audit_report(open_reviews(parsed), selection(parsed), policies, claim=parsed.claim)
    if parsed.json:
        emit(AuditFigures.of(report).model_dump(mode="json"))
        return EXIT_OK
    estimate, population = report.estimate, report.population
    passed, rejected = estimate.passed, estimate.rejected
    print(
        f"audited       {passed.judged} of {counted(population.passes, 'pass')}: {passed.good} good, "
        f"{passed.defective} "
        f"defective, {passed.unsure} unsure, {passed.conflict} contradicted"
    )
    print(
        f"              {rejected.judged} of {counted(population.rejects, 'reject')}: {rejected.good} good, "
        f"{rejected.defective} "
        f"defective, {rejected.unsure} unsure, {rejected.conflict} contradicted"
    )
    for words, figure in (
        ("defective", estimate.defective_passes),
        ("  exact", estimate.defective_passes_exact),
        ("false rejects", estimate.false_rejects),
        ("escape rate", estimate.escape_rate),
        ("corrected", estimate.yield_corrected),
    ):
        print(f"{words:14}{_words(figure)}")
    if estimate.yield_fraction is not None:
        print(f"yield         {100 * estimate.yield_fraction:.2f} %, as the line counts")
    for note in report.notes:
        say(note)
    return EXIT_OK


def show_conflicts(parsed: argparse.Namespace) -> int:
    """Show the conflicts; neither side wins."""
    from inspector.cli.review_figures import ConflictFigures
    from inspector.review.estimate import conflicts

    standings = conflicts(open_reviews(parsed, read_only=True), selection(parsed))
    rows = [ConflictFigures.of(standing) for standing in standings]
    if parsed.json:
        emit({"conflicts": [row.model_dump(mode="json") for row in rows]})
        return EXIT_OK
    for row in rows:
        said = ", ".join(f"{who}: {what}" for who, what in row.judgements.items())
        print(one_line(f"{row.inspection_id}  {said}"))
    say(f"{counted(len(rows), 'part')} {verb(len(rows), 'is')} contradicted")
    return EXIT_OK


def update_learning(parsed: argparse.Namespace) -> int:
    """Update the set."""
    from inspector.review.lesson import LessonCounts

    learning, update = _updated(parsed)
    counts = LessonCounts.of(update.lessons)
    if parsed.json:
        emit(
            {"recipe": learning.recipe, "folder": str(learning.folder), **asdict(counts), "added": update.added,
             "dropped": update.dropped, "lost": list(update.lost),
             "lessons": [asdict(lesson) for lesson in update.lessons]}
        )  # fmt: skip
        return EXIT_OK
    kinds = f"{counts.to_learn} to learn, {counts.for_test} for the test"
    print(f"{learning.folder}: {kinds}, {counts.good} good, {counts.defective} defective")
    return EXIT_OK


def write_manifest(parsed: argparse.Namespace) -> int:
    """Update the set and write the manifest."""
    from inspector import assembly
    from inspector.cli.regression import regression_set
    from inspector.regression.lessons import manifest_of

    home = home_of(parsed)
    learning, _ = _updated(parsed)
    model = None
    if not parsed.alone:
        name = parsed.model or assembly.find_recipe(parsed.recipe or settings_of(home).recipe, home).model
        model = assembly.model_store(home).find(name)
    manifest = manifest_of(regression_set(parsed), learning, model)
    if parsed.json:
        emit(asdict(manifest) | {"path": str(manifest.path)})
        return EXIT_OK
    own = ", ".join(f"{count} {part}" for part, count in asdict(manifest.own).items())
    print(f"{manifest.path}: {manifest.learned} learned, {manifest.audited} audited (test), of the model's own {own}")
    for note in manifest.notes:
        say(note)
    return EXIT_OK


# --- inside -----------------------------------------------------------------------------------------------------------


def _updated(parsed: argparse.Namespace) -> tuple[LearningSet, LearningUpdate]:
    from inspector import assembly
    from inspector.review.learning import LearningSet

    home = home_of(parsed)
    name = parsed.recipe or settings_of(home).recipe or assembly.DEMO_RECIPE
    learning = LearningSet(home.learning, name)
    update = learning.update(open_reviews(parsed), confirmed=parsed.confirmed)
    if update.lost:
        say(
            f"the pictures of {counted(len(update.lost), 'part')} are gone or altered, as of {update.lost[0]}: "
            f"they are left out"
        )
    return learning, update


def _words(estimate: Estimate) -> str:
    value = "unknown" if estimate.value is None else f"{100 * estimate.value:.2f} %"
    return one_line(f"{value}  (95 %: {100 * estimate.low:.2f} to {100 * estimate.high:.2f} %)")


def _rate(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value < 1.0:
        msg = f"{text!r} is not a number between 0 and 1"
        raise argparse.ArgumentTypeError(msg)
    return value
