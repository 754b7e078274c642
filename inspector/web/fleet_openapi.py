"""The description of the fleet's JSON interface (OpenAPI 3.1), made from the records that are answered."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from inspector import __version__
from inspector.domain.records import Verdict
from inspector.fleet.search import FleetPartsPage
from inspector.fleet.yields import MOST_DAYS, FleetYields, YieldsBy
from inspector.web.answers import Fault
from inspector.web.asked import MOST, PAGE
from inspector.web.fleet_board import ONLY, ORDERS, CountedPeriod, FleetBoard
from inspector.web.openapi import answers, parameter, reference_to

_RECORDS = (FleetBoard, FleetYields, FleetPartsPage, Fault)
_EVENTS = {"200": {"description": "one in every event", "content": {"text/event-stream": {}}}}


def fleet_description() -> dict[str, Any]:
    """Return the document."""
    _, schemas = models_json_schema(
        [(record, "serialization") for record in _RECORDS], ref_template="#/components/schemas/{model}"
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Inspector fleet",
            "version": __version__,
            "description": "How the stations of a database are, and what they have recorded. Times are UTC.",
        },
        "paths": _paths(),
        "components": {"schemas": schemas["$defs"]},
    }


def _paths() -> dict[str, Any]:
    which = [
        parameter("station", "a station's name or key"),
        parameter("recipe", "name of the recipe"),
        parameter("lot", "lot"),
    ]
    chosen = [
        parameter("period", f"since when parts are counted: {', '.join(period.value for period in CountedPeriod)}"),
        parameter("find", "part of a station's name"),
        parameter("only", f"{' or '.join(word for word in ONLY if word)}; all where nothing is said"),
        parameter("sort", f"one of {', '.join(ORDERS)}"),
    ]
    part = {
        "type": "object",
        "properties": {
            "part": {"type": "object", "description": "its row, the columns of the log"},
            "picture_at": {"type": ["object", "null"], "description": "where its picture lies; null: none was kept"},
            "reviews": {"type": "array", "items": {"type": "object"}},
        },
    }
    return {
        "/api/fleet": {
            "get": {
                "summary": "How the stations are",
                "parameters": chosen,
                "responses": answers(reference_to(FleetBoard), "400"),
            }
        },
        "/api/fleet/events": {
            "get": {
                "summary": "The same every second, as server-sent events",
                "parameters": chosen,
                "responses": _EVENTS,
            }
        },
        "/health": {
            "get": {
                "summary": "Whether the database answers and all stations are heard and well; also as /api/health",
                "responses": {"200": {"description": "so it is"}, "503": {"description": "it is not so"}},
            }
        },
        "/api/yields": {
            "get": {
                "summary": "Yields of some days, with 95 % intervals",
                "parameters": [
                    parameter("by", f"one of {', '.join(kind.value for kind in YieldsBy)}"),
                    parameter("from", "the first day; six days before the last one where nothing is said"),
                    parameter(
                        "until", f"the last day, included; today where nothing is said. At most {MOST_DAYS} days"
                    ),
                    *which,
                ],
                "responses": answers(reference_to(FleetYields), "400", "404", "503"),
            }
        },
        "/api/results": {
            "get": {
                "summary": "Parts of all stations, the newest first",
                "parameters": [
                    parameter("since", "captured at or after this date or time; without a zone, this machine's"),
                    parameter("until", "captured before it"),
                    *which,
                    parameter("part", "serial number of the part, or id of the line's trigger"),
                    parameter("nest", "tool, or nest of the mould"),
                    parameter("verdict", f"one of {', '.join(verdict.value for verdict in Verdict)}; may be repeated"),
                    parameter("before", "only parts older than this one: what “older” of the page before says"),
                    parameter("limit", f"1 to {MOST}; {PAGE} where nothing is said"),
                ],
                "responses": answers(reference_to(FleetPartsPage), "400", "404", "503"),
            }
        },
        "/api/parts/{key}/{id}": {
            "get": {
                "summary": "One part's record, where its picture lies, and what people said of it",
                "parameters": [
                    parameter("key", "the station's key", place="path"),
                    parameter("id", "the part's id", place="path"),
                ],
                "responses": answers(part, "404", "503"),
            }
        },
        "/api/parts/{key}/{id}/picture": {
            "get": {
                "summary": "A part's kept picture as a JPEG, from where its station has sent it",
                "parameters": [
                    parameter("key", "the station's key", place="path"),
                    parameter("id", "the part's id", place="path"),
                    parameter("heatmap", "1: with the heatmap over it, where one was sent"),
                ],
                "responses": answers(part, "404", "503")
                | {"200": {"description": "a JPEG", "content": {"image/jpeg": {"schema": {"type": "string"}}}}},
            }
        },
        "/metrics": {
            "get": {"summary": "Figures for Prometheus", "responses": {"200": {"description": "its text format"}}}
        },
    }
