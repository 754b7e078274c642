"""What people and the record itself say of the parts of a report: reviews, blind audit, and the check of the chain."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, ConfigDict

from inspector.domain.errors import LogError
from inspector.domain.rates import Rate
from inspector.domain.review import Judgement, standings
from inspector.outputs.reviews import ReviewLog
from inspector.outputs.rows import parse_time
from inspector.proof.check import RecordCheck
from inspector.review.estimate import audit_report
from inspector.review.population import recipe_policies
from inspector.signing import trusted_keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.domain.rates import Estimate
    from inspector.outputs.base import LogQuery

_SHOWN = 12


class _Found(BaseModel):
    model_config = ConfigDict(frozen=True)


class Share(_Found):
    """How many of how many, with the 95 % interval (Wilson)."""

    count: int
    total: int
    low: float
    high: float

    @staticmethod
    def of(count: int, total: int) -> Share:
        """Return a share with its interval."""
        low, high = Rate(count, total).interval
        return Share(count=count, total=total, low=low, high=high)

    @property
    def words(self) -> str:
        """In per cent, with the interval; a dash of nothing."""
        if not self.total:
            return "–"
        return f"{100 * self.count / self.total:.1f} % ({100 * self.low:.1f} to {100 * self.high:.1f} %)"


class ReviewFindings(_Found):
    """What people said of parts, as it stands now.

    Args:
        parts: Parts of which somebody said something.
        truths: How many of them are good, defective, unsure or in conflict by that.
        reviewers: How many judgements each made.
    """

    parts: int
    truths: dict[str, int]
    reviewers: dict[str, int]

    @staticmethod
    def of(log: Path, query: LogQuery) -> tuple[ReviewFindings, dict[str, str]]:
        """Return the findings, and of each part that was judged the words, by its id.

        Raises:
            LogError: If the log cannot be read.
        """
        rows = ReviewLog(log, read_only=True).rows(query)
        standing = standings(rows)
        truths = Counter(part.truth.value for part in standing.values() if part.truth is not None)
        reviewers = Counter(review.reviewer for part in standing.values() for review in part.reviews)
        words = {
            name: ", ".join(_judged(review.judgement, review.reviewer) for review in part.reviews)
            for name, part in standing.items()
        }
        return ReviewFindings(parts=len(standing), truths=dict(truths), reviewers=dict(reviewers)), words


class AuditFindings(_Found):
    """What the blind audit shows of escapes; see `inspector.domain.audit`.

    Args:
        judged: Passed parts that were audited.
        figures: What was estimated, in words: name and value with its 95 % interval.
        escapes: Ids of passed parts that were judged defective.
        notes: What a reader has to know, as sentences.
    """

    judged: int
    figures: list[tuple[str, str]]
    escapes: list[str]
    notes: list[str]

    @staticmethod
    def of(log: Path, query: LogQuery, recipes: Path) -> AuditFindings:
        """Work out what the blind audit shows.

        Raises:
            LogError: If the log cannot be read.
        """
        report = audit_report(ReviewLog(log, read_only=True), query, recipe_policies(recipes))
        estimate = report.estimate
        if not estimate.passed.judged:
            return AuditFindings(judged=0, figures=[], escapes=[], notes=[])
        claim = estimate.claim
        proved = f"at most {100 * claim.upper:.2g} % (exact 95 % bound of {claim.bad.count} in {claim.bad.total})"
        if not claim.shown:
            proved += f"; {100 * claim.claim:g} % would take {claim.missing:,} more parts, none of them defective"
        return AuditFindings(
            judged=estimate.passed.judged,
            figures=[
                ("Defective among what passed", _words(estimate.defective_passes)),
                ("Good among what was rejected", _words(estimate.false_rejects)),
                ("Defective parts that passed (escape rate)", _words(estimate.escape_rate)),
                ("Yield without escapes", _words(estimate.yield_corrected)),
                ("Shown of what passed", proved),
            ],
            escapes=list(report.escapes),
            notes=list(report.notes),
        )


class ChainFindings(_Found):
    """Whether the record is as it was written.

    Args:
        whole: False, too, where it could not be checked.
        words: That in a sentence; or why it could not be checked.
        entries: Rows that were checked.
        unsigned: Rows after the last signed head: whoever cuts these off is not seen.
        signed: When the record's end was signed last; None where it never was.
        changes: What is not as it was written, the first of them.
        more: How many more there are.
    """

    whole: bool
    words: str
    entries: int = 0
    unsigned: int = 0
    signed: AwareDatetime | None = None
    changes: list[str] = []
    more: int = 0


def check_chain(log: Path, root: Path, told: Callable[[str, int, int], None] | None = None) -> ChainFindings:
    """Check the rows of the record; the kept pictures are not read.

    Args:
        root: The data folder with the keys that are trusted.
        told: Is told what is looked at, how many were, and about how many there are.

    Raises:
        SigningError: If a key cannot be read.
    """
    check = RecordCheck(log, keys=trusted_keys(root), pictures=False)
    try:
        for step in check.steps():
            if told is not None:
                told(*step)
    except LogError as error:
        return ChainFindings(whole=False, words=f"The record could not be checked: {error}")
    report = check.report
    changes = [change.words for change in (*report.changes, *report.gaps)]
    return ChainFindings(
        whole=report.whole,
        words=report.verdict(),
        entries=report.entries,
        unsigned=report.unsigned,
        signed=None if report.last_head is None else parse_time(report.last_head.time_utc),
        changes=changes[:_SHOWN],
        more=max(0, len(changes) - _SHOWN),
    )


def _words(estimate: Estimate) -> str:
    if estimate.value is None:
        return "not known"
    return f"{100 * estimate.value:.2f} % ({100 * estimate.low:.2f} to {100 * min(1.0, estimate.high):.2f} %)"


def _judged(judgement: Judgement | None, reviewer: str) -> str:
    return f"{'withdrawn' if judgement is None else judgement.value} ({reviewer})"
