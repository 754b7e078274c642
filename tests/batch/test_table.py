"""The table of results: what is read of a growing file, what filters and orders give, and what is counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inspector.batch import BatchTable, Filter, ResultReader, ResultsError, Sort, SortKey, read_table
from inspector.batch.summary import warnings
from inspector.domain.confusion import DEFECTIVE, GOOD, UNLABELLED, escapes_of
from inspector.domain.policy import ERROR, FAILED, PASSED, REVIEW
from inspector.domain.rates import Rate
from inspector.domain.records import Thresholds
from inspector.domain.tally import Tally
from inspector.pictures.content import KnownContent, Stamp
from tests.batch.samples import MODEL, R, table_of, write_results

ROWS = (
    R("dent/part 10.png", "PASS", 0.2),
    R("dent/part 9.png", "FAIL", 0.9, reason="dent: P(defective) 0.900 ≥ 0.5"),
    R("dent/part 11.png", "ERROR", None, reason="not a picture"),
    R("good/part 1.png", "PASS", 0.01),
    R("good/part 2.png", "FAIL", 0.7),
    R("good/part 3.png", "REVIEW", 0.45),
    R("scratch/part 4.png", "REVIEW", 0.4),
    R("top.png", "PASS", 0.3),
)


@pytest.fixture
def table(tmp_path: Path) -> BatchTable:
    return table_of(tmp_path, *ROWS)


def paths(table: BatchTable, which: Filter | None = None, order: Sort | None = None) -> list[str]:
    return [table.path(int(index)).rpartition("/")[2] for index in table.select(which, order)]


def test_columns_hold_what_the_file_says(table: BatchTable) -> None:
    assert table.verdicts.tolist() == [PASSED, FAILED, ERROR, PASSED, FAILED, REVIEW, REVIEW, PASSED]
    assert table.labels.tolist() == [1, 1, 1, 0, 0, 0, 1, -1]
    assert np.isnan(table.p_defective).tolist() == [False, False, True, *[False] * 5]
    assert [table.defect(index) for index in (0, 3, 6, 7)] == ["dent", "", "scratch", ""]
    assert (table.reason(2), table.class_name(1), table.class_name(2)) == ("not a picture", "defective", "")
    assert (table.contents.known(0), table.model, len(table)) == (KnownContent(Stamp(5, 7)), MODEL, 8)
    assert table.count(REVIEW) == 2


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Sort(), "9 10 11 1 2 3 4 top"),
        (Sort(descending=True), "top 4 3 2 1 11 10 9"),
        (Sort(key=SortKey.VERDICT), "9 2 3 4 11 10 1 top"),
        (Sort(key=SortKey.VERDICT, descending=True), "10 1 top 11 3 4 9 2"),
        (Sort(key=SortKey.P_DEFECTIVE), "1 10 top 4 3 2 9 11"),
        (Sort(key=SortKey.P_DEFECTIVE, descending=True), "9 2 3 4 top 10 1 11"),
        (Sort(key=SortKey.LABEL), "top 1 2 3 9 10 11 4"),
        (Sort(key=SortKey.LABEL, descending=True), "4 9 10 11 1 2 3 top"),
    ],
)
def test_rows_are_sorted_and_ties_stay_in_the_order_of_the_paths(table: BatchTable, order: Sort, expected: str) -> None:
    numbers = [name.removeprefix("part ").removesuffix(".png") for name in paths(table, order=order)]
    assert " ".join(numbers) == expected


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        (Filter(), 8),
        (Filter(verdicts=frozenset({FAILED, ERROR})), 3),
        (Filter(verdicts=frozenset()), 0),
        (Filter(labels=frozenset({UNLABELLED})), 1),
        (Filter(labels=frozenset({GOOD, DEFECTIVE})), 7),
        (Filter(types=frozenset({"dent"})), 3),
        (Filter(types=frozenset({"unheard of"})), 0),
        (Filter(wrong=True), 2),
        (Filter(p_from=0.4), 4),
        (Filter(p_from=0.4, p_to=0.45), 2),
        (Filter(p_to=1.0), 7),
        (Filter(text="DENT/part 1"), 2),
        (Filter(text="part", verdicts=frozenset({PASSED})), 2),
    ],
)
def test_a_filter_lets_through_what_fits_all_it_says(table: BatchTable, which: Filter, expected: int) -> None:
    assert len(table.select(which)) == expected


def test_what_is_wrong_are_escapes_and_overkill_and_no_reviews_or_errors(table: BatchTable) -> None:
    assert paths(table, Filter(wrong=True)) == ["part 10.png", "part 2.png"]


def test_the_confusion_table_counts_every_row_once_and_errors_are_in_no_rate_of_the_model(table: BatchTable) -> None:
    confusion = table.confusion()
    assert confusion.good == Tally(passed=1, review=1, failed=1, error=0)
    assert confusion.defective == Tally(passed=1, review=1, failed=1, error=1)
    assert confusion.unlabelled == Tally(passed=1)
    assert confusion.types == {
        "dent": Tally(passed=1, failed=1, error=1),
        "scratch": Tally(review=1),
    }
    assert (confusion.total.inspected, confusion.labelled.inspected) == (8, 7)
    assert (confusion.escapes, confusion.overkill) == (Rate(1, 3), Rate(1, 3))
    assert confusion.review_load == Rate(3, 8)  # the error is to be looked at, and so is a part without a label
    assert escapes_of(confusion.types["dent"]) == Rate(1, 2)


def test_another_operating_point_gives_other_verdicts_and_an_error_stays_one(table: BatchTable) -> None:
    points = Thresholds(fail_at=0.4, review_from=0.2)
    expected = [REVIEW, FAILED, ERROR, PASSED, FAILED, FAILED, FAILED, REVIEW]
    assert table.verdicts_at(points).tolist() == expected
    confusion = table.confusion(thresholds=points)
    assert (confusion.escapes.count, confusion.overkill.count) == (0, 2)
    assert confusion.defective.error == 1
    # at the operating point of the run the verdicts are the run's
    assert table.verdicts_at(Thresholds(fail_at=0.5, review_from=0.35)).tolist() == table.verdicts.tolist()


def test_a_selection_is_counted_alone(table: BatchTable) -> None:
    confusion = table.confusion(table.select(Filter(types=frozenset({"dent"}))))
    assert (confusion.defective.inspected, confusion.total.inspected) == (3, 3)


def test_pictures_that_are_unlike_the_training_pictures_are_counted_with_an_example(tmp_path: Path) -> None:
    grey = "unlike the training pictures: grey (they are in colour)"
    table = table_of(
        tmp_path,
        R("1.png"),
        R("2.png", reason=grey),
        R("3.png", "FAIL", 0.8, reason=f"dent: P(defective) 0.8 ≥ 0.5; {grey}"),
    )
    said = "unlike the training pictures, as: grey (they are in colour). Nobody has tested the model on such."
    assert warnings(table, None) == [f"2 of 3 pictures are {said}"]
    assert warnings(table, None, np.array([0])) == []
    assert warnings(table, None, np.array([0, 2])) == [f"1 of 2 pictures is {said}"]


def test_without_labels_there_is_no_rate_of_escapes(tmp_path: Path) -> None:
    confusion = table_of(tmp_path, R("1.png"), R("2.png", "FAIL", 0.8)).confusion()
    assert (confusion.labelled.inspected, confusion.escapes) == (0, Rate(0, 0))


def test_an_empty_table_can_be_asked_everything(tmp_path: Path) -> None:
    table = ResultReader(tmp_path / "results.csv").read()
    assert (len(table), table.model, table.type_names) == (0, "", ())
    assert table.select(Filter(wrong=True, text="x"), Sort(key=SortKey.LABEL)).tolist() == []
    assert table.confusion().total.inspected == 0
    assert len(table_of(tmp_path)) == 0


# --- a growing file ---------------------------------------------------------------------------------------------------


def test_a_reader_takes_what_is_new_and_gives_the_same_table_while_nothing_is(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    reader = ResultReader(path)
    assert len(reader.read()) == 0
    write_results(path, ROWS[:2])
    first = reader.read()
    assert len(first) == 2
    assert reader.read() is first
    write_results(path, ROWS[2:], add=True)
    second = reader.read()
    assert (len(first), len(second), second.generation) == (2, 8, first.generation)
    assert second.labels.tolist() == [1, 1, 1, 0, 0, 0, 1, -1]  # “good” came after “dent”
    assert first.labels.tolist() == [-1, -1]


def test_a_row_that_is_being_written_waits(tmp_path: Path) -> None:
    path = write_results(tmp_path / "results.csv", ROWS)
    whole = path.read_bytes()
    reader = ResultReader(path)
    for length in range(len(whole) - 40, len(whole)):
        path.write_bytes(whole[:length])
        assert len(ResultReader(path).read()) == 7
    reader.read()
    path.write_bytes(whole)
    assert len(reader.read()) == 8


def test_a_half_written_name_with_a_line_break_waits_too(tmp_path: Path) -> None:
    path = write_results(tmp_path / "results.csv", [R("a.png"), R('line\nbreak, "b".png')])
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"break")])
    reader = ResultReader(path)
    assert len(reader.read()) == 1
    path.write_bytes(whole)
    assert reader.read().path(1) == 'line\nbreak, "b".png'


def test_a_picture_judged_again_keeps_its_place_and_has_its_new_verdict(tmp_path: Path) -> None:
    path = write_results(tmp_path / "results.csv", ROWS)
    reader = ResultReader(path)
    before = reader.read()
    write_results(path, [R("dent/part 11.png", "FAIL", 0.8)], add=True)
    after = reader.read()
    assert (len(after), after.verdicts[2], after.p_defective[2]) == (8, FAILED, 0.8)
    assert before.verdicts[2] == ERROR


def test_a_file_put_in_order_is_read_anew(tmp_path: Path) -> None:
    path = write_results(tmp_path / "results.csv", ROWS)
    reader = ResultReader(path)
    before = reader.read()
    write_results(tmp_path / "new.csv", ROWS[::-1]).replace(path)
    after = reader.read()
    assert after.generation != before.generation
    assert [after.path(index) for index in range(8)] == [row.path for row in ROWS[::-1]]
    path.unlink()
    assert len(reader.read()) == 0


def test_a_large_file_comes_in_pieces(tmp_path: Path) -> None:
    reader = ResultReader(write_results(tmp_path / "results.csv", ROWS))
    seen = []
    while not reader.caught_up:
        seen.append(len(reader.read(3)))
    assert seen == [3, 6, 8]


@pytest.mark.parametrize(
    ("text", "says"), [("my,own\r\n1,2\r\n", "not a result"), (None, "holds a line that is no result: rubbish")]
)
def test_what_is_no_result_is_refused(tmp_path: Path, text: str | None, says: str) -> None:
    path = write_results(tmp_path / "results.csv", ROWS)
    path.write_text(text or path.read_text(encoding="utf-8") + "rubbish\nand more\n", encoding="utf-8")
    with pytest.raises(ResultsError, match=says):
        read_table(path)


def test_results_that_are_not_there_are_explained(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="there are no results"):
        read_table(tmp_path / "results.csv")
