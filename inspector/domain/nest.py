"""From which nest of a mould, or from which tool, a part is: read off what the part, or its picture, is called."""

from __future__ import annotations

import re

from inspector.domain.about import About
from inspector.domain.errors import InspectorError
from inspector.domain.pattern import check_quick, checked_pattern
from inspector.domain.text import NEST

_LONGEST_PATTERN = 200
ABOUT_NEST = About(
    "Tool or nest",
    description="regular expression that finds it in the part's serial number, else in its picture's file name: its "
    "group (?P<nest>…), else its first one, else all of it. C0?(\\d+) finds 7 in F-C07-00123",
    empty="none",
)


class NestError(InspectorError, ValueError):
    """What finds a nest cannot be used."""


def checked_nest_pattern(pattern: str) -> str:
    """Return the regular expression that finds a nest; empty for none.

    Each part's name is searched while it is recorded, and a recipe may come from elsewhere: see `check_quick`.

    Raises:
        NestError: If it is no regular expression, is too long, or could search for too long.
    """
    check_quick(checked_pattern(pattern, NestError, called="nests", longest=_LONGEST_PATTERN), NestError)
    return pattern


def nest_of(pattern: str, serial: str, file_name: str) -> str:
    """Return from which nest a part is; empty where nothing says so.

    Args:
        pattern: As the recipe has it; empty where parts have no nests.
        serial: What the part is called, as line, scanner or a code on it says; empty where unknown.
        file_name: Of its picture, without its folder; empty where it came from no file.
    """
    said = re.search(pattern, serial or file_name) if pattern else None
    if said is None:
        return ""
    group = "nest" if "nest" in said.re.groupindex else min(1, said.re.groups)
    return NEST.cleaned(said[group] or "")
