"""What the first start asks, and what becomes of it: a recipe and the station's settings. No widgets here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.config import ArchiveConfig, KeepPolicy, TriggerConfig, TriggerMode
from inspector.domain.source import SourceKind
from inspector.recipes.recipe import Recipe

if TYPE_CHECKING:
    from inspector.settings import Settings

#: Model of a recipe whose model is still to be trained or imported: the line does not start with it, and says why.
NO_MODEL = "not yet trained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """The answer to the first step.

    Args:
        kind: Where pictures come from; a video's file is asked for where a stream is.
        source: As in a recipe; empty where it was not said.
        product: Name of the recipe.
        mode: When there is a part.
    """

    kind: SourceKind
    source: str
    product: str
    mode: TriggerMode

    @property
    def complete(self) -> bool:
        """Whether a recipe can be made of it."""
        return bool(self.source and self.product.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAnswer:
    """The answer to the third step.

    Args:
        station: The station's name.
        log_path: The result log; empty for the data folder's.
        archive_path: Folder of kept pictures; empty likewise.
    """

    station: str
    log_path: str
    archive_path: str
    keep: KeepPolicy


#: What a source usually needs; the step proposes it.
USUAL_MODE = {
    SourceKind.CAMERA: TriggerMode.PART_SETTLED,
    SourceKind.FOLDER: TriggerMode.EVERY_PICTURE,
    SourceKind.STREAM: TriggerMode.PART_CROSSING,
    SourceKind.DEMO: TriggerMode.PART_CROSSING,
}


def recipe_of(pictures: Pictures | None, model: str, record: RecordAnswer | None) -> Recipe | None:
    """Return the recipe that is to be saved; None where the demo line was chosen or the pictures were skipped.

    Args:
        pictures: None where the step was skipped.
        model: Name or folder; empty where the step was skipped: then `NO_MODEL`, never one made for other parts.
        record: None where the step was skipped.

    Raises:
        ValueError: If the recipe's name or source cannot be used (pydantic's, with the field).
    """
    if pictures is None or not pictures.complete or pictures.kind is SourceKind.DEMO:
        return None
    return Recipe(
        name=pictures.product.strip(),
        source=pictures.source,
        trigger=TriggerConfig(mode=pictures.mode),
        model=model or NO_MODEL,
        archive=ArchiveConfig(keep=record.keep if record is not None else KeepPolicy.FAILURES),
    )


def settings_of(before: Settings, record: RecordAnswer | None) -> Settings:
    """Return the settings that are to be saved.

    Args:
        before: The settings as they are.
        record: None where the step was skipped.

    Raises:
        ValueError: If the station's name cannot be used (pydantic's).
    """
    if record is None:
        return before
    changed = {
        "station": record.station.strip(),
        "log_path": record.log_path.strip(),
        "archive_path": record.archive_path.strip(),
    }
    return type(before).model_validate(before.model_dump() | changed)
