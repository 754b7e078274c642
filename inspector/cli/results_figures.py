"""The figures of ``inspector results show`` and ``compare`` as they stand in their JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.batch.summary import label_words
from inspector.cli.json_answer import JsonAnswer
from inspector.domain.confusion import escapes_of
from inspector.domain.policy import VERDICT_NAMES
from inspector.domain.tally import Tally

if TYPE_CHECKING:
    from inspector.batch import BatchTable, Comparison
    from inspector.domain.agreement import Agreement
    from inspector.domain.confusion import Confusion
    from inspector.domain.rates import Rate


class EventFigures(JsonAnswer):
    """A rate."""

    events: int
    of: int
    rate: float | None
    interval_95: tuple[float, float]


class TypeFigures(JsonAnswer):
    """The parts of one defect type."""

    passed: int
    review: int
    failed: int
    error: int
    escapes: EventFigures


class ConfusionFigures(JsonAnswer):
    """Verdicts against labels, with the rates."""

    good: Tally
    defective: Tally
    unlabelled: Tally
    types: dict[str, TypeFigures]
    escapes: EventFigures
    overkill: EventFigures
    review_load: EventFigures


class AgreementFigures(JsonAnswer):
    """Which of two batches is right."""

    both_right: int
    only_first: int
    only_second: int
    both_wrong: int
    p_value: float


class VerdictFlip(JsonAnswer):
    """A picture whose verdict is another in the second batch."""

    path: str
    label: str
    first: str
    second: str
    p_first: float | None
    p_second: float | None


class ComparisonFigures(JsonAnswer):
    """Two batches beside one another."""

    compared: int
    verdicts: dict[str, dict[str, int]]  #: in the first, in the second
    flips: list[VerdictFlip]
    all: AgreementFigures
    good: AgreementFigures
    defective: AgreementFigures
    changed: list[str]
    only_first: int
    only_second: int
    learnt: tuple[int, int]  #: from how many of those compared the models of first and second have learnt


def confusion_figures(confusion: Confusion) -> ConfusionFigures:
    """Return counts and rates."""
    return ConfusionFigures(
        good=confusion.good,
        defective=confusion.defective,
        unlabelled=confusion.unlabelled,
        types={
            name: TypeFigures(
                passed=tally.passed,
                review=tally.review,
                failed=tally.failed,
                error=tally.error,
                escapes=_rate(escapes_of(tally)),
            )
            for name, tally in confusion.types.items()
        },
        escapes=_rate(confusion.escapes),
        overkill=_rate(confusion.overkill),
        review_load=_rate(confusion.review_load),
    )


def comparison_figures(first: BatchTable, second: BatchTable, comparison: Comparison) -> ComparisonFigures:
    """Return where two batches differ, and which is right.

    Args:
        comparison: Of these two batches, in this order.
    """
    return ComparisonFigures(
        compared=len(comparison.first),
        verdicts={
            before: {after: int(comparison.verdicts[i, j]) for j, after in enumerate(VERDICT_NAMES)}
            for i, before in enumerate(VERDICT_NAMES)
        },
        flips=[
            _flip(first, second, ours, theirs)
            for ours, theirs in zip(
                comparison.first[comparison.flips].tolist(), comparison.second[comparison.flips].tolist(), strict=True
            )
        ],
        all=_agreement(comparison.all_parts),
        good=_agreement(comparison.good),
        defective=_agreement(comparison.defective),
        changed=[first.path(int(place)) for place in comparison.changed],
        only_first=len(comparison.only_first),
        only_second=len(comparison.only_second),
        learnt=comparison.learnt,
    )


def _rate(rate: Rate) -> EventFigures:
    return EventFigures(events=rate.count, of=rate.total, rate=rate.value, interval_95=rate.interval)


def _agreement(agreement: Agreement) -> AgreementFigures:
    return AgreementFigures(
        both_right=agreement.both_right,
        only_first=agreement.only_first,
        only_second=agreement.only_second,
        both_wrong=agreement.both_wrong,
        p_value=agreement.p_value,
    )


def _flip(first: BatchTable, second: BatchTable, ours: int, theirs: int) -> VerdictFlip:
    return VerdictFlip(
        path=first.path(ours),
        label=label_words(int(first.labels[ours])),
        first=VERDICT_NAMES[first.verdicts[ours]],
        second=VERDICT_NAMES[second.verdicts[theirs]],
        p_first=_score(first, ours),
        p_second=_score(second, theirs),
    )


def _score(table: BatchTable, place: int) -> float | None:
    value = float(table.p_defective[place])
    return value if value == value else None  # noqa: PLR0124 - not a number
