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


def test_a_pattern_of_codes_that_could_search_for_ever_is_refused() -> None:
    with pytest.raises(ScanError, match="could search for too long"):
        checked_code_pattern("(a+)+$")
    gs1 = r"\(01\)\d{14}\(10\)\w+\(21\)(?P<serial>\w+)"
    assert checked_code_pattern(gs1) == gs1


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
