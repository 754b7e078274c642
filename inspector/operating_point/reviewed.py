"""The parts of the line that people have judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.counts import counted
from inspector.domain.operating_point import LabelledScores
from inspector.domain.review import Truth
from inspector.operating_point.choice import ChoiceError
from inspector.operating_point.parts import LabelledParts
from inspector.operating_point.words import outside_notes
from inspector.outputs.base import LogQuery
from inspector.outputs.reviews import ReviewLog

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.domain.records import Inspection

_BIASED = (
    "Reviewed parts are no random sample of the line: mostly parts that did not pass. What escapes is seen only as far "
    "as the blind audit goes; Review estimates the line's escape rate from it."
)


def reviewed_parts(log: Path, recipe: str, model_sha256: str) -> LabelledParts:
    """Read the parts of a recipe that were judged good or defective, as the model in force scored them.

    Args:
        log: The result log; a station may be using it.
        recipe: The recipe's name.
        model_sha256: Of the model in force: scores of others are not comparable.

    Raises:
        LogError: If the log cannot be read.
        ChoiceError: If no part was judged.
    """
    reviews = ReviewLog(log, read_only=True)
    standing = reviews.standings(LogQuery(recipe=recipe))
    truths = {identifier: state.truth for identifier, state in standing.items()}
    sure = [identifier for identifier, truth in truths.items() if truth in (Truth.GOOD, Truth.DEFECTIVE)]
    inspected = reviews.inspections(sure)
    known = (inspected[identifier] for identifier in sure if identifier in inspected)
    by_model = [part for part in known if _sha256(part) == model_sha256]
    parts = [part for part in by_model if not part.views]  # which view shows a defect is not said
    if not parts:
        others = f"; {len(sure) - len(by_model)} were judged under another model" if len(sure) > len(by_model) else ""
        others += f"; {len(by_model)} have several views, and nobody says which shows a defect" if by_model else ""
        raise ChoiceError(
            f"no part of {recipe} that this model has inspected was judged good or defective yet{others}",
            "Judge some on the Review page.",
        )
    unsure = len(standing) - len(sure)
    defective = [truths[part.id] is Truth.DEFECTIVE for part in parts]
    notes = [f"Not counted: {counted(unsure, 'part')} of which reviewers are unsure or disagree."] if unsure else []
    if len(by_model) < len(sure):
        notes.append(f"Not counted: {counted(len(sure) - len(by_model), 'part')} that another model has inspected.")
    if len(parts) < len(by_model):
        many = counted(len(by_model) - len(parts), "part")
        notes.append(
            f"Not counted: {many} with several views: a judgement does not say which of them shows the defect."
        )
    scores = LabelledScores(
        [_number(part.decision.p_defective) for part in parts],
        defective,
        [_number(part.decision.strangeness) for part in parts],
        [part.decision.heat_outside is True for part in parts],
    )
    return LabelledParts(
        source=f"reviewed parts of {recipe}",
        scores=scores,
        names=[f"part {part.part_number}" for part in parts],
        types=[
            (", ".join(standing[part.id].defect_types) or "defective") if bad else "good"
            for part, bad in zip(parts, defective, strict=True)
        ],
        how="as judged at the line",
        picture=lambda index: None if (kept := parts[index].picture) is None else kept.path,
        notes=(*notes, *outside_notes(scores)),
        warnings=(_BIASED,),
    )


def _sha256(part: Inspection) -> str:
    return part.model.sha256 if part.model is not None else ""


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
