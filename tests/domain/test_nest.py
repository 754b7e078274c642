"""From which nest a part is, as its serial number or its picture's name says."""

from __future__ import annotations

import pytest

from inspector.domain.nest import NestError, checked_nest_pattern, nest_of


@pytest.mark.parametrize(
    ("pattern", "serial", "file_name", "nest"),
    [
        ("", "F-C07-1", "C03.png", ""),
        (r"C0?(\d+)", "F-C07-00123", "", "7"),
        (r"C0?(\d+)", "", "F-C12-00123.png", "12"),
        (r"C0?(\d+)", "F-00123", "C12.png", ""),  # the serial number is the part's, the file's name need not be
        (r"(\w)-(?P<nest>\d+)$", "A-4", "", "4"),
        (r"[AB]$", "17B", "", "B"),
        (r"C(\d+)?", "C", "", ""),
    ],
)
def test_a_nest_is_what_the_pattern_finds(pattern: str, serial: str, file_name: str, nest: str) -> None:
    assert nest_of(checked_nest_pattern(pattern), serial, file_name) == nest


def test_a_nest_is_no_longer_than_a_cell_of_a_table() -> None:
    assert len(nest_of(r".*", "x" * 200, "")) <= 40


@pytest.mark.parametrize(("pattern", "why"), [("(", "is no regular expression"), ("x" * 201, "at most 200 characters")])
def test_a_pattern_that_cannot_be_used_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(NestError, match=why):
        checked_nest_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(?:a|a)+$",
        "(?:aa?)*!",
        "a?" * 30 + "a" * 30,
        "(?:a|a)" * 20 + "!",
        r"(\w*)*!",
        "(?:a{1,9}){1,9}!",
        ".*.*.*.*!",
    ],
)
def test_a_pattern_that_could_search_for_ever_is_refused(pattern: str) -> None:
    with pytest.raises(NestError, match="could search for too long: it leaves too many choices"):
        checked_nest_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", [r"[Nn]est[ _-]?0*(\d+)", r"(?<=C)(\d+)(?=-)", "(a|b)+c?", r"(?P<nest>\w{2})-\d{4}$"]
)
def test_what_nests_are_found_by_is_taken(pattern: str) -> None:
    assert checked_nest_pattern(pattern) == pattern


def test_the_slowest_pattern_that_is_taken_comes_to_an_end() -> None:
    assert not nest_of(checked_nest_pattern(r"(\w*)(\w*)\w*!"), "", "a" * 255)
