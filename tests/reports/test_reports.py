"""A lot's report: figures, people, files; an empty lot, midnight, a clock that was set, what was deleted since."""

from __future__ import annotations

import csv
import json
import shlex
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from inspector.assembly import demo_recipe
from inspector.cli import build_parser, main
from inspector.cli.common import EXIT_DEFECTS
from inspector.domain.ids import new_id
from inspector.domain.records import ArchivedPicture, Verdict
from inspector.domain.review import Judgement, Review
from inspector.last_lot import read_lot
from inspector.outputs.lot_reads import recorded_lots
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from inspector.outputs.trail_log import TrailLog, take_up
from inspector.paths import Home
from inspector.reports import files
from inspector.reports.files import PAGE, PARTS, ReportFiles, write_report
from inspector.reports.report import LotError, report_of
from inspector.reports.span import ReportMaker, ReportSpan
from inspector.trail.actor import STATION
from inspector.trail.event import TrailKind, happened
from inspector.trail.program import lot_changed
from inspector.trail.waiting import note
from tests.outputs.samples import MODEL, inspection
from tests.reports.commands import printed_commands, refused_commands

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.domain.records import Inspection

MIDNIGHT = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30, an hour before the clocks of Europe go back


def part(number: int, verdict: Verdict, time: datetime, *, reason: str = "", **fields: Any) -> Inspection:
    made = inspection(number, verdict, lot="L/7")
    decision = replace(made.decision, reason=reason or made.decision.reason)
    return replace(made, time_utc=time, decision=decision, **fields)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A lot over midnight with two recipes' versions and two models, and a kept picture."""
    made = Home(root=tmp_path / "home")
    kept = made.archive / "bad.png"
    kept.parent.mkdir(parents=True)
    cv2.imwrite(str(kept), np.full((64, 64, 3), 90, np.uint8))
    other = replace(MODEL, name="n", sha256="b" * 64)
    scratch = "scratch: P(defective) 0.93 ≥ 0.5"
    picture = ArchivedPicture(path=kept, sha256="c" * 64, heatmap_path=None)
    rows = [part(n, Verdict.PASS, MIDNIGHT - timedelta(minutes=60 - 10 * n)) for n in range(1, 7)]
    rows += [
        part(7, Verdict.FAIL, MIDNIGHT + timedelta(hours=1), reason=scratch, picture=picture),
        part(8, Verdict.FAIL, MIDNIGHT + timedelta(hours=2), reason=scratch.replace("0.93", "0.71")),
        part(9, Verdict.ERROR, MIDNIGHT + timedelta(hours=3), model=other, recipe_version=3),
        part(10, Verdict.PASS, MIDNIGHT + timedelta(hours=4), model=other, recipe_version=3, part_serial="A7"),
    ]
    with closing(SqliteResultLog(made.log)) as log:
        for row in rows:
            log.append(row)
    return made


MAKER = ReportMaker(station="Cell 4", by="Ada", shift_starts=(6, 14, 22))


def report(home: Home, lot: str | None = "L/7", **span: Any) -> ReportFiles:
    return write_report(ReportSpan(lot=lot, **span), home.log, home, MAKER, checks=True)


def test_a_report_over_midnight_says_what_was_inspected_with_what_and_why_parts_failed(home: Home) -> None:
    written = report(home)
    figures = written.report
    assert (figures.inspected, figures.first_pass_yield.words) == (10, "70.0 % (39.7 to 89.2 %)")
    assert figures.reasons == [("FAIL", "scratch", 2), ("ERROR", "bad image: black", 1)]
    assert [(known.version, known.model, known.parts) for known in figures.stretches] == [(2, "m", 8), (3, "n", 2)]
    assert figures.first is not None
    assert figures.last is not None
    assert (figures.first.number, figures.last.number, figures.last.serial) == (1, 10, "A7")
    assert not figures.clock_set_back
    assert "(4 h 50 min)" in written.html
    assert written.html.count("data:image/jpeg") == 1
    assert "no picture was kept" in written.html
    with (written.folder / PARTS).open(encoding="utf-8-sig", newline="") as file:
        assert [row["part_number"] for row in csv.DictReader(file)] == [str(n) for n in range(1, 11)]


def test_what_was_deleted_since_is_said_and_the_record_stands(home: Home) -> None:
    shutil.rmtree(home.archive)  # neither recipe nor model of these parts is here at all
    html = report(home).html
    assert "its picture is not there any more" in html
    assert "R, version 2" in html


def test_a_clock_that_was_set_back_is_said_and_the_order_is_that_of_the_record(home: Home) -> None:
    with closing(SqliteResultLog(home.log)) as log:
        log.append(part(11, Verdict.PASS, MIDNIGHT - timedelta(days=1)))
    written = report(home)
    assert written.report.clock_set_back
    assert written.report.last is not None
    assert written.report.last.number == 11
    assert "clock was set back" in written.html


def test_an_empty_lot_has_a_report_and_one_that_never_was_is_refused_with_those_there_are(home: Home) -> None:
    note(home.root, *lot_changed("", "empty"))
    note(home.root, *lot_changed("empty", ""))
    take_up(home.root, home.log)
    written = report(home, "empty")
    assert written.report.inspected == 0
    assert written.report.end is not None
    assert "No part of this lot was inspected." in written.html
    with pytest.raises(LotError, match="no lot “nowhere” in the record") as refused:
        report_of(ReportSpan(lot="nowhere"), home.log, home.recipes, MAKER, chain=None, now=datetime.now(UTC))
    assert "“L/7”" in refused.value.next_step


