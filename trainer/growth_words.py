"""The stages of a model that has grown, in words and as a table; and when it is worse than the one before. No torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scipy.stats import binomtest

from inspector.domain.counts import counted
from inspector.domain.rates import Rate

if TYPE_CHECKING:
    from inspector.domain.agreement import Agreement
    from trainer.evaluation import Growth, GrowthStage

#: More good parts that are held back than chance explains: McNemar's exact test, one-sided.
CHANCE = 0.05
GROWTH_NOTE = (
    "The same pictures for every model, none of which it has learnt from; with the guard at its usual rate. An older "
    "model that has learnt from one of them is judged by the others."
)
#: So many models stand beside one another.
_BESIDE = 3
GROWTH_HEADS = (
    "Model",
    "Made",
    "Method",
    "Learnt from",
    "Good parts that fail",
    "Good parts to review",
    "Defects that pass",
    "Defects to review",
)


def why_worse(parent: str, *, escapes: tuple[int, int, int], held: Agreement, failed: Agreement) -> str:
    """Say why a model is worse than the one that it goes on from; empty where it is not.

    One more defect that passes is one too many: it is why the model was made. Good parts that fail or go to review vary
    from training to training, so there it must be more than chance explains.

    Args:
        parent: Name of the model before.
        escapes: Defects that pass the model before, that pass this one, and all.
        held: Good parts that pass the first (before) and the second (this one).
        failed: Good parts that do not fail the first and the second.
    """
    before, now, total = escapes
    reasons = []
    if now > before:
        reasons.append(f"of {counted(total, 'defective part')} {now} would pass, {before} with {parent}")
    for agreement, words in ((held, "not pass"), (failed, "fail")):
        first = agreement.only_second + agreement.both_wrong
        second = agreement.only_first + agreement.both_wrong
        apart = agreement.only_first + agreement.only_second
        if apart and binomtest(agreement.only_first, apart, alternative="greater").pvalue < CHANCE:
            good = counted(first + agreement.only_first + agreement.both_right, "good part")
            reasons.append(f"of {good} {second} would {words}, {first} with {parent}, which is more than chance")
    if not reasons:
        return ""
    return (
        f"It is worse than {parent} on the same test pictures: {'; '.join(reasons)}. It is not offered for promotion."
    )


def growth_rows(growth: Growth) -> list[list[str]]:
    """Return a row for each stage, as `GROWTH_HEADS` names them, with 95 % intervals."""
    return [_row(stage) for stage in growth.stages]


def growth_columns(growth: Growth) -> list[tuple[list[str], list[list[str]]]]:
    """Return the stages beside one another, as heads and rows of tables that are narrow enough for a page."""
    stages = growth_rows(growth)
    tables = []
    for first in range(0, len(stages), _BESIDE):
        heads, *rows = (list(row) for row in zip(GROWTH_HEADS, *stages[first : first + _BESIDE], strict=True))
        tables.append((heads, rows))
    return tables


def _row(stage: GrowthStage) -> list[str]:
    return [
        stage.name,
        stage.created[:16].replace("T", " "),
        stage.method,
        f"{stage.good} good, {stage.defective} defective",
        _cell(stage.good_failed, stage.good_tested),
        _cell(stage.good_to_review, stage.good_tested),
        _cell(stage.defective_passed, stage.defective_tested),
        _cell(stage.defective_to_review, stage.defective_tested),
    ]


def _cell(count: int, total: int) -> str:
    if not total:
        return "not tested"
    low, high = Rate(count, total).interval
    return f"{count} of {total} ({100 * low:.1f} to {100 * high:.1f} %)"
