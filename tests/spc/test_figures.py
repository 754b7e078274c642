"""Statistics from the roll-up: groups, clocks, empty logs, what is gone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest

from inspector.cli import main
from inspector.domain.errors import LogError
from inspector.domain.records import ArchivedPicture, Decision, Inspection, ModelIdentity, Thresholds, Verdict
from inspector.outputs.chain import install
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.roll_up import fill
from inspector.outputs.roll_up_reads import RollUpLog, RollUpQuery
from inspector.statistics.export import GROUP_COLUMNS, PARETO_COLUMNS, group_rows, pareto_rows, write_csv
from inspector.statistics.figures import ProcessFigures, figures_of
from inspector.statistics.groups import GroupBy
from inspector.statistics.places import CELLS, places_of
from tests.outputs.samples import MODEL, inspection

BERLIN = ZoneInfo("Europe/Berlin")
SHIFTS = (6, 14, 22)
OTHER = ModelIdentity(name="m", sha256="b" * 64, device="CPU", precision="fp32", backend="openvino")


def part(
    time: datetime,
    verdict: Verdict = Verdict.PASS,
    reason: str = "",
    *,
    lot: str = "L1",
    p: float = 0.25,
    model: ModelIdentity = MODEL,
    heatmap: Path | None = None,
) -> Inspection:
    made = inspection(1, verdict, lot=lot)
    decision = Decision(
        verdict=verdict,
        reason=reason or made.decision.reason,
        p_defective=None if verdict is Verdict.ERROR else p,
        thresholds=Thresholds(fail_at=0.5),
    )
    picture = None if heatmap is None else ArchivedPicture(path=heatmap, sha256="c" * 64, heatmap_path=heatmap)
    return replace(made, time_utc=time.astimezone(UTC), decision=decision, model=model, picture=picture)


def log_of(path: Path, parts: Iterable[Inspection]) -> RollUpLog:
    with closing(SqliteResultLog(path)) as log:
        for each in parts:
            log.append(each)
    return RollUpLog(path)


def figures(log: RollUpLog, by: GroupBy, query: RollUpQuery | None = None) -> ProcessFigures:
    return figures_of(log, query or RollUpQuery(), by, shift_starts=SHIFTS, zone=BERLIN)


def named(told: ProcessFigures) -> dict[str, int]:
    return {group.name: group.tally.inspected for group in told.groups}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite3"


def test_a_log_without_rows_gives_no_figures(path: Path) -> None:
    log = log_of(path, [])
    told = figures(log, GroupBy.SHIFT)
    assert (told.groups, told.chart, told.pareto, told.drift) == ((), None, (), None)
    assert told.total.first_pass_yield.value is None
    assert places_of(log, RollUpQuery()) is None


def test_a_lot_that_spans_midnight_is_one_lot_in_two_days_and_one_shift(path: Path) -> None:
    midnight = datetime(2026, 3, 10, tzinfo=BERLIN)
    log = log_of(path, [part(midnight + timedelta(minutes=minutes)) for minutes in (-20, -1, 0, 16)])
    assert named(figures(log, GroupBy.LOT)) == {"L1": 4}
    assert named(figures(log, GroupBy.DAY)) == {"2026-03-09": 2, "2026-03-10": 2}
    assert named(figures(log, GroupBy.SHIFT)) == {"2026-03-09 22:00": 4}


def test_in_the_night_of_the_change_of_the_clock_every_part_counts_once(path: Path) -> None:
    # the hour from 2 to 3 comes twice on 25 October 2026, and not at all on 29 March
    autumn = [datetime(2026, 10, 24, 20, tzinfo=UTC) + timedelta(minutes=30 * half) for half in range(20)]
    spring = [datetime(2026, 3, 28, 21, tzinfo=UTC) + timedelta(minutes=30 * half) for half in range(20)]
    told = figures(log_of(path, map(part, spring + autumn)), GroupBy.SHIFT)
    assert named(told) == {
        "2026-03-28 22:00": 14,  # seven hours
        "2026-03-29 06:00": 6,
        "2026-10-24 22:00": 18,  # nine
        "2026-10-25 06:00": 2,
    }


def test_groups_by_model_tell_two_of_one_name_apart_and_ask_for_their_own_parts(path: Path) -> None:
    now = datetime(2026, 5, 4, 10, tzinfo=UTC)
    failed = part(now, Verdict.FAIL, "dent: P(defective) 0.9 ≥ 0.5", model=OTHER)
    log = log_of(path, [part(now), part(now), failed, part(now, Verdict.ERROR, "bad image: black (mean 1)")])
    told = figures(log, GroupBy.MODEL)
    assert named(told) == {"m (aaaaaaaa)": 3, "m (bbbbbbbb)": 1}
    assert [(bar.verdict, bar.kind, bar.parts, bar.together) for bar in told.pareto] == [
        (Verdict.ERROR, "bad image: black", 1, 0.5),
        (Verdict.FAIL, "dent", 1, 1.0),
    ]
    other = told.groups[1].query if told.groups[1].name.startswith("m (b") else told.groups[0].query
    assert [each.id for each in log.newest_parts(other, None, None, 10)] == [failed.id]
    assert [each.id for each in log.newest_parts(RollUpQuery(), None, "dent", 10)] == [failed.id]


def test_nests_stand_by_name_and_are_held_against_all_together(path: Path) -> None:
    now = datetime(2026, 5, 4, 10, tzinfo=UTC)
    bad = {"9": 40, "10": 2, "": 1}
    log = log_of(
        path,
        [
            replace(part(now, Verdict.FAIL if n < failed else Verdict.PASS), nest=nest)
            for nest, failed in bad.items()
            for n in range(100)
        ],
    )
    told = figures(log, GroupBy.NEST)
    assert [(group.name, group.tally.failed) for group in told.groups] == [("9", 40), ("10", 2), ("not known", 1)]
    assert told.chart is None or [point.rules for point in told.chart.points] == [(1,), (1,), (1,)]
    assert not (told.chart and told.chart.overdispersed)
    assert {each.nest for each in log.newest_parts(told.groups[0].query, None, None, 200)} == {"9"}
    assert figures(log, GroupBy.DAY, RollUpQuery(nest="10")).total.inspected == 100


def test_a_log_of_before_gets_nests_without_counting_anew(path: Path) -> None:
    log_of(path, [part(datetime(2026, 5, 4, 10, tzinfo=UTC))])
    with closing(sqlite3.connect(path)) as log:
        install(log)
        log.execute("DROP TRIGGER inspections_rolled_up")
        log.execute("DROP TRIGGER inspections_chained")
        for trigger in ("no_update", "no_delete", "no_replace"):
            log.execute(f"DROP TRIGGER inspections_{trigger}")
        log.execute("DROP INDEX ix_roll_up_keys")
        log.execute("ALTER TABLE roll_up_keys DROP COLUMN nest")
        log.execute("ALTER TABLE inspections DROP COLUMN nest")
        old = "recipe, lot, model_name, model_sha256"
        log.execute(f"CREATE UNIQUE INDEX ix_roll_up_keys ON roll_up_keys ({old})")
        log.execute("CREATE TRIGGER inspections_rolled_up AFTER INSERT ON inspections BEGIN SELECT 1; END")
        log.execute("UPDATE alembic_version SET version_num = '0018'")
        log.commit()
    with closing(SqliteResultLog(path)) as again:
        again.append(replace(part(datetime(2026, 5, 4, 11, tzinfo=UTC)), nest="3"))
    told = figures(RollUpLog(path), GroupBy.NEST)
    assert named(told) == {"3": 1, "not known": 1}


def test_the_trigger_counts_as_counting_anew_does(path: Path) -> None:
    now = datetime(2026, 5, 4, 10, tzinfo=UTC)
    log_of(
        path, [part(now + timedelta(minutes=n), Verdict.FAIL if n % 3 else Verdict.PASS, p=n / 20) for n in range(20)]
    )
    tables = ("roll_up_keys", "roll_up_counts", "roll_up_bins")
    with closing(sqlite3.connect(path)) as log:
        install(log)
        kept = [log.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
        fill(log.execute)
        assert [log.execute(f"SELECT * FROM {table}").fetchall() for table in tables] == kept
        assert sum(row[4] for row in kept[1]) == 20


def test_a_time_that_is_none_stops_no_commit_and_is_in_no_group(path: Path) -> None:
    log = log_of(path, [part(datetime(2026, 5, 4, 10, tzinfo=UTC))])
    with closing(sqlite3.connect(path)) as raw:
        install(raw)
        columns = [row[1] for row in raw.execute("PRAGMA table_info(inspections)")]
        chosen = ["'odd'" if name == "id" else "'yesterday'" if name == "time_utc" else name for name in columns]
        raw.execute(f"INSERT INTO inspections SELECT {', '.join(chosen)} FROM inspections")
        raw.commit()
    assert figures(log, GroupBy.DAY).total.inspected == 1


def test_scores_are_compared_with_the_models_own_first_parts(path: Path) -> None:
    begin = datetime(2026, 5, 4, 8, tzinfo=UTC)
    first = [part(begin + timedelta(seconds=n % 800), p=0.01) for n in range(1000)]
    later = [part(begin + timedelta(days=1), p=0.2) for _ in range(300)]
    log = log_of(path, [*first[::4], *later])  # 250 parts are the reference where there are no more that day
    drift = figures(log, GroupBy.DAY).drift
    assert drift is not None
    assert (drift.key.model_name, drift.others, drift.reference.parts) == ("m", 0, 550)
    assert [group is not None and group.parts for group in drift.groups] == [250, 300]


def test_places_are_those_of_the_heatmaps_that_are_still_there(path: Path, tmp_path: Path) -> None:
    heat = np.zeros((24, 24), np.uint8)
    heat[6, 18] = 255
    kept = tmp_path / "a.defect.heatmap.png"
    cv2.imwrite(str(kept), heat)
    now = datetime(2026, 5, 4, 10, tzinfo=UTC)
    reason = "dent: P(defective) 0.9 ≥ 0.5"
    there = part(now, Verdict.FAIL, reason, heatmap=kept)
    gone = part(now, Verdict.FAIL, reason, heatmap=tmp_path / "gone.png")
    told = places_of(log_of(path, [there, gone, part(now, Verdict.FAIL, reason), part(now)]), RollUpQuery())
    assert told is not None
    assert (told.looked, told.missing, told.picture) == (3, 2, kept)
    assert told.density.sum() == 1
    assert told.within(round(18 / 24 * CELLS), round(6 / 24 * CELLS)) == [there.id]


def test_tables_are_safe_for_spreadsheets(path: Path, tmp_path: Path) -> None:
    now = datetime(2026, 5, 4, 10, tzinfo=UTC)
    log = log_of(path, [part(now, Verdict.FAIL, "=HYPERLINK: P(defective) 0.9 ≥ 0.5", lot="+49")])
    told = figures(log, GroupBy.LOT)
    groups, pareto = tmp_path / "groups.csv", tmp_path / "pareto.csv"
    assert write_csv(groups, GROUP_COLUMNS, group_rows(told)) == 1
    write_csv(pareto, PARETO_COLUMNS, pareto_rows(told))
    assert groups.read_text("utf-8-sig").splitlines()[1].startswith("'+49,2026-05-04T10:00:00.000000Z,1,0,1,0,0,0.0,")
    assert pareto.read_text("utf-8-sig").splitlines()[1] == "FAIL,'=HYPERLINK,1,1.0,1.0"


def test_the_command_prints_the_same_figures(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now = datetime(2026, 5, 4, 10, tzinfo=UTC)
    failed = part(now, Verdict.FAIL, "dent: P(defective) 0.9 ≥ 0.5")
    log_of(path, [part(now), failed])
    where = ("--log", str(path), "--home", str(tmp_path))
    assert main(["statistics", "--by", "lot", "--json", *where]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["together"]["yield"] == 0.5
    assert answer["groups"][0]["group"] == "L1"
    assert answer["pareto"][0]["reason"] == "dent"
    assert main(["statistics", *where]) == 0
    assert "FAIL: dent" in capsys.readouterr().out
    assert main(["statistics", "--model", "nobody", *where]) == 1
    assert "no part in the log was judged by a model “nobody”" in capsys.readouterr().err
    with pytest.raises(LogError, match="there is no result log"):
        RollUpLog(tmp_path / "none.sqlite3")
