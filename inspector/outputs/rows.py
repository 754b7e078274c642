"""An inspection as a row of the log and back, and as the documented JSON object."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Float, Integer

from inspector.domain.classes import Classes
from inspector.domain.records import (
    ArchivedPicture,
    Decision,
    Inspection,
    Latencies,
    ModelIdentity,
    Thresholds,
    Verdict,
)
from inspector.domain.secret import redacted
from inspector.json_file import JsonError, parse_shape
from inspector.outputs.schema import inspections
from inspector.outputs.view_columns import storable, view_to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

_Shape = TypeVar("_Shape")
_NAMES = TypeAdapter(list[str])
_PROBABILITIES = TypeAdapter(tuple[float, ...])
_TIME_LENGTH = 27
_SHOWN = 40
_VERDICTS = {verdict.value: verdict for verdict in Verdict}


class RowError(ValueError):
    """A row's value is none that this program writes; the text says which."""


def _kinds(kind: object) -> tuple[type, ...]:
    if isinstance(kind, Integer):
        return (int,)
    return (float, int) if isinstance(kind, Float) else (str,)


#: What a column may hold: its name, types, and whether it may be empty.
_COLUMNS = tuple((column.name, _kinds(column.type), bool(column.nullable)) for column in inspections.columns)


def time_text(time: datetime) -> str:
    """Return a time as the log keeps it: UTC, microseconds, 27 characters, sorting as text.

    Raises:
        ValueError: If the time has no zone.
    """
    if time.tzinfo is None:
        msg = f"a time in the log needs its zone, got {time}"
        raise ValueError(msg)
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_time(text: str) -> datetime:
    """Return the time that `time_text` wrote.

    Raises:
        ValueError: If it wrote no such text.
    """
    if len(text) != _TIME_LENGTH or text[10] != "T" or text[-1] != "Z":
        msg = f"a time of the log looks like 2026-01-31T12:34:56.789012Z, not like {text!r}"
        raise ValueError(msg)
    return datetime.fromisoformat(text)  # twenty times as fast as strptime


def to_row(inspection: Inspection) -> dict[str, Any]:
    """Return the row's columns."""
    part, decision, model, times, picture = (
        inspection,
        inspection.decision,
        inspection.model,
        inspection.latencies,
        inspection.picture,
    )
    return {
        "id": part.id,
        "time_utc": time_text(part.time_utc),
        "station": part.station,
        "recipe": part.recipe,
        "recipe_version": part.recipe_version,
        "lot": part.lot,
        "part_number": part.part_number,
        "source": part.source,
        "source_path": storable(part.source_path),
        "file_key": storable(part.file_key),
        "trigger": part.trigger,
        "trigger_id": part.trigger_id or None,
        "part_serial": part.part_serial or None,
        "nest": part.nest or None,
        "verdict": decision.verdict.value,
        "reason": storable(decision.reason),
        "p_defective": decision.p_defective,
        "fail_at": decision.thresholds.fail_at,
        "review_from": decision.thresholds.review_from,
        "strangeness": decision.strangeness,
        "strange_from": decision.thresholds.strange_from,
        "heat_outside": None if decision.heat_outside is None else int(decision.heat_outside),
        "class_names": json.dumps(list(part.classes.names) if part.classes else [], ensure_ascii=False),
        "good_class": part.classes.good if part.classes else None,
        "probabilities": json.dumps([float(p) for p in part.probabilities]),
        "model_name": model.name if model else None,
        "model_sha256": model.sha256 if model else None,
        "device": model.device if model else None,
        "precision": model.precision if model else None,
        "backend": model.backend if model else None,
        "software_version": part.software_version,
        "trigger_ms": times.trigger_ms,
        "wait_ms": times.wait_ms,
        "quality_ms": times.quality_ms,
        "preprocess_ms": times.preprocess_ms,
        "inference_ms": times.inference_ms,
        "decision_ms": times.decision_ms,
        "archive_ms": times.archive_ms,
        "total_ms": times.total_ms,
        "commit_ms": times.commit_ms,
        "picture_path": storable(str(picture.path)) if picture else None,
        "picture_sha256": picture.sha256 if picture else None,
        "heatmap_path": storable(str(picture.heatmap_path)) if picture and picture.heatmap_path else None,
        "image_not_saved": storable(part.image_not_saved),
    }


def from_row(row: Mapping[str, Any]) -> Inspection:
    """Return the inspection of a row.

    Raises:
        RowError: If a value is of another kind than its column, or no verdict, time, JSON or class.
    """
    for name, kinds, nullable in _COLUMNS:
        value = row[name]
        if value is None and nullable:
            continue
        if type(value) not in kinds or (type(value) is float and not math.isfinite(value)):
            raise RowError(f"its {name} is {_short(value)}")
    try:
        return _inspection(row)
    except JsonError as error:
        raise RowError(error.what) from error
    except (ValueError, TypeError) as error:
        raise RowError(f"it makes no part: {error}") from error


