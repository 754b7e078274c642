"""Regular expressions that people type, or that come with a recipe from elsewhere."""

from __future__ import annotations

import re
from re import _parser  # type: ignore[attr-defined] # the library's own: nothing public says what a pattern is made of
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.domain.errors import InspectorError

#: Three choices among all places take a second at most for the longest name; each more, and each within a repeat, takes
#: it many times. A choice among few ways weighs less: (ways at most, its weight).
_MOST_CHOICES = 3
_WEIGHTS = ((2, 0.25), (4, 0.5), (20, 0.75))


def checked_pattern(pattern: str, error: type[InspectorError], *, called: str, longest: int) -> str:
    """Return a regular expression that can be used.

    Args:
        error: What is raised if it is none, or is too long.
        called: What it is a pattern of, as “codes”.
        longest: Characters at most.
    """
    if len(pattern) > longest:
        raise error(f"a pattern of {called} has at most {longest} characters, got {len(pattern)}")
    try:
        re.compile(pattern)
    except re.error as fault:
        raise error(f"“{pattern[:100]}” is no regular expression: {fault}") from fault
    return pattern


def check_quick(pattern: str, error: type[InspectorError]) -> None:
    """Refuse a pattern that could search for ever; nothing interrupts a search, and no thread goes on beside it.

    A search may go on in several ways at each repeat and at each alternative; where one does not lead to the end, the
    next is tried. Within what is repeated the ways multiply.

    Args:
        pattern: As `checked_pattern` returns it.
        error: What is raised if it has too many choices.
    """
    if _choices(_parser.parse(pattern), 1) > _MOST_CHOICES:
        raise error(
            f"“{pattern[:100]}” could search for too long: it leaves too many choices",
            "Take fewer of *, +, ?, { } and |, and none of them within what is repeated.",
        )


def _choices(pieces: Any, repeated: int) -> float:  # noqa: ANN401 - the parser has no types
    """Weigh the places at which a search may go on in more than one way, as often as they are repeated at most."""
    total = 0.0
    for what, argument in pieces:
        times = repeated
        if str(what).endswith("REPEAT"):
            least, most, _ = argument
            total += repeated * _weight(int(most) - int(least) + 1)
            times *= max(1, int(most))
        elif str(what) == "BRANCH":
            total += repeated * _weight(len(argument[1]))
        total += sum(_choices(inner, times) for inner in _inside(argument))
    return total


def _weight(ways: int) -> float:
    if ways < 2:
        return 0.0
    return next((weight for most, weight in _WEIGHTS if ways <= most), 1.0)


def _inside(argument: Any) -> Iterator[Any]:  # noqa: ANN401 - likewise
    if isinstance(argument, _parser.SubPattern):
        yield argument
    elif isinstance(argument, list | tuple):
        for piece in argument:
            yield from _inside(piece)
