"""What the Settings page asks for: the fields of recipe and settings, in the page's order and with its words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from inspector.domain.about import ValueKind, fields_of
from inspector.domain.config import Crop, KeepPolicy, PictureFormat, TriggerMode
from inspector.domain.failing import FailAction, Latch
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.line_outputs import LateAction, OutputKind
from inspector.domain.line_protocol import LineProtocol
from inspector.domain.part_code import CodeKinds, WhenUnread
from inspector.domain.pixel_format import PixelFormat
from inspector.domain.scanner import ScannerKind, ScanUse
from inspector.domain.source import DEMO, SourceKind
from inspector.domain.source_options import FrameStart, SignalEdge, SourceOptions
from inspector.gui.widgets.forms import EditorKind, Field
from inspector.gui.words import KEEP, MODES
from inspector.recipes.fields import fields_of_model
from inspector.recipes.recipe import Recipe
from inspector.settings import Appearance, Language, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from inspector.domain.about import DescribedField
    from inspector.gui.widgets.forms import Form


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

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fields."""
        return tuple(field.name for field in self.fields)


#: Values whose words differ from how a file has them.
_WORDS = dict[Enum, str]([*MODES.items(), *KEEP.items()]) | {
    Crop.REGION: "the region",
    Crop.PART: "a square around the part",
    PictureFormat.PNG: "PNG, lossless",
    PictureFormat.WEBP: "WebP, small",
    Appearance.SYSTEM: "as the system",
    Language.SYSTEM: "as the computer",
    Language.ENGLISH: "English",
    Language.GERMAN: "Deutsch",
    Language.CHINESE: "简体中文",
    PixelFormat.CAMERA: "as the camera is set",
    FrameStart.FREE: "by itself (free-run)",
    FrameStart.SOFTWARE: "when the station asks (software)",
    FrameStart.EVENT: "at each trigger of the line",
    SignalEdge.RISING: "rising",
    SignalEdge.FALLING: "falling",
    CodeKinds.OFF: "is not read",
    CodeKinds.DATA_MATRIX: "Data Matrix",
    CodeKinds.QR: "QR code",
    CodeKinds.EITHER: "Data Matrix or QR code",
    Latch.OFF: "never",
    Latch.FAIL: "after a FAIL",
    Latch.NOT_PASSED: "after FAIL, REVIEW and ERROR",
    FailAction.ALARM: "give an alarm",
    FailAction.STOP: "stop the line",
    OutputKind.LEVEL: "level, until the next part",
    OutputKind.PULSE: "pulse, at a gate downstream",
    LateAction.REJECT: "reject that part",
    LateAction.HOLD: "reject until one is decided in time",
    WhenUnread.ERROR: "ERROR",
    WhenUnread.NO_SERIAL: "judge it, without a serial number",
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
    "source_options.producer": EditorKind.OPEN_FILE,
    "serve_password": EditorKind.PASSWORD,
    "serve_certificate": EditorKind.OPEN_FILE,
    "serve_key": EditorKind.OPEN_FILE,
    "backup_to": EditorKind.FOLDER,
    "cluster_certificates": EditorKind.FOLDER,
    "line_certificates": EditorKind.FOLDER,
}
#: Buttons beside lines.
_BUTTONS = {"publish_to": "Test connection", "backup_to": "Back up now", "scanner_address": "Test connection"}
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
    "code.kinds": CodeKinds,
    "archive.keep": KeepPolicy,
    "archive.format": PictureFormat,
    "line_protocol": LineProtocol,
    "line_io.kind": OutputKind,
    "scanner": ScannerKind,
    "scanner_use": ScanUse,
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
            *("trigger.settle_s", "trigger.interval_s", "trigger.frame_within_s", "trigger.frame_age_s"),
            "trigger.deadline_s",
        ),
    ),
    (
        "Code on the part",
        "A Data Matrix or QR code that says what the part is called. A frame around its place makes reading quicker.",
        ("code", "code_region", "needs_scan", "scanned_code", "nest_pattern"),
    ),
    (
        "Model and thresholds",
        "Which model judges, from which P(defective) on a part fails, and when a picture is too bad to be judged.",
        ("model", "thresholds.fail_at", "thresholds.review_from", "guard_rate", "spares_outside", "heatmap", "quality"),
    ),
    (
        "Failures",
        "What happens after parts that did not pass. REVIEW and ERROR count as FAIL does; only a PASS is good.",
        ("failing",),
    ),
    (
        "Release",
        (
            "Whether challenge parts must be judged rightly before anything is inspected. Their set is under "
            "“Challenge parts”. Showing them is for operators."
        ),
        ("challenge",),
    ),
    (
        "Lamp, lens, fixture",
        "Whether the station watches what good parts' pictures are like, and says what has moved against a reference.",
        ("watch",),
    ),
    (
        "Archive",
        "Which pictures are kept. Unreviewed failures are never removed, whatever the limits.",
        ("archive",),
    ),
)
_STATION = (
    *("station", "log_path", "archive_path", "device", "precision", "shift_starts", "only_signed"),
    *("appearance", "language", "heatmap_opacity", "heatmap_on_pass", "operator_text_percent"),
    *("scale_percent", "sign_out_min"),
)
_NETWORK = (
    *("serve", "serve_host", "serve_port", "serve_password"),
    *("serve_certificate", "serve_key", "serve_names", "forward_to", "pictures_to", "heads_to", "publish_to"),
    *("cluster", "cluster_certificates"),
)
_BACKUP = ("backup_to", "backup_every", "backup_hour", "backup_keep", "backup_pictures", "backup_keys")
_LINE = (
    "line_protocol",
    "line_host",
    "line_port",
    "line_block",
    "line_slot",
    "line_unit",
    "line_base",
    "line_baud",
    "line_trigger",
    "line_answer",
    "line_nodes",
    "line_certificates",
    "line_recipes",
    "line_io",
)
_SCANNER = (
    "scanner",
    "scanner_address",
    "scanner_baud",
    "scanner_gap_ms",
    "scanner_use",
    "scanner_pattern",
    "scanner_within_s",
    "scanner_lot",
    "scanner_lot_end",
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
        Section(
            name="Backup",
            hint="One file with settings, recipes, models, users and the log, written while the station inspects. "
            "It is restored with the window closed: inspector restore FILE.",
            fields=_fields(Settings, _BACKUP),
        ),
        Section(
            name="Line",
            hint="The controller (PLC) that triggers and reads verdicts. The recipe's trigger must be external.",
            fields=_fields(Settings, _LINE),
        ),
        Section(
            name="Scanner",
            hint="Its codes name the next part, or change the recipe. Each must end with Enter, Tab, CR or LF.",
            fields=_fields(Settings, _SCANNER),
        ),
    )


