"""The attribute study of AIAG MSA, 4th edition, table III-C 1: 50 parts, appraisers A, B and C, three trials each."""

from __future__ import annotations

import numpy as np

#: Parts on which not all nine judgements agree: A's, B's and C's three trials, and the reference; 1 is acceptable.
_DISPUTED = {
    6: ("110", "110", "100", "1"),
    7: ("111", "111", "101", "1"),
    12: ("000", "000", "010", "0"),
    14: ("110", "111", "100", "1"),
    21: ("110", "101", "010", "1"),
    22: ("001", "010", "110", "0"),
    26: ("010", "000", "001", "0"),
    30: ("000", "001", "000", "0"),
    34: ("001", "001", "011", "0"),
    36: ("110", "111", "101", "1"),
    43: ("101", "111", "110", "1"),
}
_REJECTED = (3, 4, 5, 9, 25, 37, 39, 42, 45, 48, 50)


def _row(part: int) -> tuple[str, str, str, str]:
    same = "0" if part in _REJECTED else "1"
    return _DISPUTED.get(part, (same * 3, same * 3, same * 3, same))


ROWS = [_row(part) for part in range(1, 51)]
REFERENCE = np.array([row[3] == "0" for row in ROWS])
ANSWERS = {name: np.array([[said == "0" for said in row[place]] for row in ROWS]) for place, name in enumerate("ABC")}
