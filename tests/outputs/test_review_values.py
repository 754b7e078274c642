"""Reviews field by field: what comes back, what is refused in which words, and what every reader restricts by."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from inspector.domain.errors import LogError, ReviewError
from inspector.domain.records import Inspection, Verdict
from inspector.domain.review import Judgement, QueueKind, Review, Standing, Truth, standings, truth_of
from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.review_reads import PartRow
from inspector.outputs.reviews import ReviewLog
from tests.outputs.samples import START, inspection
from tests.review.parts import fill, said

GOOD, BAD, UNSURE = Judgement.GOOD, Judgement.DEFECTIVE, Judgement.UNSURE
WHOLE = Review(
    id="019c0000-0000-7000-8000-000000000001",
    inspection_id="p",
    time_utc=START,
    reviewer="Ünal",
    judgement=BAD,
    defect_type="crack",
    note="at the rim",
    queue=QueueKind.AUDIT,
    blind=True,
    undoes=None,
)


def filled(folder: Path, *parts: Inspection) -> ReviewLog:
    with closing(SqliteResultLog(folder / "log.sqlite3")) as log:
        for part in parts:
            log.append(part)
    return ReviewLog(folder / "log.sqlite3")


def test_a_review_comes_back_in_every_field(tmp_path: Path) -> None:
    log = filled(tmp_path, replace(inspection(1), id="p"))
    back = replace(said("p", None, by="Ünal", undoes=WHOLE.id, queue=QueueKind.FAILURES), note="a slip", time_utc=START)
    for review in (WHOLE, back):
        log.add(review)
        assert log.find(review.id) == review
    assert log.history("p") == [WHOLE, back]
    assert log.rows(LogQuery()) == [WHOLE, back]
    assert log.find("nothing") is None
    with closing(sqlite3.connect(log.path)) as raw:
        raw.row_factory = sqlite3.Row
        first, second = (dict(row) for row in raw.execute("SELECT * FROM reviews ORDER BY number"))
    assert first == {
        "number": 1,
        "id": WHOLE.id,
        "inspection_id": "p",
        "time_utc": "2026-01-31T12:00:00.000000Z",
        "reviewer": "Ünal",
        "judgement": "defective",
        "defect_type": "crack",
        "note": "at the rim",
        "queue": "audit",
        "blind": 1,
        "undoes": None,
    }
    assert (second["judgement"], second["blind"], second["undoes"]) == (None, 0, WHOLE.id)


def test_the_last_judgement_is_the_reviewer_s_own_that_stands(tmp_path: Path) -> None:
    log = filled(tmp_path, replace(inspection(1), id="p"), replace(inspection(2), id="q"))
    assert log.last_of("Ada") is None
    first, second, other = said("p"), said("q"), said("q", by="Bob")
    for review in (first, second, other):
        log.add(review)
    assert (log.last_of("Ada"), log.last_of("Bob"), log.last_of("Eve")) == (second, other, None)
    log.add(said("q", None, undoes=second.id))
    assert log.last_of("Ada") == first
    log.add(said("p", None, undoes=first.id))
    assert log.last_of("Ada") is None


def test_what_is_refused_says_why(tmp_path: Path) -> None:
    log = filled(tmp_path, replace(inspection(1), id="p"), replace(inspection(2), id="q"))
    mine = said("p")
    log.add(mine)

    def refused(review: Review) -> tuple[str, str]:
        with pytest.raises(ReviewError) as caught:
            log.add(review)
        return caught.value.what, caught.value.next_step

    assert refused(said("nobody")) == (
        f"there is no inspection nobody in {log.path}",
        "Name one of this log's parts.",
    )
    gone = ("there is no judgement x of this part to withdraw", "See its history.")
    assert refused(said("p", None, undoes="x")) == gone
    elsewhere = (f"there is no judgement {mine.id} of this part to withdraw", "See its history.")
    assert refused(said("q", None, undoes=mine.id)) == elsewhere
    assert refused(said("p", None, by="Bob", undoes=mine.id)) == (
        "the judgement was made by Ada, not by Bob",
        "A reviewer withdraws own judgements only; judge the part yourself, both stand beside one another.",
    )
    back = said("p", None, undoes=mine.id)
    log.add(back)
    assert refused(said("p", None, undoes=mine.id)) == (f"the review {mine.id} is withdrawn already", "")
    again = (f"there is no judgement {back.id} of this part to withdraw", "See its history.")
    assert refused(said("p", None, undoes=back.id)) == again
    assert log.history("p") == [mine, back]


def test_a_review_whose_id_is_another_s_is_refused(tmp_path: Path) -> None:
    log = filled(tmp_path, replace(inspection(1), id="p"))
    first = said("p")
    log.add(first)
    with pytest.raises(LogError) as caught:
        log.add(replace(first, note="another"))
    words = "a review is never changed or deleted; withdraw it"
    assert caught.value.what == f"the log {log.path} cannot be written: {words}"
    assert caught.value.next_step == "Check the file, its folder and the disk; the program's log says more."
    second = said("p", BAD)
    log.add(second)  # the log is free again
    assert log.history("p") == [first, second]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        (LogQuery(), [1, 2, 3]),
        (LogQuery(lot="L2"), [3]),
        (LogQuery(verdicts=frozenset({Verdict.FAIL})), [2, 3]),
        (LogQuery(since=START + timedelta(seconds=2), until=START + timedelta(seconds=3)), [2]),
    ],
)
def test_every_reader_restricts_by_the_query(tmp_path: Path, query: LogQuery, numbers: list[int]) -> None:
    parts = [inspection(1), inspection(2, Verdict.FAIL), inspection(3, Verdict.FAIL, lot="L2")]
    log = filled(tmp_path, *parts)
    reviews = [said(part.id) for part in parts]
    for review in reversed(reviews):
        log.add(review)
    wanted = [reviews[number - 1] for number in numbers]
    assert log.rows(query) == wanted[::-1]  # in the order in which they were committed
    assert log.standings(query) == {
        review.inspection_id: Standing(inspection_id=review.inspection_id, reviews=(review,)) for review in wanted
    }
    assert [row.id for row in log.parts(query)] == [parts[number - 1].id for number in numbers]


def test_the_rows_of_a_queue_field_by_field(tmp_path: Path) -> None:
    path, (kept,) = fill(tmp_path, [Verdict.REVIEW])
    bare = replace(inspection(0, Verdict.FAIL), image_not_saved="disk full", recipe="S", recipe_version=7)
    same = [replace(inspection(5), id=f"same {name}") for name in "ba"]
    with closing(SqliteResultLog(path)) as log:
        for part in (bare, *same):
            log.append(part)
    assert kept.picture is not None
    assert list(ReviewLog(path).parts(LogQuery())) == [
        PartRow(kept.id, Verdict.REVIEW, "R", 2, str(kept.picture.path), False),
        PartRow(bare.id, Verdict.FAIL, "S", 7, None, True),
        PartRow("same b", Verdict.PASS, "R", 2, None, False),
        PartRow("same a", Verdict.PASS, "R", 2, None, False),
    ]


def test_a_failure_that_all_reviewers_judge_alike_is_not_protected_any_more(tmp_path: Path) -> None:
    path, parts = fill(tmp_path, [Verdict.FAIL] * 3)
    log = ReviewLog(path)
    for part, judgements in zip(parts, ((BAD, BAD), (BAD, UNSURE), (UNSURE, UNSURE)), strict=True):
        for by, judgement in zip(("Ada", "Bob"), judgements, strict=True):
            log.add(said(part.id, judgement, by=by))
    with closing(SqliteResultLog(path, read_only=True)) as record:
        protected = record.failure_pictures()
    assert sorted(protected) == sorted(str(part.picture.path) for part in parts[1:] if part.picture is not None)


def test_thousands_of_inspections_are_found_by_their_ids(tmp_path: Path) -> None:
    parts = [replace(inspection(number), id=f"{number:04}") for number in range(1001)]
    log = filled(tmp_path, *parts)
    ids = [part.id for part in parts]
    assert log.inspections([*ids, "nobody"]) == {part.id: part for part in parts}
    assert log.inspections(ids[:500]) == {part.id: part for part in parts[:500]}
    assert log.inspections([]) == {}
    assert (log.inspection("0500"), log.inspection("nobody")) == (parts[500], None)


def test_what_stands_of_a_part_of_which_nothing_is_said(tmp_path: Path) -> None:
    log = filled(tmp_path, replace(inspection(1), id="p"))
    assert log.standing("p") == Standing(inspection_id="p", reviews=())
    assert log.standing("p").truth is None


def test_a_log_that_is_held_is_tried_three_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, (part,) = fill(tmp_path, [Verdict.FAIL])
    log = ReviewLog(path, busy_s=0.01)
    tries: list[str] = []
    real = log._refuse

    def refuse(connection: object, review: Review) -> None:
        tries.append(review.id)
        real(connection, review)  # type: ignore[arg-type]

    monkeypatch.setattr(log, "_refuse", refuse)
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogError) as caught:
            log.add(said(part.id))
        other.rollback()
    assert len(tries) == 3
    assert caught.value.what == f"the log {path} cannot be written: another program holds it"
    assert caught.value.next_step == "Try again."
    tries.clear()
    with pytest.raises(ReviewError):
        log.add(said("nobody"))
    assert len(tries) == 1  # what does not fit is not tried again


def test_a_connection_leaves_the_moving_of_pages_to_the_station(tmp_path: Path) -> None:
    path, _ = fill(tmp_path, [Verdict.FAIL])

    def settings(log: ReviewLog) -> list[int]:
        from sqlalchemy import text

        names = ("synchronous", "wal_autocheckpoint", "cache_size")
        with log._engine.connect() as connection:
            return [int(connection.execute(text(f"PRAGMA {name}")).scalar() or 0) for name in names]

    assert settings(ReviewLog(path)) == [1, 0, -2000]  # the write-ahead log is brought to the disk afterwards
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA journal_mode=DELETE")
    assert settings(ReviewLog(path)) == [2, 0, -2000]


def test_of_each_reviewer_the_last_judgement_stands_in_the_order_in_which_they_were_said() -> None:
    first, other, later = said("p"), said("p", BAD, by="Bob"), said("p", BAD)
    elsewhere = said("q", UNSURE)
    rows = [first, other, elsewhere, later]
    assert standings(rows) == {
        "p": Standing(inspection_id="p", reviews=(other, later)),
        "q": Standing(inspection_id="q", reviews=(elsewhere,)),
    }
    back = said("p", None, undoes=later.id)
    assert standings([*rows, back])["p"].reviews == (first, other)
    assert standings([elsewhere, said("q", None, undoes=elsewhere.id)]) == {}


@pytest.mark.parametrize(
    ("judgements", "truth"),
    [
        ((), None),
        ((GOOD,), Truth.GOOD),
        ((BAD,), Truth.DEFECTIVE),
        ((UNSURE,), Truth.UNSURE),
        ((UNSURE, GOOD), Truth.GOOD),
        ((BAD, UNSURE), Truth.DEFECTIVE),
        ((GOOD, BAD), Truth.CONFLICT),
        ((UNSURE, BAD, GOOD), Truth.CONFLICT),
    ],
)
def test_what_judgements_make_of_a_part(judgements: tuple[Judgement, ...], truth: Truth | None) -> None:
    reviews = tuple(said("p", judgement, by=f"{number}") for number, judgement in enumerate(judgements))
    assert truth_of(reviews) is truth
    assert Standing(inspection_id="p", reviews=reviews).truth is truth


def test_a_standing_tells_who_said_what() -> None:
    blind = said("p", BAD, blind=True, queue=QueueKind.AUDIT, defect_type="crack")
    seen, third = said("p", BAD, by="Bob", defect_type="scratch"), said("p", BAD, by="Eve", defect_type="crack")
    standing = Standing(inspection_id="p", reviews=(blind, seen, third))
    assert (standing.of("Bob"), standing.of("Nobody")) == (seen, None)
    assert standing.blind == (blind,)
    assert standing.defect_types == ("crack", "scratch")
