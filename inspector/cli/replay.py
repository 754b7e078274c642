"""``inspector replay`` and ``inspector suspects``: parts judged again from their kept pictures."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli import replay_words
from inspector.cli.common import (
    EXIT_INTERRUPTED,
    EXIT_OK,
    add_json,
    add_places,
    emit,
    fraction,
    home_of,
    say,
    settings_in_force,
    stop_signals,
)
from inspector.cli.field_options import GUARD_RATE, add_field
from inspector.cli.review_common import add_part, add_selection, open_reviews, selection
from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    import argparse
    import threading
    from collections.abc import Generator, Iterable

    from inspector.batch.progress import RunProgress
    from inspector.cli.batch_progress import Reporter
    from inspector.domain.records import Inspection
    from inspector.outputs.base import LogQuery
    from inspector.outputs.result_log import SqliteResultLog
    from inspector.outputs.reviews import ReviewLog
    from inspector.replay.order import ReplayOrder
    from inspector.replay.run import ReplayOutcome
    from inspector.replay.suspects import Suspects

_FROM_KEPT = (
    "The pictures are those that the archive kept, with the pixels that were inspected; what of a selection was not "
    "kept, is gone or has changed since is counted by its reason."
)


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add both."""
    replay = commands.add_parser(
        "replay",
        help="judge recorded parts again from their kept pictures",
        description="Judge recorded parts again, with the model, thresholds, device and precision that are recorded of "
        f"each; or say what another model would have said. {_FROM_KEPT}",
    )
    replay.set_defaults(command=run_replay)
    suspects = commands.add_parser(
        "suspects",
        help="after an escape: which parts that left as good would not pass now",
        description="Judge all kept pictures of a time again, with a model or thresholds that find the escape. Lists "
        "parts that passed, or that people have judged good since, and would not pass now; by day; and how many more "
        f"there may be among those that were not kept. {_FROM_KEPT}",
    )
    suspects.set_defaults(command=run_suspects)
    for parser in (replay, suspects):
        parser.add_argument("what", nargs="?", default="", help="id of a part, its serial number, or a lot")
        add_selection(parser)
        add_part(parser)
        parser.add_argument("--model", default="", help="judge by this model, not by the recorded one")
        parser.add_argument("--view", default="", help="with --model, of parts with several views: which it judges")
        parser.add_argument("--fail-at", type=fraction, help="fail from this P(defective) on (default: as recorded)")
        parser.add_argument("--review-from", type=fraction, help="review from this P(defective) on (default: likewise)")
        add_field(parser, GUARD_RATE, words=" (default: as recorded)")
        parser.add_argument("--out", type=Path, help="folder for replay.csv (default: in the data folder)")
        parser.add_argument(
            "--progress", choices=("bar", "json"), default="bar", help="json: one object per line on stdout, as it goes"
        )
        add_places(parser, log=True)
        add_json(parser)


def run_replay(parsed: argparse.Namespace) -> int:
    """Judge again."""
    from inspector.replay.table import FILE_NAME, write_table

    parsed.json = parsed.json or parsed.progress == "json"  # errors, too, are said there
    with stop_signals() as stop:
        out, outcome = _run(parsed, open_reviews(parsed, read_only=True), stop)
        table = out / FILE_NAME
        write_table(table, outcome.parts)
    if parsed.json:
        emit(_stage(parsed, outcome) | replay_words.figures(outcome) | {"csv": str(table)})
    else:
        print("\n".join(replay_words.lines(outcome, recorded=_order(parsed).as_recorded)))
        print(table)
    return _ended(outcome)


def run_suspects(parsed: argparse.Namespace) -> int:
    """Search."""
    from inspector.replay.suspects import find_suspects, is_suspect
    from inspector.replay.table import FILE_NAME, write_table
    from inspector.review.population import recipe_policies

    parsed.json = parsed.json or parsed.progress == "json"
    if _order(parsed).as_recorded:
        raise InspectorError(
            "nothing is said that judges otherwise than on the day",
            "Name a model that finds the escape (--model), or thresholds (--fail-at, --review-from, --guard-rate).",
        )
    log = open_reviews(parsed, read_only=True)
    with stop_signals() as stop:
        out, outcome = _run(parsed, log, stop)
        good = _judged_good(log, outcome)
        suspects: Suspects = find_suspects(outcome, good, recipe_policies(home_of(parsed).recipes))
        table = out / FILE_NAME
        write_table(table, outcome.parts, lambda part: is_suspect(part, good))
    if parsed.json:
        both = replay_words.figures(outcome) | replay_words.suspect_figures(suspects)
        emit(_stage(parsed, outcome) | both | {"csv": str(table)})
    else:
        print("\n".join(replay_words.suspect_lines(suspects, outcome)))
        print(table)
    return _ended(outcome)


