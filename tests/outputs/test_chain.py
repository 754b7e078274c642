"""The chain over the record: whatever is done to a row that was written is found, and named."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector.domain.records import ArchivedPicture, Verdict
from inspector.domain.review import Judgement
from inspector.outputs import salvage
from inspector.outputs.base import LogQuery
from inspector.outputs.chain import any_text, install
from inspector.outputs.chain_check import ChainWalk, ChangeKind, RowChange
from inspector.outputs.gaps import is_recorded, recorded_gaps
from inspector.outputs.regression_log import RegressionLog
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from inspector.outputs.schema import CHAINED
from inspector.outputs.shadow_log import ShadowLog
from inspector.trail.event import TrailKind, happened
from tests.outputs.by_hand import by_hand
from tests.outputs.damaged import pages_of
from tests.outputs.samples import inspection, locked_part, shadow_judgement, shadow_of, take_back_to_0011
from tests.outputs.test_view_rows import several
from tests.review.parts import said

TABLES = (
    *("inspections", "part_views", "reviews", "events", "audit_events", "removed_pictures", "regression_events"),
    *("shadow_events", "shadow_judgements"),
)
PARTS = 12
MANY = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def filled(path: Path) -> Path:
    """A log with rows in every chained table but that of heads."""
    path.parent.mkdir(exist_ok=True)
    with closing(SqliteResultLog(path)) as log:
        picture = ArchivedPicture(path=Path("/a/b.png"), sha256="b" * 64, heatmap_path=None)
        parts = [several(number, Verdict.FAIL) if number % 3 else inspection(number) for number in range(PARTS)]
        parts[5] = replace(parts[5], picture=picture, lot="Lös 5")
        for part in parts:
            log.append(part)
            log.note_commit(part.id, 1.5)
            log.note_removed([f"/a/{part.id}.png"], "age")
        log.note_event("clock", "the clock was set")
        reviews = ReviewLog(path)
        for part in parts[:4]:
            reviews.add(said(part.id, Judgement.DEFECTIVE))
        RegressionLog(path).lock([locked_part(part) for part in parts[:4]])
        shadow, log_of_shadows = shadow_of(), ShadowLog(path)
        log_of_shadows.start(shadow, happened(TrailKind.SHADOW, "R"))
        log_of_shadows.add(shadow.id, [shadow_judgement(part, Verdict.PASS) for part in parts[:4]])
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("chain") / "log.sqlite3")


def walked(path: Path) -> list[RowChange]:
    with closing(sqlite3.connect(path, isolation_level=None)) as log:
        walk = ChainWalk(log)
        for _ in walk.steps():
            pass
        return walk.changes


def named(changes: list[RowChange]) -> set[tuple[ChangeKind, str, str]]:
    return {(change.kind, change.table, change.key) for change in changes}


def key_column(table: str) -> str:
    return "id" if table == "inspections" else "number"


def keys_of(log: sqlite3.Connection, table: str) -> list[str]:
    return [str(key) for (key,) in log.execute(f"SELECT {key_column(table)} FROM {table} ORDER BY rowid")]  # noqa: S608


def test_a_record_as_it_was_written_has_nothing_to_show(whole: Path) -> None:
    assert walked(whole) == []


def test_every_row_has_its_entry_and_the_hash_is_what_the_documents_say(whole: Path) -> None:
    with closing(sqlite3.connect(whole)) as log:
        entries = log.execute("SELECT number, source, row_key, hash FROM chain ORDER BY number").fetchall()
        rows = sum(log.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0] for table in CHAINED)  # noqa: S608
        assert len(entries) == rows
        assert [number for number, *_ in entries] == list(range(1, rows + 1))
        before = bytes(32)
        log.row_factory = sqlite3.Row
        for _, table, key, stored in entries:
            (row,) = log.execute(f"SELECT * FROM {table} WHERE {key_column(table)} = ?", (key,))  # noqa: S608
            columns = {name: row[name] for name in sorted(row.keys()) if row[name] is not None}
            text = json.dumps([table, columns], separators=(",", ":"))
            before = hashlib.sha256(before + text.encode("ascii")).digest()
            assert stored == before


def test_the_triggers_cover_every_column_of_every_chained_table(whole: Path) -> None:
    with closing(sqlite3.connect(whole)) as log:
        for table in CHAINED:
            (sql,) = log.execute("SELECT sql FROM sqlite_master WHERE name = ?", (f"{table.name}_chained",)).fetchone()
            assert all(f'NEW."{column.name}"' in sql for column in table.columns)


def test_the_file_refuses_every_change(whole: Path) -> None:
    with closing(sqlite3.connect(whole)) as log:
        for table in ("chain", *(table.name for table in CHAINED if table.name not in {"chain_heads", "challenges"})):
            for change in (f"UPDATE {table} SET rowid = rowid", f"DELETE FROM {table}"):  # noqa: S608
                with pytest.raises(sqlite3.IntegrityError, match="never changed"):
                    log.execute(change)
        with pytest.raises(sqlite3.OperationalError, match="no such function"):  # a program that knows no chain
            log.execute("INSERT INTO events (time_utc, kind, after, words) VALUES ('', '', 0, '')")
        install(log)
        with pytest.raises(sqlite3.IntegrityError, match="another row of the same id"):
            log.execute("INSERT OR REPLACE INTO inspections SELECT * FROM inspections LIMIT 1")


@MANY
@given(data=st.data())
def test_a_change_of_any_column_of_any_row_is_found_and_named(whole: Path, tmp_path: Path, data: st.DataObject) -> None:
    path = shutil.copyfile(whole, tmp_path / "log.sqlite3")
    table = data.draw(st.sampled_from(TABLES))
    with by_hand(path) as log:
        log.text_factory = any_text
        key = data.draw(st.sampled_from(keys_of(log, table)))
        columns = [row[1] for row in log.execute(f"PRAGMA table_info({table})")]
        column = data.draw(st.sampled_from([name for name in columns if name not in ("id", "number")]))
        at = f"FROM {table} WHERE {key_column(table)} = ?"
        (before,) = log.execute(f"SELECT {column} {at}", (key,)).fetchone()
        after = data.draw(st.one_of(st.text(), st.binary(), st.integers(-9, 9), st.floats(allow_nan=False)))
        if isinstance(before, str) and before and data.draw(st.booleans()):
            place = data.draw(st.integers(0, len(before) - 1))
            after = before[:place] + chr(ord(before[place]) ^ 1) + before[place + 1 :]
        log.execute("PRAGMA ignore_check_constraints=1")
        try:
            log.execute(f"UPDATE {table} SET {column} = ? WHERE {key_column(table)} = ?", (after, key))  # noqa: S608
        except sqlite3.IntegrityError:
            return  # two views cannot have one place
        (stored,) = log.execute(f"SELECT {column} {at}", (key,)).fetchone()
    same = repr(stored) == repr(before)
    assert named(walked(path)) == (set() if same else {(ChangeKind.ALTERED, table, key)})


@MANY
@given(data=st.data())
def test_a_row_that_is_taken_away_is_found_and_named(whole: Path, tmp_path: Path, data: st.DataObject) -> None:
    path = shutil.copyfile(whole, tmp_path / "log.sqlite3")
    table = data.draw(st.sampled_from(TABLES))
    with by_hand(path) as log:
        gone = data.draw(st.lists(st.sampled_from(keys_of(log, table)), min_size=1, max_size=4, unique=True))
        log.executemany(f"DELETE FROM {table} WHERE {key_column(table)} = ?", [(key,) for key in gone])  # noqa: S608
    assert named(walked(path)) == {(ChangeKind.REMOVED, table, key) for key in gone}


@MANY
@given(data=st.data())
def test_a_row_that_is_put_in_is_found_and_named(whole: Path, tmp_path: Path, data: st.DataObject) -> None:
    path = shutil.copyfile(whole, tmp_path / "log.sqlite3")
    with by_hand(path) as log:
        log.execute("DROP TRIGGER inspections_chained")
        numbers = [number for (number,) in log.execute("SELECT rowid FROM inspections ORDER BY rowid")]
        after = data.draw(st.sampled_from(numbers))
        log.execute("UPDATE inspections SET rowid = -rowid * 10 WHERE rowid > ?", (after,))
        log.execute("UPDATE inspections SET rowid = -rowid WHERE rowid < 0")
        names = [row[1] for row in log.execute("PRAGMA table_info(inspections)") if row[1] != "id"]
        columns = ", ".join(f'"{name}"' for name in names)
        log.execute(
            f"INSERT INTO inspections (rowid, id, {columns}) SELECT ?, 'forged', {columns} FROM inspections LIMIT 1",  # noqa: S608
            (after + 1,),
        )
    assert named(walked(path)) == {(ChangeKind.INSERTED, "inspections", "forged")}


@MANY
@given(data=st.data())
def test_rows_that_change_places_are_found_and_one_of_them_named(
    whole: Path, tmp_path: Path, data: st.DataObject
) -> None:
    path = shutil.copyfile(whole, tmp_path / "log.sqlite3")
    with by_hand(path) as log:
        keys = keys_of(log, "inspections")
        first, second = data.draw(st.lists(st.integers(1, len(keys)), min_size=2, max_size=2, unique=True))
        for old, new in ((first, 0), (second, first), (0, second)):
            log.execute("UPDATE inspections SET rowid = ? WHERE rowid = ?", (new, old))
    changes = walked(path)
    assert {change.kind for change in changes} == {ChangeKind.MOVED}
    assert {change.key for change in changes} & {keys[first - 1], keys[second - 1]}


@MANY
@given(data=st.data())
def test_what_is_done_to_the_chain_itself_is_found(whole: Path, tmp_path: Path, data: st.DataObject) -> None:
    path = shutil.copyfile(whole, tmp_path / "log.sqlite3")
    with by_hand(path) as log:
        (last,) = log.execute("SELECT max(number) FROM chain").fetchone()
        number = data.draw(st.integers(1, last - 1))
        what = data.draw(st.sampled_from(["gone", "hash", "key", "swap"]))
        if what == "gone":
            log.execute("DELETE FROM chain WHERE number = ?", (number,))
        elif what == "swap":
            for old, new in ((number, 0), (number + 1, number), (0, number + 1)):
                log.execute("UPDATE chain SET number = ? WHERE number = ?", (new, old))
        else:
            column, value = ("hash", bytes(32)) if what == "hash" else ("row_key", "nobody")
            log.execute(f"UPDATE chain SET {column} = ? WHERE number = ?", (value, number))  # noqa: S608
    changes = walked(path)
    assert changes
    assert min(change.entry for change in changes if change.entry is not None) <= number + 1


def test_vacuum_changes_nothing(whole: Path, tmp_path: Path) -> None:
    path = shutil.copyfile(whole, tmp_path / "log.sqlite3")
    with by_hand(path) as log:
        log.execute("DROP TRIGGER inspections_chained")
    with closing(sqlite3.connect(path)) as log:
        log.execute("VACUUM")
    assert walked(path) == []


def test_the_rows_of_before_are_chained_as_they_are_when_the_log_is_brought_up_to_date(
    whole: Path, tmp_path: Path
) -> None:
    path = shutil.copyfile(whole, tmp_path / "log.sqlite3")
    with closing(sqlite3.connect(path)) as old:
        take_back_to_0011(old)
        old.commit()
    with closing(SqliteResultLog(path)) as log:
        log.append(inspection(99))
    assert walked(path) == []
    with by_hand(path) as log:
        log.execute("UPDATE inspections SET verdict = 'PASS' WHERE rowid = 2")
        (key,) = log.execute("SELECT id FROM inspections WHERE rowid = 2").fetchone()
    assert named(walked(path)) == {(ChangeKind.ALTERED, "inspections", key)}


@pytest.mark.parametrize("kind", ["leaf of inspections", "root of chain", "root of inspections", "root of reviews"])
def test_a_salvaged_log_is_whole_but_for_a_gap_that_it_names(whole: Path, tmp_path: Path, kind: str) -> None:
    path = shutil.copyfile(whole, tmp_path / "log.sqlite3")
    place = pages_of(path)[kind]
    data = bytearray(path.read_bytes())
    data[place : place + 4096] = bytes(4096)
    path.write_bytes(data)
    salvage.salvage(path)
    changes = walked(path)
    with closing(sqlite3.connect(path)) as log:
        log.text_factory = any_text
        recorded = recorded_gaps(log)
    assert [change for change in changes if not is_recorded(change, recorded)] == []
    with closing(SqliteResultLog(path)) as station:
        station.append(inspection(99))
        assert list(station.rows(LogQuery()))[-1].part_number == 99
    assert walked(path) == changes


def test_removed_pictures_are_recorded_with_the_next_part_where_the_log_could_not_be_written(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    with closing(SqliteResultLog(path)) as log:
        with closing(sqlite3.connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            log.note_removed(["/a/1.png"], "size")
        with closing(sqlite3.connect(path)) as other:
            assert other.execute("SELECT count(*) FROM removed_pictures").fetchone() == (0,)
        log.append(inspection(1))
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT picture, why FROM removed_pictures").fetchall() == [("1.png", "size")]
