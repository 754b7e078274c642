"""The figures of ``inspector review`` as they stand in its JSON: what an audit speaks about, and what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from inspector.domain.audit import AuditCounts
from inspector.domain.rates import Estimate

if TYPE_CHECKING:
    from inspector.domain.evidence import Evidence
    from inspector.domain.review import Standing
    from inspector.review.estimate import AuditReport
    from inspector.review.population import Population


class _ReviewAnswer(BaseModel):
    model_config = ConfigDict(frozen=True)


class PopulationFigures(_ReviewAnswer):
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


class ClaimFigures(_ReviewAnswer):
    """What is proved of the passed parts."""

    rate: float
    upper: float
    shown: bool
    parts_missing: int

    @staticmethod
    def of(claim: Evidence) -> ClaimFigures:
        """Return a claim's figures."""
        return ClaimFigures(rate=claim.claim, upper=claim.upper, shown=claim.shown, parts_missing=claim.missing)


class ConflictFigures(_ReviewAnswer):
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


class AuditFigures(_ReviewAnswer):
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
