"""What is said of the chosen picture of a batch, by the run and by the one beside it; without widgets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.gui.batch.picture_reader import PictureWish
from inspector.gui.batch.words import label_words, named

if TYPE_CHECKING:
    from inspector.domain.records import Thresholds
    from inspector.gui.batch.rows import Rows
    from inspector.gui.batch.store import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one run says of the picture.

    Args:
        model: Name of the run's model.
        verdict: Code; `NO_VERDICT` for none.
        score: P(defective); NaN for none.
        points: The operating point; None where it is not known.
        strangeness: How unlike good parts it looks; NaN for none.
    """

    model: str
    verdict: int
    score: float
    points: Thresholds | None
    strangeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What is said beside the picture.

    Args:
        name: Path of the picture within the folder.
        opinions: The run's, and that of the one beside it.
        label: What its label says, in words; empty for none.
        reason: Why it has its verdict.
    """

    name: str
    opinions: tuple[Opinion, ...]
    label: str
    reason: str


def describe(reading: Reading, rows: Rows, place: int) -> tuple[Description, PictureWish]:
    """Return what is said of a picture, and what is needed to show it."""
    assert reading.run is not None
    table, runs = rows.table, [reading.run]
    verdicts, scores = [int(table.verdicts[place])], [float(table.p_defective[place])]
    strangeness = [float(table.strangeness[place])]
    if rows.other is not None and reading.other is not None:
        runs.append(reading.other)
        verdicts.append(int(rows.other.verdicts[place]))
        scores.append(float(rows.other.p_defective[place]))
        strangeness.append(float(rows.other.strangeness[place]))
    opinions = tuple(
        Opinion(
            model=named(run),
            verdict=verdict,
            score=score,
            points=run.record.judge.thresholds if run.record.judge else None,
            strangeness=value,
        )
        for run, verdict, score, value in zip(runs, verdicts, scores, strangeness, strict=True)
    )
    known = label_words(int(table.labels[place]))
    kind = table.defect(place)
    words = f"Label: {known}{f', {kind}' if kind and kind != known else ''}" if known else ""
    description = Description(name=table.path(place), opinions=opinions, label=words, reason=table.reason(place))
    wish = PictureWish(
        name=table.path(place),
        known=table.contents.known(place),
        runs=tuple(runs),
        judged=tuple(not math.isnan(score) for score in scores),
    )
    return description, wish
