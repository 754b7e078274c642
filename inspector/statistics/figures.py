"""All figures of a choice of parts: groups, control chart, Pareto, drift of scores, latency."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inspector.domain.bins import quantile_place, time_at
from inspector.domain.rates import Rate
from inspector.domain.tally import Tally
from inspector.outputs.roll_up import NO_QUARTER, SCORE, TIME, read_bins, sum_bins
from inspector.statistics.drift import REFERENCE_PARTS, Drift, drift_of
from inspector.statistics.groups import GroupBy, Grouping, grouped
from inspector.statistics.p_chart import p_chart

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import tzinfo

    from inspector.domain.records import Verdict
    from inspector.outputs.roll_up_reads import BinnedParts, RollUpKey, RollUpLog, RollUpQuery
    from inspector.statistics.groups import Group
    from inspector.statistics.p_chart import PChart


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoBar:
    """One bar of the Pareto chart.

    Args:
        verdict: What the parts got.
        kind: What for, see `inspector.domain.reason_kind`.
        parts: How many.
        share: Of all rejected parts, 0..1.
        together: That of this bar and those before it.
    """

    verdict: Verdict
    kind: str
    parts: int
    share: float
    together: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreDrift:
    """The scores of one model with one recipe, group by group, against its first parts.

    Args:
        key: Recipe and model; the lot is empty.
        others: How many parts of the choice were judged by another model or with another recipe: they are left out.
        reference: The scores of its first parts in the record.
        groups: For each group of the figures; None where it has no score of that model.
    """

    key: RollUpKey
    others: int
    reference: Drift
    groups: tuple[Drift | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long parts took from capture to verdict, in milliseconds, read from bins: off by less than 12 %."""

    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFigures:
    """See the module.

    Args:
        by: Whether shifts, days, lots, recipes, models or nests are compared.
        query: What was asked for.
        groups: In the order of their first parts; nests in that of their names.
        total: All of them together.
        chart: The share of parts that did not pass; None where there are too few groups.
        pareto: Rejected parts by kind of reason, the most first.
        drift: None where no part has a score.
        latency: For each group; None where no time is known.
        latency_together: Of all parts; likewise.
    """

    by: GroupBy
    query: RollUpQuery
    groups: tuple[Group, ...]
    total: Tally
    chart: PChart | None
    pareto: tuple[ParetoBar, ...]
    drift: ScoreDrift | None
    latency: tuple[Latency | None, ...]
    latency_together: Latency | None


def figures_of(
    log: RollUpLog, query: RollUpQuery, by: GroupBy, *, shift_starts: Sequence[int], zone: tzinfo | None = None
) -> ProcessFigures:
    """Read and compute the figures.

    Args:
        log: Read on this thread.
        query: Which parts are meant.
        by: Whether shifts, days, lots, recipes, models or nests are compared.
        shift_starts: Hours at which shifts begin.
        zone: Whose clock shifts and days follow; None for the computer's.

    Raises:
        LogError: If the log cannot be read.
    """
    keys = log.keys()
    counts = log.counts(query)
    meant = {number: keys[number] for number in {row.key for row in counts} if number in keys}
    counts = [row for row in counts if row.key in meant]
    held: list[Grouping] = []

    def grouping(span: tuple[int, int]) -> Grouping:
        held.append(Grouping(by, query, meant, span=span, shift_starts=shift_starts, zone=zone))
        return held[0]

    times = (row for row in log.bins(query, TIME) if row.key in meant)
    groups = grouped(counts, times, grouping)
    drift = _drift(log, query, meant, groups, held[0]) if groups else None
    together = Counter[int]()
    for group in groups:
        together.update(group.times)
    return ProcessFigures(
        by=by,
        query=query,
        groups=tuple(groups),
        total=_total(groups),
        chart=p_chart(
            [Rate(group.tally.inspected - group.tally.passed, group.tally.inspected) for group in groups],
            in_time=by.in_time,
        ),
        pareto=pareto_of(groups),
        drift=drift,
        latency=tuple(_latency(group.times) for group in groups),
        latency_together=_latency(together),
    )


def pareto_of(groups: Sequence[Group]) -> tuple[ParetoBar, ...]:
    """Return the rejected parts of groups by kind of reason, the most first."""
    kinds = Counter[tuple["Verdict", str]]()
    for group in groups:
        kinds.update(group.kinds)
    rejected, together, bars = sum(kinds.values()), 0, []
    for (verdict, kind), parts in sorted(kinds.items(), key=lambda item: (-item[1], item[0][1])):
        together += parts
        bars.append(
            ParetoBar(verdict=verdict, kind=kind, parts=parts, share=parts / rejected, together=together / rejected)
        )
    return tuple(bars)


def _total(groups: Sequence[Group]) -> Tally:
    tallies = [group.tally for group in groups]
    return Tally(
        passed=sum(tally.passed for tally in tallies),
        failed=sum(tally.failed for tally in tallies),
        review=sum(tally.review for tally in tallies),
        error=sum(tally.error for tally in tallies),
    )


def _latency(times: Mapping[int, int]) -> Latency | None:
    p50, p99 = quantile_place(times, 0.5), quantile_place(times, 0.99)
    return None if p50 is None or p99 is None else Latency(p50_ms=time_at(p50), p99_ms=time_at(p99))


def _drift(
    log: RollUpLog, query: RollUpQuery, keys: Mapping[int, RollUpKey], groups: Sequence[Group], grouping: Grouping
) -> ScoreDrift | None:
    """Compare the scores of the recipe and model with the most of them."""
    scores: dict[tuple[str, str], dict[int, list[str]]] = {}
    for quarter, number, bins in log.bins(query, SCORE):
        if number in keys and quarter != NO_QUARTER:
            judged_by = keys[number].recipe, keys[number].model_sha256
            scores.setdefault(judged_by, {}).setdefault(grouping.of(quarter, number), []).append(bins)
    if not scores:
        return None
    summed = {judged_by: {place: sum_bins(rows) for place, rows in held.items()} for judged_by, held in scores.items()}
    parts = {judged_by: sum(sum(bins.values()) for bins in held.values()) for judged_by, held in summed.items()}
    recipe, sha256 = judged_by = max(parts, key=lambda judged_by: parts[judged_by])
    key = next(key for key in keys.values() if (key.recipe, key.model_sha256) == judged_by)
    first = replace(query, since=None, until=None, lot=None, recipe=recipe, model_sha256=sha256)
    reference = _first_parts(log.bins(first, SCORE))
    by_query = {grouping.groups[place][1]: bins for place, bins in summed[judged_by].items()}
    return ScoreDrift(
        key=replace(key, lot=""),
        others=sum(parts.values()) - parts[judged_by],
        reference=drift_of(reference, reference),
        groups=tuple(
            drift_of(by_query[group.query], reference) if group.query in by_query else None for group in groups
        ),
    )


def _first_parts(rows: Iterable[BinnedParts]) -> Counter[int]:
    """Return the scores of the first parts: whole quarters of an hour, until there are enough."""
    scores = Counter[int]()
    quarter = NO_QUARTER
    for row in rows:
        if row.quarter == NO_QUARTER:
            continue
        if row.quarter != quarter and scores.total() >= REFERENCE_PARTS:
            break
        quarter = row.quarter
        scores.update(read_bins(row.bins))
    return scores
