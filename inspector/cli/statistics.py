"""``inspector statistics``: yields, control chart, failures, drift and latency of the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.cli.common import (
    EXIT_OK,
    add_json,
    add_places,
    emit,
    home_of,
    one_line,
    say,
    settings_in_force,
    time_argument,
)
from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from inspector.outputs.roll_up_reads import RollUpLog
    from inspector.statistics.figures import ProcessFigures
    from inspector.statistics.watched import WatchedView

_BY = ("shift", "day", "lot", "recipe", "model", "nest")
_NAME = 28


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``statistics``."""
    parser = commands.add_parser("statistics", help="yields, control chart, failures, drift and latency of the record")
    parser.add_argument("--by", choices=_BY, default="day", help="what one group of parts is (default: day)")
    parser.add_argument("--since", type=time_argument, help="captured at or after this date or time (local)")
    parser.add_argument("--until", type=time_argument, help="captured before this date or time (local)")
    parser.add_argument("--recipe", help="name of the recipe")
    parser.add_argument("--lot", help="lot")
    parser.add_argument("--model", help="name of the model, or how its hash begins")
    parser.add_argument("--nest", help="tool or nest")
    add_places(parser, log=True)
    add_json(parser)
    parser.set_defaults(command=show_statistics)


def show_statistics(parsed: argparse.Namespace) -> int:
    """Show."""
    from inspector import assembly
    from inspector.cli.statistics_answer import told
    from inspector.outputs.roll_up_reads import RollUpLog, RollUpQuery
    from inspector.statistics.figures import figures_of
    from inspector.statistics.groups import GroupBy
    from inspector.statistics.watched import watched

    settings = settings_in_force(parsed)
    path = assembly.places(home_of(parsed), settings).log
    log = RollUpLog(path)
    query = RollUpQuery(
        since=parsed.since,
        until=parsed.until,
        recipe=parsed.recipe,
        lot=parsed.lot,
        model_sha256=None if parsed.model is None else _model(log, parsed.model),
        nest=parsed.nest,
    )
    figures = figures_of(log, query, GroupBy[parsed.by.upper()], shift_starts=settings.shift_starts)
    views = watched(path, parsed.recipe)
    if parsed.json:
        emit({"log": str(path), **told(figures, views).model_dump(mode="json")})
    elif figures.groups:
        _print(figures)
        _print_watched(views)
    else:
        say("no part was inspected that these options mean")
    return EXIT_OK


def _model(log: RollUpLog, named: str) -> str:
    """Return the hash of the model that is named.

    Raises:
        InspectorError: If there is none, or several.
    """
    models = {
        key.model_sha256: key.model_name
        for key in log.keys().values()
        if key.model_sha256 and (key.model_name == named or key.model_sha256.startswith(named))
    }
    if len(models) == 1:
        return next(iter(models))
    if not models:
        raise InspectorError(
            f"no part in the log was judged by a model “{named}”", "See --by model for those that did."
        )
    hashes = ", ".join(sha256[:12] for sha256 in sorted(models))
    raise InspectorError(f"“{named}” names {len(models)} models: {hashes}", "Give the beginning of the hash instead.")


def _print(figures: ProcessFigures) -> None:
    from inspector.statistics.rules import RULE_WORDS

    print(
        f"{figures.by.value:{_NAME}}{'parts':>9}{'yield %':>9}{'95 %':>16}{'fail':>8}{'review':>8}{'error':>8}  signals"
    )
    for place, group in enumerate(figures.groups):
        tally, rate = group.tally, group.tally.first_pass_yield
        low, high = rate.interval
        rules = figures.chart.points[place].rules if figures.chart else ()
        drift = figures.drift.groups[place] if figures.drift else None
        signs = [RULE_WORDS[rule] for rule in rules] + (["scores drifted"] if drift and drift.drifted else [])
        name = one_line(group.name)
        print(
            f"{name if len(name) < _NAME else name[: _NAME - 2] + '…':{_NAME}}{tally.inspected:9,}"
            f"{100 * (rate.value or 0.0):9.2f}{f'{100 * low:.2f} to {100 * high:.2f}':>16}"
            f"{tally.failed:8,}{tally.review:8,}{tally.error:8,}  {'; '.join(signs)}"
        )
    chart, latency, drift_of = figures.chart, figures.latency_together, figures.drift
    if chart is not None:
        kind = f"Laney p′, σz {chart.sigma_z:.2f}" if chart.overdispersed else "p-chart"
        print(f"\n{kind}: {100 * chart.centre:.2f} % did not pass")
    if latency is not None:
        print(f"capture to verdict: p50 {latency.p50_ms:.0f} ms, p99 {latency.p99_ms:.0f} ms")
    if drift_of is not None:
        whose = f"{drift_of.key.model_name} with {drift_of.key.recipe}"
        print(f"scores: {whose}, against its first {drift_of.reference.parts:,} parts")
    for bar in figures.pareto:
        share, together = 100 * bar.share, 100 * bar.together
        print(f"{bar.parts:9,}  {share:5.1f} %  {together:5.1f} %  {bar.verdict.value}: {one_line(bar.kind)}")


def _print_watched(views: Sequence[WatchedView]) -> None:
    from inspector.statistics.watched import in_words, words_of_view

    for view in views:
        print(f"\nlamp, lens, fixture, process: {one_line(words_of_view(view))}")
        for each in view.measures:
            low, high = (in_words(each.measure, value) for value in each.band)
            now = in_words(each.measure, each.points[-1].value) if each.points else "–"
            print(f"{each.measure.value:{_NAME}}{in_words(each.measure, each.middle):>10} → {now:<10} {low} to {high}")
