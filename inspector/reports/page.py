"""The page of a report: one HTML file that holds its pictures, and prints on A4."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

from inspector.domain.counts import counted
from inspector.reports.charts import CHART_PX, pareto_chart, yield_chart
from inspector.reports.sheet import (
    facts,
    heading,
    image,
    local,
    marked,
    paragraph,
    sheet,
    source,
    table,
    tiles,
    verdict_word,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.reports.findings import ChainFindings
    from inspector.reports.pictures import KeptPictures
    from inspector.reports.report import InspectionReport, ReportedPart
    from inspector.statistics.figures import ProcessFigures

_COLUMNS, _PICTURE_PX = 2, 150
_MOST_REASONS, _MOST_GROUPS = 20, 40
_CHALLENGE = "release"


def report_page(report: InspectionReport, figures: ProcessFigures, pictures: Mapping[str, KeptPictures]) -> str:
    """Return the page.

    Args:
        report: The figures.
        figures: Statistics of the same parts, for the charts.
        pictures: Of the failures, by the parts' ids; what is missing is said.
    """
    body = [
        heading(report.title, 1),
        paragraph(f"{report.station} · report made {local(report.made)} by {report.by}", "quiet"),
        *chain_words(report.chain),
        *_time(report),
        *_stretches(report),
        *_counts(report),
        *_charts(report, figures),
        *_reasons(report, figures),
        *_reviews(report),
        *_audit(report),
        *_people(report),
        *_ends(report),
        *_failures(report, pictures),
    ]
    return sheet(report.title, body)


def chain_words(chain: ChainFindings | None) -> list[str]:
    """Say whether the record is as it was written; a page says it before any figure."""
    if chain is None:
        said = "Not looked at for this report: whether the record is as it was written. inspector log verify does it."
        return [paragraph(said, "quiet")]
    words = chain.words
    if chain.entries:
        words += f" {counted(chain.entries, 'row')} checked by the chain of hashes."
    rows = [paragraph(words, "sound" if chain.whole else "warning")]
    if not chain.whole:
        rows.append(paragraph("The figures below are those of the record as it is now.", "warning"))
        rows += [paragraph(f"– {change}", "warning") for change in chain.changes]
        if chain.more:
            rows.append(paragraph(f"and {chain.more:,} more", "warning"))
    signed = "never" if chain.signed is None else local(chain.signed)
    rows.append(paragraph(f"Its end was signed last: {signed}; {counted(chain.unsigned, 'row')} since.", "quiet"))
    return [*rows, source("inspector log verify")]


def _time(report: InspectionReport) -> list[str]:
    if report.begin is None:
        return []
    last = report.last.time if report.last is not None else None
    until = report.end or last
    words = f"From {local(report.begin)}"
    if report.end is not None:
        words += f" to {local(report.end)}"
    elif until is not None:
        words += f", last part {local(until)}"
        words += "; its end is not recorded yet" if report.span.lot is not None else ""
    lasted = until - report.begin if until is not None else timedelta(0)
    if lasted > timedelta(0) and not report.clock_set_back:
        minutes = round(lasted.total_seconds() / 60)
        words += f" ({minutes // 60} h {minutes % 60:02} min)"
    rows = [paragraph(f"{words}.")]
    if report.clock_set_back:
        said = "The station's clock was set back meanwhile: nothing is said of how long it took."
        rows.append(paragraph(said, "warning"))
    return rows


def _counts(report: InspectionReport) -> list[str]:
    if not report.inspected:
        what = "of this lot" if report.span.lot is not None else "in this period"
        return [paragraph(f"No part {what} was inspected.")]
    rows = [[verdict_word(name), f"{share.count:,}", share.words] for name, share in report.verdicts.items()]
    rows.append(["all", f"{report.inspected:,}", ""])
    return [
        paragraph(f"First-pass yield {report.first_pass_yield.words}", "yield"),
        table(("Verdict", "Parts", "Share, 95 % interval (Wilson)"), rows, numbers={"Parts"}),
        source(f"inspector log summary{report.span.options}"),
    ]


def _charts(report: InspectionReport, figures: ProcessFigures) -> list[str]:
    if not report.inspected:
        return []
    by = figures.by.value.lower()
    rows = []
    for group in figures.groups[-_MOST_GROUPS:]:
        tally, rate = group.tally, group.tally.first_pass_yield
        low, high = rate.interval
        words = f"{100 * (rate.value or 0.0):.2f} % ({100 * low:.2f} to {100 * high:.2f} %)"
        rows.append(
            [group.name, f"{tally.inspected:,}", words, f"{tally.failed:,}", f"{tally.review:,}", f"{tally.error:,}"]
        )
    left = len(figures.groups) - len(rows)
    heads = (figures.by.value, "Parts", "Yield, 95 % interval", "FAIL", "REVIEW", "ERROR")
    latency = figures.latency_together
    return [
        heading(f"Yield by {by}"),
        f"<p>{image(yield_chart(figures), CHART_PX, f'First-pass yield by {by}, with 95 % intervals')}</p>",
        table(heads, rows, numbers=set(heads[1:])),
        *([paragraph(f"The {len(rows)} last ones; {left:,} before.", "quiet")] if left else []),
        *(
            [paragraph(f"Capture to verdict: p50 {latency.p50_ms:.0f} ms, p99 {latency.p99_ms:.0f} ms.")]
            if latency is not None
            else []
        ),
        source(f"inspector statistics --by {by}{report.span.options}"),
    ]


def _reasons(report: InspectionReport, figures: ProcessFigures) -> list[str]:
    if not report.reasons:
        return []
    bad = sum(count for _, _, count in report.reasons)
    rows = [
        [verdict_word(verdict), reason, f"{count:,}", f"{100 * count / bad:.0f} %"]
        for verdict, reason, count in report.reasons[:_MOST_REASONS]
    ]
    more = len(report.reasons) - len(rows)
    return [
        heading("Why parts did not pass"),
        f"<p>{image(pareto_chart(figures), CHART_PX, 'Parts that did not pass, by reason')}</p>",
        table(("Verdict", "Reason", "Parts", "Of these"), rows, numbers={"Parts", "Of these"}),
        *([paragraph(f"{counted(more, 'more reason')} in report.json.", "quiet")] if more > 0 else []),
        source(f"inspector statistics{report.span.options}"),
    ]


def _stretches(report: InspectionReport) -> list[str]:
    if not report.stretches:
        return []
    rows = [
        (
            f"{stretch.recipe}, version {stretch.version}",
            f"{counted(stretch.parts, 'part')}, {local(stretch.since)} to {local(stretch.until)}; "
            + (f"model {stretch.model}, SHA-256 {stretch.sha256}" if stretch.model else "no model was loaded")
            + f"; {stretch.thresholds}; program {stretch.software}",
        )
        for stretch in report.stretches
    ]
    stations = ", ".join(report.stations)
    return [
        heading("Identification"),
        facts([("Station", stations), ("Made with", f"Inspector {report.software}"), *rows]),
        source(f"inspector log export --csv{report.span.options}"),
    ]


def _reviews(report: InspectionReport) -> list[str]:
    if not report.inspected:
        return []
    said = report.reviews
    rows = [heading("Reviews")]
    if not said.parts:
        return [*rows, paragraph("Nobody has judged a part of these.")]
    truths = ", ".join(f"{count:,} {name}" for name, count in sorted(said.truths.items()))
    people = ", ".join(f"{name} ({counted(count, 'judgement')})" for name, count in sorted(said.reviewers.items()))
    told = [("Parts that people judged", f"{said.parts:,}: {truths}"), ("By", people)]
    return [*rows, facts(told), source(f"inspector review conflicts{report.span.options}; inspector review history ID")]


def _audit(report: InspectionReport) -> list[str]:
    if not report.inspected:
        return []
    audit = report.audit
    rows = [heading("Blind audit")]
    if not audit.judged:
        return [*rows, paragraph("No passed part of these was audited: nothing is known of escapes.", "warning")]
    told = [("Passed parts that were audited", f"{audit.judged:,}"), *audit.figures]
    if audit.escapes:
        told.append(("Escapes", ", ".join(audit.escapes[:_MOST_REASONS])))
    notes = [paragraph(note, "quiet") for note in audit.notes]
    return [*rows, facts(told), *notes, source(f"inspector review estimate{report.span.options}")]


def _people(report: InspectionReport) -> list[str]:
    rows: list[str] = []
    challenges = [event for event in report.events if event.kind == _CHALLENGE]
    if report.inspected or challenges:
        rows.append(heading("Challenges and release"))
        if challenges:
            told = [[local(event.time), event.who, event.words] for event in challenges]
            rows += [table(("When", "Who", "What"), told), source("inspector log trail --what release")]
        else:
            rows.append(paragraph("None was recorded in this time."))
    others = [event for event in report.events if event.kind != _CHALLENGE]
    if others:
        who = ", ".join(report.operators)
        rows.append(heading("Meanwhile"))
        rows += [paragraph(f"Operators: {who}.")] if who else []
        told = [[local(event.time), event.what, event.who, event.words] for event in others]
        rows.append(table(("When", "What", "Who", ""), told))
        if report.events_left:
            rows.append(paragraph(f"{report.events_left:,} more in the audit trail.", "quiet"))
        rows.append(source("inspector log trail"))
    return rows


def _ends(report: InspectionReport) -> list[str]:
    named = [(name, part) for name, part in (("First", report.first), ("Last", report.last)) if part is not None]
    if not named:
        return []
    rows = [[name, local(part.time), _called(part), verdict_word(part.verdict)] for name, part in named]
    again = source(f"inspector log export --csv{report.span.options}")
    return [heading("First and last part"), table(("", "When", "Part", "Verdict"), rows), again]


def _called(part: ReportedPart) -> str:
    return f"no. {part.number}" + (f", {part.serial}" if part.serial else "")


def _failures(report: InspectionReport, pictures: Mapping[str, KeptPictures]) -> list[str]:
    if not report.failures:
        return []
    cells = [_failure(part, pictures.get(part.id)) for part in report.failures]
    bad = sum(count for _, _, count in report.reasons)
    left = bad - len(cells)
    note = f" The {len(cells)} last ones; {left:,} more are in parts.csv." if left > 0 else ""
    return [
        heading("Parts that did not pass"),
        paragraph(f"The newest first; where its heatmap was kept, it stands beside the picture.{note}", "quiet"),
        tiles(cells, _COLUMNS),
        source(f"inspector log export --csv --verdict FAIL --verdict REVIEW --verdict ERROR{report.span.options}"),
    ]


def _failure(part: ReportedPart, kept: KeptPictures | None) -> str:
    if kept is not None:
        shown: str = image(kept.picture, _PICTURE_PX, _called(part))
        if kept.heatmap:
            shown += " " + image(kept.heatmap, _PICTURE_PX, f"heatmap of {_called(part)}")
    else:
        why = part.why_none or ("no picture was kept" if part.picture is None else "its picture is not there any more")
        shown = marked(why, "quiet")
    words = [f"{verdict_word(part.verdict)} {escape(_called(part))}", escape(part.reason)]
    if part.judged:
        words.append(escape(f"People say: {part.judged}"))
    return "<br>".join((shown, *filter(None, words), marked(local(part.time), "quiet")))
