"""What ``inspector statistics --json`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.cli.json_answer import JsonAnswer
from inspector.outputs.counted import Counted
from inspector.outputs.rows import time_text
from inspector.statistics.rules import RULE_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.statistics.drift import Drift
    from inspector.statistics.figures import Latency, ProcessFigures
    from inspector.statistics.watched import WatchedView


class LatencyTold(JsonAnswer):
    """Milliseconds from capture to verdict."""

    p50_ms: float
    p99_ms: float


class LimitsTold(JsonAnswer):
    """A group on the control chart."""

    not_passed: float
    lower: float
    upper: float
    z: float
    rules: list[int]  #: Western Electric rules that signal there


class ScoresTold(JsonAnswer):
    """Scores of a group, and how far they lie from the reference's."""

    parts: int
    median: float | None
    p90: float | None
    p99: float | None
    distance: float  #: Kolmogorov and Smirnov
    at_least: float  #: for certain at 95 %
    drifted: bool


class GroupTold(JsonAnswer):
    """A group."""

    group: str
    from_utc: str
    counts: Counted
    limits: LimitsTold | None
    scores: ScoresTold | None
    latency: LatencyTold | None


class BarTold(JsonAnswer):
    """A kind of reason."""

    verdict: str
    reason: str
    parts: int
    share: float
    together: float


class ChartTold(JsonAnswer):
    """The control chart."""

    centre: float
    laney: bool
    sigma_z: float
    rules: dict[int, str]


class DriftTold(JsonAnswer):
    """What the scores are compared with."""

    recipe: str
    model: str
    model_sha256: str
    reference: ScoresTold
    parts_left_out: int


class MeasureTold(JsonAnswer):
    """A measure of the pictures against its reference."""

    measure: str
    reference: float
    low: float
    high: float
    now: float | None  #: median of the newest parts


class FindingTold(JsonAnswer):
    """What was found last."""

    cause: str
    evidence: str
    since_utc: str
    parts: int


class WatchedTold(JsonAnswer):
    """What is watched at a view of a recipe."""

    recipe: str
    view: int  #: from 0, the main one
    good: int  #: parts of the reference
    complete: bool
    measures: list[MeasureTold]
    finding: FindingTold | None


class StatisticsTold(JsonAnswer):
    """All figures."""

    by: str
    together: Counted
    latency: LatencyTold | None
    chart: ChartTold | None
    drift: DriftTold | None
    groups: list[GroupTold]
    pareto: list[BarTold]
    watched: list[WatchedTold]


def told(figures: ProcessFigures, views: Sequence[WatchedView]) -> StatisticsTold:
    """Return the figures as they are printed."""
    chart, drift = figures.chart, figures.drift
    return StatisticsTold(
        by=figures.by.value.lower(),
        together=Counted.of(figures.total),
        latency=_latency(figures.latency_together),
        chart=None
        if chart is None
        else ChartTold(centre=chart.centre, laney=chart.overdispersed, sigma_z=chart.sigma_z, rules=RULE_WORDS),
        drift=None
        if drift is None
        else DriftTold(
            recipe=drift.key.recipe,
            model=drift.key.model_name,
            model_sha256=drift.key.model_sha256,
            reference=_scores(drift.reference),
            parts_left_out=drift.others,
        ),
        groups=[_group(figures, place) for place in range(len(figures.groups))],
        pareto=[
            BarTold(verdict=bar.verdict.value, reason=bar.kind, parts=bar.parts, share=bar.share, together=bar.together)
            for bar in figures.pareto
        ],
        watched=[_watched(view) for view in views],
    )


def _watched(view: WatchedView) -> WatchedTold:
    finding = view.finding
    return WatchedTold(
        recipe=view.recipe,
        view=view.place,
        good=view.good,
        complete=view.complete,
        measures=[
            MeasureTold(
                measure=each.measure.value,
                reference=each.middle,
                low=each.band[0],
                high=each.band[1],
                now=each.points[-1].value if each.points else None,
            )
            for each in view.measures
        ],
        finding=None
        if finding is None
        else FindingTold(
            cause=finding.cause, evidence=finding.evidence, since_utc=time_text(finding.since), parts=finding.parts
        ),
    )


def _group(figures: ProcessFigures, place: int) -> GroupTold:
    group = figures.groups[place]
    point = figures.chart.points[place] if figures.chart else None
    drift = figures.drift.groups[place] if figures.drift else None
    return GroupTold(
        group=group.name,
        from_utc=time_text(group.first),
        counts=Counted.of(group.tally),
        limits=None
        if point is None
        else LimitsTold(
            not_passed=point.share, lower=point.lower, upper=point.upper, z=point.z, rules=list(point.rules)
        ),
        scores=None if drift is None else _scores(drift),
        latency=_latency(figures.latency[place]),
    )


def _scores(drift: Drift) -> ScoresTold:
    return ScoresTold(
        parts=drift.parts,
        median=drift.median,
        p90=drift.p90,
        p99=drift.p99,
        distance=drift.distance,
        at_least=drift.at_least,
        drifted=drift.drifted,
    )


def _latency(latency: Latency | None) -> LatencyTold | None:
    return None if latency is None else LatencyTold(p50_ms=latency.p50_ms, p99_ms=latency.p99_ms)
