"""What kind of reason a part was rejected for: its words without the figures of the one part."""

from __future__ import annotations

import re

_SCORE = re.compile(r": (P\(defective\)|strangeness) .*", re.DOTALL)
_ADDED = re.compile(r" \(.*", re.DOTALL)
_NAMES = re.compile(r"\S*[\d/\\]\S*")
_BLANKS = re.compile(r"\s+")
_LONGEST = 80
#: What parts are called whose row gives no reason.
NO_REASON = "no reason given"


def kind_of_reason(reason: str) -> str:
    """Return the kind of a verdict's reason, in at most 80 characters.

    Of several reasons the first counts. What differs from part to part goes: scores, what stands in brackets, and
    numbers and paths, for which “…” stands. “scratch: P(defective) 0.970 ≥ 0.5” is “scratch”.
    """
    first = reason.split("; ", 1)[0]
    words = _ADDED.sub("", _SCORE.sub("", first))
    words = _BLANKS.sub(" ", _NAMES.sub("…", words)).strip()
    return words[:_LONGEST] or NO_REASON
