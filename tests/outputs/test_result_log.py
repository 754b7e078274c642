"""The record: what is committed stays, what is damaged is refused and left alone."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from inspector.domain.classes import Classes
from inspector.domain.errors import LogError
from inspector.domain.records import ArchivedPicture, Verdict
from inspector.domain.tally import Tally
from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.schema import HEAD, metadata
from tests.outputs.samples import START, inspection, take_back_to_0004, take_back_to_0011
from tests.waits import WAIT_S

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteResultLog]:
    with closing(SqliteResultLog(tmp_path / "log.sqlite3")) as log:
        yield log


def test_an_inspection_comes_back_as_it_went_in(log: SqliteResultLog) -> None:
    picture = ArchivedPicture(path=Path("/p/ü 😀\n.png"), sha256="b" * 64, heatmap_path=Path("/p/h.png"))
    whole = replace(inspection(1, Verdict.FAIL), picture=picture, image_not_saved="why", source_path="/a\nb")
    broken = inspection(2, Verdict.ERROR)
    log.append(whole)
    log.append(broken)
    assert list(log.rows(LogQuery())) == [whole, broken]
    assert log.recent(LogQuery(), 1) == [broken]


def test_counts_follow_from_the_rows_and_survive_reopening(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    verdicts = [Verdict.PASS] * 5 + [Verdict.FAIL] * 2 + [Verdict.REVIEW, Verdict.ERROR]
    with closing(SqliteResultLog(path)) as log:
        for number, verdict in enumerate(verdicts, 1):
            log.append(inspection(number, verdict, lot="L1" if number < 8 else "L2"))
    with closing(SqliteResultLog(path)) as log:
        assert log.tally(LogQuery()) == Tally(passed=5, failed=2, review=1, error=1)
        assert log.tally(LogQuery(lot="L2")) == Tally(review=1, error=1)
        assert log.tally(LogQuery(since=START + timedelta(seconds=6))) == Tally(failed=2, review=1, error=1)
        assert log.tally(LogQuery(until=START + timedelta(seconds=2))) == Tally(passed=1)
        assert log.tally(LogQuery(verdicts=frozenset({Verdict.FAIL}))) == Tally(failed=2)
        assert log.tally(LogQuery(recipe="other")) == Tally()
        assert log.last_part_number(recipe="R", lot="L1") == 7
        assert log.last_part_number(recipe="R", lot="L9") == 0


def test_an_append_that_is_repeated_is_one_row(log: SqliteResultLog) -> None:
    row = inspection(1)
    log.append(row)
    log.append(row)
    assert log.tally(LogQuery()) == Tally(passed=1)
    with pytest.raises(LogError, match="another row of the same id"):
        log.append(replace(row, part_number=9))


def test_yield_over_time_counts_by_minute(log: SqliteResultLog) -> None:
    for second, verdict in ((0, Verdict.PASS), (59, Verdict.FAIL), (60, Verdict.PASS), (200, Verdict.REVIEW)):
        log.append(inspection(second, verdict))
    points = log.yield_over_time(LogQuery(), 60)
    assert [(point.start - START).total_seconds() for point in points] == [0, 60, 180]
    assert [point.tally for point in points] == [Tally(passed=1, failed=1), Tally(passed=1), Tally(review=1)]


def test_the_time_of_a_commit_follows_with_the_next_one_or_with_the_close(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    parts = [inspection(1), inspection(2)]
    with closing(SqliteResultLog(path)) as log:
        for part, took_ms in zip(parts, (3.5, 4.5), strict=True):
            log.append(part)
            assert log.recent(LogQuery(), 1)[0].latencies.commit_ms is None
            log.note_commit(part.id, took_ms)
        assert [row.latencies.commit_ms for row in log.rows(LogQuery())] == [3.5, None]
    with closing(SqliteResultLog(path, read_only=True)) as log:
        assert [row.latencies.commit_ms for row in log.rows(LogQuery())] == [3.5, 4.5]


def test_a_log_of_the_first_schema_is_brought_up_to_date_with_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    with closing(SqliteResultLog(path)) as log:
        log.append(inspection(1))
    with closing(sqlite3.connect(path)) as old:
        take_back_to_0004(old)
        for name in ("quality_ms", "decision_ms", "commit_ms", "good_class"):
            old.execute(f"ALTER TABLE inspections DROP COLUMN {name}")
        old.execute("DROP TABLE reviews")
        old.execute("UPDATE alembic_version SET version_num = '0001'")
        old.commit()
    with pytest.raises(LogError, match=f"schema 0001, older than {HEAD}"):
        SqliteResultLog(path, read_only=True)
    with closing(SqliteResultLog(path)) as log:
        log.append(inspection(2))
        rows = list(log.rows(LogQuery()))
    assert [row.part_number for row in rows] == [1, 2]
    assert rows[0].latencies.quality_ms is None
    assert rows[0].latencies.trigger_ms == 1.5


def test_a_log_from_before_the_place_of_heat_spares_none_of_its_parts(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    part = inspection(2)
    asked = replace(part.decision.thresholds, spares_outside=True)
    outside = replace(part, decision=replace(part.decision, thresholds=asked, heat_outside=True))
    with closing(SqliteResultLog(path)) as log:
        log.append(inspection(1))
    with closing(sqlite3.connect(path)) as old:
        take_back_to_0011(old)
        old.execute("DROP TABLE part_views")
        old.execute("DROP TABLE audit_events")
        old.execute("ALTER TABLE inspections DROP COLUMN heat_outside")
        old.execute("UPDATE alembic_version SET version_num = '0008'")
        old.commit()
    with closing(SqliteResultLog(path)) as log:
        log.append(outside)
        before, now = (row.decision for row in log.rows(LogQuery()))
    assert (before.heat_outside, before.thresholds.spares_outside) == (None, False)
    assert (now.heat_outside, now.thresholds.spares_outside) == (True, True)


def test_which_class_is_good_is_found_for_the_parts_of_before(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    part = inspection(1)
    crack_first = replace(
        part,
        classes=Classes(("crack", "good", "dent"), "good"),
        probabilities=(0.1, 0.7, 0.2),
        decision=replace(part.decision, p_defective=0.3),
    )
    parts = [crack_first, inspection(2), inspection(3, Verdict.ERROR)]
    with closing(SqliteResultLog(path)) as log:
        for row in parts:
            log.append(row)
    with closing(sqlite3.connect(path)) as old:
        take_back_to_0004(old)
        old.execute("ALTER TABLE inspections DROP COLUMN good_class")
        old.execute("UPDATE alembic_version SET version_num = '0003'")
        old.commit()
    with closing(SqliteResultLog(path)) as log:
        classes = [row.classes for row in log.rows(LogQuery())]
    assert classes == [crack_first.classes, Classes(("good", "defective"), "good"), None]


def test_file_keys_are_those_of_the_source(log: SqliteResultLog) -> None:
    log.append(inspection(1, source="folder:/a", key="/a/x|1|2"))
    log.append(inspection(2, source="folder:/b", key="/b/y|1|2"))
    assert log.file_keys("folder:/a") == ("/a/x|1|2",)


def test_the_schema_is_what_the_migrations_make(log: SqliteResultLog, tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy import create_engine

    engine = create_engine(f"sqlite:///{tmp_path / 'log.sqlite3'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, metadata) == []
    engine.dispose()
    assert log.tally(LogQuery()) == Tally()


def test_it_is_durable(log: SqliteResultLog) -> None:
    assert log._writer is not None
    from sqlalchemy import text

    assert log._writer.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    assert log._writer.execute(text("PRAGMA synchronous")).scalar() == 2


def test_a_second_station_on_the_same_log_is_refused_with_the_first_one_named(log: SqliteResultLog) -> None:
    with pytest.raises(LogError, match=f"in use by another station.*process {os.getpid()}"):
        SqliteResultLog(log.path)
    with closing(SqliteResultLog(log.path, read_only=True)) as reader:
        log.append(inspection(1))
        assert reader.tally(LogQuery()) == Tally(passed=1)
    log.close()
    with closing(SqliteResultLog(log.path)) as again:
        assert again.tally(LogQuery()) == Tally(passed=1)


def test_a_reader_changes_nothing_and_says_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="no result log"):
        SqliteResultLog(tmp_path / "none.sqlite3", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    SqliteResultLog(path).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.commit()
    with pytest.raises(LogError, match="schema 9999, newer than"):
        SqliteResultLog(path)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    path.write_bytes(b"these are my holiday notes" * 100)
    with pytest.raises(LogError, match="it is no result log"):
        SqliteResultLog(path)
    assert path.read_bytes() == b"these are my holiday notes" * 100


def test_another_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE recipes (id INTEGER)")
        raw.commit()
    with pytest.raises(LogError, match="not a result log .*recipes"):
        SqliteResultLog(path)


def test_a_folder_in_the_way_and_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "log.sqlite3").mkdir()
    with pytest.raises(LogError, match="the file or its folder is not there"):
        SqliteResultLog(tmp_path / "log.sqlite3")
    (tmp_path / "file").write_text("x")
    with pytest.raises(LogError, match="cannot be made"):
        SqliteResultLog(tmp_path / "file" / "log.sqlite3")


def test_a_log_that_is_locked_is_an_error_and_the_append_works_afterwards(
    log: SqliteResultLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert log._writer is not None
    log._writer.connection.driver_connection.execute("PRAGMA busy_timeout=50")  # type: ignore[union-attr]
    log._writer.rollback()
    with closing(sqlite3.connect(log.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogError, match="another program holds it"):
            log.append(inspection(1))
        other.rollback()
    log.append(inspection(1))
    assert log.tally(LogQuery()) == Tally(passed=1)


def test_a_read_only_log_is_an_error_at_opening(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    SqliteResultLog(path).close()
    path.chmod(0o444)
    if os.access(path, os.W_OK):
        pytest.skip("this user may write everything (root)")
    with pytest.raises(LogError, match="it can only be read"):
        SqliteResultLog(path)


def test_closing_while_others_read_breaks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    for _ in range(10):
        log = SqliteResultLog(path)
        log.append(inspection(time.time_ns() % 10**9))
        started = threading.Barrier(4)
        refused: list[str] = []

        def read(log: SqliteResultLog, started: threading.Barrier, refused: list[str]) -> None:
            started.wait()
            try:
                while True:
                    log.yield_over_time(LogQuery(), 60)
            except LogError as error:
                refused.append(str(error))

        readers = [threading.Thread(target=read, args=(log, started, refused)) for _ in range(3)]
        for reader in readers:
            reader.start()
        started.wait()
        log.close()
        for reader in readers:
            reader.join(WAIT_S)
        assert len(refused) == 3
        assert all("is closed" in text for text in refused)


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from inspector.outputs.result_log import SqliteResultLog\n"
        "from tests.outputs.samples import inspection\n"
        "log = SqliteResultLog(pathlib.Path(sys.argv[1]))\n"
        "number = 0\n"
        "while True:\n"
        "    number += 1\n"
        "    one = inspection(number)\n"
        "    log.append(one)\n"
        "    print(one.id, flush=True)\n"
    )
    path = tmp_path / "log.sqlite3"
    acknowledged: list[str] = []
    for lines in (3, 17, 40):
        writer = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert writer.stdout is not None
        acknowledged += [writer.stdout.readline().strip() for _ in range(lines)]
        writer.send_signal(signal.SIGKILL)
        rest, _ = writer.communicate(timeout=WAIT_S)
        acknowledged += [line for line in rest.split("\n") if len(line) == 36]
        with closing(SqliteResultLog(path)) as log:
            logged = [row.id for row in log.rows(LogQuery())]
            assert set(acknowledged) <= set(logged)
            assert log.tally(LogQuery()).inspected == len(logged)
