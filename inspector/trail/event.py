"""One event of the trail, and the vocabulary of what is recorded."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from inspector.domain.ids import new_id
from inspector.domain.secret import MASK, redacted
from inspector.trail.actor import Doer, acting

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A value is told up to this length; a longer one is cut, and says so.
_LONGEST = 2000
_SECRET_ENDINGS = ("password", "secret", "token")
_NOTHING = object()


class TrailKind(Enum):
    """What was done; the value is how the commands call it."""

    PROGRAM_START = "program-start"
    PROGRAM_END = "program-end"
    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    SIGN_IN_FAILED = "sign-in-failed"
    PEOPLE = "people"
    SETTINGS = "settings"
    NETWORK = "network"
    RETENTION = "retention"
    RECIPE = "recipe"
    OPERATING_POINT = "operating-point"
    CHANGEOVER = "changeover"
    LOT = "lot"
    TRAINING = "training"
    MODEL_IMPORT = "model-import"
    MODEL_REMOVAL = "model-removal"
    PROMOTION = "promotion"
    ROLL_BACK = "roll-back"
    REGRESSION = "regression"
    SHADOW = "shadow"
    SIGNATURE = "signature"
    OUTSIDE = "outside"
    TAKE_BACK = "take-back"
    ALARM = "alarm"
    RELEASE = "release"
    EXPORT = "export"
    BACKUP = "backup"
    RESTORE = "restore"
    CLOCK = "clock"
    RECORD = "record"
    MSA = "msa"
    DOSSIER = "dossier"
    TRAIL = "trail"

    @property
    def title(self) -> str:
        """Its name on the page."""
        return _TITLES[self]


_TITLES = {
    TrailKind.PROGRAM_START: "Program started",
    TrailKind.PROGRAM_END: "Program ended",
    TrailKind.SIGN_IN: "Signed in",
    TrailKind.SIGN_OUT: "Signed out",
    TrailKind.SIGN_IN_FAILED: "Sign-in refused",
    TrailKind.PEOPLE: "People changed",
    TrailKind.SETTINGS: "Settings changed",
    TrailKind.NETWORK: "Network changed",
    TrailKind.RETENTION: "Kept pictures changed",
    TrailKind.RECIPE: "Recipe changed",
    TrailKind.OPERATING_POINT: "Thresholds changed",
    TrailKind.CHANGEOVER: "Recipe chosen",
    TrailKind.LOT: "Lot",
    TrailKind.TRAINING: "Training",
    TrailKind.MODEL_IMPORT: "Model imported",
    TrailKind.MODEL_REMOVAL: "Model deleted",
    TrailKind.PROMOTION: "Model promoted",
    TrailKind.ROLL_BACK: "Model rolled back",
    TrailKind.REGRESSION: "Regression set",
    TrailKind.SHADOW: "Shadow",
    TrailKind.SIGNATURE: "Signed",
    TrailKind.OUTSIDE: "Changed outside the program",
    TrailKind.TAKE_BACK: "Review taken back",
    TrailKind.ALARM: "Alarm acknowledged",
    TrailKind.RELEASE: "Release",
    TrailKind.EXPORT: "Exported",
    TrailKind.BACKUP: "Backed up",
    TrailKind.RESTORE: "Restored",
    TrailKind.CLOCK: "Clock jumped",
    TrailKind.RECORD: "Record mended",
    TrailKind.MSA: "Measurement system study",
    TrailKind.DOSSIER: "Validation dossier",
    TrailKind.TRAIL: "Trail",
}


def _told(text: str) -> str:
    """Return a text without secrets, at most so long, and without what no database takes."""
    text = redacted(text).encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… (cut)"


class TrailEvent(BaseModel):
    """What was done.

    Args:
        id: Unique; ordered by time within a program.
        time: When it was done, by the station's clock.
        who: The person, or “station” for what it did by itself.
        role: Of the person; empty where people have none.
        on: What it was done to: a recipe's name, a setting's page, a model.
        before: What changed, as it was; by dotted names.
        after: The same as it is now.
        reason: As it was given; empty where none was asked for.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    id: Annotated[str, Field(min_length=1, max_length=36)]
    time: AwareDatetime
    who: Annotated[str, AfterValidator(_told)]
    role: str = ""
    kind: TrailKind
    on: Annotated[str, AfterValidator(_told)]
    before: dict[str, JsonValue] = {}
    after: dict[str, JsonValue] = {}
    reason: Annotated[str, AfterValidator(_told)] = ""


def happened(
    kind: TrailKind,
    on: str,
    *,
    before: Mapping[str, JsonValue] | None = None,
    after: Mapping[str, JsonValue] | None = None,
    reason: str = "",
    by: Doer | None = None,
) -> TrailEvent:
    """Return an event of this moment.

    Args:
        kind: Of the vocabulary.
        on: What it is done to.
        before: The whole of it before, nested or not; only what differs from ``after`` is kept.
        after: The whole of it afterwards.
        reason: As it was given.
        by: None for who acts now.
    """
    old, new = changes(before or {}, after or {})
    actor = by or acting()
    return TrailEvent(
        id=new_id(),
        time=datetime.now(UTC),
        who=actor.name,
        role=actor.role,
        kind=kind,
        on=on,
        before=old,
        after=new,
        reason=reason,
    )


def changes(
    before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]
) -> tuple[dict[str, JsonValue], dict[str, JsonValue]]:
    """Return what differs between two states, by dotted names, without secrets: those are told as changed only."""
    old, new = _flat(before), _flat(after)
    old, new = _without_parents(old, new), _without_parents(new, old)
    names = [name for name in {**old, **new} if old.get(name, _NOTHING) != new.get(name, _NOTHING)]
    first = {name: _value(name, old[name]) for name in names if name in old}
    second = {name: _value(name, new[name]) for name in names if name in new}
    for name in names:
        if name in first and name in second and first[name] == second[name]:
            second[name] = f"{second[name]} (changed)"
    return first, second


def _flat(state: Mapping[str, JsonValue], path: str = "") -> dict[str, JsonValue]:
    flat: dict[str, JsonValue] = {}
    for name, value in state.items():
        if isinstance(value, dict) and value:
            flat |= _flat(value, f"{path}{name}.")
        else:
            flat[path + name] = value
    return flat


def _without_parents(state: dict[str, JsonValue], other: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Leave out what was nothing here and has values there: it is neither come nor gone."""
    return {
        name: value
        for name, value in state.items()
        if value is not None or not any(there.startswith(f"{name}.") for there in other)
    }


def _value(name: str, value: JsonValue) -> JsonValue:
    """Return a value as it may be told."""
    if name.endswith(_SECRET_ENDINGS) and value:
        return MASK
    if isinstance(value, str):
        return _told(value)
    if isinstance(value, list):
        return [_value(name, inner) for inner in value]
    if isinstance(value, dict):
        return {key: _value(f"{name}.{key}", inner) for key, inner in value.items()}
    return value