def verdict_of(text: object) -> Verdict:
    """Return the verdict that a row names.

    Raises:
        RowError: If there is none of that name.
    """
    try:
        return _VERDICTS[text]  # type: ignore[index]  # what is no text is no verdict either
    except (KeyError, TypeError) as error:
        raise RowError(f"its verdict is {_short(text)}") from error


def time_of(text: object) -> datetime:
    """Return the time that a row names.

    Raises:
        RowError: If it is none.
    """
    try:
        return parse_time(str(text))
    except ValueError as error:
        raise RowError(f"its time is {_short(text)}") from error


def _short(value: object) -> str:
    text = f"“{value}”" if isinstance(value, str) else repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def picture_of(row: Mapping[str, Any]) -> ArchivedPicture | None:
    """Return the kept picture that a row of a part, or of its view, names; None for none."""
    if row["picture_path"] is None:
        return None
    heatmap = row["heatmap_path"]
    return ArchivedPicture(
        path=Path(row["picture_path"]),
        sha256=row["picture_sha256"],
        heatmap_path=Path(heatmap) if heatmap is not None else None,
    )


def model_of(row: Mapping[str, Any]) -> ModelIdentity | None:
    """Return the model that judged a row of a part, or of its view; None where none did."""
    if row["model_name"] is None:
        return None
    return ModelIdentity(
        name=row["model_name"],
        sha256=row["model_sha256"],
        device=row["device"],
        precision=row["precision"],
        backend=row["backend"],
    )


def _inspection(row: Mapping[str, Any]) -> Inspection:
    classes = _classes(_kept(row, "class_names", _NAMES), row["good_class"])
    probabilities = _kept(row, "probabilities", _PROBABILITIES)
    if len(probabilities) != (len(classes) if classes else 0) or not all(map(math.isfinite, probabilities)):
        raise RowError(f"its probabilities are {_short(row['probabilities'])}")
    return Inspection(
        id=row["id"],
        time_utc=time_of(row["time_utc"]),
        station=row["station"],
        recipe=row["recipe"],
        recipe_version=row["recipe_version"],
        lot=row["lot"],
        part_number=row["part_number"],
        source=redacted(row["source"]),  # logs of before tokens were hidden
        source_path=row["source_path"],
        file_key=row["file_key"],
        trigger=row["trigger"],
        decision=Decision(
            verdict=verdict_of(row["verdict"]),
            reason=row["reason"],
            p_defective=row["p_defective"],
            thresholds=Thresholds(
                fail_at=row["fail_at"],
                review_from=row["review_from"],
                strange_from=row["strange_from"],
                spares_outside=row["heat_outside"] is not None,
            ),
            strangeness=row["strangeness"],
            heat_outside=None if row["heat_outside"] is None else bool(row["heat_outside"]),
        ),
        classes=classes,
        probabilities=probabilities,
        model=model_of(row),
        software_version=row["software_version"],
        latencies=Latencies(
            trigger_ms=row["trigger_ms"],
            wait_ms=row["wait_ms"],
            quality_ms=row["quality_ms"],
            preprocess_ms=row["preprocess_ms"],
            inference_ms=row["inference_ms"],
            decision_ms=row["decision_ms"],
            archive_ms=row["archive_ms"],
            total_ms=row["total_ms"],
            commit_ms=row["commit_ms"],
        ),
        picture=picture_of(row),
        image_not_saved=row["image_not_saved"],
        trigger_id=row["trigger_id"] or "",
        part_serial=row["part_serial"] or "",
        nest=row["nest"] or "",
    )


def _kept(row: Mapping[str, Any], column: str, shape: TypeAdapter[_Shape]) -> _Shape:
    return parse_shape(row[column], shape, where=f"the column {column} of the part {row['id']}")


def inspection_to_json(inspection: Inspection) -> dict[str, Any]:
    """Return the documented JSON object of an inspection: the row's columns, with lists where the row has JSON text.

    The keys are those of `inspector.outputs.schema.inspections`; ``probabilities`` is an object from class to number,
    ``heat_outside`` true, false or null. ``views`` is a list of the views of a part that has several, the main one
    first, with the keys of `inspector.outputs.schema.part_views`.
    """
    row = to_row(inspection)
    row["heat_outside"] = inspection.decision.heat_outside
    del row["class_names"]
    names = inspection.classes.names if inspection.classes else ()
    row["probabilities"] = dict(zip(names, map(float, inspection.probabilities), strict=True))
    row["views"] = [view_to_json(view) for view in inspection.views]
    return row


def _classes(names: list[str], good: str | None) -> Classes | None:
    return Classes(tuple(names), good) if good is not None else None
