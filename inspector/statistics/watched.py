"""What lamp, lens, fixture and process do against their reference: figures for a chart of each measure, and words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.assignable import MEASURES, CauseWatch, Measure, recorded_figures_of, value_of
from inspector.json_file import JsonError
from inspector.outputs.measure_reads import newest_measures
from inspector.outputs.references import ReferenceFiles, references_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray

    from inspector.outputs.measure_reads import MeasuredPart
    from inspector.outputs.references import KeptFinding, KeptReference

#: So many of the newest parts are looked at, and so many of them make one point.
NEWEST, OF_A_POINT = 5_000, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurePoint:
    """Consecutive parts.

    Args:
        first: When the first of them was captured.
        parts: Their ids.
        value: Their median, in the measure's own unit.
    """

    first: datetime
    parts: tuple[str, ...]
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedMeasure:
    """A measure against its reference.

    Args:
        middle: Of the reference, in its own unit.
        band: Within which the mean of some twenty parts may lie, as many as make a point.
        points: The oldest first.
    """

    measure: Measure
    middle: float
    band: tuple[float, float]
    points: tuple[MeasurePoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedView:
    """What is watched at a view of a recipe.

    Args:
        place: Of the view in the recipe, 0 is the main one.
        good: How many good parts the reference has.
        complete: Whether these are enough: till then nothing is watched.
        measures: Of the reference; empty while it is not complete.
        finding: What was found last against this reference; None for nothing.
        finding_unread: Why it is not known what was found; empty where it is.
        good_picture: Of a good part; there need not be one.
        found_picture: Of a part when something was found; likewise.
    """

    recipe: str
    place: int
    good: int
    complete: bool
    measures: tuple[WatchedMeasure, ...]
    finding: KeptFinding | None
    finding_unread: str
    good_picture: Path
    found_picture: Path


def watched(log: Path, recipe: str | None = None) -> list[WatchedView]:
    """Return what is watched, view by view.

    Args:
        log: The result log.
        recipe: None for the recipe whose reference was written last.

    Raises:
        LogError: If the log cannot be read.
    """
    folder = references_folder(log)
    try:
        files = sorted(folder.glob("*.npz"), key=lambda path: path.stat().st_mtime)
    except OSError:
        return []
    names = [path.name.rsplit(".", 2) for path in files]
    known = [(name, int(place)) for name, place, _ in names if place.isdecimal()]
    if not known:
        return []
    wanted = recipe or known[-1][0]
    places = sorted(place for name, place in known if name == wanted)
    views = (_view(log, ReferenceFiles(folder, wanted, place)) for place in places)
    return [view for view in views if view is not None]


def _view(log: Path, files: ReferenceFiles) -> WatchedView | None:
    kept = files.read()
    if kept is None:
        return None
    finding, unread = None, ""
    try:
        finding = files.read_finding()
    except JsonError as error:
        unread = error.what
    measures: tuple[WatchedMeasure, ...] = ()
    if kept.complete:
        parts = newest_measures(log, files.recipe, files.place, kept.model_sha256, NEWEST)
        measures = tuple(_measures(kept, parts))
    return WatchedView(
        recipe=files.recipe,
        place=files.place,
        good=kept.good,
        complete=kept.complete,
        measures=measures,
        finding=finding,
        finding_unread=unread,
        good_picture=files.good,
        found_picture=files.now,
    )


def _measures(kept: KeptReference, parts: Sequence[MeasuredPart]) -> list[WatchedMeasure]:
    own = len(MEASURES)
    watch = CauseWatch(kept.values[:, :own].astype(np.float64))
    middle, low, high = watch.bands()
    figures = [recorded_figures_of(part.measures, part.strangeness, part.p_defective) for part in parts]
    values = watch.turned(np.array(figures)) if figures else np.zeros((0, own))
    return [
        WatchedMeasure(
            measure=measure,
            middle=value_of(measure, middle[place]),
            band=(value_of(measure, low[place]), value_of(measure, high[place])),
            points=tuple(_points(measure, values[:, place], parts)),
        )
        for place, measure in enumerate(MEASURES)
        if watch.reference.watched[place]
    ]


def _points(measure: Measure, values: NDArray[np.float64], parts: Sequence[MeasuredPart]) -> list[MeasurePoint]:
    points = []
    for start in range(0, len(parts), OF_A_POINT):
        some = values[start : start + OF_A_POINT]
        known = some[~np.isnan(some)]
        if len(known):
            these = parts[start : start + OF_A_POINT]
            value = value_of(measure, float(np.median(known)))
            ids = tuple(part.id for part in these)
            points.append(MeasurePoint(first=these[0].time_utc, parts=ids, value=value))
    return points


def words_of_view(view: WatchedView) -> str:
    """Return in one sentence what is watched, and what was found last."""
    name = f"“{view.recipe}”" + (f", view {view.place + 1}" if view.place else "")
    if not view.complete:
        return f"{name}: the reference is being taken, {view.good:,} good parts so far; nothing is watched till then."
    held = f"{name}: against a reference of {view.good:,} good parts."
    if view.finding_unread:
        return f"{held} What was found last is not known: {view.finding_unread}."
    if view.finding is None:
        return f"{held} Nothing has moved so far."
    finding = view.finding
    since = f"{finding.since.astimezone():%Y-%m-%d %H:%M}"
    return f"{held} Found last: {finding.cause}: {finding.evidence}, since {since}, {finding.parts:,} parts."


def in_words(measure: Measure, value: float) -> str:
    """Return a value with as many digits as it takes, and its unit."""
    if not math.isfinite(value):
        return "–"
    if measure in (Measure.X, Measure.Y):
        return f"{100 * value:.1f} %"
    if measure in (Measure.ANGLE, Measure.GRAIN):
        return f"{value:.1f}°"
    return f"{value:.0f}" if measure in (Measure.BRIGHTNESS, Measure.CONTRAST) else f"{value:.3g}"
