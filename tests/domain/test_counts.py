"""How many of a thing, in words."""

from __future__ import annotations

import pytest

from inspector.domain.counts import counted, verb


@pytest.mark.parametrize(
    ("number", "thing", "words"),
    [
        (0, "part", "0 parts"),
        (1, "part", "1 part"),
        (2000, "defective part", "2,000 defective parts"),
        (1, "pass", "1 pass"),
        (2, "pass", "2 passes"),
    ],
)
def test_one_thing_is_no_plural(number: int, thing: str, words: str) -> None:
    assert counted(number, thing) == words


@pytest.mark.parametrize(("one", "many"), [("is", "are"), ("has", "have"), ("was", "were")])
def test_the_verb_goes_with_it(one: str, many: str) -> None:
    assert [verb(number, one) for number in (0, 1, 2)] == [many, one, many]
