"""An inspection as a row and as JSON: every column is what it is called, and comes back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

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
from inspector.outputs.rows import from_row, inspection_to_json, parse_time, time_text, to_row
from inspector.outputs.schema import inspections

WHOLE = Inspection(
    id="019c0000-0000-7000-8000-000000000000",
    time_utc=datetime(2026, 1, 31, 12, 30, 15, 250_000, tzinfo=UTC),
    station="S",
    recipe="R",
    recipe_version=2,
    lot="L",
    part_number=7,
    source="folder:/f",
    source_path="/f/ü.png",
    file_key="/f/ü.png|1|2",
    trigger="every-picture",
    decision=Decision(
        verdict=Verdict.FAIL,
        reason="Riß: P(defective) 0.750 ≥ 0.5",
        p_defective=0.75,
        thresholds=Thresholds(fail_at=0.5, review_from=0.375, strange_from=1.5, spares_outside=True),
        strangeness=1.25,
        heat_outside=False,
    ),
    classes=Classes(("Riß", "gut"), "gut"),
    probabilities=(0.75, 0.25),
    model=ModelIdentity(name="m", sha256="a" * 64, device="GPU.1", precision="bf16", backend="openvino"),
    software_version="1.2",
    latencies=Latencies(
        trigger_ms=1.5,
        wait_ms=2.5,
        quality_ms=3.5,
        preprocess_ms=4.5,
        inference_ms=5.5,
        decision_ms=6.5,
        archive_ms=7.5,
        total_ms=8.5,
        commit_ms=9.5,
    ),
    picture=ArchivedPicture(path=Path("/a/7.png"), sha256="b" * 64, heatmap_path=Path("/a/7.heatmap.png")),
    image_not_saved="because",
    trigger_id="T-7",
    part_serial="0047-ü",
    nest="7",
)
BARE = replace(
    WHOLE,
    source_path=None,
    file_key="",
    decision=Decision(verdict=Verdict.ERROR, reason="cut short", p_defective=None, thresholds=Thresholds(fail_at=0.5)),
    classes=None,
    probabilities=(),
    model=None,
    latencies=Latencies(),
    picture=None,
    image_not_saved="",
    trigger_id="",
    part_serial="",
    nest="",
)
ROW = {
    "id": "019c0000-0000-7000-8000-000000000000",
    "time_utc": "2026-01-31T12:30:15.250000Z",
    "station": "S",
    "recipe": "R",
    "recipe_version": 2,
    "lot": "L",
    "part_number": 7,
    "source": "folder:/f",
    "source_path": "/f/ü.png",
    "file_key": "/f/ü.png|1|2",
    "trigger": "every-picture",
    "trigger_id": "T-7",
    "part_serial": "0047-ü",
    "nest": "7",
    "verdict": "FAIL",
    "reason": "Riß: P(defective) 0.750 ≥ 0.5",
    "p_defective": 0.75,
    "fail_at": 0.5,
    "review_from": 0.375,
    "strangeness": 1.25,
    "strange_from": 1.5,
    "heat_outside": 0,
    "class_names": '["Riß", "gut"]',
    "good_class": "gut",
    "probabilities": "[0.75, 0.25]",
    "model_name": "m",
    "model_sha256": "a" * 64,
    "device": "GPU.1",
    "precision": "bf16",
    "backend": "openvino",
    "software_version": "1.2",
    "trigger_ms": 1.5,
    "wait_ms": 2.5,
    "quality_ms": 3.5,
    "preprocess_ms": 4.5,
    "inference_ms": 5.5,
    "decision_ms": 6.5,
    "archive_ms": 7.5,
    "total_ms": 8.5,
    "commit_ms": 9.5,
    "picture_path": str(Path("/a/7.png")),
    "picture_sha256": "b" * 64,
    "heatmap_path": str(Path("/a/7.heatmap.png")),
    "image_not_saved": "because",
}
BARE_ROW = {
    **dict.fromkeys(ROW),
    **{name: ROW[name] for name in ("id", "time_utc", "station", "recipe", "recipe_version", "lot", "part_number")},
    **{name: ROW[name] for name in ("source", "trigger", "fail_at", "software_version")},
    "file_key": "",
    "verdict": "ERROR",
    "reason": "cut short",
    "class_names": "[]",
    "probabilities": "[]",
    "image_not_saved": "",
}


@pytest.mark.parametrize(("inspection", "row"), [(WHOLE, ROW), (BARE, BARE_ROW)], ids=["whole", "bare"])
def test_every_column_is_what_it_is_called_and_comes_back(inspection: Inspection, row: dict[str, object]) -> None:
    assert to_row(inspection) == row
    assert from_row(row) == inspection
    assert list(to_row(inspection)) == [column.name for column in inspections.columns if column.name in row]
    assert {column.name for column in inspections.columns} == set(row)


def test_a_picture_without_a_heatmap() -> None:
    picture = ArchivedPicture(path=Path("/a/7.png"), sha256="b" * 64, heatmap_path=None)
    inspection = replace(WHOLE, picture=picture)
    assert to_row(inspection) == ROW | {"heatmap_path": None}
    assert from_row(to_row(inspection)) == inspection


def test_the_documented_json_has_an_object_of_probabilities() -> None:
    wanted = {name: value for name, value in ROW.items() if name != "class_names"}
    assert inspection_to_json(WHOLE) == wanted | {
        "probabilities": {"Riß": 0.75, "gut": 0.25},
        "views": [],
    }
    bare = {name: value for name, value in BARE_ROW.items() if name != "class_names"}
    assert inspection_to_json(BARE) == bare | {"probabilities": {}, "views": []}
    assert json.loads(json.dumps(inspection_to_json(WHOLE))) == inspection_to_json(WHOLE)


def test_file_names_that_are_no_text_are_escaped() -> None:
    odd = "/f/\udcff.png"
    picture = ArchivedPicture(path=Path(odd), sha256="b" * 64, heatmap_path=Path(odd))
    changed = replace(
        WHOLE,
        source_path=odd,
        file_key=odd,
        image_not_saved=odd,
        decision=replace(WHOLE.decision, reason=odd),
        picture=picture,
    )
    row = to_row(changed)
    columns = ("source_path", "file_key", "image_not_saved", "reason")
    assert [row[name] for name in columns] == ["/f/\\udcff.png"] * 4
    assert [row[name] for name in ("picture_path", "heatmap_path")] == [str(Path("/f/\\udcff.png"))] * 2


def test_times_are_utc_and_sort_as_text() -> None:
    zone = timezone(timedelta(hours=2))
    local = datetime(2026, 1, 31, 14, 30, 15, 5, tzinfo=zone)
    assert time_text(local) == "2026-01-31T12:30:15.000005Z"
    assert parse_time(time_text(local)) == local
    assert parse_time(time_text(local)).tzinfo is UTC
    with pytest.raises(ValueError, match="needs its zone, got 2026-01-31 14:30:15"):
        time_text(local.replace(tzinfo=None, microsecond=0))