def options_by_kind(kind: SourceKind) -> dict[str, bool]:
    """Return for every option of a source whether a kind of source takes it."""
    return {field.path: field.belongs_to(kind) for field in fields_of(SourceOptions, path="source_options")}


def show_what_has_effect(form: Form, record: type[BaseModel]) -> None:
    """Hide the fields of a form that do nothing as it is set; a source's own are for `options_by_kind`.

    What the line's address and port are is said for the chosen protocol.
    """
    hidden = _without_effect(record, form.chosen)
    for name in form.editors:
        if not name.startswith("source_options."):
            form.set_shown(name, shown=name not in hidden)
    if record is Settings and (protocol := LineProtocol(str(form.chosen("line_protocol")))) is not LineProtocol.OFF:
        form.set_hint("line_host", protocol.address_words)
        form.set_hint("line_port", f"{protocol.port} unless set")
        form.set_placeholder("line_port", str(protocol.port or ""))


def _without_effect(record: type[BaseModel], chosen: Callable[[str], object]) -> frozenset[str]:
    """Return the fields that another field's choice leaves without effect.

    Args:
        chosen: Tells what a field with choices says, as JSON has it.
    """
    described = list(fields_of_model(record))
    choosers = {field.path for field in described} & set(_CHOOSERS)
    hidden: set[str] = set()
    for field in described:
        for path in choosers:
            users = {choice.value for choice in field.about.only if isinstance(choice, _CHOOSERS[path])}
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


def _words_of(choice: Enum) -> str:
    # two kinds of choices may have the same value, and are equal then
    if isinstance(choice, HeatmapKind | LineProtocol | ScannerKind | ScanUse):
        return choice.words
    return _WORDS.get(choice, str(choice.value))


def _form_field(field: DescribedField) -> Field:
    about = field.about
    users = [_USERS[choice] for choice in about.only if choice in _USERS]
    proposals = tuple((proposal, proposal) for proposal in _PROPOSALS.get(field.path, ()))
    choices = tuple((str(choice.value), _words_of(choice)) for choice in field.chosen_from or ())
    return Field(
        name=field.path,
        words=about.title,
        kind=_EDITORS.get(field.path, _KINDS[field.kind]),
        hint=f"{users[0]}: {about.hint}" if len(about.only) == len(users) == 1 else about.hint,
        choices=proposals or choices,
        empty=about.empty,
        button=_BUTTONS.get(field.path, ""),
    )
