"""The figures of ``inspector review`` as they stand in its JSON: reviews, queues, and what an audit shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.cli.json_answer import JsonAnswer
from inspector.domain.audit import AuditCounts
from inspector.domain.rates import Estimate
from inspector.domain.records import Verdict
from inspector.domain.review import Judgement, QueueKind

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.domain.evidence import Evidence
    from inspector.domain.review import Review, Standing
    from inspector.review.estimate import AuditReport
    from inspector.review.population import Population
    from inspector.review.queues import Entry, Queue, Skipped


class PopulationFigures(JsonAnswer):
    """The parts that an audit speaks about."""

    passes: int
    rejects: int
    errors: int
    outside: int
    one_in: int
    kept_passes: int
    kept_rejects: int
    not_saved: int
    problem: str
    next_step: str

    @staticmethod
    def of(population: Population) -> PopulationFigures:
        """Return a population's figures."""
        return PopulationFigures(
            passes=population.passes,
            rejects=population.rejects,
            errors=population.errors,
            outside=population.outside,
            one_in=population.one_in,
            kept_passes=len(population.kept_passes),
            kept_rejects=len(population.kept_rejects),
            not_saved=population.not_saved,
            problem=population.problem,
            next_step=population.next_step,
        )


class ClaimFigures(JsonAnswer):
    """What is proved of the passed parts."""

    rate: float
    upper: float
    shown: bool
    parts_missing: int

    @staticmethod
    def of(claim: Evidence) -> ClaimFigures:
        """Return a claim's figures."""
        return ClaimFigures(rate=claim.claim, upper=claim.upper, shown=claim.shown, parts_missing=claim.missing)


class ConflictFigures(JsonAnswer):
    """A part of which reviewers contradict one another."""

    inspection_id: str
    judgements: dict[str, str]  #: by reviewer

    @staticmethod
    def of(standing: Standing) -> ConflictFigures:
        """Return what stands of a part."""
        judgements = {
            review.reviewer: review.judgement.value for review in standing.reviews if review.judgement is not None
        }
        return ConflictFigures(inspection_id=standing.inspection_id, judgements=judgements)


class AuditFigures(JsonAnswer):
    """What an audit shows; see `inspector.domain.audit.AuditEstimate`."""

    population: PopulationFigures
    passed: AuditCounts
    rejected: AuditCounts
    defective_passes: Estimate
    defective_passes_exact: Estimate
    false_rejects: Estimate
    escape_rate: Estimate
    yield_fraction: float | None
    yield_corrected: Estimate
    claim: ClaimFigures
    conflicts: list[ConflictFigures]
    escapes: list[str]
    notes: list[str]

    @staticmethod
    def of(report: AuditReport) -> AuditFigures:
        """Return a report's figures."""
        estimate = report.estimate
        return AuditFigures(
            population=PopulationFigures.of(report.population),
            passed=estimate.passed,
            rejected=estimate.rejected,
            defective_passes=estimate.defective_passes,
            defective_passes_exact=estimate.defective_passes_exact,
            false_rejects=estimate.false_rejects,
            escape_rate=estimate.escape_rate,
            yield_fraction=estimate.yield_fraction,
            yield_corrected=estimate.yield_corrected,
            claim=ClaimFigures.of(estimate.claim),
            conflicts=[ConflictFigures.of(conflict) for conflict in report.conflicts],
            escapes=list(report.escapes),
            notes=list(report.notes),
        )


#: Its copies are called by the part alone.
_SHADOW = QueueKind.SHADOW


class ReviewAnswer(JsonAnswer):
    """One row of the record of reviews."""

    id: str
    inspection_id: str
    time_utc: str  #: ISO 8601
    reviewer: str
    judgement: Judgement | None
    defect_type: str
    note: str
    queue: QueueKind
    blind: bool
    undoes: str | None

    @staticmethod
    def of(review: Review) -> ReviewAnswer:
        """Return a review as it is printed."""
        return ReviewAnswer(
            id=review.id,
            inspection_id=review.inspection_id,
            time_utc=review.time_utc.isoformat(),
            reviewer=review.reviewer,
            judgement=review.judgement,
            defect_type=review.defect_type,
            note=review.note,
            queue=review.queue,
            blind=review.blind,
            undoes=review.undoes,
        )


class EntryAnswer(JsonAnswer):
    """A part that waits. Of a blind one neither verdict nor score, and no path: the archive's has the verdict in it."""

    inspection_id: str
    time_utc: str  #: ISO 8601
    recipe: str
    lot: str
    part_number: int
    part_serial: str | None  #: none where nobody said what the part is called
    picture: str | None
    verdict: Verdict | None
    reason: str | None
    p_defective: float | None
    strangeness: float | None  #: none without a memory of good
    strange_from: float | None  #: none: no guard
    heat_outside: bool | None  #: none where nothing is spared by it

    @staticmethod
    def of(entry: Entry, copy: Path | None) -> EntryAnswer:
        """Return a part as it is printed.

        Args:
            copy: Copy of its picture, whose name says nothing; None where none was made.
        """
        decision = entry.inspection.decision if entry.inspection is not None else None
        return EntryAnswer(
            inspection_id=entry.inspection_id,
            time_utc=entry.time_utc.isoformat(),
            recipe=entry.recipe,
            lot=entry.lot,
            part_number=entry.part_number,
            part_serial=entry.part_serial or None,
            picture=str(copy)
            if copy
            else str(entry.picture)
            if decision is not None or entry.queue is _SHADOW
            else None,
            verdict=decision.verdict if decision is not None else None,
            reason=decision.reason if decision is not None else None,
            p_defective=decision.p_defective if decision is not None else None,
            strangeness=decision.strangeness if decision is not None else None,
            strange_from=decision.thresholds.strange_from if decision is not None else None,
            heat_outside=decision.heat_outside if decision is not None else None,
        )


class SkippedAnswer(JsonAnswer):
    """A part that cannot be shown."""

    inspection_id: str
    why: str


class QueueAnswer(JsonAnswer):
    """A queue with its parts."""

    queue: QueueKind
    waiting: int  #: of which `entries` are the first
    entries: list[EntryAnswer]
    judged: int
    by_others: int
    without_picture: int
    skipped: list[SkippedAnswer]
    notes: list[str]
    population: PopulationFigures | None  #: of a blind audit

    @staticmethod
    def of(queue: Queue, entries: list[EntryAnswer], skipped: list[Skipped]) -> QueueAnswer:
        """Return a queue as it is printed."""
        return QueueAnswer(
            queue=queue.request.kind,
            waiting=len(queue.ids),
            entries=entries,
            judged=queue.judged,
            by_others=queue.by_others,
            without_picture=queue.without_picture,
            skipped=[SkippedAnswer(inspection_id=part.inspection_id, why=part.why) for part in skipped],
            notes=list(queue.notes),
            population=PopulationFigures.of(queue.population) if queue.population is not None else None,
        )
