"""What is published under which topic; the JSON of each is described by a schema."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, TypeAdapter
from sqlalchemy import Boolean, Float, Integer

from inspector import __version__
from inspector.domain.records import Verdict
from inspector.json_file import JsonError, parse_shape
from inspector.mqtt.connection import BrokerMessage
from inspector.outputs.outbox import RowKind
from inspector.outputs.rows import from_row, parse_time
from inspector.outputs.schema import inspections, reviews

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Column

    from inspector.domain.tally import Tally
    from inspector.outputs.outbox import OutboxRow
    from inspector.outputs.pulse import LinePulse
    from inspector.proof.heads import RecordHead

#: Of what is published; a later one only adds.
VERSION = 1
_TABLES = {RowKind.PART: inspections, RowKind.REVIEW: reviews}
#: Written into the log with the next part, when this one may have been published already.
_LEFT_OUT = frozenset({"commit_ms"})
_LISTS: dict[str, TypeAdapter[Any]] = {
    "class_names": TypeAdapter(list[str]),
    "probabilities": TypeAdapter(list[float]),
}
_NOT_IN_TOPICS = re.compile(r"[/+#\0]")


class MessageError(ValueError):
    """A row holds what no message can say; the text says what."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one station.

    Args:
        base: What is before the last level.
    """

    base: str

    @classmethod
    def of(cls, prefix: str, station: str) -> Topics:
        """Return the topics under a prefix; what no level may hold becomes a hyphen."""
        return cls(f"{prefix}/{_NOT_IN_TOPICS.sub('-', station)}")

    @property
    def state(self) -> str:
        """Whether the station is online, and what its line does; retained."""
        return f"{self.base}/state"

    @property
    def counts(self) -> str:
        """The lot's parts by verdict; retained."""
        return f"{self.base}/counts"

    @property
    def head(self) -> str:
        """Where the record ended when the station last signed that; retained."""
        return f"{self.base}/head"

    @property
    def test(self) -> str:
        """What a test of the connection publishes."""
        return f"{self.base}/test"

    def of_row(self, kind: RowKind) -> str:
        """One message for each part, or for what a person said of one."""
        return f"{self.base}/{kind.value}"


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    version: int = VERSION  #: of this description
    station_key: str  #: the same for ever, whatever the station is called
    station: str

    def message(self, topic: str) -> BrokerMessage:
        """Return it as a retained message."""
        return BrokerMessage(topic, self.model_dump_json().encode(), retained=True)


class LineSaid(BaseModel):
    """What the line says of itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    running: bool
    heard: bool  #: false where it should run and has said nothing for five seconds: nothing of this can be trusted
    face: str  #: one word, as the window's: READY where verdicts can be given
    faulty: bool  #: whether that word says that the line cannot be trusted
    faults: tuple[str, ...]
    source: str
    recipe: str
    recipe_version: int
    lot: str
    model: str
    model_sha256: str

    @classmethod
    def of(cls, pulse: LinePulse, *, heard: bool) -> LineSaid:
        """Return what a line's pulse says."""
        names = cls.model_fields.keys() - {"heard"}
        return cls(heard=heard, **{name: getattr(pulse, name) for name in names})


class StationState(_Said):
    """Whether the station is online, and what its line does."""

    online: bool  #: false: it was ended, or is no longer heard (last will)
    time_utc: str | None  #: when that was said; none in the last will, which the broker publishes
    software_version: str = __version__
    line: LineSaid | None = None  #: none while it is offline, or where no line has ever run


class LotCounts(_Said):
    """The parts of the lot that the line inspects, by verdict, as the log counts them."""

    time_utc: str
    recipe: str
    lot: str
    passed: int
    failed: int
    review: int
    error: int
    inspected: int  #: all of them

    @classmethod
    def of(cls, tally: Tally, **said: Any) -> LotCounts:  # noqa: ANN401 - the other fields
        """Return counts as a message."""
        names = ("passed", "failed", "review", "error", "inspected")
        return cls(**{name: getattr(tally, name) for name in names}, **said)


class HeadSaid(_Said):
    """Where the record's chain ended when the station last signed that."""

    time_utc: str
    entries: int  #: rows in the chain then
    hash: str  #: of the last one, 64 hexadecimal digits
    public_key: str  #: of the station (Ed25519), base64
    signature: str  #: base64
    text: str  #: the same as lines, which `inspector log verify --head` takes

    @classmethod
    def of(cls, head: RecordHead, station_key: str) -> HeadSaid:
        """Return a head as a message; the station has the name that was signed."""
        names = ("station", "time_utc", "entries", "hash", "public_key", "signature")
        return cls(station_key=station_key, text=head.as_text(), **{name: getattr(head, name) for name in names})


def message_of(row: OutboxRow, topics: Topics, station_key: str) -> BrokerMessage:
    """Return what is published of a row that is in the log.

    Raises:
        MessageError: If it holds what no part, or no review, can.
    """
    assert row.values is not None
    try:
        if row.kind is RowKind.PART:
            from_row(row.values)
        parse_time(str(row.values["time_utc"]))
        said = {"version": VERSION, "station_key": station_key, **_values(row.values)}
        content = json.dumps(said, ensure_ascii=False, allow_nan=False).encode()
    except JsonError as error:
        raise MessageError(error.what) from error
    except (ValueError, KeyError, TypeError) as error:
        raise MessageError(f"it holds what no row has: {error}") from error
    return BrokerMessage(topics.of_row(row.kind), content, wanted=True)


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema (2020-12) of what is published, by the last level of its topic."""
    rows = {kind.value: _schema_of(kind) for kind in RowKind}
    kept: dict[str, type[_Said]] = {"state": StationState, "counts": LotCounts, "head": HeadSaid}
    return rows | {name: said.model_json_schema() for name, said in kept.items()}


def _values(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: parse_shape(value, _LISTS[name], where=name) if name in _LISTS else value
        for name, value in row.items()
        if name not in _LEFT_OUT
    }


def _schema_of(kind: RowKind) -> dict[str, Any]:
    columns = {column.name: _said_of(column) for column in _TABLES[kind].columns if column.name not in _LEFT_OUT}
    known = {"version": {"const": VERSION}, "station_key": {"type": "string"}} | columns
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind.value,
        "description": "(station_key, id) is unique; what comes twice with the same is the same.",
        "type": "object",
        "properties": known,
        "required": list(known),
        "additionalProperties": True,  # a later version adds
    }


def _said_of(column: Column[Any]) -> dict[str, Any]:
    if column.name in _LISTS:
        return {"type": "array", "items": {"type": "string" if column.name == "class_names" else "number"}}
    if column.name == "verdict":
        return {"enum": [verdict.value for verdict in Verdict]}
    name = "string"
    for kind, called in ((Boolean, "boolean"), (Integer, "integer"), (Float, "number")):
        if isinstance(column.type, kind):
            name = called
    said: dict[str, Any] = {"type": [name, "null"] if column.nullable else name}
    return said | ({"format": "date-time"} if column.name == "time_utc" else {})
