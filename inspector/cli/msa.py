"""``inspector msa``: measurement system studies: plan, judge blind, have the station judge, report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli import msa_judging
from inspector.cli.common import (
    EXIT_ERROR,
    EXIT_OK,
    add_json,
    add_places,
    emit,
    fraction,
    home_of,
    one_line,
    positive,
    say,
    settings_in_force,
    text_argument,
    told_export,
)
from inspector.cli.review_common import add_selection, open_reviews, selection
from inspector.cli.sign_in import needs
from inspector.domain.text import PERSON
from inspector.people.roles import Permission

if TYPE_CHECKING:
    import argparse

    from inspector.msa.outcome import AppraiserProgress, StudyOutcome
    from inspector.msa.study import StudyChoice

_PARTS, _REPEATS, _SEED = 50, 3, 1


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``msa`` and its commands."""
    group = commands.add_parser(
        "msa", help="measurement system analysis: do people and the station agree on good and defective?"
    ).add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_new(group)
    msa_judging.add_commands(group)
    status = group.add_parser("list", help="all studies, or how far one is")
    status.add_argument("study", nargs="?", default="", help="its name")
    status.set_defaults(command=show_studies)
    report = group.add_parser(
        "report",
        help="the figures with their limits; writes the report and all judgements",
        description="Write report.html and judgements.csv, the latter signed (inspector log verify FILE).",
        epilog="Exit codes: 0 written; 1 error, as nobody is through, or the study was altered; 2 usage.",
    )
    report.add_argument("study", help="its name")
    report.add_argument("--out", type=Path, metavar="DIR", help="folder (default: the study's, in the data folder)")
    needs(report, Permission.EXPORT)
    report.set_defaults(command=write_report)
    again = group.add_parser(
        "repeat",
        help="judge one picture again and again: is the answer always the same?",
        epilog="Exit codes: 0 identical; 1 not, or another error; 2 usage.",
    )
    again.add_argument("picture", type=Path)
    again.add_argument("--times", type=positive, default=10_000, metavar="N", help="how often (default: 10000)")
    again.add_argument("--recipe", help="whose model and thresholds (default: the station's)")
    again.set_defaults(command=repeat_picture)
    for parser in (status, report, again):
        add_places(parser, log=True)
        add_json(parser)


def _add_new(group: argparse._SubParsersAction[Any]) -> None:
    new = group.add_parser(
        "new",
        help="plan a study",
        description="Draw parts whose reference is known, copy their pictures, and fix appraisers, repeats, order and "
        "limits. None of it can be changed later.",
    )
    new.add_argument("study", help="its name")
    source = new.add_mutually_exclusive_group(required=True)
    source.add_argument("--folder", help="labelled pictures: sub-folders good and defect types, or --labels")
    source.add_argument("--reviewed", action="store_true", help="parts of the record that people have judged")
    new.add_argument("--labels", type=Path, metavar="FILE", help="a table with path and label, for --folder")
    new.add_argument("--parts", type=positive, default=_PARTS, help=f"how many at most (default: {_PARTS})")
    new.add_argument("--repeats", type=positive, default=_REPEATS, help=f"of each appraiser (default: {_REPEATS})")
    new.add_argument(
        "--appraiser", action="append", type=text_argument(PERSON), default=[], metavar="NAME", help="may be repeated"
    )
    new.add_argument("--no-station", action="store_true", help="the station is no appraiser")
    new.add_argument("--seed", type=int, default=_SEED, help=f"of draw and order (default: {_SEED})")
    for name, value in (("effectiveness", "0.9"), ("miss", "0.02"), ("false-alarm", "0.05")):
        new.add_argument(f"--{name}", type=fraction, metavar="X", help=f"limit, 0..1 (default: {value}, as AIAG)")
    add_selection(new)
    needs(new, Permission.STUDY)
    add_places(new, log=True)
    add_json(new)
    new.set_defaults(command=plan_study)


def plan_study(parsed: argparse.Namespace) -> int:
    """Plan."""
    from inspector import assembly
    from inspector.msa.limits import AttributeLimits
    from inspector.msa.study import make_study

    home = home_of(parsed)
    recipe = assembly.find_recipe(parsed.recipe or settings_in_force(parsed).recipe, home)
    limits = {
        name: value
        for name, value in (
            ("effectiveness", parsed.effectiveness),
            ("miss", parsed.miss),
            ("false_alarm", parsed.false_alarm),
        )
        if value is not None
    }
    plan = {
        "name": parsed.study.strip(),
        "recipe": recipe.name,
        "made_by": parsed.actor.name,
        "seed": parsed.seed,
        "repeats": parsed.repeats,
        "people": tuple(parsed.appraiser),
        "station": not parsed.no_station,
        "bit_depth": recipe.source_options.bit_depth,
        "limits": AttributeLimits(**limits),
    }
    study = make_study(home.root, plan, _parts(parsed))
    defective = sum(part.defective for part in study.plan.parts)
    if parsed.json:
        told = {"study": study.plan.name, "folder": str(study.folder), "parts": len(study.plan.parts)}
        emit({**told, "defective": defective, "repeats": study.plan.repeats, "appraisers": study.plan.appraisers})
        return EXIT_OK
    print(f"{study.plan.name}: {len(study.plan.parts)} parts, {defective} of them defective, in {study.folder}")
    for name in study.plan.appraisers:
        print(f"{name}: {study.plan.trials} judgements")
    if len(study.plan.parts) < parsed.parts:
        say(f"there are no more than {len(study.plan.parts)} parts; {parsed.parts} were wanted")
    return EXIT_OK