# --- inside -----------------------------------------------------------------------------------------------------------


def _run(parsed: argparse.Namespace, log: ReviewLog, stop: threading.Event) -> tuple[Path, ReplayOutcome]:
    from inspector import assembly
    from inspector.batch.run_state import STOP_FILE
    from inspector.cli.batch_progress import Bar, Lines
    from inspector.replay.chosen import choose
    from inspector.replay.judges import AgainJudges
    from inspector.replay.run import Replay

    home, settings, order = home_of(parsed), settings_in_force(parsed), _order(parsed)
    query = selection(parsed)
    if not (parsed.what or any(value is not None for value in (query.since, query.lot, query.recipe, query.part))):
        raise InspectorError("it is not said which parts", "Name a part or a lot, or a time (--since).")
    out = parsed.out or home.replays / _name(parsed, order)
    reporter: Reporter = Lines(out / STOP_FILE, stop) if parsed.progress == "json" else Bar()
    judges = AgainJudges(home, settings, order)
    if order.model:
        assembly.model_store(home).find(order.model)  # before the log is read
    archive = assembly.places(home, settings).archive
    with reporter.shown():
        with closing(assembly.open_log(log.path, read_only=True)) as record:
            chosen = choose(_rows(parsed, log, record, query), archive, order.view if order.model else None)
        outcome = _followed(Replay(chosen, order, judges, out, stop=stop).run(), reporter)
    if not any(True for _ in outcome.judged) and not outcome.interrupted:
        why = replay_words.gap_words(outcome) or "the selection holds no part"
        notes = " ".join(outcome.notes[:1])
        raise InspectorError(f"no part could be judged again: {why}", notes or "Choose other parts.")
    return out, outcome


def _rows(parsed: argparse.Namespace, log: ReviewLog, record: SqliteResultLog, query: LogQuery) -> Iterable[Inspection]:
    """Return the parts that are meant.

    Raises:
        InspectorError: If nothing is called so.
    """
    if not parsed.what:
        return record.rows(query)
    part = log.inspection(parsed.what)
    if part is not None:
        return (part,)
    for named in (replace(query, part=parsed.what), replace(query, lot=parsed.what)):
        if record.tally(named).inspected:
            return record.rows(named)
    raise InspectorError(
        f"there is no part, serial number or lot “{parsed.what}” in {log.path}",
        "Check it; “inspector log export” lists all.",
    )


def _order(parsed: argparse.Namespace) -> ReplayOrder:
    from inspector.replay.order import ReplayOrder

    if parsed.view and not parsed.model:
        raise InspectorError("a view is named, but no model for it", "Add --model, or leave --view out.")
    return ReplayOrder(
        model=parsed.model,
        view=parsed.view,
        fail_at=parsed.fail_at,
        review_from=parsed.review_from,
        guard_rate=parsed.guard_rate,
    )


def _name(parsed: argparse.Namespace, order: ReplayOrder) -> str:
    """Return the folder of what is asked for: asked once more, it goes on."""
    asked = {
        key: str(getattr(parsed, key)) for key in ("what", "since", "until", "shift", "recipe", "lot", "part")
    } | asdict(order)
    return (
        f"{parsed.command.__name__.removeprefix('run_')}-{hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:12]}"
    )


def _followed(steps: Generator[RunProgress, None, ReplayOutcome], reporter: Reporter) -> ReplayOutcome:
    with closing(steps):
        while True:
            try:
                reporter.tell(next(steps))
            except StopIteration as end:
                outcome: ReplayOutcome = end.value
                return outcome


def _judged_good(log: ReviewLog, outcome: ReplayOutcome) -> frozenset[str]:
    """Return the parts that people have judged good since, though they did not pass."""
    from inspector.domain.records import Verdict
    from inspector.domain.review import Truth

    rejected = [part.part.inspection_id for part in outcome.judged if part.part.verdict is not Verdict.PASS]
    standings = log.standings_of(rejected)
    return frozenset(part for part, standing in standings.items() if standing.truth is Truth.GOOD)


def _stage(parsed: argparse.Namespace, outcome: ReplayOutcome) -> dict[str, Any]:
    if parsed.progress != "json":
        return {}
    return {"stage": "interrupted" if outcome.interrupted else "done"}


def _ended(outcome: ReplayOutcome) -> int:
    if outcome.interrupted:
        say("interrupted; run the same command again to go on")
        return EXIT_INTERRUPTED
    return EXIT_OK
