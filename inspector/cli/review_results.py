"""``inspector review``: what follows from the judgements: estimate, pictures to be learned, the trainer's manifest."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from inspector.cli.common import EXIT_OK, emit, home_of, one_line, say, settings_of
from inspector.cli.review_common import add_selection, open_reviews, selection

if TYPE_CHECKING:
    from inspector.domain.rates import Estimate
    from inspector.domain.review import Standing
    from inspector.review.estimate import AuditReport
    from inspector.review.learning import LearningSet, LearningUpdate
    from inspector.review.population import Population


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
    contradicted.set_defaults(command=show_conflicts)
    learning = group.add_parser("learning", help="bring the pictures to be learned up to date, and count them")
    learning.add_argument("--confirmed", action="store_true", help="also what confirms a failure or review")
    learning.set_defaults(command=update_learning)
    manifest = group.add_parser(
        "manifest", help="write what a model is trained anew on: its own pictures, and those to be learned"
    )
    which = manifest.add_mutually_exclusive_group()
    which.add_argument("--model", default="", help="whose own pictures (default: the recipe's model)")
    which.add_argument("--alone", action="store_true", help="only what was learned")
    manifest.add_argument("--confirmed", action="store_true", help="also what confirms a failure or review")
    manifest.set_defaults(command=write_manifest)
    for parser in (learning, manifest):
        parser.add_argument("recipe", nargs="?", default="", help="name of the recipe (default: the station's)")
    return [estimate, contradicted, learning, manifest]


def show_estimate(parsed: argparse.Namespace) -> int:
    """Show the estimate."""
    from inspector.review.estimate import audit_report
    from inspector.review.population import recipe_policies

    policies = recipe_policies(home_of(parsed).recipes)
    report = audit_report(open_reviews(parsed), selection(parsed), policies, claim=parsed.claim)
    if parsed.json:
        emit(_report_to_json(report))
        return EXIT_OK
    found, population = report.estimate, report.population
    passed, rejected = found.passed, found.rejected
    print(
        f"audited       {passed.judged} of {population.passes} passes: {passed.good} good, {passed.defective} "
        f"defective, {passed.unsure} unsure, {passed.conflict} contradicted"
    )
    print(
        f"              {rejected.judged} of {population.rejects} rejects: {rejected.good} good, {rejected.defective} "
        f"defective, {rejected.unsure} unsure, {rejected.conflict} contradicted"
    )
    for words, one in (
        ("defective", found.defective_passes),
        ("  exact", found.defective_passes_exact),
        ("false rejects", found.false_rejects),
        ("escape rate", found.escape_rate),
        ("corrected", found.yield_corrected),
    ):
        print(f"{words:14}{_words(one)}")
    if found.yield_fraction is not None:
        print(f"yield         {100 * found.yield_fraction:.2f} %, as the line counts")
    for note in report.notes:
        say(note)
    return EXIT_OK


def show_conflicts(parsed: argparse.Namespace) -> int:
    """Show the conflicts; neither side wins."""
    from inspector.review.estimate import conflicts

    found = [_conflict_to_json(one) for one in conflicts(open_reviews(parsed, read_only=True), selection(parsed))]
    if parsed.json:
        emit({"conflicts": found})
        return EXIT_OK
    for one in found:
        print(
            one_line(
                f"{one['inspection_id']}  " + ", ".join(f"{who}: {what}" for who, what in one["judgements"].items())
            )
        )
    say(f"{len(found)} parts are contradicted")
    return EXIT_OK


def update_learning(parsed: argparse.Namespace) -> int:
    """Update the set."""
    from inspector.review.learning import count_lessons

    learning, found = _updated(parsed)
    counts = count_lessons(found.lessons)
    if parsed.json:
        emit(
            {"recipe": learning.recipe, "folder": str(learning.folder), "to_learn": counts["to learn"],
             "for_test": counts["for the test"], "good": counts["good"], "defective": counts["defective"],
             "added": found.added, "dropped": found.dropped, "lost": list(found.lost),
             "lessons": [asdict(one) for one in found.lessons]}
        )  # fmt: skip
        return EXIT_OK
    print(f"{learning.folder}: " + ", ".join(f"{count} {words}" for words, count in counts.items()))
    return EXIT_OK


def write_manifest(parsed: argparse.Namespace) -> int:
    """Update the set and write the manifest."""
    from inspector import assembly
    from inspector.review.manifest import training_manifest

    home = home_of(parsed)
    learning, _ = _updated(parsed)
    model = None
    if not parsed.alone:
        name = parsed.model or assembly.find_recipe(parsed.recipe or settings_of(home).recipe, home).model
        model = assembly.model_store(home).find(name)
    found = training_manifest(learning, model)
    if parsed.json:
        emit(
            {"path": str(found.path), "own": found.own, "learned": found.learned, "audited": found.audited,
             "labels": found.labels, "notes": list(found.notes)}
        )  # fmt: skip
        return EXIT_OK
    own = ", ".join(f"{count} {part}" for part, count in found.own.items())
    print(f"{found.path}: {found.learned} learned, {found.audited} audited (test), of the model's own {own}")
    for note in found.notes:
        say(note)
    return EXIT_OK


def population_to_json(found: Population) -> dict[str, Any]:
    """Return the documented object of what an audit speaks about."""
    return {
        "passes": found.passes,
        "rejects": found.rejects,
        "errors": found.errors,
        "outside": found.outside,
        "one_in": found.one_in,
        "kept_passes": len(found.kept_passes),
        "kept_rejects": len(found.kept_rejects),
        "not_saved": found.not_saved,
        "problem": found.problem,
        "next_step": found.next_step,
    }


# --- inside -----------------------------------------------------------------------------------------------------------


def _updated(parsed: argparse.Namespace) -> tuple[LearningSet, LearningUpdate]:
    from inspector import assembly
    from inspector.review.learning import LearningSet

    home = home_of(parsed)
    name = parsed.recipe or settings_of(home).recipe or assembly.DEMO_RECIPE
    learning = LearningSet(home.learning, name)
    found = learning.update(open_reviews(parsed), confirmed=parsed.confirmed)
    if found.lost:
        say(f"the pictures of {len(found.lost)} parts are gone or altered, as of {found.lost[0]}: they are left out")
    return learning, found


def _report_to_json(report: AuditReport) -> dict[str, Any]:
    found = report.estimate
    return {
        "population": population_to_json(report.population),
        **asdict(found),
        "claim": {
            "rate": found.claim.claim,
            "upper": found.claim.upper,
            "shown": found.claim.shown,
            "parts_missing": found.claim.missing,
        },
        "conflicts": [_conflict_to_json(one) for one in report.conflicts],
        "escapes": list(report.escapes),
        "notes": list(report.notes),
    }


def _conflict_to_json(one: Standing) -> dict[str, Any]:
    said = {review.reviewer: review.judgement.value for review in one.reviews if review.judgement is not None}
    return {"inspection_id": one.inspection_id, "judgements": said}


def _words(one: Estimate) -> str:
    value = "unknown" if one.value is None else f"{100 * one.value:.2f} %"
    return one_line(f"{value}  (95 %: {100 * one.low:.2f} to {100 * one.high:.2f} %)")


def _rate(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value < 1.0:
        msg = f"{text!r} is not a number between 0 and 1"
        raise argparse.ArgumentTypeError(msg)
    return value
