"""The description of the JSON interface (OpenAPI 3.1), made from the records that are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic.json_schema import models_json_schema

from inspector import __version__
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.records import Verdict
from inspector.web.answers import Fault
from inspector.web.asked import MOST, PAGE
from inspector.web.judge import JudgedUpload
from inspector.web.results import PartsPage
from inspector.web.station import LineBoard

if TYPE_CHECKING:
    from pydantic import BaseModel

_RECORDS: tuple[type[BaseModel], ...] = (JudgedUpload, LineBoard, PartsPage, Fault)


def description() -> dict[str, Any]:
    """Return the document."""
    _, schemas = models_json_schema(
        [(record, "serialization") for record in _RECORDS], ref_template="#/components/schemas/{model}"
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Inspector station",
            "version": __version__,
            "description": "Judges pictures, and tells how the line is doing and what it has recorded. Times are UTC.",
        },
        "paths": _paths(),
        "components": {"schemas": schemas["$defs"]},
    }


def _paths() -> dict[str, Any]:
    picture = {"type": "string", "format": "binary"}
    form = {"type": "object", "required": ["picture"], "properties": {"picture": {"type": "array", "items": picture}}}
    judged = {"type": "object", "properties": {"results": {"type": "array", "items": reference_to(JudgedUpload)}}}
    part = {
        "type": "object",
        "properties": {
            "part": {"type": "object", "description": "as “inspector log export --json” has it"},
            "heatmap_shows": {"enum": [*HeatmapKind, None], "description": "which map was kept; null: none"},
            "reviews": {"type": "array", "items": {"type": "object"}},
        },
    }
    identity = parameter("id", "the part's id", place="path")
    return {
        "/inspect": {
            "post": {
                "summary": "Judge pictures with the recipe in force; nothing is recorded or counted",
                "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
                "responses": answers(judged, "400", "408", "413", "429", "503"),
            }
        },
        "/api/board": {"get": {"summary": "How the line is doing", "responses": answers(reference_to(LineBoard))}},
        "/api/board/events": {
            "get": {
                "summary": "The same every second, as server-sent events",
                "responses": {"200": {"description": "one in every event", "content": {"text/event-stream": {}}}},
            }
        },
        "/api/health": {
            "get": {
                "summary": "Whether the line can be trusted",
                "responses": {"200": {"description": "it can"}, "503": {"description": "it cannot, or is not heard"}},
            }
        },
        "/api/results": {
            "get": {
                "summary": "Parts of the log, the newest first",
                "parameters": [
                    parameter("since", "captured at or after this date or time; without a zone, this machine's"),
                    parameter("until", "captured before it"),
                    parameter("recipe", "name of the recipe"),
                    parameter("lot", "lot"),
                    parameter("part", "serial number of the part, or id of the line's trigger"),
                    parameter("nest", "tool, or nest of the mould"),
                    parameter("verdict", f"one of {', '.join(verdict.value for verdict in Verdict)}; may be repeated"),
                    parameter("before", "only parts older than the one with this id"),
                    parameter("limit", f"1 to {MOST}; {PAGE} where nothing is said"),
                ],
                "responses": answers(reference_to(PartsPage), "400", "404", "503"),
            }
        },
        "/api/parts/{id}": {
            "get": {
                "summary": "One part's record, and what people said of it",
                "parameters": [identity],
                "responses": answers(part, "404", "503"),
            }
        },
        "/api/parts/{id}/picture": {
            "get": {
                "summary": "Its kept picture",
                "parameters": [
                    identity,
                    parameter("heatmap", "1: with the heatmap over it"),
                    parameter("width", "longest side, pixels"),
                    parameter("view", "of a part with several views, its place in the record; without it the main one"),
                ],
                "responses": {
                    "200": {"description": "a JPEG", "content": {"image/jpeg": {"schema": picture}}},
                    **_faults("400", "404", "503"),
                },
            }
        },
        "/metrics": {
            "get": {"summary": "Figures for Prometheus", "responses": {"200": {"description": "its text format"}}}
        },
    }


def reference_to(record: type[BaseModel]) -> dict[str, str]:
    """Return what stands for a record's schema."""
    return {"$ref": f"#/components/schemas/{record.__name__}"}


def parameter(name: str, words: str, *, place: str = "query") -> dict[str, Any]:
    """Return the description of a parameter.

    Args:
        name: As it is called.
        words: What it says.
        place: Where it stands: ``query`` or ``path``.
    """
    return {
        "name": name,
        "in": place,
        "description": words,
        "required": place == "path",
        "schema": {"type": "string"},
    }


def answers(schema: dict[str, Any], *faults: str) -> dict[str, Any]:
    """Return the description of what is answered.

    Args:
        schema: Of what is answered where all is well.
        faults: The statuses of HTTP that say otherwise.
    """
    return {"200": {"description": "done", "content": {"application/json": {"schema": schema}}}, **_faults(*faults)}


def _faults(*statuses: str) -> dict[str, Any]:
    words = {
        "400": "something asked for cannot be",
        "404": "there is no such part",
        "408": "the pictures did not arrive in time",
        "413": "too large",
        "429": "too many wait: come again after Retry-After",
        "503": "the log, the database or the model cannot be used",
    }
    content = {"application/json": {"schema": reference_to(Fault)}}
    return {status: {"description": words[status], "content": content} for status in statuses}
