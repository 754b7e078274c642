"""The record of reviews: it only grows, beside a running station, by several programs at once."""

from __future__ import annotations

import errno
import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from inspector.domain.errors import LogError, ReviewError
from inspector.domain.records import Verdict
from inspector.domain.review import Judgement, Review, Truth
from inspector.outputs.base import LogQuery
from inspector.outputs.chain import install
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.reviews import ReviewLog
from inspector.outputs.schema import HEAD
from tests.outputs.samples import inspection, take_back_to_0004
from tests.review.parts import fill, said
from tests.waits import WAIT_S, until

ROOT = Path(__file__).resolve().parents[2]
BAD = Judgement.DEFECTIVE


def as_of_0002(path: Path) -> None:
    """Turn a log back into one of before reviews."""
    with closing(sqlite3.connect(path)) as old:
        take_back_to_0004(old)
        old.execute("DROP TABLE reviews")
        old.execute("ALTER TABLE inspections DROP COLUMN good_class")
        old.execute("UPDATE alembic_version SET version_num = '0002'")
        old.commit()


def test_a_review_comes_back_and_the_verdict_is_as_it_was(tmp_path: Path) -> None:
    path, (part,) = fill(tmp_path, [Verdict.PASS])
    log = ReviewLog(path)
    review = said(part.id, BAD, by="Ünal 😀", defect_type="crack")
    log.add(review)
    log.add(review)  # as after an unclear failure
    assert log.history(part.id) == [review]
    assert log.inspection(part.id) == part


def test_a_judgement_is_withdrawn_by_its_reviewer_and_the_one_before_stands_again(tmp_path: Path) -> None:
    path, (part,) = fill(tmp_path, [Verdict.FAIL])
    log = ReviewLog(path)
    first, second = said(part.id), said(part.id, BAD)
    log.add(first)
    log.add(second)
    assert log.standing(part.id).reviews == (second,)
    assert log.last_of("Ada") == second
    with pytest.raises(ReviewError, match="made by Ada, not by Bob"):
        log.add(said(part.id, None, by="Bob", undoes=second.id))
    withdrawal = said(part.id, None, undoes=second.id)
    log.add(withdrawal)
    log.add(withdrawal)
    assert log.standing(part.id).reviews == (first,)
    with pytest.raises(ReviewError, match="withdrawn already"):
        log.add(said(part.id, None, undoes=second.id))
    with pytest.raises(ReviewError, match="no judgement"):
        log.add(said(part.id, None, undoes=withdrawal.id))
    assert log.history(part.id) == [first, second, withdrawal]


def test_reviewers_stand_beside_one_another_and_neither_wins(tmp_path: Path) -> None:
    path, (part, other) = fill(tmp_path, [Verdict.FAIL, Verdict.FAIL])
    log = ReviewLog(path)
    for review in (
        said(part.id),
        said(part.id, BAD, by="Bob"),
        said(other.id, Judgement.UNSURE),
        said(other.id, by="Bob"),
    ):
        log.add(review)
    standings = log.standings(LogQuery())
    assert standings[part.id].truth is Truth.CONFLICT
    assert standings[other.id].truth is Truth.GOOD


def test_a_part_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path, _ = fill(tmp_path, [Verdict.FAIL])
    with pytest.raises(ReviewError, match="there is no inspection nobody"):
        ReviewLog(path).add(said("nobody"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reviews SET judgement = 'good'",
        "DELETE FROM reviews",
        "INSERT OR REPLACE INTO reviews SELECT * FROM reviews",
        "INSERT OR REPLACE INTO reviews SELECT 7, id, inspection_id, time_utc, 'Eve', 'good', '', '', queue, 0, NULL FROM reviews",
    ],
)
def test_the_file_itself_refuses_every_change(tmp_path: Path, statement: str) -> None:
    path, (part,) = fill(tmp_path, [Verdict.FAIL])
    log = ReviewLog(path)
    review = said(part.id, BAD)
    log.add(review)
    with closing(sqlite3.connect(path)) as raw:
        install(raw)
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            raw.execute(statement)
    assert log.history(part.id) == [review]


@pytest.mark.parametrize(("judgement", "undoes"), [("bad", None), (None, None), ("good", "x")])
def test_the_file_itself_refuses_what_is_no_review(tmp_path: Path, judgement: str | None, undoes: str | None) -> None:
    path, (part,) = fill(tmp_path, [Verdict.FAIL])
    row = "INSERT INTO reviews VALUES (NULL, 'i', ?, 't', 'Ada', ?, '', '', 'direct', 0, ?)"
    with closing(sqlite3.connect(path)) as raw:
        install(raw)
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            raw.execute(row, (part.id, judgement, undoes))


def test_a_log_of_before_is_brought_up_to_date_with_its_rows(tmp_path: Path) -> None:
    path, parts = fill(tmp_path, [Verdict.PASS, Verdict.FAIL])
    as_of_0002(path)
    with pytest.raises(LogError, match=f"schema 0002, older than {HEAD}"):
        ReviewLog(path, read_only=True)
    log = ReviewLog(path)
    log.add(said(parts[1].id))
    with closing(SqliteResultLog(path, read_only=True)) as record:
        assert list(record.rows(LogQuery())) == parts


def test_a_log_of_before_that_a_station_uses_says_what_to_do(tmp_path: Path) -> None:
    path, _ = fill(tmp_path, [Verdict.FAIL])
    with closing(SqliteResultLog(path)):
        as_of_0002(path)
        with pytest.raises(LogError, match=r"schema 0002.*a station uses it.*Restart that station"):
            ReviewLog(path)


