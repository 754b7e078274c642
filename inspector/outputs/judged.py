"""A judged picture as the documented JSON object: of ``inspector inspect``, and of the pages in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from inspector.domain.heatmap import HeatmapKind
from inspector.domain.policy import guard_decided
from inspector.domain.records import Verdict

if TYPE_CHECKING:
    from inspector.domain.records import Decision, Prediction


class PictureAnswer(BaseModel):
    """What is said of one picture."""

    model_config = ConfigDict(frozen=True, validate_by_name=True, serialize_by_alias=True)

    verdict: Verdict
    reason: str
    class_name: Annotated[str | None, Field(alias="class")]  #: the most probable; none on ERROR
    probability: float | None  #: of that class
    p_defective: float | None
    probabilities: dict[str, float]
    fail_at: float
    review_from: float | None
    strangeness: float | None  #: none on ERROR, and where the model has no memory of good
    strange_from: float | None  #: none: no guard
    heat_outside: bool | None  #: none on ERROR, and where nothing is spared by it
    unlike_good: bool  #: it would have passed, but is unlike good parts
    heatmap_shows: HeatmapKind | None  #: which of the maps the heatmap is; none on ERROR


def judged_fields(decision: Decision, prediction: Prediction | None) -> dict[str, Any]:
    """Return the fields of `PictureAnswer` for what was decided."""
    names = prediction.classes.names if prediction else ()
    scores = [float(p) for p in prediction.probabilities] if prediction else []
    best = scores.index(max(scores)) if scores else None
    return {
        "verdict": decision.verdict,
        "reason": decision.reason,
        "class_name": None if best is None else names[best],
        "probability": None if best is None else scores[best],
        "p_defective": decision.p_defective,
        "probabilities": dict(zip(names, scores, strict=True)),
        "fail_at": decision.thresholds.fail_at,
        "review_from": decision.thresholds.review_from,
        "strangeness": decision.strangeness,
        "strange_from": decision.thresholds.strange_from,
        "heat_outside": decision.heat_outside,
        "unlike_good": guard_decided(decision),
        "heatmap_shows": None if prediction is None else prediction.shows,
    }
