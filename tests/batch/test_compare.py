"""Two batches beside one another: what is compared, where they differ, which is right."""

from __future__ import annotations

from pathlib import Path

from inspector.batch import flips
from tests.batch.samples import R, table_of

FIRST = (
    R("dent/1.png", "FAIL", 0.9),
    R("dent/2.png", "PASS", 0.1),
    R("dent/3.png", "PASS", 0.1),
    R("dent/4.png", "ERROR", None),
    R("good/1.png", "PASS", 0.1),
    R("good/2.png", "FAIL", 0.9),
    R("good/3.png", "PASS", 0.1),
    R("good/gone.png", "PASS", 0.1),
    R("top.png", "PASS", 0.1),
)
SECOND = (
    R("new.png", "PASS", 0.1),
    R("top.png", "FAIL", 0.9),
    R("good/3.png", "PASS", 0.1, size=6),
    R("good/2.png", "PASS", 0.1),
    R("good/1.png", "REVIEW", 0.4),
    R("dent/4.png", "FAIL", 0.9),
    R("dent/3.png", "REVIEW", 0.4),
    R("dent/2.png", "PASS", 0.1),
    R("dent/1.png", "FAIL", 0.8),
)


def test_pictures_are_matched_by_path_and_flips_are_found_in_any_order(tmp_path: Path) -> None:
    first, second = table_of(tmp_path / "a", *FIRST), table_of(tmp_path / "b", *SECOND)
    comparison = flips(first, second)
    assert [first.path(int(i)) for i in comparison.first] == [second.path(int(i)) for i in comparison.second]
    assert [first.path(int(i)) for i in comparison.flipped] == [
        *("dent/3.png", "dent/4.png", "good/1.png", "good/2.png", "top.png"),
    ]
    assert [first.path(int(i)) for i in comparison.changed] == ["good/3.png"]
    assert [first.path(int(i)) for i in comparison.only_first] == ["good/gone.png"]
    assert [second.path(int(i)) for i in comparison.only_second] == ["new.png"]
    assert comparison.verdicts.sum() == len(comparison.first) == 7
    assert comparison.verdicts[0].tolist() == [1, 1, 2, 0]  # PASS → PASS, FAIL, REVIEW, ERROR


def test_right_is_a_good_part_that_passed_and_a_defective_one_that_did_not(tmp_path: Path) -> None:
    comparison = flips(table_of(tmp_path / "a", *FIRST), table_of(tmp_path / "b", *SECOND))
    good, bad = comparison.good, comparison.defective
    assert (good.both_right, good.only_first, good.only_second, good.both_wrong) == (0, 1, 1, 0)
    # dent/4 could not be judged by one, so it is left out
    assert (bad.both_right, bad.only_first, bad.only_second, bad.both_wrong) == (1, 0, 1, 1)
    assert comparison.all_parts.total == good.total + bad.total == 5
    assert comparison.all_parts.p_value == 1.0


def test_nothing_in_common_and_nothing_at_all(tmp_path: Path) -> None:
    first, second = table_of(tmp_path / "a", R("1.png")), table_of(tmp_path / "b", R("2.png"))
    comparison = flips(first, second)
    assert (len(comparison.first), len(comparison.only_first), len(comparison.only_second)) == (0, 1, 1)
    empty = table_of(tmp_path / "c")
    assert (len(flips(empty, second).only_second), len(flips(second, empty).only_first)) == (1, 1)
    assert flips(empty, empty).all_parts.p_value == 1.0