def test_what_is_no_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="no result log"):
        ReviewLog(tmp_path / "none.sqlite3")
    with closing(sqlite3.connect(tmp_path / "other.sqlite3")) as raw:
        raw.execute("CREATE TABLE recipes (id INTEGER)")
        raw.commit()
    with pytest.raises(LogError, match="not a result log"):
        ReviewLog(tmp_path / "other.sqlite3")
    path, (part,) = fill(tmp_path, [Verdict.FAIL])
    with pytest.raises(LogError, match="read-only"):
        ReviewLog(path, read_only=True).add(said(part.id))


def test_while_another_program_holds_the_log_the_review_is_refused_and_can_be_added_later(tmp_path: Path) -> None:
    path, (part,) = fill(tmp_path, [Verdict.FAIL])
    log = ReviewLog(path, busy_s=0.01)
    review = said(part.id)
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogError, match=r"another program holds it\. Try again"):
            log.add(review)
        other.rollback()
    log.add(review)
    assert log.history(part.id) == [review]


def test_a_reviewed_failure_is_not_protected_any_more_while_an_open_one_is(tmp_path: Path) -> None:
    path, parts = fill(tmp_path, [Verdict.FAIL] * 5 + [Verdict.PASS])
    log = ReviewLog(path)
    settled, unsure, conflict, withdrawn, _, _ = parts
    gone = said(withdrawn.id)
    for review in (
        said(settled.id),
        said(unsure.id, Judgement.UNSURE),
        said(conflict.id),
        said(conflict.id, BAD, by="B"),
        gone,
    ):
        log.add(review)
    log.add(said(withdrawn.id, None, undoes=gone.id))
    with closing(SqliteResultLog(path, read_only=True)) as record:
        protected = set(record.failure_pictures())
    assert protected == {str(part.picture.path) for part in parts[1:5] if part.picture}


WRITER = """
import sys, pathlib
from inspector.domain.review import Judgement
from inspector.outputs.reviews import ReviewLog
from tests.review.parts import said
path, name, count, *parts = sys.argv[1:]
log = ReviewLog(pathlib.Path(path))
number = 0
while number < int(count):
    log.add(one := said(parts[number % len(parts)], Judgement.GOOD, by=name))
    print(one.id, flush=True)
    number += 1
"""


def reviewer(path: Path, name: str, count: int, parts: list[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), name, str(count), *parts]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def recorded(line: SqliteResultLog, number: int) -> bool:
    """Record a part as the line does: where a reviewer that is held up holds the log, it is tried again."""
    with suppress(LogError):
        line.append(inspection(number))
        return True
    return False


def test_two_reviewers_write_while_the_line_runs(tmp_path: Path) -> None:
    path, parts = fill(tmp_path, [Verdict.FAIL] * 3)
    ids = [part.id for part in parts]
    with closing(SqliteResultLog(path)) as line:
        writers = [reviewer(path, name, 30, ids) for name in ("Ada", "Bob")]
        for number in range(10, 60):
            until(lambda number=number: recorded(line, number))  # type: ignore[misc]
        written = [set(writer.communicate(timeout=WAIT_S)[0].split()) for writer in writers]
        assert [writer.returncode for writer in writers] == [0, 0]
        assert line.tally(LogQuery()).passed == 50
    rows = [row for review_id in ids for row in ReviewLog(path).history(review_id)]
    for name, acknowledged in zip(("Ada", "Bob"), written, strict=True):
        assert {row.id for row in rows if row.reviewer == name} == acknowledged
        assert len(acknowledged) == 30


def test_what_a_killed_reviewer_was_told_is_on_the_disk(tmp_path: Path) -> None:
    path, (part,) = fill(tmp_path, [Verdict.FAIL])
    writer = reviewer(path, "Ada", 10**6, [part.id])
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline().strip() for _ in range(12)]
    writer.send_signal(signal.SIGKILL)
    rest, _ = writer.communicate(timeout=WAIT_S)
    acknowledged += [line for line in rest.split("\n") if len(line) == 36]
    ids = [row.id for row in ReviewLog(path).history(part.id)]
    assert ids[: len(acknowledged)] == acknowledged
    assert len(ids) <= len(acknowledged) + 1


def test_a_review_is_a_judgement_or_a_withdrawal() -> None:
    for wrong in ({"judgement": None}, {"judgement": BAD, "undoes": "x"}, {"by": " "}, {"defect_type": "crack"}):
        with pytest.raises(ValueError, match=re.compile("review|defect type")):
            said("p", **wrong)
    assert isinstance(said("p", None, undoes="x"), Review)


def test_the_log_is_free_again_before_a_review_is_on_the_disk_and_told_only_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, (part,) = fill(tmp_path, [Verdict.FAIL])
    review, real, synced = said(part.id), os.fsync, list[str]()

    def fsync(file: int) -> None:
        with closing(sqlite3.connect(path, timeout=0)) as line:
            line.execute("BEGIN IMMEDIATE")  # as the station would
            line.rollback()
        real(file)
        synced.append(str(Path(f"/proc/self/fd/{file}").readlink()) if sys.platform == "linux" else "")

    link = tmp_path / "link.sqlite3"
    link.symlink_to(path)
    with closing(SqliteResultLog(path)):
        log = ReviewLog(link)
        monkeypatch.setattr(os, "fsync", fsync)
        log.add(review)
        log.add(review)  # as after an unclear failure: the row may not be on the disk yet
        assert len(synced) == 2
        assert sys.platform != "linux" or set(synced) == {f"{path}-wal"}

        def broken(file: int) -> None:
            raise OSError(errno.EIO, f"disk {file}")

        monkeypatch.setattr(os, "fsync", broken)
        other = said(part.id, BAD)
        with pytest.raises(LogError, match="cannot be written"):
            log.add(other)
        monkeypatch.undo()
        log.add(other)
    assert log.history(part.id) == [review, other]
