"""What a shadow shows: both models' verdicts side by side, which is right, how much of the line it has seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.counts import counted, verb
from inspector.domain.shadow import crosses, right_of
from inspector.outputs.reviews import ReviewLog
from inspector.outputs.shadow_log import ShadowLog

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.domain.shadow import Shadow, ShadowRight, ShadowTable

#: A smaller share of the line's parts is called a sample.
_ALL = 0.995


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowReport:
    """See the module.

    Args:
        inspected: Parts of the recipe that the line has judged meanwhile.
        waiting: Parts with two verdicts of which nobody has said anything.
    """

    shadow: Shadow
    table: ShadowTable
    right: ShadowRight
    inspected: int
    waiting: int

    @property
    def share(self) -> float | None:
        """Which fraction of the line's parts the candidate has judged, 0..1; None before the first."""
        return min(1.0, self.table.judged / self.inspected) if self.inspected else None

    @property
    def seen(self) -> str:
        """How much of the line the candidate has seen, as a sentence."""
        if self.share is None:
            return "No part has come since it began."
        judged, all_ = self.table.judged, counted(self.inspected, "part")
        if self.share >= _ALL:
            return f"It has judged {judged:,} of {all_}."
        return f"It has judged a sample: {judged:,} of {all_}, {100 * self.share:.1f} %. The line does not wait for it."

    @property
    def agreement(self) -> str:
        """How often both say the same, as a sentence; empty before the first part."""
        table = self.table
        if not table.judged:
            return ""
        if not table.differing:
            return f"Both say the same of {table.same:,}."
        return (
            f"Both say the same of {table.same:,} ({100 * table.same / table.judged:.1f} %); {table.differing:,} "
            f"{verb(table.differing, 'has')} two verdicts, {table.crossing:,} of them "
            f"{verb(table.crossing, 'is')} passed by one of the two only."
        )


def shadow_report(log: Path, shadow: Shadow) -> ShadowReport:
    """Read what a shadow shows.

    Raises:
        LogError: If the log cannot be read.
    """
    record, reviews = ShadowLog(log, read_only=True), ReviewLog(log, read_only=True)
    table = record.table(shadow.id)
    said = record.differences(shadow.id, reviewed=True)
    truths = reviews.standings_of([part for part, _, _ in said])
    pairs = [
        (in_force, truths[part].truth)
        for part, in_force, candidate in said
        if part in truths and crosses(in_force, candidate)
    ]
    return ShadowReport(
        shadow=shadow,
        table=table,
        right=right_of(table.judged, table.crossing, pairs),
        inspected=max(record.inspected(shadow), table.judged),
        waiting=table.differing - sum(part in truths for part, _, _ in said),
    )
