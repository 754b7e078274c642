"""From the judgements of the blind audit to what can be said of escapes and yield."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inspector.domain.audit import AuditCounts, audit_estimate
from inspector.domain.counts import counted, verb
from inspector.domain.review import Judgement, Standing, Truth, standings, truth_of
from inspector.review.population import population

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from inspector.domain.audit import AuditEstimate
    from inspector.domain.review import Review
    from inspector.outputs.base import LogQuery
    from inspector.outputs.reviews import ReviewLog
    from inspector.review.population import PolicyOf, Population


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What an audit shows.

    Args:
        population: The parts that it speaks about.
        estimate: What is known of them.
        conflicts: Audited parts of which reviewers contradict one another.
        escapes: Ids of the passed parts that were judged defective.
        notes: What a reader has to know, as sentences: what is left out, what is unclear, what cannot be claimed.
    """

    population: Population
    estimate: AuditEstimate
    conflicts: tuple[Standing, ...]
    escapes: tuple[str, ...]
    notes: tuple[str, ...]


def audit_report(log: ReviewLog, query: LogQuery, policy_of: PolicyOf, *, claim: float = 0.01) -> AuditReport:
    """Work out what the blind audit of a selection shows.

    Only blind judgements count, of parts that every audit could have drawn (`inspector.review.population`).

    Args:
        log: The record of inspections and reviews.
        query: Recipe, lot and time; verdicts in it are ignored.
        policy_of: What each version of a recipe kept.
        claim: Fraction of the passed parts that is claimed not to be exceeded, strictly between 0 and 1.

    Raises:
        LogError: If the log cannot be read.
    """
    whole = replace(query, verdicts=None, part=None)  # a sample, not a selection
    audited = population(log.counted_parts(whole), policy_of)
    said = _by_part(log.rows(whole))
    passed = _truths(audited.kept_passes, said)
    rejected = _truths(audited.kept_rejects, said)
    estimate = audit_estimate(
        passes=audited.passes,
        rejects=audited.rejects,
        errors=audited.errors,
        passed=AuditCounts.of(passed.values()),
        rejected=AuditCounts.of(rejected.values()),
        claim=claim,
    )
    contradicted = [part for part, truth in (passed | rejected).items() if truth is Truth.CONFLICT]
    return AuditReport(
        population=audited,
        estimate=estimate,
        conflicts=tuple(standings(said[part])[part] for part in contradicted),
        escapes=tuple(part for part, truth in passed.items() if truth is Truth.DEFECTIVE),
        notes=(*audited.notes, *_notes(audited, estimate)),
    )


def audited_truth(rows: Sequence[Review]) -> Truth | None:
    """Return what the blind audit makes of a part; None where nobody has judged it blind.

    - A judgement that was withdrawn, and not made again before the verdict was shown, leaves the part unsure: who
      changes a judgement after having seen the verdict is not blind.
    - Somebody's judgement that was not blind can contradict (a conflict), but decides nothing.

    Args:
        rows: All that was said of the part, in the order in which it was committed.
    """
    if not any(row.blind for row in rows):
        return None
    part = rows[0].inspection_id
    blind = standings([row for row in rows if row.blind or row.judgement is None]).get(part)
    truth = truth_of(blind.reviews) if blind else Truth.UNSURE
    current = standings(rows).get(part)
    others = {review.judgement for review in current.reviews if not review.blind} if current else set()
    against = {Truth.GOOD: Judgement.DEFECTIVE, Truth.DEFECTIVE: Judgement.GOOD}
    if truth in against and against[truth] in others:
        return Truth.CONFLICT
    return truth


def conflicts(log: ReviewLog, query: LogQuery) -> list[Standing]:
    """Return the parts of a selection of which reviewers contradict one another, audited or not; neither wins.

    Raises:
        LogError: If the log cannot be read.
    """
    return [standing for standing in log.standings(query).values() if standing.truth is Truth.CONFLICT]


def _by_part(rows: Iterable[Review]) -> dict[str, list[Review]]:
    by_part: dict[str, list[Review]] = {}
    for row in rows:
        by_part.setdefault(row.inspection_id, []).append(row)
    return by_part


def _truths(parts: Iterable[tuple[str, str]], said: dict[str, list[Review]]) -> dict[str, Truth]:
    judged = ((part, audited_truth(said[part])) for part, _ in parts if part in said)
    return {part: truth for part, truth in judged if truth is not None}


def _notes(audited: Population, estimate: AuditEstimate) -> list[str]:
    notes = []
    passed, claim = estimate.passed, estimate.claim
    if audited.problem:
        notes.append(f"There can be no audit: {audited.problem}. {audited.next_step}")
    if audited.errors:
        notes.append(
            f"{counted(audited.errors, 'part')} without a verdict (ERROR) {verb(audited.errors, 'is')} in the "
            f"yield, not in the "
            "escape rate."
        )
    if passed.unclear:
        notes.append(
            f"{passed.unsure} audited passes are unsure and {passed.conflict} contradicted; they count as defective, "
            "for the lower limits as good."
        )
    if passed.judged and audited.rejects and not estimate.rejected.judged:
        notes.append("No rejected part has been audited blind: how many defects were caught is open.")
    if not claim.shown:
        missing = claim.missing
        notes.append(
            f"That at most {100 * claim.claim:g} % of the passed parts are defective is not shown: with "
            f"{passed.judged} audited it may be up to {100 * claim.upper:.3g} % (95 %). It would take {missing} more, "
            f"all of them good{' (there are fewer)' if missing > audited.passes - passed.judged else ''}."
        )
    return notes
