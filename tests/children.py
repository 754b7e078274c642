"""Which processes this one has started."""

from __future__ import annotations

import psutil


def children_with(word: str) -> list[psutil.Process]:
    """Return the running children with such a word on their command lines; one that is ending is none any more."""
    return [child for child in psutil.Process().children() if _has(child, word)]


def _has(child: psutil.Process, word: str) -> bool:
    try:
        return word in child.cmdline()
    except psutil.NoSuchProcess:  # it has ended meanwhile; also where nobody has collected it yet
        return False
