"""What the page asks of the record; called on its worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.domain.errors import PictureError
from inspector.files import atomic_file
from inspector.gui.widgets.fitted_picture import read_image
from inspector.outputs.roll_up_reads import RollUpLog, RollUpQuery
from inspector.pictures import read_picture
from inspector.statistics.export import GROUP_COLUMNS, PARETO_COLUMNS, group_rows, pareto_rows, write_csv
from inspector.statistics.figures import figures_of
from inspector.statistics.places import LOOKED_AT_MOST, WITH_PLACE, places_of
from inspector.statistics.watched import NEWEST, watched
from inspector.trail.event import TrailKind, happened
from inspector.trail.waiting import note

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from PySide6.QtGui import QImage

    from inspector.domain.records import Inspection, Verdict
    from inspector.outputs.roll_up_reads import RollUpKey
    from inspector.statistics.figures import ProcessFigures
    from inspector.statistics.groups import GroupBy
    from inspector.statistics.places import HotPlaces
    from inspector.statistics.watched import WatchedView

#: So many parts of a point are listed.
AT_MOST = 200
_SHOWN_PX = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsAnswer:
    """Figures, and what may be chosen.

    Args:
        keys: All recipes, lots and models of the record.
    """

    figures: ProcessFigures
    keys: tuple[RollUpKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesAnswer:
    """Where rejected parts are hot.

    Args:
        places: None where no part was rejected.
        picture: (H, W, 3) uint8 RGB, one of the parts; None where none can be read.
    """

    places: HotPlaces | None
    picture: NDArray[np.uint8] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedAnswer:
    """What is watched of lamp, lens, fixture and process.

    Args:
        views: Empty where no reference has been taken.
        good: A good part of the reference; None where there is none.
        now: A part when something was found; likewise.
    """

    views: tuple[WatchedView, ...]
    good: QImage | None
    now: QImage | None


class StatisticsStore:
    """Reads the record of a station.

    Args:
        root: The data folder.
        log: Where the result log is now.
        shift_starts: At which hours shifts begin now.
    """

    def __init__(self, root: Path, log: Callable[[], Path], shift_starts: Callable[[], Sequence[int]]) -> None:
        self._root, self._log, self._shift_starts = root, log, shift_starts

    def figures(self, query: RollUpQuery, by: GroupBy) -> StatisticsAnswer:
        """Return the figures of a choice.

        Raises:
            LogError: If the log cannot be read.
        """
        log = RollUpLog(self._log())
        figures = figures_of(log, query, by, shift_starts=self._shift_starts())
        return StatisticsAnswer(figures=figures, keys=tuple(log.keys().values()))

    def places(self, query: RollUpQuery) -> PlacesAnswer:
        """Return where the rejected parts of a choice are hot.

        Raises:
            LogError: If the log cannot be read.
        """
        places = places_of(RollUpLog(self._log()), query)
        picture = None
        if places is not None and places.picture is not None:
            try:
                picture = _small(read_picture(places.picture))
            except PictureError:
                picture = None
        return PlacesAnswer(places=places, picture=picture)

    def watched(self, query: RollUpQuery) -> WatchedAnswer:
        """Return what is watched of the recipe of a choice, or of the one that ran last.

        Raises:
            LogError: If the log cannot be read.
        """
        views = watched(self._log(), query.recipe)
        told = next((view for view in views if view.finding is not None), views[0] if views else None)
        good = now = None
        if told is not None:
            good = read_image(told.good_picture)
            now = None if told.finding is None else read_image(told.found_picture)
        return WatchedAnswer(views=tuple(views), good=good, now=now)

    def of_these(self, ids: Sequence[str]) -> list[Inspection]:
        """Return parts by their ids, the newest first.

        Raises:
            LogError: If the log cannot be read.
        """
        wanted = set(ids)
        newest = RollUpLog(self._log()).newest_parts(RollUpQuery(), None, None, NEWEST)
        return [part for part in newest if part.id in wanted]

    def parts(self, query: RollUpQuery, verdicts: frozenset[Verdict] | None, kind: str | None) -> list[Inspection]:
        """Return the newest parts behind a point, the newest first.

        Raises:
            LogError: If the log cannot be read.
        """
        return RollUpLog(self._log()).newest_parts(query, verdicts, kind, AT_MOST)

    def hot_parts(self, query: RollUpQuery) -> list[Inspection]:
        """Return the parts that the map over the part was made of.

        Raises:
            LogError: If the log cannot be read.
        """
        return RollUpLog(self._log()).newest_parts(query, WITH_PLACE, None, LOOKED_AT_MOST)

    def export(self, figures: ProcessFigures, path: Path, *, pareto: bool) -> str:
        """Write groups, or failures by reason, as CSV; return what came of it.

        Raises:
            FileError: If the file cannot be written; an older one is as it was.
        """
        columns, rows = (PARETO_COLUMNS, pareto_rows) if pareto else (GROUP_COLUMNS, group_rows)
        count = write_csv(path, columns, rows(figures))
        return self._written(f"{count:,} rows written to {path}.", path)

    def save_picture(self, data: bytes, path: Path) -> str:
        """Write a picture of the chart; return what came of it.

        Raises:
            FileError: If the file cannot be written; an older one is as it was.
        """
        with atomic_file(path) as file:
            file.write(data)
        return self._written(f"The chart is in {path}.", path)

    def _written(self, words: str, path: Path) -> str:
        fault = note(self._root, happened(TrailKind.EXPORT, "statistics", after={"to": str(path)}))
        return f"{words} {fault}".rstrip()


def _small(picture: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Return a picture for the chart's ground: 8 bits, RGB, not larger than it is shown."""
    eight = (picture >> 8).astype(np.uint8) if picture.dtype == np.uint16 else picture.astype(np.uint8)
    colour = (
        cv2.cvtColor(eight, cv2.COLOR_GRAY2RGB) if eight.ndim == 2 else cv2.cvtColor(eight[..., :3], cv2.COLOR_BGR2RGB)
    )
    scale = _SHOWN_PX / max(colour.shape[:2])
    if scale < 1.0:
        colour = cv2.resize(colour, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(colour, np.uint8)
