"""What a line is started with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.outputs.base import Archive, ResultLog
    from inspector.recipes.recipe import Recipe
    from inspector.release.parts import ReleaseParts
    from inspector.sources.base import Source
    from inspector.vision.classifier import Classifier


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewJob:
    """What a further view of the line's parts needs.

    Args:
        name: The view's.
        recipe: Of this view alone.
        open_source: As in `LineJob`.
        load_classifier: As in `LineJob`.
    """

    name: str
    recipe: Recipe
    open_source: Callable[[], Source]
    load_classifier: Callable[[], Classifier]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineJob:
    """Everything one run of the line needs; the engine opens and closes source and classifier, not log and archive.

    Args:
        recipe: The recipe in force.
        station: The station's name.
        lot: The lot at the start; empty where none is set.
        software_version: Version of this program, for the record.
        open_source: Makes the source; it is opened on the capture thread.
        load_classifier: Loads the model; called on the inspection thread.
        log: Open for writing.
        pulse: The file that says how the line is doing, for those who look from elsewhere; None writes none.
        max_parts: Stop after this many committed parts; None to go on.
        predict_limit_s: A part whose prediction takes longer than this is an ERROR.
        views: The further views of each part.
        release: What the release interlock needs; None for a line without.
        file_wait_s: A file's is tried once more, as soon as the network is free within this time; then it is an ERROR.
    """

    recipe: Recipe
    station: str
    lot: str
    software_version: str
    open_source: Callable[[], Source]
    load_classifier: Callable[[], Classifier]
    log: ResultLog
    archive: Archive
    pulse: Path | None = None
    max_parts: int | None = None
    views: tuple[ViewJob, ...] = ()
    release: ReleaseParts | None = None
    predict_limit_s: float = 5.0
    file_wait_s: float = 60.0
