"""Bytes to codes: whole ones only, whatever the pieces are in which they come."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from inspector.scanners.stream import WHOLE_WITHIN_S, CodeStream


def test_each_end_ends_a_code_and_ends_alone_are_none() -> None:
    stream = CodeStream()
    assert stream.feed(b"A\rB\nC\r\nD\tE\x00\x02F\x03\r\n\n  \r", 0.0) == ["A", "B", "C", "D", "E", "F"]
    assert stream.feed("Gehäuse\r".encode(), 0.0) == ["Gehäuse"]
    assert stream.feed("Gehäuse\r".encode("latin-1"), 0.0) == ["Gehäuse"]


@given(codes=st.lists(st.text("AB1-\x1d", min_size=1), max_size=6), cuts=st.lists(st.integers(0, 60)))
def test_the_pieces_do_not_matter(codes: list[str], cuts: list[int]) -> None:
    data = "".join(f"{code}\r\n" for code in codes).encode()
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    stream, heard = CodeStream(), []
    for begin, end in pairwise(places):
        heard += stream.feed(data[begin:end], 0.0)
    assert heard == codes


def test_what_has_no_end_is_given_up_and_said_so_that_no_later_code_begins_with_it() -> None:
    stream = CodeStream()
    assert stream.feed(b"SN-1", 10.0) == []
    assert stream.give_up(10.0 + WHOLE_WITHIN_S) == ""
    assert stream.give_up(10.1 + WHOLE_WITHIN_S).startswith("“SN-1” came without an end: it was not used.")
    assert stream.give_up(99.0) == ""
    assert stream.feed(b"SN-2\r", 99.0) == ["SN-2"]


def test_noise_without_end_is_no_code_and_its_end_is_none_either() -> None:
    stream = CodeStream()
    assert stream.feed(b"x" * 5000, 0.0) == []
    assert stream.feed(b"yy\rSN-1\r", 0.1) == ["SN-1"]
