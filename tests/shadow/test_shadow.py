"""A candidate beside the model in force: what is recorded, what is compared, and when it ends by itself."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inspector.cli import main
from inspector.domain.errors import BundleError
from inspector.domain.records import Verdict
from inspector.domain.review import Judgement, QueueKind
from inspector.outputs.base import LogQuery
from inspector.outputs.chain_check import ChainWalk
from inspector.outputs.reviews import ReviewLog
from inspector.outputs.shadow_log import ShadowError
from inspector.outputs.trail_log import TrailLog, TrailQuery
from inspector.recipes.recipe import load_recipe, save_next_version
from inspector.review.queues import Entry, QueueRequest, Skipped, build_queue, load_entry
from inspector.shadow.begin import stop_shadow
from inspector.shadow.place import MOST_WAITING, HandedPart, ShadowPlace
from inspector.trail.event import TrailKind
from tests.bundles import make_bundle
from tests.regression.station import GREEN, PLAIN, RED
from tests.review.parts import said
from tests.shadow.stations import ShadowStation

P, F, R = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW


@pytest.fixture
def station(tmp_path: Path) -> ShadowStation:
    station = ShadowStation(tmp_path)
    station.parts((PLAIN, P, None))  # the log is there
    return station


def told(station: ShadowStation) -> list[tuple[str, str, str]]:
    rows = TrailLog(station.home.log).read(TrailQuery(kinds=frozenset({TrailKind.SHADOW})), limit=9)
    return [(row.event.on, row.event.who, row.event.reason) for row in rows][::-1]


def queue_of(station: ShadowStation) -> list[str]:
    request = QueueRequest(kind=QueueKind.SHADOW, reviewer="Bo", query=LogQuery(recipe="R"))
    return list(build_queue(ReviewLog(station.home.log), request, lambda *_: None).ids)


def test_both_verdicts_are_recorded_side_by_side_and_differences_wait_in_review(station: ShadowStation) -> None:
    shadow, notes = station.begin()
    assert notes == []
    rows = station.hand_over((PLAIN, P), (RED, F), (GREEN, F), (GREEN, R), (PLAIN, F))
    station.judge()
    report = station.report(shadow)
    assert report.table.counts == {(P, P): 1, (F, F): 1, (F, P): 2, (R, P): 1}
    assert (report.table.same, report.table.differing, report.table.crossing, report.waiting) == (2, 3, 3, 3)
    assert report.share == 1.0
    assert queue_of(station) == [rows[2].id, rows[3].id, rows[4].id]
    assert report.right.words == (
        "Only one of the two passes 3 parts. Nobody has judged any of them yet: Review says which model is right."
    )
    reviews = ReviewLog(station.home.log)
    for row, judgement in ((rows[2], Judgement.DEFECTIVE), (rows[3], Judgement.DEFECTIVE), (rows[4], Judgement.GOOD)):
        reviews.add(said(row.id, judgement, by="Bo", queue=QueueKind.SHADOW))
    report = station.report(shadow)
    assert (report.right.only_in_force, report.right.only_candidate, report.waiting) == (2, 1, 0)
    assert report.right.p_value == 1.0
    assert queue_of(station) == []


def test_a_difference_is_shown_without_a_verdict_by_a_picture_of_its_own(station: ShadowStation) -> None:
    station.begin()
    (row,) = station.hand_over((GREEN, F))
    station.judge()
    assert row.picture is not None
    row.picture.path.unlink()  # the archive keeps no such part, or not any more
    request = QueueRequest(kind=QueueKind.SHADOW, reviewer="Bo")
    log = ReviewLog(station.home.log)
    entry = load_entry(log, request, row.id)
    assert isinstance(entry, Entry)
    assert (entry.blind, entry.inspection, entry.picture) == (False, None, station.place.picture(f"{row.id}.png"))
    entry.picture.write_bytes(b"another")
    altered = load_entry(log, request, row.id)
    assert isinstance(altered, Skipped)
    assert "altered" in altered.why
    entry.picture.unlink()
    gone = load_entry(log, request, row.id)
    assert isinstance(gone, Skipped)
    assert gone.lost


def test_what_was_judged_is_chained_and_refuses_every_change(station: ShadowStation) -> None:
    station.begin()
    station.hand_over((GREEN, F))
    station.judge()
    with closing(sqlite3.connect(station.home.log, isolation_level=None)) as log:
        for table in ("shadow_events", "shadow_judgements"):
            with pytest.raises(sqlite3.IntegrityError, match="never changed"):
                log.execute(f"DELETE FROM {table}")  # noqa: S608
        log.execute("DROP TRIGGER shadow_judgements_no_update")
        log.execute("UPDATE shadow_judgements SET verdict = 'FAIL'")
        walk = ChainWalk(log)
        for _ in walk.steps():
            pass
    assert [change.table for change in walk.changes] == ["shadow_judgements"]


def test_a_second_candidate_is_refused_by_name(station: ShadowStation) -> None:
    make_bundle(station.home.models / "green", seed=3)
    station.begin()
    with pytest.raises(ShadowError, match="green cannot be a shadow now: red is one, of the recipe R"):
        station.begin("green")
    stop_shadow(station.home.log, who="Ada", why="done")
    assert station.place.wanted() is None
    shadow, _ = station.begin("green")
    assert [(known.model, known.runs) for known in station.log.shadows()] == [("red", False), ("green", True)]
    wanted = station.place.wanted()
    assert wanted is not None
    assert wanted.shadow == shadow.id
    assert told(station) == [("R", "Ada", ""), ("R", "Ada", "done"), ("R", "Ada", "")]
    with pytest.raises(ShadowError, match="both is the model in force of R already"):
        station.begin("both")


def test_a_station_that_stops_in_the_middle_goes_on_where_it_was(station: ShadowStation) -> None:
    shadow, _ = station.begin()
    rows = station.hand_over((PLAIN, P), (RED, F), (GREEN, F))
    waiting = station.place.waiting(shadow.id)
    said_already = station.place.said(waiting[0])  # judged, but the power was cut before the commit
    waiting[1].write_bytes(waiting[1].read_bytes()[:900])  # cut short
    station.judge()
    assert station.report(shadow).table.counts == {(P, P): 1, (F, P): 1}
    assert not said_already.exists()
    assert station.place.waiting(shadow.id) == []
    again = HandedPart(
        inspection_id=rows[0].id, image=PLAIN, verdict=P, model="both",
        model_sha256=shadow.in_force_sha256, recipe_version=1,
    )  # fmt: skip
    station.place.hand_over(shadow.id, again)
    station.judge()
    assert station.report(shadow).table.judged == 2  # no part counts twice


@pytest.mark.parametrize("how", ["deleted", "edited", "damaged"])
def test_a_candidate_that_is_not_what_it_was_ends_the_shadow(station: ShadowStation, how: str) -> None:
    shadow, _ = station.begin()
    station.hand_over((GREEN, F))
    folder = station.home.models / "red"
    if how == "damaged":
        (folder / "graph.bin").write_bytes(b"x")
    else:
        shutil.rmtree(folder)
    if how == "edited":
        make_bundle(folder, seed=9)
    station.judge()
    (ended,) = station.log.shadows()
    assert (ended.runs, ended.ended_by) == (False, "station")
    assert {"deleted": "there is no model “red”", "edited": "was changed since", "damaged": "graph.bin"}[
        how
    ] in ended.why_ended
    assert station.place.wanted() is None
    assert station.report(shadow).table.judged == 0
    assert told(station)[-1][1] == "station"


def test_another_model_in_force_ends_it_and_another_version_does_not(station: ShadowStation) -> None:
    shadow, _ = station.begin()
    save_next_version(station.recipe.model_copy(update={"guard_rate": 0.01}), station.home.recipes)
    station.hand_over((GREEN, F))
    station.judge()
    assert station.report(shadow).table.judged == 1
    make_bundle(station.home.models / "third", seed=4)
    save_next_version(station.recipe.model_copy(update={"model": "third"}), station.home.recipes)
    station.hand_over((GREEN, F))
    station.judge()
    (ended,) = station.log.shadows()
    assert ended.why_ended == "third is in force now, both was compared with"
    assert station.report(shadow).table.judged == 1


def test_a_shadow_of_a_model_that_is_in_force_no_more_makes_room(station: ShadowStation) -> None:
    station.begin()  # and no station runs that would end it
    make_bundle(station.home.models / "third", seed=4)
    save_next_version(station.recipe.model_copy(update={"model": "third"}), station.home.recipes)
    station.begin()
    assert [known.why_ended for known in station.log.shadows()] == ["third is in force now, both was compared with", ""]


def test_a_promotion_ends_the_shadow_that_compares_with_the_model_before(
    station: ShadowStation, capsys: pytest.CaptureFixture[str]
) -> None:
    station.begin("red")  # and no station runs that would end it
    where = ("--recipe", "R", "--why", "finds dents", "--home", str(station.home.root))
    assert main(["model", "promote", "red", *where]) == 0
    assert [known.why_ended for known in station.log.shadows()] == ["red is in force now, both was compared with"]
    assert "warning" not in capsys.readouterr().err


def test_a_candidate_with_another_input_size_is_compared_and_it_is_said(station: ShadowStation) -> None:
    make_bundle(station.home.models / "large", input_size=96)
    shadow, notes = station.begin("large")
    assert notes == ["The candidate sees 96 × 96 pixels of a part, the model in force 64 × 64."]
    station.hand_over((RED, F))
    station.judge()
    assert station.report(shadow).table.counts == {(F, F): 1}


def test_a_shadow_that_cannot_keep_up_judges_a_sample_and_says_so(station: ShadowStation) -> None:
    shadow, _ = station.begin()
    parts = [(PLAIN, P)] * MOST_WAITING
    station.hand_over(*parts)
    (late,) = station.parts((RED, F, None))
    part = HandedPart(
        inspection_id=late.id, image=RED, verdict=F, model="both",
        model_sha256=shadow.in_force_sha256, recipe_version=1,
    )  # fmt: skip
    assert not station.place.hand_over(shadow.id, part)
    station.judge()
    with closing(sqlite3.connect(station.home.log)) as log:  # the samples are of January
        log.execute("DROP TRIGGER shadow_events_no_update")
        log.execute("UPDATE shadow_events SET time_utc = '2026-01-31T12:00:02.000000Z'")
        log.commit()
    report = station.report(shadow)
    assert (report.table.judged, report.inspected) == (8, 9)
    assert report.seen == "It has judged a sample: 8 of 9 parts, 88.9 %. The line does not wait for it."


def test_a_log_that_cannot_be_written_loses_nothing(station: ShadowStation) -> None:
    shadow, _ = station.begin()
    station.hand_over((GREEN, F))
    stop = threading.Event()
    with closing(sqlite3.connect(station.home.log, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        worker = station.worker()
        stop.set()
        worker.run(stop)  # it is told to end before it has judged anything
        other.execute("ROLLBACK")
    station.judge()
    assert station.report(shadow).table.judged == 1


def test_a_part_that_is_being_written_does_not_wait_yet(
    station: ShadowStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    shadow, _ = station.begin()
    waiting: list[list[Path]] = []
    save = np.save

    def written(*given: Any, **named: Any) -> None:
        save(*given, **named)
        waiting.append(station.place.waiting(shadow.id))

    monkeypatch.setattr(np, "save", written)
    station.hand_over((GREEN, F))
    assert waiting == [[]]
    assert len(station.place.waiting(shadow.id)) == 1


def test_a_shadow_that_is_ended_while_it_judges_a_part_ends_well(
    station: ShadowStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    shadow, _ = station.begin()
    station.hand_over((GREEN, F))
    take = ShadowPlace.take

    def taken(place: ShadowPlace, path: Path) -> HandedPart | None:
        part = take(place, path)
        stop_shadow(station.home.log, who="Bo")
        return part

    monkeypatch.setattr(ShadowPlace, "take", taken)
    station.judge()
    assert told(station)[-1] == ("R", "Bo", "")
    assert station.place.waiting(shadow.id) == []


def test_without_a_record_or_a_candidate_nothing_begins(tmp_path: Path) -> None:
    station = ShadowStation(tmp_path)
    with pytest.raises(Exception, match="there is no result log"):
        station.begin()
    station.parts((PLAIN, P, None))
    with pytest.raises(BundleError, match="there is no model “nobody”"):
        station.begin("nobody")
    assert station.log.shadows() == []


def test_the_commands(station: ShadowStation, capsys: pytest.CaptureFixture[str]) -> None:
    places = ("--home", str(station.home.root))

    def call(*arguments: str) -> tuple[int, str, str]:
        code = main([*arguments, *places])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    assert call("shadow", "report")[0] == 1
    assert call("shadow", "stop")[2].startswith("error: no shadow runs")
    code, out, _ = call("shadow", "start", "red", "--recipe", "R")
    assert (code, out) == (0, "red judges the parts of R beside both from now on\n")
    rows = station.hand_over((GREEN, F), (PLAIN, P))
    station.judge()
    listed = json.loads(call("review", "queue", "shadow", "--json")[1])
    assert [(entry["inspection_id"], entry["verdict"]) for entry in listed["entries"]] == [(rows[0].id, None)]
    assert Path(listed["entries"][0]["picture"]).is_file()
    assert call("review", "judge", rows[0].id, "good", "--queue", "shadow")[0] == 0
    report = json.loads(call("shadow", "report", "--json")[1])
    assert report["verdicts"] == [
        {"in_force": "FAIL", "candidate": "PASS", "parts": 1},
        {"in_force": "PASS", "candidate": "PASS", "parts": 1},
    ]
    assert report["mcnemar"]["only_candidate_right"] == 1
    assert "FAIL                           1" in call("shadow", "report")[1]
    assert call("shadow", "stop", "--why", "enough")[0] == 0
    (status,) = json.loads(call("shadow", "status", "--json")[1])["shadows"]
    assert (status["model"], status["why_ended"]) == ("red", "enough")
    assert load_recipe(station.home.recipes / "R.json").model == "both"
