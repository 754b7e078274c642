"""The figures of a lot or a period, read from the record, its roll-up, the reviews and the audit trail."""

from __future__ import annotations

import itertools
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, ConfigDict

from inspector import __version__
from inspector.domain.errors import InspectorError
from inspector.domain.records import Verdict
from inspector.outputs.base import LogQuery
from inspector.outputs.lot_reads import recorded_lots, recorded_runs
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.roll_up_reads import RollUpLog, RollUpQuery
from inspector.outputs.trail_log import TrailLog, TrailQuery
from inspector.recipes.fields import fields_of_model
from inspector.recipes.recipe import Recipe
from inspector.reports.findings import AuditFindings, ChainFindings, ReviewFindings, Share
from inspector.reports.span import ReportSpan
from inspector.statistics.figures import figures_of
from inspector.statistics.groups import GroupBy
from inspector.trail.event import TrailKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from inspector.domain.records import Inspection
    from inspector.outputs.lot_reads import RecordedRun
    from inspector.reports.span import ReportMaker
    from inspector.statistics.figures import ProcessFigures
    from inspector.trail.event import TrailEvent

#: So many failures are shown with their pictures: the last ones.
MOST_PICTURES = 24
_BAD = frozenset({Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR})
_MOST_EVENTS = 200
#: Of an event so many changed values are shown, each with so many characters; the audit trail has them all.
_MOST_CHANGES, _LONGEST_VALUE = 4, 40
_TITLES = {field.path: field.about.title for field in fields_of_model(Recipe)}
#: Whoever begins a lot does so before its first part; a trigger may take a while.
_AROUND = timedelta(minutes=1)
#: Programs that start and end, and people who sign in, say nothing of the parts.
_UNTOLD = frozenset(
    {
        TrailKind.PROGRAM_START,
        TrailKind.PROGRAM_END,
        TrailKind.SIGN_IN,
        TrailKind.SIGN_OUT,
        TrailKind.EXPORT,
        TrailKind.BACKUP,
    }
)


class LotError(InspectorError):
    """There is no such lot, or its report cannot be made."""


