"""A log that is damaged: what can be read is served and saved, what cannot is counted and named, the old file is kept."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from inspector.domain.errors import LogError
from inspector.domain.records import ArchivedPicture, Verdict
from inspector.domain.tally import Tally
from inspector.outputs import salvage
from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from tests.outputs.damaged import PAGE, PARTS, WAYS, pages_of, spoil, whole_log
from tests.outputs.samples import START, inspection, take_back_to_0005
from tests.waits import WAIT_S

ALL = list(range(1, PARTS + 1))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whole_log(tmp_path_factory.mktemp("whole") / "log.sqlite3")


@pytest.fixture
def path(whole: Path, tmp_path: Path) -> Path:
    return shutil.copyfile(whole, tmp_path / "log.sqlite3")


def read_all(log: SqliteResultLog) -> list[int]:
    """Ask everything that a station asks, and return the numbers of the parts."""
    log.tally(LogQuery())
    log.tally(LogQuery(since=START))
    log.recent(LogQuery(verdicts=frozenset({Verdict.FAIL})), 50)
    log.yield_over_time(LogQuery(), 60)
    log.last_part_number(recipe="R", lot="L1")
    log.file_keys("demo:")
    return [part.part_number for part in log.rows(LogQuery())]


def read_reviews(log: ReviewLog, part: str) -> None:
    log.rows(LogQuery())
    log.history(part)
    log.last_of("Ada")
    log.inspections([part])
    log.standings_of([row.id for row in log.parts(LogQuery(verdicts=frozenset({Verdict.FAIL})))])


def station_on(path: Path) -> Iterator[SqliteResultLog]:
    """Open the log as a station does, and let it look through the log and mend it."""
    with closing(SqliteResultLog(path)) as log:
        assert log.wait_looked_through(WAIT_S)
        with suppress(LogError):  # says once that the log is damaged
            log.check()
        log.check()
        yield log


def all_pages(whole: Path, way: str) -> list[tuple[str, int]]:
    """Return pages with their names: one of every kind, and each of the file where it is blanked."""
    if way == "blank":
        return [(f"page {begin // PAGE}", begin) for begin in range(0, whole.stat().st_size, PAGE)]
    return sorted(pages_of(whole).items())


@pytest.mark.parametrize("way", WAYS)
def test_no_reader_breaks_and_nothing_is_lost_without_a_word(whole: Path, tmp_path: Path, way: str) -> None:
    for seed in range(2 if way == "flip" else 1):
        for kind, begin in all_pages(whole, way):
            path = tmp_path / f"{seed}" / kind / "log.sqlite3"
            path.parent.mkdir(parents=True)
            spoil(shutil.copyfile(whole, path), begin, way, seed)
            with suppress(LogError), closing(SqliteResultLog(path, read_only=True)) as reader:
                numbers = read_all(reader)
                # a damaged index may hide a row from a reader; the station's look through the log tells
                assert set(numbers) <= set(ALL) or reader.unreadable.count, (kind, seed)
            with suppress(LogError):  # the schema cannot be read
                reviews = ReviewLog(path, read_only=True)
                read_reviews(reviews, "none")
            for log in station_on(path):
                log.append(inspection(PARTS + 1))
                numbers = read_all(log)
                lost = set(ALL) - set(numbers)
                assert numbers[-1] == PARTS + 1
                assert not lost or log.remarks, (kind, seed, lost)
                assert len(lost) <= 15, (kind, seed, lost)  # the rows of one page
                log.verify()


def test_a_damaged_page_costs_its_own_rows_and_they_are_named(path: Path) -> None:
    before = path.read_bytes()
    spoil(path, pages_of(path)["leaf of inspections"], "blank", 0)
    damaged = path.read_bytes()
    assert damaged != before
    for log in station_on(path):
        numbers = read_all(log)
        lost = sorted(set(ALL) - set(numbers))
        assert 1 <= len(lost) <= 10
        assert numbers == [number for number in ALL if number not in lost]
        assert log.tally(LogQuery()).inspected == len(numbers)
        (aside,) = path.parent.glob("log.damaged-*.sqlite3")
        words = (
            f"The log was damaged. {len(numbers)} parts and 5 reviews were saved into a new log; "
            f"{len(lost)} parts could not be read (rows {lost[0]} to {lost[-1]}). The damaged log is kept as {aside}"
        )
        assert log.remarks == (words,)
        assert aside.read_bytes() == damaged
    with closing(SqliteResultLog(path)) as again:
        assert again.wait_looked_through(WAIT_S)
        again.check()
        assert again.remarks == ()
        assert read_all(again) == numbers


def test_the_picture_of_a_failure_whose_row_is_lost_stays_protected(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    with closing(SqliteResultLog(path)) as log:
        for number in range(1, 41):
            picture = ArchivedPicture(path=Path(f"/a/{number}.png"), sha256="b" * 64, heatmap_path=None)
            log.append(replace(inspection(number, Verdict.FAIL if number % 2 else Verdict.PASS), picture=picture))
        protected = set(log.failure_pictures())
    spoil(path, pages_of(path)["leaf of inspections"], "blank", 0)
    for log in station_on(path):
        assert len(read_all(log)) < 40
        assert set(log.failure_pictures()) == protected
        assert [event.kind for event in log.events(9)] == ["damaged"]


def test_while_parts_wait_it_is_said_that_the_log_is_damaged(path: Path) -> None:
    spoil(path, pages_of(path)["leaf of inspections"], "blank", 0)
    with closing(SqliteResultLog(path)) as log:
        assert log.wait_looked_through(WAIT_S)
        part = inspection(PARTS + 1)
        with pytest.raises(LogError, match=r"is damaged\. What can be read is being saved into a new log"):
            log.append(part)
        log.append(part)
        assert log.recent(LogQuery(), 1) == [part]


def test_a_damaged_index_costs_nothing(path: Path) -> None:
    spoil(path, pages_of(path)["root of ix_inspections_time"], "scribble", 1)
    with closing(SqliteResultLog(path, read_only=True)) as reader:
        assert [part.part_number for part in reader.rows(LogQuery(since=START))] == ALL
    for log in station_on(path):
        assert read_all(log) == ALL
        assert "nothing was lost" in log.remarks[0]


def test_without_the_page_that_leads_to_all_rows_none_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    with closing(SqliteResultLog(path)) as log:
        parts = [inspection(number, Verdict.FAIL if number % 2 else Verdict.ERROR) for number in range(1, 41)]
        long = [replace(part, source_path="/ü" * (700 * index)) for index, part in enumerate(parts)]
        for part in long:
            log.append(part)
    for root in ("inspections", "reviews", "alembic_version"):
        spoil(path, pages_of(path)[f"root of {root}"], "blank", 0)
        for log in station_on(path):
            assert list(log.rows(LogQuery())) == long
            assert log.tally(LogQuery(recipe="R", lot="L1")) == Tally(failed=20, error=20)


def test_a_damaged_log_of_before_the_guard_is_saved_with_its_counts(path: Path) -> None:
    with closing(sqlite3.connect(path)) as old:
        take_back_to_0005(old)
        old.commit()
    spoil(path, pages_of(path)["root of ix_inspections_time"], "scribble", 1)
    assert salvage.salvage(path).parts.copied == PARTS
    with closing(SqliteResultLog(path)) as log:
        assert log.tally(LogQuery(recipe="R", lot="L1")) == Tally(passed=108, failed=12)
        assert {part.decision.strangeness for part in log.rows(LogQuery())} == {None}


def test_a_damaged_header_costs_nothing(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[:100] = bytes(100)
    path.write_bytes(data)
    for log in station_on(path):
        assert read_all(log) == ALL
        assert ReviewLog(path).standings(LogQuery())


def test_what_a_killed_program_had_finished_takes_the_logs_place(path: Path) -> None:
    spoil(path, pages_of(path)["leaf of inspections"], "blank", 0)
    damaged = path.read_bytes()
    salvage.salvage(path)
    new = path.read_bytes()
    for state in ("before the old one was set aside", "after it"):
        for aside in path.parent.glob("log.damaged-*"):
            aside.unlink()
        salvage.finished_path(path).write_bytes(new)
        path.write_bytes(damaged)
        if state == "after it":
            path.rename(path.with_name("log.damaged-1.sqlite3"))
        with closing(SqliteResultLog(path)) as log:
            assert len(read_all(log)) > 100, state
            assert "The log was damaged" in log.remarks[0]
        (aside,) = path.parent.glob("log.damaged-*.sqlite3")
        assert aside.read_bytes() == damaged
        assert not salvage.finished_path(path).exists()


def test_a_salvage_without_room_leaves_the_damaged_log_and_is_tried_again(path: Path) -> None:
    spoil(path, pages_of(path)["leaf of inspections"], "blank", 0)
    damaged = path.read_bytes()
    in_the_way = path.with_name("log.sqlite3.salvage")
    with closing(SqliteResultLog(path)) as log:
        assert log.wait_looked_through(WAIT_S)
        in_the_way.mkdir()
        with pytest.raises(LogError, match="is damaged"):
            log.check()
        for _ in range(2):
            with pytest.raises(LogError, match="cannot be replaced by what can be read"):
                log.check()
        assert path.read_bytes() == damaged
        in_the_way.rmdir()
        log.check()
        assert len(read_all(log)) > 100


@pytest.mark.parametrize("kind", ["empty", "empty with -wal", "only -wal"])
def test_a_log_without_content_is_said_and_set_aside(path: Path, kind: str) -> None:
    ahead = path.with_name("log.sqlite3-wal")
    path.write_bytes(b"")
    if "-wal" in kind:
        ahead.write_bytes(b"what was written last")
    if kind == "only -wal":
        path.unlink()
    with closing(SqliteResultLog(path)) as log:
        (remark,) = log.remarks
        log.append(inspection(1))
        assert read_all(log) == [1]
    assert ("was empty (0 bytes)" if kind != "only -wal" else "was gone, and only what was last written") in remark
    asides = sorted(file.name for file in path.parent.glob("log.*-2*"))
    assert len(asides) == (2 if kind == "empty with -wal" else 1)
    assert asides[0] in remark
    if "-wal" in kind:
        assert path.with_name(asides[-1]).read_bytes() == b"what was written last"
    with closing(SqliteResultLog(path)) as again:
        assert again.remarks == ()
