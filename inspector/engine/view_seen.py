"""What was seen of a part at one of its views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.joined import MAIN
from inspector.domain.records import Part

if TYPE_CHECKING:
    from inspector.domain.picture_measures import PictureMeasures
    from inspector.domain.prediction import Prediction
    from inspector.domain.records import Decision, ModelIdentity
    from inspector.engine.inspect import Judged
    from inspector.engine.queues import Unjudged


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewSeen:
    """What was seen of a part at one view.

    Args:
        name: The view's.
        source: As in `Inspection`.
        decision: On this view alone; ERROR with its reason where there is none.
        model: Which model judged; None where none was asked.
        part: Its picture; None where there is none.
        prediction: With the heatmap; None where there is none.
        measures: What the picture is like; None where it was not measured.
    """

    name: str
    source: str
    decision: Decision
    model: ModelIdentity | None = None
    part: Part | None = None
    prediction: Prediction | None = None
    measures: PictureMeasures | None = None


def main_view(item: Part | Unjudged, judged: Judged, model: ModelIdentity | None) -> ViewSeen:
    """Return what the main view has seen of a part."""
    return ViewSeen(
        name=MAIN,
        source=item.origin.source,
        decision=judged.decision,
        model=model,
        part=item if isinstance(item, Part) else None,
        prediction=judged.prediction,
        measures=judged.measures,
    )
