"""The description of the JSON interface (OpenAPI 3.1), made from the records that are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic.json_schema import models_json_schema

from inspector import __version__
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.records import Verdict
from inspector.web.answers import Fault
from inspector.web.judge import JudgedUpload
from inspector.web.results import MOST, PAGE, PartsPage
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
    judged = {"type": "object", "properties": {"results": {"type": "array", "items": _ref(JudgedUpload)}}}
    part = {
        "type": "object",
        "properties": {
            "part": {"type": "object", "description": "as “inspector log export --json” has it"},
            "heatmap_shows": {"enum": [*HeatmapKind, None], "description": "which map was kept; null: none"},
            "reviews": {"type": "array", "items": {"type": "object"}},
        },
    }
    identity = _parameter("id", "the part's id", place="path")
    return {
        "/inspect": {
            "post": {
                "summary": "Judge pictures with the recipe in force; nothing is recorded or counted",
                "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
                "responses": _answers(judged, "400", "408", "413", "429", "503"),
            }
        },
        "/api/board": {"get": {"summary": "How the line is doing", "responses": _answers(_ref(LineBoard))}},
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
                    _parameter("since", "captured at or after this date or time; without a zone, this machine's"),
                    _parameter("until", "captured before it"),
                    _parameter("recipe", "name of the recipe"),
                    _parameter("lot", "lot"),
                    _parameter("verdict", f"one of {', '.join(verdict.value for verdict in Verdict)}; may be repeated"),
                    _parameter("before", "only parts older than the one with this id"),
                    _parameter("limit", f"1 to {MOST}; {PAGE} where nothing is said"),
                ],
                "responses": _answers(_ref(PartsPage), "400", "404", "503"),
            }
        },
        "/api/parts/{id}": {
            "get": {
                "summary": "One part's record, and what people said of it",
                "parameters": [identity],
                "responses": _answers(part, "404", "503"),
            }
        },
        "/api/parts/{id}/picture": {
            "get": {
                "summary": "Its kept picture",
                "parameters": [
                    identity,
                    _parameter("heatmap", "1: with the heatmap over it"),
                    _parameter("width", "longest side, pixels"),
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


def _ref(record: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{record.__name__}"}


def _parameter(name: str, words: str, *, place: str = "query") -> dict[str, Any]:
    return {
        "name": name,
        "in": place,
        "description": words,
        "required": place == "path",
        "schema": {"type": "string"},
    }


def _answers(schema: dict[str, Any], *faults: str) -> dict[str, Any]:
    return {"200": {"description": "done", "content": {"application/json": {"schema": schema}}}, **_faults(*faults)}


def _faults(*statuses: str) -> dict[str, Any]:
    words = {
        "400": "something asked for cannot be",
        "404": "there is no such part",
        "408": "the pictures did not arrive in time",
        "413": "too large",
        "429": "too many wait: come again after Retry-After",
        "503": "the log or the model cannot be used",
    }
    content = {"application/json": {"schema": _ref(Fault)}}
    return {status: {"description": words[status], "content": content} for status in statuses}
