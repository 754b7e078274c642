"""The views of a part in the record: committed with its row, read back, protected, saved from a damaged log."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inspector.domain.config import ArchiveConfig, KeepPolicy
from inspector.domain.records import ArchivedPicture, Decision, Inspection, Thresholds, Verdict, ViewRecord
from inspector.domain.review import Judgement
from inspector.outputs import salvage
from inspector.outputs.archive import PictureArchive
from inspector.outputs.base import LogQuery
from inspector.outputs.export import export_csv
from inspector.outputs.kept import kept_view
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from inspector.outputs.rows import inspection_to_json
from tests.outputs.by_hand import by_hand
from tests.outputs.samples import MODEL, inspection
from tests.outputs.test_archive import PREDICTION, decision, part
from tests.review.parts import said


def view(name: str, verdict: Verdict = Verdict.PASS, picture: str = "") -> ViewRecord:
    return ViewRecord(
        name=name,
        source=f"aravis:{name}",
        decision=Decision(
            verdict=verdict,
            reason="" if verdict is Verdict.PASS else "why",
            p_defective=0.3,
            thresholds=Thresholds(fail_at=0.6, review_from=0.4, strange_from=1.5),
            strangeness=0.8,
        ),
        model=replace(MODEL, name=f"model {name}"),
        picture=ArchivedPicture(path=Path(picture), sha256="c" * 64, heatmap_path=None) if picture else None,
        image_not_saved="" if picture else "the disk is full",
    )


def several(number: int, verdict: Verdict = Verdict.PASS) -> Inspection:
    views = (view("Main", picture=f"/a/{number}.png"), view("Left", verdict, f"/a/{number}-1.png"), view("Right"))
    return replace(inspection(number, verdict), views=views)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite3"


def test_a_part_is_read_back_with_its_views_and_one_without_them_has_none(path: Path) -> None:
    parts = [several(1), inspection(2), several(3, Verdict.FAIL)]
    with closing(SqliteResultLog(path)) as log:
        for one in parts:
            log.append(one)
        log.append(parts[2])  # again, after an unclear failure
        assert list(log.rows(LogQuery())) == parts
        assert log.recent(LogQuery(), 2) == parts[:0:-1]
        assert ReviewLog(path).inspections([part.id for part in parts]) == {part.id: part for part in parts}
        assert list(log.rows(LogQuery(verdicts=frozenset({Verdict.FAIL})))) == parts[2:]


def test_more_parts_than_are_asked_for_at_once_have_their_own_views(path: Path) -> None:
    parts = [several(number) if number % 3 else inspection(number) for number in range(1, 1102)]
    with closing(SqliteResultLog(path)) as log:
        for one in parts:
            log.append(one)
        assert list(log.rows(LogQuery())) == parts


def test_pictures_of_views_are_protected_until_the_part_is_settled(path: Path) -> None:
    passed, failed = several(1), several(2, Verdict.FAIL)
    with closing(SqliteResultLog(path)) as log:
        log.append(passed)
        log.append(failed)
        assert log.failure_pictures() == ["/a/2.png", "/a/2-1.png"]
        ReviewLog(path).add(said(failed.id, Judgement.DEFECTIVE))
        assert log.failure_pictures() == []


def test_a_damaged_log_is_saved_with_the_views(path: Path) -> None:
    parts = [several(number, Verdict.FAIL) for number in range(1, 4)]
    with closing(SqliteResultLog(path)) as log:
        for one in parts:
            log.append(one)
    salvage.salvage(path)
    with closing(SqliteResultLog(path)) as log:
        assert list(log.rows(LogQuery())) == parts


def test_a_view_s_row_that_is_none_leaves_the_part_readable(path: Path) -> None:
    with closing(SqliteResultLog(path)) as log:
        log.append(several(1))
    with by_hand(path) as broken:
        broken.execute("UPDATE part_views SET verdict = 'WELL' WHERE place = 1")
        broken.commit()
    with closing(SqliteResultLog(path)) as log:
        assert [part.part_number for part in log.rows(LogQuery())] == [1]


def test_csv_and_json_have_the_views() -> None:
    part = several(1, Verdict.FAIL)
    text = io.StringIO()
    export_csv([part, inspection(2)], text)
    first, second = csv.DictReader(io.StringIO(text.getvalue()))
    views = json.loads(first["views"])
    assert views == inspection_to_json(part)["views"]
    assert [(view["name"], view["verdict"], view["model_name"]) for view in views] == [
        ("Main", "PASS", "model Main"),
        ("Left", "FAIL", "model Left"),
        ("Right", "PASS", "model Right"),
    ]
    assert second["views"] == ""


def test_the_archive_keeps_the_pictures_of_all_views_beside_one_another(tmp_path: Path) -> None:
    archive = PictureArchive(tmp_path, ArchiveConfig(keep=KeepPolicy.FAILURES))
    kept = [
        archive.keep(
            inspection_id="0" * 36, part=part(), prediction=PREDICTION, decision=decision(Verdict.FAIL), view=place
        )
        for place in range(3)
    ]
    assert [picture.path.name for picture in kept if picture] == [
        f"{'0' * 36}.png",
        f"{'0' * 36}-1.png",
        f"{'0' * 36}-2.png",
    ]
    shown = kept_view(replace(view("Left"), picture=kept[1]))
    assert shown is not None
    assert np.abs(shown.heatmap - PREDICTION.heatmap).max() < 0.01
