"""A batch's report: which pictures it shows, their heatmaps, and the file."""

from __future__ import annotations

import base64
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.batch.contents import read_judged
from inspector.batch.export import ExportError, Step
from inspector.batch.report_page import Tile, page
from inspector.batch.rows import find_picture
from inspector.batch.summary import assessment, label_words
from inspector.batch.table import Filter, Sort, SortKey
from inspector.domain.confusion import DEFECTIVE
from inspector.domain.errors import InspectorError
from inspector.domain.memory import reason_of
from inspector.domain.policy import ERROR, FAILED, REVIEW, VERDICT_NAMES, decide, explained
from inspector.files import FileError, write_text
from inspector.pictures import encode_picture
from inspector.vision.overlay import displayable, draw_overlay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from inspector.batch.record import Judge, RunRecord
    from inspector.batch.table import BatchTable
    from inspector.domain.records import Image
    from inspector.pictures import Place
    from inspector.vision.classifier import Classifier

MOST_PICTURES = 60
_SIDE_PX = 320
_JPEG_QUALITY = 82
_log = logging.getLogger(__name__)


def write_report(
    table: BatchTable,
    path: Path,
    *,
    pictures: Place,
    record: RunRecord | None = None,
    classifier: Classifier | None = None,
    who: str,
    most: int = MOST_PICTURES,
) -> Iterator[Step]:
    """Write a self-contained HTML file: counts, intervals, confusion table, wrong and failed pictures with heatmaps.

    The pictures shown are judged again for their heatmaps; the verdicts and scores are those of the table.

    Args:
        path: The file; an older one is replaced, when the new one is whole.
        pictures: The batch's folder of pictures.
        record: The batch's; None where there is none.
        classifier: The batch's own model, see `heatmap_fault`; None leaves the heatmaps out.
        who: Name of who asks for it.
        most: So many pictures at most; the page says how many are left out.

    Yields:
        How many of the pictures are done.

    Raises:
        ExportError: If it cannot be written.
    """
    wanted = shown(table)
    tiles: list[Tile] = []
    chosen = wanted[:most].tolist()
    judge = record.judge if record else None
    for index in chosen:
        yield Step(done=len(tiles), total=len(chosen))
        tiles.append(_tile(table, index, pictures, classifier, judge))
    made = f"{datetime.now(UTC).astimezone():%Y-%m-%d %H:%M %z}, by {who}"
    text = page(table, record, tiles, left_out=len(wanted) - len(tiles), made=made)
    try:
        write_text(path, text)
    except FileError as error:
        raise ExportError(f"the report {error.what}", f"{error.next_step} Or choose another name.") from error
    yield Step(done=len(chosen), total=len(chosen))


def shown(table: BatchTable) -> NDArray[np.intp]:
    """Return the rows that a report shows, (M,) intp: escapes, overkill, failures, reviews, errors; the worst first."""
    falling = Sort(key=SortKey.P_DEFECTIVE, descending=True)
    wrong = table.select(Filter(wrong=True), Sort(key=SortKey.P_DEFECTIVE))
    escapes = wrong[table.labels[wrong] == DEFECTIVE]
    overkill = wrong[table.labels[wrong] != DEFECTIVE][::-1]
    groups = [escapes, overkill]
    for code in (FAILED, REVIEW, ERROR):
        rows = table.select(Filter(verdicts=frozenset({code})), falling)
        groups.append(rows[~table.wrong[rows]])
    return np.concatenate(groups)


def heatmap_fault(table: BatchTable, classifier: Classifier) -> str:
    """Return why a model cannot draw the heatmaps of a batch: it is another one; empty where it can."""
    if not table.model or classifier.identity.sha256 == table.model:
        return ""
    return f"the model {classifier.identity.name} is not the one that judged (SHA-256 {table.model[:12]}…)"


# --- inside -----------------------------------------------------------------------------------------------------------


def _tile(table: BatchTable, index: int, pictures: Place, classifier: Classifier | None, judge: Judge | None) -> Tile:
    picture = overlay = fault = shows = ""
    try:
        image = _unchanged(table, index, pictures, judge.bit_depth if judge else None)
        picture = _uri(displayable(_small(image)))
        if classifier is None:
            fault = "without heatmap, as the model is not at hand"
        elif table.verdicts[index] != ERROR:
            prediction = classifier.predict(image)
            if judge is not None:
                prediction = explained(prediction, decide(prediction, judge.thresholds), judge.heatmap)
            shows = prediction.shows.words
            overlay = _uri(draw_overlay(_small(image), prediction.heatmap, map_box=prediction.map_box, full_scale=1.0))
    except InspectorError as error:
        fault = error.what
    except Exception as error:  # noqa: BLE001 - one picture's surprise is not the end of the report
        _log.exception("the picture %s could not be shown", table.path(index))
        fault = reason_of(error)
    score = float(table.p_defective[index])
    return Tile(
        path=table.path(index),
        verdict=VERDICT_NAMES[table.verdicts[index]],
        p_defective=None if np.isnan(score) else score,
        label=" · ".join(filter(None, [label_words(int(table.labels[index])), table.defect(index)])),
        assessment=assessment(table, index),
        reason=table.reason(index),
        picture=picture,
        overlay=overlay,
        shows=shows,
        fault=fault,
    )


def _unchanged(table: BatchTable, index: int, pictures: Place, bit_depth: int | None) -> Image:
    path = find_picture(pictures, table.path(index))
    if isinstance(path, Path) and not path.exists():
        raise InspectorError("the picture is not there any more")
    image, changed = read_judged(path, table.contents.known(index), bit_depth=bit_depth)
    if changed:
        raise InspectorError("the picture has changed since it was judged")
    return image


def _small(image: Image) -> Image:
    """The picture no larger than a tile needs."""
    factor = _SIDE_PX / max(image.shape[:2])
    if factor >= 1:
        return image
    size = (max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def _uri(image: Image) -> str:
    data = encode_picture(image, ".jpg", quality=_JPEG_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"
