"""What each chart of the page shows, in words and series."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from inspector.gui.statistics.chart import BarChart, LineChart, Series
from inspector.statistics.p_chart import LEAST_GROUPS

if TYPE_CHECKING:
    from inspector.statistics.figures import ProcessFigures
    from inspector.statistics.places import HotPlaces

_BARS_SHOWN = 20


class ChartKind(Enum):
    """Which chart is shown; the value is what the choice is called."""

    YIELD = "Control chart"
    FAILURES = "Failures"
    PLACES = "Place on the part"
    SCORES = "Scores"
    LATENCY = "Latency"
    WATCHED = "Lamp, lens, fixture"


def control_chart(figures: ProcessFigures) -> tuple[LineChart, str]:
    """Return the control chart of what did not pass, and what is to be said of it."""
    names = [group.name for group in figures.groups]
    by = figures.by.value.lower()
    shares = [100 * (group.tally.inspected - group.tally.passed) / group.tally.inspected for group in figures.groups]
    series = [Series(words="did not pass", values=shares, colour="accent")]
    chart = figures.chart
    if chart is None:
        words = f"Share that did not pass, by {by}. There are no limits with fewer than {LEAST_GROUPS} groups."
        return LineChart(names=names, series=series, marked={}, unit="did not pass, %"), words
    series += [
        Series(words="upper limit", values=[100 * point.upper for point in chart.points], colour="text", dashed=True),
        Series(words="centre", values=[100 * chart.centre] * len(names), colour="muted", dashed=True),
        Series(words="lower limit", values=[100 * point.lower for point in chart.points], colour="text", dashed=True),
    ]
    marked = {n: " ".join(map(str, point.rules)) for n, point in enumerate(chart.points) if point.rules}
    kind = (
        f"Laney's p′ chart (groups differ {chart.sigma_z:.1f} times as much as by chance)"
        if chart.overdispersed
        else "p-chart"
    )
    signs = f"{len(marked)} of {len(names)} groups signal (squares)" if marked else "No group signals"
    words = f"Share that did not pass, by {by}: {100 * chart.centre:.2f} % of all. {kind}. {signs}."
    return LineChart(names=names, series=series, marked=marked, unit="did not pass, %"), words


def pareto_chart(figures: ProcessFigures) -> tuple[BarChart, str]:
    """Return the rejected parts by kind of reason, and what is to be said of them."""
    shown = figures.pareto[:_BARS_SHOWN]
    bars = [
        (
            bar.kind,
            bar.verdict,
            bar.parts,
            f"{bar.parts:,}  {100 * bar.share:.1f} %, together {100 * bar.together:.1f} %",
        )
        for bar in shown
    ]
    rejected = figures.total.inspected - figures.total.passed
    more = len(figures.pareto) - len(shown)
    words = f"{rejected:,} parts that did not pass, by what for, the most first."
    return BarChart(bars=bars), f"{words} {more} further kinds are in the table." if more else words


def score_chart(figures: ProcessFigures) -> tuple[LineChart | None, str]:
    """Return the scores by group against the reference, and what is to be said of them."""
    drift = figures.drift
    if drift is None:
        return None, "No part of this choice has a score."
    names = [group.name for group in figures.groups]

    def of(what: str) -> list[float | None]:
        return [None if group is None else getattr(group, what) for group in drift.groups]

    series = [
        Series(words="median", values=of("median"), colour="accent"),
        Series(words="9 of 10 below", values=of("p90"), colour="muted"),
        Series(
            words="median of the reference", values=[drift.reference.median] * len(names), colour="text", dashed=True
        ),
    ]
    marked = {n: "drifted" for n, group in enumerate(drift.groups) if group is not None and group.drifted}
    left_out = f" {drift.others:,} parts of other models or recipes are left out." if drift.others else ""
    signs = f"{len(marked)} of {len(names)} groups have drifted (squares)" if marked else "No group has drifted"
    words = (
        f"P(defective) of “{drift.key.model_name}” with “{drift.key.recipe}”, against its first "
        f"{drift.reference.parts:,} parts. {signs}.{left_out}"
    )
    return LineChart(names=names, series=series, marked=marked, unit="P(defective)", logarithmic=True), words


def latency_chart(figures: ProcessFigures) -> tuple[LineChart | None, str]:
    """Return how long parts took, and what is to be said of it."""
    together = figures.latency_together
    if together is None:
        return None, "No time is known of the parts of this choice."
    series = [
        Series(words=words, values=[getattr(each, name) if each else None for each in figures.latency], colour=colour)
        for words, name, colour in (("99 of 100 within", "p99_ms", "muted"), ("half within", "p50_ms", "accent"))
    ]
    words = (
        f"Capture to verdict: half within {together.p50_ms:.0f} ms, 99 of 100 within {together.p99_ms:.0f} ms "
        "(in steps of 12 %)."
    )
    return LineChart(names=[group.name for group in figures.groups], series=series, marked={}, unit="ms"), words


def legend_of(chart: LineChart) -> list[tuple[str, str]]:
    """Return colour and words of what a chart shows, in the order of its series."""
    return [
        (series.colour, f"{'╌' if series.dashed else '━'} {series.words}") for series in chart.series if series.words
    ]


def places_words(places: HotPlaces | None) -> str:
    """Return what is to be said of the map over the part."""
    if places is None:
        return "No part of this choice got FAIL or REVIEW."
    missing = f"; {places.missing} of them have no heatmap (any more)" if places.missing else ""
    return (
        f"The hottest place of each heatmap of the {places.looked:,} newest parts of “{places.recipe}” with FAIL or "
        f"REVIEW{missing}."
    )
