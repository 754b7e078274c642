"""What a deep look (``trainer explain``) reports: plain records that go through JSON; no torch here."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from inspector.json_file import parse_shape
from trainer.evaluation import JsonRecord
from trainer.protocol import Progress


class MapMade(JsonRecord):
    """One map of a deep look (``trainer explain``) is on the disk."""

    kind: Literal["map"] = "map"
    method: str  #: as “Grad-CAM++”
    layer: str  #: as “layer4”
    overlay: str  #: path of the picture under its map, PNG, at most 1024 pixels wide or tall
    heatmap: str  #: path of the map alone, PNG, 8 bit grey, the hottest cell 255
    map_box: tuple[float, float, float, float]  #: where the map lies on the picture, as in `Prediction.map_box`
    seconds: float


class MapLeftOut(JsonRecord):
    """A map of a deep look that cannot be made."""

    method: str
    layer: str
    reason: str


class Explained(JsonRecord):
    """The last report of a deep look."""

    kind: Literal["explained"] = "explained"
    picture: str
    model: str
    model_sha256: str
    p_defective: float
    explained_class: str  #: the most probable class that is not good
    left_out: list[MapLeftOut] = []


ExplainReport = Progress | MapMade | Explained
_EXPLAIN_REPORT: TypeAdapter[ExplainReport] = TypeAdapter(Annotated[ExplainReport, Field(discriminator="kind")])


def parse_explain_report(line: str | bytes) -> ExplainReport:
    """Read one JSON line of ``trainer explain --json``.

    Raises:
        JsonError: If it is none.
    """
    return parse_shape(line, _EXPLAIN_REPORT, where="a report of the deep look")