class ReportedPart(BaseModel):
    """A part of the report.

    Args:
        picture: The file of its kept picture; None where none was kept.
        heatmap: None where none was kept, as of a PASS.
        why_none: Why there is no picture, where one should have been kept.
        judged: What people said of it, as “good (Ada)”; empty where nobody did.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    number: int
    serial: str
    time: AwareDatetime
    recipe: str
    verdict: str
    reason: str
    picture: str | None
    heatmap: str | None
    why_none: str
    judged: str = ""


class ReportedStretch(BaseModel):
    """Parts that were inspected with one version of a recipe, one model, one operating point and one program."""

    model_config = ConfigDict(frozen=True)

    recipe: str
    version: int
    model: str
    sha256: str
    thresholds: str
    software: str
    parts: int
    since: AwareDatetime
    until: AwareDatetime


class ReportedEvent(BaseModel):
    """What somebody, or the station, did meanwhile."""

    model_config = ConfigDict(frozen=True)

    time: AwareDatetime
    kind: str
    what: str
    who: str
    words: str


class InspectionReport(BaseModel):
    """What is known of a lot or a period.

    Args:
        stations: What the station was called when its parts were inspected.
        verdicts: PASS, FAIL, REVIEW and ERROR, each with its share.
        first_pass_yield: Share of the parts that passed at once.
        reasons: What kind of reason parts did not pass for, the most frequent first.
        stretches: Recipe, model, thresholds and program in force, in order.
        begin: When it began: by the audit trail, else its first part.
        end: When it ended; None while a lot is in force, or where the trail does not say: then see `last`.
        operators: Who did something meanwhile, by name.
        events_left: How many events are not in ``events``.
        clock_set_back: The times of its parts do not go forward: the clock was set.
        failures: The last parts that did not pass.
        reviews: What people said of its parts.
        audit: What the blind audit shows.
        chain: Whether the record is as it was written; None where that was not looked at.
    """

    model_config = ConfigDict(frozen=True)

    span: ReportSpan
    station: str
    stations: list[str]
    made: AwareDatetime
    by: str
    software: str
    inspected: int
    verdicts: dict[str, Share]
    first_pass_yield: Share
    reasons: list[tuple[str, str, int]]
    stretches: list[ReportedStretch]
    begin: AwareDatetime | None
    end: AwareDatetime | None
    first: ReportedPart | None
    last: ReportedPart | None
    operators: list[str]
    events: list[ReportedEvent]
    events_left: int
    clock_set_back: bool
    failures: list[ReportedPart]
    reviews: ReviewFindings
    audit: AuditFindings
    chain: ChainFindings | None

    @property
    def title(self) -> str:
        """What it is about."""
        return self.span.words

    @property
    def foot(self) -> str:
        """What stands at the foot of each printed sheet."""
        return (
            f"{self.title} · {self.station} · {self.made.astimezone():%Y-%m-%d %H:%M:%S %z} · Inspector {self.software}"
        )


def report_of(
    span: ReportSpan,
    log: Path,
    recipes: Path,
    maker: ReportMaker,
    *,
    chain: ChainFindings | None,
    now: datetime,
) -> tuple[InspectionReport, ProcessFigures]:
    """Return what is known of a lot or a period; one without a part has a report too.

    Args:
        span: In whole quarters of an hour.
        log: The result log; a station may write it.
        recipes: Folder of the recipes, with what each version kept.
        maker: Who asks which station.
        chain: Of the check of the record; None where it was not made.
        now: The time, with its zone.

    Returns:
        The report, and the statistics of its parts for the charts.

    Raises:
        LotError: If neither the record nor the audit trail knows the lot.
        LogError: If the log cannot be read.
    """
    runs = recorded_runs(log, span.query)
    events, begins, ends = _events_of(span, log, runs, now)
    if span.lot is not None and not runs and not begins and not ends:
        known = ", ".join(f"“{known.name}”" for known in recorded_lots(log)[:5])
        raise LotError(
            f"there is no lot “{span.lot}” in the record",
            f"The last ones are {known}." if known else "No lot was begun yet.",
        )
    tally = {verdict.value: 0 for verdict in Verdict}
    for run in runs:
        tally[run.verdict] = tally.get(run.verdict, 0) + run.parts
    inspected = sum(tally.values())
    query = RollUpQuery(since=span.since, until=span.until, recipe=span.recipe, lot=span.lot)
    figures = figures_of(RollUpLog(log), query, _by(runs), shift_starts=maker.shift_starts)
    first, last = _ends(log, runs)
    times = [part.time for part in (first, last) if part is not None]
    reviews, of_parts = ReviewFindings.of(log, span.query)
    end = ends[-1] if ends and (not begins or ends[-1] >= begins[-1]) else None
    people = {event.who for event in events if event.who not in {"station", "unknown"}}
    report = InspectionReport(
        span=span,
        station=maker.station,
        stations=sorted({run.station for run in runs}),
        made=now,
        by=maker.by,
        software=__version__,
        inspected=inspected,
        verdicts={name: Share.of(count, inspected) for name, count in tally.items()},
        first_pass_yield=Share.of(tally[Verdict.PASS.value], inspected),
        reasons=[(bar.verdict.value, bar.kind, bar.parts) for bar in figures.pareto],
        stretches=_stretches(runs),
        begin=min((*begins[:1], *times[:1]), default=None),
        end=end,
        first=first,
        last=last,
        operators=sorted(people, key=str.casefold),
        events=[_told(event) for event in events[:_MOST_EVENTS]],
        events_left=max(0, len(events) - _MOST_EVENTS),
        clock_set_back=_goes_back(runs) or (len(times) == 2 and times[1] < times[0]),
        failures=[
            _part(part, of_parts.get(part.id, ""))
            for part in RollUpLog(log).newest_parts(query, _BAD, None, MOST_PICTURES)
        ],
        reviews=reviews,
        audit=AuditFindings.of(log, span.query, recipes),
        chain=chain,
    )
    return report, figures


# --- inside -----------------------------------------------------------------------------------------------------------


def _by(runs: Sequence[RecordedRun]) -> GroupBy:
    """Compare shifts within a few days, else days."""
    if not runs:
        return GroupBy.DAY
    lasted = max(run.to_utc for run in runs) - min(run.from_utc for run in runs)
    return GroupBy.SHIFT if lasted <= timedelta(days=7) else GroupBy.DAY


def _ends(log: Path, runs: Sequence[RecordedRun]) -> tuple[ReportedPart | None, ReportedPart | None]:
    """Return the parts that were recorded first and last."""
    if not runs:
        return None, None
    with closing(SqliteResultLog(log, read_only=True)) as reader:
        ends = []
        for number in (min(run.first for run in runs), max(run.last for run in runs)):
            parts = reader.recent(LogQuery(after=number - 1, before=number + 1), 1)
            ends.append(_part(parts[0], "") if parts else None)
    return ends[0], ends[1]


def _part(inspection: Inspection, judged: str) -> ReportedPart:
    views = [view.picture for view in inspection.views if view.picture is not None]
    picture = inspection.picture or (views[0] if views else None)
    heatmap = None if picture is None else picture.heatmap_path
    return ReportedPart(
        id=inspection.id,
        number=inspection.part_number,
        serial=inspection.called,
        time=inspection.time_utc,
        recipe=inspection.recipe,
        verdict=inspection.decision.verdict.value,
        reason=inspection.decision.reason,
        picture=None if picture is None else str(picture.path),
        heatmap=None if heatmap is None else str(heatmap),
        why_none=inspection.image_not_saved,
        judged=judged,
    )


def _stretches(runs: Sequence[RecordedRun]) -> list[ReportedStretch]:
    """Join the verdicts of what was in force."""
    joined: dict[tuple[str, int, str, str, str, str], list[RecordedRun]] = {}
    for run in runs:
        key = (run.recipe, run.version, run.model, run.sha256, _thresholds(run), run.software)
        joined.setdefault(key, []).append(run)
    return [
        ReportedStretch(
            recipe=recipe,
            version=version,
            model=model,
            sha256=sha256,
            thresholds=thresholds,
            software=software,
            parts=sum(run.parts for run in same),
            since=min(run.from_utc for run in same),
            until=max(run.to_utc for run in same),
        )
        for (recipe, version, model, sha256, thresholds, software), same in joined.items()
    ]


def _thresholds(run: RecordedRun) -> str:
    words = f"FAIL from {run.fail_at:g}"
    if run.review_from is not None:
        words += f", REVIEW from {run.review_from:g}"
    if run.strange_from is not None:
        words += f", strange from {run.strange_from:.4g}"
    return words


def _goes_back(runs: Sequence[RecordedRun]) -> bool:
    """Say whether what was recorded later has the earlier time."""
    latest = sorted(runs, key=lambda run: run.last)
    return any(later.to_utc < earlier.from_utc for earlier, later in itertools.pairwise(latest))


def _events_of(
    span: ReportSpan, log: Path, runs: Sequence[RecordedRun], now: datetime
) -> tuple[list[TrailEvent], list[datetime], list[datetime]]:
    """Return what was done from begin to end, the oldest first, and when a lot began and ended."""
    trail = TrailLog(log, read_only=True)
    begins, ends, times, in_force = [], [], [], False
    if span.lot is not None:
        lots = [row.event for row in trail.rows(TrailQuery(kinds=frozenset({TrailKind.LOT}), words=span.lot))]
        own = [event for event in lots if event.on == span.lot]
        begins = [event.time for event in own if "lot" in event.after]
        ends = [event.time for event in own if "lot" in event.before]
        times, in_force = [event.time for event in own], bool(own) and "lot" in own[-1].after
    times += [run.from_utc for run in runs] + [run.to_utc for run in runs]
    if span.lot is not None and not times:
        return [], begins, ends
    since, until = span.since, span.until or now
    if span.lot is not None:
        since, until = min(times) - _AROUND, now if in_force else max(times) + _AROUND
    told = frozenset(TrailKind) - _UNTOLD
    rows = trail.rows(TrailQuery(since=since, until=until, kinds=told))
    lot = span.lot
    events = [row.event for row in rows if row.event.kind is not TrailKind.LOT or lot is None or row.event.on == lot]
    return events, begins, ends


def _change(name: str, event: TrailEvent) -> str:
    """Return what a change came to, a field of a recipe by its title, as “Guard rate: 0.005 → 0.02”."""
    told = [_short(values[name]) for values in (event.before, event.after) if name in values]
    return f"{_TITLES.get(name) or name.replace('_', ' ')}: {' → '.join(told)}"


def _short(value: JsonValue) -> str:
    words = "–" if value in (None, "", []) else str(value)
    return words if len(words) <= _LONGEST_VALUE else f"{words[:_LONGEST_VALUE]}…"


def _told(event: TrailEvent) -> ReportedEvent:
    changed = [_change(name, event) for name in event.after if name not in {"lot", "version"}]
    if event.kind is TrailKind.RECIPE and not event.before:
        changed = ["it is new"]
    if len(changed) > _MOST_CHANGES:
        changed[_MOST_CHANGES:] = [f"and {len(changed) - _MOST_CHANGES} more: inspector log trail"]
    words = " · ".join(filter(None, (event.on, event.reason, "; ".join(changed))))
    return ReportedEvent(time=event.time, kind=event.kind.value, what=event.kind.title, who=event.who, words=words)
