"""What the Settings page asks for: the fields of recipe and settings, in the page's order and with its words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from inspector.domain.about import ValueKind, fields_of
from inspector.domain.config import Crop, KeepPolicy, PictureFormat, SourceOptions, TriggerMode
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.source import DEMO, SourceKind
from inspector.gui.widgets.forms import EditorKind, Field
from inspector.gui.words import KEEP, MODES
from inspector.recipes.fields import fields_of_model
from inspector.recipes.recipe import Recipe
from inspector.settings import Appearance, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from inspector.domain.about import DescribedField


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section of the page.

    Args:
        name: In the list of sections, and over the form.
        hint: Text under the name.
        fields: Of the form, from the top.
    """

    name: str
    hint: str
    fields: tuple[Field, ...]


#: Values whose words differ from how a file has them.
_WORDS = dict[Enum, str]([*MODES.items(), *KEEP.items(), *((kind, kind.words) for kind in HeatmapKind)]) | {
    Crop.REGION: "the region",
    Crop.PART: "a square around the part",
    PictureFormat.PNG: "PNG, lossless",
    PictureFormat.WEBP: "WebP, small",
    Appearance.SYSTEM: "as the system",
}
#: What stands before the hint of a field that only one trigger uses.
_USERS: dict[Enum, str] = {
    TriggerMode.PART_CROSSING: "moving belt",
    TriggerMode.PART_SETTLED: "indexed station",
}
#: Fields with an editor other than that of their values.
_EDITORS = {
    "source": EditorKind.PROPOSAL,
    "model": EditorKind.PROPOSAL,
    "log_path": EditorKind.FILE,
    "archive_path": EditorKind.FOLDER,
    "serve_password": EditorKind.PASSWORD,
    "serve_certificate": EditorKind.OPEN_FILE,
    "serve_key": EditorKind.OPEN_FILE,
    "cluster_certificates": EditorKind.FOLDER,
}
_PROPOSALS = {"source": (SourceKind.CAMERA.example, str(DEMO))}
_KINDS = {
    ValueKind.TEXT: EditorKind.TEXT,
    ValueKind.WHOLE: EditorKind.WHOLE,
    ValueKind.NUMBER: EditorKind.NUMBER,
    ValueKind.CHOICE: EditorKind.CHOICE,
    ValueKind.FLAG: EditorKind.FLAG,
    ValueKind.HOURS: EditorKind.HOURS,
}
#: The choices by which other fields have an effect, or none.
_CHOOSERS: dict[str, type[Enum]] = {
    "trigger.mode": TriggerMode,
    "trigger.crop": Crop,
    "archive.keep": KeepPolicy,
    "archive.format": PictureFormat,
}
#: Sections of a recipe: name, hint, and the fields or groups of fields.
_RECIPE = (
    (
        "Source",
        "Where the pictures come from. Changes are saved as the recipe's next version and used at once.",
        ("name", "source", "source_options"),
    ),
    (
        "Region and trigger",
        "What of the picture is looked at, and when there is a part. Drag region and line in the picture.",
        (
            *("trigger.mode", "trigger.direction", "trigger.line_fraction", "trigger.crop", "trigger.part_size_px"),
            *("region", "trigger.min_area_fraction", "trigger.foreground_level", "trigger.sharpest_of"),
            *("trigger.settle_s", "trigger.interval_s", "trigger.deadline_s"),
        ),
    ),
    (
        "Model and thresholds",
        "Which model judges, from which P(defective) on a part fails, and when a picture is too bad to be judged.",
        ("model", "thresholds.fail_at", "thresholds.review_from", "guard_rate", "heatmap", "quality"),
    ),
    (
        "Archive",
        "Which pictures are kept. Unreviewed failures are never removed, whatever the limits.",
        ("archive",),
    ),
)
_STATION = (
    *("station", "log_path", "archive_path", "device", "precision", "shift_starts"),
    *("appearance", "heatmap_opacity", "heatmap_on_pass"),
)
_NETWORK = (
    *("serve", "serve_host", "serve_port", "serve_password"),
    *("serve_certificate", "serve_key", "serve_names", "forward_to", "pictures_to"),
    *("cluster", "cluster_certificates"),
)


def recipe_sections() -> tuple[Section, ...]:
    """Return the sections of a recipe."""
    return tuple(Section(name=name, hint=hint, fields=_fields(Recipe, paths)) for name, hint, paths in _RECIPE)


def station_sections() -> tuple[Section, ...]:
    """Return the sections of the station itself."""
    return (
        Section(
            name="Station",
            hint="This station: its name, where the record is kept, where the network runs, how the window looks.",
            fields=_fields(Settings, _STATION),
        ),
        Section(
            name="Network",
            hint="What others see of this station, and who takes what it records. The line never waits for them.",
            fields=_fields(Settings, _NETWORK),
        ),
    )


def options_by_kind(kind: SourceKind) -> dict[str, bool]:
    """Return for every option of a source whether a kind of source takes it."""
    return {field.path: field.belongs_to(kind) for field in fields_of(SourceOptions, path="source_options")}


def without_effect(chosen: Callable[[str], object]) -> frozenset[str]:
    """Return the recipe's fields that do nothing as it is set.

    Args:
        chosen: Tells what a field with choices says, as JSON has it.
    """
    hidden: set[str] = set()
    for field in fields_of_model(Recipe):
        for path, kind in _CHOOSERS.items():
            users = {choice.value for choice in field.about.only if isinstance(choice, kind)}
            if users and (chosen(path) not in users or path in hidden):
                hidden.add(field.path)
    return frozenset(hidden)


def _fields(model: type[BaseModel], paths: tuple[str, ...]) -> tuple[Field, ...]:
    described = fields_of_model(model)
    return tuple(
        _form_field(field)
        for path in paths
        for field in described
        if field.path == path or field.path.startswith(f"{path}.")
    )


def _form_field(field: DescribedField) -> Field:
    about = field.about
    users = [_USERS[choice] for choice in about.only if choice in _USERS]
    proposals = tuple((proposal, proposal) for proposal in _PROPOSALS.get(field.path, ()))
    choices = tuple((str(choice.value), _WORDS.get(choice, str(choice.value))) for choice in field.chosen_from or ())
    return Field(
        name=field.path,
        words=about.title,
        kind=_EDITORS.get(field.path, _KINDS[field.kind]),
        hint=f"{users[0]}: {about.hint}" if len(about.only) == len(users) == 1 else about.hint,
        choices=proposals or choices,
        empty=about.empty,
    )
