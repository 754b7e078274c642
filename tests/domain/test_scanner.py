"""What counts of a scanned code, whose code it is, and where a scanner is."""

from __future__ import annotations

import pytest

from inspector.domain.errors import InspectorError
from inspector.domain.scanner import CodeRule, ScanError, checked_code_pattern, host_and_port, is_code_of


@pytest.mark.parametrize(
    ("pattern", "scanned", "counts"),
    [
        ("", "SN-0001", "SN-0001"),
        ("", " SN 1 ", "SN 1"),
        ("", "01\x1d21", "01<GS>21"),
        ("", "Gehäuse", "Gehäuse"),
        (r"SN-\d{4}", "SN-0001", "SN-0001"),
        (r"P(?P<serial>\d+)L.*", "P17Lx", "17"),
        (r"(\d+)-(\d+)", "1-2", "1-2"),
    ],
)
def test_what_counts_of_a_code(pattern: str, scanned: str, counts: str) -> None:
    assert CodeRule(pattern=pattern).understood(scanned) == counts


@pytest.mark.parametrize(
    ("pattern", "scanned", "why"),
    [
        (r"SN-\d{4}", "SN-00012", "the code “SN-00012” does not match the pattern"),
        (r"SN-\d{4}", "xSN-0001", "the code “xSN-0001” does not match the pattern"),
        (r"A(?P<serial>\d*)", "A", "the code “A” has no serial number in it"),
        (r"A(?P<serial>\d)?B", "AB", "the code “AB” has no serial number in it"),
        ("", "  ", "the code is empty"),
        ("", "x" * 201, "a part's serial number has at most 200 characters, got 201"),
        ("", "a\x7f", "a part's serial number holds no control character, got U\\+007F"),
    ],
)
def test_what_is_no_code_is_said(pattern: str, scanned: str, why: str) -> None:
    with pytest.raises(InspectorError, match=why):
        CodeRule(pattern=pattern).understood(scanned)


def test_a_pattern_that_is_none_is_refused() -> None:
    assert checked_code_pattern(r"\d+") == r"\d+"
    with pytest.raises(ScanError, match=r"“\(” is no regular expression: missing \)"):
        checked_code_pattern("(")
    with pytest.raises(ScanError, match="at most 500 characters, got 501"):
        checked_code_pattern("x" * 501)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*", "(.*,){11}P", "a*" * 4, "(x?){13}", r"(\w+-?)+"])
def test_a_pattern_that_could_search_for_ever_is_refused(pattern: str) -> None:
    with pytest.raises(ScanError, match="could search for too long: it leaves too many choices. Take fewer of"):
        checked_code_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "scanned", "counts"),
    [
        (r"\(01\)\d{14}\(10\)\w+\(21\)(?P<serial>\w+)", "(01)04012345678901(10)L(21)SN7", "SN7"),
        (r"01\d{14}(17\d{6})?(10[^<]{1,20}<GS>)?21(?P<serial>.{1,20})", "01040123456789011728010121SN-7", "SN-7"),
        (r"(LOT|SN)-\d+(-\d+)?", "SN-42-7", "SN-42-7"),
        (r"https://id\.maker\.example/(?P<serial>\w+)(\?.*)?", "https://id.maker.example/A7?v=1", "A7"),
    ],
)
def test_what_codes_are_told_by_is_taken(pattern: str, scanned: str, counts: str) -> None:
    assert CodeRule(pattern=checked_code_pattern(pattern)).understood(scanned) == counts


@pytest.mark.parametrize("pattern", [r"(\w*)(\w*)\w*!", "(a?){12}a{201}", "(a|ab|aa|aab){6}!", "(a{1,20}){4}!"])
def test_the_slowest_patterns_that_are_taken_come_to_an_end(pattern: str) -> None:
    with pytest.raises(ScanError, match="does not match the pattern"):
        CodeRule(pattern=checked_code_pattern(pattern)).understood("a" * 200)


@pytest.mark.parametrize(
    ("wanted", "code", "fits"),
    [
        ("4711", "4711", True),
        ("4711", "47112", False),
        ("4711*", "47112", True),
        ("4711*", "x4711", False),
        ("*-B-*", "1-B-2", True),
        ("a.c", "abc", False),
        ("R-1", "r-1", False),
        ("", "", False),
        ("*", "anything", True),
        ("ab*ba", "aba", False),
        ("a*b*c", "a-c-b-c", True),
        ("a*bb*c", "a-b-c", False),
        ("*a" * 90 + "*b", "a" * 200, False),  # at once, though there are more ways than can be tried
    ],
)
def test_whose_code_it_is(wanted: str, code: str, fits: bool) -> None:
    assert is_code_of(wanted, code) is fits


def test_an_address_is_host_and_port() -> None:
    assert host_and_port("192.168.0.40:2001") == ("192.168.0.40", 2001)
    assert host_and_port("scanner-3.line:51236") == ("scanner-3.line", 51236)
    assert host_and_port("[fe80::1%eth0]:9004") == ("fe80::1%eth0", 9004)
    for wrong in ("", "host", "host:", ":1", "host:0", "host:65536", "a b:1", "::1:80"):
        with pytest.raises(ScanError, match="Write HOST:PORT"):
            host_and_port(wrong)
