"""Which parts are kept at hand with their pixels."""

from __future__ import annotations

import numpy as np
import pytest

from inspector.review.part import PartShelf, ReviewPart


def part(name: str, side_px: int = 10) -> ReviewPart:
    return ReviewPart(inspection_id=name, entry=None, image=np.zeros((side_px, side_px), np.uint8))


def at_hand(shelf: PartShelf, names: str) -> str:
    return "".join(name for name in names if name in shelf)


@pytest.mark.parametrize(
    ("parts", "nbytes", "kept"),
    [(6, 1000, "abcde"), (3, 1000, "cde"), (6, 200, "de"), (6, 199, "e"), (6, 10, "e")],
)
def test_so_many_are_kept_and_so_many_bytes_but_always_the_newest(parts: int, nbytes: int, kept: str) -> None:
    shelf = PartShelf(parts=parts, nbytes=nbytes)
    for name in "abcde":
        shelf.put(part(name))
    assert at_hand(shelf, "abcde") == kept


def test_what_was_looked_at_longest_ago_goes_first() -> None:
    shelf = PartShelf(parts=2)
    shelf.put(part("a"))
    shelf.put(part("b"))
    assert shelf.get("a") is not None
    assert shelf.peek("b") is not None  # that is not looking at it
    shelf.put(part("c"))
    assert at_hand(shelf, "abc") == "ac"
    assert (shelf.get("b"), shelf.peek("b")) == (None, None)


def test_of_all_it_is_known_what_they_are_without_pixels() -> None:
    shelf = PartShelf(parts=1)
    for name in "ab":
        shelf.put(part(name))
    shelf.note(part("c"))
    known = [shelf.known(name) for name in "abc"]
    assert [(kept.inspection_id, kept.image) for kept in known if kept is not None] == [
        ("a", None),
        ("b", None),
        ("c", None),
    ]
    assert "c" not in shelf
    shelf.clear()
    assert (at_hand(shelf, "abc"), shelf.known("a")) == ("", None)