def show_studies(parsed: argparse.Namespace) -> int:
    """Show."""
    from inspector.msa.outcome import progress
    from inspector.msa.study import list_studies, open_study

    root = home_of(parsed).root
    if not parsed.study:
        names = list_studies(root)
        if parsed.json:
            emit({"studies": names})
        else:
            print("\n".join(names) or "there is no study")
        return EXIT_OK
    study = open_study(root, parsed.study)
    far = progress(study)
    if parsed.json:
        emit({"study": study.plan.name, "parts": len(study.plan.parts), "appraisers": [_far(each) for each in far]})
        return EXIT_OK
    for each in far:
        print(f"{one_line(each.name)}: {each.done} of {each.total}")
    return EXIT_OK


def write_report(parsed: argparse.Namespace) -> int:
    """Report."""
    from inspector import assembly
    from inspector.cli.msa_figures import figures
    from inspector.msa.outcome import outcome_of
    from inspector.msa.report import write_result
    from inspector.msa.study import open_study

    home, settings = home_of(parsed), settings_in_force(parsed)
    study = open_study(home.root, parsed.study)
    outcome = outcome_of(study)
    log = assembly.places(home, settings).log
    folder = (parsed.out or study.folder).absolute()
    report, table = write_result(
        study,
        outcome,
        folder,
        home.root,
        station=settings.station,
        log=log if log.exists() else None,
        who=parsed.actor.name,
    )
    told_export(parsed, f"the study {study.plan.name}", str(folder))
    if parsed.json:
        emit({"report": str(report), "judgements": str(table), **figures(outcome)})
        return EXIT_OK
    _print_result(outcome)
    print(f"report: {report}\njudgements: {table}")
    return EXIT_OK


def repeat_picture(parsed: argparse.Namespace) -> int:
    """Judge one picture again and again."""
    from inspector import assembly
    from inspector.msa.station import repeated
    from inspector.trial import TrialJudge

    home = home_of(parsed)
    settings = settings_in_force(parsed)
    recipe = assembly.find_recipe(settings.recipe, home)
    judge = TrialJudge(home, lambda: settings)
    try:
        *_, last = repeated(lambda: judge.judge_file(parsed.picture, recipe), parsed.times)
    finally:
        judge.close()
    if parsed.json:
        told = {"picture": str(parsed.picture), "times": last.times, "identical": last.identical}
        emit({**told, "verdicts": last.verdicts, "scores": last.scores, "low": last.low, "high": last.high})
    else:
        verdicts = ", ".join(f"{count} × {name}" for name, count in last.verdicts.items())
        score = "no score" if last.low is None else f"P(defective) {last.low!r} to {last.high!r}"
        print(f"{'identical' if last.identical else 'NOT identical'}: {verdicts}; {score}")
    return EXIT_OK if last.identical else EXIT_ERROR


# --- inside -----------------------------------------------------------------------------------------------------------


def _parts(parsed: argparse.Namespace) -> list[StudyChoice]:
    from inspector.msa.choose import draw_parts, labelled, reviewed
    from inspector.pictures import place_of  # OpenCV

    if parsed.folder is not None:
        candidates = labelled(place_of(parsed.folder).absolute(), parsed.labels)
    else:
        candidates = reviewed(open_reviews(parsed, read_only=True), selection(parsed))
    return draw_parts(candidates, parsed.parts, parsed.seed)


def _far(each: AppraiserProgress) -> dict[str, object]:
    return {"name": each.name, "done": each.done, "total": each.total}


def _print_result(outcome: StudyOutcome) -> None:
    from inspector.msa.words import summary, tables

    print(summary(outcome))
    for table in tables(outcome):
        print(f"\n{table.title}")
        for cells in table.rows:
            print(
                "  "
                + "; ".join(f"{head}: {one_line(cell.whole)}" for head, cell in zip(table.heads, cells, strict=True))
            )
    for note in outcome.notes:
        say(note)