def test_the_commands_begin_and_end_a_lot_list_and_report_it(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    def call(*arguments: str) -> Any:
        assert main([*arguments, "--json", "--home", str(home.root)]) == 0
        return json.loads(capsys.readouterr().out)

    assert call("lot", "begin", "B 9") == {"lot": "B 9", "before": ""}
    assert read_lot(home.last_lot) == "B 9"
    assert call("lot", "end") == {"lot": "", "before": "B 9"}
    assert [lot["lot"] for lot in call("lot", "list")["lots"]] == ["L/7"]
    answer = call("report", "--lot", "B 9")
    assert answer["report"]["operators"] != []
    assert (home.reports / answer["page"]).name == PAGE
    assert recorded_lots(home.log)[0].parts == {"PASS": 7, "FAIL": 2, "ERROR": 1}


def test_a_period_is_reported_over_all_lots_and_one_without_a_part_says_so(home: Home) -> None:
    with closing(SqliteResultLog(home.log)) as log:
        log.append(replace(part(1, Verdict.PASS, MIDNIGHT + timedelta(hours=5)), lot="B"))
    since = MIDNIGHT + timedelta(hours=4)
    written = report(home, None, since=since, until=since + timedelta(hours=2))
    assert (written.report.inspected, written.report.span.lot) == (2, None)
    assert "--since 2026-10-25T" in written.html
    assert refused_commands(written.html) == []
    nothing = report(home, None, since=since + timedelta(days=9), until=since + timedelta(days=10))
    assert nothing.report.inspected == 0
    assert "No part in this period was inspected." in nothing.html
    assert "The record is as it was written." in nothing.html


def test_a_changed_recipe_is_told_by_the_titles_of_its_fields_and_not_in_full(home: Home) -> None:
    recipe = demo_recipe()
    now = MIDNIGHT + timedelta(minutes=1)
    few: dict[str, Any] = {"guard_rate": 0.02, "trigger": {"mode": "manual"}, "nest_pattern": ""}
    before: dict[str, Any] = {"guard_rate": 0.005, "trigger": {"mode": "interval"}, "nest_pattern": "x"}
    new = recipe.model_dump(mode="json", exclude={"change"})
    many: dict[str, Any] = {f"field_{number}": number for number in range(9)}
    for old, then in ((before, few), ({}, new), (dict.fromkeys(many, -1), many)):
        event = happened(TrailKind.RECIPE, recipe.name, before=old, after=then, by=STATION)
        TrailLog(home.log).add([event.model_copy(update={"time": now})])
    told = [event.words for event in report(home).report.events]
    assert told == [
        "Demo line · Guard rate: 0.005 → 0.02; A part is: interval → manual; Tool or nest: x → –",
        "Demo line · it is new",
        "Demo line · field 0: -1 → 0; field 1: -1 → 1; field 2: -1 → 2; field 3: -1 → 3; and 5 more: inspector log trail",
    ]


def test_what_people_and_the_heatmap_say_of_a_failure_stands_beside_its_picture(home: Home) -> None:
    heat = home.archive / "heat.png"
    cv2.imwrite(str(heat), np.arange(49, dtype=np.uint8).reshape(7, 7) * 5)
    picture = ArchivedPicture(path=home.archive / "bad.png", sha256="c" * 64, heatmap_path=heat)
    failed = part(11, Verdict.FAIL, MIDNIGHT + timedelta(hours=5), picture=picture)
    with closing(SqliteResultLog(home.log)) as log:
        log.append(failed)
    review = Review(id=new_id(), inspection_id=failed.id, time_utc=MIDNIGHT, reviewer="Bo", judgement=Judgement.GOOD)
    ReviewLog(home.log).add(review)
    written = report(home)
    assert written.html.count("data:image/jpeg") == 3
    assert "People say: good (Bo)" in written.html
    assert written.report.reviews.truths == {"good": 1}
    assert written.report.stretches[0].thresholds == "FAIL from 0.5, REVIEW from 0.2"
    assert refused_commands(written.html) == []
    printed = printed_commands(written.html)
    assert {"inspector log verify", "inspector review conflicts --lot L/7"} <= set(printed)


def test_a_record_that_was_changed_is_said_before_any_figure_and_by_the_exit_code(home: Home) -> None:
    with closing(sqlite3.connect(home.log)) as log, log:
        triggers = log.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'inspections'")
        for (name,) in triggers.fetchall():
            log.execute(f"DROP TRIGGER {name}")
        log.execute("UPDATE inspections SET verdict = 'PASS' WHERE part_number = 7")
    written = report(home)
    assert written.html.index("The record was changed") < written.html.index("First-pass yield")
    assert main(["report", "--lot", "L/7", "--home", str(home.root)]) == EXIT_DEFECTS


def test_of_very_many_parts_the_table_holds_those_that_did_not_pass(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_ROWS", 5)
    with (report(home).folder / PARTS).open(encoding="utf-8-sig", newline="") as file:
        assert [row["part_number"] for row in csv.DictReader(file)] == ["7", "8", "9"]


def test_printed_options_mean_the_same_parts_whatever_a_lot_is_called() -> None:
    lot, recipe = 'L $(reboot) `x` "7" ; it\'s', "Cap & Lid"
    since = datetime(2026, 10, 25, 0, 30, 15, 250_000, UTC)
    span = ReportSpan(lot=lot, recipe=recipe, since=since, until=since + timedelta(minutes=30, seconds=45))
    parsed = build_parser().parse_args(["report", *shlex.split(span.options)])
    assert (parsed.lot, parsed.recipe, parsed.since, parsed.until) == (lot, recipe, since, span.until)
