"""Labelled parts with their scores, from wherever they come."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.rates import Rate
from inspector.domain.records import Verdict
from inspector.recipes.recipe import ChangeEvidence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.domain.operating_point import LabelledScores
    from inspector.domain.records import Thresholds
    from inspector.pictures import Place


_OWN = "These parts chose the model's operating point, so they prove nothing: see the held-out parts, or run a batch."


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledParts:
    """Parts to choose an operating point by.

    Args:
        source: Which parts, in words that stand in the record: “validation pictures of bottle”.
        scores: Their scores and labels, N of them.
        names: Names of the N pictures.
        types: N, defect types; "good" for good parts.
        how: How they were scored, in a sentence without its full stop.
        notes: What the reader should know, a sentence each.
        warnings: What the reader must know before trusting them, a sentence each.
        picture: Returns the file of a part by its place, which need not exist; None where it is not known.
        bit_depth: How many bits of a channel were used when the pictures were judged; None as their files say.
        own: The parts that chose the model's own operating point: figures at that point flatter it.
        held_out: Test parts, to be shown beside and never chosen by; None where there are none.
    """

    source: str
    scores: LabelledScores
    names: Sequence[str]
    types: Sequence[str]
    how: str
    picture: Callable[[int], Place | None]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    bit_depth: int | None = None
    own: bool = False
    held_out: LabelledScores | None = None

    @property
    def caution(self) -> str:
        """Why these parts cannot prove a claim, as a sentence; empty where they can."""
        return _OWN if self.own else ""

    @property
    def good(self) -> int:
        """How many are good."""
        return len(self.scores) - self.defective

    @property
    def defective(self) -> int:
        """How many are defective."""
        return int(self.scores.defective.sum())


def evidence_of(parts: LabelledParts, thresholds: Thresholds) -> ChangeEvidence:
    """Return what is recorded of an operating point when it is chosen by these parts."""
    confusion, held = parts.scores.at(thresholds).confusion, parts.scores.held(thresholds)
    return ChangeEvidence(
        source=parts.source,
        good=confusion.good.inspected,
        good_failed=confusion.good.failed,
        defective=confusion.defective.inspected,
        defective_passed=confusion.defective.passed,
        looked_at=confusion.review_load.count,
        escapes_95=confusion.escapes.interval,
        overkill_95=confusion.overkill.interval,
        good_held=held.good.count,
        defective_held=held.defective.count,
        unmeasured=held.unknown,
    )


def escapes_by_type(parts: LabelledParts, thresholds: Thresholds) -> dict[str, Rate]:
    """Return the escapes of each defect type, the worst first; in O(N)."""
    known = parts.scores.defective & ~np.isnan(parts.scores.scores)
    total = Counter(parts.types[place] for place in np.flatnonzero(known).tolist())
    passed = Counter(
        parts.types[place] for place in parts.scores.cell(thresholds, defective=True, verdict=Verdict.PASS).tolist()
    )
    rates = {name: Rate(passed[name], count) for name, count in total.items()}
    return dict(sorted(rates.items(), key=lambda row: (-(row[1].value or 0.0), row[0])))
