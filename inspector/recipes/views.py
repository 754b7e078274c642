"""The further views of a part: cameras beside the main one, each with a model of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, field_serializer, field_validator

from inspector.domain.about import About, check_limits
from inspector.domain.config import ABOUT_GUARD_RATE, ABOUT_MODEL, ABOUT_SOURCE, TriggerMode
from inspector.domain.errors import SourceError
from inspector.domain.guard import check_guard_rate
from inspector.domain.joined import MAIN
from inspector.domain.records import Box, Thresholds
from inspector.domain.source import SourceKind, SourceSpec, is_live, shown
from inspector.domain.source_options import SourceOptions
from inspector.domain.strangeness import DEFAULT_RATE
from inspector.domain.text import MODEL, VIEW_NAME
from inspector.recipes.points import as_written, own_points

if TYPE_CHECKING:
    from collections.abc import Sequence

#: So many views a part may have beside the main one.
MOST_VIEWS = 4
#: Triggers that say when a part is there, so that every camera can be told of it.
TELLING_MODES = (TriggerMode.EXTERNAL, TriggerMode.MANUAL)


def named_source(value: str) -> str:
    """Return a text that names a source.

    Raises:
        ValueError: If it names none.
    """
    try:
        SourceSpec.parse(value)
    except SourceError as error:
        raise ValueError(str(error)) from error
    return value


class RecipeView(BaseModel):
    """One further view: where its pictures come from, and which model judges them."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: Annotated[
        str, AfterValidator(VIEW_NAME.checked), About("View", description="it stands in reasons and in the record")
    ]
    source: Annotated[str, AfterValidator(named_source), ABOUT_SOURCE]
    source_options: SourceOptions = SourceOptions()
    region: Annotated[Box | None, About("Region", empty="whole picture")] = None
    model: Annotated[str, AfterValidator(MODEL.checked), ABOUT_MODEL]
    thresholds: Annotated[Thresholds | None, About(empty="the model's own")] = None
    guard_rate: Annotated[float, AfterValidator(check_guard_rate), ABOUT_GUARD_RATE] = DEFAULT_RATE

    _points = field_validator("thresholds", mode="before")(own_points)
    _points_written = field_serializer("thresholds")(as_written)

    @field_validator("region")
    @classmethod
    def _region_of_a_picture(cls, value: Box | None) -> Box | None:
        if value is not None:
            check_limits(value)
        return value


def fault_of_views(views: Sequence[RecipeView], source: str, mode: TriggerMode) -> str:
    """Return why views cannot be matched to the pictures of the main one; empty where they can.

    Args:
        views: The further views; none never has a fault.
        source: Of the main view.
        mode: When there is a part.
    """
    if not views:
        return ""
    if mode not in TELLING_MODES:
        return (
            f"several views need a trigger that tells all cameras of a part, external or manual: {mode.value} finds "
            "parts in the pictures of one camera, and nobody knows which pictures of the others belong to them"
        )
    names = [MAIN.casefold(), *(view.name.casefold() for view in views)]
    if twice := next((view.name for view in views if names.count(view.name.casefold()) > 1), ""):
        return f"two views are called “{twice}”"
    sources = [source, *(view.source for view in views)]
    for text in sources:
        if not is_live(text):
            return f"several views need cameras: {shown(text)} is none, so nobody knows when its pictures were captured"
        if sources.count(text) > 1 and SourceSpec.parse(text).kind is not SourceKind.DEMO:
            return f"the source {shown(text)} is named twice: a camera shows one view"
    return ""
